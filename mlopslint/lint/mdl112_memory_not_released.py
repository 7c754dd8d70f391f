"""MDL112 memory-not-released."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from mlopslint.lint.base import Context, Problem, PythonRule
from mlopslint.lint.torch import called, calls_in


class MemoryNotReleased(PythonRule):
    """Models are built in a loop and none is let go.

    What it does
    ------------
    Finds Keras models built in a loop without ``clear_session``.

    Why is this bad?
    ----------------
    Keras keeps the graph of every model: a search over hyperparameters gets slower and ends without memory.

    Example
    -------
    ::

        for units in (32, 64):
            model = keras.Sequential([...])

    Use instead
    -----------
    ::

        for units in (32, 64):
            keras.backend.clear_session()
            model = keras.Sequential([...])

    References
    ----------
    - Keras: https://keras.io/api/utils/config_utils/#clear_session-function
    - Known from dslinter and CodeSmile (memory not freed).
    """

    code = "MDL112"
    name = "memory-not-released"
    severity = "note"
    default = False
    in_tests = False
    calls = ("Sequential", "Model")

    def check(self, node: ast.Call, name: str, at: Context) -> Iterator[Problem]:
        if not at.loops or at.instance(node) or name.partition(".")[0] not in ("keras", "tensorflow"):
            return
        if any(called(item) == "clear_session" for item in calls_in(at.loops[0])):
            return
        if isinstance(at.statement, ast.Assign) and at.statement.value is node:
            yield at.problem(node, "models are built in a loop; call clear_session() in each round")

    GOOD = (
        "from tensorflow import keras\nfor n in x:\n    keras.backend.clear_session()\n    m = keras.Sequential()\n",
        "from tensorflow import keras\nm = keras.Sequential()\n",
    )
    BAD = (
        "from tensorflow import keras\nfor n in x:\n    m = keras.Sequential()\n",
        "import tensorflow as tf\nwhile True:\n    m = tf.keras.Model(a, b)\n",
    )
