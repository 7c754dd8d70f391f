"""The maturity report of one repository over one period: what stands at its end, what moved and why, what comes next."""

from __future__ import annotations

from typing import Any, NamedTuple

import msgspec

from mlopslint.periods import parse
from mlopslint.records import Moment, PeriodReport, Target, Verdict
from mlopslint.report import html as html_
from mlopslint.report import issues, view, words
from mlopslint.report import markdown as md
from mlopslint.report.pages import embedded, page

CAUSES = {"code": "the repository itself", "waiver": "waivers and attestations", "rubric": "another rubric"}


class Line(NamedTuple):
    """One figure at the start and at the end."""

    name: str
    before: str
    after: str
    moved: str  # with its sign; "" where there is nothing to compare


def json(report: PeriodReport) -> str:
    """The whole record."""
    return msgspec.json.format(msgspec.json.encode(report), indent=2).decode() + "\n"


def summary(report: PeriodReport) -> list[str]:
    """The period in a few sentences, the first of which can be read out."""
    result, delta = report.result, report.result.delta
    assessment = result.assessment
    told = f"{result.repository.name} ends {report.period.name} at level {assessment.level} of {view.top(result)} ({assessment.level_name})"
    if delta is not None and delta.before.level != assessment.level:
        told += f", {'up' if assessment.level > delta.before.level else 'down'} from {delta.before.level}"
    told += f", with a score of {words.number(assessment.score)}"
    if delta is not None and assessment.score is not None and delta.before.score is not None:
        told += f" ({words.signed(assessment.score - delta.before.score)}"
        told += ")" if delta.before.rubric == delta.after.rubric else ", judged by another rubric than before)"
    out = [told + "."]
    if delta is not None and delta.changes:
        causes = [f"{CAUSES[cause]} {words.signed(points)}" for cause, points in delta.by_cause.items() if points]
        if causes:
            out.append(f"What moved the score: {', '.join(causes)}.")
    following = words.next_level(assessment)
    if following is not None:
        titles = {v.code: v.title for v in assessment.practices}
        need = ", ".join(f"{code} {titles.get(code, '')}".rstrip() for code in following.blockers[:3])
        more = f" and {len(following.blockers) - 3} more" if len(following.blockers) > 3 else ""
        out.append(
            f"Level {following.level} ({following.name}) is held up by {need}{more}."
            if need
            else f"Level {following.level} ({following.name}) asks for 75 % of its weight; {words.number(following.score)} % is earned."
        )
    return out


def figures(report: PeriodReport) -> list[Line]:
    """Score, level, share assessed and categories, before and after."""
    assessment, delta = report.result.assessment, report.result.delta
    before = delta.before if delta is not None else None

    def line(name: str, was: float | None, now: float | None) -> Line:
        moved = words.signed(now - was).removesuffix(".0") if now is not None and was is not None else ""
        return Line(name, words.number(was) if before else "", words.number(now), moved)

    def of(moment: Moment | None, field: str) -> float | None:
        return getattr(moment, field) if moment is not None else None

    rows = [
        line("Level", of(before, "level"), assessment.level),
        line("Score", of(before, "score"), assessment.score),
    ]
    if assessment.score != assessment.score_without_waivers or of(before, "score") != of(
        before, "score_without_waivers"
    ):
        rows.append(
            line("Score without waivers", of(before, "score_without_waivers"), assessment.score_without_waivers)
        )
    rows.append(line("Assessed, %", of(before, "assessed"), assessment.assessed))
    held = before.categories if before else {}
    rows += [line(f"{item.code} {item.name}", held.get(item.code), item.score) for item in assessment.categories]
    return rows


def targets(report: PeriodReport) -> list[str]:
    """Whether the target was reached, missed or is still open."""
    now, was = report.result.assessment.target, report.started
    out = []
    if now is not None:
        due = f" by {now.by}" if now.by else ""
        if now.met:
            state = "reached" + (
                " in this period" if was is not None and not was.met and was.level == now.level else ""
            )
        elif now.by and now.by <= report.period.last:
            state = "missed"
        else:
            state = "not reached yet"
        out.append(f"Level {now.level}{due}: {state}.")
    if _set(was) != _set(now):
        old = (
            "no target was set"
            if was is None
            else f"the target was level {was.level}" + (f" by {was.by}" if was.by else "")
        )
        out.append(f"When the period began, {old}.")
    return out


def _set(target: Target | None) -> tuple[int, str | None] | None:
    return (target.level, target.by) if target is not None else None


def ending(report: PeriodReport) -> list[Verdict]:
    """Waivers and attestations that end before the following period does."""
    last = parse(report.period.following.replace(" to ", "..")).last.isoformat()
    return [v for v in view.register(report.result) if v.expires and v.expires <= last]


def html(report: PeriodReport) -> str:
    """The report as one HTML page."""
    values: dict[str, Any] = html_.values(report.result)
    return page(
        "period",
        **values,
        period=report.period,
        source=report.source,
        notes=report.notes,
        summary=summary(report),
        figures=figures(report),
        targets=targets(report),
        ending=ending(report),
        embedded=embedded(report),
    )


def markdown(report: PeriodReport) -> str:
    """The report as Markdown."""
    result, period = report.result, report.period
    assessment = result.assessment
    out = [f"# MLOps maturity of {md.text(result.repository.name)} in {md.text(period.name)}", ""]
    out += [md.text(sentence, 600) + ("  " if place == 0 else "") for place, sentence in enumerate(summary(report))]
    profile = words.told_profile(assessment)
    out += ["", md.text(profile, 600)] if profile else []
    out += ["", *(f"> {md.text(note, 600)}\n" for note in report.notes)]
    out += ["## The figures", "", f"| | start of {md.text(period.name)} | end | moved |", "|---|--:|--:|--:|"]
    for row in figures(report):
        out.append(f"| {md.text(row.name)} | {row.before} | {row.after} | {row.moved} |")
    out.append("")
    out += [md.delta(result, True).replace("### What moved", "## What moved and why", 1), ""] if result.delta else []
    told = targets(report)
    if told:
        out += ["## Targets", "", *(f"- {md.text(line)}" for line in told), ""]
    dangers = view.risks(result)
    if dangers:
        out += ["## Risks, whatever the score", ""]
        for risk in dangers:
            places = ", ".join(md.code(issues.place(item)) for item in risk.first)
            more = f" and {risk.times - len(risk.first)} more places" if risk.times > len(risk.first) else ""
            out.append(f"- **{risk.code}** {md.text(risk.message)}: {places}{more}")
        out.append("")
    register = view.register(result)
    if register:
        soon = {v.code for v in ending(report)}
        out += [
            "## Accepted risks and attestations",
            "",
            "| Practice | Now | Otherwise | Because | To |",
            "|---|---|---|---|---|",
        ]
        for v in register:
            was = words.WORDS[v.underlying] if v.underlying else "–"
            to = f"{v.expires or 'no end'}" + (f" (ends before {period.following} does)" if v.code in soon else "")
            out.append(
                f"| {v.code} {md.text(v.title)} | {words.WORDS[v.status]} | {was} | {md.text(v.note)} | {md.text(to)} |"
            )
        out.append("")
    unseen = [v for v in assessment.practices if v.status == "unknown"]
    out += ["## Not assessed", "", f"{words.number(assessment.assessed)} % of the weight that applies is assessed."]
    out += [f"- {v.code} {md.text(v.title)}: {md.text(v.reason)}" for v in unseen]
    if result.errors:
        out += ["", f"{view.plural(len(result.errors), 'file')} could not be analysed in full."]
    steps = md.steps(assessment.roadmap[:5]).replace("### Next steps", f"## Proposed for {period.following}", 1)
    out += ["", steps, md.trend(result).replace("### Trend", "## Earlier periods", 1)]
    out += ["## Every practice, with its evidence", ""]
    out += [md.category(code, name, mine, True) for code, name, mine in words.by_category(result)]
    origin = (
        "recorded results" if report.source == "store" else "the commits themselves, each with the configuration it had"
    )
    out += [
        f"Judged from {origin}; commit {md.code(result.repository.revision or 'none')}, rubric {md.text(assessment.rubric)}, model "
        f"{md.text(assessment.model)}, mlopslint {md.text(result.tool.version)}. Points are shares of the score of 100; those of all "
        "changes add up to its movement."
    ]
    return "\n".join(line.rstrip("\n") for line in out) + "\n"
