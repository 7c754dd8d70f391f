"""NBK113 functions-untested."""

from __future__ import annotations

from collections.abc import Iterator

from mlopslint.lint.base import Problem, ProjectRule
from mlopslint.view import View


class FunctionsUntested(ProjectRule):
    """Functions live in a notebook.

    What it does
    ------------
    Finds notebooks that define three or more functions.

    Why is this bad?
    ----------------
    They cannot be imported, tested or reused: the next notebook gets a copy.

    Example
    -------
    ::

        [4] def clean(df): ...

    Use instead
    -----------
    ::

        from churn.features import clean

    References
    ----------
    - Known from pynblint.
    """

    code = "NBK113"
    name = "functions-untested"
    severity = "note"
    default = False

    def check(self, view: View) -> Iterator[tuple[str, Problem]]:
        for path in view.notebooks:
            found = [
                fact
                for fact in view.of(path, "def")
                if isinstance(fact.value, dict) and fact.value.get("type") == "function"
            ]
            if len(found) >= 3:
                names = ", ".join(fact.name for fact in found[:3])
                yield (
                    path,
                    Problem(
                        (found[0].line, 1, found[0].line, 1),
                        f"{len(found)} functions ({names}...) that no test can reach; move them into a module",
                        found[0].cell,
                    ),
                )

    GOOD = ({"a.ipynb": {"cells": [("code", "def f():\n    pass")]}},)
    BAD = (
        (
            {"a.ipynb": {"cells": [("code", "def f():\n    pass\ndef g():\n    pass\ndef h():\n    pass")]}},
            "a.ipynb",
            1,
        ),
    )
