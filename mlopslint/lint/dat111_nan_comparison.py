"""DAT111 nan-comparison."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from mlopslint.lint.base import Context, Fix, Problem, PythonRule
from mlopslint.lint.python import constant
from mlopslint.lint.values import is_frame

_NAN = frozenset({"numpy.nan", "numpy.NaN", "numpy.NAN", "math.nan", "torch.nan", "pandas.NA", "pandas.NaT"})


def _is_nan(node: ast.expr, at: Context) -> bool:
    if isinstance(node, (ast.Name, ast.Attribute)):
        return at.resolve(node) in _NAN
    if (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "float"
        and len(node.args) == 1
    ):
        value = constant(node.args[0])
        return isinstance(value, str) and value.lower().strip("+-") == "nan"
    return False


class NanComparison(PythonRule):
    """A comparison with NaN by == or !=.

    What it does
    ------------
    Finds ``x == np.nan``, ``x != float('nan')`` and kin.

    Why is this bad?
    ----------------
    NaN equals nothing, not even itself: == is always false and != always true, so missing values pass unseen.

    Example
    -------
    ::

        missing = df[df["age"] == np.nan]

    Use instead
    -----------
    ::

        missing = df[df["age"].isna()]

    Fix safety
    ----------
    Safe: the comparison has a constant result, and the function asks what was meant.

    References
    ----------
    - NumPy: https://numpy.org/doc/stable/reference/constants.html#numpy.nan
    - Known from dslinter and CodeSmile.
    """

    code = "DAT111"
    name = "nan-comparison"
    severity = "error"
    fixes = "safe"
    nodes = (ast.Compare,)
    markers = (b"nan", b"NaN", b"NAN")

    def check(self, node: ast.Compare, name: str, at: Context) -> Iterator[Problem]:
        if len(node.ops) != 1 or not isinstance(node.ops[0], (ast.Eq, ast.NotEq)):
            return
        left, right = node.left, node.comparators[0]
        nan, other = (left, right) if _is_nan(left, at) else (right, left)
        if not _is_nan(nan, at) or _is_nan(other, at):
            return
        wrong = "true" if isinstance(node.ops[0], ast.NotEq) else "false"
        yield at.problem(node, f"a comparison with NaN is always {wrong}; use isna()", self.fix(node, other, at))

    @staticmethod
    def fix(node: ast.Compare, other: ast.expr, at: Context) -> Fix | None:
        """``pd.isna(x)`` or ``np.isnan(x)``, by what is imported."""
        module = next((key for key, value in at.names.items() if value == "pandas"), "")
        call = "isna"
        if not module:
            module = next((key for key, value in at.names.items() if value == "numpy"), "")
            call = "isnan"
        if not module:
            return None
        text = f"{module}.{call}({at.source(other)})"
        if isinstance(node.ops[0], ast.NotEq):
            text = f"~{text}" if is_frame(at.resolve(other)) else f"not {text}"
            if text.startswith("not ") and not (
                isinstance(at.statement, (ast.If, ast.Assert)) and at.statement.test is node
            ):
                return None
        return at.replace(node, text, f"Use {module}.{call}", "safe")

    GOOD = ("import numpy as np\nok = np.isnan(x)\n", "ok = x == 1\n", "nan = 3\nok = x == nan\n")
    BAD = (
        ("import numpy as np\nok = x == np.nan\n", "import numpy as np\nok = np.isnan(x)\n"),
        (
            "import pandas as pd\nimport numpy as np\ndf = pd.read_csv('a')\nd = df[df['a'] != np.nan]\n",
            "import pandas as pd\nimport numpy as np\ndf = pd.read_csv('a')\nd = df[~pd.isna(df['a'])]\n",
        ),
        "from numpy import nan\nok = nan == x\n",
        "ok = x == float('nan')\n",
        "import math\nif x != math.nan:\n    pass\n",
    )
