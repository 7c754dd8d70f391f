"""NBK108 duplicate-cells."""

from __future__ import annotations

from collections.abc import Iterator

from mlopslint.lint.base import Notebook, NotebookRule, Problem


class DuplicateCells(NotebookRule):
    """The same code in two cells of a notebook.

    What it does
    ------------
    Finds code cells of at least three lines that repeat an earlier cell word for word.

    Why is this bad?
    ----------------
    A mistake in copied code is mended in one of its places only. What is needed twice is a function.

    Example
    -------
    ::

        # %%
        model.fit(X_train, y_train)
        y_pred = model.predict(X_test)
        print(f1_score(y_test, y_pred))
        # %%
        model.fit(X_train, y_train)
        y_pred = model.predict(X_test)
        print(f1_score(y_test, y_pred))

    Use instead
    -----------
    ::

        def evaluate(model):
            model.fit(X_train, y_train)
            return f1_score(y_test, model.predict(X_test))

    References
    ----------
    - A. P. Koenzen et al., "Code Duplication and Reuse in Jupyter Notebooks", VL/HCC 2020.
    """

    code = "NBK108"
    name = "duplicate-cells"
    severity = "note"
    default = False

    def check(self, notebook: Notebook) -> Iterator[Problem]:
        seen: dict[str, int] = {}
        for cell in notebook.code:
            text = "\n".join(row.rstrip() for row in cell.source.strip().split("\n") if row.strip())
            if text.count("\n") < 2:
                continue
            first = seen.setdefault(text, cell.number)
            if first != cell.number:
                yield notebook.problem(cell, f"cell {cell.number} repeats cell {first}; make it a function")

    GOOD = (
        {"cells": [("code", "df.head()")] * 3},
        {"cells": [("code", "a = 1\nb = 2\nc = 3"), ("code", "a = 1\nb = 2\nc = 4")]},
    )
    BAD = ({"cells": [("code", "a = 1\nb = 2\nprint(a)"), ("code", "a = 1\nb = 2\n\nprint(a)\n")]},)
