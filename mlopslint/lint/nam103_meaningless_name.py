"""NAM103 meaningless-name."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from mlopslint.lint.base import Context, Problem, PythonRule
from mlopslint.patterns import late

_NUMBERED = late(
    r"^(?:df|data|dataset|tmp|temp|foo|bar|var|thing|stuff|test|res|result|new|list|dict|arr|my_?\w+?)_?\d{1,3}$"
)
_VERSIONED = late(
    r"^\w+_(?:final|new|old|copy)(?:_?(?:final|new|old|copy|v?\d+))+$|^\w*final_?final\w*$|^\w+_final_?v?\d+$"
)
_ENDS = ("final", "new", "old", "copy")


class MeaninglessName(PythonRule):
    """A variable that is told from its kin by a number or by ``final``.

    What it does
    ------------
    Finds assignments to ``df1``, ``df2``, ``tmp3``, ``model_final_v2`` and their family.

    Why is this bad?
    ----------------
    The name does not say what the value is and how it differs from the one before; in a notebook the wrong one is soon used.

    Example
    -------
    ::

        df2 = df1.dropna()
        model_final_v2 = train(df2)

    Use instead
    -----------
    ::

        complete = customers.dropna()
        model = train(complete)

    References
    ----------
    - J. Siegmund et al., "Measuring Neural Efficiency of Program Comprehension", FSE 2017, on names that carry meaning.
    """

    code = "NAM103"
    name = "meaningless-name"
    severity = "note"
    confidence = "medium"
    default = False
    nodes = (ast.Assign,)

    def check(self, node: ast.Assign, name: str, at: Context) -> Iterator[Problem]:
        for target in node.targets:
            for item in target.elts if isinstance(target, (ast.Tuple, ast.List)) else (target,):
                if isinstance(item, ast.Name) and _meaningless(item.id):
                    yield at.problem(item, f"{item.id} does not say what it holds")

    GOOD = ("x1, x2 = 1, 2\nis_torch_ge_v2_1 = 3\n", "layer1 = 1\nconv2 = 2\n", "final = 1\nmodel_v2 = 2\nf1 = 3\n")
    BAD = ("df1 = 1\n", "a, tmp_2 = 1, 2\n", "model_final_v2 = 1\n")


def _meaningless(name: str) -> bool:
    # the patterns are asked about few names: all that they match end or hold one of these
    if name[-1].isdigit() and _NUMBERED.match(name):
        return True
    return (name[-1].isdigit() or name.endswith(_ENDS) or "final" in name) and _VERSIONED.match(name) is not None
