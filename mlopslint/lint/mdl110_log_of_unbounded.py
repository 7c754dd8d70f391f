"""MDL110 log-of-unbounded."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from mlopslint.lint.base import Context, Problem, PythonRule
from mlopslint.lint.torch import called


class LogOfUnbounded(PythonRule):
    """The logarithm of what may be zero.

    What it does
    ------------
    Finds ``torch.log`` and ``tf.math.log`` of a probability (softmax, sigmoid) or of an expression without clamp or
    epsilon.

    Why is this bad?
    ----------------
    One zero makes minus infinity, and the loss NaN from there on.

    Example
    -------
    ::

        loss = -(y * torch.log(p)).sum()

    Use instead
    -----------
    ::

        loss = -(y * torch.log(p.clamp(min=1e-8))).sum()

    Fix safety
    ----------
    Unsafe: values below 1e-8 are raised to it.

    References
    ----------
    - Known from dslinter (mask missing / log of zero).
    """

    code = "MDL110"
    name = "log-of-unbounded"
    severity = "note"
    confidence = "medium"
    default = False
    in_tests = False
    fixes = "unsafe"
    calls = ("log",)

    def check(self, node: ast.Call, name: str, at: Context) -> Iterator[Problem]:
        if name not in ("torch.log", "tensorflow.math.log", "tensorflow.log") or len(node.args) != 1:
            return
        value = node.args[0]
        if isinstance(value, ast.Constant) or any(
            isinstance(item, ast.BinOp) and isinstance(item.op, ast.Add) for item in ast.walk(value)
        ):
            return
        if any(
            isinstance(item, ast.Call)
            and called(item)
            in (
                "clamp",
                "clip",
                "clip_by_value",
                "maximum",
                "max",
                "exp",
                "tensor",
                "softplus",
                "full",
                "float",
                "rand",
            )
            for item in ast.walk(value)
        ):
            return
        bounded = (
            f"({at.source(value)}).clamp(min=1e-8)"
            if not isinstance(value, (ast.Name, ast.Call, ast.Attribute, ast.Subscript))
            else f"{at.source(value)}.clamp(min=1e-8)"
        )
        fix = at.replace(value, bounded, "Clamp away from zero", "unsafe") if name == "torch.log" else None
        yield at.problem(node, f"{name} of what may be zero; clamp it, or use the log form of the function", fix)

    GOOD = (
        "import torch\nx = torch.log(p + 1e-8)\n",
        "import torch\nx = torch.log(p.clamp(min=1e-8))\n",
        "import math\nx = math.log(p)\n",
    )
    BAD = (
        ("import torch\nx = torch.log(p)\n", "import torch\nx = torch.log(p.clamp(min=1e-8))\n"),
        "import tensorflow as tf\nx = tf.math.log(p)\n",
    )
