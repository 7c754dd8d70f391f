"""MDL111 graph-growing-list."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from mlopslint.lint import torch
from mlopslint.lint.base import Context, Problem, PythonRule
from mlopslint.lint.python import inside


class GraphGrowingList(PythonRule):
    """Losses kept as tensors with their graph.

    What it does
    ------------
    Finds ``total += loss`` and ``losses.append(loss)`` in a training loop, where ``loss.backward()`` is called in the same loop and the sum
    or list itself is never differentiated.

    Why is this bad?
    ----------------
    Each loss keeps the graph of its computation, and on a GPU its memory, alive. Memory grows with every batch until the run dies.

    Example
    -------
    ::

        loss.backward()
        optimizer.step()
        total_loss += loss

    Use instead
    -----------
    ::

        loss.backward()
        optimizer.step()
        total_loss += loss.item()

    Fix safety
    ----------
    Unsafe: the sum becomes a number; code that calls tensor methods on it needs a change.

    References
    ----------
    - PyTorch FAQ, "My model reports cuda runtime error: out of memory": https://pytorch.org/docs/stable/notes/faq.html
    """

    code = "MDL111"
    name = "graph-growing-list"
    in_tests = False
    fixes = "unsafe"
    nodes = (ast.For, ast.While)
    markers = (b".backward(",)

    def check(self, node: ast.For | ast.While, name: str, at: Context) -> Iterator[Problem]:
        if at.loops or not at.within(node, ".backward(") or not at.imported("torch") or torch.spent(at):
            return
        if any(isinstance(item, (ast.Break, ast.Return)) for item in node.body):
            return  # it runs once
        own = list(inside(node))
        losses = {at.reader.text(loss) for item in own if (loss := _differentiated(item)) is not None}
        losses = {text for text in losses if text and "." not in text}
        if not losses or any(_detaches(item, losses) for item in own):
            return
        gone = _without_gradient(own, at)
        grown = [
            (item, kept[0], kept[1])
            for item in own
            if (kept := _kept(item, at))
            and isinstance(kept[1], ast.Name)
            and kept[1].id in losses
            and id(item) not in gone
        ]
        if not grown:
            return
        scope = at.function if at.function is not None else at.tree
        everything = list(inside(scope)) + ([] if at.function is not None else own)
        torch.spend(at, len(everything))
        for item, target, value in grown[:20]:
            if target in losses or _used_again(target, everything, at) or _reset(target, item, node, at):
                continue
            fix = at.replace(value, f"{value.id}.item()", f"Keep {value.id}.item()", "unsafe")
            yield at.problem(item, f"{target} keeps the graph of every {value.id} alive; use {value.id}.item()", fix)

    GOOD = (
        "import torch\ntotal = 0\nfor x in loader:\n    loss = f(x)\n    loss.backward()\n    total += loss\n    break\n",
        "import torch\ntotal = 0\nfor x in loader:\n    loss = f(x)\n    loss.backward()\n    total += loss.item()\n",
        "import torch\ntotal = 0\nfor x in loader:\n    loss = f(x)\n    total += loss\ntotal.backward()\n",
        "import torch\nfor x in loader:\n    total = 0\n    for part in x:\n        loss = f(part)\n        total += loss\n    total.backward()\n",
        "import torch\nlosses = []\nfor x in loader:\n    loss = f(x)\n    losses.append(loss)\n    loss.backward(retain_graph=True)\ntorch.stack(losses).sum().backward()\n",
        "import torch\nlosses = []\nfor x in loader:\n    loss = f(x)\n    loss.backward()\n    loss = loss.item()\n    losses.append(loss)\n",
        "import torch\nlosses = []\nfor x in loader:\n    loss = f(x)\n    loss.backward()\n    losses.append(float(loss))\n",
        "import torch\nfor x in loader:\n    loss = f(x)\n    loss.backward()\n    with torch.no_grad():\n        total += loss\n",
        "import torch\nfor x in loader:\n    loss = f(x)\n    meter.update(loss)\n    loss.backward()\n",
        "import autograd\nfor x in loader:\n    loss = f(x)\n    loss.backward()\n    total += loss\n",
    )
    BAD = (
        (
            "import torch\ntotal = 0\nfor x in loader:\n    loss = f(x)\n    loss.backward()\n    total += loss\nprint(total)\n",
            "import torch\ntotal = 0\nfor x in loader:\n    loss = f(x)\n    loss.backward()\n    total += loss.item()\nprint(total)\n",
        ),
        "import torch\nhistory = []\ndef train():\n    for e in range(3):\n        for x in loader:\n            loss = f(x)\n            scaler.scale(loss).backward()\n            history.append(loss)\n",
        "import torch\nfor x in loader:\n    loss = f(x)\n    loss.backward()\n    total = total + loss\n",
    )


def _differentiated(node: ast.AST) -> ast.expr | None:
    """``loss`` of ``loss.backward()``, ``scaler.scale(loss).backward()`` and ``accelerator.backward(loss)``."""
    if not isinstance(node, ast.Call) or torch.method(node) != "backward" or not isinstance(node.func, ast.Attribute):
        return None
    owner = node.func.value
    if isinstance(owner, ast.Call):
        return owner.args[0] if torch.method(owner) == "scale" and owner.args else None
    if node.args and isinstance(node.args[0], ast.Name) and isinstance(owner, ast.Name) and "loss" in node.args[0].id:
        return node.args[0]
    return owner


def _detaches(node: ast.AST, losses: set[str]) -> bool:
    """``loss = loss.item()`` and ``loss.detach_()``: the name is no longer the tensor with its graph."""
    if isinstance(node, ast.Call) and torch.method(node) == "detach_":
        return True
    if (
        not isinstance(node, ast.Assign)
        or not isinstance(node.targets[0], ast.Name)
        or node.targets[0].id not in losses
    ):
        return False
    value = node.value
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id in ("float", "reduce_tensor"):
        return True
    return any(torch.method(item) in ("item", "detach", "cpu", "numpy", "tolist") for item in ast.walk(value)) or any(
        isinstance(item, ast.Attribute) and item.attr == "data" for item in ast.walk(value)
    )


def _without_gradient(nodes: list[ast.AST], at: Context) -> set[int]:
    """The statements under ``no_grad``."""
    return {
        id(inner)
        for item in nodes
        if isinstance(item, ast.With) and any(torch.no_gradient(part.context_expr, at) for part in item.items)
        for inner in inside(item)
    }


def _kept(node: ast.AST, at: Context) -> tuple[str, ast.expr] | None:
    """(what grows, what it gets)."""
    if isinstance(node, ast.AugAssign) and isinstance(node.op, ast.Add):
        value = node.value
        if isinstance(value, ast.BinOp) and isinstance(value.op, (ast.Mult, ast.Div)):
            value = value.left if isinstance(value.left, ast.Name) else value.right
        return (text, value) if (text := at.reader.text(node.target)) else None
    if isinstance(node, ast.Assign) and isinstance(node.value, ast.BinOp) and isinstance(node.value.op, ast.Add):
        text = at.reader.text(node.targets[0])
        if text and at.reader.text(node.value.left) == text:
            return text, node.value.right
        return None
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call) and torch.method(node.value) == "append":
        text = torch.receiver(at, node.value)
        if text and len(node.value.args) == 1:
            return text, node.value.args[0]
    return None


def _used_again(target: str, nodes: list[ast.AST], at: Context) -> bool:
    """Whether what grows is differentiated itself, made a number, or handed to a function that may do so."""
    last = target.rpartition(".")[2]
    for item in nodes:
        if not isinstance(item, ast.Call):
            if isinstance(item, ast.Return) and item.value is not None and _mentions(item.value, last):
                if not isinstance(item.value, (ast.BinOp, ast.Tuple, ast.Name)):
                    return True
            continue
        what = torch.method(item)
        if what in ("backward", "step", "detach", "clear", "pop") and _mentions(item, last):
            return True
        if what in ("append", "item", "print", "format", "write", "info", "add_scalar", "log", "set_description"):
            continue
        name = at.resolve(item.func)
        if name.startswith(("torch.stack", "torch.cat", "torch.autograd")) and _mentions(item, last):
            return True
    return False


def _mentions(node: ast.AST, name: str) -> bool:
    return any(
        isinstance(item, ast.Name) and item.id == name or isinstance(item, ast.Attribute) and item.attr == name
        for item in ast.walk(node)
    )


def _reset(target: str, node: ast.AST, nest: ast.AST, at: Context) -> bool:
    """Whether what grows is begun anew in the innermost loop around the place."""
    loops = [item for item in (nest, *inside(nest)) if isinstance(item, torch.LOOPS)]
    around = [loop for loop in loops if any(item is node for item in inside(loop))]
    if not around:
        return True
    return any(
        isinstance(item, ast.Assign)
        and item is not node
        and any(at.reader.text(part) == target for part in item.targets)
        and not any(isinstance(part, ast.BinOp) and target == at.reader.text(part.left) for part in [item.value])
        for item in inside(around[-1])
    )
