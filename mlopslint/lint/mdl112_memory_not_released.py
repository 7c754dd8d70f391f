"""MDL112 memory-not-released."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from mlopslint.lint import torch
from mlopslint.lint.base import Context, Problem, PythonRule
from mlopslint.lint.python import inside


class MemoryNotReleased(PythonRule):
    """Keras models built in a loop without clearing the session.

    What it does
    ------------
    Finds loops that build a Keras model, by themselves or through a function of the same file, and never call ``clear_session()``.

    Why is this bad?
    ----------------
    Keras keeps a global state of what was built. Each model of the loop adds to it; memory grows until the search or the cross-validation dies.

    Example
    -------
    ::

        for units in (32, 64, 128):
            model = keras.Sequential([keras.layers.Dense(units)])

    Use instead
    -----------
    ::

        for units in (32, 64, 128):
            keras.backend.clear_session()
            model = keras.Sequential([keras.layers.Dense(units)])

    References
    ----------
    - Keras, clear_session: https://keras.io/api/utils/config_utils/#clearsession-function
    - Known from dslinter (memory release) and CodeSmile.
    """

    code = "MDL112"
    name = "memory-not-released"
    in_tests = False
    default = False
    nodes = (ast.For, ast.While)
    markers = (b"keras",)

    def check(self, node: ast.For | ast.While, name: str, at: Context) -> Iterator[Problem]:
        if at.loops or not at.imported("keras", "tensorflow") or torch.spent(at):
            return
        every = torch.reached(at, [node])
        made = None
        for item in every:
            if isinstance(item, ast.Call) and not torch.is_instance(at, item.func):
                full = at.resolve(item.func)
                last = full.rpartition(".")[2]
                if last in ("clear_session", "reset_default_graph"):
                    return
                if last in ("Sequential", "Model") and full.startswith(
                    ("keras.", "tensorflow.keras.", "tensorflow.python.keras.")
                ):
                    made = made or item
        if made is not None:
            own = next((item for item in inside(node, functions=True) if item is made), None)
            place = own or next((item for item in inside(node) if isinstance(item, ast.Call)), made)
            yield at.problem(place, "models are built in this loop and the session is never cleared")

    GOOD = (
        "import keras\nfor n in (1, 2):\n    keras.backend.clear_session()\n    m = keras.Sequential()\n",
        "import keras\nm = keras.Sequential()\nfor n in (1, 2):\n    m.add(keras.layers.Dense(n))\n",
        "import keras\nm = keras.Sequential()\nfor x in xs:\n    y = m(x)\n",
        "from torch.nn import Sequential\nimport keras\nfor n in (1, 2):\n    m = Sequential()\n",
    )
    BAD = (
        "from tensorflow import keras\nfor n in (1, 2):\n    m = keras.Sequential([keras.layers.Dense(n)])\n    m.fit(x, y)\n",
        "from keras.models import Model\ndef build(n):\n    return Model(i, o)\nfor n in (1, 2):\n    m = build(n)\n",
    )
