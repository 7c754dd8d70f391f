"""MDL111 graph-growing-list."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from mlopslint.lint.base import Context, Problem, PythonRule
from mlopslint.lint.python import inside
from mlopslint.lint.torch import called, calls_in


def _rebound(loop: ast.stmt, name: str) -> bool:
    """Whether the loss becomes a plain number in the loop (``loss = loss.item()``)."""
    for item in inside(loop):
        if isinstance(item, ast.Assign) and any(
            isinstance(target, ast.Name) and target.id == name for target in item.targets
        ):
            text = ast.unparse(item.value)
            if ".item()" in text or "detach" in text or text.startswith("float(") or ".data" in text:
                return True
    return False


def _made_inside(loop: ast.stmt, name: str) -> bool:
    """Whether what is added to begins anew in each round: then nothing outlives the round."""
    for item in inside(loop):
        if isinstance(item, ast.Assign) and any(ast.unparse(target) == name for target in item.targets):
            return True
    return False


class GraphGrowingList(PythonRule):
    """Losses are kept with their graphs.

    What it does
    ------------
    Finds ``total += loss`` and ``losses.append(loss)`` in the loop that calls ``loss.backward()``, where the loss
    is a tensor.

    Why is this bad?
    ----------------
    Each kept tensor holds what is needed to differentiate it again: memory grows from step to step until the GPU is
    full.

    Example
    -------
    ::

        for x, y in loader:
            loss = loss_fn(model(x), y)
            loss.backward()
            total += loss

    Use instead
    -----------
    ::

        for x, y in loader:
            loss = loss_fn(model(x), y)
            loss.backward()
            total += loss.item()

    Fix safety
    ----------
    Unsafe: what is kept becomes a number, which has no methods of a tensor.

    References
    ----------
    - PyTorch FAQ, "My model reports cuda runtime error: out of memory":
      https://pytorch.org/docs/stable/notes/faq.html
    """

    code = "MDL111"
    name = "graph-growing-list"
    severity = "error"
    in_tests = False
    fixes = "unsafe"
    nodes = (ast.For, ast.While)
    markers = (b".backward(",)

    def check(self, node: ast.For | ast.While, name: str, at: Context) -> Iterator[Problem]:
        if not at.imported("torch") or not at.within(node, ".backward("):
            return
        losses = {
            item.func.value.id
            for item in calls_in(node)
            if called(item) == "backward"
            and isinstance(item.func, ast.Attribute)
            and isinstance(item.func.value, ast.Name)
        }
        if not losses:
            return
        for item in inside(node):
            kept: ast.expr | None = None
            into = ""
            if isinstance(item, ast.AugAssign) and isinstance(item.op, ast.Add):
                kept, into = item.value, ast.unparse(item.target)
            elif (
                isinstance(item, ast.Call)
                and called(item) == "append"
                and len(item.args) == 1
                and isinstance(item.func, ast.Attribute)
            ):
                kept, into = item.args[0], ast.unparse(item.func.value)
            if not isinstance(kept, ast.Name) or kept.id not in losses or into in losses or into == kept.id:
                continue
            if _rebound(node, kept.id) or _made_inside(node, into):
                continue
            yield at.problem(
                kept,
                f"{into} keeps the graph of every {kept.id}; add {kept.id}.item()",
                at.replace(kept, f"{kept.id}.item()", f"Use {kept.id}.item()", "unsafe"),
            )

    GOOD = (
        "import torch\nfor x in l:\n    loss = f(x)\n    loss.backward()\n    total += loss.item()\n",
        "import torch\nfor x in l:\n    loss = 0\n    for y in x:\n        part = f(y)\n        loss += part\n    loss.backward()\n",
        "import torch\nfor x in l:\n    loss = f(x)\n    loss.backward()\n    loss = loss.item()\n    total += loss\n",
    )
    BAD = (
        (
            "import torch\nfor x in l:\n    loss = f(x)\n    loss.backward()\n    total += loss\n",
            "import torch\nfor x in l:\n    loss = f(x)\n    loss.backward()\n    total += loss.item()\n",
        ),
        "import torch\nfor x in l:\n    loss = f(x)\n    loss.backward()\n    losses.append(loss)\n",
    )
