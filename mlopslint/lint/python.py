"""Small questions about Python nodes that several checks ask."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from operator import attrgetter
from typing import Any


def keyword(call: ast.Call, name: str) -> ast.expr | None:
    """The value of a keyword argument of a call, None where it is not given."""
    for item in call.keywords:
        if item.arg == name:
            return item.value
    return None


def argument(call: ast.Call, position: int, name: str) -> ast.expr | None:
    """An argument by its position or its name."""
    found = keyword(call, name)
    if (
        found is None
        and position < len(call.args)
        and not any(isinstance(a, ast.Starred) for a in call.args[: position + 1])
    ):
        found = call.args[position]
    return found


def keywords_known(call: ast.Call) -> bool:
    """Whether all arguments of a call stand there: no ``**options`` and no ``*values`` that may hold more."""
    for item in call.keywords:
        if item.arg is None:
            return False
    for argument in call.args:  # noqa: SIM110 - asked of most calls
        if argument.__class__ is ast.Starred:
            return False
    return True


def constant(node: ast.expr | None) -> object:
    """The value of a constant (also a negative number), ``...`` for anything else."""
    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub) and isinstance(node.operand, ast.Constant):
        value = node.operand.value
        return -value if isinstance(value, (int, float)) else ...
    return ...


def inside(node: ast.AST, *, functions: bool = False) -> Iterator[ast.AST]:
    """All nodes below a node in the order of the source; those of nested functions and classes only where asked for."""
    stack = children(node)
    pop, push = stack.pop, stack.append
    closed = _LEAVES if functions else _SCOPES
    call, holders = ast.Call, _HOLDERS
    while stack:
        item = pop()
        yield item
        cls = item.__class__
        if cls in closed:
            continue
        if cls is call:  # half of what there is to open: calls, and what has one node below it
            stack += item.keywords[::-1]  # type: ignore[attr-defined]
            stack += item.args[::-1]  # type: ignore[attr-defined]
            push(item.func)  # type: ignore[attr-defined]
        elif cls in holders:
            below = item.value  # type: ignore[attr-defined]
            if below is not None:
                push(below)
        else:
            stack += children(item)


_LEAVES = frozenset({ast.Name, ast.Constant})
_HOLDERS = frozenset({ast.Attribute, ast.Expr, ast.keyword, ast.Return, ast.Starred, ast.Await})
_SCOPES = _LEAVES | {ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda}
#: Fields that hold no nodes, or none that say anything: contexts and operators.
_PLAIN = frozenset(
    {"ctx", "op", "ops", "id", "attr", "arg", "name", "asname", "module", "level", "rest", "kwd_attrs", "kind", "tag"}
    | {"type_comment", "type_ignores", "conversion", "is_async", "simple"}
)
#: The fields of each class that hold nodes, in the order of the source.
_FIELDS: dict[type[ast.AST], tuple[str, ...]] = {
    cls: tuple(field for field in cls._fields if field not in _PLAIN)
    for cls in vars(ast).values()
    if isinstance(cls, type) and issubclass(cls, ast.AST)
}
_FIELDS.update(dict.fromkeys((ast.Constant, ast.Name, ast.Global, ast.Nonlocal, ast.MatchSingleton), ()))
if hasattr(ast, "TypeAlias"):
    _FIELDS[ast.TypeAlias] = ("name", "type_params", "value")


def _getter(fields: tuple[str, ...]) -> Callable[[ast.AST], tuple[Any, ...]]:
    """What reads these fields of a node, in one call."""
    if not fields:
        return lambda node: ()
    get = attrgetter(*fields)
    return get if len(fields) > 1 else lambda node: (get(node),)


_FORWARD = {cls: _getter(fields) for cls, fields in _FIELDS.items()}
_BACKWARD = {cls: _getter(fields[::-1]) for cls, fields in _FIELDS.items()}
#: Classes whose lists may hold None: the key of ``**more``, the default of an argument without one.
_GAPS = frozenset({ast.Dict, ast.arguments})


def children(node: ast.AST) -> list[ast.AST]:
    """The nodes right below a node, the last first."""
    cls = node.__class__
    found: list[ast.AST] = []
    for value in _BACKWARD[cls](node):
        if value.__class__ is list:
            if value:
                found += value[::-1]
        elif value is not None:
            found.append(value)
    return [item for item in found if item is not None] if cls in _GAPS else found


def in_order(node: ast.AST) -> list[ast.AST]:
    """The nodes right below a node, in the order of the source."""
    cls = node.__class__
    found: list[ast.AST] = []
    for value in _FORWARD[cls](node):
        if value.__class__ is list:
            found += value
        elif value is not None:
            found.append(value)
    return [item for item in found if item is not None] if cls in _GAPS else found
