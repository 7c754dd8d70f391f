"""MDL109 threshold-dependent-metric."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from mlopslint.lint.base import Context, Problem, PythonRule
from mlopslint.lint.python import inside

_DEPENDENT = frozenset(
    {"f1_score", "accuracy_score", "precision_score", "recall_score", "fbeta_score", "classification_report"}
)
_FREE = frozenset(
    [
        "roc_auc_score", "average_precision_score", "roc_curve", "precision_recall_curve", "auc", "log_loss",
        "brier_score_loss", "RocCurveDisplay", "PrecisionRecallDisplay", "plot_roc_curve", "top_k_accuracy_score",
        "det_curve", "calibration_curve", "AUROC", "BinaryAUROC",
    ]
)  # fmt: skip
_PROBABILISTIC = (
    "LogisticRegression", "RandomForestClassifier", "GradientBoostingClassifier", "HistGradientBoostingClassifier",
    "XGBClassifier", "LGBMClassifier", "CatBoostClassifier", "GaussianNB", "MultinomialNB", "ExtraTreesClassifier",
    "AdaBoostClassifier", "MLPClassifier",
)  # fmt: skip


class ThresholdDependentMetric(PythonRule):
    """A probabilistic classifier judged at one threshold only.

    What it does
    ------------
    Finds modules that fit a classifier with probabilities and compute only metrics of its decisions at the default threshold (accuracy, F1,
    precision, recall), never one of the probabilities (ROC AUC, average precision, log loss, Brier score). Notebooks are not judged.

    Why is this bad?
    ----------------
    Scores at the threshold 0.5 mix how well the classifier ranks with where it happens to cut. A better model can look worse.

    Example
    -------
    ::

        print(f1_score(y_test, model.predict(X_test)))

    Use instead
    -----------
    ::

        print(f1_score(y_test, model.predict(X_test)))
        print(average_precision_score(y_test, model.predict_proba(X_test)[:, 1]))

    References
    ----------
    - scikit-learn, "Classification metrics": https://scikit-learn.org/stable/modules/model_evaluation.html#classification-metrics
    - Known from dslinter (dependent threshold) and CodeSmile.
    """

    code = "MDL109"
    name = "threshold-dependent-metric"
    in_tests = False
    severity = "note"
    default = False
    nodes = (ast.Module,)
    markers = tuple(sorted(name.encode() for name in _DEPENDENT))

    def check(self, node: ast.Module, name: str, at: Context) -> Iterator[Problem]:
        if at.notebook:
            return
        every = {full.rpartition(".")[2] for full in (*at.names.values(), *at.reader.counts)}
        if every & _FREE or not any(word in every for word in _PROBABILISTIC):
            return
        for item in inside(node, functions=True):
            if isinstance(item, ast.Call):
                full = at.resolve(item.func)
                if full.startswith("sklearn.metrics.") and full.rpartition(".")[2] in _DEPENDENT:
                    yield at.problem(
                        item, f"{full.rpartition('.')[2]} depends on a threshold; add a metric of the probabilities"
                    )
                    return

    GOOD = (
        "from sklearn.metrics import f1_score, roc_auc_score\nfrom sklearn.linear_model import LogisticRegression\nf1_score(a, b)\n",
        "from sklearn.metrics import f1_score\nfrom sklearn.svm import LinearSVC\nf1_score(a, LinearSVC().fit(x, y).predict(z))\n",
        "from mine import f1_score\nfrom sklearn.linear_model import LogisticRegression\nf1_score(a, b)\n",
        "from sklearn.metrics import r2_score\nr2_score(a, b)\n",
    )
    BAD = (
        "from sklearn.metrics import f1_score\nfrom sklearn.linear_model import LogisticRegression\nm = LogisticRegression().fit(x, y)\nprint(f1_score(t, m.predict(z)))\n",
        "from sklearn import metrics as me\nimport xgboost as xgb\nm = xgb.XGBClassifier()\nprint(me.accuracy_score(t, m.predict(z)))\n",
    )
