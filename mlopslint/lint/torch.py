"""Questions about training code that several checks ask."""

from __future__ import annotations

import ast
from collections.abc import Iterator


def called(call: ast.Call) -> str:
    """The last name of a callee: ``step`` of ``self.optimizer.step()``."""
    func = call.func
    return func.attr if isinstance(func, ast.Attribute) else func.id if isinstance(func, ast.Name) else ""


def calls_in(node: ast.AST) -> Iterator[ast.Call]:
    """All calls below a node, those of nested functions, too."""
    return (item for item in ast.walk(node) if isinstance(item, ast.Call))


def local_functions(tree: ast.Module) -> dict[str, ast.AST]:
    """Functions and methods of a module by name."""
    return {item.name: item for item in ast.walk(tree) if isinstance(item, (ast.FunctionDef, ast.AsyncFunctionDef))}
