"""MDL101 gradients-not-cleared."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from mlopslint.lint.base import Context, Edit, Fix, Problem, PythonRule
from mlopslint.lint.python import inside
from mlopslint.lint.torch import called, calls_in, local_functions

_CLEARING = frozenset(
    {"clear_gradients", "reset_grad", "zero_grads", "clear_grad", "reset_gradients", "clear_gradient", "zero_gradients"}
)


def _optimizer(call: ast.Call) -> bool:
    """Whether ``x.step()`` is of an optimizer by its name; schedulers, engines and environments step, too."""
    if not isinstance(call.func, ast.Attribute):
        return False
    owner = call.func.value
    if isinstance(owner, ast.Call):
        return False
    text = ast.unparse(owner).lower()
    return ("opt" in text.rpartition(".")[2]) and "sched" not in text


class GradientsNotCleared(PythonRule):
    """A training loop that never clears its gradients.

    What it does
    ------------
    Finds loops with ``loss.backward()`` and ``optimizer.step()`` in which nothing clears the gradients: no
    ``zero_grad``, no ``grad = None``, here or in a function of the module that is called from here.

    Why is this bad?
    ----------------
    Gradients add up from step to step: every update is made with the sum of all gradients so far.

    Example
    -------
    ::

        for x, y in loader:
            loss = loss_fn(model(x), y)
            loss.backward()
            optimizer.step()

    Use instead
    -----------
    ::

        for x, y in loader:
            optimizer.zero_grad()
            loss = loss_fn(model(x), y)
            loss.backward()
            optimizer.step()

    Fix safety
    ----------
    Unsafe: every step is then made with the gradients of its own batch, which changes training.

    References
    ----------
    - PyTorch, "Optimization loop": https://pytorch.org/tutorials/beginner/basics/optimization_tutorial.html
    - Known from dslinter and CodeSmile (gradients not cleared).
    """

    code = "MDL101"
    name = "gradients-not-cleared"
    severity = "error"
    in_tests = False
    fixes = "unsafe"
    nodes = (ast.For, ast.While)
    markers = (b".backward(",)

    def check(self, node: ast.For | ast.While, name: str, at: Context) -> Iterator[Problem]:
        if at.loops or not at.within(node, ".backward("):
            return  # the outermost loop is asked: what clears may stand anywhere in the nest
        found = list(calls_in(node))
        backward = next(
            (item for item in found if called(item) == "backward" and isinstance(item.func, ast.Attribute)), None
        )
        steps = [item for item in found if called(item) == "step" and _optimizer(item)]
        if backward is None or not steps or not at.imported("torch"):
            return
        if any(
            isinstance(item, ast.Attribute) and item.attr == "grad" and isinstance(item.ctx, ast.Store)
            for item in inside(node, functions=True)
        ):
            return
        known = local_functions(at)
        names = {called(item) for item in found}
        if any("zero_grad" in word or word in _CLEARING for word in names):
            return
        handed = {"optimizer", "optim", "opt", "model", "net", "self"}
        for item in found:
            word = called(item)
            if word in known:
                if any("zero_grad" in called(inner) or called(inner) in _CLEARING for inner in calls_in(known[word])):
                    return
            elif any(isinstance(part, ast.Name) and part.id in handed and "optim" in part.id for part in item.args):
                return  # an unknown helper has the optimizer
        if any(
            word.endswith(("Accelerator", "initialize", "Fabric", "GradScaler.unscale")) for word in at.names.values()
        ):
            return
        step = steps[0]
        owner = step.func.value if isinstance(step.func, ast.Attribute) else None
        statement = next((item for item in inside(node) if isinstance(item, ast.Expr) and item.value is backward), None)
        fix = None
        if statement is not None and isinstance(owner, ast.Name):
            fix = Fix(
                "Clear the gradients first",
                "unsafe",
                (Edit(at.region(statement), "line-before", (f"{owner.id}.zero_grad()",)),),
            )
        yield at.problem(backward, "gradients are never cleared in this loop and add up; call zero_grad()", fix)

    GOOD = (
        "import torch\nfor x in loader:\n    opt.zero_grad()\n    loss.backward()\n    opt.step()\n",
        "import torch\ndef clear():\n    optimizer.zero_grad()\nfor x in loader:\n    clear()\n    loss.backward()\n    optimizer.step()\n",
        "import torch\nfor epoch in range(3):\n    for i, x in enumerate(loader):\n        loss.backward()\n        if i % 4 == 0:\n            optimizer.step()\n            model.zero_grad()\n",
        "import torch\nfor x in loader:\n    loss.backward()\n    scheduler.step()\n",
        "import torch\nfor x in loader:\n    engine.backward(loss)\n    engine.step()\n",
        "import torch\nfor x in loader:\n    loss.backward()\n    update(optimizer)\n    optimizer.step()\n",
        "import torch\nfor x in loader:\n    loss.backward()\n    optimizer.step()\n    for p in params:\n        p.grad = None\n",
    )
    BAD = (
        (
            "import torch\nfor x in loader:\n    loss = f(x)\n    loss.backward()\n    optimizer.step()\n",
            "import torch\nfor x in loader:\n    loss = f(x)\n    optimizer.zero_grad()\n    loss.backward()\n    optimizer.step()\n",
        ),
        "import torch\ndef train(model, loader, optimizer):\n    for epoch in range(3):\n        for x in loader:\n            loss = f(x)\n            loss.backward()\n            optimizer.step()\n",
    )
