"""MDL103 eval-mode-missing."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from mlopslint.lint.base import Context, Problem, PythonRule
from mlopslint.lint.python import inside
from mlopslint.lint.torch import called, calls_in, local_functions

_NAME = re.compile(r"^(?:eval(?:uate)?|valid(?:ate|ation)?|test|predict|infer(?:ence)?)(?:_|$)")


def _no_grad(node: ast.AST) -> bool:
    return (isinstance(node, ast.Attribute) and node.attr in ("no_grad", "inference_mode")) or (
        isinstance(node, ast.Call) and _no_grad(node.func)
    )


class EvalModeMissing(PythonRule):
    """A model is validated or used in training mode.

    What it does
    ------------
    Finds functions that only evaluate (under ``no_grad`` or ``inference_mode``, named evaluate, validate, test,
    predict or infer) with a model they are given or make, and never call ``eval()``; and loops over epochs that
    call ``eval()`` for validation and never return to ``train()``.

    Why is this bad?
    ----------------
    Dropout stays on and batch normalization goes on learning from the validation data: the figures are wrong.
    Without the return to ``train()`` all epochs but the first train without dropout.

    Example
    -------
    ::

        @torch.no_grad()
        def evaluate(model, loader):
            return sum(accuracy(model(x), y) for x, y in loader)

    Use instead
    -----------
    ::

        @torch.no_grad()
        def evaluate(model, loader):
            model.eval()
            return sum(accuracy(model(x), y) for x, y in loader)

    References
    ----------
    - PyTorch: https://pytorch.org/docs/stable/generated/torch.nn.Module.html#torch.nn.Module.eval
    - Known from dslinter.
    """

    code = "MDL103"
    name = "eval-mode-missing"
    severity = "error"
    confidence = "medium"
    in_tests = False
    nodes = (ast.For, ast.FunctionDef)
    markers = (b"no_grad", b"inference_mode", b".eval()")

    def check(self, node: ast.For | ast.FunctionDef, name: str, at: Context) -> Iterator[Problem]:
        if not at.imported("torch") or not (
            at.within(node, ".eval(") or at.within(node, "no_grad") or at.within(node, "inference_mode")
        ):
            return
        if isinstance(node, ast.FunctionDef):
            yield from self.function(node, at)
        else:
            yield from self.loop(node, at)

    def function(self, node: ast.FunctionDef, at: Context) -> Iterator[Problem]:
        """A function that evaluates a model which nobody in this module puts into evaluation mode."""
        if not _NAME.search(node.name) or node.name.startswith(
            ("validation_step", "test_step", "predict_step", "forward")
        ):
            return
        parameters = {item.arg for item in (*node.args.posonlyargs, *node.args.args)}
        models = {word for word in parameters if word in ("model", "net", "network")}
        if not models or not any(isinstance(item, (ast.For, ast.AsyncFor)) for item in inside(node)):
            return
        grad = any(_no_grad(item) for item in inside(node)) or any(_no_grad(item) for item in node.decorator_list)
        if not grad:
            return
        calls = list(calls_in(node))
        if any(called(item) in ("backward", "eval", "train", "train_mode", "to_eval", "freeze") for item in calls):
            return
        used = [item for item in calls if isinstance(item.func, ast.Name) and item.func.id in models]
        if not used:
            return
        everything = list(calls_in(at.tree))
        if any(called(item) == "eval" for item in everything):
            return  # whoever calls it may have done it
        if any(called(item) == "from_pretrained" for item in everything) and not any(
            called(item) == "train" for item in everything
        ):
            return  # such a model comes in evaluation mode, and nothing takes it out of that
        if not any(called(item) == node.name for item in everything):
            return  # called from another module, which is not seen here
        yield at.problem(used[0], f"{node.name} uses the model in training mode; call {used[0].func.id}.eval() first")  # type: ignore[attr-defined]

    def loop(self, node: ast.For, at: Context) -> Iterator[Problem]:
        """A loop over epochs that trains, calls eval(), and never train() again."""
        if at.loops:
            return
        calls = list(calls_in(node))
        if not any(called(item) == "backward" for item in calls):
            return
        evals = [
            item for item in calls if called(item) == "eval" and isinstance(item.func, ast.Attribute) and not item.args
        ]
        if not evals or any(called(item) in ("train", "train_mode", "set_train", "requires_grad_") for item in calls):
            return
        known = local_functions(at)
        for item in calls:
            if called(item) in known and any(called(inner) == "train" for inner in calls_in(known[called(item)])):
                return
        for item in evals:
            model = ast.unparse(item.func.value)  # type: ignore[attr-defined]
            direct = [part for part in calls if called(part) == "backward"]
            if direct and any(
                isinstance(part, ast.Call) and ast.unparse(part.func) == model and part.lineno < direct[0].lineno
                for part in calls
            ):
                yield at.problem(
                    item,
                    f"{model}.eval() is never followed by {model}.train(): all later epochs train in evaluation mode",
                )
                return

    GOOD = (
        "import torch\ndef evaluate(model, loader):\n    model.eval()\n    with torch.no_grad():\n        for x in loader:\n            model(x)\nevaluate(m, l)\n",
        "import torch\nfor e in range(3):\n    model.train()\n    for x in loader:\n        model(x).backward()\n    model.eval()\n",
        "import torch\ndef evaluate(model, loader):\n    with torch.no_grad():\n        for x in loader:\n            model(x)\n",
        "import torch\ndef train(model, loader):\n    model.train()\n    for x in loader:\n        model(x).backward()\nfor e in range(3):\n    train(model, a)\n    model.eval()\n",
    )
    BAD = (
        "import torch\ndef evaluate(model, loader):\n    with torch.no_grad():\n        for x in loader:\n            score(model(x))\nevaluate(m, l)\n",
        "import torch\nfor e in range(3):\n    for x in loader:\n        y = model(x)\n        loss(y).backward()\n    model.eval()\n    for x in valid:\n        model(x)\n",
    )
