"""DAT115 empty-column-placeholder."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from mlopslint.lint.base import Context, Problem, PythonRule
from mlopslint.lint.values import is_frame


class EmptyColumnPlaceholder(PythonRule):
    """A new column filled with 0 or an empty string to be filled later.

    What it does
    ------------
    Finds ``df['new'] = 0`` and ``df['new'] = ''`` on a frame.

    Why is this bad?
    ----------------
    A value that stands for "not known yet" looks like a real one: ``isna`` does not find it, and means and models
    take it for data.

    Example
    -------
    ::

        df["score"] = 0

    Use instead
    -----------
    ::

        df["score"] = np.nan

    References
    ----------
    - Known from CodeSmile (empty column misinitialization).
    """

    code = "DAT115"
    name = "empty-column-placeholder"
    severity = "note"
    confidence = "medium"
    default = False
    nodes = (ast.Assign,)
    markers = (b"pandas",)

    def check(self, node: ast.Assign, name: str, at: Context) -> Iterator[Problem]:
        value = node.value
        if not isinstance(value, ast.Constant) or value.value not in (0, "") or isinstance(value.value, bool):
            return
        for target in node.targets:
            if (
                isinstance(target, ast.Subscript)
                and isinstance(target.slice, ast.Constant)
                and isinstance(target.slice.value, str)
            ):
                if isinstance(target.value, ast.Name) and is_frame(at.resolve(target.value)):
                    yield at.problem(
                        node,
                        f"column {target.slice.value!r} begins as {value.value!r}; use NaN for what is not known yet",
                    )

    GOOD = (
        "import pandas as pd\nimport numpy as np\ndf = pd.read_csv('a')\ndf['x'] = np.nan\n",
        "d = {}\nd['x'] = 0\n",
        "import pandas as pd\ndf = pd.read_csv('a')\ndf['x'] = 5\n",
    )
    BAD = (
        "import pandas as pd\ndf = pd.read_csv('a')\ndf['x'] = 0\n",
        "import pandas as pd\ndf = pd.DataFrame(rows)\ndf['note'] = ''\n",
    )
