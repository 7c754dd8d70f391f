"""Questions about training code that several checks ask."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from mlopslint.lint.base import Context
from mlopslint.lint.python import inside


def called(call: ast.Call) -> str:
    """The last name of a callee: ``step`` of ``self.optimizer.step()``."""
    func = call.func
    return func.attr if isinstance(func, ast.Attribute) else func.id if isinstance(func, ast.Name) else ""


def calls_in(node: ast.AST) -> Iterator[ast.Call]:
    """All calls below a node, those of nested functions, too."""
    if isinstance(node, ast.Call):
        yield node
    for item in inside(node, functions=True):
        if item.__class__ is ast.Call:
            yield item


def local_functions(at: Context) -> dict[str, ast.AST]:
    """Functions and methods of the module by name."""
    found = at.memo.get("functions")
    if found is None:
        kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
        found = at.memo["functions"] = {
            item.name: item for item in inside(at.tree, functions=True) if isinstance(item, kinds)
        }
    return found
