"""A repository at one moment, wherever it comes from: the rest of the program never knows."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from conftest import git, write

from mlopslint.errors import MlopslintError
from mlopslint.snapshot import Snapshot, blob_id, open_snapshot, without_credentials

FILES = {"train.py": "import torch\n", "src/a.py": "x = 1\n", "README.md": "# a\n"}


def content(snapshot: Snapshot) -> dict[str, bytes | None]:
    return {entry.path: data for entry, data, _ in snapshot.read([e for e in snapshot.entries if e.mode == "file"])}


def test_all_sources_of_one_commit_hold_the_same(make_repo, tmp_path):
    folder = make_repo(FILES)
    git(tmp_path, "clone", "-q", "--bare", str(folder), "bare.git")
    plain = tmp_path / "plain"
    write(plain, FILES)
    expected = {path: text.encode() for path, text in FILES.items()}
    for snapshot in (
        open_snapshot(str(folder)),
        open_snapshot(str(folder), rev="HEAD"),
        open_snapshot(str(folder), staged=True),
        open_snapshot(str(tmp_path / "bare.git")),
        open_snapshot(str(plain)),
        open_snapshot(f"file://{folder}"),
    ):
        assert content(snapshot) == expected


def test_entries_carry_git_blob_ids(make_repo):
    folder = make_repo(FILES)
    os.utime(folder / "train.py", (1, 1))  # the index no longer knows whether it changed
    for entry in open_snapshot(str(folder)).entries:
        assert entry.oid == git(folder, "hash-object", entry.path)
        assert entry.oid == blob_id((folder / entry.path).read_bytes())


def test_work_tree_shows_changed_untracked_and_deleted_files(make_repo):
    folder = make_repo({**FILES, ".gitignore": "*.log\n"})
    assert not open_snapshot(str(folder)).repository.dirty
    (folder / "src/a.py").write_text("x = 2\n")
    (folder / "new.py").write_text("y = 1\n")
    (folder / "run.log").write_text("ignored\n")
    (folder / "README.md").unlink()
    snapshot = open_snapshot(str(folder))
    assert sorted(content(snapshot)) == [".gitignore", "new.py", "src/a.py", "train.py"]
    assert content(snapshot)["src/a.py"] == b"x = 2\n"
    assert snapshot.repository.dirty


def test_the_index_holds_what_is_staged(make_repo):
    folder = make_repo(FILES)
    (folder / "train.py").write_text("staged\n")
    git(folder, "add", "train.py")
    (folder / "train.py").write_text("not staged\n")
    assert content(open_snapshot(str(folder), staged=True))["train.py"] == b"staged\n"
    assert content(open_snapshot(str(folder), rev="HEAD"))["train.py"] == b"import torch\n"


def test_older_commits_are_read_without_a_checkout(make_repo):
    folder = make_repo(FILES)
    (folder / "train.py").write_text("changed\n")
    git(folder, "commit", "-qam", "second")
    snapshot = open_snapshot(str(folder), rev="HEAD~1")
    assert content(snapshot)["train.py"] == b"import torch\n"
    assert snapshot.repository.revision == git(folder, "rev-parse", "HEAD~1")
    assert (folder / "train.py").read_text() == "changed\n"


def test_links_are_never_followed(make_repo, tmp_path):
    secret = tmp_path / "secret.py"
    secret.write_text("password = 1\n")
    folder = make_repo(FILES)
    (folder / "loop").symlink_to("loop")
    (folder / "out.py").symlink_to(secret)
    (folder / "outside").symlink_to(tmp_path)
    snapshot = open_snapshot(str(folder))
    modes = {entry.path: entry.mode for entry in snapshot.entries}
    assert modes["loop"] == modes["out.py"] == modes["outside"] == "link"
    assert "out.py" not in content(snapshot)


def test_a_tracked_file_behind_a_swapped_folder_is_not_read(make_repo, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    write(elsewhere, {"a.py": "leak = 1\n"})
    folder = make_repo(FILES)
    (folder / "src/a.py").unlink()
    (folder / "src").rmdir()
    (folder / "src").symlink_to(elsewhere)
    snapshot = open_snapshot(str(folder))
    assert b"leak" not in b"".join(data or b"" for data in content(snapshot).values())


def test_odd_names_survive(make_repo):
    names = ["with space.py", "uni-ö-名.py", 'quote".py', "new\nline.py", "-dash.py"]
    folder = make_repo({name: "x = 1\n" for name in names})
    assert set(content(open_snapshot(str(folder)))) == set(names)
    assert set(content(open_snapshot(str(folder), rev="HEAD"))) == set(names)


@pytest.mark.skipif(
    os.name == "nt" or os.uname().sysname == "Darwin", reason="this file system holds Unicode names only"
)
def test_names_that_are_not_utf_8_are_read_and_printable(make_repo):
    folder = make_repo(FILES)
    with open(os.path.join(os.fsencode(folder), b"caf\xe9.py"), "wb") as stream:
        stream.write(b"x = 1\n")
    found = content(open_snapshot(str(folder)))
    assert found["caf\\xe9.py"] == b"x = 1\n"


def test_submodules_are_entries_and_not_entered(make_repo, tmp_path):
    inner = make_repo({"inner.py": "x = 1\n"}, "inner")
    folder = make_repo(FILES, "outer")
    git(folder, "submodule", "add", "-q", str(inner), "vendor")
    snapshot = open_snapshot(str(folder))
    modes = {entry.path: entry.mode for entry in snapshot.entries}
    assert modes["vendor"] == "submodule"
    assert "vendor/inner.py" not in modes


def test_missing_objects_cost_only_themselves(make_repo):
    folder = make_repo(FILES)
    oid = git(folder, "rev-parse", "HEAD:train.py")
    (folder / ".git/objects" / oid[:2] / oid[2:]).unlink()
    snapshot = open_snapshot(str(folder), rev="HEAD")
    found = {entry.path: (data, reason) for entry, data, reason in snapshot.read(snapshot.entries)}
    assert found["train.py"][0] is None and "missing" in found["train.py"][1]
    assert found["src/a.py"][0] == b"x = 1\n"


def test_shallow_clones_are_known(make_repo, tmp_path):
    folder = make_repo(FILES)
    git(folder, "commit", "-q", "--allow-empty", "-m", "second")
    git(tmp_path, "clone", "-q", "--depth", "1", f"file://{folder}", "shallow")
    snapshot = open_snapshot(str(tmp_path / "shallow"))
    assert snapshot.shallow
    assert sorted(content(snapshot)) == sorted(FILES)


def test_partial_clones_fetch_nothing(make_repo, tmp_path):
    folder = make_repo(FILES)
    git(folder, "config", "uploadpack.allowFilter", "true")
    git(tmp_path, "clone", "-q", "--filter=blob:none", "--no-checkout", f"file://{folder}", "partial")
    folder.rename(tmp_path / "gone")  # a fetch would fail, and must not even be tried
    snapshot = open_snapshot(str(tmp_path / "partial"), rev="HEAD")
    assert sorted(entry.path for entry in snapshot.entries) == sorted(FILES)
    assert all(data is None for _, data, _ in snapshot.read(snapshot.entries))


def test_hooks_and_filters_of_the_repository_never_run(make_repo, tmp_path):
    marker = tmp_path / "ran"
    folder = make_repo({**FILES, ".gitattributes": "*.py filter=evil\n"})
    git(folder, "config", "core.fsmonitor", f"touch {marker}; false")
    git(folder, "config", "filter.evil.clean", f"touch {marker}; cat")
    git(folder, "config", "filter.evil.smudge", f"touch {marker}; cat")
    os.utime(folder / "train.py", (1, 1))
    (folder / "src/a.py").write_text("x = 3\n")
    snapshot = open_snapshot(str(folder))
    content(snapshot)
    assert not marker.exists()


def test_empty_repository_and_broken_head(make_repo):
    empty = make_repo({}, "empty", commit=False)
    assert open_snapshot(str(empty)).entries == ()
    broken = make_repo(FILES, "broken")
    (broken / ".git/HEAD").write_text("ref: refs/heads/none\n")
    snapshot = open_snapshot(str(broken))
    assert snapshot.repository.revision is None
    assert sorted(content(snapshot)) == sorted(FILES)
    (broken / ".git/HEAD").write_text("garbage\n")
    snapshot = open_snapshot(str(broken))
    assert sorted(content(snapshot)) == sorted(FILES)


def test_a_damaged_index_is_read_as_a_plain_folder(make_repo):
    folder = make_repo(FILES)
    (folder / ".git/index").write_bytes(b"DIRC garbage")
    snapshot = open_snapshot(str(folder))
    assert sorted(content(snapshot)) == sorted(FILES)
    assert snapshot.notices


def test_environments_and_caches_of_a_plain_folder_are_skipped(tmp_path):
    write(
        tmp_path,
        {"a.py": "", "venv2/pyvenv.cfg": "", "venv2/lib/b.py": "", "node_modules/c.js": "", "__pycache__/a.pyc": ""},
    )
    assert [entry.path for entry in open_snapshot(str(tmp_path)).entries] == ["a.py"]


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="needs a user who may be refused")
def test_unreadable_files_are_named(make_repo):
    folder = make_repo(FILES)
    (folder / "train.py").chmod(0)
    reasons = {
        entry.path: reason
        for entry, data, reason in open_snapshot(str(folder)).read(open_snapshot(str(folder)).entries)
        if data is None
    }
    assert "Permission" in reasons["train.py"]


@pytest.mark.parametrize(
    "arguments", [{"path": "/no/such/folder"}, {"path": ".", "rev": "no-such-rev"}, {"path": ".", "rev": "--output=x"}]
)
def test_what_is_not_there_is_one_clear_line(make_repo, monkeypatch, arguments):
    monkeypatch.chdir(make_repo(FILES))
    with pytest.raises(MlopslintError) as caught:
        open_snapshot(**arguments)
    assert "\n" not in str(caught.value)


def test_a_subfolder_is_assessed_alone(make_repo):
    folder = make_repo(FILES)
    assert [e.path for e in open_snapshot(str(folder / "src")).entries] == ["a.py"]
    assert [e.path for e in open_snapshot(str(folder / "src"), rev="HEAD").entries] == ["a.py"]


def test_remotes_lose_their_credentials(make_repo):
    assert without_credentials("https://user:token@example.com/o/r.git") == "https://example.com/o/r.git"
    assert without_credentials("/home/someone/repo") == ""
    folder = make_repo(FILES)
    git(folder, "remote", "add", "origin", "https://me:s3cret@github.com/org/churn.git")
    repository = open_snapshot(str(folder)).repository
    assert (repository.name, repository.remote) == ("churn", "https://github.com/org/churn.git")


def test_no_git_program(make_repo, monkeypatch):
    folder = make_repo(FILES)
    monkeypatch.setenv("PATH", str(Path(folder).parent))
    assert sorted(content(open_snapshot(str(folder)))) == sorted(FILES)
    with pytest.raises(MlopslintError):
        open_snapshot(str(folder), rev="HEAD")


def test_dubious_ownership_is_explained(monkeypatch):
    from mlopslint import gitio

    class Refused:
        returncode = 128

        def communicate(self) -> tuple[bytes, bytes]:
            return b"", b"fatal: detected dubious ownership in repository at '/x'"

    monkeypatch.setattr(subprocess, "Popen", lambda *a, **k: Refused())
    with pytest.raises(MlopslintError, match="safe.directory"):
        gitio.run(".", "status")
