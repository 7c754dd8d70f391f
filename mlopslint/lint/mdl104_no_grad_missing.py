"""MDL104 no-grad-missing."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from mlopslint.lint.base import Context, Edit, Fix, Problem, PythonRule
from mlopslint.lint.python import inside
from mlopslint.lint.torch import called, calls_in


class NoGradMissing(PythonRule):
    """Validation that builds a graph.

    What it does
    ------------
    Finds functions named evaluate, validate or predict that put the model into evaluation mode and run it with
    gradients on.

    Why is this bad?
    ----------------
    All activations are kept for a backward pass that never comes: more memory, less speed.

    Example
    -------
    ::

        def validate(model, loader):
            model.eval()
            for x, y in loader:
                total += loss_fn(model(x), y).item()

    Use instead
    -----------
    ::

        def validate(model, loader):
            model.eval()
            with torch.no_grad():
                for x, y in loader:
                    total += loss_fn(model(x), y).item()

    Fix safety
    ----------
    Unsafe: a caller that differentiates through the function no longer can.

    References
    ----------
    - PyTorch: https://pytorch.org/docs/stable/generated/torch.no_grad.html
    - Known from TorchFix.
    """

    code = "MDL104"
    name = "no-grad-missing"
    severity = "note"
    default = False
    in_tests = False
    fixes = "unsafe"
    nodes = (ast.FunctionDef,)
    markers = (b".eval()",)

    def check(self, node: ast.FunctionDef, name: str, at: Context) -> Iterator[Problem]:
        if (
            not at.imported("torch")
            or not at.within(node, ".eval(")
            or any(word.arg == "optimizer" for word in node.args.args)
        ):
            return
        calls = list(calls_in(node))
        evals = [
            item for item in calls if called(item) == "eval" and isinstance(item.func, ast.Attribute) and not item.args
        ]
        if not evals or any(
            called(item) in ("backward", "train", "no_grad", "inference_mode", "set_grad_enabled", "grad", "generate")
            for item in calls
        ):
            return
        if any("no_grad" in ast.unparse(item) or "inference_mode" in ast.unparse(item) for item in node.decorator_list):
            return
        model = ast.unparse(evals[0].func.value)  # type: ignore[attr-defined]
        used = next((item for item in calls if ast.unparse(item.func) == model), None)
        if used is not None and any(isinstance(item, ast.For) for item in inside(node)):
            edit = Edit(
                (node.lineno, node.col_offset + 1, node.lineno, node.col_offset + 1),
                "line-before",
                ("@torch.no_grad()",),
            )
            fix = (
                Fix("Switch gradients off for the function", "unsafe", (edit,))
                if at.names.get("torch") == "torch" and not node.decorator_list
                else None
            )
            yield at.problem(used, f"{model} is evaluated with gradients on; use torch.no_grad()", fix)

    GOOD = (
        "import torch\ndef f(model, l):\n    model.eval()\n    with torch.no_grad():\n        for x in l:\n            model(x)\n",
        "import torch\n@torch.no_grad()\ndef f(model, l):\n    model.eval()\n    for x in l:\n        model(x)\n",
    )
    BAD = (
        (
            "import torch\ndef f(model, l):\n    model.eval()\n    for x in l:\n        model(x)\n",
            "import torch\n@torch.no_grad()\ndef f(model, l):\n    model.eval()\n    for x in l:\n        model(x)\n",
        ),
    )
