"""MDL117 requires-grad-typo."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from mlopslint.lint.base import Context, Problem, PythonRule

_TYPOS = {
    word: "requires_grad"
    for word in (
        "require_grad",
        "require_grads",
        "requires_grads",
        "required_grad",
        "requiregrad",
        "require_gradient",
        "requires_gard",
    )
}


class RequiresGradTypo(PythonRule):
    """A misspelt attribute that sets nothing.

    What it does
    ------------
    Finds ``param.require_grad = False`` and kin in code that imports torch.

    Why is this bad?
    ----------------
    Python makes a new attribute and says nothing: the layer that was to be frozen goes on training.

    Example
    -------
    ::

        for p in model.parameters():
            p.require_grad = False

    Use instead
    -----------
    ::

        for p in model.parameters():
            p.requires_grad = False

    Fix safety
    ----------
    Safe in the sense that it does what the line says; training changes where the typo had no effect.

    References
    ----------
    - Known from TorchFix TOR002.
    """

    code = "MDL117"
    name = "requires-grad-typo"
    severity = "error"
    fixes = "safe"
    nodes = (ast.Assign,)
    markers = (
        b"require_grad",
        b"requires_grads",
        b"required_grad",
        b"requiregrad",
        b"require_gradient",
        b"requires_gard",
    )

    def check(self, node: ast.Assign | ast.Call, name: str, at: Context) -> Iterator[Problem]:
        if not at.imported("torch"):
            return
        targets = node.targets if isinstance(node, ast.Assign) else [node.func]
        for target in targets:
            right = _TYPOS.get(target.attr) if isinstance(target, ast.Attribute) else None
            if (
                right
                and isinstance(target, ast.Attribute)
                and not (isinstance(target.value, ast.Name) and target.value.id == "self")
            ):
                owner = at.source(target.value)
                yield at.problem(
                    target,
                    f"{target.attr} sets nothing; it is spelt {right}",
                    at.replace(target, f"{owner}.{right}", f"Write {right}"),
                )

    GOOD = (
        "import torch\np.requires_grad = False\n",
        "p.require_grad = False\n",
        "import torch\nself.require_grad = True\n",
    )
    BAD = (
        (
            "import torch\nfor p in m.parameters():\n    p.require_grad = False\n",
            "import torch\nfor p in m.parameters():\n    p.requires_grad = False\n",
        ),
        "import torch\nx.weight.require_grads = True\n",
    )
