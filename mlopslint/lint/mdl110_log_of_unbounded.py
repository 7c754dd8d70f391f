"""MDL110 log-of-unbounded."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from mlopslint.lint import torch
from mlopslint.lint.base import Context, Problem, PythonRule

_LOGS = frozenset(
    {"torch.log", "torch.log2", "torch.log10", "tensorflow.math.log", "tensorflow.log", "tensorflow.compat.v1.log"}
)
#: Functions whose results come down to zero.
_ZERO = frozenset({"softmax", "sigmoid", "relu", "abs", "sum", "mean", "var", "square", "prod", "zeros", "reduce_sum",
                   "reduce_mean", "norm", "cumsum", "exp"})  # fmt: skip


class LogOfUnbounded(PythonRule):
    """The logarithm of a tensor that may hold a zero.

    What it does
    ------------
    Finds ``torch.log`` and ``tf.math.log`` of the output of a softmax, sigmoid, ReLU, absolute value, sum or mean that is neither clamped nor
    raised by a small constant.

    Why is this bad?
    ----------------
    The logarithm of zero is minus infinity and its gradient NaN: one such value destroys all weights at the next step.

    Example
    -------
    ::

        loss = -torch.log(torch.sigmoid(scores)).mean()

    Use instead
    -----------
    ::

        loss = -torch.log(torch.sigmoid(scores).clamp(min=1e-12)).mean()

    Fix safety
    ----------
    Unsafe: values below 1e-12 give another result, and no gradient.

    References
    ----------
    - Known from dslinter (mask missing).
    - PyTorch, LogSigmoid, which needs no bound: https://pytorch.org/docs/stable/generated/torch.nn.LogSigmoid.html
    """

    code = "MDL110"
    name = "log-of-unbounded"
    in_tests = False
    default = False
    fixes = "unsafe"
    calls = ("log", "log2", "log10")

    def check(self, node: ast.Call, name: str, at: Context) -> Iterator[Problem]:
        if name not in _LOGS or len(node.args) != 1:
            return
        value = node.args[0]
        made = torch.last_value(at, value.id, node) if isinstance(value, ast.Name) else value
        if not isinstance(made, ast.Call):
            return
        full = at.resolve(made.func)
        last = full.rpartition(".")[2]
        if last not in _ZERO or full.startswith("numpy.") or last == "exp":
            return
        if self._exponential(made, at):
            return  # a sum of exponentials: never zero, and MDL118's matter
        fix = None
        if name.startswith("torch."):
            text = at.source(value)
            fix = at.replace(value, f"{text}.clamp(min=1e-12)", "Clamp it", "unsafe")
        yield at.problem(node, f"log of {last}, which may be 0; clamp it or add a small constant", fix)

    @staticmethod
    def _exponential(call: ast.Call, at: Context) -> bool:
        return any(isinstance(item, ast.Call) and at.resolve(item.func).endswith("exp") for item in call.args) or any(
            isinstance(item, ast.BinOp) and isinstance(item.op, ast.Add) for item in call.args
        )

    GOOD = (
        "import torch\ny = torch.log(x)\n",
        "import torch\ny = torch.log(torch.sigmoid(x) + 1e-8)\n",
        "import torch\ny = torch.log(torch.sigmoid(x).clamp(min=1e-8))\n",
        "import torch\np = torch.softmax(x, 1)\np = p.clamp(1e-8)\ny = torch.log(p)\n",
        "import torch\ny = torch.log(torch.sum(torch.exp(x)))\n",
        "import numpy as np\ny = np.log(np.abs(x))\n",
    )
    BAD = (
        (
            "import torch\ny = torch.log(torch.sigmoid(x))\n",
            "import torch\ny = torch.log(torch.sigmoid(x).clamp(min=1e-12))\n",
        ),
        "import torch\nimport torch.nn.functional as F\np = F.softmax(x, dim=1)\ny = -(p * torch.log(p)).sum()\n",
        "import tensorflow as tf\ny = tf.math.log(tf.nn.softmax(x))\n",
    )
