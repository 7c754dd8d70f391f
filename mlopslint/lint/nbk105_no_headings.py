"""NBK105 no-headings."""

from __future__ import annotations

from collections.abc import Iterator

from mlopslint.lint.base import Notebook, NotebookRule, Problem
from mlopslint.patterns import late

#: A cell that begins with a bold line, and a line of text with a rule of its own beneath it.
_BOLD = late(r"\A\s*(?:\*\*|__)[^*_\n]{3,150}(?:\*\*|__)[ \t]*(?:\n|\Z)")
_UNDERLINED = late(r"(?m)^ {0,3}[^\s#>|*+=-].*\n {0,3}(?:={3,}|-{3,})[ \t]*$")


class NoHeadings(NotebookRule):
    """A notebook without a title or heading.

    What it does
    ------------
    Finds notebooks of at least five code cells that hold no Markdown heading, nor a bold line at the head of a cell.

    Why is this bad?
    ----------------
    A reader cannot tell what the notebook is for and where its parts begin; tools cannot make an outline.

    Example
    -------
    ::

        # %% [code]
        df = pd.read_csv("churn.csv")

    Use instead
    -----------
    ::

        # %% [markdown]
        # # Churn: first look at the data
        # %% [code]
        df = pd.read_csv("churn.csv")

    References
    ----------
    - Known from pynblint (missing-h1-MD-heading).
    """

    code = "NBK105"
    name = "no-headings"
    severity = "note"

    def check(self, notebook: Notebook) -> Iterator[Problem]:
        if len(notebook.code) < 5 or any(fact.kind == "heading" for fact in notebook.facts):
            return
        if any(
            "<h1" in cell.source or "<h2" in cell.source or _UNDERLINED.search(cell.source) or _BOLD.search(cell.source)
            for cell in notebook.cells
            if cell.kind == "markdown"
        ):
            return
        yield notebook.problem(notebook.cells[0], "the notebook has no heading")

    GOOD = (
        {"cells": [("markdown", "# Title"), *[("code", "x = 1")] * 5]},
        {"cells": [("code", "x = 1")]},
        {"cells": [("markdown", "**Sentiment of news**\n\nBy me."), *[("code", "x = 1")] * 5]},
        {"cells": [("markdown", "Deep learning\n=============\n\nA text."), *[("code", "x = 1")] * 5]},
    )
    BAD = (
        {"cells": [("code", "x = 1")] * 5},
        {"cells": [("markdown", "Here is **bold** text."), *[("code", "x = 1")] * 5]},
    )
