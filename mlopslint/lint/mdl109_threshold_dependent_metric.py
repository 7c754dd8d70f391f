"""MDL109 threshold-dependent-metric."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from mlopslint.lint.base import Context, Problem, PythonRule
from mlopslint.lint.python import inside


class ThresholdDependentMetric(PythonRule):
    """A classifier judged at one threshold only.

    What it does
    ------------
    Finds modules that predict with a probabilistic classifier and use accuracy, precision, recall or F1 only.

    Why is this bad?
    ----------------
    These figures hold for one threshold, often 0.5: how well the model ranks is not seen, nor what another
    threshold would give.

    Example
    -------
    ::

        f1_score(y_test, model.predict(X_test))

    Use instead
    -----------
    ::

        roc_auc_score(y_test, model.predict_proba(X_test)[:, 1])

    References
    ----------
    - Known from dslinter and CodeSmile (threshold-dependent validation).
    """

    code = "MDL109"
    name = "threshold-dependent-metric"
    severity = "note"
    confidence = "medium"
    default = False
    in_tests = False
    nodes = (ast.Module,)
    markers = (b"_score",)

    def check(self, node: ast.Module, name: str, at: Context) -> Iterator[Problem]:
        first: ast.Call | None = None
        for item in inside(node, functions=True):
            if isinstance(item, ast.Call):
                made = at.resolve(item.func)
                last = made.rpartition(".")[2]
                if last in (
                    "roc_auc_score",
                    "average_precision_score",
                    "log_loss",
                    "brier_score_loss",
                    "roc_curve",
                    "precision_recall_curve",
                    "auc",
                    "RocCurveDisplay",
                    "AUC",
                    "AUROC",
                ):
                    return
                if (
                    made.startswith("sklearn.metrics")
                    and last in ("f1_score", "precision_score", "recall_score", "accuracy_score")
                    and first is None
                ):
                    first = item
        if first is not None:
            yield at.problem(first, "all metrics depend on one threshold; add one that does not, such as roc_auc_score")

    GOOD = (
        "from sklearn.metrics import f1_score, roc_auc_score\nf1_score(a, b)\nroc_auc_score(a, c)\n",
        "from sklearn.metrics import r2_score\nr2_score(a, b)\n",
    )
    BAD = ("from sklearn.metrics import f1_score\nf1_score(a, b)\n",)
