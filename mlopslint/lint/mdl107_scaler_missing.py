"""MDL107 scaler-missing."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from mlopslint.lint.base import Context, Problem, PythonRule
from mlopslint.lint.python import inside

_SENSITIVE = frozenset(
    [
        "SVC",
        "SVR",
        "LinearSVC",
        "LinearSVR",
        "NuSVC",
        "KNeighborsClassifier",
        "KNeighborsRegressor",
        "PCA",
        "KMeans",
        "MiniBatchKMeans",
        "DBSCAN",
        "MLPClassifier",
        "MLPRegressor",
        "Lasso",
        "Ridge",
        "ElasticNet",
        "SGDClassifier",
        "SGDRegressor",
    ]
)


def _used(call: ast.Call, at: Context) -> bool:
    return at.instance(call)


class ScalerMissing(PythonRule):
    """A scale-sensitive model on data that nothing scales.

    What it does
    ------------
    Finds modules that build SVMs, nearest neighbours, PCA, k-means, MLPs or regularised linear models of scikit-
    learn and no scaler at all.

    Why is this bad?
    ----------------
    Features with large numbers decide alone: the model says more about units than about the data.

    Example
    -------
    ::

        model = SVC().fit(X, y)

    Use instead
    -----------
    ::

        model = make_pipeline(StandardScaler(), SVC()).fit(X, y)

    References
    ----------
    - scikit-learn, "Importance of feature scaling": https://scikit-
      learn.org/stable/auto_examples/preprocessing/plot_scaling_importance.html
    - Known from dslinter (scaler missing before scaling-sensitive operation).
    """

    code = "MDL107"
    name = "scaler-missing"
    severity = "note"
    confidence = "medium"
    default = False
    in_tests = False
    nodes = (ast.Module,)
    markers = (b"sklearn",)

    def check(self, node: ast.Module, name: str, at: Context) -> Iterator[Problem]:
        first: ast.Call | None = None
        for item in inside(node, functions=True):
            if isinstance(item, ast.Call):
                made = at.resolve(item.func)
                last = made.rpartition(".")[2]
                if "Scaler" in last or last in (
                    "Normalizer",
                    "PowerTransformer",
                    "QuantileTransformer",
                    "scale",
                    "normalize",
                    "TfidfVectorizer",
                    "make_pipeline",
                    "Pipeline",
                ):
                    return
                if made.startswith("sklearn.") and last in _SENSITIVE and first is None and not _used(item, at):
                    first = item
        if first is not None:
            yield at.problem(
                first, f"{at.resolve(first.func).rpartition('.')[2]} is sensitive to scale and nothing scales the data"
            )

    GOOD = (
        "from sklearn.svm import SVC\nfrom sklearn.preprocessing import StandardScaler\ns = StandardScaler()\nm = SVC()\n",
        "from sklearn.tree import DecisionTreeClassifier\nm = DecisionTreeClassifier()\n",
    )
    BAD = ("from sklearn.svm import SVC\nm = SVC(C=1)\nm.fit(X, y)\n",)
