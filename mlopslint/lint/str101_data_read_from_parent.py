"""STR101 data-read-from-parent."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from mlopslint.lint.base import Context, Problem, PythonRule


class DataReadFromParent(PythonRule):
    """Code reaches over its own root.

    What it does
    ------------
    Finds edits of ``sys.path`` and files that are read from ``../..``.

    Why is this bad?
    ----------------
    The code runs only from one folder: not as an installed package, not in CI, not from the notebook next door.

    Example
    -------
    ::

        sys.path.append("../..")
        from src.features import clean

    Use instead
    -----------
    ::

        from churn.features import clean  # after pip install -e .

    References
    ----------
    - PyPA, "src layout": https://packaging.python.org/en/latest/discussions/src-layout-vs-flat-layout/
    """

    code = "STR101"
    name = "data-read-from-parent"
    severity = "note"
    in_tests = False
    calls = ("append", "insert")
    nodes = (ast.Constant,)
    markers = (b"sys.path", b"../..")

    def check(self, node: ast.Call | ast.Constant, name: str, at: Context) -> Iterator[Problem]:
        if isinstance(node, ast.Call):
            if name in ("sys.path.append", "sys.path.insert"):
                yield at.problem(node, "sys.path is edited; install the project instead (pip install -e .)")
            return
        value = node.value
        if isinstance(value, str) and value.startswith(("../..", "..\\\\..")) and "/" in value[5:] and len(value) < 200:
            statement = at.statement
            if isinstance(statement, ast.Expr) and statement.value is node:
                return
            yield at.problem(
                node, f"{value[:50]!r} is read from above; build paths from the project's root", confidence="medium"
            )

    GOOD = ("import sys\nsys.path\n", "x = '../data/a.csv'\n", "'''../../a/b'''\n")
    BAD = (
        "import sys\nsys.path.append('..')\n",
        "import sys\nsys.path.insert(0, str(root))\n",
        "x = open('../../data/a.csv')\n",
    )
