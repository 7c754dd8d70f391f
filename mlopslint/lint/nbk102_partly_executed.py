"""NBK102 partly-executed."""

from __future__ import annotations

from collections.abc import Iterator

from mlopslint.lint.base import Cell, Notebook, NotebookRule, Problem
from mlopslint.lint.notebooks import listed, only_comments, only_installs, tags


class PartlyExecuted(NotebookRule):
    """A notebook of which some cells were run and others not.

    What it does
    ------------
    Finds code cells without an execution count and without output beside cells that were run. A notebook that was never run, or
    whose outputs were stripped, is fine; cells that are empty, hold comments only, install packages, log in or are tagged to be skipped do
    not count. Told once for each notebook.

    Why is this bad?
    ----------------
    Nobody has seen the notebook work as it stands: what was not run may fail, and the outputs below it are from an earlier state.

    Example
    -------
    ::

        [1]: df = pd.read_csv("churn.csv")
        [ ]: df = df.dropna()
        [2]: model.fit(df)

    Use instead
    -----------
    Run all cells before saving, or strip all outputs::

        jupyter nbconvert --execute --inplace churn.ipynb

    References
    ----------
    - Known from pynblint (non-executed-cells).
    """

    code = "NBK102"
    name = "partly-executed"
    severity = "note"

    def check(self, notebook: Notebook) -> Iterator[Problem]:
        if all(_ran(cell) for cell in notebook.code):
            return
        cells = [cell for cell in notebook.code if not only_comments(cell) and "skip" not in " ".join(tags(cell))]
        idle = [cell for cell in cells if not _ran(cell) and not only_installs(cell)]
        if not idle or all(cell.executed is None for cell in cells):
            return  # where no cell has a count a program wrote the notebook, or took the counts away
        ran = sum(map(_ran, cells))
        what = f"cells {listed([c.number for c in idle])} were" if len(idle) > 1 else f"cell {idle[0].number} was"
        others = f"{ran} others were" if ran > 1 else "one other was"
        yield notebook.problem(idle[0], f"{what} not run when the notebook was saved, {others}")

    GOOD = (
        {"cells": [("code", "# once\n!pip install x"), ("code", "a = 1", {"execution_count": 1})]},
        {"cells": [("code", "!python -m spacy download en_core_web_lg"), ("code", "a = 1", {"execution_count": 1})]},
        {"cells": [("code", "notebook_login()"), ("code", "a = 1", {"execution_count": 1})]},
        {"cells": [("code", "a = 1"), ("code", "b = 1")]},
        {"cells": [("code", "a = 1", {"execution_count": 1}), ("code", ""), ("code", "# later")]},
        {
            "cells": [
                ("code", "a = 1", {"execution_count": 1}),
                ("code", "b", {"metadata": {"tags": ["skip-execution"]}}),
            ]
        },
        {"cells": [("code", "a = 1"), ("code", "b", {"outputs": [{"output_type": "stream", "text": "1"}]})]},
        {
            "cells": [
                ("code", "a = 1", {"execution_count": 1}),
                ("code", "b", {"outputs": [{"output_type": "stream", "text": "1"}]}),
            ]
        },
    )
    BAD = (
        {"cells": [("code", "a = 1", {"execution_count": 1}), ("code", "b = 2")]},
        {"cells": [("code", "a = 1"), ("code", "b = 2"), ("code", "c = 2", {"execution_count": 4})]},
    )


def _ran(cell: Cell) -> bool:
    return cell.executed is not None or bool(cell.outputs)
