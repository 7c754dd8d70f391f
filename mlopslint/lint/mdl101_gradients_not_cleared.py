"""MDL101 gradients-not-cleared."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from mlopslint.lint import torch
from mlopslint.lint.base import Context, Edit, Fix, Problem, PythonRule
from mlopslint.lint.python import inside

_CLEARING = ("zero_grad", "reset_grad", "clear_grad", "set_to_none", "zero_gradients")
#: What these packages offer takes an optimizer or model and never clears gradients.
_HARMLESS = (
    "torch.",
    "tqdm.",
    "wandb.",
    "mlflow.",
    "numpy.",
    "matplotlib.",
    "os.",
    "print",
    "len",
    "str",
    "isinstance",
)


#: Methods of a gradient that leave it as it is.
_READING = ("norm", "abs", "mean", "sum", "max", "min", "item", "clone", "cpu", "numpy", "pow", "detach", "size", "view", "std", "all",
            "any", "dim", "append", "flatten", "reshape", "square")  # fmt: skip


#: Those that give something of its own, or something that nobody clears gradients through.
_VALUES = ("norm", "abs", "mean", "sum", "max", "min", "item", "clone", "numpy", "tolist", "std", "pow", "square")


def _of_grad(node: ast.AST) -> bool:
    """``p.grad``, or something of it: ``p.grad.data.zero_``"""
    while isinstance(node, (ast.Attribute, ast.Subscript, ast.Call)):
        if isinstance(node, ast.Call):
            if not isinstance(node.func, ast.Attribute):
                return False
            node = node.func.value  # ``autograd.grad(...)`` is a call of that name, and no gradient that is kept
            continue
        if isinstance(node, ast.Attribute) and node.attr == "grad":
            return True
        node = node.value
    return False


class GradientsNotCleared(PythonRule):
    """A training loop that never clears the gradients.

    What it does
    ------------
    Finds loops with ``loss.backward()`` and ``optimizer.step()`` in which no gradient is ever cleared: neither by ``zero_grad`` or
    ``grad = None`` in the loops themselves nor in a function of the same file that is called from there. Loops that accumulate gradients on
    purpose, and those that Lightning, Accelerate or DeepSpeed drive, are left alone.

    Why is this bad?
    ----------------
    PyTorch adds new gradients to the old ones. Every step then follows the sum of all batches so far, and training drifts or diverges
    without any error.

    Example
    -------
    ::

        for x, y in loader:
            loss = criterion(model(x), y)
            loss.backward()
            optimizer.step()

    Use instead
    -----------
    ::

        for x, y in loader:
            optimizer.zero_grad()
            loss = criterion(model(x), y)
            loss.backward()
            optimizer.step()

    Fix safety
    ----------
    Unsafe: it puts ``optimizer.zero_grad()`` ahead of ``backward()``, which changes what is learnt.

    References
    ----------
    - PyTorch, "Zeroing out gradients": https://pytorch.org/tutorials/recipes/recipes/zeroing_out_gradients.html
    - Known from dslinter (gradients not cleared before backward propagation) and CodeSmile.
    """

    code = "MDL101"
    name = "gradients-not-cleared"
    in_tests = False
    severity = "error"
    fixes = "unsafe"
    nodes = (ast.For, ast.While)
    markers = (b".backward(",)

    def check(self, node: ast.For | ast.While, name: str, at: Context) -> Iterator[Problem]:
        if at.loops or not at.within(node, ".backward(") or not at.imported("torch") or torch.spent(at):
            return
        if at.imported(*torch.DRIVERS):
            return
        own = list(inside(node, functions=True))
        backward = [item for item in own if torch.method(item) == "backward"]
        steps = [
            item
            for item in own
            if isinstance(item, ast.Call)
            and isinstance(item.func, ast.Attribute)
            and item.func.attr == "step"
            and (torch.is_optimizer(at, item.func.value) or self._scaled(item, at))
        ]
        if not backward or not steps or any(self._engine(item, at) for item in backward):
            return
        optimizers = {torch.receiver(at, item) for item in steps if not self._scaled(item, at)}
        optimizers |= {at.reader.text(item.args[0]) for item in steps if self._scaled(item, at)}
        every = torch.reached(at, [node])
        if any(self._clears(item) or self._touches(item, at) for item in every) or self._made_within(
            node, backward, optimizers, at
        ):
            return
        known = torch.definitions(at)
        cls = torch.enclosing_class(at)
        members = _members(cls) if cls is not None else set()
        if any(self._unknown(item, optimizers, known, members, at) for item in every):
            return
        yield at.problem(
            backward[0],
            f"gradients are never cleared in this loop; call {min(optimizers)}.zero_grad() before backward()",
            self._fix(node, backward, optimizers, at),
        )

    @staticmethod
    def _scaled(call: ast.AST, at: Context) -> bool:
        """``scaler.step(optimizer)``"""
        return (
            isinstance(call, ast.Call)
            and torch.method(call) == "step"
            and len(call.args) == 1
            and isinstance(call.args[0], (ast.Name, ast.Attribute))
            and torch.is_optimizer(at, call.args[0])
        )

    @staticmethod
    def _engine(call: ast.AST, at: Context) -> bool:
        """``engine.backward(loss)``: of something that drives the loop."""
        return isinstance(call, ast.Call) and bool(call.args) and isinstance(call.args[0], (ast.Name, ast.Attribute))

    @staticmethod
    def _clears(node: ast.AST) -> bool:
        if isinstance(node, ast.Attribute):
            return any(word in node.attr for word in _CLEARING)
        if isinstance(node, ast.Name):
            return any(word in node.id for word in _CLEARING)
        if isinstance(node, ast.If) and any(isinstance(item, ast.Mod) for item in ast.walk(node.test)):
            # steps only at every n-th batch: gradients are accumulated on purpose, unless they are made there, too
            if not node.orelse and any(torch.method(item) == "backward" for item in ast.walk(node)):
                return False
            return any(torch.method(item) == "step" or isinstance(item, ast.Continue) for item in ast.walk(node))
        return isinstance(node, ast.Constant) and node.value == "zero_grad"

    @staticmethod
    def _touches(node: ast.AST, at: Context) -> bool:
        """Whether gradients are set, changed in place, or handed to something that may do so; they may be read and scaled."""
        if isinstance(node, (ast.Assign, ast.Delete)) and any(_of_grad(target) for target in node.targets):
            return True
        if isinstance(node, (ast.Assign, ast.Return, ast.ListComp, ast.GeneratorExp, ast.For)):
            # under another name, or in a list, it is out of our sight
            value = (
                node.elt
                if isinstance(node, (ast.ListComp, ast.GeneratorExp))
                else node.iter
                if isinstance(node, ast.For)
                else node.value
            )
            return value is not None and not isinstance(value, ast.Call) and _of_grad(value)
        if not isinstance(node, ast.Call):
            return False
        if torch.method(node) not in ("", *_READING) and _of_grad(node):
            return True
        given = (*node.args, *(word.value for word in node.keywords))
        if not any(_of_grad(item) and torch.method(item) not in _VALUES for item in given):
            return False
        return not at.resolve(node.func).startswith(_HARMLESS) and torch.method(node) != "append"

    @staticmethod
    def _made_within(node: ast.AST, backward: list[ast.AST], optimizers: set[str], at: Context) -> bool:
        """Whether an optimizer is made in the loop around backward: then there are no old gradients, or we cannot say."""
        inner = [item for item in (node, *inside(node, functions=True)) if isinstance(item, torch.LOOPS)]
        inner = [loop for loop in inner if any(item is backward[0] for item in ast.walk(loop))]
        return any(
            isinstance(item, ast.Assign) and any(at.reader.text(target) in optimizers for target in item.targets)
            for item in inside(inner[-1], functions=True)
        )

    @staticmethod
    def _unknown(
        node: ast.AST, optimizers: set[str], known: dict[str, ast.AST], members: set[str], at: Context
    ) -> bool:
        """Whether a call may clear them out of our sight: it gets an optimizer or the model, or is an unknown method of self."""
        if not isinstance(node, ast.Call):
            return False
        if torch.on_self(node.func):
            return torch.on_self(node.func) not in members
        name = at.resolve(node.func)
        if name.startswith(_HARMLESS) or torch.method(node) in ("step", "unscale_", "append", "update"):
            return False
        if torch.callee(at, node, known, None) is not None:
            return False
        models = {"model", "net", "network", "self", "self.model", "self.net", "self.optimizer"}
        if torch.passes(node, optimizers | models, at):
            return True
        return any(word in name.lower() for word in ("callback", "hook", "closure", "engine", "trainer"))

    @staticmethod
    def _fix(node: ast.AST, backward: list[ast.AST], optimizers: set[str], at: Context) -> Fix | None:
        if len(backward) != 1 or len(optimizers) != 1:
            return None
        call = backward[0]
        for item in inside(node, functions=True):
            if isinstance(item, ast.Expr) and item.value is call:
                text = f"{next(iter(optimizers))}.zero_grad()"
                return Fix(f"Call {text} before backward()", "unsafe", (Edit(at.region(item), "line-before", (text,)),))
        return None

    GOOD = (
        "import torch\nfor i, x in enumerate(loader):\n    if i % 4:\n        f(x).backward()\n    else:\n        f(x).backward()\n        optimizer.step()\n",
        "import torch\nfor x in loader:\n    f(x).backward()\n    optimizer.step()\n    for p in m.parameters():\n        p.grad.data.zero_()\n",
        "import torch\nfrom mine import reset\nfor x in loader:\n    f(x).backward()\n    optimizer.step()\n    for p in m.parameters():\n        reset(p.grad)\n",
        "import torch\nfor x in loader:\n    f(x).backward()\n    optimizer.step()\n    grads = [p.grad for p in m.parameters()]\n    for g in grads:\n        g.zero_()\n",
        "import torch\nfor x, y in loader:\n    optimizer.zero_grad()\n    loss = f(m(x), y)\n    loss.backward()\n    optimizer.step()\n",
        "import torch\nfor e in range(9):\n    for x, y in loader:\n        loss = f(m(x), y)\n        loss.backward()\n        opt.step()\n        m.zero_grad()\n",
        "import torch\ndef clear(o):\n    o.zero_grad(set_to_none=True)\nfor x in loader:\n    clear(opt)\n    f(x).backward()\n    opt.step()\n",
        "import torch\nfrom mine import prepare\nfor x in loader:\n    prepare(optimizer)\n    f(x).backward()\n    optimizer.step()\n",
        "import torch\nfor i, x in enumerate(loader):\n    f(x).backward()\n    if (i + 1) % 4 == 0:\n        optimizer.step()\n",
        "import torch\nfor x in loader:\n    for p in m.parameters():\n        p.grad = None\n    f(x).backward()\n    optimizer.step()\n",
        "import torch\nfrom accelerate import Accelerator\nfor x in loader:\n    accelerator.backward(loss)\n    optimizer.step()\n",
        "import torch\nimport deepspeed\nfor x in loader:\n    engine.backward(loss)\n    engine.step()\n",
        "import torch\nfor x in loader:\n    loss = f(x)\n    engine.backward(loss)\n    optimizer.step()\n",
        "import torch\nclass T(Base):\n    def fit(self):\n        for x in self.loader:\n            self.before_step()\n            self.f(x).backward()\n            self.optimizer.step()\n",
        "import torch\nfor x in loader:\n    def closure():\n        optimizer.zero_grad()\n        loss = f(x)\n        loss.backward()\n        return loss\n    optimizer.step(closure)\n",
        "import torch\nfor x in xs:\n    opt = torch.optim.SGD([x], lr=1)\n    f(x).backward()\n    opt.step()\n",
        "import autograd\nfor x in xs:\n    x.backward()\n    optimizer.step()\n",
    )
    BAD = (
        "import torch\nfrom mine import histogram\nfor x in loader:\n    f(x).backward()\n    optimizer.step()\n    for p in m.parameters():\n        histogram(p.grad.data.cpu().numpy())\n",
        "import torch\nfrom torch import autograd, optim\nd, g = optim.Adam(a.parameters()), optim.Adam(b.parameters())\ndef penalty(x):\n    return autograd.grad(a(x), x)[0].norm()\nfor i, x in enumerate(loader):\n    (a(x) + penalty(x)).backward()\n    optimizer_d.step()\n    if i % 5 == 0:\n        b(x).backward()\n        optimizer_g.step()\n",
        "import torch\nimport torch.distributed as dist\ndef average(m):\n    for p in m.parameters():\n        dist.all_reduce(p.grad.data)\n        p.grad.data /= 4\nopt = torch.optim.SGD(m.parameters(), lr=1)\nfor x in loader:\n    f(x).backward()\n    average(m)\n    opt.step()\n",
        (
            "import torch\nfor x, y in loader:\n    loss = f(m(x), y)\n    loss.backward()\n    optimizer.step()\n",
            "import torch\nfor x, y in loader:\n    loss = f(m(x), y)\n    optimizer.zero_grad()\n    loss.backward()\n    optimizer.step()\n",
        ),
        "import torch\nfrom torch import optim as o\na = o.SGD(m.parameters(), lr=1)\nfor e in range(3):\n    for x, y in loader:\n        f(m(x), y).backward()\n        a.step()\n",
        "import torch\ndef train(model, optimizer, scaler):\n    while True:\n        loss = f(model)\n        scaler.scale(loss).backward()\n        scaler.step(optimizer)\n        scaler.update()\ndef f(model):\n    return model(1)\n",
        "import torch\nfor i, x in enumerate(loader):\n    if i % 10 == 0:\n        print(i)\n    loss = m(x)\n    loss.backward()\n    optimizer.step()\n",
        {
            "cells": [
                ("code", "import torch\nopt = torch.optim.Adam(m.parameters())"),
                ("code", "for x in loader:\n    loss = m(x).sum()\n    loss.backward()\n    opt.step()"),
            ]
        },
    )


def _members(cls: ast.ClassDef) -> set[str]:
    """The methods of a class and the attributes that it sets."""
    found = set(torch.methods(cls))
    for item in inside(cls, functions=True):
        if isinstance(item, ast.Assign):
            found.update(torch.on_self(target) for target in item.targets)
    return found
