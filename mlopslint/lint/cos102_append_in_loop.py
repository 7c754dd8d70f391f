"""COS102 append-in-loop."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from mlopslint.lint.base import Context, Problem, PythonRule
from mlopslint.lint.python import inside
from mlopslint.lint.values import is_frame


def _reset(loop: ast.stmt, name: str) -> bool:
    """Whether the loop gives the name a new beginning in each round: then it does not grow over the rounds."""
    for item in getattr(loop, "body", []):
        if isinstance(item, ast.Assign) and any(ast.unparse(target) == name for target in item.targets):
            if name not in {
                ast.unparse(part)
                for part in ast.walk(item.value)
                if isinstance(part, (ast.Name, ast.Attribute, ast.Subscript))
            }:
                return True
    return False


def _needed(loop: ast.stmt, growth: ast.stmt, name: str) -> bool:
    """Whether the loop itself makes the name, or reads it in each round: then it cannot be joined behind the loop."""
    if isinstance(loop, (ast.For, ast.AsyncFor)) and name in {
        ast.unparse(part) for part in ast.walk(loop.target) if isinstance(part, ast.expr)
    }:
        return True
    own = {id(part) for part in ast.walk(growth)}
    return any(
        isinstance(part, (ast.Name, ast.Attribute))
        and id(part) not in own
        and isinstance(part.ctx, ast.Load)
        and ast.unparse(part) == name
        for part in inside(loop)
    )


class AppendInLoop(PythonRule):
    """A frame or array that grows in a loop.

    What it does
    ------------
    Finds ``df = pd.concat([df, ...])``, ``df = df.append(...)`` and ``x = np.append(x, ...)`` (also concatenate,
    vstack, hstack) in a loop.

    Why is this bad?
    ----------------
    Every round copies all that is there: the time grows with the square of the rows.

    Example
    -------
    ::

        for file in files:
            df = pd.concat([df, pd.read_csv(file)])

    Use instead
    -----------
    ::

        df = pd.concat([pd.read_csv(file) for file in files])

    References
    ----------
    - pandas: https://pandas.pydata.org/docs/reference/api/pandas.concat.html
    - NumPy: https://numpy.org/doc/stable/reference/generated/numpy.append.html
    """

    code = "COS102"
    name = "append-in-loop"
    in_tests = False
    calls = ("concat", "append", "concatenate", "vstack", "hstack")

    def check(self, node: ast.Call, name: str, at: Context) -> Iterator[Problem]:
        statement = at.statement
        if (
            not at.loops
            or not isinstance(statement, ast.Assign)
            or statement.value is not node
            or len(statement.targets) != 1
        ):
            return
        grown = ast.unparse(statement.targets[0])
        last = name.rpartition(".")[2]
        if name == "pandas.concat" or name.startswith("numpy."):
            first = node.args[0] if node.args else None
            if last == "append" and name == "numpy.append":
                parts = [first] if first is not None else []
            else:
                parts = list(first.elts) if isinstance(first, (ast.List, ast.Tuple)) else []
            if len(parts) > 8 or not any(ast.unparse(part) == grown for part in parts):
                return
        elif last == "append" and isinstance(node.func, ast.Attribute):
            if ast.unparse(node.func.value) != grown or not is_frame(name.rpartition(".")[0]):
                return
        else:
            return
        if _reset(at.loops[-1], grown) or _needed(at.loops[-1], statement, grown):
            return
        yield at.problem(
            node, f"{grown} is copied in every round of the loop; collect in a list and join once behind it"
        )

    GOOD = (
        "import pandas as pd\nparts = []\nfor f in files:\n    parts.append(pd.read_csv(f))\ndf = pd.concat(parts)\n",
        "for x in y:\n    rows = rows.append(x)\n",
        "import numpy as np\nfor x in y:\n    z = np.concatenate([a, x])\n",
        "import numpy as np\nfor s in segments:\n    s = np.concatenate((s, s[0:1]))\n",
        "import numpy as np\nfor _ in steps:\n    p = f(X)\n    X = np.concatenate([X, p])\n",
    )
    BAD = (
        "import pandas as pd\nfor f in files:\n    df = pd.concat([df, pd.read_csv(f)])\n",
        "import numpy as np\nout = np.array([])\nfor x in y:\n    out = np.append(out, x)\n",
        "import numpy as np\nwhile True:\n    a = np.vstack((a, step()))\n",
        "import pandas as pd\ndf = pd.DataFrame()\nfor r in rows:\n    df = df.append(r, ignore_index=True)\n",
    )
