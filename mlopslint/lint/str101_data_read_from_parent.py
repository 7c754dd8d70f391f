"""STR101 data-read-from-parent."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from mlopslint.lint.base import Context, Problem, PythonRule

_READERS = (
    "open", "read_csv", "read_parquet", "read_json", "read_excel", "read_pickle", "read_table", "read_feather", "load", "loadtxt",
    "genfromtxt", "imread", "load_model", "load_dataset", "safe_load",
)  # fmt: skip
_EDITS = ("append", "insert", "extend")
#: Where a program keeps what its user told it.
_GIVEN = ("args.", "opts.", "options.", "opt.", "flags.", "FLAGS.")


class DataReadFromParent(PythonRule):
    """Code that reaches out of its own folder: edits of ``sys.path``, reads of ``../../data``.

    What it does
    ------------
    Finds ``sys.path.append``, ``insert`` and ``extend``, and calls that read a file from two or more folders up (``../../``). Left alone
    are programs that load the code of others from a folder that they are given (also by an environment variable), ``setup.py``, and the
    configuration of Sphinx and Pelican.

    Why is this bad?
    ----------------
    It works from one working directory only, and imports whatever happens to lie there: other code in a job, an image or a test than on
    the author's machine.

    Example
    -------
    ::

        sys.path.append("..")
        from utils import clean

        df = pd.read_csv("../../data/churn.csv")

    Use instead
    -----------
    Make the code a package, install it (``pip install -e .``), and take paths from the configuration::

        from churn.utils import clean

        df = pd.read_csv(config.data_dir / "churn.csv")

    References
    ----------
    - Python Packaging User Guide: https://packaging.python.org/en/latest/tutorials/packaging-projects/
    """

    code = "STR101"
    name = "data-read-from-parent"
    severity = "note"
    calls = (*_EDITS, *_READERS)
    markers = (b"sys", b"../..", b"..\\..")

    def check(self, node: ast.Call, name: str, at: Context) -> Iterator[Problem]:
        last = name.rpartition(".")[2]
        if last in _EDITS:
            if name.startswith("sys.path.") and name.count(".") == 2 and _is_own(node, at) and not _is_sphinx(at):
                yield at.problem(
                    node, f"{name} makes imports depend on the layout of folders; install the package instead"
                )
            return
        first = node.args[0] if node.args else None
        if isinstance(first, ast.Constant) and isinstance(first.value, str):
            path = first.value.replace("\\", "/")
            if path.startswith("../../") and not name.startswith("sys.path") and not _is_sphinx(at):
                yield at.problem(first, f"{last} reads {path[:60]}, which depends on the working directory")

    GOOD = (
        "import os\nimport sys\nsys.path.insert(0, os.path.dirname(__file__))\nfrom conf_base import *\nrst_prolog = '.. |a| replace:: b'\n",
        "html_theme = 'furo'\nextensions = ['sphinx.ext.autodoc']\nexec(open('../../churn/version.py').read())\n",
        "import sys\nprint(sys.path)\nother.path.append('..')\n",
        "import sys\nhtml_theme = 'furo'\nextensions = ['sphinx.ext.autodoc']\nsys.path.insert(0, '..')\n",
        "import pandas as pd\npd.read_csv('../data/a.csv')\npd.read_csv(root / '../../a.csv')\n",
        "path = '../../a'\npaths.append('../../a')\n",
        "import sys\ndef load(folder):\n    sys.path.insert(0, folder)\n    sys.path.insert(0, os.path.join(folder, 'src'))\n",
        "import sys\nif args.app_dir:\n    sys.path.insert(0, args.app_dir)\n",
        "import sys\nsys.path.append('/usr/local/lib/python3.10/site-packages')\n",
        "import sys\ndef serve():\n    sys.path.insert(0, '.')\n",
        "import os, sys\ndef serve():\n    sys.path.append(os.getcwd())\n",
        "import os, sys\nsys.path.append(os.curdir)\nfrom pelicanconf import *\n",
        "import os, sys\nhome = os.environ.get('SPARK_HOME')\nsys.path.insert(0, os.path.join(home, 'python'))\n",
        "import os, sys\nfrom setuptools import setup\nsys.path.append(os.path.dirname(__file__))\nimport versioneer\nsetup()\n",
        "import sys\nclass A:\n    def load(self):\n        sys.path.append(self.folder)\n",
    )
    BAD = (
        "import sys\nsys.path.append('..')\n",
        "from sys import path\nimport os\npath.insert(0, os.path.dirname(__file__))\n",
        "import pandas as pd\ndf = pd.read_csv('../../data/a.csv')\n",
        "import sys\nfrom pathlib import Path\ndef main():\n    sys.path.append(str(Path(__file__).parent))\n",
        "with open(r'..\\..\\a.txt') as f:\n    pass\n",
    )


def _is_sphinx(at: Context) -> bool:
    text = "\n".join(at.lines)
    if "pelicanconf" in text:
        return True  # as Pelican writes it
    return "rst_prolog" in text or ("html_theme" in text or "sphinx" in text) and "extensions" in text


#: Names that an edit within a function may hold without being about a folder that somebody passed in.
_PLAIN = frozenset({"__file__", "str", "os", "sys", "pathlib", "Path", "osp"})


def _is_own(call: ast.Call, at: Context) -> bool:
    """Whether the folder is one of the program's own: told at the top level, or made of ``__file__`` and constants."""
    if any(
        isinstance(argument, ast.Attribute) and at.reader.text(argument).startswith(_GIVEN) for argument in call.args
    ):
        return False
    if any(
        isinstance(argument, ast.Constant) and isinstance(argument.value, str) and "-packages" in argument.value
        for argument in call.args
    ):
        return False  # what is installed in another environment, and not a folder of the project
    if _is_setup(at) or any(name in at.once(at.tree, _from_environment) for name in _names(call)):
        return False
    if at.function is None:
        return True
    if any(isinstance(argument, ast.Constant) and argument.value in (".", "") for argument in call.args):
        return False  # a command that makes the user's own folder importable, as ``python -m`` does
    if any(
        isinstance(argument, ast.Call) and at.reader.dotted(argument.func) in ("os.getcwd", "pathlib.Path.cwd")
        for outer in call.args
        for argument in ast.walk(outer)
    ):
        return False  # the same
    return _names(call) <= _PLAIN


def _names(call: ast.Call) -> set[str]:
    return {item.id for argument in call.args for item in ast.walk(argument) if isinstance(item, ast.Name)}


def _from_environment(tree: ast.Module) -> set[str]:
    """The names that are given what an environment variable says: ``SPARK_HOME`` is where somebody has installed Spark."""
    found: set[str] = set()
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            parts = {item.attr for item in ast.walk(node.value) if isinstance(item, ast.Attribute)}
            if not parts.isdisjoint(("environ", "getenv")):
                found.add(node.targets[0].id)
    return found


def _is_setup(at: Context) -> bool:
    """Whether it is a ``setup.py``, which runs before anything of the project is installed."""
    return any(
        isinstance(node, ast.ImportFrom)
        and node.module in ("setuptools", "distutils.core")
        or isinstance(node, ast.Import)
        and any(name.name == "setuptools" for name in node.names)
        for node in at.tree.body
    )
