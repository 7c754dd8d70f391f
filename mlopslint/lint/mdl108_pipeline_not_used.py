"""MDL108 pipeline-not-used."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from mlopslint.lint.base import Context, Problem, PythonRule
from mlopslint.lint.python import inside
from mlopslint.lint.torch import called


class PipelineNotUsed(PythonRule):
    """Preprocessing and model are chained by hand.

    What it does
    ------------
    Finds modules that fit a transformer of scikit-learn and then an estimator on what it gives, without a
    ``Pipeline``.

    Why is this bad?
    ----------------
    At prediction time somebody must repeat every step in the same order with the same state; cross-validation
    cannot keep them apart from the test folds.

    Example
    -------
    ::

        X = StandardScaler().fit_transform(X)
        model = SVC().fit(X, y)

    Use instead
    -----------
    ::

        model = make_pipeline(StandardScaler(), SVC()).fit(X, y)

    References
    ----------
    - scikit-learn, "Common pitfalls": https://scikit-learn.org/stable/common_pitfalls.html
    - Known from dslinter (pipeline not used).
    """

    code = "MDL108"
    name = "pipeline-not-used"
    severity = "note"
    confidence = "medium"
    default = False
    in_tests = False
    nodes = (ast.Module,)
    markers = (b"fit_transform",)

    def check(self, node: ast.Module, name: str, at: Context) -> Iterator[Problem]:
        given: set[str] = set()
        for item in inside(node, functions=True):
            if isinstance(item, (ast.Name, ast.Attribute)) and ast.unparse(item).endswith(
                ("make_pipeline", "Pipeline", "make_column_transformer", "ColumnTransformer")
            ):
                return
        for item in inside(node, functions=True):
            if (
                isinstance(item, ast.Assign)
                and isinstance(item.value, ast.Call)
                and called(item.value) == "fit_transform"
            ):
                if at.resolve(item.value.func).startswith("sklearn."):
                    given |= {target.id for target in item.targets if isinstance(target, ast.Name)}
            elif (
                isinstance(item, ast.Call)
                and called(item) == "fit"
                and item.args
                and isinstance(item.args[0], ast.Name)
            ):
                if item.args[0].id in given and len(item.args) > 1:
                    yield at.problem(item, "the model is fitted on data transformed by hand; put both into a Pipeline")
                    return

    GOOD = (
        "from sklearn.pipeline import make_pipeline\nm = make_pipeline(a, b).fit(X, y)\n",
        "from sklearn.preprocessing import StandardScaler\ns = StandardScaler()\nZ = s.fit_transform(X)\n",
    )
    BAD = (
        "from sklearn.preprocessing import StandardScaler\nfrom sklearn.svm import SVC\ns = StandardScaler()\nZ = s.fit_transform(X)\nm = SVC()\nm.fit(Z, y)\n",
    )
