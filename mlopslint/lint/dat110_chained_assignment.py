"""DAT110 chained-assignment."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from mlopslint.lint.base import Context, Fix, Problem, PythonRule
from mlopslint.lint.python import inside
from mlopslint.lint.values import is_frame


def _column(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _masked(inner: ast.Subscript) -> bool:
    """Whether the subscript is a comparison of the same name: ``df[df.x > 1]``."""
    if not isinstance(inner.value, ast.Name):
        return False
    mask = inner.slice
    while isinstance(mask, ast.UnaryOp):
        mask = mask.operand
    if not isinstance(mask, (ast.Compare, ast.BinOp)):
        return False
    return any(isinstance(item, ast.Name) and item.id == inner.value.id for item in inside(mask))


class ChainedAssignment(PythonRule):
    """An assignment through two subscripts of a frame.

    What it does
    ------------
    Finds ``df[a][b] = v`` on a pandas frame: the first subscript may give a copy, and the value is written to that
    copy. Reads are fine.

    Why is this bad?
    ----------------
    The write is silently lost when the first subscript copies, which with copy-on-write (pandas 3) it always does.

    Example
    -------
    ::

        df[df["age"] > 99]["age"] = 99

    Use instead
    -----------
    ::

        df.loc[df["age"] > 99, "age"] = 99

    Fix safety
    ----------
    Safe: one ``.loc`` writes what the two subscripts were meant to write.

    References
    ----------
    - pandas user guide, "Returning a view versus a copy":
      https://pandas.pydata.org/docs/user_guide/indexing.html#returning-a-view-versus-a-copy
    - Known from dslinter, CodeSmile (chain indexing) and pandas-vet.
    """

    code = "DAT110"
    name = "chained-assignment"
    severity = "error"
    fixes = "safe"
    nodes = (ast.Assign, ast.AugAssign)
    markers = (b"pandas",)

    def check(self, node: ast.Assign | ast.AugAssign, name: str, at: Context) -> Iterator[Problem]:
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        for target in targets:
            if not isinstance(target, ast.Subscript) or not isinstance(target.value, ast.Subscript):
                continue
            inner = target.value
            base = inner.value
            if isinstance(base, ast.Attribute) and base.attr in ("loc", "iloc", "at", "iat"):
                base = base.value
            elif not is_frame(at.resolve(base)) and not _masked(inner):
                continue
            origin = at.resolve(base)
            if "read_excel" in origin and not (_column(inner.slice) and _column(target.slice)):
                continue  # several sheets are a dictionary of frames
            if not is_frame(origin) and not (_masked(inner) and at.imported("pandas")):
                continue
            yield at.problem(
                target,
                "assignment through two subscripts may write to a copy; use one .loc",
                self.fix(inner, target, at),
            )

    @staticmethod
    def fix(inner: ast.Subscript, target: ast.Subscript, at: Context) -> Fix | None:
        """``df[mask]["b"]`` and ``df["b"][mask]`` as ``df.loc[mask, "b"]``; nothing where it is not plain which is the column."""
        first, second = inner.slice, target.slice
        if not isinstance(inner.value, ast.Name):
            return None
        text = inner.value.id
        if _column(second) and not _column(first) and _masked(inner):
            rows, column = first, second
        elif _column(first) and not _column(second) and not isinstance(second, (ast.Slice, ast.Tuple)):
            rows, column = second, first
        else:
            return None
        return at.replace(target, f"{text}.loc[{at.source(rows)}, {at.source(column)}]", "Write through one .loc")

    GOOD = (
        "import pandas as pd\ndf = pd.read_csv('a.csv')\ndf.loc[df['a'] > 1, 'b'] = 0\n",
        "import pandas as pd\ndf = pd.read_csv('a.csv')\nx = df['a'][0]\n",
        "table = {'a': {}}\ntable['a']['b'] = 1\n",
        "def f(config):\n    config['model']['lr'] = 1\n",
        "import pandas as pd\nd = {k: pd.read_csv(k) for k in names}\nd['a']['b'] = 1\n",
        "import numpy as np\nx = np.zeros((2, 2))\nx[0][1] = 1\n",
    )
    BAD = (
        (
            "import pandas as pd\ndf = pd.read_csv('a.csv')\ndf[df['a'] > 1]['b'] = 0\n",
            "import pandas as pd\ndf = pd.read_csv('a.csv')\ndf.loc[df['a'] > 1, 'b'] = 0\n",
        ),
        (
            "import pandas as xp\ndf = xp.DataFrame(rows)\ndf['b'][df.a == 2] = 0\n",
            "import pandas as xp\ndf = xp.DataFrame(rows)\ndf.loc[df.a == 2, 'b'] = 0\n",
        ),
        "import pandas as pd\ndef f(df):\n    df[df.x > 1]['y'] = 0\n",
        "import pandas as pd\ndf = pd.read_csv('a.csv').dropna()\ndf['a'][0] += 1\n",
    )
