"""MDL106 softmax-before-cross-entropy."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from mlopslint.lint.base import Context, Problem, PythonRule
from mlopslint.lint.python import inside

_SOFTMAX = frozenset({"softmax", "log_softmax", "Softmax", "LogSoftmax"})
_SIGMOID = frozenset({"sigmoid", "Sigmoid", "logsigmoid", "LogSigmoid"})


def _assigned(name: str, before: ast.Call, at: Context) -> ast.expr | None:
    """What a name was last given ahead of a call in the same function, in straight-line code; None where that is not plain."""
    scope = at.function or at.tree
    stores = [
        item
        for item in inside(scope)
        if isinstance(item, ast.Name)
        and item.id == name
        and isinstance(item.ctx, ast.Store)
        and item.lineno <= before.lineno
    ]
    if len(stores) != 1:
        return None
    for item in inside(scope):
        if isinstance(item, ast.Assign) and len(item.targets) == 1 and item.targets[0] is stores[0]:
            return item.value
    return None


def _last_layer(name: str, at: Context) -> ast.Call | None:
    """The last layer of ``name = nn.Sequential(...)`` of this module, also moved to a device."""
    found = [
        item.value
        for item in inside(at.tree, functions=True)
        if isinstance(item, ast.Assign) and any(isinstance(t, ast.Name) and t.id == name for t in item.targets)
    ]
    if len(found) != 1:
        return None
    value: ast.expr = found[0]
    while (
        isinstance(value, ast.Call)
        and isinstance(value.func, ast.Attribute)
        and value.func.attr in ("to", "cuda", "cpu")
    ):
        value = value.func.value
    if isinstance(value, ast.Call) and at.resolve(value.func) == "torch.nn.Sequential" and value.args:
        layer = value.args[-1]
        return layer if isinstance(layer, ast.Call) else None
    return None


class SoftmaxBeforeCrossEntropy(PythonRule):
    """Probabilities where the loss wants logits.

    What it does
    ------------
    Finds softmax or log-softmax into ``CrossEntropyLoss``/``cross_entropy`` and sigmoid into ``BCEWithLogitsLoss``,
    directly, through a name, or as the last layer of a ``Sequential``.

    Why is this bad?
    ----------------
    The loss applies them itself: applied twice, gradients vanish and the model learns slowly or not at all.

    Example
    -------
    ::

        loss = F.cross_entropy(F.softmax(logits, dim=1), y)

    Use instead
    -----------
    ::

        loss = F.cross_entropy(logits, y)

    References
    ----------
    - PyTorch: https://pytorch.org/docs/stable/generated/torch.nn.CrossEntropyLoss.html
    """

    code = "MDL106"
    name = "softmax-before-cross-entropy"
    severity = "error"
    in_tests = False
    calls = ("CrossEntropyLoss", "cross_entropy", "BCEWithLogitsLoss", "binary_cross_entropy_with_logits")

    def check(self, node: ast.Call, name: str, at: Context) -> Iterator[Problem]:
        last = name.rpartition(".")[2]
        if not name.startswith("torch.nn") or not node.args:
            return
        if last[:1].isupper() and not at.instance(node):
            return  # the loss is made here, not used
        wrong = _SIGMOID if last in ("BCEWithLogitsLoss", "binary_cross_entropy_with_logits") else _SOFTMAX
        value: ast.expr | None = node.args[0]
        if isinstance(value, ast.Name):
            value = _assigned(value.id, node, at)
        if isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and at.instance(value):
            layer = _last_layer(value.func.id, at)
            if layer is not None and at.resolve(layer.func).rpartition(".")[2] in wrong:
                yield at.problem(
                    layer,
                    f"{last} applies {'sigmoid' if wrong is _SIGMOID else 'softmax'} itself; leave this layer out",
                )
                return
        if isinstance(value, ast.Call):
            made = at.resolve(value.func)
            word = made.rpartition(".")[2]
            if word in wrong and (
                made.startswith("torch")
                or (isinstance(value.func, ast.Attribute) and word in ("softmax", "log_softmax", "sigmoid"))
            ):
                yield at.problem(
                    value, f"{last} applies {'sigmoid' if wrong is _SIGMOID else 'softmax'} itself; give it the logits"
                )

    GOOD = (
        "import torch.nn.functional as F\nloss = F.cross_entropy(logits, y)\n",
        "import torch.nn as nn\nc = nn.NLLLoss()\nloss = c(nn.functional.log_softmax(x, 1), y)\n",
        "import torch.nn as nn\nc = nn.CrossEntropyLoss()\np = model(x).softmax(1)\nloss = c(z, y)\n",
        "import torch.nn.functional as F\ndef f(z, y):\n    loss = F.cross_entropy(z, y)\n    z = F.softmax(z, 1)\n    return z\n",
    )
    BAD = (
        "import torch\nfrom torch.nn import Linear, Sequential, Softmax\nnet = Sequential(Linear(2, 2), Softmax(-1)).to('cuda')\n"
        "c = torch.nn.CrossEntropyLoss()\nfor x, y in l:\n    p = net(x)\n    loss = c(p, y)\n",
        "import torch.nn.functional as F\nloss = F.cross_entropy(F.softmax(z, dim=1), y)\n",
        "import torch\nimport torch.nn as nn\nc = nn.CrossEntropyLoss()\np = torch.softmax(z, 1)\nloss = c(p, y)\n",
        "import torch.nn as nn\nclass A(nn.Module):\n    def __init__(self):\n        self.loss = nn.BCEWithLogitsLoss()\n    def f(self, x, y):\n        p = x.sigmoid()\n        return self.loss(p, y)\n",
    )
