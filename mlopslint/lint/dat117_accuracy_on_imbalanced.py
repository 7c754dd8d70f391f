"""DAT117 accuracy-on-imbalanced."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from mlopslint.lint.base import Context, Problem, PythonRule
from mlopslint.lint.python import inside

_OTHERS = frozenset(
    [
        "f1_score",
        "fbeta_score",
        "precision_score",
        "recall_score",
        "roc_auc_score",
        "average_precision_score",
        "classification_report",
        "confusion_matrix",
        "balanced_accuracy_score",
        "matthews_corrcoef",
        "cohen_kappa_score",
        "precision_recall_curve",
        "roc_curve",
        "precision_recall_fscore_support",
        "plot_confusion_matrix",
        "ConfusionMatrixDisplay",
        "from_predictions",
        "from_estimator",
        "geometric_mean_score",
        "log_loss",
    ]
)


class AccuracyOnImbalanced(PythonRule):
    """Accuracy alone, beside resampling or class weights.

    What it does
    ------------
    Finds modules that treat their classes as imbalanced (resampling, ``class_weight``, ``scale_pos_weight``) and
    measure accuracy only.

    Why is this bad?
    ----------------
    When one class is rare, predicting the other one always has a high accuracy and no use.

    Example
    -------
    ::

        model = SVC(class_weight="balanced").fit(X, y)
        print(accuracy_score(y_test, model.predict(X_test)))

    Use instead
    -----------
    ::

        print(classification_report(y_test, model.predict(X_test)))

    References
    ----------
    - scikit-learn, "Model evaluation": https://scikit-learn.org/stable/modules/model_evaluation.html
    """

    code = "DAT117"
    name = "accuracy-on-imbalanced"
    confidence = "medium"
    default = False
    nodes = (ast.Module,)
    markers = (b"accuracy_score",)

    def check(self, node: ast.Module, name: str, at: Context) -> Iterator[Problem]:
        accuracy: ast.Call | None = None
        imbalanced = False
        for item in inside(node, functions=True):
            if not isinstance(item, ast.Call):
                continue
            called = at.resolve(item.func)
            last = called.rpartition(".")[2]
            if last == "accuracy_score" and accuracy is None:
                accuracy = item
            elif last in _OTHERS:
                return
            elif (
                last in ("fit_resample", "fit_sample")
                or "SMOTE" in last
                or "OverSampler" in last
                or "UnderSampler" in last
                or any(word.arg in ("class_weight", "scale_pos_weight", "is_unbalance") for word in item.keywords)
            ):
                imbalanced = True
        if accuracy is not None and imbalanced:
            yield at.problem(
                accuracy,
                "accuracy is the only metric of imbalanced classes; add balanced_accuracy, F1 or a precision-recall curve",
            )

    GOOD = (
        "from sklearn.metrics import accuracy_score\naccuracy_score(y, p)\n",
        "from sklearn.metrics import accuracy_score, f1_score\nfrom sklearn.svm import SVC\nm = SVC(class_weight='balanced')\naccuracy_score(y, p)\nf1_score(y, p)\n",
    )
    BAD = (
        "from sklearn.metrics import accuracy_score\nfrom sklearn.svm import SVC\nm = SVC(class_weight='balanced')\naccuracy_score(y, p)\n",
    )
