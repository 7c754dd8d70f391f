"""Running the examples of a rule: what the rule finds in one, and what its fix makes of it."""

from __future__ import annotations

import json
from typing import Any

from mlopslint import facts
from mlopslint.kinds import kind_of
from mlopslint.lint.base import ProjectRule, Rule
from mlopslint.records import Fact


def notebook_bytes(example: dict[str, Any]) -> bytes:
    """A notebook of format 4 from ``{"cells": [(kind, source) or (kind, source, {field: value})], "metadata": {...}}``."""
    cells = []
    for item in example["cells"]:
        kind, source, extra = (*item, {})[:3]
        cell: dict[str, Any] = {"cell_type": kind, "metadata": {}, "source": source.splitlines(keepends=True)}
        if kind == "code":
            cell |= {"execution_count": None, "outputs": []}
        cells.append(cell | extra)
    metadata = {"language_info": {"name": "python"}} | example.get("metadata", {})
    return json.dumps({"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}, indent=1).encode()


def files_of(example: Any) -> dict[str, bytes]:
    """The files that an example stands for."""
    if isinstance(example, str):
        return {"module.py": example.encode()}
    if isinstance(example, bytes):
        return {"module.py": example}
    if "cells" in example:
        return {"notebook.ipynb": notebook_bytes(example)}
    return {path: _bytes(content) for path, content in example.items()}


def _bytes(content: Any) -> bytes:
    """A file of an example: text, the cells of a notebook, bytes, or a number of bytes that do not matter."""
    if isinstance(content, int):
        return b"0" * content
    if isinstance(content, str):
        return content.encode()
    return notebook_bytes(content) if isinstance(content, dict) else bytes(content)


def facts_of(example: Any, code: str) -> list[Fact]:
    """The findings of one rule in the files of an example, as facts."""
    found = []
    for path, data in files_of(example).items():
        for fact in facts.read(kind_of(path), data):
            assert not (fact.kind == "note" and fact.name.startswith("check ")), fact.name
            if fact.kind == "lint" and fact.name == code:
                found.append(fact)
    return found


def split(rule: Rule, example: Any) -> tuple[Any, Any]:
    """A BAD example and what it promises: the fixed source, or for a project the (path, line)."""
    if isinstance(example, tuple):
        return example[0], example[1:] if isinstance(rule, ProjectRule) else example[1]
    return example, None
