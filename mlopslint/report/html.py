"""One self-contained HTML file: no network, no script that runs, light and dark, prints whole."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

import msgspec
from jinja2 import Environment, FunctionLoader

from mlopslint.records import RUNGS, Report
from mlopslint.report import words


@lru_cache(maxsize=1)
def _environment() -> Environment:
    from mlopslint.data import folder

    root = folder("report_templates")

    def source(name: str) -> str | None:
        path = root / name
        return path.read_text(encoding="utf-8") if path.is_file() else None

    return Environment(loader=FunctionLoader(source), autoescape=True, trim_blocks=True, lstrip_blocks=True)


def _embedded(report: Report) -> str:
    """The report as JSON that cannot end its own script element."""
    text = msgspec.json.encode(report).decode()
    return (
        text.replace("&", "\\u0026")
        .replace("<", "\\u003c")
        .replace(">", "\\u003e")
        .replace("\u2028", "\\u2028")
        .replace("\u2029", "\\u2029")
    )


def _tone(score: float | None) -> str:
    return "none" if score is None else "low" if score < 50 else "mid" if score < 75 else "high"


def _arc(score: float | None, radius: float) -> str:
    """The stroke-dasharray of a gauge."""
    length = 2 * 3.141592653589793 * radius
    return f"{length * (score or 0.0) / 100:.1f} {length:.1f}"


def _marked(text: str) -> Any:
    """Text of our own rules with its `code` as code; everything is escaped first."""
    from markupsafe import Markup, escape

    return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(text))))


def _kinds(report: Report) -> list[dict[str, Any]]:
    kinds: dict[str, list[Any]] = {}
    for use in report.inventory.technologies:
        if not use.kind.startswith("tracker-"):
            kinds.setdefault(use.kind, []).append(use)
    return [{"kind": kind, "uses": uses} for kind, uses in sorted(kinds.items())]


def render(report: Report) -> str:
    """The report as one HTML page."""
    assessment = report.assessment
    possible = sum(c.weight for c in assessment.categories)
    template = _environment().get_template("html/report.html.j2")
    counts = {status: sum(v.status == status for v in assessment.practices) for status in words.ORDER}
    return template.render(
        report=report,
        assessment=assessment,
        repository=report.repository,
        title=words.title(report),
        narrative=words.narrative(report),
        categories=words.by_category(report),
        scores={c.code: c for c in assessment.categories},
        following=words.next_level(assessment),
        verdicts={v.code: v for v in assessment.practices},
        items={item.id: item for model in assessment.models for item in model.items},
        others=[m for m in assessment.models if m.name != assessment.model],
        kinds=_kinds(report),
        counts=counts,
        possible=possible,
        top=max((level.level for level in assessment.levels), default=assessment.level),
        number=words.number,
        place=words.place,
        link=lambda evidence: words.link(report, evidence),
        tone=_tone,
        arc=_arc,
        icons=words.ICONS,
        named=words.WORDS,
        efforts=words.EFFORTS,
        rungs=RUNGS,
        marked=_marked,
        embedded=_embedded(report),
    )
