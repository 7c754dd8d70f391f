"""A rule as a page in Markdown: for the site, the documentation and whoever asks what CODE means."""

from __future__ import annotations

import inspect
import textwrap
from typing import Any

from mlopslint.lint.base import Rule
from mlopslint.records import Practice
from mlopslint.report.sarif import markdown
from mlopslint.report.words import EFFORTS


def practice_page(practice: Practice) -> str:
    """One practice in full: what, why, how it is detected, how to fix it, what it answers, where to read on."""
    level = (
        f"level {practice.level}, weight {practice.weight}"
        if practice.level is not None
        else "asked by other models only"
    )
    out = [f"# {practice.code} {practice.name}", "", f"{practice.title}.", ""]
    out += [f"*{level}, {EFFORTS[practice.effort]} effort, `rules/{practice.source}`*", ""]
    out += ["## What it does", "", practice.what.strip(), "", "## Why it matters", "", practice.why.strip(), ""]
    out += ["## How it is detected", ""]
    out += [f"- only when `{code}` is at least `{least}`" for code, least in practice.requires.items()]
    for name, condition in (
        ("applies when", practice.applies), ("in place when", practice.passes), ("half when", practice.partial),
    ):  # fmt: skip
        if condition is not None:
            lines = told(condition).split("\n")
            out.append(f"- {name}: {_escaped(lines[0])}")
            out += [f"    {' ' * (len(line) - len(line.lstrip()))}- {_escaped(line.strip())}" for line in lines[1:]]
    out += ["", "## How to fix it", "", practice.remediation.strip(), ""]
    for snippet in practice.snippets:
        where = f"`{snippet.file}`" if snippet.file else "Snippet"
        with_ = f" (with {', '.join(snippet.for_)})" if snippet.for_ else ""
        out += [f"{where}{with_}:", "", f"````{snippet.language}", snippet.code.rstrip(), "````", ""]
    if any(practice.answers.values()):
        out += ["## Answers in published models", ""]
        out += [f"- {model}: {', '.join(items)}" for model, items in practice.answers.items() if items] + [""]
    if practice.references:
        out += ["## References", "", *(f"- <{url}>" for url in practice.references), ""]
    return "\n".join(out)


def check_page(rule: Rule) -> str:
    """One check of code in full, from its docstring."""
    page = inspect.getdoc(type(rule)) or ""
    first, _, rest = page.partition("\n")
    state = "on by default" if rule.default else "off until selected"
    fix = {"safe": ", has a safe fix", "unsafe": ", has an unsafe fix"}.get(rule.fixes, "")
    head = [
        f"# {rule.code} {rule.name}",
        "",
        first,
        "",
        f"*{rule.severity}, {rule.confidence} confidence, {state}{fix}*",
        "",
    ]
    return "\n".join(head) + "\n" + markdown(rest.strip("\n")) + "\n"


def _escaped(line: str) -> str:
    return line.replace("*", "\\*").replace("_", "\\_").replace("<", "&lt;")


def told(condition: Any) -> str:
    """A condition in words, one line a part."""
    from mlopslint.judge import MODIFIERS, asked

    head = next(key for key in condition if key not in MODIFIERS)
    body = condition[head]
    if head in ("any", "all", "none"):
        words = {"any": "any of", "all": "all of", "none": "none of"}[head]
        return words + "\n" + "\n".join(textwrap.indent(told(item), "  ") for item in body)
    if head == "predicate":
        from mlopslint.predicates import PREDICATES

        text = inspect.getdoc(PREDICATES[body]) or body
        return f"{' '.join((text.partition(': ')[2] or text).split())}  [predicate {body}]"
    return asked(condition)
