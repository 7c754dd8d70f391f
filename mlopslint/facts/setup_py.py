"""What a ``setup.py`` declares by its ``setup(...)`` call, as far as it stands there in words -> facts."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from mlopslint.facts.dependencies import requirement
from mlopslint.records import Fact

_GROUPS = {"install_requires": "main", "setup_requires": "build", "tests_require": "test"}
#: Requirements of one file.
_LIMIT = 500


def declared(tree: ast.Module) -> list[Fact]:
    """The package, its requirements, Python version and scripts; what a program puts together is left out."""
    values: dict[str, ast.expr] = {}
    call: ast.Call | None = None
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
            values.setdefault(node.targets[0].id, node.value)
        elif isinstance(node, ast.Call) and _last(node.func) == "setup":
            call = call or node
    if call is None:
        return []
    given = {word.arg: word.value for word in call.keywords if word.arg}
    facts: list[Fact] = []
    for key, group in _GROUPS.items():
        facts += _requirements(given.get(key), group, values)
    extras = _named(given.get("extras_require"), values)
    if isinstance(extras, ast.Dict):
        for name, value in zip(extras.keys, extras.values, strict=True):
            if isinstance(name, ast.Constant) and isinstance(name.value, str):
                facts += _requirements(value, name.value[:60], values)
    version = _named(given.get("python_requires"), values)
    if isinstance(version, ast.Constant) and isinstance(version.value, str):
        facts.append(Fact("python-version", version.value[:60], version.lineno))
    scripts = _named(given.get("entry_points"), values)
    if isinstance(scripts, ast.Dict):
        for name, value in zip(scripts.keys, scripts.values, strict=True):
            if isinstance(name, ast.Constant) and name.value == "console_scripts":
                for text, line in _texts(value, values):
                    script, equals, target = text.partition("=")
                    if equals:
                        facts.append(Fact("script", script.strip()[:120], line, target.strip()[:200]))
    return list({(fact.kind, fact.name, fact.line): fact for fact in facts}.values())[:_LIMIT]


def _last(func: ast.expr) -> str:
    return func.attr if isinstance(func, ast.Attribute) else func.id if isinstance(func, ast.Name) else ""


def _named(node: ast.expr | None, values: dict[str, ast.expr]) -> ast.expr | None:
    """The value itself, or what a name was set to."""
    return values.get(node.id) if isinstance(node, ast.Name) else node


def _requirements(node: ast.expr | None, group: str, values: dict[str, ast.expr]) -> list[Fact]:
    found = (requirement(text, line, group) for text, line in _texts(node, values))
    return [fact for fact in found if fact is not None]


def _texts(node: ast.expr | None, values: dict[str, ast.expr], depth: int = 0) -> Iterator[tuple[str, int]]:
    """The texts of a list, of lists added together, and of lists by their names, each with its line."""
    node = _named(node, values)
    if depth > 5 or node is None:
        return
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        for offset, row in enumerate(node.value.split("\n")):
            if row.strip():
                yield row.strip(), node.lineno + offset
    elif isinstance(node, (ast.List, ast.Tuple, ast.Set)):
        for item in node.elts:
            yield from _texts(item.value if isinstance(item, ast.Starred) else item, values, depth + 1)
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        yield from _texts(node.left, values, depth + 1)
        yield from _texts(node.right, values, depth + 1)
