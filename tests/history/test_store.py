"""The store keeps one result a commit and rubric, whoever writes, and says plainly what it cannot do."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import pytest
from msgspec.structs import replace
from test_compare import Said, report

from mlopslint.errors import MlopslintError
from mlopslint.history.store import SCHEMA, Store, identity, utc
from mlopslint.records import Repository


def result(n: int = 0, *, day: str = "2026-03-31", name: str = "churn", rubric: str = "2026.4", status: str = "pass"):
    made = report({"AAA001": Said(status), "AAA002": Said("fail")}, rubric=rubric)
    about = Repository(name, f"{n:040x}", None, False, f"https://github.com/acme/{name}.git", f"{day}T12:00:00+02:00")
    return replace(made, repository=about)


def test_a_result_comes_back_as_it_was(where):
    store = Store(where, create=True)
    assert store.record(result(1), team="risk")
    row = store.rows()[0]
    assert (row.repository, row.committed_at, row.level, row.team) == (
        "github.com/acme/churn", "2026-03-31T10:00:00Z", 0, "risk",
    )  # fmt: skip
    assert Store(where).report(row) == result(1)


def test_the_first_result_of_a_commit_and_rubric_stays(where):
    store = Store(where, create=True)
    assert store.record(result(1)) and not store.record(result(1, status="fail"))
    assert store.record(result(1, rubric="2027.1"))
    assert [(row.rubric, row.score) for row in store.rows()] == [("2026.4", 50.0), ("2027.1", 50.0)]


def _write(job: tuple[str, int]) -> int:
    where, worker = job
    store = Store(where, create=True)
    added = sum(store.record(result(n)) for n in range(12))
    return added + sum(store.record(result(100 * worker + n, name=f"own{worker}")) for n in range(1, 5))


def test_eight_writers_at_once_lose_nothing_and_write_nothing_twice(where):
    with ProcessPoolExecutor(8, mp_context=get_context("spawn")) as pool:
        added = list(pool.map(_write, [(where, worker) for worker in range(8)]))
    assert sum(added) == 12 + 8 * 4
    rows = Store(where).rows()
    assert len(rows) == 44 and len({(row.repository, row.revision) for row in rows}) == 44
    assert all(Store(where).report(row).repository.revision == row.revision for row in rows[:5])


def test_what_stood_at_the_end_of_a_day(where):
    store = Store(where, create=True)
    for n, day in enumerate(("2026-01-10", "2026-03-31", "2026-04-01")):
        store.record(result(n, day=day))
    key = "github.com/acme/churn"
    assert store.at(key, "2026-03-31").committed_at[:10] == "2026-03-31"
    assert store.at(key, "2026-03-30").committed_at[:10] == "2026-01-10"
    assert store.at(key, "2026-03-30", since="2026-02-01") is None


def test_only_the_asked_for_is_removed(where):
    store = Store(where, create=True)
    for n in range(700):
        store.record(result(n)) if n < 3 else None
    assert store.remove([row.id for row in store.rows()[:2]]) == 2
    assert len(store.rows()) == 1


@pytest.mark.parametrize(
    ("remote", "known"),
    [
        ("https://github.com/acme/churn.git", "github.com/acme/churn"),
        ("git@GitHub.com:acme/churn.git", "github.com/acme/churn"),
        ("ssh://git@gitlab.example.com:2222/ml/churn/", "gitlab.example.com/ml/churn"),
        ("https://user@dev.azure.com/org/project/_git/churn", "dev.azure.com/org/project/_git/churn"),
        (None, "churn"),
        ("", "churn"),
    ],
)
def test_one_remote_is_one_repository_however_it_is_reached(remote, known):
    assert identity(Repository("churn", remote=remote)) == known
    inner = identity(Repository("churn/services/a", remote=remote))
    assert inner == (f"{known}/services/a" if remote else "churn/services/a")


def test_names_are_found_by_their_end_and_never_guessed(tmp_path):
    store = Store(str(tmp_path / "s"), create=True)
    for name in ("churn", "fraud"):
        store.record(result(name=name))
    store.record(result(5), repository="gitlab.com/other/churn")
    assert store.resolve("fraud") == "github.com/acme/fraud" and store.resolve("acme/churn") == "github.com/acme/churn"
    with pytest.raises(MlopslintError, match="which one"):
        store.resolve("churn")
    with pytest.raises(MlopslintError, match="nothing is recorded"):
        store.resolve("chrn")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"dirty": True}, "uncommitted changes"),
        ({"revision": None}, "history is by commit"),
        ({"committed_at": "soon"}, "no time of its commit"),
    ],
)
def test_what_is_no_commit_is_refused(change, told, tmp_path):
    made = result(1)
    with pytest.raises(MlopslintError, match=told):
        Store(str(tmp_path / "s"), create=True).record(replace(made, repository=replace(made.repository, **change)))


def test_times_are_kept_in_one_zone():
    assert (
        utc("2026-01-01T00:30:00+02:00") == "2025-12-31T22:30:00Z"
        and utc("2026-01-01T00:30:00") == "2026-01-01T00:30:00Z"
    )


# -- what goes wrong ---------------------------------------------------------------------------------------------------------


def test_a_schema_of_a_later_release_is_left_alone(where):
    from sqlalchemy import text

    store = Store(where, create=True)
    store.record(result())
    with store._connected(write=True) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(MlopslintError, match=rf"schema \(9999\) is newer than this release knows \({SCHEMA}\)"):
        Store(where, create=True)


def test_a_half_written_record_costs_only_itself(tmp_path):
    file = str(tmp_path / "s")
    store = Store(file, create=True)
    for n in range(3):
        store.record(result(n))
    with sqlite3.connect(file) as connection:
        connection.execute("UPDATE assessments SET payload = substr(payload, 1, 40) WHERE revision = ?", (f"{1:040x}",))
    rows = store.rows()
    assert store.report(rows[0]) and store.report(rows[2])
    with pytest.raises(MlopslintError, match="its record is damaged"):
        store.report(rows[1])


@pytest.mark.parametrize(
    "content", [b"not a database at all, but long enough to be one" * 20, b"SQLite format 3\0" + b"\xff" * 4096]
)
def test_another_file_is_no_store(content, tmp_path):
    (tmp_path / "s").write_bytes(content)
    with pytest.raises(MlopslintError) as error:
        Store(str(tmp_path / "s"))
    assert "\n" not in str(error.value)
    assert (tmp_path / "s").read_bytes() == content


def test_the_database_of_another_program_is_left_alone(tmp_path):
    with sqlite3.connect(tmp_path / "s") as connection:
        connection.execute("CREATE TABLE users (name TEXT)")
    with pytest.raises(MlopslintError, match="belongs to something else"):
        Store(str(tmp_path / "s"), create=True)


def test_an_unreachable_server_is_one_line_without_its_password():
    with pytest.raises(MlopslintError) as error:
        Store("postgresql://ada:secret@127.0.0.1:1/x")
    assert "refused" in str(error.value) and "secret" not in str(error.value) and "\n" not in str(error.value)


@pytest.mark.parametrize(("where", "told"), [("mysql+nosuch://h/x", "no driver"), ("://", "neither a file nor")])
def test_a_wrong_url_is_one_line(where, told):
    with pytest.raises(MlopslintError, match=told):
        Store(where)


def test_a_store_that_is_not_there_is_not_made_by_looking(tmp_path):
    with pytest.raises(MlopslintError, match="there is no store yet"):
        Store(str(tmp_path / "s"))
    assert not (tmp_path / "s").exists()


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="permissions work otherwise on this system")
def test_a_read_only_store_can_be_read(tmp_path):
    file = tmp_path / "s"
    Store(str(file), create=True).record(result())
    code = (
        "import os, sys, alembic\n"
        "from mlopslint.history.store import Store\nfrom mlopslint.errors import MlopslintError\n"
        "Store(sys.argv[1]).rows()  # what is imported on the way is read while it can be\n"
        "if os.geteuid() == 0: os.setuid(65534)\n"
        "store = Store(sys.argv[1]); rows = store.rows(); print(len(rows))\n"
        "try: store.remove([1])\n"
        "except MlopslintError as error: print(error)\n"
    )
    file.chmod(0o444)
    for folder in (tmp_path, *tmp_path.parents[:3]):
        folder.chmod(0o555 if folder == tmp_path else 0o755)
    try:
        run = subprocess.run([sys.executable, "-c", code, str(file)], capture_output=True, text=True, env=os.environ)
    finally:
        tmp_path.chmod(0o755)
    lines = run.stdout.splitlines()
    assert lines[:1] == ["1"] and "read-only" in lines[1], run.stderr


def test_without_the_extra_the_line_names_it(tmp_path):
    code = (
        "import importlib.util as util, sys\nfound = util.find_spec\n"
        "util.find_spec = lambda name, *rest: None if name == 'alembic' else found(name, *rest)\n"
        "from mlopslint.cli import group, run\n"
        "sys.argv = ['mlopslint', 'history', 'list', '--store', 'x']\nsys.exit(run(group))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path)
    assert (
        run.returncode == 2 and run.stderr == "mlopslint: history needs its extra: pip install 'mlopslint[history]'\n"
    )


@pytest.mark.parametrize(
    ("store", "said"),
    [
        ("kept/history.db", ""),
        ("sqlite:///kept/history.db", ""),
        ("../elsewhere.db", "below its folder"),
        ("/tmp/elsewhere.db", "below its folder"),
        ("postgresql://evil.example/x", "below its folder"),
        ("link/x.db", "below its folder"),
    ],
)
def test_a_repository_may_name_a_file_of_its_own_and_nothing_else(tmp_path, monkeypatch, store, said):
    from mlopslint.history.store import default_store

    folder = tmp_path / "repo"
    folder.mkdir()
    (folder / "link").symlink_to(tmp_path)
    (folder / "mlopslint.toml").write_text(f'[history]\nstore = "{store}"\n', encoding="utf-8")
    monkeypatch.chdir(folder)
    monkeypatch.delenv("MLOPSLINT_STORE", raising=False)
    if said:
        with pytest.raises(MlopslintError, match=said):
            default_store()
    else:
        assert default_store() == str(folder / "kept" / "history.db")
        monkeypatch.setenv("MLOPSLINT_STORE", "other")
        assert default_store() == "other"
