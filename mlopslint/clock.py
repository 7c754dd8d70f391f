"""What day it is, and how long a run took. Where ``SOURCE_DATE_EPOCH`` is set, equal input gives equal bytes.

The variable is that of https://reproducible-builds.org/specs/source-date-epoch/: seconds since 1970, which stand for today.
"""

from __future__ import annotations

import os
import time
from datetime import date, datetime, timezone

from mlopslint.errors import MlopslintError
from mlopslint.records import Statistics

_VARIABLE = "SOURCE_DATE_EPOCH"


def fixed() -> date | None:
    """The day that the environment asks for.

    Raises MlopslintError where it asks for none that there is.
    """
    text = os.environ.get(_VARIABLE)
    if not text:
        return None
    try:
        return datetime.fromtimestamp(int(text), timezone.utc).date()
    except (ValueError, OverflowError, OSError) as error:
        raise MlopslintError(f"{_VARIABLE}={text}: not a number of seconds since 1970") from error


def today() -> date:
    """The day by which waivers expire and periods end."""
    return fixed() or date.today()


def statistics(started: float, hits: int, misses: int) -> Statistics:
    """What a run cost since ``started`` (of ``time.perf_counter``); nothing where bytes are to be equal."""
    if fixed():
        return Statistics()
    return Statistics(round(time.perf_counter() - started, 3), hits, misses)
