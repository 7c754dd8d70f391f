"""MDL107 scaler-missing."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from mlopslint.lint.base import Context, Problem, PythonRule
from mlopslint.lint.python import argument
from mlopslint.patterns import late

_SENSITIVE = frozenset(
    [
        "SVC", "SVR", "LinearSVC", "LinearSVR", "NuSVC", "NuSVR", "OneClassSVM", "KNeighborsClassifier", "KNeighborsRegressor",
        "NearestNeighbors", "KMeans", "MiniBatchKMeans", "DBSCAN", "PCA", "MLPClassifier", "MLPRegressor", "Ridge", "Lasso",
        "ElasticNet", "LogisticRegression", "SGDClassifier", "SGDRegressor",
    ]
)  # fmt: skip
_SCALES = late(r"Scaler|Pipeline|pipeline|Normalizer|normalize|scale|standard|zscore|Transformer|Vectorizer|whiten")


class ScalerMissing(PythonRule):
    """An estimator that depends on the scale of its features, fitted on data that nothing scales.

    What it does
    ------------
    Finds ``fit`` of scikit-learn's support vector machines, nearest neighbours, k-means, PCA, neural networks and regularised linear models
    outside a pipeline, on a variable of the same module, where nothing in the file scales or normalizes.

    Why is this bad?
    ----------------
    Distances and penalties follow the feature with the largest unit. A change of unit, from metres to kilometres, changes the model.

    Example
    -------
    ::

        model = SVC().fit(X_train, y_train)

    Use instead
    -----------
    ::

        model = make_pipeline(StandardScaler(), SVC()).fit(X_train, y_train)

    References
    ----------
    - scikit-learn, "Importance of Feature Scaling": https://scikit-learn.org/stable/auto_examples/preprocessing/plot_scaling_importance.html
    - Known from dslinter (scaler missing).
    """

    code = "MDL107"
    name = "scaler-missing"
    in_tests = False
    confidence = "medium"
    default = False
    calls = ("fit", "fit_predict", "fit_transform")

    def check(self, node: ast.Call, name: str, at: Context) -> Iterator[Problem]:
        if not name.startswith("sklearn."):
            return
        estimator = name.split(".")[-2]
        if estimator not in _SENSITIVE:
            return
        data = argument(node, 0, "X")
        if not isinstance(data, ast.Name) or self._comes_in(data.id, at):
            return
        if any(_SCALES.search(word) for word in (*at.names.values(), *at.names, *at.reader.counts, data.id)):
            return
        yield at.problem(node, f"{estimator} depends on the scale of its features, and nothing here scales them")

    @staticmethod
    def _comes_in(name: str, at: Context) -> bool:
        """Whether a name is a parameter of a function around the place."""
        for function in at.functions:
            if isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)):
                some = function.args
                if any(item.arg == name for item in (*some.posonlyargs, *some.args, *some.kwonlyargs)):
                    return True
        return False

    GOOD = (
        "from sklearn.svm import SVC\nfrom sklearn.preprocessing import StandardScaler\nSVC().fit(X, y)\n",
        "from sklearn.svm import SVC\nfrom sklearn.pipeline import make_pipeline\nmake_pipeline(s, SVC()).fit(X, y)\n",
        "from sklearn.svm import SVC\ndef train(X, y):\n    return SVC().fit(X, y)\n",
        "from sklearn.ensemble import RandomForestClassifier\nRandomForestClassifier().fit(X, y)\n",
        "from mine import SVC\nSVC().fit(X, y)\n",
        "from sklearn.svm import SVC\nX = (X - X.mean()) / X.std()\nX_scaled = X\nSVC().fit(X_scaled, y)\n",
    )
    BAD = (
        "from sklearn.svm import SVC\nmodel = SVC()\nmodel.fit(X_train, y_train)\n",
        "from sklearn import cluster as c\nlabels = c.KMeans(3).fit_predict(X)\n",
    )
