"""DAT114 result-discarded."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from mlopslint.lint.base import Context, Edit, Fix, Problem, PythonRule
from mlopslint.lint.python import constant, inside, keyword, keywords_known
from mlopslint.lint.values import is_frame
from mlopslint.patterns import late

_METHODS = frozenset(
    [
        "dropna",
        "fillna",
        "drop",
        "drop_duplicates",
        "rename",
        "reset_index",
        "set_index",
        "sort_values",
        "sort_index",
        "replace",
        "astype",
        "reindex",
        "assign",
        "interpolate",
        "ffill",
        "bfill",
        "clip",
        "sample",
        "query",
        "melt",
        "merge",
        "join",
        "append",
        "map",
        "applymap",
        "round",
        "shift",
        "explode",
        "convert_dtypes",
        "infer_objects",
        "to_datetime",
    ]
)
_NUMPY = frozenset(
    [
        "sort",
        "concatenate",
        "append",
        "delete",
        "insert",
        "reshape",
        "transpose",
        "vstack",
        "hstack",
        "stack",
        "clip",
        "where",
        "nan_to_num",
        "log",
        "exp",
        "sqrt",
        "round",
        "flip",
        "roll",
        "expand_dims",
        "squeeze",
    ]
)


#: Where a cell begins in a script that was written by nbconvert, Jupytext, an editor or Databricks.
_CELL = late(r"#\s?(In ?\[|%%|COMMAND -{5,}|<codecell>)")


def _last(name: str) -> str:
    return name.rpartition(".")[2]


def _tried(statement: ast.stmt, at: Context) -> bool:
    """Whether a statement is run for the error that it may raise: in a ``try`` that does not go on with the same frame."""
    tried: dict[int, list[ast.stmt]] | None = at.memo.get("tried")
    if tried is None:
        blocks = [node.body for node in inside(at.tree, functions=True) if isinstance(node, ast.Try)]
        tried = at.memo["tried"] = {id(item): body[n + 1 :] for body in blocks for n, item in enumerate(body)}
    if id(statement) not in tried:
        return False
    owner = next((item for item in inside(statement) if isinstance(item, ast.Name)), None)
    later = (item for part in tried[id(statement)] for item in inside(part))
    return owner is None or not any(isinstance(item, ast.Name) and item.id == owner.id for item in later)


def _shown(statement: ast.stmt, at: Context) -> bool:
    """Whether this is the last line of a cell of a notebook that is kept as a script.

    Its cells begin with a mark, or where the marks were taken out stand apart by two empty lines, as else only definitions do.
    """
    if statement.col_offset or at.notebook:
        return False
    empty = 0
    end = statement.end_lineno or statement.lineno
    for row in at.lines[end : end + 20]:
        if _CELL.match(row):
            return True
        if not row.strip():
            empty += 1
        elif empty > 1:
            return not row.startswith(("def ", "class ", "async def ", "@", "if __name__"))
        elif not row.startswith("#"):
            return False
    return False


class ResultDiscarded(PythonRule):
    """A new frame or array that is thrown away.

    What it does
    ------------
    Finds calls of pandas and NumPy that return a new object, as a statement of their own; and ``x =
    df.f(inplace=True)``, which is None. The last line of a notebook cell is shown and so not meant.

    Why is this bad?
    ----------------
    The data stays as it was: rows that were dropped, sorted or filled in the author's mind are still there.

    Example
    -------
    ::

        df.dropna()
        df = df.sort_values("day", inplace=True)

    Use instead
    -----------
    ::

        df = df.dropna()
        df = df.sort_values("day")

    Fix safety
    ----------
    Unsafe where the result is given to the name: what was without effect before then changes the data, as intended. Dropping ``inplace=True``
    is safe, as the name held None.

    References
    ----------
    - pandas: https://pandas.pydata.org/docs/reference/api/pandas.DataFrame.dropna.html
    - Known from dslinter and CodeSmile (in-place APIs misused); values used by return, arguments and chains are not
      meant.
    """

    code = "DAT114"
    name = "result-discarded"
    severity = "error"
    fixes = "unsafe"
    calls = tuple(sorted(_METHODS | _NUMPY))

    def check(self, node: ast.Call, name: str, at: Context) -> Iterator[Problem]:
        statement = at.statement
        if isinstance(statement, ast.Assign) and statement.value is node and len(statement.targets) == 1:
            inplace = keyword(node, "inplace")
            if isinstance(inplace, ast.Constant) and inplace.value is True and self.pandas(node, name):
                fix = Fix("Drop inplace=True", "safe", (Edit(at.region(node), "drop-keyword", ("inplace",)),))
                target = statement.targets[0]
                owner = node.func.value if isinstance(node.func, ast.Attribute) else None
                same = owner is not None and ast.dump(owner).replace("Load", "Store") == ast.dump(target)
                yield at.problem(node, f"{_last(name)}(inplace=True) returns None", fix if same else None)
            return
        if not isinstance(statement, ast.Expr) or statement.value is not node or not keywords_known(node):
            return
        inplace = keyword(node, "inplace")
        if inplace is not None and constant(inplace) is not False:
            return
        if (
            keyword(node, "out") is not None
            or constant(keyword(node, "copy")) is False
            or (at.notebook and at.tree.body and at.tree.body[-1] is statement)
        ):
            return
        if _shown(statement, at):
            return
        if self.pandas(node, name) and not _tried(statement, at):
            owner = node.func.value if isinstance(node.func, ast.Attribute) else None
            assigned = None
            if isinstance(owner, ast.Name):
                assigned = at.replace(node, f"{owner.id} = {at.source(node)}", "Assign the result", "unsafe")
            yield at.problem(node, f"the result of {_last(name)} is thrown away; assign it", assigned)
        elif name.startswith("numpy.") and name.count(".") == 1 and _last(name) in _NUMPY:
            yield at.problem(node, f"the result of {name} is thrown away; assign it")

    @staticmethod
    def pandas(node: ast.Call, name: str) -> bool:
        """Whether this is a method of a frame that returns a new one."""
        if _last(name) not in _METHODS or not isinstance(node.func, ast.Attribute):
            return False
        return is_frame(name.rpartition(".")[0])

    GOOD = (
        "import pandas as pd\ndf = pd.read_csv('a')\ntry:\n    df.drop('x')\n    there = True\nexcept KeyError:\n    there = False\n",
        "import pandas as pd\ndef load(p):\n    if p:\n        return {}\n    return pd.read_csv('a')\ndf = load(1)\ndf.drop('x')\nprint(df)\n",
        "import pandas as pd\ndef same(x):\n    x = list(x)\n    return x\ndf = same(pd.read_csv('a'))\ndf.append(1)\nprint(df)\n",
        "import pandas as pd\ndf = pd.read_csv('a')\ndf = df.dropna()\n",
        "import pandas as pd\ndf = pd.read_csv('a')\ndf.dropna(inplace=True)\n",
        "import pandas as pd\ndef f():\n    df = pd.read_csv('a')\n    return df.dropna()\n",
        "import pandas as pd\ndf = pd.read_csv('a')\nprint(df.dropna())\n",
        "names = ['a']\nnames.sort()\nx.dropna()\n",
        {"cells": [("code", "import pandas as pd\ndf = pd.read_csv('a')\ndf.sort_values('x')")]},
        "import pandas as pd\ndf = pd.read_csv('a')\ndf.dropna().to_csv('b')\n",
        "import numpy as np\nnp.nan_to_num(x, copy=False)\n",
        "import numpy as np\nlabels = np.array(rows)\nnp.unique(labels)\n\nprint(1)\n",
        "# In[1]:\nimport pandas as pd\ndf = pd.read_csv('a')\ndf.sort_values('x')\n\n# the next one\n# In[2]:\nprint(df)\n",
        "import pandas as pd\ndf = pd.read_csv('a')\ndf.dropna()\n\n\n# columns\ndf = df.dropna(axis=1)\n",
        "import pandas as pd\ndf = pd.read_csv('a')\ntry:\n    df.astype(int)\nexcept ValueError:\n    raise SystemExit(1)\n",
    )
    BAD = (
        "import pandas as pd\ntry:\n    df = pd.read_csv('a')\n    df.dropna()\n    df.to_csv('b')\nexcept OSError:\n    raise\n",
        "import pandas as pd\ndef load():\n    df = pd.read_csv('a')\n    return df\ndef checked(x):\n    print(x)\n    return x\ndf = checked(load())\ndf.dropna()\nprint(df)\n",
        "import pandas as pd\ndf = pd.read_csv('a')\ndf.dropna()\n\n\ndef f():\n    return df\n",
        (
            "import pandas as pd\ndf = pd.read_csv('a')\ndf.dropna()\n",
            "import pandas as pd\ndf = pd.read_csv('a')\ndf = df.dropna()\n",
        ),
        (
            "import pandas as pd\ndf = pd.read_csv('a')\ndf = df.sort_values('x', inplace=True)\n",
            "import pandas as pd\ndf = pd.read_csv('a')\ndf = df.sort_values('x')\n",
        ),
        "import numpy as np\nnp.sort(x)\ny = 1\n",
        {"cells": [("code", "import pandas as pd\ndf = pd.read_csv('a')\ndf.drop(columns=['x'])\nprint(df)")]},
        "import pandas as pd\nclass A:\n    def f(self):\n        self.df = pd.read_csv('a')\n        self.df.fillna(0)\n",
    )
