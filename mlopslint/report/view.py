"""What tables and templates loop over: rows made of the report's records, so that no template decides anything."""

from __future__ import annotations

import math
import re
from functools import lru_cache
from typing import NamedTuple

from mlopslint.compare import largest
from mlopslint.records import (
    CREDIT,
    RISKS,
    CategoryScore,
    Change,
    Delta,
    Evidence,
    Finding,
    ItemResult,
    ModelResult,
    Report,
    Step,
    TechnologyUse,
    Verdict,
)
from mlopslint.report import issues, words
from mlopslint.report.text import flat

#: Statuses that ask for something; the others are folded away, with their number in sight.
OPEN = ("fail", "partial", "waived", "unknown")


class Chip(NamedTuple):
    """One practice (or item of a model) that a level asks for."""

    code: str
    title: str
    status: str
    blocks: bool
    anchor: str  # "" where the page has no such practice


class LevelRow(NamedTuple):
    """One rung of the ladder."""

    level: int
    name: str
    met: bool
    following: bool  # the first that is not met
    share: str
    done: int
    asked: int
    first: Chip | None  # the first blocker
    chips: tuple[Chip, ...]  # what it still misses
    musts: tuple[Chip, ...] = ()  # the practices that can block it and do not miss: in place, waived, unknown, n/a


class Group(NamedTuple):
    """The verdicts of one status in a category."""

    status: str
    icon: str
    word: str
    verdicts: tuple[Verdict, ...]


class CategoryRow(NamedTuple):
    """One category: its score, the verdicts behind it by status, and those that only other models ask for."""

    score: CategoryScore
    counts: str
    open: tuple[Verdict, ...]
    folded: tuple[Group, ...]
    others: tuple[Verdict, ...]


class FindingGroup(NamedTuple):
    """The findings of one rule, and why they matter."""

    code: str
    name: str
    severity: str
    why: str
    message: str  # "" where they do not all say the same
    confidence: str  # "" where it differs
    findings: tuple[Finding, ...]
    total: int  # with those that the page has no room for


class Earned(NamedTuple):
    """One practice's part of the score."""

    verdict: Verdict
    earned: float


class Sum(NamedTuple):
    """One line of the arithmetic behind the score."""

    code: str
    name: str
    earned: float
    possible: int
    score: float | None


class Theme(NamedTuple):
    """The items of one section or theme of a model."""

    name: str
    total: str
    items: tuple[ItemResult, ...]


class ModelRow(NamedTuple):
    """Another model's reading."""

    model: ModelResult
    summary: str
    themes: tuple[Theme, ...]


def web(url: str) -> str:
    """An address that a page may link to; "" for any other scheme."""
    return url if url.startswith(("https://", "http://")) and url.isprintable() and " " not in url else ""


def tone(score: float | None) -> str:
    """The class of a score's colour."""
    return "none" if score is None else "low" if score < 50 else "mid" if score < 75 else "high"


def arc(score: float | None, radius: float) -> str:
    """The stroke-dasharray of a gauge."""
    length = 2 * math.pi * radius
    return f"{length * (score or 0.0) / 100:.1f} {length:.1f}"


def plural(count: int, one: str, many: str = "") -> str:
    """``1 file``, ``2 files``."""
    return f"{count} {one if count == 1 else many or one + 's'}"


def top(report: Report) -> int:
    """The highest level of the ladder."""
    return max((level.level for level in report.assessment.levels), default=report.assessment.level)


def counted(verdicts: tuple[Verdict, ...] | list[Verdict]) -> list[tuple[str, int]]:
    """(status, number) of the statuses that occur, what is missing first."""
    counts = [(status, sum(v.status == status for v in verdicts)) for status in words.ORDER]
    return [(status, count) for status, count in counts if count]


def told(verdicts: tuple[Verdict, ...] | list[Verdict]) -> str:
    """The counts of what the ladder asks for, in words: ``✗ 2 missing, ✓ 5 in place``."""
    asked = [v for v in verdicts if v.level is not None]
    return ", ".join(f"{words.ICONS[status]} {count} {words.WORDS[status]}" for status, count in counted(asked))


def ladder(report: Report) -> list[LevelRow]:
    """The levels, with what each still misses; blockers first."""
    assessment = report.assessment
    verdicts = {v.code: v for v in assessment.practices}
    items = {item.id: item for model in assessment.models for item in model.items}
    following = words.next_level(assessment)
    rows = []
    for level in assessment.levels:
        chips = []
        for code in sorted(level.missing, key=lambda code: code not in level.blockers):
            verdict, item = verdicts.get(code), items.get(code)
            title = verdict.title if verdict else item.text if item else code
            status = verdict.status if verdict else "partial" if item and item.credit else "fail"
            chips.append(Chip(code, title, status, code in level.blockers, code if verdict else ""))
        mine = [v for v in assessment.practices if v.level == level.level and v.status in CREDIT]
        if any(code not in verdicts for code in level.missing):
            mine = []  # another model's ladder: its levels ask for items
        rows.append(
            LevelRow(
                level.level,
                level.name,
                level.met,
                level is following,
                "" if level.score is None else f"{words.number(level.score)} %",
                sum(CREDIT[v.status] == 1 for v in mine),
                len(mine),
                next((chip for chip in chips if chip.blocks), None),
                tuple(chips),
                tuple(
                    Chip(v.code, v.title, v.status, False, v.code)
                    for v in assessment.practices
                    if mine and v.level == level.level and v.weight >= 3 and v.code not in level.missing
                ),
            )
        )
    return rows


def categories(report: Report) -> list[CategoryRow]:
    """The categories with their verdicts: what asks for something in full, the rest by status."""
    scores = {c.code: c for c in report.assessment.categories}
    rows = []
    for code, _, verdicts in words.by_category(report):
        asked = [v for v in verdicts if v.level is not None]
        folded = []
        for status in words.ORDER:
            mine = tuple(v for v in asked if v.status == status)
            if mine and status not in OPEN:
                folded.append(Group(status, words.ICONS[status], words.WORDS[status], mine))
        waiting = tuple(v for v in asked if v.status in OPEN)
        others = tuple(v for v in verdicts if v.level is None)
        rows.append(CategoryRow(scores[code], told(verdicts), waiting, tuple(folded), others))
    return rows


def register(report: Report) -> list[Verdict]:
    """What rests on a waiver or an attestation, what ends soonest first."""
    found = [v for v in report.assessment.practices if v.status in ("waived", "attested")]
    return sorted(found, key=lambda v: (v.expires or "9999", v.code))


def lapsed(report: Report) -> list[str]:
    """What is said of waivers and attestations that count no more or are not needed: it asks for a decision first."""
    return [notice for notice in report.notices if notice.startswith(("the waiver of ", "the attestation of "))]


def arithmetic(report: Report) -> list[Sum]:
    """Earned and possible weight by category, and their total last: the sum behind the score."""
    rows = []
    for category in report.assessment.categories:
        mine = [
            v
            for v in report.assessment.practices
            if v.category == category.code and v.level is not None and v.status in CREDIT
        ]
        earned = sum(v.weight * CREDIT[v.status] for v in mine)
        rows.append(Sum(category.code, category.name, earned, sum(v.weight for v in mine), category.score))
    earned, possible = sum(row.earned for row in rows), sum(row.possible for row in rows)
    return [*rows, Sum("", "Total", earned, possible, round(100 * earned / possible, 1) if possible else None)]


def earned(report: Report) -> list[Earned]:
    """What each practice that counts adds to the sum, in the order of the categories."""
    return [
        Earned(v, v.weight * CREDIT[v.status])
        for _, _, verdicts in words.by_category(report)
        for v in sorted(verdicts, key=lambda v: v.code)
        if v.level is not None and v.status in CREDIT
    ]


def assessed(row: CategoryScore) -> int | None:
    """How much of what applies in a category could be judged, in percent; None where nothing applies."""
    judged = row.passed + row.partial + row.failed
    return round(100 * judged / (judged + row.unknown)) if judged + row.unknown else None


def findings(report: Report, most: int = 1000) -> list[FindingGroup]:
    """The findings by category and rule, the worst rules first; no more than ``most`` of them in all."""
    found: dict[str, list[Finding]] = {}
    for finding in issues.by_severity(report.findings):
        found.setdefault(finding.code, []).append(finding)
    rows = []
    for code, some in found.items():
        shown = tuple(some[:most])
        most -= len(shown)
        messages, confidences = {item.message for item in some}, {item.confidence for item in some}
        rows.append(
            FindingGroup(
                code,
                some[0].name,
                some[0].severity,
                _why_of_check(code),
                some[0].message if len(messages) == 1 else "",
                some[0].confidence if len(confidences) == 1 else "",
                shown,
                len(some),
            )
        )
    return rows


def _why_of_check(code: str) -> str:
    """Why a check matters, from its own words; "" where this release has no such check."""
    import inspect

    from mlopslint.lint import engine

    rule = engine.rule(code)
    page = (inspect.getdoc(type(rule)) or "") if rule else ""
    match = re.search(r"^Why is this bad\?\n-+\n(.+?)(?=\n\n\S[^\n]*\n-{3,}\n|\Z)", page, re.M | re.S)
    return flat(match[1].replace("``", "`"), 1500) if match else ""


@lru_cache(maxsize=1)
def whys() -> dict[str, str]:
    """Practice -> why it matters, for those of the built-in catalogue."""
    from mlopslint.rules import load

    return {practice.code: flat(practice.why, 1500) for practice in load().practices}


def owners(report: Report) -> dict[str, tuple[str, ...]]:
    """Practice -> whom CODEOWNERS names for it, as far as it asks for something."""
    return {step.code: step.owners for step in report.assessment.roadmap if step.owners}


def by_hand(report: Report) -> list[tuple[str, list[ItemResult]]]:
    """(Model, the items of it that no practice answers): what people have to look at themselves."""
    rows = []
    for model in report.assessment.models:
        items = [item for item in model.items if item.credit is None and not item.practices]
        if items:
            rows.append((model.title, items))
    return rows


def technologies(report: Report) -> list[tuple[str, list[TechnologyUse]]]:
    """The technologies by what they are for; those seen furthest first. Parts of a tracker are not told apart."""
    kinds: dict[str, list[TechnologyUse]] = {}
    for use in report.inventory.technologies:
        if not use.kind.startswith("tracker-"):
            kinds.setdefault(use.kind, []).append(use)
    return [
        (kind.replace("-", " "), sorted(uses, key=lambda u: (-u.rung, u.name))) for kind, uses in sorted(kinds.items())
    ]


def models(report: Report) -> list[ModelRow]:
    """The models beside the chosen one, their items by section."""
    rows = []
    for model in report.assessment.models:
        if model.name == report.assessment.model:
            continue
        groups: dict[str, list[ItemResult]] = {}
        for item in model.items:
            groups.setdefault(item.group, []).append(item)
        themes = []
        for name, items in groups.items():
            known = [item.credit for item in items if item.credit is not None]
            if model.kind == "sections":
                total = f"{model.sections.get(name, sum(known)):g} of {len(items)}"
            else:
                total = f"{sum(credit >= 1 for credit in known)} of {len(items)} in place"
                total += f", {part} in part" if (part := sum(0 < credit < 1 for credit in known)) else ""
            themes.append(Theme(name, total, tuple(items)))
        rows.append(ModelRow(model, _summary(model), tuple(themes)))
    return rows


def _summary(model: ModelResult) -> str:
    if model.kind == "levels":
        last = max((level.level for level in model.levels), default=0)
        return f"level {model.level if model.level is not None else 0} of {last}: {model.level_name}"
    if model.kind == "sections":
        sums = ", ".join(f"{name} {total:g}" for name, total in model.sections.items())
        return f"{words.number(model.score)}, the lowest of {sums}. {model.reading}"
    return model.reading


def credit(item: ItemResult) -> tuple[str, str]:
    """Icon and word of an item's credit."""
    if item.credit is None:
        return words.ICONS["unknown"], "not seen"
    status = "pass" if item.credit >= 1 else "partial" if item.credit else "fail"
    return words.ICONS[status], {"pass": "1", "partial": f"{item.credit:g}", "fail": "0"}[status]


#: The way of a model from data to its next training: (stage, the practices by which it is seen, those that link it to the next).
LIFECYCLE: tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...] = (
    ("Data", ("VER001", "DAT001", "DAT005"), ("AUT001", "DAT002")),
    ("Features", ("AUT002", "TST003", "DAT006"), ("AUT001",)),
    ("Train", ("AUT003", "EXP001", "VER005"), ("EXP006", "AUT005")),
    ("Registry", ("VER002", "EXP004", "GOV004"), ("CIC006", "CIC008")),
    ("Deploy", ("DEP002", "DEP003", "DEP004"), ("MON003", "MON008")),
    ("Monitor", ("MON001", "MON002", "MON004"), ("AUT006", "AUT010")),
    ("Retrain", ("AUT006", "AUT009", "AUT010"), ()),
)


class Stage(NamedTuple):
    """One stage of the lifecycle map: how far it is there, its practices, and what is missing on the way to the next."""

    name: str
    status: str
    practices: tuple[Verdict, ...]
    linked: bool
    missing: tuple[Verdict, ...]  # of the link


def lifecycle(report: Report) -> list[Stage]:
    """The lifecycle from data to retraining; a stage reads as most of the weight of its practices does."""
    verdicts = {v.code: v for v in report.assessment.practices}
    rows = []
    for name, codes, links in LIFECYCLE:
        mine = tuple(verdicts[code] for code in codes if code in verdicts)
        ways = [v for code in links if (v := verdicts.get(code)) and v.status in CREDIT]
        rows.append(
            Stage(
                name,
                _overall(mine),
                mine,
                any(CREDIT[v.status] for v in ways),
                tuple(v for v in ways if v.status == "fail"),
            )
        )
    return rows


def _overall(verdicts: tuple[Verdict, ...]) -> str:
    counted = [v for v in verdicts if v.status in CREDIT]
    if not counted:
        return "unknown" if any(v.status in ("unknown", "waived") for v in verdicts) else "n/a"
    share = sum(v.weight * CREDIT[v.status] for v in counted) / sum(v.weight for v in counted)
    return "pass" if share >= 0.75 else "partial" if share > 0 else "fail"


def came(report: Report) -> list[tuple[str, Change]]:
    """(Date, a change that moved the score by then) along the trend, in each period the largest first."""
    return [
        (point.date, change)
        for point in report.trend
        for change in largest(point.changes)
        if abs(change.points) >= 0.005
    ]


class Move(NamedTuple):
    """The changes of one direction between two moments."""

    title: str
    changes: tuple[Change, ...]


def moves(delta: Delta) -> list[Move]:
    """What improved, what got worse, and what only reads otherwise, the largest first."""
    found = largest(delta.changes)
    better = tuple(change for change in found if change.points >= 0.005)
    worse = tuple(change for change in found if change.points <= -0.005)
    other = tuple(change for change in found if abs(change.points) < 0.005)
    named = (("Improved", better), ("Worse", worse), ("Moved without effect on the score", other))
    return [Move(title, changes) for title, changes in named if changes]


def quick_wins(report: Report) -> list[Step]:
    """Steps of small effort, what gains most first."""
    small = [step for step in report.assessment.roadmap if step.effort == "S" and step.gain > 0]
    return sorted(small, key=lambda step: (-step.gain, step.code))[:5]


class Risk(NamedTuple):
    """One kind of risk: how often it was found, and the first places."""

    code: str
    message: str
    times: int
    first: tuple[Finding, ...]


def risks(report: Report) -> list[Risk]:
    """Findings that are risks whatever the score, by rule."""
    found: dict[str, list[Finding]] = {}
    for finding in issues.by_severity(report.findings):
        if finding.code in RISKS:
            found.setdefault(finding.code, []).append(finding)
    return [Risk(code, some[0].message, len(some), tuple(some[:3])) for code, some in found.items()]


#: How a shipped model is called in a word or two.
_CALLED = {
    "aws": "AWS",
    "google": "Google",
    "microsoft": "Microsoft",
    "ml-test-score": "ML Test Score",
    "se4ml": "SE4ML",
}


def readings(report: Report) -> list[tuple[str, str]]:
    """(Model, its reading in a few words) of every model beside the chosen one."""
    return [
        (
            _CALLED.get(row.model.name, row.model.name),
            f"level {row.model.level} of {max((x.level for x in row.model.levels), default=0)}",
        )
        if row.model.kind == "levels"
        else (
            _CALLED.get(row.model.name, row.model.name),
            words.number(row.model.score) + (" %" if row.model.kind == "coverage" else ""),
        )
        for row in models(report)
    ]


#: Kinds of technology of which a project needs one.
_ONE = frozenset(
    [
        "experiment-tracking",
        "pipeline",
        "dependency-manager",
        "formatter",
        "linter",
        "type-checker",
        "data-versioning",
        "model-registry",
        "ci",
        "feature-store",
        "hook-manager",
    ]
)


def doubled(report: Report) -> list[tuple[str, list[TechnologyUse]]]:
    """Kinds of which two or more are wired in where one would do."""
    found: dict[str, list[TechnologyUse]] = {}
    for use in report.inventory.technologies:
        if use.kind in _ONE and use.rung >= 3:
            found.setdefault(use.kind, []).append(use)
    return [(kind.replace("-", " "), uses) for kind, uses in sorted(found.items()) if len(uses) > 1]


def effect(step: Step) -> str:
    """What a step gains and costs: ``+4.8 points, medium effort, blocks level 3``."""
    blocks = f", blocks level {step.level}" if step.blocks and step.level is not None else ""
    return f"+{step.gain:g} points, {words.EFFORTS[step.effort]} effort{blocks}"


def detail(evidence: Evidence) -> str:
    """What stands at the place, unless it is only that the file is there."""
    return "" if evidence.detail in ("", "present") else flat(evidence.detail, 200)
