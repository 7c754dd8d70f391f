"""DAT105 multi-test."""

from __future__ import annotations

from mlopslint.lint.engine import FlowRule


class MultiTest(FlowRule):
    """The test rows have chosen the model.

    What it does
    ------------
    Finds test rows on which three or more kinds of model are judged in one module.

    Why is this bad?
    ----------------
    The best of many on one test set is partly the luckiest: its score is too good, and nothing is left to say so.

    Example
    -------
    ::

        for model in (LogisticRegression(), SVC(), RandomForestClassifier()):
            print(model.fit(X_train, y_train).score(X_test, y_test))

    Use instead
    -----------
    ::

        best = max(models, key=lambda m: cross_val_score(m, X_train, y_train).mean())
        print(best.fit(X_train, y_train).score(X_test, y_test))

    References
    ----------
    - Yang, Brower-Sinning, Lewis and Kästner, "Data Leakage in Notebooks: Static Detection and Better Processes"
      (ASE 2022): https://arxiv.org/abs/2209.03345
    - Known from leakage-analysis (multi-test leakage).
    """

    code = "DAT105"
    name = "multi-test"
    default = False
    in_tests = False
    confidence = "medium"

    GOOD = (
        "import pandas as pd\nfrom sklearn.model_selection import train_test_split\nfrom sklearn.preprocessing import StandardScaler\nfrom sklearn.linear_model import LogisticRegression\nfrom sklearn.metrics import accuracy_score\ndf = pd.read_csv('a.csv')\ny = df['y']\nX = df.drop(columns=['y'])\nXa, Xb, ya, yb = train_test_split(X, y, random_state=0)\nm = LogisticRegression().fit(Xa, ya)\nprint(m.score(Xb, yb))\n",
    )
    BAD = (
        "import pandas as pd\nfrom sklearn.model_selection import train_test_split\nfrom sklearn.preprocessing import StandardScaler\nfrom sklearn.linear_model import LogisticRegression\nfrom sklearn.metrics import accuracy_score\ndf = pd.read_csv('a.csv')\ny = df['y']\nX = df.drop(columns=['y'])\nXa, Xb, ya, yb = train_test_split(X, y, random_state=0)\nfrom sklearn.svm import SVC\nfrom sklearn.tree import DecisionTreeClassifier\na = LogisticRegression().fit(Xa, ya)\nprint(a.score(Xb, yb))\nb = SVC().fit(Xa, ya)\nprint(b.score(Xb, yb))\nc = DecisionTreeClassifier().fit(Xa, ya)\nprint(c.score(Xb, yb))\n",
    )
