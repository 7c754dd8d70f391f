"""NBK112 error-output."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from mlopslint.lint.base import Notebook, NotebookRule, Problem
from mlopslint.lint.notebooks import tags
from mlopslint.patterns import late

_MEANT = late(
    r"(?i)\berr(?:or|s)|exception|fails?\b|wrong|raises?\b|won't|will not work|crash|invalid|does ?n.t work|not allowed|traceback"
)


class ErrorOutput(NotebookRule):
    """A traceback among the saved outputs.

    What it does
    ------------
    Finds code cells that ended with an exception when the notebook was saved. Cells tagged ``raises-exception`` are fine, and so are
    those that are there to show the error: the cell or the text around it speaks of it.

    Why is this bad?
    ----------------
    The notebook does not run from top to bottom, and what stands below the error is from an earlier state.

    Example
    -------
    ::

        [4]: model.fit(X, y)
        NameError: name 'X' is not defined

    Use instead
    -----------
    Mend or delete the cell, run the notebook again, and save it. An error that is meant is tagged::

        {"tags": ["raises-exception"]}

    References
    ----------
    - Jupyter, "raises-exception": https://nbclient.readthedocs.io
    - Known from Julynter.
    """

    code = "NBK112"
    name = "error-output"
    default = False  # a third of what it finds is shown on purpose (docs/accuracy.md)

    def check(self, notebook: Notebook) -> Iterator[Problem]:
        for i, cell in enumerate(notebook.cells):
            error = next((item for item in cell.outputs if _is_error(item)), None)
            if error is None or "raises-exception" in tags(cell):
                continue
            around = [cell, *(c for c in notebook.cells[max(0, i - 1) : i + 2] if c.kind == "markdown")]
            if any(_MEANT.search(c.source) for c in around):
                continue
            what = re.sub(r"\x1b\[[0-9;]{0,8}m", "", str(error.get("ename") or "an error"))
            what = " ".join(what.split())[:60]
            yield notebook.problem(cell, f"cell {cell.number} was saved with {what}", line=1)

    GOOD = (
        {"cells": [("code", "1", {"outputs": [{"output_type": "stream", "name": "stderr", "text": "error"}]})]},
        {
            "cells": [
                (
                    "code",
                    "1 / 0",
                    {"outputs": [{"output_type": "error", "ename": "E"}], "metadata": {"tags": ["raises-exception"]}},
                )
            ]
        },
        {
            "cells": [
                ("markdown", "This raises an error:"),
                ("code", "1 / 0", {"outputs": [{"output_type": "error", "ename": "E"}]}),
            ]
        },
    )
    BAD = (
        {
            "cells": [
                (
                    "code",
                    "x",
                    {"outputs": [{"output_type": "error", "ename": "NameError", "evalue": "x", "traceback": []}]},
                )
            ]
        },
    )


def _is_error(output: Any) -> bool:
    return isinstance(output, dict) and output.get("output_type") in ("error", "pyerr")
