"""NBK113 functions-untested."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mlopslint.lint.base import Problem, ProjectRule
from mlopslint.view import EVERYWHERE, View

#: Functions shorter than this many lines are glue.
LINES = 5


class FunctionsUntested(ProjectRule):
    """A function that lives in a notebook only, where nothing can import or test it.

    What it does
    ------------
    Finds functions of at least five lines that a notebook defines at its top level and that no Python file defines. Notebooks that are
    exported to modules (nbdev) or that hold assertions or a test runner are left alone.

    Why is this bad?
    ----------------
    Code in a notebook is not imported, so it is neither tested nor used again but by copying.

    Example
    -------
    ::

        # %% [code] of a notebook
        def clean(df): ...

    Use instead
    -----------
    ::

        from churn.features import clean

    References
    ----------
    - Known from pynblint (untested functions) and "Ten simple rules" (Rule et al., 2019).
    """

    code = "NBK113"
    name = "functions-untested"
    severity = "note"
    default = False
    kinds = ("notebook",)
    reads = ("python",)

    def check(self, view: View) -> Iterator[tuple[str, Problem]]:
        elsewhere = {
            hit.fact.name.rpartition(".")[2]
            for hit in view.hits("def", roles=EVERYWHERE)
            if view.kinds.get(hit.path) == "python"
        }
        for path in view.notebooks:
            calls = {fact.name for fact in view.of(path, "call")}
            if any(re.match(r"(?:nbdev|ipytest|unittest|pytest|doctest|testbook)\b", name) for name in calls):
                continue
            if (
                any(fact.name == "assert" for fact in view.of(path, "guard"))
                or view.of(path, "magic")
                and any(fact.name.startswith(("%%ipytest", "%run_pytest")) for fact in view.of(path, "magic"))
            ):
                continue
            for fact in view.of(path, "def"):
                about = fact.value or {}
                if about.get("type") != "function" or about.get("nested") or about.get("lines", 0) < LINES:
                    continue
                if fact.name not in elsewhere:
                    message = f"{fact.name} is defined in a notebook only; move it to a module and test it"
                    yield path, Problem((fact.line, 1, fact.line, 1), message, fact.cell)

    GOOD = (
        {"a.ipynb": {"cells": [("code", "def f(x):\n    return x")]}},
        {
            "a.ipynb": {
                "cells": [
                    ("code", "def f(x):\n    a = 1\n    b = 2\n    c = 3\n    return a"),
                    ("code", "assert f(1) == 1"),
                ]
            }
        },
        {
            "a.ipynb": {"cells": [("code", "def f(x):\n    a = 1\n    b = 2\n    c = 3\n    return a")]},
            "m.py": "def f(x):\n    return x\n",
        },
    )
    BAD = (
        (
            {"a.ipynb": {"cells": [("code", "def f(x):\n    a = 1\n    b = 2\n    c = 3\n    return a")]}},
            "a.ipynb",
            1,
        ),
    )
