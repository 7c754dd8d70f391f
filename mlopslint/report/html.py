"""One self-contained HTML file: no network, no script that runs, light and dark, prints whole."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

import msgspec
from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup, escape

from mlopslint.records import RUNGS, Report
from mlopslint.report import issues, view, words

#: The colour class of a status; its icon and word say the same.
_TONES = {
    "pass": "high",
    "attested": "high",
    "partial": "mid",
    "fail": "low",
    "waived": "mid",
    "unknown": "none",
    "n/a": "none",
}


@lru_cache(maxsize=1)
def _environment() -> Environment:
    from mlopslint.data import folder

    root = folder("report_templates")

    def source(name: str) -> str | None:
        path = root / name
        return path.read_text(encoding="utf-8") if path.is_file() else None

    return Environment(
        loader=FunctionLoader(source),
        autoescape=True,
        finalize=_printed,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _printed(value: Any) -> Any:
    """Every value on its way into the page: text of the repository cannot turn or hide what stands around it."""
    return view.visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _embedded(report: Report) -> Markup:
    """The report as JSON that cannot end its own script element."""
    text = msgspec.json.encode(report).decode()
    # what could end the script element, and what could hide or turn text for a reader of the source
    return Markup(
        re.sub("[&<>\u200b-\u200f\u2028-\u202e\u2066-\u2069]", lambda match: f"\\u{ord(match.group()):04x}", text)
    )


def _marked(text: str) -> Markup:
    """Text of a rule with its `code` as code; everything is escaped first."""
    return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(view.visible(text)))))


def _whole(score: float | None) -> str:
    return "–" if score is None else f"{score:.0f}"


def _short(url: str) -> str:
    """An address without what every address has."""
    bare = re.sub(r"^https?://(www\.)?", "", url).rstrip("/")
    return bare if len(bare) <= 70 else bare[:69] + "…"


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
                "scores": [scores.get(code) for code in codes],
            }
        )
    return rows


def render(report: Report) -> str:
    """The report as one HTML page."""
    return (
        _environment()
        .get_template("html/report.html.j2")
        .render(
            report=report,
            assessment=report.assessment,
            repository=report.repository,
            top=view.top(report),
            scale=words.scale(report.assessment),
            share=words.share(report.assessment),
            narrative=words.narrative(report),
            ladder=view.ladder(report),
            categories=view.categories(report),
            steps=report.assessment.roadmap,
            told=view.told(report.assessment.practices),
            other_count=sum(v.level is None for v in report.assessment.practices),
            register=view.register(report),
            technologies=view.technologies(report),
            models=view.models(report),
            projects=_projects(report),
            arithmetic=view.arithmetic(report),
            findings=issues.by_severity(report.findings),
            findings_told=issues.told(report),
            at=issues.place,
            embedded=_embedded(report),
            rungs=RUNGS,
            icons=words.ICONS,
            named=words.WORDS,
            efforts=words.EFFORTS,
            tone_of=_TONES,
            open=view.OPEN,
            number=words.number,
            place=words.place,
            link=lambda evidence: words.link(report, evidence),
            whole=_whole,
            marked=_marked,
            short=_short,
            tone=view.tone,
            arc=view.arc,
            web=view.web,
            detail=view.detail,
            credit=view.credit,
            plural=view.plural,
        )
    )
