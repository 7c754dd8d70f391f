"""VER106 hyperparameters-implicit."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from mlopslint.lint.base import Context, Problem, PythonRule
from mlopslint.lint.python import keywords_known
from mlopslint.lint.values import kind_of

_NAMES = frozenset(
    [
        "RandomForestClassifier",
        "RandomForestRegressor",
        "ExtraTreesClassifier",
        "ExtraTreesRegressor",
        "DecisionTreeClassifier",
        "DecisionTreeRegressor",
        "GradientBoostingClassifier",
        "GradientBoostingRegressor",
        "HistGradientBoostingClassifier",
        "HistGradientBoostingRegressor",
        "AdaBoostClassifier",
        "AdaBoostRegressor",
        "MLPClassifier",
        "MLPRegressor",
        "SGDClassifier",
        "SGDRegressor",
        "KMeans",
        "SVC",
        "SVR",
        "LogisticRegression",
        "Ridge",
        "Lasso",
        "ElasticNet",
        "KNeighborsClassifier",
        "KNeighborsRegressor",
        "XGBClassifier",
        "XGBRegressor",
        "LGBMClassifier",
        "LGBMRegressor",
        "CatBoostClassifier",
        "CatBoostRegressor",
        "Adam",
        "AdamW",
        "SGD",
        "RMSprop",
        "Adagrad",
    ]
)


class HyperparametersImplicit(PythonRule):
    """An estimator with all hyperparameters left to the library.

    What it does
    ------------
    Finds estimators and optimizers that are built with no argument at all, beyond a seed.

    Why is this bad?
    ----------------
    Defaults change between versions of a library, and nobody can say later with which values the model was made.

    Example
    -------
    ::

        model = GradientBoostingClassifier()

    Use instead
    -----------
    ::

        model = GradientBoostingClassifier(n_estimators=200, learning_rate=0.05, max_depth=3)

    References
    ----------
    - Known from dslinter and CodeSmile (hyperparameters not explicitly set).
    """

    code = "VER106"
    name = "hyperparameters-implicit"
    severity = "note"
    default = False
    in_tests = False
    calls = tuple(sorted(_NAMES))

    def check(self, node: ast.Call, name: str, at: Context) -> Iterator[Problem]:
        kind = kind_of(name)
        if kind not in ("estimator", "optimizer") or at.instance(node) or not keywords_known(node):
            return
        if kind == "estimator" and (
            node.args or any(word.arg not in ("random_state", "n_jobs", "verbose") for word in node.keywords)
        ):
            return
        if kind == "optimizer" and (len(node.args) > 1 or any(word.arg != "params" for word in node.keywords)):
            return
        yield at.problem(node, f"{name.rpartition('.')[2]} is built with no explicit hyperparameters")

    GOOD = (
        "from sklearn.svm import SVC\nm = SVC(C=1.0)\n",
        "from sklearn.preprocessing import StandardScaler\ns = StandardScaler()\n",
        "import torch\no = torch.optim.Adam(params, lr=1e-3)\n",
    )
    BAD = (
        "from sklearn.svm import SVC\nm = SVC()\n",
        "import torch\no = torch.optim.Adam(net.parameters())\n",
        "from sklearn.ensemble import RandomForestClassifier\nm = RandomForestClassifier(random_state=0)\n",
    )
