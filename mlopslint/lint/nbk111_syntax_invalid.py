"""NBK111 syntax-invalid."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mlopslint.lint.base import Cell, Notebook, NotebookRule, Problem
from mlopslint.lint.notebooks import is_python_2, tags
from mlopslint.patterns import late

_PYTHON_2 = late(
    r"Missing parentheses in call to '(?:print|exec)'|multiple exception types must be parenthesized|backtick"
)
_BLANK = late(
    r"(?im)^\s*#\s*%load |#.*\b(?:your|todo|fill|complete|replace|exercise|write)\b|<[A-Z][A-Z_ ]{2,40}>|_{3,}|<your|\?{3,}"
)


class SyntaxInvalid(NotebookRule):
    """A code cell that is no valid Python.

    What it does
    ------------
    Finds code cells that do not parse. Magics, shell commands and help requests of IPython are understood, cells in another
    language, files shown by ``%load`` and exercises with blanks to fill in are left alone. A notebook of Python 2 is told once.

    Why is this bad?
    ----------------
    "Run all" stops there: nothing below the cell can be repeated.

    Example
    -------
    ::

        for row in rows
            print(row)

    Use instead
    -----------
    ::

        for row in rows:
            print(row)

    References
    ----------
    - Known from pynblint (invalid-python-syntax).
    """

    code = "NBK111"
    name = "syntax-invalid"
    severity = "error"

    def check(self, notebook: Notebook) -> Iterator[Problem]:
        broken = [cell for cell in notebook.code if cell.broken and not _other(cell)]
        if not broken:
            return
        if is_python_2(notebook) or any(_PYTHON_2.search(cell.broken) for cell in broken):
            yield notebook.problem(
                broken[0], "the notebook is Python 2 code, which no supported Python runs", line=_line(broken[0])
            )
            return
        for cell in broken:
            reason = re.sub(r"^line \d+: ", "", cell.broken).rstrip(". ")
            found = notebook.problem(cell, f"cell {cell.number} does not parse: {reason}"[:200], line=_line(cell))
            # Its author has seen the error and kept it (most often a lesson about it), or it did run as it was then.
            yield found._replace(confidence="low") if _seen(cell) or _ran(cell) else found

    GOOD = (
        {
            "cells": [
                ("code", "%matplotlib inline\n!pip install x\nfiles = !ls\ndf?"),
                ("code", "%%bash\nfor f in *; do echo $f; done"),
                ("code", "%%capture captured\n%%sh --no-raise-error\nploomber build --force"),
                (
                    "code",
                    "%timeit np.fromiter((a + b for a, b in zip(x, y)),\n                    dtype=x.dtype)\nz = 1",
                ),
            ]
        },
        {"cells": [("code", "x =  # your code here")]},
        {"cells": [("code", "SELECT 1", {"metadata": {"vscode": {"languageId": "sql"}}})]},
        {"cells": [("code", "print 1")], "metadata": {"language_info": {"name": "r"}}},
        {"cells": [("code", "def f(:", {"metadata": {"tags": ["raises-exception"]}})]},
        {"cells": [("code", "pip install x"), ("code", "%sql\nselect a from b")]},
        {"cells": [("code", "if i:\n    print('%d of %d'\n          %(i,\n            n))\n%time x = 1")]},
        {"cells": [("code", "ls {folder}/ml-1m  # what came"), ("code", "matplotlib inline")]},
    )
    BAD = (
        {"cells": [("code", "for row in rows\n    print(row)")]},
        {"cells": [("code", "print 'a'"), ("code", "print 'b'")]},
        {"cells": [("code", "x = (1,\n")]},
    )


def _line(cell: Cell) -> int:
    match = re.match(r"line (\d+):", cell.broken)
    return int(match.group(1)) if match else 1


def _other(cell: Cell) -> bool:
    """Whether the cell is not meant to be run as Python."""
    vscode = cell.metadata.get("vscode")
    language = str(vscode.get("languageId", "python")) if isinstance(vscode, dict) else "python"
    if "f-string" in cell.broken:  # newer Python takes what older refuses there
        return True
    return (
        language not in ("python", "")
        or "raises-exception" in tags(cell)
        or "skip-execution" in tags(cell)
        or _BLANK.search(cell.source) is not None
    )


def _seen(cell: Cell) -> bool:
    """Whether the error is saved as what the cell puts out, and the cell is as short as an example of one is."""
    return cell.source.count("\n") < 4 and any(
        isinstance(out, dict) and out.get("ename") in ("SyntaxError", "IndentationError") for out in cell.outputs
    )


def _ran(cell: Cell) -> bool:
    """Whether the cell has put something out, and no error: IPython understood it."""
    kinds = [out.get("output_type") for out in cell.outputs if isinstance(out, dict)]
    return bool(kinds) and "error" not in kinds and "pyerr" not in kinds
