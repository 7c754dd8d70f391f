"""NAM103 meaningless-name."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from mlopslint.lint.base import Context, Problem, PythonRule

_VAGUE = re.compile(
    r"^(?:(?:df|data|tmp|temp|foo|bar|test_?df|train_?df|frame|arr|lst|dct)_?\d+|\w*_(?:final|new|old|copy)_?(?:v?\d+)|foo|asdf)$"
)


class MeaninglessName(PythonRule):
    """A name with a number where a meaning should be.

    What it does
    ------------
    Finds assignments to df1, df2, tmp3, data_new2, model_final_v2 and kin.

    Why is this bad?
    ----------------
    Which frame is the cleaned one? The reader counts, and the next edit takes the wrong one.

    Example
    -------
    ::

        df2 = df1.dropna()

    Use instead
    -----------
    ::

        customers = raw_customers.dropna()

    References
    ----------
    - Pimentel et al. (MSR 2019) on names in notebooks.
    """

    code = "NAM103"
    name = "meaningless-name"
    severity = "note"
    default = False
    in_tests = False
    nodes = (ast.Assign,)

    def check(self, node: ast.Assign, name: str, at: Context) -> Iterator[Problem]:
        for target in node.targets:
            if isinstance(target, ast.Name) and _VAGUE.match(target.id):
                yield at.problem(target, f"{target.id!r} does not say what it holds")

    GOOD = ("customers = f(x)\n", "x1 = 3\n", "h1 = 2\n")
    BAD = ("df2 = df1.dropna()\n", "model_final_v2 = fit(x)\n")
