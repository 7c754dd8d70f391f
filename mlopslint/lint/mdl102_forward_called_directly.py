"""MDL102 forward-called-directly."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from mlopslint.lint import torch
from mlopslint.lint.base import Context, Problem, PythonRule


class ForwardCalledDirectly(PythonRule):
    """A module run through ``forward`` instead of by calling it.

    What it does
    ------------
    Finds ``model.forward(x)`` on PyTorch modules. ``super().forward(x)``, ``self.forward(x)`` and ``nn.Linear.forward(self, x)`` are left alone.

    Why is this bad?
    ----------------
    Calling the module runs ``forward`` and all its hooks; ``forward`` alone silently skips them: weight normalization, pruning, distributed
    wrappers, quantization and profilers work through hooks.

    Example
    -------
    ::

        logits = model.forward(x)

    Use instead
    -----------
    ::

        logits = model(x)

    Fix safety
    ----------
    Safe for a module without hooks; one with hooks runs them again, as it should.

    References
    ----------
    - PyTorch, Module.forward: https://pytorch.org/docs/stable/generated/torch.nn.Module.html#torch.nn.Module.forward
    - Known from dslinter (PyTorch call method misused) and CodeSmile.
    """

    code = "MDL102"
    name = "forward-called-directly"
    in_tests = False
    fixes = "safe"
    calls = ("forward",)
    markers = (b".forward(",)

    def check(self, node: ast.Call, name: str, at: Context) -> Iterator[Problem]:
        func = node.func
        if not isinstance(func, ast.Attribute) or not at.imported("torch"):
            return
        if any(isinstance(item, ast.Name) and item.id in ("self", "cls") for item in node.args[:1]):
            return
        if node.args and isinstance(node.args[0], ast.Starred):  # a wrapper that hands on whatever it gets
            return
        if at.imported("tensorflow", "jax", "flax", "chainer", "paddle", "mxnet", "tinygrad") or self._delegates(
            func, at
        ):
            return
        owner = func.value
        last = owner.attr if isinstance(owner, ast.Attribute) else owner.id if isinstance(owner, ast.Name) else ""
        if not last or last in ("self", "cls") or last in at.names and last not in at.reader.types:
            return
        origin = torch.made_from(at, owner)
        known = torch.module_class(at, origin)
        if not known and not torch.may_be_module(at, owner):
            return
        fix = at.replace(func, at.source(owner), f"Call {at.source(owner)} itself")
        text = at.reader.text(owner)
        yield at.problem(
            node, f"{text}.forward skips the module's hooks; call {text}(...)", fix, None if known else "medium"
        )

    @staticmethod
    def _delegates(func: ast.Attribute, at: Context) -> bool:
        """Whether this stands in a wrapper that hides hooks on purpose: it gives another module's forward a new place."""
        around = at.function
        return isinstance(around, torch.FUNCTIONS) and around.name in ("__call__", "_call_impl", "forward_no_hooks")

    GOOD = (
        "import torch\ny = model(x)\n",
        "import torch\nfrom torch import nn\nclass A(nn.Module):\n    def forward(self, x):\n        return super().forward(x)\n",
        "from torch import nn\nclass A(nn.Linear):\n    def forward(self, x):\n        return nn.Linear.forward(self, x)\n",
        "import torch\nclass A(torch.nn.Module):\n    def predict(self, x):\n        return self.forward(x)\n",
        "import jax\ny = model.forward(x)\n",
        "import torch\nfrom mine import model\ny = model.forward(x)\n",
        "import torch\ny = message.forward(to)\n",
        "import torch\nclass W:\n    def forward(self, *args, **kwargs):\n        return self.model.forward(*args, **kwargs)\n",
        "import torch\nclass Net:\n    def forward(self, x):\n        return x @ self.w\ndef loss(net, x):\n    return net.forward(x)\n",
        "class Turtle: pass\nmodel = Turtle()\nmodel.forward(10)\n",
    )
    BAD = (
        "import torch\nfrom torch import nn\nif True:\n    class A(nn.Module):\n        pass\n    a = A().to(d)\n    print(a.forward(1))\n",
        "import torch\nfrom torch import nn\ndef f():\n    class A(nn.Module):\n        pass\n    a = A().eval()\n    return a.forward(1)\n",
        "import torch\nfrom torch import nn\ndef build(n):\n    layers = nn.Sequential(nn.Linear(n, n))\n    return layers\na = build(3)\nprint(a.forward(1))\n",
        "import torch\nfrom zoo import Net\nnet = Net(3)\nnet.forward(torch.ones(1))\n",
        ("import torch\ny = model.forward(x)\n", "import torch\ny = model(x)\n"),
        (
            "from torch import nn\nlayer = nn.Linear(3, 4).to(d)\ny = layer.forward(x).relu()\n",
            "from torch import nn\nlayer = nn.Linear(3, 4).to(d)\ny = layer(x).relu()\n",
        ),
        "import torch.nn as nn\nclass A(nn.Module):\n    pass\na = A()\nprint(a.forward(1))\n",
        "from torch import nn\nclass A(nn.Module):\n    def __init__(self):\n        self.fc = nn.Linear(1, 1)\n    def forward(self, x):\n        return self.fc.forward(x)\n",
    )
