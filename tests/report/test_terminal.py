"""The terminal's page: one screen, readable without colour and without Unicode, deaf to control characters."""

from __future__ import annotations

import pytest
import sample
from msgspec.structs import replace
from stored import compare

from mlopslint.report.terminal import render


def test_golden(request: pytest.FixtureRequest) -> None:
    compare(request, "terminal.txt", render(sample.report()))
    compare(request, "terminal-verbose.txt", render(sample.report(), verbose=True))
    compare(request, "terminal-ascii.txt", render(sample.report(), ascii=True, width=80))


def test_it_is_one_screen_also_with_fourteen_categories() -> None:
    report = sample.report()
    categories = report.assessment.categories * 2
    report = replace(report, assessment=replace(report.assessment, categories=categories[:14]), delta=None)
    lines = render(report).splitlines()
    assert len(lines) <= 41
    assert max(map(len, lines)) <= 100


@pytest.mark.parametrize("width", [40, 60, 80, 140])
def test_no_line_is_wider_than_asked(width: int) -> None:
    for verbose in (False, True):
        text = render(sample.report(), verbose=verbose, width=width)
        assert max(map(len, text.splitlines())) <= width
        data = next(line for line in text.splitlines() if line.startswith("DAT "))
        assert data.endswith("100  ✓ 2  ◐ 0  ✗ 0")


def test_without_colour_there_is_no_escape_and_with_colour_the_text_is_the_same() -> None:
    import re

    plain = render(sample.report(), verbose=True)
    assert "\x1b" not in plain and "\u202e" not in plain and "\x07" not in plain
    colour = render(sample.report(), verbose=True, color=True)
    assert "\x1b[" in colour
    stripped = re.sub(r"\x1b\[[\d;]*m", "", colour)
    assert [line.rstrip() for line in stripped.splitlines()] == plain.splitlines()


def test_ascii_is_ascii() -> None:
    text = render(replace(sample.report(), notices=("naïve ü",)), verbose=True, ascii=True)
    assert text.isascii()
    assert "x missing" in text and "+ in place" in text


def test_verbose_has_every_practice_with_word_and_place() -> None:
    text = render(sample.report(), verbose=True, width=140)
    for verdict in sample.VERDICTS:
        assert verdict.code in text
    for word in ("in place", "half", "missing", "n/a", "unknown", "attested", "waived"):
        assert word in text
    assert "notebooks/explore data.ipynb cell 7 line 4" in text
    assert "Waivers and attestations" in text and "SE4ML" in text and "services/api" in text


def test_a_report_with_nothing_in_it() -> None:
    report = sample.report()
    bare = replace(
        report.assessment,
        score=None,
        score_without_waivers=None,
        levels=(),
        categories=(),
        practices=(),
        roadmap=(),
        models=(),
        target=None,
    )
    text = render(replace(report, assessment=bare, errors=(), notices=(), projects=()), verbose=True)
    assert "Score –" in text
