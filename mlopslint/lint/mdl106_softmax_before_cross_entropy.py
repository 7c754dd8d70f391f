"""MDL106 softmax-before-cross-entropy."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from mlopslint.lint import torch
from mlopslint.lint.base import Context, Problem, PythonRule
from mlopslint.lint.python import argument, inside

_WANTED = {
    "CrossEntropyLoss": "softmax",
    "cross_entropy": "softmax",
    "BCEWithLogitsLoss": "sigmoid",
    "binary_cross_entropy_with_logits": "sigmoid",
}
_MADE = {
    "torch.softmax": "softmax",
    "torch.nn.functional.softmax": "softmax",
    "torch.nn.Softmax": "softmax",
    "torch.sigmoid": "sigmoid",
    "torch.nn.functional.sigmoid": "sigmoid",
    "torch.nn.Sigmoid": "sigmoid",
}


class SoftmaxBeforeCrossEntropy(PythonRule):
    """Probabilities given to a loss that expects logits.

    What it does
    ------------
    Finds the output of a softmax passed to ``CrossEntropyLoss`` and of a sigmoid passed to ``BCEWithLogitsLoss``: directly, through a
    variable, or as the last layer of a model that is defined in the same file. A log-softmax is left alone: applied twice it stays the same.

    Why is this bad?
    ----------------
    These losses apply softmax or sigmoid themselves. Applied twice, the gradients shrink, the loss never falls below a bound, and the model
    learns slowly or not at all, without any error.

    Example
    -------
    ::

        probabilities = torch.softmax(model(x), dim=1)
        loss = F.cross_entropy(probabilities, y)

    Use instead
    -----------
    ::

        logits = model(x)
        loss = F.cross_entropy(logits, y)

    References
    ----------
    - PyTorch, CrossEntropyLoss: https://pytorch.org/docs/stable/generated/torch.nn.CrossEntropyLoss.html
    - PyTorch, BCEWithLogitsLoss: https://pytorch.org/docs/stable/generated/torch.nn.BCEWithLogitsLoss.html
    """

    code = "MDL106"
    name = "softmax-before-cross-entropy"
    in_tests = False
    severity = "error"
    calls = tuple(_WANTED)

    def check(self, node: ast.Call, name: str, at: Context) -> Iterator[Problem]:
        last = name.rpartition(".")[2]
        if name.startswith("torch.nn.functional.") or name.startswith("torch.nn.") and torch.is_instance(at, node.func):
            scores = argument(node, 0, "input")
        else:
            return
        target = argument(node, 1, "target")
        if scores is None or target is None:
            return
        wanted = _WANTED[last]
        if self._makes(scores, node, at, 3) == wanted:
            yield at.problem(scores, f"{last} applies {wanted} itself; pass the logits, not the output of a {wanted}")

    def _makes(self, value: ast.expr, place: ast.AST, at: Context, depth: int) -> str:
        """What an expression is the output of: "softmax", "sigmoid" or ""."""
        if not depth:
            return ""
        if isinstance(value, ast.Name):
            found = torch.last_value(at, value.id, place)
            return self._makes(found, found, at, depth - 1) if found is not None else ""
        if not isinstance(value, ast.Call):
            return ""
        name = torch.made_from(at, value.func)
        if name in _MADE:
            if name.startswith("torch.nn.") and "functional" not in name and not torch.is_instance(at, value.func):
                return ""
            return _MADE[name]
        if torch.method(value) in ("softmax", "sigmoid") and (name[:1] == "." or not name):
            return torch.method(value)
        if name == "torch.nn.Sequential" and isinstance(value.func, ast.Name):
            made = torch.last_value(at, value.func.id, place)
            made = torch.unwrap(made) if made is not None else None
            return _last_layer(made, at) if isinstance(made, ast.Call) else ""
        cls = torch.local_class(at, name)
        return _output_of(cls, at) if cls is not None and torch.is_instance(at, value.func) else ""

    GOOD = (
        "import torch.nn.functional as F\nloss = F.cross_entropy(model(x), y)\n",
        "import torch.nn.functional as F\np = F.softmax(model(x), dim=1)\nloss = F.nll_loss(p.log(), y)\n",
        "import torch.nn.functional as F\nz = model(x)\np = F.softmax(z, dim=1)\nloss = F.cross_entropy(z, y)\n",
        "import torch.nn.functional as F\np = F.softmax(model(x), dim=1)\np = model(x)\nloss = F.cross_entropy(p, y)\n",
        "import torch\nfrom torch import nn\nloss = nn.BCELoss()(torch.sigmoid(z), y)\n",
        "import torch\nfrom torch import nn\nloss = nn.CrossEntropyLoss()(z, torch.softmax(t, 1))\n",
        "from torch import nn\nm = nn.Sequential(nn.Linear(3, 2), nn.ReLU())\nf = nn.CrossEntropyLoss()\nloss = f(m(x), y)\n",
        "from keras.losses import cross_entropy\nimport torch\nl = cross_entropy(torch.softmax(z, 1), y)\n",
        "from torch import nn\nclass N(nn.Module):\n    def forward(self, x):\n        if not self.training:\n            return x.softmax(1)\n        return x\nn = N()\nf = nn.CrossEntropyLoss()\nl = f(n(x), y)\n",
    )
    BAD = (
        {
            "cells": [
                ("code", "import torch\nfrom torch import nn\nnet = nn.Sequential(nn.Linear(1, 3), nn.Softmax(dim=1))"),
                ("code", "loss = nn.CrossEntropyLoss()(net(x), y)"),
            ]
        },
        "import torch\nfrom torch import nn\ndef f():\n    class A(nn.Module):\n        def __init__(self):\n            super().__init__()\n            self.out = nn.Softmax(dim=1)\n        def forward(self, x):\n            return self.out(x)\n    a = A()\n    c = nn.CrossEntropyLoss()\n    return c(a(x), y)\n",
        "import torch.nn.functional as F\nloss = F.cross_entropy(F.softmax(model(x), dim=1), y)\n",
        "import torch\nfrom torch import nn\ncriterion = nn.CrossEntropyLoss()\nfor x, y in loader:\n    out = torch.softmax(net(x), dim=1)\n    loss = criterion(out, y)\n",
        "from torch import nn\nm = nn.Sequential(nn.Linear(3, 2), nn.Softmax(dim=1)).to(d)\nf = nn.CrossEntropyLoss()\nloss = f(m(x), y)\n",
        "import torch\nfrom torch import nn\nclass N(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.fc = nn.Linear(3, 1)\n        self.out = nn.Sigmoid()\n    def forward(self, x):\n        x = self.fc(x)\n        return self.out(x)\nn = N()\nf = nn.BCEWithLogitsLoss()\nloss = f(n(x), y)\n",
        "import torch\nfrom torch import nn\nclass T:\n    def __init__(self):\n        self.loss = nn.BCEWithLogitsLoss()\n    def step(self, x, y):\n        return self.loss(x.sigmoid(), y)\n",
    )


def _last_layer(call: ast.Call, at: Context) -> str:
    """What the last layer of a Sequential makes."""
    if at.resolve(call.func) != "torch.nn.Sequential" or not call.args:
        return ""
    layer = call.args[-1]
    name = at.resolve(layer.func) if isinstance(layer, ast.Call) else ""
    return _MADE.get(name, "") if name.startswith("torch.nn.") else ""


def _output_of(cls: ast.ClassDef, at: Context) -> str:
    """What ``forward`` of a class of this file returns, where all its returns agree."""
    forward = torch.methods(cls).get("forward")
    layers: dict[str, ast.expr] = {}
    for item in inside(cls, functions=True):
        if isinstance(item, ast.Assign) and len(item.targets) == 1 and torch.on_self(item.targets[0]):
            layers[torch.on_self(item.targets[0])] = item.value
    if forward is None:
        return ""
    found = set()
    for item in inside(forward):
        if isinstance(item, ast.Return) and item.value is not None:
            found.add(_returned(item.value, item, forward, layers, at, 4))
    return found.pop() if len(found) == 1 else ""


def _returned(
    value: ast.expr, place: ast.AST, scope: ast.AST, layers: dict[str, ast.expr], at: Context, depth: int
) -> str:
    if isinstance(value, ast.Name) and depth:
        best: ast.Assign | None = None
        for item in inside(scope):
            if isinstance(item, ast.Assign) and item.lineno < place.lineno:  # type: ignore[attr-defined]
                if any(isinstance(target, ast.Name) and target.id == value.id for target in item.targets):
                    best = item if best is None or item.lineno > best.lineno else best
        return _returned(best.value, best, scope, layers, at, depth - 1) if best is not None else ""
    if not isinstance(value, ast.Call):
        return ""
    layer = layers.get(torch.on_self(value.func))
    if isinstance(layer, ast.Call):
        name = at.resolve(layer.func)
        return _last_layer(layer, at) if name == "torch.nn.Sequential" else _MADE.get(name, "")
    name = at.resolve(value.func)
    if name in _MADE:
        return _MADE[name] if name.startswith("torch.nn.functional.") or name.startswith("torch.s") else ""
    return torch.method(value) if torch.method(value) in ("softmax", "sigmoid") and name[:1] in (".", "") else ""
