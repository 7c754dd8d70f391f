"""MON101 print-for-logging."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from mlopslint.lint.base import Context, Problem, PythonRule
from mlopslint.lint.python import keyword


class PrintForLogging(PythonRule):
    """print in code that trains or serves.

    What it does
    ------------
    Finds ``print`` in functions and classes of modules (scripts' main guard and notebooks apart).

    Why is this bad?
    ----------------
    What is printed has no level, no time and no place: it cannot be switched off, searched or sent anywhere.

    Example
    -------
    ::

        def train(data):
            print("training on", len(data), "rows")

    Use instead
    -----------
    ::

        def train(data):
            logger.info("training on %d rows", len(data))

    Fix safety
    ----------
    Unsafe: where nothing configures logging, the text is no longer shown.

    References
    ----------
    - Python, "Logging HOWTO": https://docs.python.org/3/howto/logging.html
    - Known from Ruff T201.
    """

    code = "MON101"
    name = "print-for-logging"
    severity = "note"
    default = False
    in_tests = False
    fixes = "unsafe"
    calls = ("print",)

    def check(self, node: ast.Call, name: str, at: Context) -> Iterator[Problem]:
        if (
            name != "print"
            or at.notebook
            or at.function is None
            or not isinstance(at.function, (ast.FunctionDef, ast.AsyncFunctionDef))
        ):
            return
        if at.function.name in ("main", "cli", "__repr__", "__str__") or "print" in at.function.name:
            return
        if keyword(node, "file") is not None or not at.imported(
            "sklearn", "torch", "tensorflow", "keras", "fastapi", "flask", "xgboost", "lightgbm", "mlflow", "pandas"
        ):
            return
        fix = None
        logger = next(
            (key for key in ("logger", "log", "LOGGER") if at.resolve(ast.Name(key)).startswith("logging.getLogger")),
            "",
        )
        if logger and len(node.args) == 1 and not node.keywords:
            fix = at.replace(node.func, f"{logger}.info", f"Use {logger}.info", "unsafe")
        yield at.problem(node, "print in code that runs in training or serving; use a logger", fix)

    GOOD = (
        "import pandas\nprint(1)\n",
        "import pandas\ndef main():\n    print(1)\n",
        "import logging\ndef f():\n    logging.info(1)\n",
    )
    BAD = (
        "import pandas\ndef f(x):\n    print(x)\n",
        (
            "import logging\nimport torch\nlogger = logging.getLogger(__name__)\ndef f(x):\n    print(x)\n",
            "import logging\nimport torch\nlogger = logging.getLogger(__name__)\ndef f(x):\n    logger.info(x)\n",
        ),
    )
