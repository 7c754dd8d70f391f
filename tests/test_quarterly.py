"""The report of a period: from commits and from the store, with its causes, targets, and what cannot be told."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from conftest import ROOT, git
from stories import become, commit

from mlopslint.errors import MlopslintError
from mlopslint.history.store import Store
from mlopslint.mainline import review
from mlopslint.periods import parse
from mlopslint.quarterly import all_from_store, from_commits, from_store
from mlopslint.report import portfolio as portfolios
from mlopslint.report import quarter

LATER = date(2026, 11, 24)


def run(*arguments: str, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "mlopslint", "report", *arguments], capture_output=True, text=True, cwd=cwd
    )


def test_a_quarter_from_commits(story):
    made = from_commits(str(story), parse("2025Q3"), today=LATER)
    delta = made.result.delta
    assert made.result.assessment.level == 2 and delta is not None and delta.before.level == 1
    assert delta.by_cause == {"code": pytest.approx(delta.after.score - delta.before.score, abs=0.06)}
    assert sum(change.points for change in delta.changes) == pytest.approx(
        delta.after.score - delta.before.score, abs=0.06
    )
    subjects = {change.commit.subject for change in delta.changes if change.commit}
    assert subjects == {"Level 2"} and all(change.commit for change in delta.changes)
    assert [point.date for point in made.result.trend] == ["2025-03-31", "2025-06-30", "2025-09-30"]
    assert [point.at.level for point in made.result.trend] == [0, 1, 2]
    assert made.notes == () and made.period.following == "2025Q4"


def test_it_is_read_out_in_one_sentence(story):
    made = from_commits(str(story), parse("2025Q3"), today=LATER, name_commits=False)
    said = quarter.summary(made)
    assert said[0].startswith("churn ends 2025Q3 at level 2 of 4 (Automated training), up from 1, with a score of ")
    assert any(line.startswith("What moved the score: the repository itself +") for line in said)
    assert "held up by CIC006" in said[-1]


def test_a_period_without_a_commit_and_one_that_is_not_over(story):
    quiet = from_commits(str(story), parse("2026Q1"), today=LATER)
    assert quiet.notes == ("No commit was made in this period.",) and quiet.result.delta.changes == ()
    running = from_commits(str(story), parse("2025Q4"), today=date(2025, 11, 1))
    assert running.notes[0] == "The period is not over: this is the state on 2025-11-01."
    assert running.result.assessment.level == 2
    first = from_commits(str(story), parse("2025Q1"), today=LATER)
    assert first.result.delta is None and "nothing before this period" in first.notes[0]
    assert "+" not in quarter.summary(first)[0]
    with pytest.raises(MlopslintError, match="no commit on or before 2024-12-31; the first is of 2025-02-10"):
        from_commits(str(story), parse("2024Q4"), today=LATER)


@pytest.fixture
def waived(tmp_path) -> Path:
    """A waiver that comes in one quarter and ends in the next, and a target that is missed."""
    folder = tmp_path / "waived"
    folder.mkdir()
    git(folder, "init", "-q", "-b", "main")
    become(folder, 1)
    commit(folder, "2025-02-10", "begin")
    (folder / "mlopslint.toml").write_text(
        '[[waive]]\nrule = "VER001"\nreason = "no data of our own"\nowner = "ml"\nexpires = 2025-08-15\n'
        "[target]\nlevel = 2\nby = 2025-09-30\n",
        encoding="utf-8",
    )
    commit(folder, "2025-05-10", "accept")
    return folder


def test_waivers_move_the_score_in_their_own_name(waived):
    came = from_commits(str(waived), parse("2025Q2"), today=LATER)
    causes = came.result.delta.by_cause
    change = next(c for c in came.result.delta.changes if c.code == "VER001")
    assert (change.cause, change.before, change.after) == ("waiver", "fail", "waived") and change.points > 0
    assert causes["waiver"] == pytest.approx(change.points, abs=0.01)
    assert [v.code for v in quarter.ending(came)] == ["VER001"]
    assert quarter.targets(came) == [
        "Level 2 by 2025-09-30: not reached yet.",
        "When the period began, no target was set.",
    ]
    ended = from_commits(str(waived), parse("2025Q3"), today=LATER)
    change = next(c for c in ended.result.delta.changes if c.code == "VER001")
    assert (change.cause, change.before, change.after) == ("waiver", "waived", "fail") and change.points < 0
    assert quarter.targets(ended) == ["Level 2 by 2025-09-30: missed."]
    assert "waivers and attestations" in " ".join(quarter.summary(ended))


def test_a_configuration_of_its_time_that_cannot_be_read(waived):
    (waived / "mlopslint.toml").write_text('rubric = "2019.1"\n', encoding="utf-8")
    commit(waived, "2025-07-10", "pinned to another rubric")
    (waived / "mlopslint.toml").write_text("", encoding="utf-8")
    commit(waived, "2025-10-10", "unpinned")
    made = from_commits(str(waived), parse("2025Q3"), today=LATER)
    assert any("cannot be used" in note and "2019.1" in note for note in made.notes)
    assert made.result.assessment.score is not None


def test_from_the_store(story, tmp_path):
    store = Store(str(tmp_path / "s"), create=True)
    revs = git(story, "log", "--format=%H", "--reverse").split()
    for rev in (revs[0], revs[4], revs[8]):
        store.record(review(str(story), rev=rev), team="churn")
    made = from_store(store, "churn", parse("2025Q3"))
    assert made.source == "store" and made.result.assessment.level == 2 and made.result.delta.before.level == 1
    stale = from_store(store, "churn", parse("2025Q4"))
    assert stale.notes == ("Nothing was recorded in this period; the newest result is of 2025-08-10.",)
    with pytest.raises(MlopslintError, match="nothing is recorded on or before 2024-12-31"):
        from_store(store, "churn", parse("2024Q4"))


def test_a_damaged_record_is_left_out_and_said(story, tmp_path):
    store = Store(str(tmp_path / "s"), create=True)
    revs = git(story, "log", "--format=%H", "--reverse").split()
    for rev in (revs[2], revs[4], revs[8]):
        store.record(review(str(story), rev=rev), repository="churn")
    with store._connected(write=True) as connection:
        from sqlalchemy import text

        connection.execute(
            text("update assessments set payload = substr(payload, 1, 100) where revision = :rev"), {"rev": revs[4]}
        )
    one = from_store(store, "churn", parse("2025Q3"))
    assert one.result.delta.before.revision == revs[2]
    assert [note for note in one.notes if "its record is damaged" in note and note.endswith("; it is left out.")]
    whole = all_from_store(
        store, parse("2025Q3"), detail=lambda name: str(from_store(store, name, parse("2025Q3")).source)
    )
    assert whole.repositories[0].before.revision == revs[2] and whole.repositories[0].error is None
    assert whole.notices[0].startswith(f"churn {revs[4][:10]}: its record is damaged")


def test_all_repositories_of_the_store(story, tmp_path):
    store = Store(str(tmp_path / "s"), create=True)
    revs = git(story, "log", "--format=%H", "--reverse").split()
    for rev in (revs[4], revs[8]):
        store.record(review(str(story), rev=rev), repository="live", team="a")
    store.record(review(str(story), rev=revs[4]), repository="vanished", team="b")
    store.record(review(str(story), rev=revs[4]), repository="damaged")
    with store._connected(write=True) as connection:
        from sqlalchemy import text

        connection.execute(text("update assessments set payload = x'00' where repository = 'damaged'"))
    whole = all_from_store(store, parse("2025Q3"))
    named = {item.name: item for item in whole.repositories}
    assert named["live"].before.level == 1 and named["live"].at.level == 2
    assert "damaged" in named["damaged"].error
    assert whole.notices[0].startswith("Nothing was recorded in 2025Q3 of damaged (last seen 2025-05-10), vanished (")
    said = portfolios.narrative(whole)
    assert said[0] == "2 repositories assessed, 1 could not be." and "1 rose, 0 fell, 1 stayed" in said[2]
    for render in (portfolios.markdown, portfolios.html, portfolios.csv, portfolios.terminal):
        assert "vanished" in render(whole)


def test_another_rubric_is_never_a_movement(story, tmp_path):
    store = Store(str(tmp_path / "s"), create=True)
    revs = git(story, "log", "--format=%H", "--reverse").split()
    from msgspec.structs import replace

    old = review(str(story), rev=revs[4])
    fewer = tuple(v for v in old.assessment.practices if v.code != "VER001")
    store.record(replace(old, assessment=replace(old.assessment, rubric="2025.1", practices=fewer)))
    store.record(review(str(story), rev=revs[5]))
    made = from_store(store, "churn", parse("2025Q2"))
    assert made.result.delta is None
    store.record(review(str(story), rev=revs[8]))
    later = from_store(store, "churn", parse("2025-08-01..2025-08-31"))
    assert later.result.delta.by_cause.keys() == {"code"}
    store2 = Store(str(tmp_path / "t"), create=True)
    store2.record(replace(old, assessment=replace(old.assessment, rubric="2025.1", practices=fewer)))
    store2.record(review(str(story), rev=revs[8]))
    both = from_store(store2, "churn", parse("2025Q3"))
    assert both.result.delta.by_cause.keys() == {"code", "rubric"}
    assert any("2025.1, 2026.4" in note for note in both.notes)
    whole = all_from_store(store2, parse("2025Q3"))
    assert "0 rose" not in " ".join(portfolios.narrative(whole))  # scores of two rubrics are not compared


def test_the_command(story, tmp_path):
    page, data = tmp_path / "r.html", tmp_path / "r.json"
    shown = run(str(story), "--period", "2025Q3", "-o", str(page), "-o", str(data))
    assert shown.returncode == 0 and shown.stderr == ""
    for part in ("# MLOps maturity of churn in 2025Q3", "## The figures", "## What moved and why", "## Proposed for 2025Q4",
                 "## Not assessed", "## Every practice, with its evidence", "## Targets"):  # fmt: skip
        assert part in shown.stdout
    assert json.loads(data.read_bytes())["period"]["following"] == "2025Q4"
    assert "Proposed for 2025Q4" in page.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--period", "soon"], "not a period"),
        (["--period", "2025Q3", "-f", "pdf"], "no format 'pdf'"),
        (["--period", "2025Q3", "-o", "x.pdf"], "the suffix chooses the format"),
        (["--period", "2025Q3", "--store", "x"], "go with --from-history"),
        (["--period", "2025Q3", "--from-history", "--store", "none-such"], "there is no store yet"),
        (["none-such", "--period", "2025Q3"], "none-such"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_line(arguments, said, tmp_path):
    shown = run(*arguments, cwd=tmp_path)
    assert shown.returncode == 2 and said in shown.stderr and shown.stderr.count("\n") == 1 and shown.stdout == ""


def test_a_folder_without_git_has_no_periods(tmp_path):
    (tmp_path / "a.py").write_text("x = 1\n", encoding="utf-8")
    shown = run(str(tmp_path), "--period", "2025Q3")
    assert shown.returncode == 2 and "needs a git repository with history" in shown.stderr
