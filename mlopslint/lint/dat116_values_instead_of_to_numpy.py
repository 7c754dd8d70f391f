"""DAT116 values-instead-of-to-numpy."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from mlopslint.lint.base import Context, Problem, PythonRule
from mlopslint.lint.values import is_frame


class ValuesInsteadOfToNumpy(PythonRule):
    """The attribute .values of a frame.

    What it does
    ------------
    Finds ``.values`` on a pandas frame or series.

    Why is this bad?
    ----------------
    It gives an array for some types and an extension array for others; ``to_numpy()`` always gives an array.

    Example
    -------
    ::

        X = df.values

    Use instead
    -----------
    ::

        X = df.to_numpy()

    Fix safety
    ----------
    Safe: for NumPy types both give the same array.

    References
    ----------
    - pandas: https://pandas.pydata.org/docs/reference/api/pandas.DataFrame.to_numpy.html
    - Known from dslinter, CodeSmile and pandas-vet PD011.
    """

    code = "DAT116"
    name = "values-instead-of-to-numpy"
    severity = "note"
    default = False
    fixes = "safe"
    attributes = ("values",)

    def check(self, node: ast.Attribute, name: str, at: Context) -> Iterator[Problem]:
        if not isinstance(node.ctx, ast.Load) or not is_frame(at.resolve(node.value)):
            return
        yield at.problem(
            node,
            "use to_numpy() instead of .values",
            at.replace(node, f"{at.source(node.value)}.to_numpy()", "Use to_numpy()"),
        )

    GOOD = (
        "import pandas as pd\ndf = pd.read_csv('a')\nx = df.to_numpy()\n",
        "d = {}\nx = d.values()\n",
        "def f(df):\n    return df.values\n",
    )
    BAD = (
        (
            "import pandas as pd\ndf = pd.read_csv('a')\nx = df.values\n",
            "import pandas as pd\ndf = pd.read_csv('a')\nx = df.to_numpy()\n",
        ),
        "import pandas as pd\ndf = pd.read_csv('a')\nx = df['a'].values\n",
    )
