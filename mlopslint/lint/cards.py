"""What must be known of each check before it is asked: a run imports only the checks that its files ask for.

A wheel holds the cards, compiled when it is built; in a checkout they are read off the checks themselves.
"""

from __future__ import annotations

import ast
import os
from collections.abc import Iterable
from typing import Any, NamedTuple

import msgspec

from mlopslint.data import compiled, place
from mlopslint.digest import digest
from mlopslint.lint.base import FileRule, NotebookRule, ProjectRule, PythonRule, Rule

#: What a check may be asked about.
_SORTS: dict[str, type[Rule]] = {
    "python": PythonRule,
    "notebook": NotebookRule,
    "file": FileRule,
    "project": ProjectRule,
}


class Card(NamedTuple):
    """A check by what it waits for; the names are those of ``lint/base.py``."""

    code: str
    sorts: frozenset[str]  #: python, notebook, file, project; none of one that the engine does not ask
    calls: tuple[str, ...]
    attributes: tuple[str, ...]
    nodes: tuple[str, ...]
    markers: tuple[bytes, ...]
    kinds: tuple[str, ...]

    def node_types(self) -> tuple[type[ast.AST], ...]:
        return tuple(getattr(ast, name) for name in self.nodes)


def card(rule: Rule) -> Card:
    """The card of a check."""
    given: Any = rule
    return Card(
        rule.code,
        frozenset(sort for sort, cls in _SORTS.items() if isinstance(rule, cls)),
        tuple(getattr(given, "calls", ())),
        tuple(getattr(given, "attributes", ())),
        tuple(node.__name__ for node in getattr(given, "nodes", ())),
        tuple(getattr(given, "markers", ())),
        tuple(getattr(given, "kinds", ())),
    )


def kept() -> tuple[Card, ...] | None:
    """The cards that were compiled with this wheel; None where there are none, or where a check was changed since."""
    try:
        with open(compiled(_name()), "rb") as stream:
            return msgspec.msgpack.decode(stream.read(), type=tuple[Card, ...])
    except (OSError, msgspec.MsgspecError):
        return None


def keep(into: str, rules: Iterable[Rule]) -> str:
    """Write the cards of the built-in checks into a folder; the path of the file."""
    path = os.path.join(into, _name())
    with open(path, "wb") as stream:
        stream.write(msgspec.msgpack.encode([card(rule) for rule in rules]))
    return path


def _name() -> str:
    """A name that changes with the files that the cards are read off: their names and sizes tell."""
    rules = place("rules")
    sizes = [
        f"{item.name} {item.stat().st_size}"
        for folder in (os.path.dirname(__file__), *([os.path.join(rules, "deprecations")] if rules else []))
        for item in os.scandir(folder)
        if item.name.endswith((".py", ".csv"))
    ]
    return f"checks-{digest('sha256', chr(10).join(sorted(sizes)).encode())[:16]}.msgpack"
