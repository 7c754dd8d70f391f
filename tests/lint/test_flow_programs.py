"""The data flow for leakage: small programs, each with the leaks that it holds."""

from __future__ import annotations

import ast
import time

import pytest
from flowing import analyse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

HEAD = """import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score
from sklearn.model_selection import GridSearchCV, KFold, cross_val_score, train_test_split
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import LabelEncoder, OneHotEncoder, StandardScaler
df = pd.read_csv('a.csv')
y = df['y']
X = df.drop(columns=['y'])
"""
SPLIT = "Xa, Xb, ya, yb = train_test_split(X, y)\n"


def leaks(*sources: str, head: str = HEAD) -> list[str]:
    """The codes of the leaks in a module, or in the cells of a notebook."""
    if len(sources) == 1:
        return [leak.code for leak in analyse([(ast.parse(head + sources[0]), 0)])]
    cells = [(ast.parse(source), number) for number, source in enumerate((head, *sources), 1)]
    return [leak.code for leak in analyse(cells)]


CLEAN = {
    "fitted on the training part": SPLIT + "s = StandardScaler().fit(Xa)\nXa = s.transform(Xa)\nXb = s.transform(Xb)\n",
    "in a pipeline that is cross-validated": "m = make_pipeline(StandardScaler(), LogisticRegression())\ncross_val_score(m, X, y)\n",
    "in a pipeline that is searched": SPLIT + "m = Pipeline([('s', StandardScaler()), ('m', LogisticRegression())])\nGridSearchCV(m, {}).fit(Xa, ya)\n",
    "scaled for a plot only": "Z = StandardScaler().fit_transform(X)\nplot(Z)\n" + SPLIT,
    "labels encoded": "y = LabelEncoder().fit_transform(y)\n" + SPLIT,
    "categories encoded": "X = OneHotEncoder().fit_transform(X)\n" + SPLIT,
    "dummies": "X = pd.get_dummies(X)\n" + SPLIT,
    "a constant fills": "X = X.fillna(0)\n" + SPLIT,
    "a mean is printed": "print(X.mean())\n" + SPLIT,
    "outliers are cut": "df = df[df.a < df.a.quantile(0.99)]\na, b = train_test_split(df)\n",
    "training score beside the test score": SPLIT
    + "m = LogisticRegression().fit(Xa, ya)\nprint(accuracy_score(ya, m.predict(Xa)), accuracy_score(yb, m.predict(Xb)))\n",
    "final refit on all rows": SPLIT + "m = LogisticRegression().fit(Xa, ya)\nprint(m.score(Xb, yb))\nm = LogisticRegression().fit(X, y)\n",
    "oversampled after the split": "from imblearn.over_sampling import SMOTE\n" + SPLIT + "Xa, ya = SMOTE().fit_resample(Xa, ya)\n",
    "sampled without replacement": "df = df.sample(frac=0.5)\na, b = train_test_split(df)\n",
    "scaled inside the folds": "for i, j in KFold(5).split(X):\n    s = StandardScaler().fit(X[i])\n    m = LogisticRegression().fit(s.transform(X[i]), y[i])\n    print(m.score(s.transform(X[j]), y[j]))\n",
    "cross-validated only": "m = LogisticRegression()\nprint(cross_val_score(m, X, y))\nm.fit(X, y)\nprint(m.score(X, y))\n",
    "clustering": "from sklearn.cluster import KMeans\nZ = StandardScaler().fit_transform(X)\nk = KMeans(3).fit(Z)\n",
    "another split's rows": "other = pd.read_csv('b.csv')\nZ = StandardScaler().fit_transform(other)\n" + SPLIT,
    "the target popped": "t = df.pop('y')\nm = LogisticRegression()\nm.fit(df, t)\n",
    "columns chosen": "m = LogisticRegression()\nm.fit(df[['a', 'b']], y)\n",
    "an unknown preparation": "F = prepare(df)\nm = LogisticRegression()\nm.fit(F, y)\n",
    "statistics of the training part": SPLIT + "mean = Xa.mean()\nXa = Xa - mean\nXb = Xb - mean\n",
    "R squared by hand": SPLIT + "m = LogisticRegression().fit(Xa, ya)\np = m.predict(Xb)\nr = 1 - np.sum((yb - p) ** 2) / np.sum((yb - yb.mean()) ** 2)\n",
    "another library's names": "from mine import StandardScaler\nX = StandardScaler().fit_transform(X)\n" + SPLIT,
}  # fmt: skip

LEAKY = {
    "scaled before the split": ("X = StandardScaler().fit_transform(X)\n" + SPLIT, ["DAT101"]),
    "fitted, then transformed": ("s = StandardScaler()\ns.fit(X)\nX = s.transform(X)\n" + SPLIT, ["DAT101"]),
    "under another name": ("import sklearn.preprocessing as pre\nX = pre.MinMaxScaler().fit_transform(X)\n" + SPLIT, ["DAT101"]),
    "an old module path": ("from sklearn.cross_validation import train_test_split as tts\nX = StandardScaler().fit_transform(X)\na, b = tts(X)\n", ["DAT101"]),
    "through columns": ("df[['a']] = StandardScaler().fit_transform(df[['a']])\na, b = train_test_split(df)\n", ["DAT101"]),
    "through a loop over columns": ("for c in cols:\n    df[c] = StandardScaler().fit_transform(df[[c]])\na, b = train_test_split(df)\n", ["DAT101"]),
    "filled by the mean of all": ("df['a'] = df['a'].fillna(df['a'].mean())\na, b = train_test_split(df)\n", ["DAT101"]),
    "filled in place": ("df['a'].fillna(np.mean(df['a']), inplace=True)\na, b = train_test_split(df)\n", ["DAT101"]),
    "standardized by hand": ("X = (X - X.mean()) / X.std()\n" + SPLIT, ["DAT101", "DAT101"]),
    "through a function": ("def scale(d):\n    return StandardScaler().fit_transform(d)\nX = scale(X)\n" + SPLIT, ["DAT101"]),
    "through two functions": ("def deep(d):\n    return StandardScaler().fit_transform(d)\ndef scale(d):\n    return deep(d)\nX = scale(X)\n" + SPLIT, ["DAT101"]),
    "through a class": ("class P:\n    def __init__(self):\n        self.s = StandardScaler()\n    def run(self, d):\n        return self.s.fit_transform(d)\nX = P().run(X)\n" + SPLIT, ["DAT101"]),
    "on a branch": ("if scaled:\n    X = StandardScaler().fit_transform(X)\n" + SPLIT, ["DAT101"]),
    "in a function nobody calls here": ("def train(df):\n    df = StandardScaler().fit_transform(df)\n    a, b = train_test_split(df)\n", ["DAT101"]),
    "a pipeline of transformers": ("X = make_pipeline(StandardScaler(), OneHotEncoder()).fit_transform(X)\n" + SPLIT, ["DAT101"]),
    "selection before cross-validation": ("from sklearn.feature_selection import SelectKBest\nX = SelectKBest(k=5).fit_transform(X, y)\nprint(cross_val_score(LogisticRegression(), X, y))\n", ["DAT101"]),
    "before a search": ("X = StandardScaler().fit_transform(X)\nGridSearchCV(LogisticRegression(), {}).fit(X, y)\n", ["DAT101"]),
    "before the folds": ("X = StandardScaler().fit_transform(X)\nfor i, j in KFold(5).split(X):\n    m = LogisticRegression().fit(X[i], y[i])\n    print(m.score(X[j], y[j]))\n", ["DAT101"]),
    "before a cut by position": ("X = StandardScaler().fit_transform(X)\nX_train = X[:800]\nX_test = X[800:]\nm = LogisticRegression().fit(X_train, y[:800])\nprint(m.score(X_test, y[800:]))\n", ["DAT101"]),
    "before sample and drop": ("df['a'] = df['a'] / df['a'].max()\ntrain = df.sample(frac=0.8)\ntest = df.drop(train.index)\nm = LogisticRegression().fit(train[['a']], train['y'])\nprint(m.score(test[['a']], test['y']))\n", ["DAT101"]),
    "all rows' mean for the training part": (SPLIT + "Xa['a'] = Xa['a'].fillna(df['a'].mean())\nm = LogisticRegression().fit(Xa, ya)\nprint(m.score(Xb, yb))\n", ["DAT101"]),
    "train and test together": ("train = pd.read_csv('train.csv')\ntest = pd.read_csv('test.csv')\nd = pd.concat([train, test])\nd = d.fillna(d.mean())\nX_train = d[:len(train)]\nX_test = d[len(train):]\nm = LogisticRegression().fit(X_train, y)\nprint(m.predict(X_test))\n", ["DAT101"]),
    "fitted on the test part": (SPLIT + "s = StandardScaler()\nXa = s.fit_transform(Xa)\nXb = s.fit_transform(Xb)\n", ["DAT102"]),
    "the test part filled by itself": (SPLIT + "Xb['a'] = Xb['a'].fillna(Xb['a'].mean())\n", ["DAT102"]),
    "oversampled before the split": ("from imblearn.over_sampling import SMOTE\nX, y = SMOTE().fit_resample(X, y)\n" + SPLIT, ["DAT103"]),
    "oversampled before cross-validation": ("from imblearn.over_sampling import RandomOverSampler\nros = RandomOverSampler()\nX2, y2 = ros.fit_resample(X, y)\ncross_val_score(LogisticRegression(), X2, y2)\n", ["DAT103"]),
    "bootstrapped before the split": ("df = df.sample(n=1000, replace=True)\na, b = train_test_split(df)\n", ["DAT103"]),
    "judged on the training rows only": ("m = LogisticRegression()\nm.fit(X, y)\np = m.predict(X)\nprint(accuracy_score(y, p))\n", ["DAT104"]),
    "test rows among the training rows": (SPLIT + "m = LogisticRegression().fit(pd.concat([Xa, Xb]), pd.concat([ya, yb]))\nprint(m.score(Xb, yb))\n", ["DAT104"]),
    "trained on the test part": (SPLIT + "m = LogisticRegression()\nm.fit(Xb, yb)\nprint(accuracy_score(yb, m.predict(Xb)))\n", ["DAT102"]),
    "the frame itself": ("m = LogisticRegression()\nm.fit(df, y)\n", ["DAT106"]),
    "the target among the columns": ("m = LogisticRegression()\nm.fit(df[['a', 'y']], y)\n", ["DAT106"]),
    "sorted by date": ("df = df.sort_values('order_date')\na, b = train_test_split(df)\n", ["DAT107"]),
}  # fmt: skip


@pytest.mark.parametrize("source", CLEAN.values(), ids=CLEAN)
def test_sound_programs_are_silent(source):
    assert [code for code in leaks(source) if code != "DAT105"] == []


@pytest.mark.parametrize("source, expected", LEAKY.values(), ids=LEAKY)
def test_leaks_are_found(source, expected):
    assert [code for code in leaks(source) if code != "DAT105"] == expected


def test_cells_are_read_in_their_order():
    assert leaks("X = StandardScaler().fit_transform(X)", SPLIT) == ["DAT101"]
    assert leaks(SPLIT, "Z = StandardScaler().fit_transform(X)") == []


def test_the_path_names_where_it_was_fitted_and_where_split():
    (leak,) = analyse(
        [(ast.parse(HEAD), 1), (ast.parse("X = StandardScaler().fit_transform(X)"), 2), (ast.parse("\n" + SPLIT), 3)]
    )
    assert (leak.code, leak.cell, leak.node.lineno) == ("DAT101", 2, 1)
    assert [(step.cell, step.line) for step in leak.steps] == [(2, 1), (3, 2)]
    assert "StandardScaler" in leak.message and "X" in leak.message


PIECES = [SPLIT, *(source for source in CLEAN.values()), *(source for source, _ in LEAKY.values())]


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(st.sampled_from(PIECES), max_size=5),
    st.sampled_from(["", "for _ in x:\n", "if x:\n", "def f(X, y, df):\n", "class A:\n"]),
)
def test_any_mixture_ends_without_an_error(pieces, around):
    body = HEAD + "".join(pieces)
    source = around + "".join(f"    {row}\n" for row in body.split("\n")) if around else body
    for leak in analyse([(ast.parse(source), 0)]):
        assert leak.code.startswith("DAT10") and leak.message and leak.node.lineno >= 1


def test_work_is_bounded():
    recursive = HEAD + "def f(X):\n    return f(f(f(X)))\nX = f(X)\n" + SPLIT
    long = HEAD + "X = StandardScaler().fit_transform(X)\n" * 5_000 + SPLIT
    wide = (
        HEAD
        + "def g(X):\n"
        + "    X = h(X)\n" * 50
        + "    return X\ndef h(X):\n"
        + "    X = k(X)\n" * 50
        + "    return X\ndef k(X):\n    return X\nX = g(X)\n"
    )
    started = time.perf_counter()
    for source in (recursive, long, wide):
        analyse([(ast.parse(source), 0)])
    assert time.perf_counter() - started < 20
