"""NBK104 imports-scattered."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from mlopslint.lint.base import Cell, Notebook, NotebookRule, Problem


class ImportsScattered(NotebookRule):
    """Imports in the middle of a notebook.

    What it does
    ------------
    Finds import statements in cells below the first one that has code other than imports. Imports within functions, conditions and
    ``try`` are left alone.

    Why is this bad?
    ----------------
    A reader cannot see at the top what the notebook needs, and a missing package shows only after an hour of computation.

    Example
    -------
    ::

        # %%
        import pandas as pd

        df = pd.read_csv("churn.csv")
        # %%
        from sklearn.svm import SVC

    Use instead
    -----------
    ::

        # %%
        import pandas as pd
        from sklearn.svm import SVC

        # %%
        df = pd.read_csv("churn.csv")

    References
    ----------
    - PEP 8, "Imports".
    - Known from pynblint (imports-beyond-first-cell).
    """

    code = "NBK104"
    name = "imports-scattered"
    severity = "note"
    default = False

    def check(self, notebook: Notebook) -> Iterator[Problem]:
        begun = False
        for cell in notebook.code:
            if cell.tree is None:
                continue
            statements = [node for node in cell.tree.body if not isinstance(node, ast.Pass)]
            found = [node for node in statements if isinstance(node, (ast.Import, ast.ImportFrom))]
            if begun and found:
                yield notebook.problem(cell, _message(cell, found), line=found[0].lineno)
            begun = begun or any(not isinstance(node, (ast.Import, ast.ImportFrom)) for node in statements)

    GOOD = (
        {"cells": [("code", "import os"), ("code", "%matplotlib inline\nimport sys\nx = 1"), ("code", "y = 1")]},
        {"cells": [("code", "x = 1"), ("code", "def f():\n    import os\n    return os")]},
    )
    BAD = ({"cells": [("code", "import os\nx = 1"), ("code", "y = 1\nimport sys")]},)


def _message(cell: Cell, found: list[ast.Import | ast.ImportFrom]) -> str:
    names = [node.module or "." if isinstance(node, ast.ImportFrom) else node.names[0].name for node in found]
    return f"cell {cell.number} imports {', '.join(dict.fromkeys(names))} below the first code; move it to the top"[
        :200
    ]
