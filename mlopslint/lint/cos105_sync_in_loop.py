"""COS105 sync-in-loop."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from mlopslint.lint.base import Context, Problem, PythonRule
from mlopslint.lint.python import inside

#: Statements of a loop whose insides do not run in each of its steps, or not once.
_APART = (ast.If, ast.For, ast.While, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


class SyncInLoop(PythonRule):
    """A value is fetched from the GPU in every step.

    What it does
    ------------
    Finds ``.item()``, ``.cpu()`` and ``print`` of tensors in the loop that also calls ``backward()``.

    Why is this bad?
    ----------------
    Each of them waits until the GPU has done all that was asked of it: the queue runs empty in every step.

    Example
    -------
    ::

        for x, y in loader:
            loss = step(x, y)
            loss.backward()
            losses.append(loss.item())

    Use instead
    -----------
    ::

        for i, (x, y) in enumerate(loader):
            loss = step(x, y)
            loss.backward()
            if i % 100 == 0:
                log(loss.item())

    References
    ----------
    - PyTorch, "Performance tuning guide": https://pytorch.org/tutorials/recipes/recipes/tuning_guide.html
    """

    code = "COS105"
    name = "sync-in-loop"
    severity = "note"
    confidence = "medium"
    default = False
    in_tests = False
    nodes = (ast.For,)
    markers = (b".backward(",)

    def check(self, node: ast.For, name: str, at: Context) -> Iterator[Problem]:
        if not at.within(node, ".backward("):
            return
        direct = [
            (part.func.attr, part)
            for item in node.body
            if not isinstance(item, _APART)
            for part in inside(item)
            if isinstance(part, ast.Call) and isinstance(part.func, ast.Attribute)
        ]
        if not any(method == "backward" for method, _ in direct):
            return
        for method, call in direct:
            if method in ("item", "cpu") and not call.args:
                yield at.problem(call, f".{method}() waits for the GPU in every step; do it every so many steps")

    GOOD = (
        "for x in loader:\n    loss.backward()\n    if i % 10 == 0:\n        log(loss.item())\n",
        "for x in loader:\n    n += x.item()\n",
    )
    BAD = ("for x in loader:\n    loss = f(x)\n    loss.backward()\n    total += loss.item()\n",)
