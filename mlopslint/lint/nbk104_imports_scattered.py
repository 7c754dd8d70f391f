"""NBK104 imports-scattered."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from mlopslint.lint.base import Notebook, NotebookRule, Problem


class ImportsScattered(NotebookRule):
    """Imports stand all over the notebook.

    What it does
    ------------
    Finds imports below the third code cell that holds anything else than imports.

    Why is this bad?
    ----------------
    What the notebook needs shows only after half of it has run.

    Example
    -------
    ::

        [7] import xgboost

    Use instead
    -----------
    ::

        [1] import xgboost

    References
    ----------
    - Known from pynblint (imports beyond first cell).
    """

    code = "NBK104"
    name = "imports-scattered"
    severity = "note"
    default = False

    def check(self, notebook: Notebook) -> Iterator[Problem]:
        other = 0
        for cell in notebook.code:
            if cell.tree is None or not cell.tree.body:
                continue
            imports = [node for node in cell.tree.body if isinstance(node, (ast.Import, ast.ImportFrom))]
            if imports and other > 2:
                yield notebook.problem(
                    cell, "an import far below the first cell; put all imports at the top", line=imports[0].lineno
                )
                return
            other += len(imports) < len(cell.tree.body)

    GOOD = ({"cells": [("code", "import a\nx = 1"), ("code", "y = 2")]},)
    BAD = ({"cells": [("code", "import a\nx = 1"), ("code", "y = 2"), ("code", "z = 2"), ("code", "import b\nb.f()")]},)
