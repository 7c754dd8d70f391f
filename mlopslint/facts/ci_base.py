"""What the readers of all CI vendors share: one vocabulary of facts, whoever runs the jobs."""

from __future__ import annotations

from typing import Any

from mlopslint.facts.commands import split
from mlopslint.facts.text import decode, fold, scalar, secretish, text_of, texts
from mlopslint.facts.tree import Tree, as_list, as_map, content_of, flatten, load_yaml
from mlopslint.records import Fact

#: What vendors call an event -> what it is called here.
TRIGGERS = {
    "workflow_dispatch": "manual", "web": "manual", "custom": "manual", "parent_pipeline": "workflow_call",
    "pipeline": "workflow_run", "trigger": "repository_dispatch", "api": "repository_dispatch",
    "merge_request_event": "pull_request", "merge_requests": "pull_request", "external_pull_requests": "pull_request",
    "external_pull_request_event": "pull_request", "pull-requests": "pull_request", "pr": "pull_request",
    "schedules": "schedule", "cron": "schedule", "tags": "tag", "branches": "push", "issues": "issue",
    "issue_comment": "issue", "promote": "release", "deployment": "deployment", "pull_request_closed": "pull_request",
}  # fmt: skip
IMAGE_LIMIT = 300


def begin(data: bytes, vendor: str) -> tuple[Tree, list[Fact]]:
    """The parsed file and its first facts: the vendor, and why the file could not be read."""
    tree = load_yaml(decode(data))
    facts = tree.errors()
    root = tree.root
    if root:
        facts.append(Fact("ci", vendor, start(root), {"name": text_of(root.get("name"), 200)}))
    return tree, facts


def start(root: Any) -> int:
    """The line at which a document begins (1 when nothing says it)."""
    return getattr(root, "line", 1) or 1


def keys(root: Any, cap: int = 600) -> list[Fact]:
    """The scalars of the file as they are, beside the facts in the common vocabulary."""
    return flatten(root, cap)


def trigger(event: str, line: int, **value: Any) -> Fact:
    """One event that starts the pipeline, under its common name."""
    kept = {key: item for key, item in value.items() if item}
    return Fact("ci-trigger", TRIGGERS.get(event, event)[:100], line, kept or None)


def cron(expression: Any, line: int, of: str = "", branches: Any = None) -> list[Fact]:
    """A schedule: the trigger, and the expression with what it starts."""
    text = text_of(expression, 100)
    if not text:
        return [trigger("schedule", line)]
    return [
        trigger("schedule", line, cron=text, branches=texts(branches)),
        Fact("schedule", text, line, {"of": of}),
    ]


def dedupe(facts: list[Fact]) -> list[Fact]:
    """``facts`` without repeated triggers."""
    seen: set[str] = set()
    kept = []
    for fact in facts:
        if fact.kind == "ci-trigger":
            key = f"{fact.name} {fact.value}"
            if key in seen:
                continue
            seen.add(key)
        kept.append(fact)
    return kept


def where(
    job: str, step: str = "", soft: bool = False, condition: str = "", inputs: dict[str, Any] | None = None, **more: Any
) -> dict[str, Any]:
    """The value of a command or action: where it stands, and whether its failure passes unnoticed."""
    value: dict[str, Any] = {"job": job, "soft": soft}
    if step:
        value["step"] = step[:200]
    if condition:
        value["if"] = condition
    if inputs:
        value["with"] = inputs
    value.update({key: item for key, item in more.items() if item})
    return value


def script(text: str, line: int, value: dict[str, Any], pipefail: bool = False) -> list[Fact]:
    """Commands of one script whose first line is ``line``."""
    return [
        Fact(
            "command",
            command.text,
            line + command.line - 1 if line else 0,
            {**value, "soft": value["soft"] or command.soft},
        )
        for command in split(text, pipefail)
    ]


def scripts(container: Any, key: Any, value: dict[str, Any], pipefail: bool = False, depth: int = 0) -> list[Fact]:
    """Commands of what stands at ``key``: one script, or a list of them, nested as YAML anchors make them."""
    content = container.get(key) if isinstance(container, dict) else container[key]
    if isinstance(content, str):
        return script(content, content_of(container, key), value, pipefail)
    found: list[Fact] = []
    if isinstance(content, list) and depth < 5:
        for i in range(min(len(content), 500)):
            found += scripts(content, i, value, pipefail, depth + 1)
    return found


def image(reference: Any, line: int, **value: Any) -> list[Fact]:
    """An image that a job runs in, given by name or by a mapping with its name."""
    if isinstance(reference, dict):
        reference = reference.get("name", reference.get("image"))
    text = text_of(reference, IMAGE_LIMIT).strip()
    if not text:
        return []
    return [Fact("image", fold(text), line, {**image_parts(text), "base": False, **value})]


def image_parts(reference: str) -> dict[str, Any]:
    """Tag and digest of an image reference: ``tag`` is empty where none is written."""
    name, at, _ = reference.partition("@")
    last = name.rpartition("/")[2]
    return {"tag": last.partition(":")[2], "digest": bool(at)}


def settings(value: Any, limit: int = 40) -> dict[str, Any]:
    """The inputs of an action as scalars, credentials left out; lists as one text."""
    kept: dict[str, Any] = {}
    for key, item in list(as_map(value).items())[:limit]:
        if secretish(str(key)):
            kept[str(key)[:100]] = None
        elif isinstance(item, list):
            kept[str(key)[:100]] = " ".join(texts(item))[:400]
        elif not isinstance(item, dict):
            kept[str(key)[:100]] = scalar(item, 400)
    return kept


def caches(value: Any, line: int, job: str) -> list[Fact]:
    """What a job caches: names, paths, or a mapping with paths."""
    found: list[Fact] = []
    for item in as_list(value)[:20]:
        if isinstance(item, dict):
            names = texts(item.get("paths", item.get("path"))) or texts(item.get("key")) or texts(list(item))
        else:
            names = texts(item)
        found += [Fact("cache", name[:200], line, {"job": job}) for name in names if name not in ("true", "false")]
    if value is True:
        found.append(Fact("cache", "default", line, {"job": job}))
    return found


def job_value(**value: Any) -> dict[str, Any]:
    """The value of a job: what is not said is left out, ``soft`` and ``manual`` are always there."""
    kept = {key: item for key, item in value.items() if item}
    return {"soft": False, "manual": False, **kept}


def branches_of(value: Any) -> list[str]:
    """Branch names from a list or from include and exclude lists."""
    if isinstance(value, dict):
        return texts(value.get("include", value.get("only")))
    return texts(value)
