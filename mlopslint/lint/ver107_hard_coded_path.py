"""VER107 hard-coded-path."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from mlopslint.lint.base import Context, Problem, PythonRule
from mlopslint.patterns import late

_HOME = late(
    r"(?:/home/[\w.-]+/|/Users/[\w.-]+/|[A-Za-z]:(?:\\{1,2}|/)(?:Users|Documents|Data|Projects?|dev|code)\b|[D-Zd-z]:\\{1,2}\w|/content/drive/"
    r"|/scratch/\w+/)"
)
_PLACEHOLDER = late(
    r"/home/(?:user|username|me|jovyan|runner|app|docs|jupyter|ubuntu|ec2-user|airflow|\w*docker|vscode|coder|worker|model-server|venv|agent|sandbox|node|nonroot|app-?user|you\w*|<|\{|\$)\b|/Users/(?:user|username|me|you\w*|<|\{|\$)\b"
    r"|path[/_\\]?to|\.\.\.|[/]root/\.(?:cache|ssh|kube|aws|config|local|cargo)|site-packages|\*",
    re.I,
)


#: Keywords whose value is read by people.
_TOLD = frozenset({"help", "description", "epilog", "doc", "example", "examples", "metavar"})
#: Calls that ask whether a path is there.
_TESTS = frozenset({"exists", "isdir", "isfile", "is_dir", "is_file", "lexists"})
#: Calls whose arguments are messages or patterns.
_TELLING = frozenset(
    [
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
        *_TESTS,
    ]
)


def _described(statement: ast.stmt) -> set[int]:
    """The texts in a statement that are help, a message or a pattern rather than a path in use."""
    found: set[int] = set()
    stack: list[tuple[ast.AST, bool]] = [(statement, False)]
    while stack:
        item, told = stack.pop()
        if isinstance(item, ast.Constant) and told:
            found.add(id(item))
        told_in = told or (isinstance(item, ast.keyword) and item.arg in _TOLD)
        if isinstance(item, ast.Call) and isinstance(item.func, (ast.Name, ast.Attribute)):
            called = item.func.id if isinstance(item.func, ast.Name) else item.func.attr
            stack.append((item.func, told_in))
            stack += [(argument, told_in or called in _TELLING) for argument in item.args]
            stack += [(word, told_in) for word in item.keywords]
        else:
            stack += [(child, told_in) for child in ast.iter_child_nodes(item)]
    return found


def _is_tested(statement: ast.stmt | None, at: Context) -> bool:
    """Whether the path becomes a name that is asked for being there: ``if os.path.isfile(path)``."""
    if not isinstance(statement, ast.Assign):
        return False
    names = {target.id for target in statement.targets if isinstance(target, ast.Name)}
    return not names.isdisjoint(at.once(at.tree, _tested))


def _tested(tree: ast.Module) -> set[str]:
    """The names that are asked for being there, as ``os.path.exists(name)`` or ``name.exists()``."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _TESTS:
            asked = node.args[0] if node.args else node.func.value
            if isinstance(asked, ast.Call) and asked.args:  # Path(name).exists()
                asked = asked.args[0]
            if isinstance(asked, ast.Name):
                found.add(asked.id)
    return found


class HardCodedPath(PythonRule):
    r"""Data or models at a path of one machine.

    What it does
    ------------
    Finds paths below the home of a user or a drive of one machine (``/home/ann/data.csv``, ``C:\\Users\\ann``) in code.
    Homes that images and services have (``/home/jovyan``, ``/home/docs``), help texts and messages are left out, and paths without
    which the code can do, as it asks for them first (``os.path.isfile``); paths
    of a mounted Google Drive, which hold in every Colab session of their owner, are found with low confidence.

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
        if isinstance(statement, (ast.Assert, ast.Raise)) or (
            statement is not None and id(node) in at.once(statement, _described)
        ):
            return
        if _is_tested(statement, at):
            return  # the code does without where there is no such path
        yield at.problem(
            node,
            f"path of one machine: {value[:60]!r}; take it from configuration or from the project's folder",
            confidence="low" if value.startswith("/content/drive/") else None,
        )

    GOOD = (
        "x = open('data/train.csv')\n",
        "x = '/tmp/cache.bin'\n",
        "x = '/opt/ml/model'\n",
        "p.add_argument('--data', help='/home/user/data')\n",
        "x = '/home/user/example'\n",
        "p = '/home/docs/.ipython/profile'\n",
        "WORKSPACE = '/home/agent/workspace/'\n",
        "p = '/home/h2o/data/a.csv'\nif os.path.isfile(p):\n    d = p\nelse:\n    d = 'https://example.com/a.csv'\n",
        "'''/home/ann/x is a docstring'''\n",
    )
    BAD = (
        "import pandas as pd\ndf = pd.read_csv('/home/ann/churn/train.csv')\n",
        "MODEL = 'C:\\\\Users\\\\ann\\\\model.pkl'\n",
        "x = open('/Users/ann/Desktop/data.json')\n",
        "path = '/content/drive/MyDrive/data.zip'\n",
    )
