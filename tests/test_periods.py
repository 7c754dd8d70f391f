"""Periods as people write them, and their neighbours."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlopslint.errors import MlopslintError
from mlopslint.periods import parse, shifted


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2026Q3", "2026-07-01", "2026-09-30"),
        ("2026-q4", "2026-10-01", "2026-12-31"),
        ("2024Q1", "2024-01-01", "2024-03-31"),
        ("2026H1", "2026-01-01", "2026-06-30"),
        ("2026H2", "2026-07-01", "2026-12-31"),
        ("2024-02", "2024-02-01", "2024-02-29"),
        ("2026-12", "2026-12-01", "2026-12-31"),
        ("2026", "2026-01-01", "2026-12-31"),
        ("2026-07-15..2026-08-14", "2026-07-15", "2026-08-14"),
    ],
)
def test_a_name_is_a_stretch_of_days(text, first, last):
    period = parse(text)
    assert (period.first.isoformat(), period.last.isoformat()) == (first, last)
    assert period.eve == period.first - timedelta(days=1)


@pytest.mark.parametrize("text", ["", "2026Q5", "2026Q0", "26Q1", "2026-13", "2026-7", "0000", "Q3", "2026H3", "2026-09-30..2026-07-01", "2026-02-30..2026-03-01", "last"])  # fmt: skip
def test_what_is_no_period_is_said(text):
    with pytest.raises(MlopslintError, match="not a period; give 2026Q3"):
        parse(text)


_DAYS = st.dates(date(1990, 1, 1), date(2090, 12, 31))
_NAMES = st.one_of(
    st.builds(lambda day, kind: {"Q": f"{day.year}Q{(day.month + 2) // 3}", "H": f"{day.year}H{(day.month + 5) // 6}",
                                 "M": f"{day.year}-{day.month:02}", "Y": str(day.year)}[kind], _DAYS, st.sampled_from("QHMY")),
    st.builds(lambda day, length: f"{day}..{day + timedelta(days=length)}", _DAYS, st.integers(0, 400)),
)  # fmt: skip


@given(_NAMES, st.integers(-30, 30))
def test_neighbours_meet_without_a_gap(name, by):
    period = parse(name)
    later = shifted(period, by)
    assert shifted(later, -by) == period._replace(name=shifted(later, -by).name)
    assert shifted(later, 1).first == later.last + timedelta(days=1)
    assert parse(later.name.replace(" to ", "..")) == later


def test_the_calendar_has_an_end():
    with pytest.raises(MlopslintError, match="end of the calendar|not a period"):
        shifted(parse("9998"), 5)
