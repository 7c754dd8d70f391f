"""GitHub workflows as checks see them: their jobs and steps with the line of everything."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from mlopslint.facts.tree import Map, as_map, line_of, maps
from mlopslint.lint.base import File

#: Commands that test or validate: a failure of these is what the job is for.
TESTING = re.compile(
    r"(?<![\w/.-])(pytest|py\.test|tox|nox|unittest|nose2|ruff|flake8|mypy|pyright|pylint|black --check|isort --check|bandit|pip-audit|safety (?:check|scan)|dvc repro"
    r"|great_expectations|gx |dbt test|soda scan|checkov|trivy|deepchecks|evidently|nbmake|nbval|make (?:test|tests|lint|check|ci)|poe test|hatch (?:run )?test|mlopslint"
    r"|npm (?:run )?test|go test|cargo test)(?![\w-])"
)


class Step(NamedTuple):
    """One step of a job: where it stands, its job, and its mapping."""

    line: int
    job: str
    settings: Any
    body: Any


def root_of(file: File) -> Map:
    """The workflow's mapping, empty where there is none."""
    return next((item for item in file.documents if isinstance(item, Map)), Map())


def jobs_of(root: Map) -> dict[str, Any]:
    """Its jobs by name; for an action, its runs as one."""
    jobs = as_map(root.get("jobs"))
    if not jobs and "runs" in root:
        return {"runs": root["runs"]}
    return {str(name): job for name, job in jobs.items() if isinstance(job, dict)}


def steps_of(root: Map) -> Iterator[Step]:
    """All steps of all jobs."""
    for name, job in jobs_of(root).items():
        for step in maps(job.get("steps")):
            yield Step(getattr(step, "line", 0), name, job, step)


def triggers_of(root: Map) -> set[str]:
    """The events that start it."""
    on = root.get("on", root.get("True"))
    if isinstance(on, dict):
        return {str(key) for key in on}
    if isinstance(on, list):
        return {str(item) for item in on}
    return {str(on)} if on else set()


def scripts_of(step: Step) -> Iterator[tuple[int, str]]:
    """Lines of its script, with their number in the file."""
    script = step.body.get("run")
    if not isinstance(script, str):
        return
    first = step.body.content.get("run", step.line) if isinstance(step.body, Map) else step.line
    for offset, row in enumerate(script.split("\n")):
        yield first + offset, row


def place(mapping: Any, key: str, default: int) -> int:
    """The line of a key."""
    return line_of(mapping, key) or default
