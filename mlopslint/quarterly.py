"""A period of one repository, or of all that a store holds: the state at its end, and what moved since it began, and why."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from mlopslint import clock
from mlopslint.compare import compare, moment
from mlopslint.errors import MlopslintError
from mlopslint.periods import Period, shifted
from mlopslint.portfolio import standing
from mlopslint.records import Delta, PeriodReport, Portfolio, Report, Standing, Stretch, Tool, TrendPoint
from mlopslint.trend import commits, described
from mlopslint.version import __version__

if TYPE_CHECKING:
    from mlopslint.history.store import Row, Store

#: Moments in the line of earlier periods: this one's end and those of the four before it.
POINTS = 5


def from_commits(
    path: str,
    period: Period,
    *,
    rev: str = "HEAD",
    name_commits: bool = True,
    today: date | None = None,
    **settings: Any,
) -> PeriodReport:
    """The period of the repository at ``path``, from its commits: each is judged with the configuration that it had itself.

    Waivers and attestations count as they stood on the last day. ``settings`` are those of ``review``.

    Raises MlopslintError where no commit had been made by the end of the period.
    """
    today = today or clock.today()
    line = commits(path, rev)
    days = [commit.day for commit in line]
    notes: list[str] = []
    if today <= period.last:
        notes.append(f"The period is not over: this is the state on {today}.")
    ends = [shifted(period, -n).last for n in reversed(range(1, POINTS))]
    ends[-1:] = [period.eve]
    at: dict[date, Report] = {}
    for end in (*ends, min(period.last, today)):
        place = bisect_right(days, end) - 1
        if place >= 0:
            at[end] = _past(path, line[place].id, end, notes, settings)
    if min(period.last, today) not in at:
        raise MlopslintError(f"{path}: no commit on or before {period.last}; the first is of {days[0]}")
    result = at[min(period.last, today)]
    before = at.get(period.eve)
    delta = compare(before, result) if before is not None else None
    if before is None:
        notes.append(f"The first commit is of {days[0]}: there is nothing before this period to compare with.")
    elif before.repository.revision == result.repository.revision:
        notes.append("No commit was made in this period.")
    elif name_commits and delta is not None:
        first, last = (bisect_right(days, end) - 1 for end in (period.eve, min(period.last, today)))
        delta = _blamed(path, [commit.id for commit in line[first : last + 1]], before, result, delta, settings)
    return _made(period, "commits", result, before, delta, at, notes)


def _past(path: str, commit: str, end: date, notes: list[str], settings: dict[str, Any]) -> Report:
    from mlopslint.mainline import review

    try:
        return review(path, rev=commit, today=end, **settings)
    except MlopslintError as error:
        if settings.get("config"):
            raise
        # an old configuration may be one that this release cannot read, or be pinned to a rubric of its time
        from mlopslint.mainline import configuration
        from mlopslint.snapshot import open_snapshot

        newest = configuration(open_snapshot(path), None)
        note = f"The configuration of {commit[:10]} cannot be used ({error}); today's was."
        if note not in notes:
            notes.append(note)
        return review(path, rev=commit, today=end, **{**settings, "config": newest})


def _blamed(path: str, revs: list[str], before: Report, after: Report, delta: Delta, settings: dict[str, Any]) -> Delta:
    """The delta with the commit behind each change that is the repository's own."""
    from mlopslint.past import Span, first_changed

    codes = [change.code for change in delta.changes if change.cause == "code"]
    if not codes:
        return delta
    files = {
        v.code: frozenset(item.path for item in v.evidence)
        for report in (before, after)
        for v in report.assessment.practices
    }
    span = Span(revs, {code: files.get(code, frozenset()) for code in codes})
    wanted = {
        name: settings[name] for name in ("config", "jobs", "cache_dir", "use_cache", "adjust") if name in settings
    }
    found = first_changed(path, [span], **wanted)[0]
    about = described(path, set(found.values()))
    return replace(
        delta,
        changes=tuple(
            replace(change, commit=about.get(found.get(change.code, "")) if change.cause == "code" else None)
            for change in delta.changes
        ),
    )


def _made(
    period: Period,
    source: Any,
    result: Report,
    before: Report | None,
    delta: Delta | None,
    at: dict[date, Report],
    notes: list[str],
) -> PeriodReport:
    points = tuple(TrendPoint(end.isoformat(), moment(report)) for end, report in sorted(at.items()))
    rubrics = {report.assessment.rubric for report in at.values()}
    if len(rubrics) > 1:
        notes.append(
            f"Rubrics {', '.join(sorted(rubrics))} were in use: what the change of rubric moved is told apart below."
        )
    following = shifted(period, 1).name
    return PeriodReport(
        result.schema_version,
        Stretch(period.name, period.first.isoformat(), period.last.isoformat(), following),
        source,
        replace(result, delta=delta, trend=points),
        before.assessment.target if before else None,
        tuple(notes),
    )


def from_store(store: Store, repository: str, period: Period) -> PeriodReport:
    """The period of one recorded repository. Raises MlopslintError where nothing was recorded by its end."""
    name = store.resolve(repository)
    notes: list[str] = []
    at: dict[date, Report] = {}
    rows: dict[date, Row] = {}
    damaged: list[str] = []
    for n in reversed(range(POINTS)):
        end = period.last if n == 0 else period.eve if n == 1 else shifted(period, -n).last
        found = store.newest(name, end.isoformat(), damaged)
        if found is not None:
            rows[end], at[end] = found
    if period.last not in at:
        raise MlopslintError(damaged[0] if damaged else f"{name}: nothing is recorded on or before {period.last}")
    notes += [f"{told}; it is left out." for told in damaged]
    result, before = at[period.last], at.get(period.eve)
    delta = compare(before, result) if before is not None else None
    if before is None:
        notes.append("Nothing was recorded before this period: there is nothing to compare with.")
    elif rows[period.last].committed_at[:10] < period.first.isoformat():
        notes.append(
            f"Nothing was recorded in this period; the newest result is of {rows[period.last].committed_at[:10]}."
        )
    return _made(period, "store", result, before, delta, at, notes)


def all_from_store(
    store: Store, period: Period, *, detail: Callable[[str], str | None] = lambda name: None
) -> Portfolio:
    """Every recorded repository in the period; what could not be read, and what vanished since, is said."""
    standings: list[Standing] = []
    gone: list[str] = []
    lost: list[str] = []
    for name in store.repositories():
        row = store.at(name, period.last.isoformat())
        if row is None:
            continue
        if row.committed_at[:10] < period.first.isoformat():
            gone.append(f"{name} (last seen {row.committed_at[:10]})")
        damaged: list[str] = []
        found = store.newest(name, period.last.isoformat(), damaged)
        if found is None:
            standings.append(Standing(name, row.team, error=damaged[0]))
            continue
        earlier = store.newest(name, period.eve.isoformat(), damaged)
        lost += damaged
        before = earlier[1] if earlier is not None else None
        standings.append(standing(found[1], before, name=name, team=row.team, detail=detail(name)))
    if not standings:
        raise MlopslintError(f"{store.name}: nothing is recorded on or before {period.last}")
    notices = [f"{told}; it is left out." for told in lost]
    if gone:
        notices.append(
            f"Nothing was recorded in {period.name} of {', '.join(gone)}: they stand here as they were then."
        )
    return Portfolio(
        "1.0",
        Tool("mlopslint", __version__),
        f"MLOps maturity in {period.name}",
        tuple(standings),
        period.eve.isoformat(),
        tuple(notices),
    )
