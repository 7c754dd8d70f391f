"""Verdicts x model -> assessment: scores, levels and the roadmap. Nothing here looks at a repository."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from msgspec.structs import replace

from mlopslint.config import Attestation, Config, Waiver
from mlopslint.records import (
    CREDIT,
    Assessment,
    CategoryScore,
    ItemResult,
    LevelResult,
    ModelResult,
    Snippet,
    Step,
    Target,
    Verdict,
)
from mlopslint.rules import RUBRIC, Catalogue, Model

_COST = {"S": 1.0, "M": 2.0, "L": 4.0}


def apply_register(verdicts: Iterable[Verdict], config: Config, today: date) -> tuple[list[Verdict], list[str]]:
    """Waivers, attestations and ignored rules applied to the verdicts; and what has to be said about them."""
    notices: list[str] = []
    waivers = {}
    for given in config.waive:
        if given.expires and date.fromisoformat(given.expires) < today:
            notices.append(f"the waiver of {given.rule} expired on {given.expires} and counts as none")
        else:
            waivers[given.rule] = given
    attested = {}
    for item in config.attest:
        if item.expires and date.fromisoformat(item.expires) < today:
            notices.append(f"the attestation of {item.rule} expired on {item.expires} and counts as none")
        else:
            attested[item.rule] = item
    from mlopslint.globs import any_path

    out = []
    for verdict in verdicts:
        status, note, expires = verdict.status, "", None
        waiver = waivers.get(verdict.code)
        attestation = attested.get(verdict.code)
        if attestation and status in ("fail", "partial", "unknown", "n/a"):
            status = "attested"
            note, expires = _note(attestation.evidence, attestation, today), attestation.expires
        elif waiver and status in ("fail", "partial", "unknown"):
            pattern = any_path(waiver.paths) if waiver.paths else None
            if pattern is None or (verdict.evidence and all(pattern.match(item.path) for item in verdict.evidence)):
                status = "waived"
                note, expires = _note(waiver.reason, waiver, today), waiver.expires
        elif config.ignores(verdict.code) and status in ("fail", "partial", "unknown"):
            status, note = "waived", "ignored by configuration"
        if status != verdict.status:
            verdict = replace(verdict, status=status, underlying=verdict.status, note=note, expires=expires)
        out.append(verdict)
    seen = {verdict.code: verdict for verdict in out}
    for rule in waivers:
        if seen.get(rule) and seen[rule].status == "pass":
            notices.append(f"the waiver of {rule} is not needed: the practice is in place")
    return out, notices


def _note(text: str, given: Waiver | Attestation, today: date) -> str:
    """The reason, the owner, how old it is, and to which day it holds."""
    age = (today - date.fromisoformat(given.since)).days if given.since else 0
    parts = (
        text,
        f"owner {given.owner}" if given.owner else "",
        f"since {given.since} ({age} {'day' if age == 1 else 'days'})" if given.since and age > 0 else "",
        f"until {given.expires}" if given.expires else "",
    )
    return "; ".join(part for part in parts if part)


def share(verdicts: Iterable[Verdict], *, without_waivers: bool = False) -> float | None:
    """Earned over possible weight, times 100; None when nothing applies."""
    earned = possible = 0.0
    for verdict in verdicts:
        status = verdict.status
        if without_waivers and status == "waived" and verdict.underlying:
            status = verdict.underlying
        if status in CREDIT and verdict.level is not None:
            possible += verdict.weight
            earned += verdict.weight * CREDIT[status]
    return round(100 * earned / possible, 1) if possible else None


def assess(
    verdicts: Sequence[Verdict],
    catalogue: Catalogue,
    config: Config,
    *,
    model: str | None = None,
    top: int | None = None,
) -> Assessment:
    """The verdicts as ``model`` (or the configured one) reads them, and as every other shipped model does.

    ``top``: the highest level of the own ladder that has a meaning for this kind of repository.
    """
    ladder = [verdict for verdict in verdicts if verdict.level is not None]
    models = tuple(
        read_model(_up_to(item, top) if item.name == "mlopslint" else item, verdicts, catalogue)
        for item in catalogue.models
    )
    name = model or config.model
    chosen = next(result for result in models if result.name == catalogue.model(name).name)
    own = next((result for result in models if result.name == "mlopslint"), chosen)
    levels = chosen.levels or own.levels
    level = chosen.level if chosen.level is not None else own.level or 0
    score = share(ladder) if chosen.name == "mlopslint" or chosen.score is None else chosen.score
    counted = sum(v.weight for v in ladder if v.status in CREDIT)
    open_ = sum(v.weight for v in ladder if v.status in ("unknown", "waived"))
    target = None
    if config.target:
        target = Target(config.target.level, config.target.by, level >= config.target.level)
    return Assessment(
        model=chosen.name,
        rubric=RUBRIC,
        score=score,
        score_without_waivers=share(ladder, without_waivers=True) if chosen.name == "mlopslint" else score,
        assessed=round(100 * counted / (counted + open_), 1) if counted + open_ else 0.0,
        level=level,
        level_name=next((item.name for item in levels if item.level == level), chosen.level_name),
        target=target,
        levels=levels,
        categories=tuple(_categories(ladder, catalogue)),
        practices=tuple(verdicts),
        models=models,
        roadmap=tuple(roadmap(verdicts, catalogue, level=own.level or 0)),
    )


def _up_to(model: Model, top: int | None) -> Model:
    """The model without the levels above ``top``."""
    return model if top is None else replace(model, levels=tuple(item for item in model.levels if item.level <= top))


def _categories(verdicts: Sequence[Verdict], catalogue: Catalogue) -> Iterable[CategoryScore]:
    for category in catalogue.categories:
        mine = [verdict for verdict in verdicts if verdict.category == category.code]
        if not mine:
            continue
        count = {
            status: sum(v.status == status for v in mine)
            for status in ("pass", "attested", "partial", "fail", "n/a", "unknown", "waived")
        }
        yield CategoryScore(
            category.code,
            category.title,
            share(mine),
            sum(v.weight for v in mine if v.status in CREDIT),
            count["pass"] + count["attested"],
            count["partial"],
            count["fail"],
            count["n/a"],
            count["unknown"],
            count["waived"],
        )


def read_model(model: Model, verdicts: Sequence[Verdict], catalogue: Catalogue) -> ModelResult:
    """One model's reading of the verdicts."""
    if model.name == "mlopslint" or not model.items:
        return _ladder(model, verdicts)
    by_code = {verdict.code: verdict for verdict in verdicts}
    answers: dict[str, list[Verdict]] = {item.id: [] for item in model.items}
    for practice in catalogue.practices:
        for name in practice.answers.get(model.name, ()):
            if name in answers and practice.code in by_code:
                answers[name].append(by_code[practice.code])
    items = []
    for item in model.items:
        credit = _item_credit(answers[item.id], model.kind == "sections")
        note = (
            ""
            if credit is not None
            else ("needs the forge or an attestation" if item.observable in "RA" else "not applicable or not seen here")
        )
        items.append(ItemResult(item.id, item.text, item.group, credit, tuple(v.code for v in answers[item.id]), note))
    if model.kind == "sections":
        sections: dict[str, float] = {}
        for result in items:
            sections[result.group] = round(sections.get(result.group, 0.0) + (result.credit or 0.0), 1)
        lowest = min(sections.values(), default=0.0)
        reading = next((r.text for r in sorted(model.readings, key=lambda r: -r.above) if lowest > r.above), "")
        return ModelResult(
            model.name, model.title, model.kind, lowest, None, "", reading, items=tuple(items), sections=sections
        )
    known = [result.credit for result in items if result.credit is not None]
    score = round(100 * sum(known) / len(known), 1) if known else None
    if model.kind == "coverage":
        whole = sum(credit >= 1 for credit in known)
        reading = f"{whole} of {len(items)} practices in place, {sum(0 < c < 1 for c in known)} in part, {len(items) - len(known)} not seen here"
        return ModelResult(model.name, model.title, model.kind, score, None, "", reading, items=tuple(items))
    credits = {result.id: result.credit for result in items}
    levels: list[LevelResult] = []
    reached, open_ = 0, True
    for level in sorted(model.levels, key=lambda item: item.level):
        seen = [credits[name] for name in level.asks if credits.get(name) is not None]
        part = round(100 * sum(c or 0.0 for c in seen) / len(seen), 1) if seen else None
        missing = tuple(name for name in level.asks if credits.get(name) is not None and (credits[name] or 0.0) < 1)
        blockers = tuple(name for name in level.musts if credits.get(name) == 0.0)
        enough = part is None or part >= model.threshold
        open_ = open_ and enough and not blockers
        if open_:
            reached = level.level
        levels.append(LevelResult(level.level, level.name, part, open_, missing, blockers))
    called = next((item.name for item in levels if item.level == reached), "")
    return ModelResult(
        model.name,
        model.title,
        model.kind,
        score,
        reached,
        called,
        f"level {reached}: {called}",
        tuple(levels),
        tuple(items),
    )


def _item_credit(answers: Sequence[Verdict], by_rung: bool) -> float | None:
    best: float | None = None
    for verdict in answers:
        credit = CREDIT.get(verdict.status)
        if credit is None:
            continue
        if by_rung and credit:  # the paper: half a point for what is done by hand, a full one for what a system does
            credit = 1.0 if verdict.status == "pass" and verdict.rung >= 4 else 0.5
        best = credit if best is None else max(best, credit)
    return best


def _ladder(model: Model, verdicts: Sequence[Verdict]) -> ModelResult:
    levels: list[LevelResult] = []
    reached, open_ = 0, True
    for level in sorted(model.levels, key=lambda item: item.level):
        mine = [verdict for verdict in verdicts if verdict.level == level.level]
        part = share(mine)
        missing = tuple(
            v.code for v in sorted(mine, key=lambda v: (-v.weight, v.code)) if v.status in ("fail", "partial")
        )
        blockers = tuple(v.code for v in mine if v.weight >= 3 and v.status == "fail")
        open_ = open_ and (part is None or part >= model.threshold) and not blockers
        if open_:
            reached = level.level
        levels.append(LevelResult(level.level, level.name, part, open_, missing, blockers))
    name = next((item.name for item in levels if item.level == reached), "")
    return ModelResult(
        model.name,
        model.title,
        "levels",
        share(v for v in verdicts if v.level is not None),
        reached,
        name,
        f"level {reached}: {name}",
        tuple(levels),
    )


def roadmap(
    verdicts: Sequence[Verdict],
    catalogue: Catalogue,
    *,
    level: int,
    to: int | None = None,
    technologies: Iterable[str] = (),
) -> list[Step]:
    """What to do next, in order: what blocks the next level first, then by points gained over effort."""
    practices = {practice.code: practice for practice in catalogue.practices}
    possible = sum(v.weight for v in verdicts if v.level is not None and v.status in CREDIT)
    steps = []
    used = set(technologies)
    for verdict in verdicts:
        if (
            verdict.level is None
            or verdict.status not in ("fail", "partial")
            or (to is not None and verdict.level > to)
        ):
            continue
        practice = practices[verdict.code]
        gain = round(100 * verdict.weight * (1 - CREDIT[verdict.status]) / possible, 1) if possible else 0.0
        snippet = next((s for s in practice.snippets if used & set(s.for_)), None) or next(
            (s for s in practice.snippets if not s.for_), None
        )
        steps.append(
            Step(
                verdict.code,
                verdict.title,
                verdict.status,
                verdict.level,
                verdict.effort,
                gain,
                verdict.level == level + 1 and verdict.weight >= 3 and verdict.status == "fail",
                verdict.reason,
                verdict.remediation,
                snippet,
                snippet.file if isinstance(snippet, Snippet) else "",
            )
        )
    steps.sort(key=lambda s: (not s.blocks, (s.level or 9) > level + 1, -s.gain / _COST[s.effort], s.code))
    return steps
