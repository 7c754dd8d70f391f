"""MDL114 deprecated-api."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from mlopslint.lint.base import Context, Edit, Fix, Problem, PythonRule
from mlopslint.lint.deprecations import Entry, matches, tables, told
from mlopslint.lint.python import inside
from mlopslint.lint.values import is_frame

_NAMES, _KEYWORDS, _PATHS = tables()
#: Methods of frames that are found wherever something is surely a frame.
_FRAMES = frozenset(
    entry.name
    for found in _NAMES.values()
    for entry in found
    if entry.name.startswith(("pandas.*.", "pandas.DataFrame."))
)


def _frame_method(entry: Entry, name: str) -> bool:
    return entry.name.startswith("pandas.*.") and is_frame(name.rpartition(".")[0])


class DeprecatedApi(PythonRule):
    """An interface that the library has taken away, or is about to.

    What it does
    ------------
    Finds removed and deprecated names, methods, modules, keywords and values of torch, torchvision, TensorFlow,
    Keras, scikit-learn, pandas, NumPy, SciPy, Transformers and Lightning, by the tables under
    ``rules/deprecations``. Uses with a fallback (``try`` and ``except ImportError``, ``hasattr``, a test of the version)
    are left out. What the project's own requirements do not reach is left out: with ``numpy<1.24`` in
    them, ``np.int`` is fine.

    Why is this bad?
    ----------------
    The code fails after the next upgrade, or warns at every call and changes its results in the version after.

    Example
    -------
    ::

        df = df.append(row, ignore_index=True)
        table = pd.read_csv(path, error_bad_lines=False)

    Use instead
    -----------
    ::

        df = pd.concat([df, row], ignore_index=True)
        table = pd.read_csv(path, on_bad_lines="skip")

    Fix safety
    ----------
    Safe: the new name, keyword or module does the same; where arguments change their meaning there is no fix.

    References
    ----------
    - The libraries' release notes; the versions stand in the tables.
    - Known from TorchFix, Ruff NPY and PD.
    """

    code = "MDL114"
    name = "deprecated-api"
    severity = "error"
    fixes = "safe"
    calls = tuple(sorted(_KEYWORDS))
    attributes = tuple(sorted(_NAMES))
    nodes = (ast.Import, ast.ImportFrom)

    def check(self, node: Any, name: str, at: Context) -> Iterator[Problem]:
        if isinstance(node, ast.Call):
            yield from self.keywords(node, name, at)
        elif isinstance(node, ast.Attribute):
            yield from self.attribute(node, at)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            for alias in node.names:
                path = f"{node.module}.{alias.name}"
                found = _PATHS.get(path) or _PATHS.get(node.module or "")
                if found:
                    fix = self.module(node, found, at) if found.fix == "module" and found.name == node.module else None
                    yield from self.problem(node, found, at, fix)
        elif isinstance(node, ast.Import):
            for alias in node.names:
                found = _PATHS.get(alias.name)
                if found:
                    yield from self.problem(node, found, at, None)

    def attribute(self, node: ast.Attribute, at: Context) -> Iterator[Problem]:
        if not isinstance(node.ctx, ast.Load):
            return
        name = at.resolve(node)
        for entry in _NAMES.get(node.attr, ()):
            exactly = matches(entry, name)
            if exactly or (entry.name in _FRAMES and is_frame(at.resolve(node.value))):
                if not exactly:  # of a frame or of a series, which of them is not known
                    entry = entry._replace(name=f"pandas.*.{node.attr}")
                fix = None
                if entry.fix.startswith("text:"):
                    fix = at.replace(node, entry.fix[5:], f"Use {entry.fix[5:]}")
                elif entry.fix.startswith("method:"):
                    fix = at.replace(node, f"{at.source(node.value)}.{entry.fix[7:]}", f"Use {entry.fix[7:]}")
                elif entry.fix == "rename":
                    fix = self.renamed(node, entry, at)
                yield from self.problem(node, entry, at, fix)
                return

    def keywords(self, node: ast.Call, name: str, at: Context) -> Iterator[Problem]:
        if not node.keywords:
            return
        for entry in _KEYWORDS.get(name.rpartition(".")[2], ()):
            keyword, _, value = entry.argument.partition("=")
            given = next((word for word in node.keywords if word.arg == keyword), None)
            if given is None or not (matches(entry, name) or _frame_method(entry, name)):
                continue
            if value and not (isinstance(given.value, ast.Constant) and given.value.value == value):
                continue
            fix = None
            if entry.fix.startswith("keyword:"):
                line, column, _, _ = at.region(given)
                edit = Edit((line, column, line, column + len(keyword)), "text", (entry.fix[8:],))
                fix = Fix(f"Write {entry.fix[8:]}", "safe", (edit,))
            elif entry.fix.startswith("value:"):
                fix = at.replace(given.value, entry.fix[6:], f"Write {entry.fix[6:]}")
            elif entry.fix == "drop":
                fix = Fix(f"Drop {keyword}", "safe", (Edit(at.region(node), "drop-keyword", (keyword,)),))
            yield from self.problem(given, entry, at, fix)

    def renamed(self, node: ast.Attribute, entry: Entry, at: Context) -> Fix | None:
        """The new name below the same alias: ``np.trapz`` becomes ``np.trapezoid``."""
        old, new = entry.name.split("."), entry.use.split(".")
        text = at.source(node)
        shared = 0
        while shared < min(len(old), len(new)) and old[shared] == new[shared]:
            shared += 1
        tail = ".".join(old[shared:])
        if not text.endswith(tail) or not shared:
            return None
        return at.replace(node, text[: len(text) - len(tail)] + ".".join(new[shared:]), f"Use {entry.use}")

    def module(self, node: ast.ImportFrom, entry: Entry, at: Context) -> Fix | None:
        """The same names from the module that they moved to."""
        if any(alias.name.startswith("_") for alias in node.names):
            return None  # not exported by the new module
        line, column, _, _ = at.region(node)
        start = column + len("from ")
        if not at.lines[line - 1][start - 1 :].startswith(entry.name):
            return None
        edit = Edit((line, start, line, start + len(entry.name)), "text", (entry.use,))
        return Fix(f"Import from {entry.use}", "safe", (edit,))

    def problem(self, node: Any, entry: Entry, at: Context, fix: Fix | None) -> Iterator[Problem]:
        if not guarded(node, at) and not _both(entry, at):
            found = at.problem(node, told(entry), fix)
            yield found._replace(data=(entry.library, entry.since, entry.removed))

    GOOD = (
        "import pandas as pd\ndef add(to, rows):\n    if FRAMES:\n        to = pd.concat([to, rows])\n    else:\n        to.append(rows)\n    return to\n",
        "import pandas as pd\ndef add(to, rows):\n    if FRAMES:\n        to = pd.concat([to, rows])\n        return to\n    to.append(rows)\n    return to\n",
        "from sklearn import metrics as m\ndef rmse(a, b):\n    if NEW:\n        return m.root_mean_squared_error(a, b)\n    return m.mean_squared_error(a, b, squared=False)\n",
        "try:\n    from sklearn.externals import joblib\nexcept ImportError:\n    import joblib\n",
        "try:\n    import joblib\nexcept ModuleNotFoundError:\n    from sklearn.externals import joblib\n",
        "import numpy as np\narea = np.trapezoid if hasattr(np, 'trapezoid') else np.trapz\n",
        "import numpy as np\nAREA = np.trapezoid if NUMPY_2 else np.trapz\n",
        "import pandas as pd\nif pd.__version__ < '2':\n    index = pd.Int64Index\n",
        "import numpy as np\nx = np.float64(1)\n",
        "import pandas as pd\nrows = []\nrows.append(1)\n",
        "from sklearn.model_selection import train_test_split\n",
        "def f(df):\n    return df.append(1)\n",
        "import tensorflow.compat.v1 as tf\ns = tf.Session()\n",
        {"requirements.txt": "numpy==1.21.0\n", "a.py": "import numpy as np\nx = np.array([1], dtype=np.int64)\n"},
    )
    BAD = (
        "import pandas as pd\nif FRAMES:\n    df = pd.DataFrame()\nelse:\n    df = None\ndf = df.append(rows)\n",
        ("import numpy as np\nx = np.zeros(3, dtype=np.float)\n", "import numpy as np\nx = np.zeros(3, dtype=float)\n"),
        ("import numpy\nx = numpy.product(y)\n", "import numpy\nx = numpy.prod(y)\n"),
        (
            "from sklearn.cross_validation import train_test_split\n",
            "from sklearn.model_selection import train_test_split\n",
        ),
        (
            "import pandas as pd\ndf = pd.read_csv('a')\nfor a, b in df.iteritems():\n    pass\n",
            "import pandas as pd\ndf = pd.read_csv('a')\nfor a, b in df.items():\n    pass\n",
        ),
        (
            "from sklearn.preprocessing import OneHotEncoder\ne = OneHotEncoder(sparse=False)\n",
            "from sklearn.preprocessing import OneHotEncoder\ne = OneHotEncoder(sparse_output=False)\n",
        ),
        (
            "from sklearn.ensemble import RandomForestClassifier\nm = RandomForestClassifier(max_features='auto', n_estimators=9)\n",
            "from sklearn.ensemble import RandomForestClassifier\nm = RandomForestClassifier(max_features='sqrt', n_estimators=9)\n",
        ),
        (
            "from sklearn.model_selection import GridSearchCV\ng = GridSearchCV(m, p, iid=False)\n",
            "from sklearn.model_selection import GridSearchCV\ng = GridSearchCV(m, p)\n",
        ),
        "import tensorflow as tf\ns = tf.Session()\n",
        "import pandas as pd\ndf = pd.DataFrame()\ndf = df.append(r)\n",
        "from sklearn.datasets import load_boston\n",
        "import torch\nx = torch.symeig(a)\n",
    )


def guarded(node: Any, at: Context) -> bool:
    """Whether a use stands where the code itself asks if the interface is there."""
    lines: list[tuple[int, int]] | None = at.memo.get("deprecations:guards")
    if lines is None:
        lines = at.memo["deprecations:guards"] = [
            (item.lineno, item.end_lineno or item.lineno)
            for item in inside(at.tree, functions=True)
            if isinstance(item, (ast.Try, ast.If, ast.IfExp)) and _asks(item)
        ][:1000]
    return any(first <= node.lineno <= last for first, last in lines)


def _both(entry: Entry, at: Context) -> bool:
    """Whether the function that uses it also uses what takes its place: it chooses by the version, wherever it asks for that."""
    word = entry.use.rpartition(".")[2]
    if isinstance(at.statement, ast.Assign) and isinstance(at.statement.value, ast.IfExp):
        if any(isinstance(part, ast.Attribute) and part.attr == word for part in ast.walk(at.statement.value)):
            return True
    if at.function is None or len(word) < 8 or not word.isidentifier() or word in entry.name:
        return False
    return not entry.fix.startswith("keyword:") and at.within(at.function, word)


def _asks(item: ast.Try | ast.If | ast.IfExp) -> bool:
    """``except ImportError``, ``hasattr(...)``, a test of a version."""
    if isinstance(item, ast.Try):
        roots: list[ast.AST] = [handler.type for handler in item.handlers if handler.type is not None]
        words = _ERRORS
    else:
        roots, words = [item.test], _TESTS
    for root in roots:
        for part in (root, *inside(root)):
            name = part.id if isinstance(part, ast.Name) else part.attr if isinstance(part, ast.Attribute) else ""
            if name in words or words is _TESTS and "version" in name.lower():
                return True
    return False


_ERRORS = frozenset({"ImportError", "ModuleNotFoundError", "AttributeError", "TypeError"})
_TESTS = frozenset({"hasattr", "getattr", "find_spec", "signature"})
