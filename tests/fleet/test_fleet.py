"""Many repositories in one run: nothing stops it, nothing is lost, and the whole is told as one."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import FIXTURES, ROOT, git

from mlopslint.fleet import run as fleet
from mlopslint.fleet.members import Member
from mlopslint.records import Portfolio

LEVELS = FIXTURES / "levels"


def run(*arguments: str, cwd: Path = ROOT, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "mlopslint", "fleet", *arguments],
        capture_output=True, text=True, cwd=cwd, env={**os.environ, **environment},
    )  # fmt: skip


@pytest.fixture(scope="module")
def repositories(tmp_path_factory) -> Path:
    """Four repositories of levels 0 to 3, a bare one, and a list with two more that are none."""
    base = tmp_path_factory.mktemp("fleet")
    for level in range(4):
        folder = base / f"level{level}"
        shutil.copytree(LEVELS / f"level{level}", folder)
        git(folder, "init", "-q", "-b", "main")
        git(folder, "add", "-A", "-f")
        git(folder, "commit", "-q", "-m", "first")
    git(base, "clone", "-q", "--bare", "level2", "bare.git")
    (base / "fleet.yaml").write_text(
        "- {path: level0, team: research, tags: [old]}\n"
        "- {path: level1, team: risk}\n"
        "- {path: level2, team: risk, criticality: high}\n"
        "- {path: level3, team: platform}\n"
        "- bare.git\n"
        "- gone\n"
        "- {path: level1, name: no such commit, rev: deadbeef}\n",
        encoding="utf-8",
    )
    return base


def test_what_fails_is_listed_and_stops_nothing(repositories, tmp_path):
    files = {kind: tmp_path / f"out.{kind}" for kind in ("json", "csv", "md", "html")}
    options = [part for file in files.values() for part in ("-o", str(file))]
    shown = run(str(repositories / "fleet.yaml"), *options)
    assert shown.returncode == 1
    lines = shown.stderr.splitlines()
    assert [line.split(" could")[0] for line in lines] == ["gate: gone", "gate: no such commit"]
    whole = json.loads(files["json"].read_bytes())
    assert [item["name"] for item in whole["repositories"]] == [
        "level0", "level1", "level2", "level3", "bare", "gone", "no such commit",
    ]  # fmt: skip
    assert [item["at"]["level"] for item in whole["repositories"][:5]] == [0, 1, 2, 3, 2]
    rows = list(csv.DictReader(io.StringIO(files["csv"].read_text(encoding="utf-8"))))
    assert rows[0]["team"] == "research" and rows[5]["error"] and rows[5]["score"] == ""
    for kind in ("md", "html"):
        text = files[kind].read_text(encoding="utf-8")
        for part in ("Shared gaps", "Teams", "Not assessed", "level3", "gone"):
            assert part in text
    for text in (shown.stdout, shown.stderr, *(file.read_text(encoding="utf-8") for file in files.values())):
        assert str(repositories) not in text
    assert run(str(repositories / "fleet.yaml"), "--exit-zero", "-q").returncode == 0


def test_one_process_two_and_the_order_of_the_list_tell_the_same(repositories, tmp_path):
    made = [run(str(repositories / "fleet.yaml"), "-f", "json", "--jobs", jobs).stdout for jobs in ("1", "2", "5")]
    assert made[0] == made[1] == made[2] != ""


def test_a_run_goes_on_where_it_was_cut_off(repositories, tmp_path):
    results = tmp_path / "results"
    first = run(str(repositories / "fleet.yaml"), "--results", str(results), "-f", "json")
    kept = sorted(file.name for file in results.iterdir())
    assert kept == ["bare.json", "level0.json", "level1.json", "level2.json", "level3.json"]
    marked = {file: file.stat().st_mtime_ns for file in results.iterdir()}
    (results / "level1.json").write_text("{half a resu", encoding="utf-8")
    (results / "level2.json").unlink()
    again = run(str(repositories / "fleet.yaml"), "--results", str(results), "-f", "json", "--no-cache")
    assert again.stdout == first.stdout
    assert json.loads((results / "level1.json").read_bytes())["repository"]["name"] == "level1"
    touched = {file.name for file in results.iterdir() if file.stat().st_mtime_ns != marked[file]}
    assert {"level1.json", "level2.json"} <= touched
    assert not [file for file in results.iterdir() if file.suffix != ".json"]


def test_what_is_kept_is_used_only_for_the_very_commit(repositories, tmp_path):
    from mlopslint.fleet import results
    from mlopslint.mainline import review

    folder = tmp_path / "work"
    shutil.copytree(repositories / "level1", folder)
    member = Member(str(folder), "work")
    results.keep(str(tmp_path), member, review(str(folder)))
    assert list(results.current(str(tmp_path), [member])) == ["work"]
    (folder / "README.md").write_text("changed\n", encoding="utf-8")
    assert results.current(str(tmp_path), [member]) == {}
    git(folder, "commit", "-qam", "changed")
    assert results.current(str(tmp_path), [member]) == {}


def test_movement_against_an_earlier_run(repositories, tmp_path):
    folder = tmp_path / "now"
    shutil.copytree(repositories / "level1", folder / "level1")
    (folder / "fleet.csv").write_text("path,team\nlevel1,risk\n", encoding="utf-8")
    before = tmp_path / "2026Q3"
    assert run(str(folder / "fleet.csv"), "--results", str(before), "-q").returncode == 0
    shutil.rmtree(folder / "level1" / ".github")
    git(folder / "level1", "commit", "-qam", "no CI any more")
    site = tmp_path / "site"
    shown = run(str(folder / "fleet.csv"), "--against", str(before), "-f", "markdown", "--site", str(site))
    assert "Since 2026Q3: 0 rose, 1 fell, 0 stayed." in shown.stdout and "## Fell" in shown.stdout
    page = (site / "repositories" / "level1.html").read_text(encoding="utf-8")
    assert 'id="moved"' in page and "CIC001" in page


def test_what_vanished_since_an_earlier_run_is_said(repositories, tmp_path):
    folder = tmp_path / "now"
    for name in ("level0", "level1", "level2"):
        shutil.copytree(repositories / name, folder / name)
    (folder / "fleet.csv").write_text("path\nlevel0\nlevel1\nlevel2\n", encoding="utf-8")
    before = tmp_path / "2026Q3"
    assert run(str(folder / "fleet.csv"), "--results", str(before), "-q").returncode == 0
    shutil.rmtree(folder / "level1")
    (folder / "fleet.csv").write_text("path\nlevel0\nlevel1\n", encoding="utf-8")
    for kind in ("terminal", "markdown", "html"):
        shown = run(str(folder / "fleet.csv"), "--against", str(before), "-f", kind)
        told = " ".join(shown.stdout.split())  # a terminal breaks lines where it likes
        assert shown.returncode == 1 and "(before: score " in told, kind
        assert "In 2026Q3, and not in the list any more: level2." in told, kind


def test_gates_name_each_repository(repositories):
    shown = run(str(repositories / "fleet.yaml"), "--min-level", "2", "--fail-under", "50", "-q")
    assert shown.returncode == 1 and shown.stdout == ""
    lines = shown.stderr.splitlines()
    assert any(line.startswith("gate: level1: level 1 is below 2; missing: ") for line in lines)
    assert any(line.startswith("gate: level0: score ") for line in lines)
    assert not [line for line in lines if "level3" in line]


def test_results_are_recorded(repositories, tmp_path):
    from mlopslint.history.store import Store

    store = tmp_path / "store"
    for _ in range(2):
        run(str(repositories / "fleet.yaml"), "--record", str(store), "-q")
    rows = Store(str(store)).rows()
    assert [(row.repository, row.team) for row in rows] == [
        ("bare", None), ("level0", "research"), ("level1", "risk"), ("level2", "risk"), ("level3", "platform"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["none.yaml"], "No such file"),
        (["fleet.yaml", "-f", "pdf"], "no format 'pdf'"),
        (["fleet.yaml", "--against", "nowhere"], "no such folder"),
        (["fleet.yaml", "--site", "."], "the folder holds something else"),
        (["fleet.yaml", "--results", "fleet.yaml"], "File exists"),
        (["fleet.yaml", "--model", "mikrosoft"], "did you mean 'microsoft'"),
        (["fleet.yaml", "--config", "nowhere.toml"], "nowhere.toml"),
        (["fleet.yaml", "--scheduler", "tcp://x:1", "--timeout", "3"], "--timeout is for local runs"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_line(repositories, arguments, said):
    shown = run(*arguments, cwd=repositories)
    assert shown.returncode == 2 and said in shown.stderr and shown.stderr.count("\n") == 1


# -- workers that die or never end --------------------------------------------------------------------------------------


def deadly(member: Member, settings: fleet.Settings) -> tuple[bytes, str]:
    """A worker that is killed by one repository, as the kernel does for want of memory."""
    if member.name == "deadly":
        os.kill(os.getpid(), 9)
    return fleet_assess(member, settings)


fleet_assess = fleet.assess_member


def test_a_killed_process_costs_only_what_killed_it(repositories, monkeypatch, tmp_path):
    monkeypatch.setattr(fleet, "assess_member", deadly)
    members = [Member(str(repositories / f"level{n % 4}"), f"r{n}") for n in range(6)]
    members.insert(2, Member(str(repositories / "level0"), "deadly"))
    done = {item.member.name: item for item in fleet.local(members, fleet.Settings(cache_dir=str(tmp_path)), jobs=2)}
    assert done.keys() == {member.name for member in members}
    assert "was killed" in done["deadly"].error
    assert all(item.report is not None for name, item in done.items() if name != "deadly")


def endless(member: Member, settings: fleet.Settings) -> tuple[bytes, str]:
    if member.name == "endless":
        import mlopslint.mainline

        def never(*_: object, **__: object) -> None:
            while True:
                pass

        mlopslint.mainline.review = never  # type: ignore[assignment]
    return fleet_assess(member, settings)


@pytest.mark.skipif(not hasattr(__import__("signal"), "setitimer"), reason="this system has no timers")
def test_what_takes_too_long_is_ended(repositories, monkeypatch, tmp_path):
    monkeypatch.setattr(fleet, "assess_member", endless)
    members = [Member(str(repositories / "level0"), "endless"), Member(str(repositories / "level1"), "fine")]
    settings = fleet.Settings(cache_dir=str(tmp_path), timeout=3.0)
    done = {item.member.name: item for item in fleet.local(members, settings, jobs=2)}
    assert done["endless"].error == "took longer than 3 s" and done["fine"].report is not None


def test_an_error_of_ours_is_one_line(monkeypatch):
    import mlopslint.mainline

    def broken(*_: object, **__: object) -> None:
        raise ValueError("unexpected")

    monkeypatch.setattr(mlopslint.mainline, "review", broken)
    assert fleet.assess_member(Member("x", "x"), fleet.Settings()) == (b"", "internal error: ValueError: unexpected")


def test_a_portfolio_comes_back_from_its_json(repositories):
    import msgspec

    text = run(str(repositories / "fleet.yaml"), "-f", "json", "--exit-zero").stdout
    whole = msgspec.json.decode(text, type=Portfolio)
    assert len(whole.repositories) == 7 and whole.repositories[2].criticality == "high"
