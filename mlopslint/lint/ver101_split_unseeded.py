"""VER101 split-unseeded."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from mlopslint.lint.base import Context, Problem, PythonRule
from mlopslint.lint.python import keyword, keywords_known
from mlopslint.lint.values import is_frame

#: Splitters that draw only when they are told to shuffle.
_SHUFFLED = frozenset({"KFold", "StratifiedKFold", "StratifiedGroupKFold"})
_DRAWING = frozenset(
    {"ShuffleSplit", "StratifiedShuffleSplit", "GroupShuffleSplit", "RepeatedKFold", "RepeatedStratifiedKFold"}
)


class SplitUnseeded(PythonRule):
    """A random split of the data without a seed.

    What it does
    ------------
    Finds ``train_test_split``, shuffled ``KFold`` and its kin, and pandas ``sample`` calls that draw at random and get no ``random_state``.

    Why is this bad?
    ----------------
    Every run trains and is judged on other rows: a change of the score may be the split and not the model, and nobody can repeat the
    result.

    Example
    -------
    ::

        X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.2)

    Use instead
    -----------
    ::

        X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.2, random_state=42)

    Fix safety
    ----------
    Unsafe: it adds ``random_state=42``, after which every run draws the same rows.

    References
    ----------
    - scikit-learn, "Controlling randomness": https://scikit-learn.org/stable/common_pitfalls.html#controlling-randomness
    - Known from dslinter (randomness control) and SonarQube S6709.
    """

    code = "VER101"
    name = "split-unseeded"
    in_tests = False
    fixes = "unsafe"
    calls = ("train_test_split", "sample", *sorted(_SHUFFLED), *sorted(_DRAWING))

    def check(self, node: ast.Call, name: str, at: Context) -> Iterator[Problem]:
        last = name.rpartition(".")[2]
        if keyword(node, "random_state") is not None or not keywords_known(node):
            return
        if last == "sample":
            if not is_frame(name) or len(node.args) > 4:
                return
            if isinstance(at.statement, ast.Expr) and at.statement.value is node:
                return  # a look at some rows
        elif not name.startswith("sklearn."):
            return
        elif last in _SHUFFLED:
            shuffle = keyword(node, "shuffle")
            if not (isinstance(shuffle, ast.Constant) and shuffle.value is True):
                return
        elif last == "train_test_split":
            shuffle = keyword(node, "shuffle")
            if isinstance(shuffle, ast.Constant) and shuffle.value is False:
                return
        fix = at.keyword(node, "random_state", "42", "Add random_state=42")
        yield at.problem(node, f"{last} draws at random without random_state", fix)

    GOOD = (
        "from sklearn.model_selection import train_test_split\na, b = train_test_split(x, random_state=seed)\n",
        "from sklearn.model_selection import train_test_split\na, b = train_test_split(x, shuffle=False)\n",
        "from sklearn.model_selection import train_test_split\na, b = train_test_split(x, **options)\n",
        "from sklearn.model_selection import KFold\nfolds = KFold(5)\n",
        "from mine import train_test_split\na, b = train_test_split(x)\n",
        "import random\nsome = random.sample(rows, 3)\n",
    )
    BAD = (
        (
            "from sklearn.model_selection import train_test_split\na, b = train_test_split(x, test_size=0.2)\n",
            "from sklearn.model_selection import train_test_split\na, b = train_test_split(x, test_size=0.2, random_state=42)\n",
        ),
        "from sklearn import model_selection as ms\na, b = ms.train_test_split(x)\n",
        "from sklearn.cross_validation import train_test_split as tts\na, b = tts(x)\n",
        "from sklearn.model_selection import KFold\nfolds = KFold(n_splits=5, shuffle=True)\n",
        "import pandas as pd\ndf = pd.read_csv('a.csv')\npart = df.sample(frac=0.5)\n",
    )
