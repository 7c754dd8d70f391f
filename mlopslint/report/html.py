"""One self-contained HTML file: no network, readable without its script, light and dark, prints whole."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from mlopslint.records import Finding, Report
from mlopslint.report import issues, view, words
from mlopslint.report.pages import embedded, page


def render(report: Report) -> str:
    """The report as one HTML page."""
    # the edits of fixes belong to `lint`: a page with a thousand findings would hold more of them than of all else
    slim = replace(report, findings=tuple(replace(finding, edits=()) for finding in report.findings))
    return page("report", **values(report), embedded=embedded(slim))


def values(report: Report) -> dict[str, Any]:
    """What the sections of one repository's page loop over."""
    owners = view.owners(report)
    return {
        "report": report,
        "assessment": report.assessment,
        "repository": report.repository,
        "top": view.top(report),
        "scale": words.scale(report.assessment),
        "share": words.share(report.assessment),
        "narrative": words.narrative(report),
        "profile_told": words.told_profile(report.assessment),
        "since": words.moved(report.delta) if report.delta else "",
        "moves": view.moves(report.delta) if report.delta else (),
        "codes": {v.code for v in report.assessment.practices},
        "gates_missed": [item for item in report.gates if not item.met],
        "readings": view.readings(report),
        "ladder": view.ladder(report),
        "categories": view.categories(report),
        "steps": report.assessment.roadmap,
        "seen": {v.code: v.evidence[:3] for v in report.assessment.practices if v.status == "partial"},
        "quick": view.quick_wins(report),
        "risks": view.risks(report),
        "lifecycle": view.lifecycle(report),
        "told": view.told(report.assessment.practices),
        "other_count": sum(v.level is None for v in report.assessment.practices),
        "register": view.register(report),
        "lapsed": view.lapsed(report),
        "unseen": [v for v in report.assessment.practices if v.status == "unknown"],
        "technologies": view.technologies(report),
        "doubled": view.doubled(report),
        "models": view.models(report),
        "projects": _projects(report),
        "arithmetic": view.arithmetic(report),
        "findings": view.findings(report),
        "known_before": _known_before(report),
        "people": sorted({name for names in (*owners.values(), *report.owners.values()) for name in names}),
        "owners": owners,
        "whys": view.whys(),
        "earned": view.earned(report),
        "by_hand": view.by_hand(report),
        "findings_told": issues.told(report),
        "chart": _chart(report),
        "by_category": _by_category(report),
        "by_test_score": {
            code
            for model in report.assessment.models
            if model.kind == "sections"
            for item in model.items
            for code in item.practices
        },
        "came": view.came(report),
        "sparks": {
            item.code: words.spark([point.at.categories.get(item.code) for point in report.trend])
            for item in report.assessment.categories
            if len(report.trend) > 1
        },
        "at": issues.place,
        "link": lambda evidence: words.link(report, evidence),
    }


def _chart(report: Report) -> str:
    """The trend as an image; "" where there is none to show."""
    points = [(point.date, point.at.score, point.at.rubric) for point in report.trend if point.at.score is not None]
    if len(points) < 2:
        return ""
    from mlopslint.report.charts import line

    return line(points)


def _by_category(report: Report) -> str:
    """The trend of each category as an image; "" where there is none to show, or where two rubrics would be joined."""
    rubrics = {point.at.rubric for point in report.trend}
    if len(report.trend) < 2 or len(rubrics) > 1:
        return ""
    from mlopslint.report.charts import lines

    series = [
        (category.code, [point.at.categories.get(category.code) for point in report.trend])
        for category in report.assessment.categories
    ]
    return lines(
        [point.date for point in report.trend],
        [(name, scores) for name, scores in series if any(s is not None for s in scores)],
    )


def _known_before(report: Report) -> Callable[[Finding], str]:
    """``new`` or ``known`` since the earlier assessment; "" where there was none."""
    if report.delta is None:
        return lambda finding: ""
    fresh = {finding.fingerprint for finding in report.delta.findings_new}
    return lambda finding: "new" if finding.fingerprint in fresh else "known"


def _projects(report: Report) -> list[dict[str, Any]]:
    codes = [category.code for category in report.assessment.categories]
    rows = []
    for project in report.projects:
        scores = {category.code: category.score for category in project.assessment.categories}
        rows.append(
            {
                "path": project.path,
                "level": project.assessment.level,
                "score": project.assessment.score,
                "held_up": following.blockers if (following := words.next_level(project.assessment)) else (),
                "scores": [scores.get(code) for code in codes],
            }
        )
    return rows
