"""Periods as people name them (2026Q3, 2026H1, 2026-07, 2026, 2026-07-01..2026-09-30)."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import NamedTuple

from mlopslint.errors import MlopslintError


class Period(NamedTuple):
    """A stretch of days, both inclusive, and what it is called."""

    name: str
    first: date
    last: date

    @property
    def eve(self) -> date:
        """The day before it begins: what stood then is what it is compared with."""
        return self.first - timedelta(days=1)


def _months(name: str, year: int, month: int, count: int) -> Period:
    end = date(year + (month + count - 1) // 12, (month + count - 1) % 12 + 1, 1)
    return Period(name, date(year, month, 1), end - timedelta(days=1))


def parse(text: str) -> Period:
    """The period that a text names; raises MlopslintError for one that it does not."""
    try:
        if match := re.fullmatch(r"(\d{4})-?[Qq]([1-4])", text):
            return _months(f"{match[1]}Q{match[2]}", int(match[1]), 3 * int(match[2]) - 2, 3)
        if match := re.fullmatch(r"(\d{4})-?[Hh]([12])", text):
            return _months(f"{match[1]}H{match[2]}", int(match[1]), 6 * int(match[2]) - 5, 6)
        if match := re.fullmatch(r"(\d{4})-(\d{2})", text):
            return _months(text, int(match[1]), int(match[2]), 1)
        if re.fullmatch(r"\d{4}", text):
            return _months(text, int(text), 1, 12)
        if match := re.fullmatch(r"(\d{4}-\d{2}-\d{2})\.\.(\d{4}-\d{2}-\d{2})", text):
            first, last = date.fromisoformat(match[1]), date.fromisoformat(match[2])
            if first <= last:
                return Period(f"{first} to {last}", first, last)
    except ValueError:
        pass
    raise MlopslintError(f"--period {text}: not a period; give 2026Q3, 2026H1, 2026-07, 2026 or 2026-07-01..2026-09-30")


def following(period: Period) -> Period:
    """The period of the same kind that comes next."""
    start = period.last + timedelta(days=1)
    if re.fullmatch(r"\d{4}Q\d", period.name):
        return parse(f"{start.year}Q{(start.month + 2) // 3}")
    if re.fullmatch(r"\d{4}H\d", period.name):
        return parse(f"{start.year}H{(start.month + 5) // 6}")
    if re.fullmatch(r"\d{4}-\d{2}", period.name):
        return parse(f"{start.year}-{start.month:02}")
    if re.fullmatch(r"\d{4}", period.name):
        return parse(str(start.year))
    last = start + (period.last - period.first)
    return Period(f"{start} to {last}", start, last)
