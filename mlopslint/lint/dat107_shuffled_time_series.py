"""DAT107 shuffled-time-series."""

from __future__ import annotations

from mlopslint.lint.engine import FlowRule


class ShuffledTimeSeries(FlowRule):
    """Rows in the order of time are split at random.

    What it does
    ------------
    Finds random splits of data that was sorted by a date, or has dates as its index.

    Why is this bad?
    ----------------
    The model is trained on days after those it is judged on: in use it has no tomorrow to learn from.

    Example
    -------
    ::

        df = df.sort_values("date")
        train, test = train_test_split(df)

    Use instead
    -----------
    ::

        df = df.sort_values("date")
        train, test = train_test_split(df, shuffle=False)

    References
    ----------
    - scikit-learn, TimeSeriesSplit: https://scikit-learn.org/stable/modules/cross_validation.html#time-series-split
    """

    code = "DAT107"
    name = "shuffled-time-series"
    default = False
    in_tests = False
    confidence = "medium"

    GOOD = (
        "import pandas as pd\nfrom sklearn.model_selection import train_test_split\nfrom sklearn.preprocessing import StandardScaler\nfrom sklearn.linear_model import LogisticRegression\nfrom sklearn.metrics import accuracy_score\ndf = pd.read_csv('a.csv')\ny = df['y']\nX = df.drop(columns=['y'])\ndf = df.sort_values('date')\na, b = train_test_split(df, shuffle=False)\n",
    )
    BAD = (
        "import pandas as pd\nfrom sklearn.model_selection import train_test_split\nfrom sklearn.preprocessing import StandardScaler\nfrom sklearn.linear_model import LogisticRegression\nfrom sklearn.metrics import accuracy_score\ndf = pd.read_csv('a.csv')\ny = df['y']\nX = df.drop(columns=['y'])\ndf = df.sort_values('date')\na, b = train_test_split(df, random_state=0)\n",
    )
