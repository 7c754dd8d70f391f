"""MDL113 tensor-array-not-used."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from mlopslint.lint.base import Context, Problem, PythonRule


class TensorArrayNotUsed(PythonRule):
    """A tensor grown by concatenation in a loop of a ``tf.function``.

    What it does
    ------------
    Finds ``x = tf.concat([x, ...], ...)`` in loops of functions that ``tf.function`` compiles.

    Why is this bad?
    ----------------
    Every round copies all rounds before it, and a tensor whose shape changes in a compiled loop is an error, or forces the loop to be unrolled.

    Example
    -------
    ::

        @tf.function
        def run(n):
            out = tf.constant([0])
            for i in tf.range(n):
                out = tf.concat([out, [i]], 0)
            return out

    Use instead
    -----------
    ::

        @tf.function
        def run(n):
            out = tf.TensorArray(tf.int32, size=n)
            for i in tf.range(n):
                out = out.write(i, i)
            return out.stack()

    References
    ----------
    - TensorFlow, "Accumulating values in a loop": https://www.tensorflow.org/guide/function#accumulating_values_in_a_loop
    - Known from dslinter (TensorArray not used) and CodeSmile.
    """

    code = "MDL113"
    name = "tensor-array-not-used"
    default = False
    calls = ("concat",)

    def check(self, node: ast.Call, name: str, at: Context) -> Iterator[Problem]:
        statement = at.statement
        if (
            name != "tensorflow.concat"
            or not at.loops
            or not isinstance(statement, ast.Assign)
            or statement.value is not node
        ):
            return
        target = statement.targets[0]
        parts = node.args[0] if node.args else None
        if not isinstance(target, ast.Name) or not isinstance(parts, (ast.List, ast.Tuple)):
            return
        if not any(isinstance(item, ast.Name) and item.id == target.id for item in parts.elts):
            return
        function = at.function
        if isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)) and any(
            at.resolve(item) == "tensorflow.function" for item in function.decorator_list
        ):
            yield at.problem(node, f"{target.id} is copied in every round; collect its parts in a tf.TensorArray")

    GOOD = (
        "import tensorflow as tf\n@tf.function\ndef f(n):\n    for i in tf.range(n):\n        a = tf.concat([b, c], 0)\n",
        "import tensorflow as tf\ndef f(n):\n    for i in range(n):\n        a = tf.concat([a, c], 0)\n",
        "import pandas as pd\nimport tensorflow as tf\n@tf.function\ndef f(n):\n    for i in range(n):\n        a = pd.concat([a, c], 0)\n",
    )
    BAD = (
        "import tensorflow as tf\n@tf.function\ndef f(n):\n    a = tf.constant([0])\n    for i in tf.range(n):\n        a = tf.concat([a, [i]], 0)\n    return a\n",
        "import tensorflow as tf\nclass M(tf.Module):\n    @tf.function(jit_compile=True)\n    def f(self, n):\n        while n:\n            a = tf.concat((a, n), axis=0)\n",
    )
