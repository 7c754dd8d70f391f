"""MDL102 forward-called-directly."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from mlopslint.lint.base import Context, Problem, PythonRule
from mlopslint.lint.values import kind_of

_NAMES = (
    "model",
    "net",
    "encoder",
    "decoder",
    "backbone",
    "generator",
    "discriminator",
    "classifier",
    "module",
    "layer",
)


class ForwardCalledDirectly(PythonRule):
    """A module's forward is called by name.

    What it does
    ------------
    Finds ``model.forward(x)`` of torch modules; ``super().forward`` and calls through a class are fine.

    Why is this bad?
    ----------------
    Hooks are skipped: what registers on the module (profilers, quantization, distributed training) is silently left
    out.

    Example
    -------
    ::

        output = model.forward(batch)

    Use instead
    -----------
    ::

        output = model(batch)

    Fix safety
    ----------
    Safe: the module's call runs its hooks and then ``forward``.

    References
    ----------
    - PyTorch: https://pytorch.org/docs/stable/generated/torch.nn.Module.html
    - Known from dslinter and CodeSmile (PyTorch call method misused).
    """

    code = "MDL102"
    name = "forward-called-directly"
    fixes = "safe"
    in_tests = False
    calls = ("forward",)
    markers = (b".forward(",)

    def check(self, node: ast.Call, name: str, at: Context) -> Iterator[Problem]:
        func = node.func
        if (
            not isinstance(func, ast.Attribute)
            or func.attr != "forward"
            or not at.imported("torch", "pytorch_lightning", "lightning")
        ):
            return
        owner = func.value
        text = ast.unparse(owner)
        if (
            isinstance(owner, ast.Call)
            or text[:1].isupper()
            or text.rpartition(".")[2][:1].isupper()
            or text in ("self", "cls")
        ):
            return
        if node.args and isinstance(node.args[0], ast.Name) and node.args[0].id == "self":
            return
        if (
            isinstance(at.function, (ast.FunctionDef, ast.AsyncFunctionDef))
            and at.function.name == "forward"
            and "orig" in text
        ):
            return
        known = kind_of(at.resolve(owner)) == "module"
        last = text.rpartition(".")[2].lower()
        if not known and not any(word in last for word in _NAMES):
            return
        yield at.problem(
            node,
            f"{text}.forward() skips the hooks of the module; call {text}()",
            at.replace(func, text, "Call the module"),
            None if known else "medium",
        )

    GOOD = (
        "import torch\ny = model(x)\n",
        "import torch\nclass A(torch.nn.Module):\n    def forward(self, x):\n        return super().forward(x)\n",
        "import torch\ny = torch.nn.Linear.forward(self, x)\n",
        "y = browser.forward(1)\n",
        "import torch\ny = channel.forward(1)\n",
    )
    BAD = (
        (
            "import torch\nmodel = torch.nn.Linear(1, 1)\ny = model.forward(x)\n",
            "import torch\nmodel = torch.nn.Linear(1, 1)\ny = model(x)\n",
        ),
        "import torch\ndef f(model, x):\n    return model.forward(x)\n",
        "import torch.nn as nn\nclass A(nn.Module):\n    def __init__(self):\n        self.layer = nn.Linear(1, 1)\n    def forward(self, x):\n        return self.layer.forward(x)\n",
    )
