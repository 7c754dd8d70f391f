"""Many repositories as one picture: levels, spread, shared gaps, movers and teams. Nothing here reads a repository."""

from __future__ import annotations

import re
import statistics
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from mlopslint.compare import compare, moment
from mlopslint.records import CREDIT, RISKS, Gap, Report, Standing


class Spread(NamedTuple):
    """Lowest, quartiles and highest of some scores."""

    lowest: float
    lower: float
    median: float
    upper: float
    highest: float


class SharedGap(NamedTuple):
    """A practice that repositories miss: how many of those to which it applies, and the points that it costs them in all."""

    code: str
    title: str
    category: str
    missing: int
    applies: int
    share: float  #: percent
    points: float


class Team(NamedTuple):
    """The repositories of one team: how many, their scores' median and range, and levels."""

    name: str
    size: int
    median: float | None
    lowest: float | None
    highest: float | None
    levels: tuple[tuple[int, int], ...]  #: level -> how many


def standing(
    report: Report,
    before: Report | None = None,
    *,
    name: str | None = None,
    team: str | None = None,
    tags: Iterable[str] = (),
    criticality: str | None = None,
    detail: str | None = None,
) -> Standing:
    """One repository's part of the picture."""
    assessment = report.assessment
    gains = {step.code: step.gain for step in assessment.roadmap}
    gaps = tuple(
        Gap(v.code, v.title, v.category, v.status, gains.get(v.code, 0.0))
        for v in assessment.practices
        if v.level is not None and v.status in ("fail", "partial")
    )
    following = next((level for level in assessment.levels if not level.met), None)
    delta = compare(before, report) if before is not None else None
    return Standing(
        name or report.repository.name,
        team,
        tuple(tags),
        criticality,
        moment(report),
        gaps,
        tuple(v.code for v in assessment.practices if v.level is not None and v.status in CREDIT),
        following.blockers if following else (),
        sum(finding.code in RISKS for finding in report.findings),
        assessment.target,
        delta.before if delta else None,
        delta.by_cause if delta else {},
        detail=detail,
    )


def slug(name: str) -> str:
    """A repository's name as that of a file."""
    return re.sub(r"[^\w.+-]+", "-", name, flags=re.ASCII).strip("-.") or "repository"


def scores(standings: Iterable[Standing]) -> list[float]:
    """The scores that there are, the lowest first."""
    return sorted(s.at.score for s in standings if s.at is not None and s.at.score is not None)


def spread(values: Sequence[float]) -> Spread | None:
    """The five figures of some scores; None without any."""
    if not values:
        return None
    if len(values) == 1:
        return Spread(*[round(values[0], 1)] * 5)
    lower, middle, upper = statistics.quantiles(values, n=4, method="inclusive")
    return Spread(*(round(value, 1) for value in (min(values), lower, middle, upper, max(values))))


def levels(standings: Iterable[Standing]) -> list[tuple[int, str, int]]:
    """(Level, its name, how many stand there), for every level up to the highest that is reached."""
    count = Counter((s.at.level, s.at.level_name) for s in standings if s.at is not None)
    return [(level, name, number) for (level, name), number in sorted(count.items())]


def shared_gaps(standings: Iterable[Standing], *, at_least: int = 2) -> list[SharedGap]:
    """What several repositories miss, what costs most in all first. Half a practice counts as half."""
    applies: Counter[str] = Counter()
    missing: Counter[str] = Counter()
    points: Counter[str] = Counter()
    about: dict[str, Gap] = {}
    for item in standings:
        applies.update(item.asked)
        for gap in item.gaps:
            missing[gap.code] += gap.status == "fail"
            points[gap.code] += gap.points  # type: ignore[assignment]
            about.setdefault(gap.code, gap)
    found = [
        SharedGap(
            code, gap.title, gap.category, missing[code], applies[code],
            round(100 * missing[code] / applies[code], 0) if applies[code] else 0.0, round(points[code], 1),
        )
        for code, gap in about.items()
        if missing[code] >= at_least
    ]  # fmt: skip
    return sorted(found, key=lambda gap: (-gap.points, gap.code))


def movement(item: Standing) -> float | None:
    """By how many points a repository moved; None where there is nothing to compare or the rubrics differ."""
    if item.at is None or item.before is None or item.at.score is None or item.before.score is None:
        return None
    return None if item.at.rubric != item.before.rubric else round(item.at.score - item.before.score, 1)


def movers(standings: Iterable[Standing], most: int = 5) -> tuple[list[Standing], list[Standing]]:
    """Those that rose most and those that fell most, by at least half a point."""
    moved = [(change, item) for item in standings if (change := movement(item)) is not None and abs(change) >= 0.5]
    moved.sort(key=lambda pair: (-pair[0], pair[1].name))
    rose = [item for change, item in moved if change > 0][:most]
    fell = [item for change, item in reversed(moved) if change < 0][:most]
    return rose, fell


def teams(standings: Iterable[Standing]) -> list[Team]:
    """The teams by name; repositories without one come last, together."""
    groups: dict[str, list[Standing]] = {}
    for item in standings:
        groups.setdefault(item.team or "", []).append(item)
    out = []
    for name in sorted(groups, key=lambda name: (not name, name)):
        values = scores(groups[name])
        counted = Counter(item.at.level for item in groups[name] if item.at is not None)
        figures = spread(values)
        out.append(
            Team(
                name or "no team",
                len(groups[name]),
                figures.median if figures else None,
                figures.lowest if figures else None,
                figures.highest if figures else None,
                tuple(sorted(counted.items())),
            )
        )
    return out
