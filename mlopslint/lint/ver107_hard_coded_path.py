"""VER107 hard-coded-path."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from mlopslint.lint.base import Context, Problem, PythonRule
from mlopslint.lint.python import inside

_HOME = re.compile(
    r"(?:/home/[\w.-]+/|/Users/[\w.-]+/|[A-Za-z]:(?:\\{1,2}|/)(?:Users|Documents|Data|Projects?|dev|code)\b|[D-Zd-z]:\\{1,2}\w|/content/drive/"
    r"|/scratch/\w+/)"
)
_PLACEHOLDER = re.compile(
    r"/home/(?:user|username|me|jovyan|runner|app|ubuntu|ec2-user|airflow|\w*docker|vscode|coder|worker|model-server|venv|you\w*|<|\{|\$)\b|/Users/(?:user|username|me|you\w*|<|\{|\$)\b"
    r"|path[/_\\]?to|\.\.\.|/root/(?:\.cache|\.ssh|\.kube|\.aws|\.config|\.local|\.cargo)|site-packages|\*",
    re.I,
)


def _described(statement: ast.stmt | None, node: ast.Constant) -> bool:
    """Whether the text is help, a message or a pattern rather than a path in use."""
    if statement is None:
        return False
    for item in inside(statement):
        if isinstance(item, ast.keyword) and item.arg in (
            "help",
            "description",
            "epilog",
            "doc",
            "example",
            "examples",
            "metavar",
        ):
            if any(inner is node for inner in ast.walk(item.value)):
                return True
        if isinstance(item, ast.Call) and isinstance(item.func, (ast.Name, ast.Attribute)):
            called = item.func.id if isinstance(item.func, ast.Name) else item.func.attr
            if called in (
                "print",
                "info",
                "debug",
                "warning",
                "error",
                "startswith",
                "endswith",
                "replace",
                "compile",
                "match",
                "sub",
                "search",
                "split",
            ):
                if any(inner is node for argument_ in item.args for inner in ast.walk(argument_)):
                    return True
    return False


class HardCodedPath(PythonRule):
    r"""Data or models at a path of one machine.

    What it does
    ------------
    Finds absolute and home paths (``/home/ann/data.csv``, ``C:\\Users\\ann``, ``~/models``) that are read, written,
    or kept in a name for a path.

    Why is this bad?
    ----------------
    The code runs on one machine only, and who takes it over does not have the data.

    Example
    -------
    ::

        df = pd.read_csv("/home/ann/churn/data/train.csv")

    Use instead
    -----------
    ::

        df = pd.read_csv(DATA / "train.csv")

    References
    ----------
    - Known from pynblint; PyPA and scientific-Python guides give the same advice.
    """

    code = "VER107"
    name = "hard-coded-path"
    in_tests = False
    nodes = (ast.Constant,)
    markers = (b"/home/", b"/Users/", b":\\\\", b":/Users", b"/content/drive", b"/data1/", b"/scratch/")

    def check(self, node: ast.Constant, name: str, at: Context) -> Iterator[Problem]:
        value = node.value
        if not isinstance(value, str) or not 4 < len(value) < 300 or "\n" in value:
            return
        match = _HOME.match(value)
        if match is None or _PLACEHOLDER.search(value):
            return
        statement = at.statement
        if isinstance(statement, ast.Expr) and statement.value is node:
            return  # a docstring, or text that is thrown away
        if isinstance(statement, (ast.Assert, ast.Raise)) or _described(statement, node):
            return
        yield at.problem(
            node, f"path of one machine: {value[:60]!r}; take it from configuration or from the project's folder"
        )

    GOOD = (
        "x = open('data/train.csv')\n",
        "x = '/tmp/cache.bin'\n",
        "x = '/opt/ml/model'\n",
        "p.add_argument('--data', help='/home/user/data')\n",
        "x = '/home/user/example'\n",
        "'''/home/ann/x is a docstring'''\n",
    )
    BAD = (
        "import pandas as pd\ndf = pd.read_csv('/home/ann/churn/train.csv')\n",
        "MODEL = 'C:\\\\Users\\\\ann\\\\model.pkl'\n",
        "x = open('/Users/ann/Desktop/data.json')\n",
        "path = '/content/drive/MyDrive/data.zip'\n",
    )
