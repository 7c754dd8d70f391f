"""The same repository at past moments: which commit stood at the end of each period, assessed from the object database."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, timedelta, timezone
from typing import Any, Literal, NamedTuple

from msgspec.structs import replace

from mlopslint import clock, gitio
from mlopslint.compare import compare, largest, moment
from mlopslint.errors import MlopslintError
from mlopslint.past import Span, first_changed, review_commits
from mlopslint.records import Commit as CommitRecord
from mlopslint.records import Report, TrendPoint

Every = Literal["week", "month", "quarter", "year", "commit"]


class Commit(NamedTuple):
    """One commit of the first-parent line: its id, and the day (UTC) on which it stood there."""

    id: str
    day: date


def commits(path: str, rev: str = "HEAD", today: date | None = None) -> list[Commit]:
    """The first-parent line up to ``rev``, oldest first.

    A clock that was wrong or a history that was rewritten leaves dates that run backwards; a commit then counts from the
    latest date before it, so that a moment never shows a commit that its successors had already replaced. A date after
    ``today`` is certainly wrong and would hide all that follows it: such a commit counts from the day of the next.

    Raises MlopslintError when there is no such commit.
    """
    if rev.startswith("-"):
        raise MlopslintError(f"--rev {rev}: not a revision")
    listed = gitio.run(path, "log", "--first-parent", "--no-show-signature", "--format=%H %ct", rev, "--")
    if listed is None:
        raise MlopslintError(f"{path}: no such commit: {rev} (a trend needs a git repository with history)")
    dated: list[Commit] = []
    now = following = today or clock.fixed() or datetime.now(timezone.utc).date()
    for text in listed.decode("ascii", "replace").splitlines():  # the newest first
        name, _, seconds = text.partition(" ")
        day = datetime.fromtimestamp(min(max(int(seconds), 0), 253402300799), timezone.utc).date()
        following = following if day > now else day
        dated.append(Commit(name, following))
    line: list[Commit] = []
    for commit in reversed(dated):
        line.append(commit._replace(day=max(commit.day, line[-1].day)) if line else commit)
    return line


def ends(every: Every, since: date, until: date) -> list[date]:
    """The last day of each period from the one that holds ``since`` up to ``until``, which closes the list."""
    found: list[date] = []
    day = since
    while day <= until:
        last = min(_end(every, day), until)
        found.append(last)
        day = last + timedelta(days=1)
    return found


def _end(every: Every, day: date) -> date:
    """The last day of the period that holds ``day``; weeks end on Sunday."""
    if every == "week":
        return day + timedelta(days=6 - day.weekday())
    months = {"month": 1, "quarter": 3, "year": 12}[every]
    month = (day.month - 1) // months * months + months
    return (date(day.year + 1, 1, 1) if month == 12 else date(day.year, month + 1, 1)) - timedelta(days=1)


def parse_day(text: str, name: str = "--since") -> date:
    """A day as YYYY-MM-DD, or the first day of YYYY-MM or YYYY.

    Raises MlopslintError for anything else.
    """
    match = re.fullmatch(r"(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?", text)
    try:
        if match:
            return date(int(match[1]), int(match[2] or 1), int(match[3] or 1))
    except ValueError:
        pass
    raise MlopslintError(f"{name} {text}: not a date; give YYYY-MM-DD, YYYY-MM or YYYY")


def chosen(line: Sequence[Commit], every: Every, since: date | None, until: date) -> list[tuple[date, Commit]]:
    """(Day, the commit that stood at its end) for each period; one that came before the first commit is left out."""
    line = [commit for commit in line if commit.day <= until]
    if not line:
        return []
    start = max(since, line[0].day) if since else line[0].day
    if every == "commit":
        return [(commit.day, commit) for commit in line if commit.day >= start]
    days = [commit.day for commit in line]
    return [(end, line[bisect_right(days, end) - 1]) for end in ends(every, start, until)]


def trend(
    path: str = ".",
    *,
    every: Every = "quarter",
    since: date | None = None,
    until: date | None = None,
    rev: str = "HEAD",
    by_commit: int | None = None,
    progress: Callable[[int, int], None] | None = None,
    **settings: Any,
) -> Report:
    """The newest assessment, with what the repository at ``path`` was at the end of each period as its ``trend``.

    Oldest first; the last point is at ``until`` (today). The commit is looked for behind the ``by_commit`` largest
    changes of each point (None: all).

    All points are judged by today's rules and configuration, so that every movement is the repository's own.
    ``settings`` and ``progress`` are those of ``past.review_commits``.

    Raises MlopslintError where there is no history to read.
    """
    line = commits(path, rev)
    points = chosen(line, every, since, until or clock.today())
    if not points:
        raise MlopslintError(f"{path}: no commit on or before {until or clock.today()}")
    wanted = list(dict.fromkeys(commit.id for _, commit in points))
    found = dict(zip(wanted, review_commits(path, wanted, progress=progress, **settings), strict=True))
    out: list[TrendPoint] = []
    before: Report | None = None
    for day, commit in points:
        report = found[commit.id]
        changes = compare(before, report).changes if before is not None and before is not report else ()
        out.append(TrendPoint(day.isoformat(), moment(report), changes))
        before = report
    if by_commit != 0:
        out = _blamed(
            path, line, out, found, by_commit, {name: settings[name] for name in _OF_BISECTION if name in settings}
        )
    assert before is not None
    return replace(before, trend=tuple(out))


_OF_BISECTION = ("config", "jobs", "cache_dir", "use_cache", "adjust")


def _blamed(
    path: str,
    line: list[Commit],
    points: list[TrendPoint],
    found: dict[str, Report],
    most: int | None,
    settings: dict[str, Any],
) -> list[TrendPoint]:
    """The points with the commit behind each change that is the repository's own."""
    at = {commit.id: place for place, commit in enumerate(line)}
    spans: list[Span] = []
    moved: list[int] = []
    for place in range(1, len(points)):
        codes = [change.code for change in largest(points[place].changes)[:most] if change.cause == "code"]
        first, last = (points[n].at.revision or "" for n in (place - 1, place))
        if codes:
            files = [_files(found[name]) for name in (first, last)]
            revs = [commit.id for commit in line[at[first] : at[last] + 1]]
            spans.append(Span(revs, {code: files[0][code] | files[1][code] for code in codes}))
            moved.append(place)
    commits_of = first_changed(path, spans, **settings)
    about = described(path, {name for found_at in commits_of for name in found_at.values()})
    for place, commit_of in zip(moved, commits_of, strict=True):
        changes = tuple(
            replace(change, commit=about.get(commit_of.get(change.code, "")) if change.cause == "code" else None)
            for change in points[place].changes
        )
        points[place] = replace(points[place], changes=changes)
    return points


def _files(report: Report) -> dict[str, frozenset[str]]:
    return {v.code: frozenset(item.path for item in v.evidence) for v in report.assessment.practices}


def described(path: str, ids: Iterable[str]) -> dict[str, CommitRecord]:
    """Date and subject of these commits."""
    wanted = sorted(ids)
    found: dict[str, CommitRecord] = {}
    for start in range(0, len(wanted), 500):
        out = gitio.run(
            path,
            "log",
            "--no-walk=unsorted",
            "--no-show-signature",
            "--format=%H%x00%cI%x00%s",
            *wanted[start : start + 500],
            "--",
        )
        for text in (out or b"").decode("utf-8", "replace").splitlines():
            name, when, subject = text.split("\0")
            found[name] = CommitRecord(name, when, subject)
    return found
