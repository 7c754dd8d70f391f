"""Places, permanent links and the sentences of the verdict."""

from __future__ import annotations

import pytest
import sample
from msgspec.structs import replace

from mlopslint.data import folder
from mlopslint.records import Evidence
from mlopslint.report import view, words
from mlopslint.report.text import flat, visible

REVISION = "0123456789abcdef0123456789abcdef01234567"


@pytest.mark.parametrize(
    ("remote", "expected"),
    [
        ("https://github.com/a/b", f"https://github.com/a/b/blob/{REVISION}/x%20y.py#L3"),
        ("https://github.com/a/b.git", f"https://github.com/a/b/blob/{REVISION}/x%20y.py#L3"),
        ("git@github.com:a/b.git", f"https://github.com/a/b/blob/{REVISION}/x%20y.py#L3"),
        ("https://gitlab.com/a/c/b", f"https://gitlab.com/a/c/b/-/blob/{REVISION}/x%20y.py#L3"),
        ("https://bitbucket.org/a/b", f"https://bitbucket.org/a/b/src/{REVISION}/x%20y.py#lines-3"),
        ("https://codeberg.org/a/b", f"https://codeberg.org/a/b/src/commit/{REVISION}/x%20y.py#L3"),
        ("https://git.example.com/a/b", ""),
        ("https://github.com.evil.example/a/b", ""),
        ('https://github.com/a/b"onclick=x', ""),
        ("javascript:alert(1)", ""),
        ("", ""),
    ],
)
def test_link(remote: str, expected: str) -> None:
    report = sample.report()
    report = replace(report, repository=replace(report.repository, remote=remote))
    assert words.link(report, Evidence("x y.py", 3)) == expected


def test_no_link_where_the_line_may_differ() -> None:
    report = sample.report()
    assert "#" not in words.link(report, Evidence("a.ipynb", 3, cell=2))
    for change in ({"dirty": True}, {"revision": None}, {"revision": "main"}):
        other = replace(report, repository=replace(report.repository, **change))
        assert words.link(other, Evidence("x.py", 3)) == ""


def test_place() -> None:
    assert words.place(Evidence("a.py", 3)) == "a.py:3"
    assert words.place(Evidence("a.py")) == "a.py"
    assert words.place(Evidence("a.ipynb", 3, cell=2)) == "a.ipynb cell 2 line 3"


def test_the_narrative_is_two_to_four_sentences() -> None:
    sentences = words.narrative(sample.report())
    assert 2 <= len(sentences) <= 4
    assert "held up by VER003 Dependencies are locked" in sentences[1]
    report = sample.report()
    done = tuple(replace(level, met=True) for level in report.assessment.levels)
    top = replace(report, assessment=replace(report.assessment, levels=done, level=4, roadmap=(), score=None))
    assert "no score" in words.narrative(top)[0]


def test_the_arithmetic_gives_the_score() -> None:
    report = sample.report()
    *rows, total = view.arithmetic(report)
    assert total.score == report.assessment.score
    assert total.earned == sum(row.earned for row in rows)
    assert [row.possible for row in rows] == [category.weight for category in report.assessment.categories]


def test_the_ladder_puts_blockers_first() -> None:
    rows = view.ladder(sample.report())
    assert [row.following for row in rows] == [False, True, False, False, False]
    assert rows[1].first is not None and rows[1].first.code == "VER003"
    assert rows[1].chips[0].blocks and not rows[1].chips[1].blocks
    assert (rows[1].done, rows[1].asked) == (5, 9)


def test_visible() -> None:
    assert visible("a\tb\nc") == "a\tb\nc"
    assert flat(sample.CONTROL) == "red\ufffd[31m\ufffd and turned \ufffdevil"
    assert flat("x" * 10, 5) == "xxxx…"
    assert visible("\udcff") == "\ufffd"


@pytest.mark.parametrize("name", ["rules", "report_templates"])
def test_the_data_folders_are_there(name: str) -> None:
    assert folder(name).is_dir()
    assert list(folder(name).iterdir())


def test_a_score_of_sections_is_out_of_what_its_lowest_section_could_have() -> None:
    report = sample.report()
    chosen = replace(report.assessment, model="ml-test-score", score=0.0)
    assert words.scale(chosen) == 1
    assert words.share(replace(chosen, score=0.5)) == 0.5  # not that model's score: out of 100
    assert "a score of 0 of 1" in words.narrative(replace(report, assessment=chosen))[0]
    assert words.scale(report.assessment) == 100
