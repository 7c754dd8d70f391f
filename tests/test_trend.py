"""Past moments of a repository: which commits stand for them, what they read, and with which commit that changed."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from datetime import date

import pytest
from conftest import ROOT, git, write
from stories import commit

from mlopslint import review
from mlopslint.errors import MlopslintError
from mlopslint.trend import Commit, chosen, commits, ends, parse_day, trend

D = date.fromisoformat


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "mlopslint", "trend", *arguments], capture_output=True, text=True, encoding="utf-8"
    )


def test_a_point_reads_what_a_scan_of_its_commit_reads(story):
    points = trend(str(story), since=D("2025-01-01"), until=D("2025-12-31"), by_commit=0).trend
    assert [point.date for point in points] == ["2025-03-31", "2025-06-30", "2025-09-30", "2025-12-31"]
    for point in points:
        whole = review(str(story), rev=point.at.revision).assessment
        assert (point.at.score, point.at.level) == (whole.score, whole.level)
    assert [point.at.level for point in points] == [0, 1, 2, 3]


def test_every_change_names_the_commit_that_made_it(story):
    points = trend(str(story), since=D("2025-01-01"), until=D("2025-12-31")).trend
    for level, point in enumerate(points):
        made = {change.commit.subject for change in point.changes if change.commit}
        assert made == ({f"Level {level}"} if level else set()), point.date
        assert sum(change.points for change in point.changes) == pytest.approx(
            point.at.score - points[max(level - 1, 0)].at.score, abs=0.3
        )


def test_a_practice_that_moved_by_a_file_that_is_no_evidence_is_found_too(tmp_path):
    """The commit is looked for near the evidence first, but a practice may move by what is taken away elsewhere."""
    folder = tmp_path / "r"
    folder.mkdir()
    git(folder, "init", "-q", "-b", "main")
    write(folder, {"train.py": "import torch\n", "LICENSE": (ROOT / "LICENSE").read_text(encoding="utf-8")})
    commit(folder, "2025-01-05", "start")
    for n in range(9):
        write(folder, {"README.md": f"# Churn\n\n{n}\n"})
        if n == 5:
            git(folder, "mv", "LICENSE", "notes.txt")
        commit(folder, f"2025-02-0{n + 1}", f"edit {n}")
    changes = trend(str(folder), every="month", until=D("2025-02-28")).trend[1].changes
    assert {(c.code, c.commit.subject) for c in changes if c.code == "STR009"} == {("STR009", "edit 5")}


def test_the_second_look_reads_nothing_again(story, tmp_path):
    first = trend(str(story), until=D("2025-12-31"), cache_dir=str(tmp_path))
    second = trend(str(story), until=D("2025-12-31"), cache_dir=str(tmp_path))
    assert first.trend == second.trend


def test_without_a_cache_and_in_one_process(story):
    alone = trend(str(story), until=D("2025-12-31"), use_cache=False, jobs=1)
    assert alone.trend == trend(str(story), until=D("2025-12-31")).trend


def test_a_bare_repository_and_a_folder_inside(story, tmp_path):
    bare = tmp_path / "churn.git"
    subprocess.run(["git", "clone", "-q", "--bare", str(story), str(bare)], check=True)
    there = trend(str(bare), until=D("2025-12-31"), by_commit=0).trend
    here = trend(str(story), until=D("2025-12-31"), by_commit=0).trend
    assert [p.at.score for p in there] == [p.at.score for p in here]


def test_clocks_that_ran_wrong_never_show_what_was_replaced(tmp_path):
    folder = tmp_path / "r"
    folder.mkdir()
    git(folder, "init", "-q", "-b", "main")
    commit(folder, "2025-03-01", "one")
    commit(folder, "2031-01-01", "from the future")
    last = commit(folder, "2025-04-01", "back again")
    line = commits(str(folder), today=D("2031-12-31"))
    assert [c.day for c in line] == [D("2025-03-01"), D("2031-01-01"), D("2031-01-01")]
    assert chosen(line, "year", None, D("2031-12-31"))[-1][1].id == last
    assert [d.isoformat() for d, _ in chosen(line, "year", None, D("2026-11-23"))] == ["2025-12-31", "2026-11-23"]


def test_a_date_in_the_future_hides_nothing_that_follows(tmp_path):
    folder = tmp_path / "r"
    folder.mkdir()
    git(folder, "init", "-q", "-b", "main")
    commit(folder, "2025-03-01", "one")
    commit(folder, "2031-01-01", "from the future")
    back = commit(folder, "2025-04-01", "back again")
    line = commits(str(folder), today=D("2026-11-23"))
    assert [c.day for c in line] == [D("2025-03-01"), D("2025-04-01"), D("2025-04-01")]
    assert chosen(line, "year", None, D("2025-12-31"))[-1][1].id == back
    commit(folder, "2032-01-01", "the newest is from the future too")
    assert commits(str(folder), today=D("2026-11-23"))[-1].day == D("2026-11-23")


@pytest.mark.parametrize(
    ("every", "expected"),
    [
        ("week", ["2025-12-28", "2026-01-04", "2026-01-10"]),
        ("month", ["2025-12-31", "2026-01-10"]),
        ("quarter", ["2025-12-31", "2026-01-10"]),
        ("year", ["2025-12-31", "2026-01-10"]),
    ],
)
def test_periods_end_where_people_end_them(every, expected):
    assert [d.isoformat() for d in ends(every, D("2025-12-24"), D("2026-01-10"))] == expected


def test_a_period_before_the_first_commit_is_left_out():
    line = [Commit("a", D("2025-05-05")), Commit("b", D("2025-06-30"))]
    found = chosen(line, "month", D("2024-01-01"), D("2025-07-31"))
    assert [(d.isoformat(), c.id) for d, c in found] == [("2025-05-31", "a"), ("2025-06-30", "b"), ("2025-07-31", "b")]
    assert [c.id for _, c in chosen(line, "commit", None, D("2025-12-31"))] == ["a", "b"]


@pytest.mark.parametrize("text", ["2025-13", "yesterday", "20250101", "2025-02-30"])
def test_a_wrong_date_is_said(text):
    with pytest.raises(MlopslintError, match="not a date"):
        parse_day(text)
    assert parse_day("2025") == D("2025-01-01") and parse_day("2025-07") == D("2025-07-01")


def test_the_terminal_tells_the_story(story):
    out = run(str(story), "--since", "2025", "--until", "2025-12-31")
    assert out.returncode == 0 and out.stderr == ""
    lines = out.stdout.splitlines()
    assert lines[0] == "churn, 2025-03-31 to 2025-12-31" and "level 0 → 3" in lines[1]
    assert any("Level 2" in line and "→✓" in line for line in lines) and all(len(line) <= 100 for line in lines)
    more = run(str(story), "--since", "2025", "--until", "2025-12-31", "--verbose").stdout
    assert len(more.splitlines()) > len(lines) and "more with --verbose" not in more


def test_the_other_formats(story, tmp_path):
    files = [tmp_path / f"t{end}" for end in (".json", ".csv", ".md")]
    out = run(str(story), "--until", "2025-12-31", "-q", *(x for file in files for x in ("-o", str(file))))
    assert out.returncode == 0 and out.stdout == ""
    points = json.loads(files[0].read_text(encoding="utf-8"))["points"]
    rows = list(csv.DictReader(io.StringIO(files[1].read_text(encoding="utf-8"))))
    assert [row["score"] for row in rows] == [str(point["at"]["score"]) for point in points]
    assert points[1]["changes"][0]["commit"]["subject"] == "Level 1"
    text = files[2].read_text(encoding="utf-8")
    assert text.startswith("# Maturity of churn, 2025-03-31 to 2025-12-31") and "| 2025-12-31 |" in text


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--since", "soon"], "--since soon: not a date; give YYYY-MM-DD, YYYY-MM or YYYY"),
        (["--rev", "mian"], "no such commit: mian"),
        (["-f", "sarif"], "no format 'sarif' for a trend"),
        (["-o", "x.xyz"], "the suffix chooses the format"),
        (["--until", "1999"], "no commit on or before 1999-01-01"),
    ],
)
def test_wrong_usage_is_two_and_one_clear_line(arguments, told, story):
    out = run(str(story), *arguments)
    assert out.returncode == 2 and told in out.stderr and out.stderr.count("\n") == 1


def test_a_folder_without_history_is_said(tmp_path):
    write(tmp_path, {"a.py": "x = 1\n"})
    out = run(str(tmp_path))
    assert out.returncode == 2 and "a trend needs a git repository with history" in out.stderr


def test_a_shallow_clone_has_the_history_it_has(story, tmp_path):
    subprocess.run(["git", "clone", "-q", "--depth=2", f"file://{story}", str(tmp_path / "s")], check=True)
    points = trend(str(tmp_path / "s"), until=D("2025-12-31")).trend
    assert [point.at.level for point in points] == [3]
