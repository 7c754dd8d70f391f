"""DAT104 train-test-overlap."""

from __future__ import annotations

from mlopslint.lint.engine import FlowRule


class TrainTestOverlap(FlowRule):
    """A model is judged on rows that it was trained on.

    What it does
    ------------
    Finds evaluation on a test part that is among the training rows (by concatenation, or by fitting on it), and
    models whose only evaluation in the module is on their own training rows.

    Why is this bad?
    ----------------
    Such a score says how well the model remembers, not how well it predicts.

    Example
    -------
    ::

        model.fit(X, y)
        print(accuracy_score(y, model.predict(X)))

    Use instead
    -----------
    ::

        model.fit(X_train, y_train)
        print(accuracy_score(y_test, model.predict(X_test)))

    References
    ----------
    - Yang, Brower-Sinning, Lewis and Kästner, "Data Leakage in Notebooks: Static Detection and Better Processes"
      (ASE 2022): https://arxiv.org/abs/2209.03345
    - Known from leakage-analysis (overlap leakage).
    """

    code = "DAT104"
    name = "train-test-overlap"
    severity = "error"
    in_tests = False
    confidence = "medium"

    GOOD = (
        'import pandas as pd\nfrom sklearn.linear_model import LogisticRegression\nfrom sklearn.metrics import accuracy_score\n\n\ndef load(path):\n    df = pd.read_csv(path)\n    return df.drop(columns=["y"]), df["y"]\n\n\nX_train, y_train = load("train.csv")\nX_test, y_test = load("test.csv")\nmodel = LogisticRegression().fit(X_train, y_train)\nprint(accuracy_score(y_test, model.predict(X_test)))\n',
        'import sys\nimport pandas as pd\nfrom sklearn.linear_model import LogisticRegression\nfrom sklearn.metrics import accuracy_score\n\n\ndef load(path):\n    df = pd.read_csv(path)\n    return df.drop(columns=["y"]), df["y"]\n\n\nX_train, y_train = load(sys.argv[1])\nX_test, y_test = load(sys.argv[2])\nmodel = LogisticRegression().fit(X_train, y_train)\nprint(accuracy_score(y_test, model.predict(X_test)))\n',
        "import pandas as pd\nfrom sklearn.linear_model import LogisticRegression\n\n\ndef train(tune):\n    train = pd.read_csv('train.csv')\n    valid = pd.read_csv('valid.csv')\n    if not tune:\n        train = pd.concat([train, valid])\n    m = LogisticRegression().fit(train.drop(columns=['y']), train['y'])\n    if tune:\n        print(m.score(valid.drop(columns=['y']), valid['y']))\n",
        "import pandas as pd\nfrom sklearn.model_selection import train_test_split\nfrom sklearn.preprocessing import StandardScaler\nfrom sklearn.linear_model import LogisticRegression\nfrom sklearn.metrics import accuracy_score\ndf = pd.read_csv('a.csv')\ny = df['y']\nX = df.drop(columns=['y'])\nXa, Xb, ya, yb = train_test_split(X, y, random_state=0)\nm = LogisticRegression().fit(Xa, ya)\nprint(accuracy_score(ya, m.predict(Xa)))\nprint(accuracy_score(yb, m.predict(Xb)))\n",
        "import pandas as pd\nfrom sklearn.model_selection import train_test_split\nfrom sklearn.preprocessing import StandardScaler\nfrom sklearn.linear_model import LogisticRegression\nfrom sklearn.metrics import accuracy_score\ndf = pd.read_csv('a.csv')\ny = df['y']\nX = df.drop(columns=['y'])\nXa, Xb, ya, yb = train_test_split(X, y, random_state=0)\nm = LogisticRegression().fit(Xa, ya)\nprint(m.score(Xb, yb))\nm = LogisticRegression().fit(X, y)\n",
    )
    BAD = (
        'import pandas as pd\nfrom sklearn.linear_model import LogisticRegression\nfrom sklearn.metrics import accuracy_score\n\n\ndef load(path):\n    df = pd.read_csv(path)\n    return df.drop(columns=["y"]), df["y"]\n\n\nX_train, y_train = load("train.csv")\nX_test, y_test = load("train.csv")\nmodel = LogisticRegression().fit(X_train, y_train)\nprint(accuracy_score(y_test, model.predict(X_test)))\n',
        "import pandas as pd\nfrom sklearn.linear_model import LogisticRegression\n\n\ndef train(tune):\n    train = pd.read_csv('train.csv')\n    valid = pd.read_csv('valid.csv')\n    if tune:\n        train = pd.concat([train, valid])\n    m = LogisticRegression().fit(train.drop(columns=['y']), train['y'])\n    if tune:\n        print(m.score(valid.drop(columns=['y']), valid['y']))\n",
        "import pandas as pd\nfrom sklearn.model_selection import train_test_split\nfrom sklearn.preprocessing import StandardScaler\nfrom sklearn.linear_model import LogisticRegression\nfrom sklearn.metrics import accuracy_score\ndf = pd.read_csv('a.csv')\ny = df['y']\nX = df.drop(columns=['y'])\nm = LogisticRegression()\nm.fit(X, y)\nprint(accuracy_score(y, m.predict(X)))\n",
        "import pandas as pd\nfrom sklearn.model_selection import train_test_split\nfrom sklearn.preprocessing import StandardScaler\nfrom sklearn.linear_model import LogisticRegression\nfrom sklearn.metrics import accuracy_score\ndf = pd.read_csv('a.csv')\ny = df['y']\nX = df.drop(columns=['y'])\nXa, Xb, ya, yb = train_test_split(X, y, random_state=0)\nm = LogisticRegression().fit(pd.concat([Xa, Xb]), pd.concat([ya, yb]))\nprint(m.score(Xb, yb))\n",
    )
