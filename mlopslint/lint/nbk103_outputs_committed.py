"""NBK103 outputs-committed."""

from __future__ import annotations

from collections.abc import Iterator

from mlopslint.lint.base import Edit, Fix, Notebook, NotebookRule, Problem

#: Bytes of saved output in one cell, and in all cells together.
_CELL = 300_000
_ALL = 1_000_000


class OutputsCommitted(NotebookRule):
    """Large outputs are saved in the notebook.

    What it does
    ------------
    Finds notebooks with more than 1 MB of saved outputs, or 300 kB in one cell.

    Why is this bad?
    ----------------
    Every run rewrites them: diffs cannot be read, the repository grows for ever, and data may be in them that
    should not be shared.

    Example
    -------
    ::

        # 4 MB of saved plots and tables

    Use instead
    -----------
    ::

        # outputs stripped: nbstripout --install, or jupyter nbconvert --clear-output

    Fix safety
    ----------
    Safe: the code stays as it is; running the notebook makes the outputs again.

    References
    ----------
    - nbstripout: https://github.com/kynan/nbstripout
    """

    code = "NBK103"
    name = "outputs-committed"
    fixes = "safe"

    def check(self, notebook: Notebook) -> Iterator[Problem]:
        large = [cell for cell in notebook.code if cell.output_size > _CELL]
        total = sum(cell.output_size for cell in notebook.code)
        if not large and total > _ALL:
            large = [max(notebook.code, key=lambda cell: cell.output_size)]
        for cell in large:
            fix = Fix("Clear the outputs of this cell", "safe", (Edit((1, 1, 1, 1), "clear-outputs"),))
            size = f"{cell.output_size / 1e6:.1f} MB of saved output"
            whole = f" ({total / 1e6:.1f} MB in the notebook)" if total > _ALL else ""
            yield notebook.problem(cell, f"{size}{whole}; clear it before committing", fix)

    GOOD = ({"cells": [("code", "x = 1", {"outputs": [{"output_type": "stream", "name": "stdout", "text": ["a"]}]})]},)
    BAD = (
        (
            {
                "cells": [
                    (
                        "code",
                        "x = 1",
                        {
                            "execution_count": 1,
                            "outputs": [{"output_type": "stream", "name": "stdout", "text": "x" * 400_000}],
                        },
                    )
                ]
            },
            {"cells": [("code", "x = 1")]},
        ),
    )
