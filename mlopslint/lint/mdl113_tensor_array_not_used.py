"""MDL113 tensor-array-not-used."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from mlopslint.lint.base import Context, Problem, PythonRule


class TensorArrayNotUsed(PythonRule):
    """A tensor grows by concat in a loop of a tf.function.

    What it does
    ------------
    Finds ``x = tf.concat([x, ...])`` in a loop of a function decorated with ``tf.function``.

    Why is this bad?
    ----------------
    The shape changes from round to round: the graph cannot hold the loop, or is traced again and again.

    Example
    -------
    ::

        @tf.function
        def f(n):
            x = tf.constant([])
            for i in tf.range(n):
                x = tf.concat([x, [i]], 0)

    Use instead
    -----------
    ::

        @tf.function
        def f(n):
            x = tf.TensorArray(tf.int32, size=n)
            for i in tf.range(n):
                x = x.write(i, i)

    References
    ----------
    - TensorFlow: https://www.tensorflow.org/api_docs/python/tf/TensorArray
    - Known from dslinter and CodeSmile (TensorArray not used).
    """

    code = "MDL113"
    name = "tensor-array-not-used"
    severity = "note"
    default = False
    calls = ("concat",)
    markers = (b"tf.function",)

    def check(self, node: ast.Call, name: str, at: Context) -> Iterator[Problem]:
        if (
            name != "tensorflow.concat"
            or not at.loops
            or not isinstance(at.statement, ast.Assign)
            or at.statement.value is not node
        ):
            return
        function = at.function
        if not isinstance(function, ast.FunctionDef) or not any(
            "tf.function" in ast.unparse(item) for item in function.decorator_list
        ):
            return
        grown = ast.unparse(at.statement.targets[0])
        first = node.args[0] if node.args else None
        if isinstance(first, (ast.List, ast.Tuple)) and any(ast.unparse(item) == grown for item in first.elts):
            yield at.problem(node, f"{grown} grows by concat in a tf.function; use tf.TensorArray")

    GOOD = ("import tensorflow as tf\ndef f(n):\n    for i in n:\n        x = tf.concat([x, i], 0)\n",)
    BAD = (
        "import tensorflow as tf\n@tf.function\ndef f(n):\n    for i in n:\n        x = tf.concat([x, i], 0)\n    return x\n",
    )
