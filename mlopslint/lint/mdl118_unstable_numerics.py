"""MDL118 unstable-numerics."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from mlopslint.lint.base import Context, Fix, Problem, PythonRule
from mlopslint.lint.python import constant, keyword
from mlopslint.patterns import late

_LOGS = frozenset({"numpy.log", "torch.log", "math.log", "tensorflow.math.log", "jax.numpy.log", "cupy.log"})
_EXPS = frozenset(
    {"numpy.exp", "torch.exp", "math.exp", "tensorflow.math.exp", "tensorflow.exp", "jax.numpy.exp", "cupy.exp"}
)
_SUMS = frozenset(
    {"numpy.sum", "torch.sum", "tensorflow.reduce_sum", "tensorflow.math.reduce_sum", "jax.numpy.sum", "cupy.sum"}
)
#: Calls that return counts, for which the difference does not matter.
_COUNTS = frozenset(
    {
        "len",
        "int",
        "count",
        "nunique",
        "value_counts",
        "sum",
        "round",
        "floor",
        "ceil",
        "arange",
        "linspace",
        "range",
        "max",
        "size",
    }
)
_COUNTING = late(
    r"(?i)^(?:[ijkmn]|idx|index|rank|position|step|epoch|iteration|.*(?:count|num|freq|size|length|total|step|idx|rank"
    r"|epoch|visits?|votes?|views|sales|df|tf|year|days?|age|popular(?:ity)?)s?\d?)$|^n_|^num"
)
#: Spectra and votes of transforms, from 0 to thousands, which are logged to be seen.
_DRAWN = late(r"(?i)fft|dft|magnitude|spectr|hough|^hspace$")

#: Amounts of money, which are logged to straighten a plot or a target.
_MONEY = late(r"(?i)price|fee|cost|revenue|amount|income|salary|spend")


class UnstableNumerics(PythonRule):
    """A formula that loses digits near zero or overflows.

    What it does
    ------------
    Finds ``log(1 + x)``, ``exp(x) - 1`` and ``log(sum(exp(x)))`` of NumPy, PyTorch, TensorFlow and ``math``. Counts, for which nothing is lost,
    and spectra that are drawn are left alone.

    Why is this bad?
    ----------------
    For small x, ``1 + x`` rounds most digits of x away; ``exp`` of a large x overflows to infinity although the logarithm of the sum is an
    ordinary number. Losses and gradients become 0, infinite or NaN.

    Example
    -------
    ::

        loss = torch.log(1 + torch.exp(-margin))

    Use instead
    -----------
    ::

        loss = torch.log1p(torch.exp(-margin))

    Fix safety
    ----------
    Safe: the result is the same up to rounding, and more precise.

    References
    ----------
    - NumPy, log1p: https://numpy.org/doc/stable/reference/generated/numpy.log1p.html
    - Known from TorchFix TOR107 and TOR108.
    """

    code = "MDL118"
    name = "unstable-numerics"
    in_tests = False
    severity = "note"
    fixes = "safe"
    calls = ("log",)
    nodes = (ast.BinOp,)
    markers = (b"log(", b"exp(")

    def check(self, node: ast.Call | ast.BinOp, name: str, at: Context) -> Iterator[Problem]:
        if isinstance(node, ast.BinOp):
            if node.op.__class__ is not ast.Sub or constant(node.right) != 1 or not isinstance(node.left, ast.Call):
                return
            call = node.left
            name = at.resolve(call.func)
            if name in _EXPS and len(call.args) == 1 and not _counts(call.args[0], at):
                text = _renamed(call, "exp", "expm1", at)
                fix = at.replace(node, text, "Use expm1") if text and not isinstance(node.right, ast.Name) else None
                yield at.problem(node, "exp(x) - 1 loses the digits of small x; use expm1(x)", fix)
            return
        if name not in _LOGS or len(node.args) != 1 or node.keywords:
            return
        value = node.args[0]
        if isinstance(value, ast.BinOp) and isinstance(value.op, ast.Add):
            other = value.right if constant(value.left) == 1 else value.left if constant(value.right) == 1 else None
            if other is not None and not isinstance(other, ast.Constant) and not _counts(other, at):
                yield at.problem(node, "log(1 + x) loses the digits of small x; use log1p(x)", _log1p(node, other, at))
        elif isinstance(value, ast.Call) and len(value.args) in (1, 2):
            inner = value.args[0]
            if at.resolve(value.func) in _SUMS and isinstance(inner, ast.Call) and at.resolve(inner.func) in _EXPS:
                if any(isinstance(item, ast.BinOp) and isinstance(item.op, ast.Sub) for item in inner.args):
                    return  # the largest value is subtracted by hand
                better = "tf.reduce_logsumexp" if name.startswith("tensorflow") else "logsumexp"
                yield at.problem(
                    node, f"log(sum(exp(x))) overflows for large x; use {better}", _logsumexp(node, value, inner, at)
                )

    GOOD = (
        "import numpy as np\ny = np.log1p(x)\n",
        "import numpy as np\ny = np.log(x + 1e-8)\n",
        "import math\ny = math.log(1 + len(rows))\n",
        "import numpy as np\ny = np.log(count + 1)\n",
        "import math\ny = math.log(1 + x, 2)\n",
        "import math\ny += math.log(1 + self.item_popular[item])\n",
        "import cv2\nimport numpy as np\nshown = 20 * np.log(cv2.magnitude(a[:, 0], a[:, 1]) + 1)\n",
        "import numpy as np\nax.imshow(np.log(1 + np.abs(fft)))\nax.imshow(np.log(1 + hspace))\n",
        "import math\ny = math.log(1 + 5 / (3 - 1))\n",
        "import torch\ny = m + torch.log(torch.sum(torch.exp(x - m), 1))\n",
        "from mine import log\ny = log(1 + x)\n",
        "import numpy as np\ny = np.exp(x) - 2\n",
        "import torch\ny = torch.logsumexp(x, dim=1)\n",
    )
    BAD = (
        ("import numpy as np\ny = np.log(1 + p)\n", "import numpy as np\ny = np.log1p(p)\n"),
        ("import torch as t\ny = t.log(t.exp(-m) + 1.0)\n", "import torch as t\ny = t.log1p(t.exp(-m))\n"),
        ("import math\ny = 2 * (math.exp(r) - 1)\n", "import math\ny = 2 * (math.expm1(r))\n"),
        (
            "import torch\ny = torch.log(torch.sum(torch.exp(z), dim=1))\n",
            "import torch\ny = torch.logsumexp(z, dim=1)\n",
        ),
        (
            "import tensorflow as tf\ny = tf.math.log(tf.reduce_sum(tf.exp(z), axis=1))\n",
            "import tensorflow as tf\ny = tf.reduce_logsumexp(z, axis=1)\n",
        ),
        "import numpy as np\ny = np.log(np.sum(np.exp(z)))\n",
        "from math import log\ny = log(1 + p)\n",
    )


def _counts(node: ast.expr, at: Context) -> bool:
    """Whether a value is plainly a count, or a number that is known."""
    if not any(isinstance(item, ast.Name) for item in ast.walk(node)):
        return True
    if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Mult, ast.Add, ast.Sub)):
        return _counts(node.left, at) and not isinstance(node.left, ast.Constant) or _counts(node.right, at)
    if isinstance(node, ast.Call):
        last = at.reader.text(node.func).rpartition(".")[2]
        return last in _COUNTS or _drawn(node) is not None
    if isinstance(node, ast.Subscript):
        key = constant(node.slice)
        return isinstance(key, str) or _counts(node.value, at)  # a column of a frame: whole units
    last = at.reader.text(node).rpartition(".")[2]
    return bool(_COUNTING.match(last) or _MONEY.search(last) or _DRAWN.search(last)) or isinstance(node, ast.Constant)


def _drawn(call: ast.Call) -> str | None:
    """A name that tells of a spectrum in a call: ``np.abs(fft)``, ``cv2.magnitude(...)``."""
    for part in ast.walk(call):
        name = part.id if isinstance(part, ast.Name) else part.attr if isinstance(part, ast.Attribute) else ""
        if _DRAWN.search(name):
            return name
    return None


def _renamed(call: ast.Call, old: str, new: str, at: Context) -> str:
    """The source of a call with another last name, "" where it is called by an imported name."""
    if not isinstance(call.func, ast.Attribute) or call.func.attr != old:
        return ""
    return f"{at.source(call.func.value)}.{new}({', '.join(at.source(item) for item in call.args)})"


def _log1p(call: ast.Call, value: ast.expr, at: Context) -> Fix | None:
    if not isinstance(call.func, ast.Attribute):
        return None
    return at.replace(call, f"{at.source(call.func.value)}.log1p({at.source(value)})", "Use log1p")


def _logsumexp(call: ast.Call, total: ast.Call, inner: ast.Call, at: Context) -> Fix | None:
    """``torch.logsumexp`` and ``tf.reduce_logsumexp``; torch asks for the dimension."""
    name = at.resolve(call.func)
    if len(total.args) != 1 or len(inner.args) != 1 or inner.keywords or not isinstance(total.func, ast.Attribute):
        return None
    options = "".join(f", {item.arg}={at.source(item.value)}" for item in total.keywords if item.arg)
    if name == "torch.log" and keyword(total, "dim") is not None:
        return at.replace(
            call, f"{at.source(total.func.value)}.logsumexp({at.source(inner.args[0])}{options})", "Use logsumexp"
        )
    if name == "tensorflow.math.log" and total.func.attr == "reduce_sum":
        text = f"{at.source(total.func.value)}.reduce_logsumexp({at.source(inner.args[0])}{options})"
        return at.replace(call, text, "Use reduce_logsumexp")
    return None
