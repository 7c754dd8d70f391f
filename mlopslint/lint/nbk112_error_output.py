"""NBK112 error-output."""

from __future__ import annotations

from collections.abc import Iterator

from mlopslint.lint.base import Notebook, NotebookRule, Problem


class ErrorOutput(NotebookRule):
    """A saved traceback.

    What it does
    ------------
    Finds code cells whose saved output is an error.

    Why is this bad?
    ----------------
    The notebook was committed in a state that does not run.

    Example
    -------
    ::

        NameError: name 'df' is not defined

    Use instead
    -----------
    ::

        # run all cells, and commit what works

    References
    ----------
    - Known from Julynter.
    """

    code = "NBK112"
    name = "error-output"

    def check(self, notebook: Notebook) -> Iterator[Problem]:
        for cell in notebook.code:
            error = next(
                (
                    item
                    for item in cell.outputs
                    if isinstance(item, dict) and item.get("output_type") in ("error", "pyerr")
                ),
                None,
            )
            if error is None or "raises-exception" in (cell.metadata.get("tags") or ()):
                continue
            kind = str(error.get("ename") or "error")[:60]
            if kind in ("KeyboardInterrupt", "SystemExit"):
                yield notebook.problem(cell, f"the saved output is a {kind}: the cell was stopped")
            else:
                yield notebook.problem(cell, f"the saved output is an error: {kind}")

    GOOD = (
        {"cells": [("code", "x", {"outputs": [{"output_type": "stream", "name": "stdout", "text": ["a"]}]})]},
        {
            "cells": [
                (
                    "code",
                    "x",
                    {
                        "metadata": {"tags": ["raises-exception"]},
                        "outputs": [{"output_type": "error", "ename": "E", "evalue": "", "traceback": []}],
                    },
                )
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
