"""Small questions about Python nodes that several checks ask."""

from __future__ import annotations

import ast
from collections.abc import Iterator


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
    return not any(item.arg is None for item in call.keywords) and not any(
        isinstance(a, ast.Starred) for a in call.args
    )


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
    while stack:
        item = stack.pop()
        yield item
        cls = item.__class__
        if cls is not ast.Name and cls is not ast.Constant and (functions or cls not in _SCOPES):
            stack += children(item)


_SCOPES = frozenset({ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda})
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
_REVERSED = {cls: fields[::-1] for cls, fields in _FIELDS.items()}


def children(node: ast.AST) -> list[ast.AST]:
    """The nodes right below a node, the last first."""
    found: list[ast.AST] = []
    for field in _REVERSED[node.__class__]:
        value = getattr(node, field, None)
        if value.__class__ is list:
            found += [item for item in reversed(value) if item is not None]
        elif value is not None:
            found.append(value)
    return found


def in_order(node: ast.AST) -> list[ast.AST]:
    """The nodes right below a node, in the order of the source."""
    found: list[ast.AST] = []
    for field in _FIELDS[node.__class__]:
        value = getattr(node, field, None)
        if value.__class__ is list:
            found += [item for item in value if item is not None]
        elif value is not None:
            found.append(value)
    return found
