"""Periods as people name them: 2026Q3, 2026H1, 2026-07, 2026, 2026-07-01..2026-09-30."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import NamedTuple

from mlopslint.errors import MlopslintError

#: sign in a name -> months of such a period
_LENGTHS = {"Q": 3, "H": 6}


class Period(NamedTuple):
    """A stretch of days, both inclusive, and what it is called."""

    name: str
    first: date
    last: date

    @property
    def eve(self) -> date:
        """The day before it begins: what stood then is what it is compared with."""
        return self.first - timedelta(days=1)


def parse(text: str) -> Period:
    """The period that a text names; raises MlopslintError for one that it does not."""
    try:
        if match := re.fullmatch(r"(\d{4})-?(?:[Qq]([1-4])|[Hh]([12]))", text):
            return _part(int(match[1]), "Q" if match[2] else "H", int(match[2] or match[3]) - 1)
        if match := re.fullmatch(r"(\d{4})(?:-(\d{2}))?", text):
            year, month = int(match[1]), int(match[2] or 1)
            return Period(text, date(year, month, 1), _last(year, month, 1 if match[2] else 12))
        if match := re.fullmatch(r"(\d{4}-\d{2}-\d{2})\.\.(\d{4}-\d{2}-\d{2})", text):
            first, last = date.fromisoformat(match[1]), date.fromisoformat(match[2])
            if first <= last:
                return Period(f"{first} to {last}", first, last)
    except (ValueError, OverflowError):
        pass
    raise MlopslintError(f"--period {text}: not a period; give 2026Q3, 2026H1, 2026-07, 2026 or 2026-07-01..2026-09-30")


def shifted(period: Period, by: int) -> Period:
    """The period of the same kind that comes ``by`` later (earlier when negative); raises MlopslintError beyond the calendar."""
    year, month = period.first.year, period.first.month
    try:
        if match := re.fullmatch(r"\d{4}([QH])\d", period.name):
            months = _LENGTHS[match[1]]
            count = (12 // months) * year + (month - 1) // months + by
            return _part(count // (12 // months), match[1], count % (12 // months))
        if re.fullmatch(r"\d{4}-\d{2}", period.name):
            count = 12 * year + month - 1 + by
            return parse(f"{count // 12:04}-{count % 12 + 1:02}")
        if re.fullmatch(r"\d{4}", period.name):
            return parse(f"{year + by:04}")
        step = (period.last - period.first + timedelta(days=1)) * by
        first, last = period.first + step, period.last + step
        return Period(f"{first} to {last}", first, last)
    except (ValueError, OverflowError):
        raise MlopslintError(f"--period {period.name}: at the end of the calendar") from None


def _part(year: int, kind: str, place: int) -> Period:
    months = _LENGTHS[kind]
    month = place * months + 1
    return Period(f"{year:04}{kind}{place + 1}", date(year, month, 1), _last(year, month, months))


def _last(year: int, month: int, months: int) -> date:
    """The last day of so many months from the first day of one."""
    count = 12 * year + month - 1 + months
    return date(count // 12, count % 12 + 1, 1) - timedelta(days=1)
