"""MDL117 requires-grad-typo."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from mlopslint.lint.base import Context, Edit, Fix, Problem, PythonRule

_TYPOS = frozenset(
    [
        "require_grad", "requires_grads", "required_grad", "require_grads", "requires_gard", "require_gradient",
        "requires_gradient", "requires_gradients", "require_gradients", "requiers_grad", "requries_grad",
        "reqires_grad", "requre_grad", "required_grads", "requires_Grad", "requiresGrad", "requires_grad_",
    ]
)  # fmt: skip


class RequiresGradTypo(PythonRule):
    """A misspelt ``requires_grad``.

    What it does
    ------------
    Finds assignments to ``require_grad``, ``requires_grads`` and other misspellings, and to ``requires_grad_``, which is a method.

    Why is this bad?
    ----------------
    Python lets a tensor have any attribute, so the line sets a new one and nothing else: layers that should be frozen are trained.

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
    Safe: it sets the attribute that was meant. Training changes where parameters should have been frozen.

    References
    ----------
    - PyTorch, "Locally disabling gradient computation": https://pytorch.org/docs/stable/notes/autograd.html#locally-disable-grad-doc
    - Known from TorchFix TOR002.
    """

    code = "MDL117"
    name = "requires-grad-typo"
    severity = "error"
    fixes = "safe"
    nodes = (ast.Assign,)
    markers = tuple(sorted({f".{word}".encode() for word in _TYPOS}))

    def check(self, node: ast.Assign, name: str, at: Context) -> Iterator[Problem]:
        for target in node.targets:
            if not isinstance(target, ast.Attribute) or target.attr not in _TYPOS or not at.imported("torch"):
                continue
            if isinstance(target.value, ast.Name) and target.value.id in (
                "self",
                "cls",
                "args",
                "cfg",
                "config",
                "opt",
            ):
                continue
            line, _, end, column = at.region(target)
            region = (end, column - len(target.attr), end, column)
            fix = Fix("Write requires_grad", "safe", (Edit(region, "text", ("requires_grad",)),)) if line else None
            yield at.problem(target, f"{target.attr} sets nothing; the attribute is requires_grad", fix)

    GOOD = (
        "import torch\np.requires_grad = False\n",
        "import torch\np.requires_grad_(False)\n",
        "import torch\nclass Block:\n    def __init__(self, flag):\n        self.require_grad = flag\n",
        "p.require_grad = False\n",
        "import torch\nrequire_grad = False\n",
    )
    BAD = (
        (
            "import torch\nfor p in m.parameters():\n    p.require_grad = False\n",
            "import torch\nfor p in m.parameters():\n    p.requires_grad = False\n",
        ),
        "from torch import nn\nm = nn.Linear(1, 2)\nm.weight.requires_grads = False\n",
        "import torch\nx.requires_grad_ = True\n",
    )
