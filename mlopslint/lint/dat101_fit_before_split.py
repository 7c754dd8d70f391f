"""DAT101 fit-before-split."""

from __future__ import annotations

from mlopslint.lint.engine import FlowRule


class FitBeforeSplit(FlowRule):
    """What the model may know is learned from rows that are to judge it.

    What it does
    ------------
    Follows data through assignments, functions and cells, and finds scalers, imputers, selectors, decompositions,
    vectorizers and column statistics that are fitted on all rows before these are split into train and test, or
    handed to cross-validation.

    Why is this bad?
    ----------------
    The test rows have had a say in how the training data was made: the score is better than what the model will
    reach on new data.

    Example
    -------
    ::

        X = StandardScaler().fit_transform(X)
        X_train, X_test = train_test_split(X)

    Use instead
    -----------
    ::

        X_train, X_test = train_test_split(X)
        scaler = StandardScaler().fit(X_train)
        X_train, X_test = scaler.transform(X_train), scaler.transform(X_test)

    References
    ----------
    - Yang, Brower-Sinning, Lewis and Kästner, "Data Leakage in Notebooks: Static Detection and Better Processes"
      (ASE 2022): https://arxiv.org/abs/2209.03345
    - Known from leakage-analysis (preprocessing leakage) and pynblint.
    """

    code = "DAT101"
    name = "fit-before-split"
    severity = "error"
    in_tests = False

    GOOD = (
        "import pandas as pd\nfrom sklearn.model_selection import train_test_split\nfrom sklearn.preprocessing import StandardScaler\nfrom sklearn.linear_model import LogisticRegression\nfrom sklearn.metrics import accuracy_score\ndf = pd.read_csv('a.csv')\ny = df['y']\nX = df.drop(columns=['y'])\nXa, Xb, ya, yb = train_test_split(X, y, random_state=0)\ns = StandardScaler()\nXa = s.fit_transform(Xa)\nXb = s.transform(Xb)\n",
        "import pandas as pd\nfrom sklearn.model_selection import train_test_split\nfrom sklearn.preprocessing import StandardScaler\nfrom sklearn.linear_model import LogisticRegression\nfrom sklearn.metrics import accuracy_score\ndf = pd.read_csv('a.csv')\ny = df['y']\nX = df.drop(columns=['y'])\nZ = StandardScaler().fit_transform(X)\nplot(Z)\nXa, Xb, ya, yb = train_test_split(X, y, random_state=0)\n",
        "import pandas as pd\nfrom sklearn.model_selection import train_test_split\nfrom sklearn.preprocessing import StandardScaler\nfrom sklearn.linear_model import LogisticRegression\nfrom sklearn.metrics import accuracy_score\ndf = pd.read_csv('a.csv')\ny = df['y']\nX = df.drop(columns=['y'])\nfrom sklearn.pipeline import make_pipeline\nfrom sklearn.model_selection import cross_val_score\nm = make_pipeline(StandardScaler(), LogisticRegression())\ncross_val_score(m, X, y)\n",
        "import pandas as pd\nfrom sklearn.model_selection import train_test_split\nfrom sklearn.preprocessing import StandardScaler\nfrom sklearn.linear_model import LogisticRegression\nfrom sklearn.metrics import accuracy_score\ndf = pd.read_csv('a.csv')\ny = df['y']\nX = df.drop(columns=['y'])\nfrom sklearn.preprocessing import LabelEncoder\ny = LabelEncoder().fit_transform(y)\nXa, Xb, ya, yb = train_test_split(X, y, random_state=0)\n",
    )
    BAD = (
        "import pandas as pd\nfrom sklearn.model_selection import train_test_split\nfrom sklearn.preprocessing import StandardScaler\nfrom sklearn.linear_model import LogisticRegression\nfrom sklearn.metrics import accuracy_score\ndf = pd.read_csv('a.csv')\ny = df['y']\nX = df.drop(columns=['y'])\nX = StandardScaler().fit_transform(X)\nXa, Xb, ya, yb = train_test_split(X, y, random_state=0)\n",
        "import pandas as pd\nfrom sklearn.model_selection import train_test_split\nfrom sklearn.preprocessing import StandardScaler\nfrom sklearn.linear_model import LogisticRegression\nfrom sklearn.metrics import accuracy_score\ndf = pd.read_csv('a.csv')\ny = df['y']\nX = df.drop(columns=['y'])\ns = StandardScaler()\ns.fit(X)\nX = s.transform(X)\nXa, Xb, ya, yb = train_test_split(X, y, random_state=0)\n",
        {
            "cells": [
                (
                    "code",
                    "import pandas as pd\nfrom sklearn.model_selection import train_test_split\nfrom sklearn.preprocessing import StandardScaler\nfrom sklearn.linear_model import LogisticRegression\nfrom sklearn.metrics import accuracy_score\ndf = pd.read_csv('a.csv')\ny = df['y']\nX = df.drop(columns=['y'])\n",
                ),
                ("code", "def prepare(d):\n    return StandardScaler().fit_transform(d)"),
                ("code", "X = prepare(X)"),
                ("code", "Xa, Xb, ya, yb = train_test_split(X, y, random_state=0)\n"),
            ]
        },
        "import pandas as pd\nfrom sklearn.model_selection import train_test_split\nfrom sklearn.preprocessing import StandardScaler\nfrom sklearn.linear_model import LogisticRegression\nfrom sklearn.metrics import accuracy_score\ndf = pd.read_csv('a.csv')\ny = df['y']\nX = df.drop(columns=['y'])\ndf['a'] = df['a'].fillna(df['a'].mean())\na, b = train_test_split(df, random_state=0)\n",
        "import pandas as pd\nfrom sklearn.model_selection import train_test_split\nfrom sklearn.preprocessing import StandardScaler\nfrom sklearn.linear_model import LogisticRegression\nfrom sklearn.metrics import accuracy_score\ndf = pd.read_csv('a.csv')\ny = df['y']\nX = df.drop(columns=['y'])\nfrom sklearn.model_selection import cross_val_score\nX = StandardScaler().fit_transform(X)\ncross_val_score(LogisticRegression(), X, y)\n",
    )
