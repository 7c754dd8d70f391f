"""DAT113 merge-keys-implicit."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from mlopslint.lint.base import Context, Problem, PythonRule
from mlopslint.lint.python import constant, keyword, keywords_known
from mlopslint.lint.values import is_frame


class MergeKeysImplicit(PythonRule):
    """A merge that does not say its keys.

    What it does
    ------------
    Finds pandas ``merge`` without ``on``, ``left_on`` or an index.

    Why is this bad?
    ----------------
    The keys are then all columns that both frames happen to have: a new column changes the result without a word.

    Example
    -------
    ::

        df = orders.merge(customers)

    Use instead
    -----------
    ::

        df = orders.merge(customers, on="customer_id", how="left", validate="many_to_one")

    References
    ----------
    - pandas: https://pandas.pydata.org/docs/reference/api/pandas.merge.html
    - Known from dslinter and CodeSmile (merge parameters).
    """

    code = "DAT113"
    name = "merge-keys-implicit"
    severity = "note"
    default = False
    calls = ("merge",)

    def check(self, node: ast.Call, name: str, at: Context) -> Iterator[Problem]:
        if not name.startswith("pandas.") or not keywords_known(node):
            return
        function = name == "pandas.merge"
        if not function and not is_frame(name.rpartition(".")[0]):
            return
        if len(node.args) > (3 if function else 2):
            return
        if any(keyword(node, word) is not None for word in ("on", "left_on", "right_on", "left_index", "right_index")):
            return
        how = keyword(node, "how")
        if how is not None and constant(how) == "cross":
            return
        yield at.problem(node, "merge does not say its keys; say on (and how and validate)")

    GOOD = (
        "import pandas as pd\na = pd.read_csv('a')\nc = a.merge(b, on='id')\n",
        "import pandas as pd\nc = pd.merge(a, b, left_on='x', right_on='y')\n",
        "c = a.merge(b)\n",
        "import pandas as pd\nc = pd.merge(a, b, 'left', 'id')\n",
    )
    BAD = (
        "import pandas as pd\nc = pd.merge(a, b)\n",
        "import pandas as pd\na = pd.read_csv('a')\nc = a.merge(b, how='left')\n",
    )
