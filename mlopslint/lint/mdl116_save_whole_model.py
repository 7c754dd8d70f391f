"""MDL116 save-whole-model."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from mlopslint.lint import torch
from mlopslint.lint.base import Context, Problem, PythonRule
from mlopslint.lint.python import argument


class SaveWholeModel(PythonRule):
    """A whole module pickled instead of its state dict.

    What it does
    ------------
    Finds ``torch.save(model, path)`` where the first argument is a module.

    Why is this bad?
    ----------------
    The file names the classes and folders of today: after the next refactoring it cannot be loaded. Loading it runs code that the file holds,
    and PyTorch 2.6 and later refuse it by default.

    Example
    -------
    ::

        torch.save(model, "model.pt")

    Use instead
    -----------
    ::

        torch.save(model.state_dict(), "model.pt")

    Fix safety
    ----------
    Unsafe: code that loads the file must make the model first and then call ``load_state_dict``.

    References
    ----------
    - PyTorch, "Saving and Loading Models": https://pytorch.org/tutorials/beginner/saving_loading_models.html
    """

    code = "MDL116"
    name = "save-whole-model"
    in_tests = False
    default = False
    fixes = "unsafe"
    calls = ("save",)
    markers = (b"torch.save(", b"import save", b" save,")

    def check(self, node: ast.Call, name: str, at: Context) -> Iterator[Problem]:
        value = argument(node, 0, "obj")
        if name != "torch.save" or not isinstance(value, (ast.Name, ast.Attribute)):
            return
        origin = torch.made_from(at, value)
        text = at.reader.text(value)
        made = torch.last_value(at, text, node)
        if made is not None and "state" in torch.method(made):
            return
        known = torch.module_class(at, origin)
        if known or torch.may_be_module(at, value):
            fix = at.replace(value, f"{at.source(value)}.state_dict()", "Save the state dict", "unsafe")
            yield at.problem(
                node, f"{text} is pickled as a whole; save {text}.state_dict()", fix, None if known else "medium"
            )

    GOOD = (
        "import torch\ntorch.save(model.state_dict(), 'm.pt')\n",
        "import torch\ntorch.save({'model': model.state_dict()}, 'm.pt')\n",
        "import torch\ntorch.save(features, 'f.pt')\n",
        "import torch\ntorch.save(state, 'm.pt')\n",
        "import torch\nmodel = net.state_dict()\ntorch.save(model, 'm.pt')\n",
        "from PIL.Image import save\nimport torch\nsave(model, 'a')\n",
    )
    BAD = (
        ("import torch\ntorch.save(model, 'm.pt')\n", "import torch\ntorch.save(model.state_dict(), 'm.pt')\n"),
        "import torch\nfrom torch import nn\nlayers = nn.Sequential(nn.Linear(1, 1))\ntorch.save(layers, 'm.pt')\n",
        "import torch\nclass T:\n    def save(self):\n        torch.save(self.model, self.path)\n",
    )
