"""NBK110 undefined-if-rerun."""

from __future__ import annotations

import builtins
import re
from collections.abc import Iterator

from mlopslint.lint.base import Notebook, NotebookRule, Problem
from mlopslint.lint.scopes import names_of

#: Names that a kernel gives, of Jupyter and of the hosted notebooks that say so in their documentation.
_BUILTIN = frozenset(dir(builtins)) | {
    "display", "get_ipython", "In", "Out", "exit", "quit", "spark", "sc", "sqlContext", "dbutils", "displayHTML", "table", "sql", "__file__",
}  # fmt: skip
_MAGIC = re.compile(
    r"%(?:run|load|store|pylab|loadpy|recall|macro|reload_ext|load_ext|R|sql|bigquery|%R|%sql|%bigquery|%spark|%configure|%writefile|%local|%script|%python|%pyspark|%js|%cython)\b"
)


def _hidden(notebook: Notebook) -> bool:
    """Whether names may come from where they cannot be seen: magics, cells that do not parse, other languages, injected parameters."""
    for cell in notebook.code:
        if cell.broken or (cell.tree is None and cell.source.strip()):
            return True
        text = cell.source
        if "%" in text and (
            _MAGIC.search(text)
            or re.search(
                r"^%%(?!time\b|timeit\b|capture\s*$|bash\b|sh\b|html\b|javascript\b|latex\b|markdown\b)", text, re.M
            )
        ):
            return True
    return False


class UndefinedIfRerun(NotebookRule):
    """A name that is not there when the notebook runs from the top.

    What it does
    ------------
    Finds names that a cell reads and that neither it nor a cell above it gives.

    Why is this bad?
    ----------------
    It worked because cells were run in another order, or because of a cell that is gone: after a restart it fails.

    Example
    -------
    ::

        [1] model.fit(X_train, y_train)
        [2] X_train, y_train = load()

    Use instead
    -----------
    ::

        [1] X_train, y_train = load()
        [2] model.fit(X_train, y_train)

    References
    ----------
    - Known from Julynter and nblyzer.
    """

    code = "NBK110"
    name = "undefined-if-rerun"
    confidence = "medium"

    def check(self, notebook: Notebook) -> Iterator[Problem]:
        if notebook.language != "python" or _hidden(notebook):
            return
        cells = [(cell, names_of(cell.tree.body)) for cell in notebook.code if cell.tree is not None]
        if any(names.opaque for _, names in cells):
            return
        everything = set().union(*(names.given for _, names in cells)) if cells else set()
        known: set[str] = set()
        told: set[str] = set()
        for cell, names in cells:
            known |= names.given
            for node in sorted(
                (*names.read, *(n for n in names.later if n.id not in everything)),
                key=lambda n: (n.lineno, n.col_offset),
            ):
                if node.id in known or node.id in told or node.id in _BUILTIN or node.id.startswith("_"):
                    continue
                told.add(node.id)
                later = next((other.number for other, given in cells if node.id in given.given), 0)
                why = f"is first given in cell {later}, below" if later else "is given by no cell"
                column = node.col_offset + 1
                yield Problem(
                    (node.lineno, column, node.lineno, column + len(node.id)),
                    f"{node.id!r} {why}: the cell fails after a restart",
                    cell.number,
                )

    GOOD = (
        {"cells": [("code", "x = 1"), ("code", "print(x)")]},
        {"cells": [("code", "def f():\n    return y\ny = 2"), ("code", "f()")]},
        {"cells": [("code", "from a import *"), ("code", "b")]},
        {"cells": [("code", "[i for i in range(3)]\ndisplay(_)")]},
        {"cells": [("code", "%run other.py"), ("code", "x")]},
        {"cells": [("code", "files = !ls"), ("code", "files")]},
        {"cells": [("code", "%%capture out\nprint(1)"), ("code", "out.show()")]},
        {
            "cells": [
                (
                    "code",
                    "try:\n    x = 1\nexcept ValueError as e:\n    print(e)\nwith open('a') as f:\n    g = lambda z: z + f.n",
                )
            ]
        },
        {
            "cells": [
                ("code", "class A:\n    n = 1\n    m = n\n    def f(self):\n        return [self for _ in range(3)]")
            ]
        },
    )
    BAD = (
        {"cells": [("code", "print(x)"), ("code", "x = 1")]},
        {"cells": [("code", "df.head()")]},
        {"cells": [("code", "def f():\n    return missing\nf()")]},
        {"cells": [("code", "x += 1"), ("code", "x = 2")]},
    )
