"""Why a practice reads as it does, told on a terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

import click

from mlopslint.records import Evidence
from mlopslint.report import view, words
from mlopslint.report.text import flat
from mlopslint.why import Part, Query, Why

_SIGNS = {1.0: ("✓", "green"), 0.5: ("◐", "yellow"), 0.0: ("✗", "red")}


def terminal(why: Why) -> str:
    """The whole, in the order in which somebody who disagrees would ask."""
    verdict = why.verdict
    sign = {"pass": "green", "attested": "green", "partial": "yellow", "fail": "red"}.get(
        verdict.status, "bright_black"
    )
    out = [
        click.style(f"{verdict.code} {verdict.title}", bold=True),
        click.style(f"{words.ICONS[verdict.status]} {words.WORDS[verdict.status]}", fg=sign)
        + f": {flat(verdict.reason)}",
        f"evidence {words.rung(verdict)}, {verdict.confidence} confidence"
        + (f"; {flat(verdict.note)}" if verdict.note else ""),
    ]
    out += [f"  {_place(item)}" for item in verdict.evidence]
    out += ["", _wrapped(why.what, "")]
    if why.requires:
        out += [
            "",
            click.style("It builds on", bold=True),
            *(f"  {code}: {text}" for code, text in why.requires.items()),
        ]
    for title, parts in (("It applies when", why.applies), ("In place when", why.passes), ("Half when", why.partial)):
        if parts:
            out += ["", click.style(title, bold=True), *_parts(parts)]
    for questions in why.queries.values():
        asked = [query for query in questions if query.found or query.elsewhere]
        empty = len(questions) - len(asked)
        if questions:
            out += ["", click.style("What was looked at", bold=True)]
            out += [line for query in asked for line in _query(query)]
            if empty:
                out.append(f"  and {view.plural(empty, 'question')} without an answer:")
                out += [f"    {flat(query.asks, 150)}" for query in questions if not (query.found or query.elsewhere)][
                    :12
                ]
    if why.changes:
        out += ["", click.style("What would change it", bold=True)]
        out += [_wrapped(text, "  ", "- ") for text in why.changes]
    return "\n".join(out) + "\n"


def _parts(parts: Sequence[Part]) -> list[str]:
    out = []
    for part in parts:
        icon, color = _SIGNS.get(part.grade, _SIGNS[0.5])
        out.append(f"{'  ' * (part.depth + 1)}{click.style(icon, fg=color)} {flat(part.asks, 400)}")
        out += [f"{'  ' * (part.depth + 3)}{_place(item)}" for item in part.places]
    return out


def _query(query: Query) -> list[str]:
    count = f"{query.found} found" if query.found else "none that counts"
    out = [f"  {flat(query.asks, 200)}: {count}"]
    out += [f"      {_place(item)}" for item in query.places]
    if query.elsewhere:
        roles = ", ".join(f"{count} in {role} files" for role, count in sorted(query.elsewhere.items()))
        first = f", such as {_place(query.elsewhere_places[0])}" if query.elsewhere_places else ""
        out.append(click.style(f"      not counted: {roles}{first}", fg="bright_black"))
    return out


def _place(item: Evidence) -> str:
    detail = view.detail(item)
    return flat(words.place(item), 160) + (f"  {detail}" if detail else "")


def _wrapped(text: str, indent: str, bullet: str = "") -> str:
    lines = textwrap.wrap(flat(text), 100 - len(indent) - len(bullet))
    return "\n".join(indent + (bullet if place == 0 else " " * len(bullet)) + line for place, line in enumerate(lines))
