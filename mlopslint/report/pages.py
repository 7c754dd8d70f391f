"""What every HTML page is made with: the templates, their filters, and a policy that lets nothing else in."""

from __future__ import annotations

import base64
import hashlib
import re
from functools import lru_cache
from typing import Any

import msgspec
from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup, escape

from mlopslint.records import CREDIT, RUNGS
from mlopslint.report import view, words
from mlopslint.report.text import flat, visible

#: The colour class of a status; its icon and word say the same.
TONES = {
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

    made = Environment(
        loader=FunctionLoader(source),
        autoescape=True,
        finalize=_printed,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    style, script = (_own(source(f"html/{name}") or "") for name in ("style.css", "page.js"))
    made.globals.update(
        style=Markup(style),
        script=Markup(script),
        policy=f"default-src 'none'; style-src '{_digest(style)}'; script-src '{_digest(script)}'; "
        "img-src data:; base-uri 'none'; form-action 'none'",
        rungs=RUNGS,
        icons=words.ICONS,
        named=words.WORDS,
        efforts=words.EFFORTS,
        passage=words.passage,
        place=words.place,
        number=words.number,
        signed=words.signed,
        tone_of=TONES,
        open=view.OPEN,
        tone=view.tone,
        arc=view.arc,
        web=view.web,
        detail=view.detail,
        credit=view.credit,
        credits=CREDIT,
        assessed=view.assessed,
        plural=view.plural,
        flat=flat,
        whole=lambda score: "–" if score is None else f"{score:.0f}",
        marked=_marked,
        short=_short,
    )
    return made


def page(template: str, **values: Any) -> str:
    """A page from its template below ``html/``; every value is escaped on its way in."""
    return _environment().get_template(f"html/{template}.html.j2").render(**values)


def embedded(content: Any) -> Markup:
    """A record as JSON that cannot end its own script element."""
    text = msgspec.json.encode(content).decode()
    # what could end the script element, and what could hide or turn text for a reader of the source
    return Markup(
        re.sub("[&<>\u200b-\u200f\u2028-\u202e\u2066-\u2069]", lambda match: f"\\u{ord(match.group()):04x}", text)
    )


def _own(text: str) -> str:
    """A style or script of ours as it will stand in the page, between two line breaks."""
    return "\n" + text.strip() + "\n"


def _digest(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _printed(value: Any) -> Any:
    """Every value on its way into the page: text of the repository cannot turn or hide what stands around it."""
    return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _marked(text: str) -> Markup:
    """Text of a rule with its `code` as code; everything is escaped first."""
    return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(visible(text)))))


def _short(url: str) -> str:
    """An address without what every address has."""
    bare = re.sub(r"^https?://(www\.)?", "", url).rstrip("/")
    return bare if len(bare) <= 70 else bare[:69] + "…"
