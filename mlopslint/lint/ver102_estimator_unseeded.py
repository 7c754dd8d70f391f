"""VER102 estimator-unseeded."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from mlopslint.lint.base import Context, Problem, PythonRule
from mlopslint.lint.python import constant, keyword, keywords_known

_ALWAYS = frozenset(
    [
        "RandomForestClassifier",
        "RandomForestRegressor",
        "ExtraTreesClassifier",
        "ExtraTreesRegressor",
        "DecisionTreeClassifier",
        "DecisionTreeRegressor",
        "ExtraTreeClassifier",
        "ExtraTreeRegressor",
        "BaggingClassifier",
        "BaggingRegressor",
        "AdaBoostClassifier",
        "AdaBoostRegressor",
        "GradientBoostingClassifier",
        "GradientBoostingRegressor",
        "HistGradientBoostingClassifier",
        "HistGradientBoostingRegressor",
        "IsolationForest",
        "MLPClassifier",
        "MLPRegressor",
        "SGDClassifier",
        "SGDRegressor",
        "Perceptron",
        "PassiveAggressiveClassifier",
        "PassiveAggressiveRegressor",
        "KMeans",
        "MiniBatchKMeans",
        "BisectingKMeans",
        "GaussianMixture",
        "BayesianGaussianMixture",
        "TSNE",
        "LatentDirichletAllocation",
        "RandomizedSearchCV",
        "RANSACRegressor",
        "SpectralClustering",
        "TruncatedSVD",
        "FastICA",
        "XGBClassifier",
        "XGBRegressor",
        "LGBMClassifier",
        "LGBMRegressor",
        "CatBoostClassifier",
        "CatBoostRegressor",
        "SMOTE",
        "ADASYN",
        "RandomOverSampler",
        "RandomUnderSampler",
        "BorderlineSMOTE",
    ]
)
#: Estimators that draw only when an option has one of these values.
_ONLY_WITH: dict[str, tuple[str, tuple[object, ...]]] = {
    "SVC": ("probability", (True,)),
    "NuSVC": ("probability", (True,)),
    "LogisticRegression": ("solver", ("sag", "saga", "liblinear")),
    "Ridge": ("solver", ("sag", "saga")),
    "PCA": ("svd_solver", ("randomized", "arpack")),
    "Lasso": ("selection", ("random",)),
    "ElasticNet": ("selection", ("random",)),
}


class EstimatorUnseeded(PythonRule):
    """A stochastic estimator without a seed.

    What it does
    ------------
    Finds estimators of scikit-learn and imbalanced-learn that draw at random and get no ``random_state``. Those of
    XGBoost, LightGBM and CatBoost begin at a fixed seed of their library and are found with low confidence.

    Why is this bad?
    ----------------
    Two runs over the same data give two models: a change of the score may be luck.

    Example
    -------
    ::

        model = RandomForestClassifier(n_estimators=300)

    Use instead
    -----------
    ::

        model = RandomForestClassifier(n_estimators=300, random_state=42)

    Fix safety
    ----------
    Unsafe: it adds ``random_state=42``, after which every run draws the same.

    References
    ----------
    - scikit-learn, "Controlling randomness": https://scikit-learn.org/stable/common_pitfalls.html#controlling-
      randomness
    - Known from dslinter and SonarQube S6709.
    """

    code = "VER102"
    name = "estimator-unseeded"
    default = False
    in_tests = False
    fixes = "unsafe"
    calls = tuple(sorted({*_ALWAYS, *_ONLY_WITH}))

    def check(self, node: ast.Call, name: str, at: Context) -> Iterator[Problem]:
        if name.partition(".")[0] not in ("sklearn", "xgboost", "lightgbm", "catboost", "imblearn") or at.instance(
            node
        ):
            return
        if not keywords_known(node):
            return
        if any(keyword(node, word) is not None for word in ("random_state", "seed", "random_seed")):
            return
        last = name.rpartition(".")[2]
        needed = _ONLY_WITH.get(last)
        if needed:
            given = keyword(node, needed[0])
            if given is None or constant(given) not in needed[1]:
                return
        if last in ("KMeans", "MiniBatchKMeans") and constant(keyword(node, "init")) is ... and keyword(node, "init"):
            return  # it begins at the centres that it is given
        if not name.startswith(("sklearn.", "imblearn.")):
            seed = "random_seed" if name.startswith("catboost.") else "random_state"
            fix = at.keyword(node, seed, "42", f"Add {seed}=42")
            yield at.problem(node, f"{last} takes its seed from its library's default; say {seed}", fix, "low")
            return
        fix = at.keyword(node, "random_state", "42", "Add random_state=42")
        yield at.problem(node, f"{last} draws at random without random_state", fix)

    GOOD = (
        "from sklearn.cluster import KMeans\nm = KMeans(3, init=centres, n_init=1)\n",
        "from sklearn.ensemble import RandomForestClassifier\nm = RandomForestClassifier(random_state=0)\n",
        "from sklearn.svm import SVC\nm = SVC()\n",
        "from sklearn.linear_model import LogisticRegression\nm = LogisticRegression()\n",
        "from mine import RandomForestClassifier\nm = RandomForestClassifier()\n",
    )
    BAD = (
        (
            "from sklearn.ensemble import RandomForestClassifier\nm = RandomForestClassifier(300)\n",
            "from sklearn.ensemble import RandomForestClassifier\nm = RandomForestClassifier(300, random_state=42)\n",
        ),
        "from sklearn.svm import SVC\nm = SVC(probability=True)\n",
        "import xgboost as xgb\nm = xgb.XGBClassifier()\n",
    )
