"""DAT102 fit-on-test."""

from __future__ import annotations

from mlopslint.lint.engine import FlowRule


class FitOnTest(FlowRule):
    """Something is fitted on the test rows.

    What it does
    ------------
    Finds ``fit`` and ``fit_transform`` of transformers on the test or validation part of a split, or on rows that
    are named so.

    Why is this bad?
    ----------------
    The test rows are then transformed by their own statistics: the model meets values that it will never meet in
    use.

    Example
    -------
    ::

        X_test = scaler.fit_transform(X_test)

    Use instead
    -----------
    ::

        X_test = scaler.transform(X_test)

    Fix safety
    ----------
    Unsafe: ``fit_transform`` becomes ``transform``, which changes the values as intended.

    References
    ----------
    - Yang, Brower-Sinning, Lewis and Kästner, "Data Leakage in Notebooks: Static Detection and Better Processes"
      (ASE 2022): https://arxiv.org/abs/2209.03345
    - Known from leakage-analysis and SonarQube S6973.
    """

    code = "DAT102"
    name = "fit-on-test"
    severity = "error"
    in_tests = False
    fixes = "unsafe"

    GOOD = (
        "import pandas as pd\nfrom sklearn.model_selection import train_test_split\nfrom sklearn.preprocessing import StandardScaler\nfrom sklearn.linear_model import LogisticRegression\nfrom sklearn.metrics import accuracy_score\ndf = pd.read_csv('a.csv')\ny = df['y']\nX = df.drop(columns=['y'])\nXa, Xb, ya, yb = train_test_split(X, y, random_state=0)\ns = StandardScaler().fit(Xa)\nXb = s.transform(Xb)\n",
    )
    BAD = (
        (
            "import pandas as pd\nfrom sklearn.model_selection import train_test_split\nfrom sklearn.preprocessing import StandardScaler\nfrom sklearn.linear_model import LogisticRegression\nfrom sklearn.metrics import accuracy_score\ndf = pd.read_csv('a.csv')\ny = df['y']\nX = df.drop(columns=['y'])\nXa, Xb, ya, yb = train_test_split(X, y, random_state=0)\ns = StandardScaler()\nXa = s.fit_transform(Xa)\nXb = s.fit_transform(Xb)\n",
            "import pandas as pd\nfrom sklearn.model_selection import train_test_split\nfrom sklearn.preprocessing import StandardScaler\nfrom sklearn.linear_model import LogisticRegression\nfrom sklearn.metrics import accuracy_score\ndf = pd.read_csv('a.csv')\ny = df['y']\nX = df.drop(columns=['y'])\nXa, Xb, ya, yb = train_test_split(X, y, random_state=0)\ns = StandardScaler()\nXa = s.fit_transform(Xa)\nXb = s.transform(Xb)\n",
        ),
        "import pandas as pd\nfrom sklearn.preprocessing import MinMaxScaler\ntrain = pd.read_csv('train.csv')\ntest = pd.read_csv('test.csv')\nm = MinMaxScaler()\na = m.fit_transform(train)\nb = m.fit_transform(test)\n",
        "import pandas as pd\nfrom sklearn.model_selection import train_test_split\nfrom sklearn.preprocessing import StandardScaler\nfrom sklearn.linear_model import LogisticRegression\nfrom sklearn.metrics import accuracy_score\ndf = pd.read_csv('a.csv')\ny = df['y']\nX = df.drop(columns=['y'])\nXa, Xb, ya, yb = train_test_split(X, y, random_state=0)\nm = LogisticRegression()\nm.fit(Xb, yb)\nprint(m.score(Xb, yb))\n",
    )
