"""NBK106 too-long."""

from __future__ import annotations

from collections.abc import Iterator

from mlopslint.lint.base import Notebook, NotebookRule, Problem


class TooLong(NotebookRule):
    """A notebook that has grown too long.

    What it does
    ------------
    Finds notebooks of more than 50 code cells with content, and cells of more than 60 lines of code.

    Why is this bad?
    ----------------
    Nobody runs or reviews it as a whole; what others could use is locked in it.

    Example
    -------
    ::

        # 120 cells: load, clean, train, evaluate, plot

    Use instead
    -----------
    ::

        # 01_load.ipynb, 02_train.ipynb, and src/churn/features.py for what both use

    References
    ----------
    - Known from pynblint (notebook too long, cell too long) and Julynter.
    """

    code = "NBK106"
    name = "too-long"
    severity = "note"

    def check(self, notebook: Notebook) -> Iterator[Problem]:
        code = [cell for cell in notebook.code if cell.source.strip()]
        if len(code) > 50:
            yield notebook.problem(
                code[50],
                f"the notebook has {len(code)} code cells; split it, and move what is used again into a module",
            )
        for cell in code:
            lines = sum(1 for line in cell.source.split("\n") if line.strip() and not line.lstrip().startswith("#"))
            if lines > 60:
                yield notebook.problem(cell, f"a cell of {lines} lines; split it, or move its functions into a module")

    GOOD = (
        {
            "cells": [
                ("code", "x = 1"),
                ("code", "x = 1"),
                ("code", "x = 1"),
                ("code", "x = 1"),
                ("code", "x = 1"),
                ("code", "x = 1"),
                ("code", "x = 1"),
                ("code", "x = 1"),
                ("code", "x = 1"),
                ("code", "x = 1"),
                ("code", "x = 1"),
                ("code", "x = 1"),
                ("code", "x = 1"),
                ("code", "x = 1"),
                ("code", "x = 1"),
                ("code", "x = 1"),
                ("code", "x = 1"),
                ("code", "x = 1"),
                ("code", "x = 1"),
                ("code", "x = 1"),
                ("code", "x = 1"),
                ("code", "x = 1"),
                ("code", "x = 1"),
                ("code", "x = 1"),
                ("code", "x = 1"),
                ("code", "x = 1"),
                ("code", "x = 1"),
                ("code", "x = 1"),
                ("code", "x = 1"),
                ("code", "x = 1"),
                ("code", "x = 1"),
                ("code", "x = 1"),
                ("code", "x = 1"),
                ("code", "x = 1"),
                ("code", "x = 1"),
                ("code", "x = 1"),
                ("code", "x = 1"),
                ("code", "x = 1"),
                ("code", "x = 1"),
                ("code", "x = 1"),
                ("code", "x = 1"),
                ("code", "x = 1"),
                ("code", "x = 1"),
                ("code", "x = 1"),
                ("code", "x = 1"),
                ("code", "x = 1"),
                ("code", "x = 1"),
                ("code", "x = 1"),
                ("code", "x = 1"),
                ("code", "x = 1"),
            ]
        },
        {
            "cells": [
                (
                    "code",
                    "x = 1\nx = 1\nx = 1\nx = 1\nx = 1\nx = 1\nx = 1\nx = 1\nx = 1\nx = 1\nx = 1\nx = 1\nx = 1\nx = 1\nx = 1\nx = 1\nx = 1\nx = 1\nx = 1\nx = 1\nx = 1\nx = 1\nx = 1\nx = 1\nx = 1\nx = 1\nx = 1\nx = 1\nx = 1\nx = 1\nx = 1\nx = 1\nx = 1\nx = 1\nx = 1\nx = 1\nx = 1\nx = 1\nx = 1\nx = 1\nx = 1\nx = 1\nx = 1\nx = 1\nx = 1\nx = 1\nx = 1\nx = 1\nx = 1\nx = 1\nx = 1\nx = 1\nx = 1\nx = 1\nx = 1\nx = 1\nx = 1\nx = 1\nx = 1\nx = 1\n",
                )
            ]
        },
        {
            "cells": [
                (
                    "code",
                    "# x\n# x\n# x\n# x\n# x\n# x\n# x\n# x\n# x\n# x\n# x\n# x\n# x\n# x\n# x\n# x\n# x\n# x\n# x\n# x\n# x\n# x\n# x\n# x\n# x\n# x\n# x\n# x\n# x\n# x\n# x\n# x\n# x\n# x\n# x\n# x\n# x\n# x\n# x\n# x\n# x\n# x\n# x\n# x\n# x\n# x\n# x\n# x\n# x\n# x\n# x\n# x\n# x\n# x\n# x\n# x\n# x\n# x\n# x\n# x\n# x\n# x\n# x\n# x\n# x\n# x\n# x\n# x\n# x\n# x\n# x\n# x\n# x\n# x\n# x\n# x\n# x\n# x\n# x\n# x\n# x\n# x\n# x\n# x\n# x\n# x\n# x\n# x\n# x\n# x\n# x\n# x\n# x\n# x\n# x\n# x\n# x\n# x\n# x\n# x\n",
                )
            ]
        },
    )
    BAD = (
        {
            "cells": [
                ("code", "x = 1"),
                ("code", "x = 1"),
                ("code", "x = 1"),
                ("code", "x = 1"),
                ("code", "x = 1"),
                ("code", "x = 1"),
                ("code", "x = 1"),
                ("code", "x = 1"),
                ("code", "x = 1"),
                ("code", "x = 1"),
                ("code", "x = 1"),
                ("code", "x = 1"),
                ("code", "x = 1"),
                ("code", "x = 1"),
                ("code", "x = 1"),
                ("code", "x = 1"),
                ("code", "x = 1"),
                ("code", "x = 1"),
                ("code", "x = 1"),
                ("code", "x = 1"),
                ("code", "x = 1"),
                ("code", "x = 1"),
                ("code", "x = 1"),
                ("code", "x = 1"),
                ("code", "x = 1"),
                ("code", "x = 1"),
                ("code", "x = 1"),
                ("code", "x = 1"),
                ("code", "x = 1"),
                ("code", "x = 1"),
                ("code", "x = 1"),
                ("code", "x = 1"),
                ("code", "x = 1"),
                ("code", "x = 1"),
                ("code", "x = 1"),
                ("code", "x = 1"),
                ("code", "x = 1"),
                ("code", "x = 1"),
                ("code", "x = 1"),
                ("code", "x = 1"),
                ("code", "x = 1"),
                ("code", "x = 1"),
                ("code", "x = 1"),
                ("code", "x = 1"),
                ("code", "x = 1"),
                ("code", "x = 1"),
                ("code", "x = 1"),
                ("code", "x = 1"),
                ("code", "x = 1"),
                ("code", "x = 1"),
                ("code", "x = 1"),
            ]
        },
        {
            "cells": [
                (
                    "code",
                    "x = 1\nx = 1\nx = 1\nx = 1\nx = 1\nx = 1\nx = 1\nx = 1\nx = 1\nx = 1\nx = 1\nx = 1\nx = 1\nx = 1\nx = 1\nx = 1\nx = 1\nx = 1\nx = 1\nx = 1\nx = 1\nx = 1\nx = 1\nx = 1\nx = 1\nx = 1\nx = 1\nx = 1\nx = 1\nx = 1\nx = 1\nx = 1\nx = 1\nx = 1\nx = 1\nx = 1\nx = 1\nx = 1\nx = 1\nx = 1\nx = 1\nx = 1\nx = 1\nx = 1\nx = 1\nx = 1\nx = 1\nx = 1\nx = 1\nx = 1\nx = 1\nx = 1\nx = 1\nx = 1\nx = 1\nx = 1\nx = 1\nx = 1\nx = 1\nx = 1\nx = 1\n",
                )
            ]
        },
    )
