"""MDL118 unstable-numerics."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from mlopslint.lint.base import Context, Problem, PythonRule
from mlopslint.lint.python import constant

_MODULES = frozenset({"numpy", "torch", "math", "tensorflow.math", "jax.numpy"})


def _count(node: ast.expr) -> bool:
    """Whether this is a whole number: a length, a count, an index."""
    if isinstance(node, ast.Call) and isinstance(node.func, (ast.Name, ast.Attribute)):
        called = node.func.id if isinstance(node.func, ast.Name) else node.func.attr
        return called in ("len", "count", "size", "int", "nunique", "range", "arange")
    text = node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
    return text in ("n", "i", "j", "k", "N", "step", "epoch", "count", "size", "rank", "depth") or text.startswith(
        ("n_", "num_")
    )


class UnstableNumerics(PythonRule):
    """A formula that loses its digits.

    What it does
    ------------
    Finds ``log(1 + x)``, ``exp(x) - 1`` and ``log(sum(exp(x)))`` of NumPy, torch, TensorFlow and math.

    Why is this bad?
    ----------------
    For small x the first two lose all digits; for large x the third overflows. The library has a function for each
    that does not.

    Example
    -------
    ::

        y = np.log(1 + x)

    Use instead
    -----------
    ::

        y = np.log1p(x)

    Fix safety
    ----------
    Safe: the same function, with more digits.

    References
    ----------
    - NumPy: https://numpy.org/doc/stable/reference/generated/numpy.log1p.html
    - Known from TorchFix TOR107 and TOR108.
    """

    code = "MDL118"
    name = "unstable-numerics"
    severity = "note"
    fixes = "safe"
    in_tests = False
    calls = ("log",)
    nodes = (ast.BinOp,)
    markers = (b"log(", b"exp(")

    def check(self, node: ast.Call | ast.BinOp, name: str, at: Context) -> Iterator[Problem]:
        if isinstance(node, ast.BinOp):
            if (
                not isinstance(node.op, ast.Sub)
                or constant(node.right) not in (1, 1.0)
                or not isinstance(node.left, ast.Call)
            ):
                return
            left = node.left
            module, _, last = at.resolve(left.func).rpartition(".")
            if (
                last == "exp"
                and module in _MODULES
                and len(left.args) == 1
                and isinstance(left.func, ast.Attribute)
                and not left.keywords
            ):
                prefix = at.source(left.func.value)
                text = f"{prefix}.expm1({at.source(left.args[0])})"
                yield at.problem(
                    node, "exp(x) - 1 loses its digits for small x; use expm1", at.replace(node, text, "Use expm1")
                )
            return
        module, _, last = name.rpartition(".")
        if last != "log" or module not in _MODULES or len(node.args) != 1 or node.keywords:
            return
        value = node.args[0]
        prefix = at.source(node.func.value) if isinstance(node.func, ast.Attribute) else ""
        if (
            isinstance(value, ast.BinOp)
            and isinstance(value.op, ast.Add)
            and 1 in (constant(value.left), constant(value.right))
        ):
            other = value.right if constant(value.left) == 1 else value.left
            if _count(other) or not any(isinstance(item, (ast.Name, ast.Attribute)) for item in ast.walk(other)):
                return
            fix = at.replace(node, f"{prefix}.log1p({at.source(other)})", "Use log1p") if prefix else None
            yield at.problem(node, "log(1 + x) loses its digits for small x; use log1p", fix)
        elif isinstance(value, ast.Call) and value.args and isinstance(value.args[0], ast.Call):
            shifted = value.args[0].args[:1]
            if shifted and isinstance(shifted[0], ast.BinOp) and isinstance(shifted[0].op, ast.Sub):
                return  # the maximum is taken off first
            outer, inner = at.resolve(value.func), at.resolve(value.args[0].func)
            if (
                outer.rpartition(".")[2] in ("sum", "reduce_sum")
                and inner.rpartition(".")[2] == "exp"
                and inner.rpartition(".")[0] in _MODULES
            ):
                yield at.problem(node, "log(sum(exp(x))) overflows for large x; use logsumexp")

    GOOD = (
        "import numpy as np\ny = np.log1p(x)\n",
        "import numpy as np\ny = np.log(1 + 3)\n",
        "import numpy as np\ny = np.log(x + 1e-8)\n",
        "import math\nn = math.log(len(x) + 1)\n",
        "y = log(1 + x)\n",
        "import torch\ny = m + torch.log(torch.sum(torch.exp(x - m)))\n",
    )
    BAD = (
        ("import numpy as np\ny = np.log(1 + x)\n", "import numpy as np\ny = np.log1p(x)\n"),
        ("import torch\ny = torch.exp(x) - 1\n", "import torch\ny = torch.expm1(x)\n"),
        "import torch\ny = torch.log(torch.sum(torch.exp(x), dim=1))\n",
    )
