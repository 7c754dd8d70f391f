"""DAT112 missing-dtype-on-read."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from mlopslint.lint.base import Context, Problem, PythonRule
from mlopslint.lint.python import keyword, keywords_known


class MissingDtypeOnRead(PythonRule):
    """A table is read with no types said.

    What it does
    ------------
    Finds ``read_csv`` and ``read_table`` without ``dtype``, ``usecols`` and ``names``.

    Why is this bad?
    ----------------
    Types are guessed from the values: a code with leading zeros becomes a number, and a column changes its type
    with the day's data.

    Example
    -------
    ::

        df = pd.read_csv("customers.csv")

    Use instead
    -----------
    ::

        df = pd.read_csv("customers.csv", dtype={"postcode": "string", "age": "Int64"})

    References
    ----------
    - pandas: https://pandas.pydata.org/docs/reference/api/pandas.read_csv.html
    - Known from dslinter and CodeSmile (columns and dtype not explicitly set).
    """

    code = "DAT112"
    name = "missing-dtype-on-read"
    severity = "note"
    default = False
    calls = ("read_csv", "read_table")

    def check(self, node: ast.Call, name: str, at: Context) -> Iterator[Problem]:
        if not name.startswith("pandas.") or name.count(".") != 1 or not keywords_known(node):
            return
        if any(
            keyword(node, word) is not None for word in ("dtype", "usecols", "names", "converters", "dtype_backend")
        ):
            return
        yield at.problem(node, f"{name.rpartition('.')[2]} guesses the types of the columns; say dtype or usecols")

    GOOD = (
        "import pandas as pd\ndf = pd.read_csv('a.csv', dtype=str)\n",
        "import polars as pl\ndf = pl.read_csv('a.csv')\n",
        "import pandas as pd\ndf = pd.read_csv('a.csv', **options)\n",
    )
    BAD = (
        "import pandas as pd\ndf = pd.read_csv('a.csv')\n",
        "from pandas import read_csv\ndf = read_csv('a.csv', sep=';')\n",
    )
