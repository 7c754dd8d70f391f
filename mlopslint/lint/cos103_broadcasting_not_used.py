"""COS103 broadcasting-not-used."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from mlopslint.lint.base import Context, Problem, PythonRule


class BroadcastingNotUsed(PythonRule):
    """tile or repeat ahead of an element-wise operation.

    What it does
    ------------
    Finds ``np.tile(...)``, ``torch.tile`` and ``tf.tile`` as an operand of arithmetic.

    Why is this bad?
    ----------------
    The repeated array is made in memory; broadcasting gives the same result without it.

    Example
    -------
    ::

        z = x + np.tile(bias, (n, 1))

    Use instead
    -----------
    ::

        z = x + bias

    References
    ----------
    - NumPy, "Broadcasting": https://numpy.org/doc/stable/user/basics.broadcasting.html
    - Known from CodeSmile (broadcasting feature not used).
    """

    code = "COS103"
    name = "broadcasting-not-used"
    severity = "note"
    confidence = "medium"
    default = False
    nodes = (ast.BinOp,)
    markers = (b".tile(",)

    def check(self, node: ast.BinOp, name: str, at: Context) -> Iterator[Problem]:
        if not isinstance(node.op, (ast.Add, ast.Sub, ast.Mult, ast.Div)):
            return
        for side in (node.left, node.right):
            if isinstance(side, ast.Call) and at.resolve(side.func) in ("numpy.tile", "torch.tile", "tensorflow.tile"):
                yield at.problem(side, "tile ahead of an element-wise operation; let broadcasting repeat it")

    GOOD = ("import numpy as np\nz = x + bias\n", "import numpy as np\nz = np.tile(x, 3)\n")
    BAD = (
        "import numpy as np\nz = x + np.tile(bias, (n, 1))\n",
        "import tensorflow as tf\nz = tf.tile(a, [1, n]) * b\n",
    )
