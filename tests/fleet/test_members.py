"""The list of a fleet: what it may say, and what is said of a wrong one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlopslint.errors import MlopslintError
from mlopslint.fleet.members import Member, read


def listed(tmp_path, text: str, name: str = "fleet.yaml") -> list[Member]:
    file = tmp_path / name
    file.write_text(text, encoding="utf-8")
    return read(str(file))


def test_yaml_in_all_its_forms(tmp_path):
    found = listed(
        tmp_path,
        "repositories:\n"
        "- one\n"
        "- {path: ../two, name: second, team: risk, tags: [batch, pii], criticality: high, rev: v1.0}\n"
        "- https://user:secret@git.example.com/acme/three.git\n",
    )
    assert found[0] == Member(str(tmp_path / "one"), "one")
    assert found[1] == Member(str(tmp_path.parent / "two"), "second", "risk", ("batch", "pii"), "high", "v1.0")
    assert found[2].name == "three"


def test_csv_as_a_spreadsheet_writes_it(tmp_path):
    text = "\ufeffPath,Name,Team,Tags,Criticality\r\none,,risk,batch pii,\r\n,,,,\r\n/abs/two.git,,,,high\r\n"
    found = listed(tmp_path, text, "fleet.csv")
    assert found == [
        Member(str(tmp_path / "one"), "one", "risk", ("batch", "pii")),
        Member("/abs/two.git", "two", None, (), "high"),
    ]


def test_stars_name_folders(tmp_path):
    for name in ("b", "a"):
        (tmp_path / "repos" / name).mkdir(parents=True)
    (tmp_path / "repos" / "file").write_text("", encoding="utf-8")
    assert [member.name for member in listed(tmp_path, "- {path: repos/*, team: all}\n")] == ["a", "b"]


def test_equal_names_are_told_apart(tmp_path):
    found = listed(tmp_path, "- x/api\n- y/api\n- https://example.com/z/api.git\n- other\n")
    assert [member.name for member in found] == ["x/api", "y/api", "z/api", "other"]
    assert len({member.slug for member in found}) == 4


@pytest.mark.parametrize(
    ("text", "name", "said"),
    [
        ("", "f.yaml", "a list of repositories is expected"),
        ("[]", "f.yaml", "names no repository"),
        ("- {path: a, taem: x}", "f.yaml", "entry 1: no key 'taem'; did you mean 'team'?"),
        ("- {name: a}", "f.yaml", "path is missing"),
        ("- 3", "f.yaml", "a path, a URL or a mapping is expected"),
        ("- {1: a}", "f.yaml", "a path, a URL or a mapping is expected"),
        ("- a\n- b: [", "f.yaml", "f.yaml:"),
        ("- &a x\n- *a", "f.yaml", "aliases have no place"),
        ("- !!python/object:os.system x", "f.yaml", "not YAML"),
        ("- {path: a, rev: --upload-pack=x}", "f.yaml", "is not a revision"),
        ("- none*", "f.yaml", "matches no folder"),
        ("- a\n- {path: b, name: a}\n- {path: a}", "f.yaml", "stands there twice"),
        ("name,team\na,b\n", "f.csv", "one of them is path"),
        ("", "f.csv", "one of them is path"),
    ],
)
def test_a_wrong_list_is_said_with_its_place(tmp_path, text, name, said):
    with pytest.raises(MlopslintError) as error:
        listed(tmp_path, text, name)
    assert said in str(error.value) and "\n" not in str(error.value)


def test_no_file_and_no_text(tmp_path):
    with pytest.raises(MlopslintError, match="No such file"):
        read(str(tmp_path / "none.yaml"))
    (tmp_path / "b.yaml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(MlopslintError, match="not text in UTF-8"):
        read(str(tmp_path / "b.yaml"))


@given(
    st.one_of(
        st.text(max_size=200),
        st.lists(st.sampled_from(["- ", "path: ", "a", "[", "{", "&", "*", "\n", ":", ",", '"'])).map("".join),
    ),
    st.sampled_from(["yaml", "csv"]),
)
def test_any_text_is_read_or_refused(tmp_path_factory, text, kind):
    file = tmp_path_factory.mktemp("list") / f"f.{kind}"
    file.write_text(text, encoding="utf-8", errors="replace", newline="")
    try:
        found = read(str(file))
    except MlopslintError as error:
        assert str(error)
    else:
        assert found and len({member.slug.lower() for member in found}) == len(found)
