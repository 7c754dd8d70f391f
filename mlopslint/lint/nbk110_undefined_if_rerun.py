"""NBK110 undefined-if-rerun."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cached_property
from typing import Any

from mlopslint.lint.base import Cell, Notebook, NotebookRule, Problem
from mlopslint.lint.notebooks import is_python_2, only_comments, tags
from mlopslint.lint.scopes import KNOWN, bound, events, function_needs
from mlopslint.patterns import late

_WORD = late(r"[^\W\d]\w*")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


#: Magics that bind no name, or only names that stand on their line.
_PLAIN_MAGICS = _words(
    "matplotlib autoreload config time timeit pip conda mamba cd ls ll pwd mkdir rm cp mv cat env set_env tensorboard watermark"
    " precision who whos who_ls capture writefile file html HTML javascript js latex markdown svg bash sh script cmd prun lprun"
    " memit mprun mpl alias aimport xmode pdb debug pprint logstart logstop colors doctest_mode unload_ext sql bigquery"
    " language_version warnings history tb pinfo pinfo2 psource notebook nbagg cython ! R skip perl ruby svg"
)
#: Extensions that give magics and no names.
_PLAIN_EXTENSIONS = _words(
    "autoreload tensorboard dotenv line_profiler memory_profiler nb_black lab_black watermark sql cudf.pandas jupyter_black"
    " google.cloud.bigquery google.colab.data_table cython Cython rpy2.ipython heat snakeviz autotime sparkmagic.magics"
    " nb_js_diagrammers tensorboard.notebook pycodestyle_magic jupyternotify blackcellmagic itikz autoflake cudf"
)
_DATABRICKS = late(r"^_(?:i?\d+|sqldf)$")
LIMIT = 10


class UndefinedIfRerun(NotebookRule):
    """A name that the notebook uses before any cell defines it.

    What it does
    ------------
    Reads the cells from the top and finds names that a cell needs when it runs while neither it nor a cell above defines them: they are
    defined further down, were deleted, or stood in a cell that is gone. The body of a function counts where a cell calls the function,
    and then only what every call of it needs. Below anything that may define any name (``import *``, ``%run``, ``exec``, unknown
    magics and extensions) the rule is silent.

    Why is this bad?
    ----------------
    The notebook works only in the session in which it was written: "Run all" ends with a ``NameError``.

    Example
    -------
    ::

        # %% first cell
        df.head()
        # %% second cell
        df = pd.read_csv("churn.csv")

    Use instead
    -----------
    ::

        # %% first cell
        df = pd.read_csv("churn.csv")
        # %% second cell
        df.head()

    References
    ----------
    - Known from Julynter (hidden state) and NBLyzer.
    """

    code = "NBK110"
    name = "undefined-if-rerun"
    severity = "error"

    def check(self, notebook: Notebook) -> Iterator[Problem]:
        if notebook.language != "python":
            return
        order = _Order(notebook)
        for cell in notebook.code:
            try:
                yield from order.run(cell)
            except RecursionError:
                return  # nested too deeply: whatever it binds is not known
            if order.unknown or len(order.told) >= LIMIT:
                return

    GOOD = (
        {
            "cells": [
                ("code", "import numpy as np\nx = np.ones(3)"),
                ("code", "display(x, np)\n_ = [y for y in x if y]\nprint(_)"),
            ]
        },
        {"cells": [("code", "def f():\n    return later"), ("code", "later = 1\nf()")]},
        {"cells": [("code", "from mine import *"), ("code", "f(x)")]},
        {"cells": [("code", "%run setup.py"), ("code", "f(x)")]},
        {"cells": [("code", "%%capture out\n1"), ("code", "out.show()"), ("code", "files = !ls\nfiles")]},
        {"cells": [("code", "try:\n    spam\nexcept NameError:\n    spam = 1"), ("code", "spam")]},
        {"cells": [("code", "if 'model' not in globals():\n    model = 1"), ("code", "model")]},
        {"cells": [("code", "for i in range(3):\n    if i:\n        last\n    last = i")]},
        {"cells": [("code", "def f():\n    global total\n    total = 1\nf()"), ("code", "total")]},
        {"cells": [("code", "class A:\n    x = 1\n    y = [x]\n    def f(self):\n        return later")]},
        {"cells": [("code", "print 'x' % y\nz = 1"), ("code", "z")]},
        {
            "cells": [
                (
                    "code",
                    "x = 1\ng = lambda a, b=x: a + later\nwith open(x) as h:\n    h\nmatch x:\n    case [a, *r]:\n        a, r",
                )
            ]
        },
        {"cells": [("code", "f(x)", {"metadata": {"tags": ["raises-exception"]}}), ("code", "x = 1")]},
        {"cells": [("code", "%load_ext kedro.ipython"), ("code", "catalog.load('x')")]},
        {"cells": [("code", "list(xrange(3))")], "metadata": {"kernelspec": {"name": "python2"}}},
        {"cells": [("code", "%%writefile a.py\nx"), ("code", "(n := 3)\nprint([n for _ in range(n) if (m := n)], m)")]},
    )
    BAD = (
        {"cells": [("code", "df.head()"), ("code", "df = 1")]},
        {"cells": [("code", "import os"), ("code", "print(pd, os)")]},
        {"cells": [("code", "def f():\n    return later\nf()"), ("code", "later = 1")]},
        {"cells": [("code", "def g():\n    return later\ndef f(x):\n    return g()\nf(1)"), ("code", "later = 1")]},
        {"cells": [("code", "x = 1\ndel x"), ("code", "print(x)")]},
        {"cells": [("code", "rows = [r for r in range(3)]\nprint(r)")]},
        {"cells": [("code", "%matplotlib inline\ncount += 1")]},
        {"cells": [("code", "list(xrange(3))")]},
    )


#: Built into Python 2 only.
_PYTHON_2 = (
    "basestring", "cmp", "execfile", "file", "long", "raw_input", "reduce", "reload", "unichr", "unicode", "xrange",
)  # fmt: skip
#: What code and commands hold that were commented out, and sentences do not.
_NO_TASK = late(r"[=(\[{]|^!|\b(?:pip|conda|git|apt)\b")


def _is_task(cell: Cell) -> bool:
    """Whether a code cell holds a comment that is no code, and nothing else: ``# Train the model:``."""
    rows = [row.strip().lstrip("#@ ") for row in cell.source.split("\n") if row.strip()]
    if not rows or not only_comments(cell) or cell.outputs:
        return False
    try:
        ast.parse("\n".join(rows))
    except (SyntaxError, ValueError):
        return all(len(row.split()) > 1 and not _NO_TASK.search(row) for row in rows)
    return False


class _Order:
    """The session that a run from the top would have after each cell."""

    def __init__(self, notebook: Notebook) -> None:
        self.notebook = notebook
        self.defined: set[str] = {*KNOWN, *(_PYTHON_2 if is_python_2(notebook) else ())}
        self.dropped: dict[str, int] = {}
        self.functions: dict[str, ast.FunctionDef | ast.AsyncFunctionDef] = {}
        self.needs: dict[ast.AST, dict[str, ast.expr]] = {}
        self.told: set[str] = set()
        self.unknown = False
        self.looked: set[int] = set()
        self.magics: dict[int, list[Any]] = {}
        for fact in notebook.facts:
            if fact.kind in ("magic", "command") and fact.cell:
                self.magics.setdefault(fact.cell, []).append(fact)

    def run(self, cell: Cell) -> Iterator[Problem]:
        """Problems of one cell; what it binds is known afterwards."""
        if cell.tree is None:
            self.defined.update(_WORD.findall(cell.source)[:5000])  # it does not parse: it may bind whatever it names
            return
        for fact in self.magics.get(cell.number, ()):
            if fact.kind == "magic":
                self.magic(fact.name, cell)
        if self.unknown:
            return
        silent = bool({"raises-exception", "skip-execution"} & set(tags(cell)))
        for kind, name, node in events(cell.tree):
            if kind == "use":
                if not silent and self.missing(name):
                    yield self.problem(cell, node, name)
            elif kind == "bind":
                self.defined.add(name)
                self.dropped.pop(name, None)
                self.functions.pop(name, None)
                if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.name == name:
                    self.functions[name] = node
            elif kind == "call":
                if not silent:
                    yield from self.call(cell, name, node)
            elif kind == "define":
                self.defined.add(name)
            elif kind == "drop":
                self.defined.discard(name)
                self.dropped[name] = cell.number
            elif kind == "looks":
                if cell.number not in self.looked:
                    self.looked.add(cell.number)
                    self.looks(cell)
                if self.unknown:
                    return
            elif kind == "unknown":
                self.unknown = True
                return

    @cached_property
    def tasks(self) -> list[int]:
        """Cells that hold a task in words and no code: who solves it defines there what is used below."""
        return [cell.number for cell in self.notebook.code if _is_task(cell)]

    @cached_property
    def later(self) -> dict[str, int]:
        """Name -> the last cell that binds it, for the message."""
        cells = [cell for cell in self.notebook.code if cell.tree is not None]
        return {name: cell.number for cell in cells for name in bound(cell.tree.body)}  # type: ignore[union-attr]

    def call(self, cell: Cell, name: str, node: ast.AST) -> Iterator[Problem]:
        """What a call needs through the functions that it reaches, each once."""
        stack, seen = [name], {name}
        while stack and len(seen) < 200:
            function = stack.pop()
            for need in self.needed(function):
                if need in self.functions:
                    if need not in seen:
                        seen.add(need)
                        stack.append(need)
                elif self.missing(need):
                    yield self.problem(cell, node, need, function)

    def needed(self, name: str) -> dict[str, ast.expr]:
        """What every call of a function of the notebook needs; nothing of one that is not known."""
        function = self.functions.get(name)
        if function is None:
            return {}
        found = self.needs.get(function)
        if found is None:
            found = self.needs[function] = function_needs(function)
        return found

    def missing(self, name: str) -> bool:
        return (
            name not in self.defined
            and name not in self.told
            and not (name.startswith("__") and name.endswith("__"))
            and not _DATABRICKS.match(name)
            and name.strip("_") != ""
        )

    def problem(self, cell: Cell, node: Any, name: str, via: str = "") -> Problem:
        self.told.add(name)
        if name in self.dropped:
            where = f"was deleted in cell {self.dropped[name]}"
        elif self.later.get(name, 0) > cell.number:
            where = f"is defined only further down, in cell {self.later[name]}"
        elif self.later.get(name, 0) == cell.number:
            where = "is defined only further down in this cell"
        else:
            where = "is defined by no cell"
        subject = f"{via}() needs {name}, which {where}" if via else f"{name} {where}"
        rows = cell.source.split("\n")

        def column(line: int, offset: int) -> int:
            row = rows[line - 1] if line <= len(rows) else ""
            return len(row.encode("utf-8", "surrogatepass")[:offset].decode("utf-8", "replace")) + 1

        end = node.end_lineno or node.lineno
        region = (node.lineno, column(node.lineno, node.col_offset), end, column(end, node.end_col_offset or 0))
        exercise = name not in self.later and len([task for task in self.tasks if task < cell.number]) > 1
        return Problem(region, subject, cell.number, confidence="low" if exercise else None)

    def magic(self, text: str, cell: Cell) -> None:
        """What a magic may bind."""
        words = text.lstrip("%").split()
        name = words[0] if words else ""
        extension = name in ("load_ext", "reload_ext") and len(words) > 1
        if extension and words[1].strip("'\"") not in _PLAIN_EXTENSIONS or not extension and name not in _PLAIN_MAGICS:
            self.unknown = True
            return
        if name not in ("time", "timeit", "matplotlib", "pip", "conda") or name == "time":
            self.defined.update(_WORD.findall(text))
        if text.startswith("%%") and name in ("cython", "R"):
            self.defined.update(_WORD.findall(cell.source)[:5000])

    def looks(self, cell: Cell) -> None:
        """A cell that looks at the table of names itself: it may set any, or ask for those that it quotes."""
        for node in ast.walk(cell.tree or ast.Module([], [])):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                self.defined.add(node.value)
            elif isinstance(node, (ast.Subscript, ast.Attribute)) and _is_table(node.value):
                self.unknown = self.unknown or _writes(node)


def _is_table(node: ast.expr) -> bool:
    return (
        isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("globals", "locals", "vars")
    )


def _writes(node: ast.Subscript | ast.Attribute) -> bool:
    if isinstance(node, ast.Subscript):
        return isinstance(node.ctx, ast.Store)
    return node.attr in ("update", "setdefault", "__setitem__")
