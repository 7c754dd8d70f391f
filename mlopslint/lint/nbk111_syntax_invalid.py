"""NBK111 syntax-invalid."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mlopslint.lint.base import Notebook, NotebookRule, Problem

_PYTHON_2 = re.compile(r"^\s*(print\s+[\"'\w]|except \w+, \w+:|exec \w|raise \w+, )", re.M)


def _placeholder(source: str) -> bool:
    """Whether the cell is shown rather than run: an exercise with a hole, a transcript, a shell command."""
    text = source.strip()
    return (
        "____" in text
        or "<FILL" in text.upper()
        or text.startswith((">>>", "$ ", "http", "<", "pip install", "conda install"))
        or "= \n" in text
    )


class SyntaxInvalid(NotebookRule):
    """A code cell that is no Python.

    What it does
    ------------
    Finds code cells that do not parse, once their magics are taken out.

    Why is this bad?
    ----------------
    The notebook cannot be run from the top.

    Example
    -------
    ::

        df = pd.read_csv('a.csv'

    Use instead
    -----------
    ::

        df = pd.read_csv("a.csv")

    References
    ----------
    - Known from pynblint (invalid Python syntax).
    """

    code = "NBK111"
    name = "syntax-invalid"
    severity = "error"

    def check(self, notebook: Notebook) -> Iterator[Problem]:
        if notebook.language != "python":
            return
        broken = [cell for cell in notebook.code if cell.broken]
        two = [cell for cell in broken if _PYTHON_2.search(cell.source)]
        if two:
            yield notebook.problem(two[0], "Python 2: this notebook does not run on any supported version")
            return
        for cell in broken:
            if _placeholder(cell.source):
                continue
            line, _, why = cell.broken.partition(": ")
            number = int(line.removeprefix("line ")) if line.removeprefix("line ").isdigit() else 1
            yield notebook.problem(cell, f"the cell does not parse: {why}", line=number)

    GOOD = (
        {"cells": [("code", "%time x = 1\n!ls\n?help")]},
        {"cells": [("code", "%%bash\nls -l | wc")]},
        {"cells": [("code", "df.head?")]},
        {"cells": [("code", "x = ...  # your code")]},
    )
    BAD = ({"cells": [("code", "df = f(")]}, {"cells": [("code", "print 'a'")]})
