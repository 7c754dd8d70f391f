"""COS102 append-in-loop."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator

from mlopslint.lint.base import Context, Problem, PythonRule
from mlopslint.lint.python import inside
from mlopslint.lint.values import is_frame


def _text(node: ast.AST) -> str:
    """A name with at most two attributes as text, "" for anything else."""
    tail = ""
    for _ in range(3):
        if isinstance(node, ast.Name):
            return node.id + tail
        if not isinstance(node, ast.Attribute):
            return ""
        tail = f".{node.attr}{tail}"
        node = node.value
    return ""


def _reads(node: ast.AST) -> Counter[str]:
    """How often each name is read below a node."""
    return Counter(
        text
        for part in inside(node)
        if isinstance(part, (ast.Name, ast.Attribute)) and isinstance(part.ctx, ast.Load) and (text := _text(part))
    )


def _needed(loop: ast.stmt) -> set[str]:
    """The names that the loop reads otherwise than to assign them anew: what grows under them cannot wait until behind the loop."""
    reads = _reads(loop)
    for item in inside(loop):
        if isinstance(item, ast.Assign) and len(item.targets) == 1 and (own := _text(item.targets[0])):
            reads[own] -= _reads(item)[own]
    return {name for name, times in reads.items() if times > 0}


def _begun(loop: ast.stmt) -> set[str]:
    """The names that the loop makes itself or begins anew in each round: they do not grow over the rounds."""
    found: set[str] = set()
    if isinstance(loop, (ast.For, ast.AsyncFor)):
        found |= {_text(part) for part in ast.walk(loop.target)}
    for item in getattr(loop, "body", []):
        if isinstance(item, ast.Assign):
            found |= {
                text for target in item.targets if (text := _target(target)) and text not in _mentioned(item.value)
            }
    return found


def _target(node: ast.expr) -> str:
    return _text(node) or (ast.unparse(node) if isinstance(node, ast.Subscript) else "")


def _of_round(target: ast.expr, loop: ast.stmt) -> bool:
    """Whether the index is the loop's own variable: every round then has a value of its own, and none grows."""
    if not isinstance(loop, (ast.For, ast.AsyncFor)) or not isinstance(target, (ast.Subscript, ast.Attribute)):
        return False
    own = {part.id for part in ast.walk(loop.target) if isinstance(part, ast.Name)}
    return any(isinstance(part, ast.Name) and part.id in own for part in ast.walk(target))


def _mentioned(value: ast.expr) -> set[str]:
    return {_target(part) for part in ast.walk(value) if isinstance(part, (ast.Name, ast.Attribute, ast.Subscript))}


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
        if grown in at.once(at.loops[-1], _begun) or grown in at.once(at.loops[-1], _needed):
            return
        if _of_round(statement.targets[0], at.loops[-1]):
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
        "import numpy as np\nfor i in range(n):\n    a[i]['boxes'] = np.vstack((a[i]['boxes'], b[i]['boxes']))\n",
        "import numpy as np\nfor i, s in enumerate(all):\n    features[i] = np.hstack([features[i], s])\n",
    )
    BAD = (
        "import pandas as pd\nfor x in y:\n    if x:\n        df = pd.concat([df, a])\n    else:\n        df = pd.concat([df, b])\n",
        "import pandas as pd\nfor f in files:\n    df = pd.concat([df, pd.read_csv(f)])\n",
        "import numpy as np\nfor i in y:\n    for x in i:\n        rows[i] = np.vstack((rows[i], x))\n",
        "import numpy as np\nout = np.array([])\nfor x in y:\n    out = np.append(out, x)\n",
        "import numpy as np\nwhile True:\n    a = np.vstack((a, step()))\n",
        "import pandas as pd\ndf = pd.DataFrame()\nfor r in rows:\n    df = df.append(r, ignore_index=True)\n",
    )
