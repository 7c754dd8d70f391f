"""MDL104 no-grad-missing."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from mlopslint.lint import torch
from mlopslint.lint.base import Context, Edit, Fix, Problem, PythonRule
from mlopslint.lint.python import inside
from mlopslint.patterns import late

_NAMED = late(r"^_?(?:eval|evaluate|validate|validation|valid|test|predict|infer|inference)(?:_(?!.*train)\w+)?$")


class NoGradMissing(PythonRule):
    """A validation loop that builds a graph.

    What it does
    ------------
    Finds functions named evaluate, validate, test, predict and the like that put a model into evaluation mode, run it in a loop, never call
    ``backward()``, and switch gradients off nowhere.

    Why is this bad?
    ----------------
    PyTorch records every operation for a gradient that nobody asks for: evaluation takes more memory, often twice as much, and more time.

    Example
    -------
    ::

        def evaluate(model, loader):
            model.eval()
            return [model(x).argmax(1) for x, _ in loader]

    Use instead
    -----------
    ::

        @torch.no_grad()
        def evaluate(model, loader):
            model.eval()
            return [model(x).argmax(1) for x, _ in loader]

    Fix safety
    ----------
    Unsafe: a caller that differentiates the result finds no graph any more.

    References
    ----------
    - PyTorch, no_grad: https://pytorch.org/docs/stable/generated/torch.no_grad.html
    """

    code = "MDL104"
    name = "no-grad-missing"
    in_tests = False
    default = False
    fixes = "unsafe"
    nodes = (ast.FunctionDef,)
    markers = (b".eval(",)

    def check(self, node: ast.FunctionDef, name: str, at: Context) -> Iterator[Problem]:
        if (
            not at.within(node, ".eval(")
            or not _NAMED.match(node.name)
            or not at.imported("torch")
            or at.imported(*torch.DRIVERS)
        ):
            return
        every = list(inside(node, functions=True))
        loops = [item for item in every if isinstance(item, (*torch.LOOPS, ast.ListComp))]
        if not loops:
            return
        models = {
            torch.receiver(at, item) for item in every if isinstance(item, ast.Call) and torch.method(item) == "eval"
        }
        if not models - {""} or node.decorator_list:
            return
        words = {item.attr for item in every if isinstance(item, ast.Attribute)}
        words |= {item.id for item in every if isinstance(item, ast.Name)}
        if words & {
            "no_grad",
            "inference_mode",
            "set_grad_enabled",
            "backward",
            "enable_grad",
            "grad",
            "requires_grad_",
        }:
            return
        for loop in loops:
            for item in inside(loop):
                if isinstance(item, ast.Call) and at.reader.text(item.func) in models:
                    yield at.problem(
                        item,
                        f"{node.name} builds a graph for gradients; run it under torch.no_grad()",
                        self._fix(node, at),
                    )
                    return

    @staticmethod
    def _fix(node: ast.FunctionDef, at: Context) -> Fix | None:
        prefix = next((local for local, full in at.names.items() if full == "torch"), "")
        if not prefix:
            return None
        text = f"@{prefix}.no_grad()"
        return Fix(f"Decorate with {text}", "unsafe", (Edit(at.region(node), "line-before", (text,)),))

    GOOD = (
        "import torch\n@torch.no_grad()\ndef test(m, loader):\n    m.eval()\n    for x in loader:\n        m(x)\n",
        "import torch\ndef test(m, loader):\n    m.eval()\n    with torch.inference_mode():\n        for x in loader:\n            m(x)\n",
        "import torch\ndef train(m, loader):\n    m.eval()\n    for x in loader:\n        m(x)\n",
        "import torch\ndef test(m, loader):\n    for x in loader:\n        m(x)\n",
        "import torch\ndef test_attack(m, loader):\n    m.eval()\n    for x in loader:\n        m(x).sum().backward()\n",
        "def evaluate(m, loader):\n    m.eval()\n    for x in loader:\n        m(x)\n",
    )
    BAD = (
        (
            "import torch\ndef test(m, loader):\n    m.eval()\n    for x in loader:\n        m(x)\n",
            "import torch\n@torch.no_grad()\ndef test(m, loader):\n    m.eval()\n    for x in loader:\n        m(x)\n",
        ),
        "import torch\nclass T:\n    def validate_epoch(self):\n        self.model.eval()\n        return [self.model(x) for x in self.loader]\n",
    )
