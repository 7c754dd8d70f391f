"""MDL108 pipeline-not-used."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from mlopslint.lint.base import Context, Problem, PythonRule
from mlopslint.lint.python import argument

#: Modules of scikit-learn whose classes change features.
_STEPS = ("preprocessing", "impute", "feature_selection", "decomposition", "feature_extraction")


class PipelineNotUsed(PythonRule):
    """Fitted preprocessing and an estimator chained by hand.

    What it does
    ------------
    Finds an estimator of scikit-learn fitted on the output of a scaler, imputer, encoder, selector or vectorizer that was fitted by itself.

    Why is this bad?
    ----------------
    Two fitted objects must be stored, versioned and applied together, in the same order. In a cross-validation the preprocessing has already
    seen every fold.

    Example
    -------
    ::

        X_scaled = StandardScaler().fit_transform(X_train)
        model = SVC().fit(X_scaled, y_train)

    Use instead
    -----------
    ::

        model = make_pipeline(StandardScaler(), SVC()).fit(X_train, y_train)

    References
    ----------
    - scikit-learn, "Inconsistent preprocessing": https://scikit-learn.org/stable/common_pitfalls.html#inconsistent-preprocessing
    - Known from dslinter (scikit-learn pipeline not used).
    """

    code = "MDL108"
    name = "pipeline-not-used"
    in_tests = False
    severity = "note"
    default = False
    calls = ("fit",)

    def check(self, node: ast.Call, name: str, at: Context) -> Iterator[Problem]:
        parts = name.split(".")
        if parts[0] != "sklearn" or len(parts) < 4 or parts[1] in (*_STEPS, "pipeline", "compose"):
            return
        data = argument(node, 0, "X")
        origin = at.resolve(data) if data is not None else ""
        steps = origin.split(".")
        if (
            steps[0] == "sklearn"
            and steps[-1] in ("fit_transform", "transform")
            and len(steps) > 3
            and steps[1] in _STEPS
        ):
            yield at.problem(node, f"{parts[-2]} is fitted on the output of {steps[-2]}; put both into a Pipeline")

    GOOD = (
        "from sklearn.svm import SVC\nSVC().fit(X, y)\n",
        "from sklearn.svm import SVC\nfrom sklearn.preprocessing import StandardScaler\nfrom sklearn.pipeline import make_pipeline\nmake_pipeline(StandardScaler(), SVC()).fit(X, y)\n",
        "from sklearn.preprocessing import StandardScaler\nfrom sklearn.decomposition import PCA\nz = StandardScaler().fit_transform(X)\nPCA(2).fit(z)\n",
        "from sklearn.svm import SVC\ndef f(model, X):\n    z = model.fit_transform(X)\n    SVC().fit(z)\n",
    )
    BAD = (
        "from sklearn.svm import SVC\nfrom sklearn.preprocessing import StandardScaler\nz = StandardScaler().fit_transform(X)\nm = SVC()\nm.fit(z, y)\n",
        "from sklearn import linear_model as lm\nfrom sklearn.feature_extraction.text import CountVectorizer as CV\nv = CV()\nlm.LogisticRegression().fit(v.fit_transform(texts), y)\n",
    )
