"""Questions about GitHub workflows and composite actions that several checks ask, over trees that know their lines."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from mlopslint.facts.text import text_of, texts
from mlopslint.facts.tree import as_map, content_of, line_of, maps
from mlopslint.lint.base import File
from mlopslint.patterns import late

EXPRESSION = late(r"\$\{\{(.{0,1000}?)\}\}", re.S)


class Step(NamedTuple):
    """One step with the job that it belongs to (both as mappings; the job of a composite action is empty)."""

    job_id: str
    job: dict[str, Any]
    step: dict[str, Any]


def root_of(file: File) -> dict[str, Any]:
    """The mapping of a workflow or action; empty where there is none."""
    return next((document for document in file.documents if isinstance(document, dict)), {})


def triggers(root: dict[str, Any]) -> dict[str, Any]:
    """Events that start a workflow, with their options."""
    events = root.get("on", root.get("true"))
    if isinstance(events, dict):
        return {str(key): value for key, value in events.items()}
    return {event: None for event in texts(events)}


def jobs(root: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any], int]]:
    """Jobs with their ids and lines."""
    table = as_map(root.get("jobs"))
    for name, job in table.items():
        if isinstance(job, dict):
            yield str(name), job, line_of(table, name)


def steps(root: dict[str, Any]) -> Iterator[Step]:
    """All steps of a workflow, or of a composite action."""
    for name, job, _ in jobs(root):
        for step in maps(job.get("steps")):
            yield Step(name, job, step)
    for step in maps(as_map(root.get("runs")).get("steps")):
        yield Step("", {}, step)


def scripts(step: dict[str, Any]) -> Iterator[tuple[str, int]]:
    """Texts that a step runs as a program, with the line at which they begin: ``run``, and the script of github-script."""
    if isinstance(step.get("run"), str):
        yield step["run"], content_of(step, "run")
    uses = text_of(step.get("uses"))
    inputs = step.get("with")
    if uses.startswith("actions/github-script@") and isinstance(inputs, dict) and isinstance(inputs.get("script"), str):
        yield inputs["script"], content_of(inputs, "script")


def row_of(file: File, part: str, start: int) -> int:
    """The line at or below ``start`` that holds ``part``; ``start`` where none does."""
    rows = file.lines
    for number in range(max(start, 1), min(len(rows), start + 2000) + 1):
        if part in rows[number - 1]:
            return number
    return start
