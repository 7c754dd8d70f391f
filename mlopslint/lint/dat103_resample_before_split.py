"""DAT103 resample-before-split."""

from __future__ import annotations

from mlopslint.lint.engine import FlowRule


class ResampleBeforeSplit(FlowRule):
    """Rows are copied or made up before the split.

    What it does
    ------------
    Finds over- and under-sampling (imbalanced-learn, ``resample``, ``sample(replace=True)``) of rows that are
    split, or cross-validated, afterwards.

    Why is this bad?
    ----------------
    Copies of one row, or rows made from it, stand on both sides: the model has seen what it is judged on.

    Example
    -------
    ::

        X, y = SMOTE().fit_resample(X, y)
        X_train, X_test, y_train, y_test = train_test_split(X, y)

    Use instead
    -----------
    ::

        X_train, X_test, y_train, y_test = train_test_split(X, y)
        X_train, y_train = SMOTE().fit_resample(X_train, y_train)

    References
    ----------
    - Yang, Brower-Sinning, Lewis and Kästner, "Data Leakage in Notebooks: Static Detection and Better Processes"
      (ASE 2022): https://arxiv.org/abs/2209.03345
    - imbalanced-learn, "Common pitfalls": https://imbalanced-learn.org/stable/common_pitfalls.html
    """

    code = "DAT103"
    name = "resample-before-split"
    severity = "error"
    in_tests = False

    GOOD = (
        "import pandas as pd\nfrom sklearn.model_selection import train_test_split\nfrom sklearn.preprocessing import StandardScaler\nfrom sklearn.linear_model import LogisticRegression\nfrom sklearn.metrics import accuracy_score\ndf = pd.read_csv('a.csv')\ny = df['y']\nX = df.drop(columns=['y'])\nfrom imblearn.over_sampling import SMOTE\nXa, Xb, ya, yb = train_test_split(X, y, random_state=0)\nXa, ya = SMOTE(random_state=0).fit_resample(Xa, ya)\n",
    )
    BAD = (
        "import pandas as pd\nfrom sklearn.model_selection import train_test_split\nfrom sklearn.preprocessing import StandardScaler\nfrom sklearn.linear_model import LogisticRegression\nfrom sklearn.metrics import accuracy_score\ndf = pd.read_csv('a.csv')\ny = df['y']\nX = df.drop(columns=['y'])\nfrom imblearn.over_sampling import SMOTE\nX, y = SMOTE(random_state=0).fit_resample(X, y)\nXa, Xb, ya, yb = train_test_split(X, y, random_state=0)\n",
        "import pandas as pd\nfrom sklearn.model_selection import train_test_split\nfrom sklearn.preprocessing import StandardScaler\nfrom sklearn.linear_model import LogisticRegression\nfrom sklearn.metrics import accuracy_score\ndf = pd.read_csv('a.csv')\ny = df['y']\nX = df.drop(columns=['y'])\nfrom sklearn.utils import resample\nmore = resample(df[df.y == 1], replace=True, n_samples=500, random_state=0)\ndf = pd.concat([df, more])\na, b = train_test_split(df, random_state=0)\n",
    )
