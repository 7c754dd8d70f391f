"""VER101 split-unseeded."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from mlopslint.lint.base import Context, Problem, PythonRule
from mlopslint.lint.python import keyword, keywords_known
from mlopslint.lint.values import is_frame
from mlopslint.patterns import late

#: Splitters that draw only when they are told to shuffle.
_SHUFFLED = frozenset({"KFold", "StratifiedKFold", "StratifiedGroupKFold"})
_DRAWING = frozenset(
    {"ShuffleSplit", "StratifiedShuffleSplit", "GroupShuffleSplit", "RepeatedKFold", "RepeatedStratifiedKFold"}
)


#: Calls that seed NumPy's own generator, from which scikit-learn and pandas draw; a helper of that name may do so.
_SEEDERS = late(
    r"(?:np|numpy)\.random\.seed$|(?:^|\.)(?:seed_everything|set_(?:random_)?seeds?|(?:set_)?all_seeds?|seed_all)$"
)
#: Calls that show what they are given.
_SHOWING = frozenset({"print", "display", "iplot", "plot", "hist", "scatter", "pprint"})


def _seeds(tree: ast.Module) -> bool:
    """Whether this module, or cell, seeds the generator that is drawn from where no other is given."""
    return any(isinstance(item, ast.Call) and _SEEDERS.search(_dotted(item.func)) for item in ast.walk(tree))


def _dotted(node: ast.expr) -> str:
    tail = ""
    while isinstance(node, ast.Attribute):
        tail = f".{node.attr}{tail}"
        node = node.value
    return node.id + tail if isinstance(node, ast.Name) else tail


def _looked_at(value: ast.expr, call: ast.Call) -> bool:
    """Whether some rows are drawn to be looked at only: as a statement of their own, printed, or drawn in a plot."""
    if value is call:
        return True
    if not isinstance(value, ast.Call):
        return False
    shows = value.func.attr if isinstance(value.func, ast.Attribute) else getattr(value.func, "id", "")
    inner = [*value.args, value.func.value] if isinstance(value.func, ast.Attribute) else value.args
    return shows in _SHOWING and any(call is item for part in inner for item in ast.walk(part))


def _is_false(node: ast.expr | None, at: Context) -> bool:
    """``False``, or a name that this file binds to that and to nothing else."""
    if isinstance(node, ast.Constant):
        return node.value is False
    if not isinstance(node, ast.Name):
        return False
    bound = [value for tree in (at.tree, *at.reader.trees) for name, value in at.once(tree, _bound) if name == node.id]
    return bool(bound) and all(isinstance(value, ast.Constant) and value.value is False for value in bound)


def _bound(tree: ast.Module) -> list[tuple[str, ast.expr]]:
    """Names that are assigned to anywhere, with what."""
    return [
        (target.id, item.value)
        for item in ast.walk(tree)
        if isinstance(item, ast.Assign)
        for target in item.targets
        if isinstance(target, ast.Name)
    ]


class SplitUnseeded(PythonRule):
    """A random split of the data without a seed.

    What it does
    ------------
    Finds ``train_test_split``, shuffled ``KFold`` and its kin, and pandas ``sample`` calls that draw at random and get no ``random_state``.
    Rows that are only looked at do not count; where NumPy is seeded in the same file, confidence is low.

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
            if isinstance(at.statement, ast.Expr) and _looked_at(at.statement.value, node):
                return
        elif not name.startswith("sklearn."):
            return
        elif last in _SHUFFLED:
            shuffle = keyword(node, "shuffle")
            if not (isinstance(shuffle, ast.Constant) and shuffle.value is True):
                return
        elif last == "train_test_split":
            if _is_false(keyword(node, "shuffle"), at):
                return
        fix = at.keyword(node, "random_state", "42", "Add random_state=42")
        seeded = any(at.once(tree, _seeds) for tree in (at.tree, *at.reader.trees))
        yield at.problem(node, f"{last} draws at random without random_state", fix, "low" if seeded else None)

    GOOD = (
        "from sklearn.model_selection import train_test_split\na, b = train_test_split(x, random_state=seed)\n",
        "from sklearn.model_selection import train_test_split\na, b = train_test_split(x, shuffle=False)\n",
        "from sklearn.model_selection import train_test_split\na, b = train_test_split(x, **options)\n",
        "from sklearn.model_selection import train_test_split\nSHUFFLE = False  # in time\na, b = train_test_split(x, shuffle=SHUFFLE)\n",
        "from sklearn.model_selection import KFold\nfolds = KFold(5)\n",
        "from mine import train_test_split\na, b = train_test_split(x)\n",
        "import random\nsome = random.sample(rows, 3)\n",
        "import pandas as pd\ndf = pd.read_csv('a.csv')\nprint(df.sample(n=10))\ndf.sample(100).plot(x='a')\n",
    )
    BAD = (
        (
            "from sklearn.model_selection import train_test_split\na, b = train_test_split(x, test_size=0.2)\n",
            "from sklearn.model_selection import train_test_split\na, b = train_test_split(x, test_size=0.2, random_state=42)\n",
        ),
        "from sklearn import model_selection as ms\na, b = ms.train_test_split(x)\n",
        "from sklearn.model_selection import train_test_split\nSHUFFLE = True\na, b = train_test_split(x, shuffle=SHUFFLE)\n",
        "from sklearn.cross_validation import train_test_split as tts\na, b = tts(x)\n",
        "from sklearn.model_selection import KFold\nfolds = KFold(n_splits=5, shuffle=True)\n",
        "import pandas as pd\ndf = pd.read_csv('a.csv')\npart = df.sample(frac=0.5)\n",
    )
