"""MDL103 eval-mode-missing."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from mlopslint.lint import torch
from mlopslint.lint.base import Context, Problem, PythonRule
from mlopslint.lint.python import constant, inside

#: Makers of models that come in evaluation mode, or whose mode we do not know.
_QUIET = ("from_pretrained", "torch.jit.", "torch.hub.", "torch.load", "onnx", "torch.compile", "torch.export")


class EvalModeMissing(PythonRule):
    """Validation or inference in training mode, or training in evaluation mode.

    What it does
    ------------
    Finds two things. A model that is made in the file and run under ``torch.no_grad()`` there, while nothing in the file ever calls
    ``eval()``. And a training loop in which ``model.eval()`` is called, by itself or by a function of the same file, and ``model.train()``
    never again. Models without dropout or normalization and frameworks that switch modes themselves are left alone.

    Why is this bad?
    ----------------
    In training mode dropout still drops and batch normalization uses, and changes, the statistics of the batch at hand: scores are worse
    and vary from run to run. The other way round, every epoch after the first validation trains without dropout and with frozen statistics.

    Example
    -------
    ::

        for epoch in range(epochs):
            for x, y in train_loader:
                train_step(model, x, y)
            model.eval()
            validate(model, val_loader)

    Use instead
    -----------
    ::

        for epoch in range(epochs):
            model.train()
            for x, y in train_loader:
                train_step(model, x, y)
            model.eval()
            validate(model, val_loader)

    References
    ----------
    - PyTorch, "Evaluation mode": https://pytorch.org/docs/stable/notes/autograd.html#evaluation-mode-nn-module-eval
    - Known from dslinter (training and evaluation mode not toggled).
    """

    code = "MDL103"
    name = "eval-mode-missing"
    in_tests = False
    nodes = (ast.For, ast.While, ast.With)
    markers = (b".eval(", b"no_grad", b"inference_mode")

    def check(self, node: ast.For | ast.While | ast.With, name: str, at: Context) -> Iterator[Problem]:
        if not at.imported("torch") or torch.spent(at) or at.imported(*torch.DRIVERS):
            return
        if isinstance(node, ast.With):
            yield from self._inference(node, at)
        elif not at.loops and (at.notebook or at.holds("eval") and at.holds("backward")):
            yield from self._training(node, at)

    @staticmethod
    def _inference(node: ast.With, at: Context) -> Iterator[Problem]:
        """A model of this file under ``no_grad``, in a file without any ``eval()``."""
        for item in node.items:
            if torch.no_gradient(item.context_expr, at):
                break
        else:
            return
        for call in inside(node):
            if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name):
                continue
            origin = torch.made_from(at, call.func) if call.func.id in at.reader.types else ""
            cls = torch.local_class(at, origin)
            made = torch.module_class(at, origin) and not any(word in origin for word in _QUIET)
            if (
                not made
                or cls is not None
                and (torch.plain(cls, at) or _without_dropout(cls, at))
                or origin.startswith("torch.nn.")
                and "Seq" not in origin
            ):
                continue
            if origin == "torch.nn.Sequential" and not _noisy_sequential(call.func.id, at):
                continue
            torch.spend(at, 20_000)
            if not any(_switches(item) for tree in at.reader.trees for item in inside(tree, functions=True)):
                yield at.problem(
                    call, f"{call.func.id} is run in training mode: nothing in this file calls {call.func.id}.eval()"
                )
            return

    @staticmethod
    def _training(node: ast.For | ast.While, at: Context) -> Iterator[Problem]:
        """``eval()`` and ``backward()`` in one loop, and no ``train()``."""
        every = torch.reached(at, [node])
        evals = [
            item
            for item in every
            if isinstance(item, ast.Call) and torch.method(item) == "eval" and not item.args and _model(item, at)
        ]
        if not evals or not any(torch.method(item) == "backward" for item in every):
            return
        if any(torch.method(item) in ("train", "set_mode") or _switches_by_flag(item) for item in every):
            return
        own = list(inside(node, functions=True))
        trained = _trained(every, at)
        known, cls = torch.definitions(at), torch.enclosing_class(at)
        for item in every:
            if isinstance(item, ast.Call) and torch.callee(at, item, known, cls) is None:
                last = (torch.method(item) or at.reader.text(item.func)).lower()
                if "train" in last or last.endswith("mode") or torch.passes(item, {*trained, "self"}, at):
                    if not last.startswith(("tqdm", "print", "save", "len", "evaluate_")):
                        return
        for call in evals:
            text = torch.receiver(at, call)
            if text not in trained:
                continue
            if any(call is item for item in own):
                if _leaves_after(call, node) or _made_here(text, own, at):
                    continue
                yield at.problem(call, f"{text} never returns to {text}.train() in this training loop")
                return
            callers = [item for item in _callers(own, at, known, cls) if _holds(item, call, at, known, cls)]
            if callers and not _leaves_after(callers[0], node):
                yield at.problem(
                    callers[0], f"{text}.eval() is called in there, and {text}.train() nowhere in this training loop"
                )
                return

    GOOD = (
        "import torch\nfor e in range(3):\n    model.train()\n    loss = model(x)\n    loss.backward()\n    model.eval()\n    model(x)\n",
        "import torch\ndef train(model):\n    model.train()\n    model(x).backward()\ndef test(model):\n    model.eval()\nfor e in range(3):\n    train(model)\n    test(model)\n",
        "import torch\nfrom mine import train\ndef test(model):\n    model.eval()\nfor e in range(3):\n    train(model)\n    model(x).backward()\n    test(model)\n",
        "import torch\ngenerator(z).backward()\nteacher.eval()\nfor x in loader:\n    teacher.eval()\n    student(x).backward()\n    optimizer.step()\n",
        "import torch\nimport lightning\nfor e in range(3):\n    model(x).backward()\n    model.eval()\n",
        "import torch\nmodel = load()\nwith torch.no_grad():\n    model(x)\n",
        "import torch\ndef predict(model, x):\n    with torch.no_grad():\n        return model(x)\n",
        "import torch\nfrom torch import nn\nclass N(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.a = nn.Linear(1, 1)\n    def forward(self, x):\n        return self.a(x)\nn = N()\nwith torch.no_grad():\n    n(x)\n",
        "import torch\nfrom torch import nn\nclass N(nn.Module):\n    def __init__(self, dropout):\n        super().__init__()\n        self.drop = nn.Dropout(dropout)\n    def forward(self, x):\n        return self.drop(x)\nn = N(0.0)\nwith torch.no_grad():\n    n(x)\n",
        "import torch\nfrom torchvision import models\nm = models.resnet18()\nm.eval()\nwith torch.no_grad():\n    m(x)\n",
        "import torch\nfrom transformers import AutoModel\nm = AutoModel.from_pretrained('bert')\nwith torch.no_grad():\n    m(x)\n",
    )
    BAD = (
        "import torch\nfrom torch import nn\nm = nn.Sequential(nn.Linear(1, 1), nn.Dropout())\nf = nn.MSELoss()\nfor e in range(3):\n    for x, y in loader:\n        f(m(x), y).backward()\n        optimizer.step()\n    m.eval()\n    print(m(v))\n",
        "import torch\nfor e in range(3):\n    for x in loader:\n        loss = model(x)\n        loss.backward()\n        optimizer.step()\n    model.eval()\n    with torch.no_grad():\n        print(model(v))\n",
        "import torch\nmodel = make()\ndef test(model):\n    model.eval()\n    return model(v)\ndef train(model):\n    model(x).backward()\nfor e in range(3):\n    train(model)\n    test(model)\n",
        "import torch\nfrom torchvision import models\nm = models.resnet18()\nwith torch.no_grad():\n    for x in loader:\n        p = m(x)\n",
        "import torch\nfrom torch import nn\nclass N(nn.Module):\n    def __init__(self, dropout):\n        super().__init__()\n        self.drop = nn.Dropout(dropout)\n    def forward(self, x):\n        return self.drop(x)\nn = N(0.1)\nwith torch.no_grad():\n    n(x)\n",
        "import torch\nfrom torch import nn\nclass N(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.a = nn.Sequential(nn.Linear(1, 1), nn.Dropout(0.5))\n    def forward(self, x):\n        return self.a(x)\ndef main():\n    n = N()\n    with torch.no_grad():\n        n(x)\n",
    )


def _model(call: ast.Call, at: Context) -> bool:
    """Whether ``x.eval()`` is of a model: not of an expression or a frame."""
    origin = at.resolve(call.func.value)  # type: ignore[attr-defined]
    return not origin.startswith(("pandas.", "tensorflow.", "sympy.")) and bool(torch.receiver(at, call))


def _switches(node: ast.AST) -> bool:
    """Whether a node may set a mode: ``x.eval()``, ``x.train(False)``, or a name that speaks of it."""
    if isinstance(node, ast.Attribute):
        return node.attr in ("eval", "train", "set_mode", "training")
    return isinstance(node, ast.ImportFrom) and node.level > 0 and any(a.name.startswith("eval") for a in node.names)


def _switches_by_flag(node: ast.AST) -> bool:
    """``model.training = True``"""
    return isinstance(node, ast.Attribute) and node.attr == "training" and isinstance(node.ctx, ast.Store)


def _trained(nodes: list[ast.AST], at: Context) -> set[str]:
    """The models that are called in what is trained: those whose output, or the loss of it, is differentiated.

    Where that cannot be told (several models, none called here) it is what is called as a function and named so.
    """
    called = {
        at.reader.text(item.func): item.func
        for item in nodes
        if isinstance(item, ast.Call) and isinstance(item.func, (ast.Name, ast.Attribute))
    }
    models = {
        text
        for text, func in called.items()
        if torch.MODEL_NAME.match(text.rpartition(".")[2]) or _made_here_of_layers(func, at)
    }
    return models if len(models) == 1 else set()


def _made_here_of_layers(func: ast.expr, at: Context) -> bool:
    """Whether a variable is a model by what it was made from: layers in a row, or a class of this file that is a module."""
    if not isinstance(func, ast.Name) or func.id not in at.reader.types:
        return False
    origin = torch.made_from(at, func)
    return origin == "torch.nn.Sequential" or (
        torch.local_class(at, origin) is not None and torch.module_class(at, origin) and "Loss" not in origin
    )


def _without_dropout(cls: ast.ClassDef, at: Context) -> bool:
    """Whether all that a module does in training alone is a dropout that every object of it is given as nought."""
    for node in inside(cls, functions=True):
        last = at.resolve(node.func).rpartition(".")[2] if isinstance(node, ast.Call) else ""
        if not isinstance(node, ast.Call) or not last[:1].isupper():
            continue
        if last.startswith("Transformer") or last in ("LSTM", "GRU", "RNN"):
            return False
        if torch.NORMS.search(last) and not (
            last.startswith("Dropout") and node.args and constant(node.args[0]) is ...
        ):
            return False
    made = [
        item
        for tree in at.reader.trees
        for item in inside(tree, functions=True)
        if isinstance(item, ast.Call) and isinstance(item.func, ast.Name) and item.func.id == cls.name
    ]
    return bool(made) and all(
        any(
            constant(value) == 0 and constant(value) is not False
            for value in (*call.args, *(k.value for k in call.keywords))
        )
        for call in made
    )


def _leaves_after(node: ast.AST, nest: ast.AST) -> bool:
    """Whether the loop is left in the block in which a node stands."""
    for item in (nest, *inside(nest)):
        for field in ("body", "orelse", "finalbody"):
            block = getattr(item, field, None)
            if isinstance(block, list) and any(isinstance(part, (ast.Break, ast.Return, ast.Raise)) for part in block):
                if any(node is inner for part in block if isinstance(part, ast.stmt) for inner in ast.walk(part)):
                    return True
    return False


def _made_here(text: str, own: list[ast.AST], at: Context) -> bool:
    """Whether the model is made in the loop itself: each round has a new one."""
    return any(
        isinstance(item, ast.Assign) and any(at.reader.text(target) == text for target in item.targets) for item in own
    )


def _holds(call: ast.Call, inner: ast.Call, at: Context, known: dict[str, ast.AST], cls: ast.ClassDef | None) -> bool:
    """Whether a function of the same file that is called holds another call."""
    target = torch.callee(at, call, known, cls)
    return target is not None and any(item is inner for item in torch.reached(at, [target]))


def _callers(own: list[ast.AST], at: Context, known: dict[str, ast.AST], cls: ast.ClassDef | None) -> list[ast.Call]:
    """The first calls of functions of the same file, one each and no more than twenty."""
    found: dict[int, ast.Call] = {}
    for item in own:
        if isinstance(item, ast.Call) and len(found) < 20:
            target = torch.callee(at, item, known, cls)
            if target is not None:
                found.setdefault(id(target), item)
    return list(found.values())


def _noisy_sequential(name: str, at: Context) -> bool:
    """Whether a Sequential of this file holds dropout or normalization."""
    for tree in at.reader.trees:
        for item in inside(tree, functions=True):
            if isinstance(item, ast.Assign) and any(isinstance(t, ast.Name) and t.id == name for t in item.targets):
                for call in ast.walk(item.value):
                    if isinstance(call, ast.Call) and (
                        "Drop" in at.reader.text(call.func) or "Norm" in at.reader.text(call.func)
                    ):
                        return constant(call) is ...
    return False
