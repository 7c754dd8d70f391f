"""DAT106 target-in-features."""

from __future__ import annotations

from mlopslint.lint.engine import FlowRule


class TargetInFeatures(FlowRule):
    """The target is among the features.

    What it does
    ------------
    Finds ``fit(X, y)`` where y is a column of the very frame that X is, and nothing has taken that column out.

    Why is this bad?
    ----------------
    The model reads the answer: its score is near perfect, and in use the column is not there.

    Example
    -------
    ::

        y = df["churn"]
        model.fit(df, y)

    Use instead
    -----------
    ::

        y = df["churn"]
        model.fit(df.drop(columns=["churn"]), y)

    References
    ----------
    - Kaufman et al., "Leakage in Data Mining" (TKDD 2012)
    """

    code = "DAT106"
    name = "target-in-features"
    severity = "error"
    in_tests = False

    GOOD = (
        "import pandas as pd\nfrom sklearn.model_selection import train_test_split\nfrom sklearn.preprocessing import StandardScaler\nfrom sklearn.linear_model import LogisticRegression\nfrom sklearn.metrics import accuracy_score\ndf = pd.read_csv('a.csv')\ny = df['y']\nX = df.drop(columns=['y'])\nm = LogisticRegression()\nm.fit(X, y)\n",
        "import pandas as pd\nfrom sklearn.model_selection import train_test_split\nfrom sklearn.preprocessing import StandardScaler\nfrom sklearn.linear_model import LogisticRegression\nfrom sklearn.metrics import accuracy_score\ndf = pd.read_csv('a.csv')\ny = df['y']\nX = df.drop(columns=['y'])\nm = LogisticRegression()\nm.fit(df[['a', 'b']], df['y'])\n",
        "import pandas as pd\nfrom sklearn.model_selection import train_test_split\nfrom sklearn.preprocessing import StandardScaler\nfrom sklearn.linear_model import LogisticRegression\nfrom sklearn.metrics import accuracy_score\ndf = pd.read_csv('a.csv')\ny = df['y']\nX = df.drop(columns=['y'])\nt = df.pop('y')\nm = LogisticRegression()\nm.fit(df, t)\n",
        "import pandas as pd\nfrom sklearn.model_selection import train_test_split\nfrom sklearn.preprocessing import StandardScaler\nfrom sklearn.linear_model import LogisticRegression\nfrom sklearn.metrics import accuracy_score\ndf = pd.read_csv('a.csv')\ny = df['y']\nX = df.drop(columns=['y'])\ndel df['y']\nm = LogisticRegression()\nm.fit(df, y)\n",
    )
    BAD = (
        "import pandas as pd\nfrom sklearn.model_selection import train_test_split\nfrom sklearn.preprocessing import StandardScaler\nfrom sklearn.linear_model import LogisticRegression\nfrom sklearn.metrics import accuracy_score\ndf = pd.read_csv('a.csv')\ny = df['y']\nX = df.drop(columns=['y'])\nm = LogisticRegression()\nm.fit(df, df['y'])\n",
        "import pandas as pd\nfrom sklearn.model_selection import train_test_split\nfrom sklearn.preprocessing import StandardScaler\nfrom sklearn.linear_model import LogisticRegression\nfrom sklearn.metrics import accuracy_score\ndf = pd.read_csv('a.csv')\ny = df['y']\nX = df.drop(columns=['y'])\nF = df[['a', 'y']]\nm = LogisticRegression()\nm.fit(F, y)\n",
        "import pandas as pd\nfrom sklearn.model_selection import train_test_split\nfrom sklearn.preprocessing import StandardScaler\nfrom sklearn.linear_model import LogisticRegression\nfrom sklearn.metrics import accuracy_score\ndf = pd.read_csv('a.csv')\ny = df['y']\nX = df.drop(columns=['y'])\ndf = df.drop('id', axis=1)\nm = LogisticRegression()\nm.fit(df, df.y)\n",
    )
