"""MDL105 step-order."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from mlopslint.lint import torch
from mlopslint.lint.base import Context, Problem, PythonRule
from mlopslint.lint.python import inside


class StepOrder(PythonRule):
    """Optimizer, scheduler and gradients handled in the wrong order.

    What it does
    ------------
    Finds loops in which the learning-rate scheduler steps before the optimizer, and, in loops and functions, ``zero_grad()`` between
    ``backward()`` and the ``step()`` of the same optimizer.

    Why is this bad?
    ----------------
    A scheduler that steps first skips the first value of the schedule (since PyTorch 1.1). Gradients cleared between ``backward()`` and
    ``step()`` are gone before they are used: nothing is learnt.

    Example
    -------
    ::

        for epoch in range(epochs):
            scheduler.step()
            for x, y in loader:
                loss = criterion(model(x), y)
                loss.backward()
                optimizer.zero_grad()
                optimizer.step()

    Use instead
    -----------
    ::

        for epoch in range(epochs):
            for x, y in loader:
                optimizer.zero_grad()
                loss = criterion(model(x), y)
                loss.backward()
                optimizer.step()
            scheduler.step()

    References
    ----------
    - PyTorch, "How to adjust learning rate": https://pytorch.org/docs/stable/optim.html#how-to-adjust-learning-rate
    """

    code = "MDL105"
    name = "step-order"
    in_tests = False
    nodes = (ast.For, ast.While, ast.FunctionDef)
    markers = (b".step(",)

    def check(self, node: ast.For | ast.While | ast.FunctionDef, name: str, at: Context) -> Iterator[Problem]:
        if not at.within(node, ".step(") or not at.imported("torch") or torch.spent(at):
            return
        if not isinstance(node, ast.FunctionDef):
            yield from self._scheduler(node, at)
        # the gradients of one step are gone wherever that step stands: in a loop, or in a function that the loop calls
        outermost = isinstance(node, ast.FunctionDef) or not at.loops and at.function is None
        if outermost and at.within(node, "zero_grad") and at.within(node, "backward"):
            for block in torch.blocks(node.body):
                yield from self._cleared(block, at)

    @staticmethod
    def _scheduler(node: ast.For | ast.While, at: Context) -> Iterator[Problem]:
        """A scheduler that steps in the loop's own body ahead of the optimizer's steps in the same loop."""
        for number, statement in enumerate(node.body):
            call = statement.value if isinstance(statement, ast.Expr) else None
            if (
                isinstance(call, ast.Call)
                and isinstance(call.func, ast.Attribute)
                and call.func.attr == "step"
                and not call.args
                and not call.keywords
                and torch.is_scheduler(at, call.func.value)
            ):
                before = torch.reached(at, node.body[:number])
                if any(torch.method(item) == "step" for item in before) or StepOrder._opaque(before, at):
                    return
                if any(
                    StepOrder._steps(item, at) or StepOrder._trains(item, at)
                    for item in torch.reached(at, node.body[number + 1 :])
                ):
                    text = torch.receiver(at, call)
                    yield at.problem(call, f"{text} steps before the optimizer; step it after")
                return

    @staticmethod
    def _opaque(nodes: list[ast.AST], at: Context) -> bool:
        """Whether some statements may train out of our sight."""
        words = ("train", "fit", "step", "update", "learn", "optimi")
        known, cls = torch.definitions(at), torch.enclosing_class(at)
        for item in nodes:
            if isinstance(item, ast.Call) and torch.callee(at, item, known, cls) is None:
                last = (torch.method(item) or at.reader.text(item.func)).lower()
                if last != "train" and any(word in last for word in words) or last == "train" and item.args[1:]:
                    return True
        return False

    @staticmethod
    def _trains(node: ast.AST, at: Context) -> bool:
        """``train(model, loader, optimizer)`` of another module."""
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name) or "train" not in node.func.id.lower():
            return False
        return any(isinstance(item, ast.Name) and torch.is_optimizer(at, item) for item in node.args)

    @staticmethod
    def _steps(node: ast.AST, at: Context) -> bool:
        if not isinstance(node, ast.Call) or torch.method(node) != "step":
            return False
        if node.args and isinstance(node.args[0], (ast.Name, ast.Attribute)):
            # ``scaler.step(optimizer)``, also of one that a function of the project made
            if torch.is_optimizer(at, node.args[0]) or "optim" in at.resolve(node.args[0]).rpartition(".")[2].lower():
                return True
        return torch.is_optimizer(at, node.func.value)  # type: ignore[attr-defined]

    @staticmethod
    def _cleared(block: list[ast.stmt], at: Context) -> Iterator[Problem]:
        """``zero_grad`` after ``backward`` and before the next ``step``, statement after statement of one block."""
        backward = False
        cleared: ast.Call | None = None
        for statement in block:
            if not backward and not at.within(statement, "backward"):
                continue
            if not isinstance(statement, ast.Expr):
                if backward and any(at.within(statement, word) for word in ("backward", "step", "zero_grad")):
                    inner = {torch.method(item) for item in inside(statement, functions=True)}
                    if inner & {"backward", "step", "zero_grad"}:
                        backward, cleared = False, None
                continue
            for call in sorted(torch.shallow(statement), key=lambda item: (item.lineno, item.col_offset)):
                what = torch.method(call)
                if what == "backward":
                    backward, cleared = True, None
                elif what == "zero_grad" and backward:
                    cleared = call
                elif what == "step" and isinstance(call.func, ast.Attribute):
                    owner = torch.receiver(at, call)
                    if (
                        cleared is not None
                        and owner == torch.receiver(at, cleared)
                        and torch.is_optimizer(at, call.func.value)
                    ):
                        yield at.problem(
                            cleared, f"{owner}.zero_grad() between backward() and step() discards the gradients"
                        )
                    elif cleared is None:
                        backward = False

    GOOD = (
        "import torch\ndef update(loss, optimizer):\n    optimizer.zero_grad()\n    loss.backward()\n    optimizer.step()\n",
        "import torch\nfrom mine import train\nfor e in range(3):\n    train(m, loader, optimizer)\n    scheduler.step()\n",
        "import torch\nfor e in range(3):\n    for x in loader:\n        optimizer.zero_grad()\n        f(x).backward()\n        optimizer.step()\n    scheduler.step()\n",
        "import torch\nfor x in loader:\n    f(x).backward()\n    optimizer.step()\n    optimizer.zero_grad()\n",
        "import torch\nfor x in loader:\n    g(x).backward()\n    opt_d.zero_grad()\n    d(x).backward()\n    opt_d.step()\n    opt_g.step()\n",
        "import torch\nfor e in range(3):\n    train_one(model, optimizer)\n    scheduler.step()\n    optimizer.step()\n",
        "import torch\nfor e in range(3):\n    scheduler.step(e)\n    optimizer.step()\n",
        "import torch\nfor e in range(3):\n    if e > 0:\n        scheduler.step()\n    optimizer.step()\n",
        "import simpy\nfor e in range(3):\n    scheduler.step()\n    optimizer.step()\n",
    )
    BAD = (
        "import torch\ndef update(loss, optimizer):\n    loss.backward()\n    optimizer.zero_grad()\n    optimizer.step()\n",
        "import torch\nfrom mine import make_optimizer\noptimizer = make_optimizer(m)\nfor e in range(3):\n    scheduler.step()\n    for x in loader:\n        scaler.scale(f(x)).backward()\n        scaler.step(optimizer)\n",
        "import torch\nfrom mine import train\noptimizer = torch.optim.SGD(m.parameters(), lr=1)\nfor e in range(3):\n    scheduler.step()\n    train(m, loader, optimizer)\n",
        "import torch\nfor e in range(3):\n    scheduler.step()\n    for x in loader:\n        f(x).backward()\n        optimizer.step()\n",
        "import torch\nfrom torch.optim import SGD, lr_scheduler\no = SGD(m.parameters(), lr=1)\ns = lr_scheduler.StepLR(o, 3)\nfor x in loader:\n    o.zero_grad()\n    f(x).backward()\n    s.step()\n    o.step()\n",
        "import torch\ndef train(m, optimizer):\n    for x in loader:\n        m(x).backward()\n        optimizer.step()\ndef main():\n    for e in range(3):\n        scheduler.step()\n        train(m, optimizer)\n",
        "import torch\nfor x in loader:\n    loss = f(x)\n    loss.backward()\n    optimizer.zero_grad()\n    optimizer.step()\n",
    )
