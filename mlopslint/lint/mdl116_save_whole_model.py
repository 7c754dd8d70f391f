"""MDL116 save-whole-model."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from mlopslint.lint.base import Context, Problem, PythonRule
from mlopslint.lint.values import kind_of


class SaveWholeModel(PythonRule):
    """The whole model object is pickled.

    What it does
    ------------
    Finds ``torch.save(model, path)`` of a module instead of its state dict.

    Why is this bad?
    ----------------
    The file is bound to the classes and folders of today: it cannot be loaded after the code has moved, and only by
    running code from it.

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
    Unsafe: what loads the file must then build the model first.

    References
    ----------
    - PyTorch, "Saving and loading models": https://pytorch.org/tutorials/beginner/saving_loading_models.html
    """

    code = "MDL116"
    name = "save-whole-model"
    severity = "note"
    default = False
    in_tests = False
    fixes = "unsafe"
    calls = ("save",)

    def check(self, node: ast.Call, name: str, at: Context) -> Iterator[Problem]:
        if name != "torch.save" or not node.args:
            return
        value = node.args[0]
        if not isinstance(value, (ast.Name, ast.Attribute)):
            return
        text = ast.unparse(value)
        if kind_of(at.resolve(value)) == "module" or text.rpartition(".")[2] in (
            "model",
            "net",
            "network",
            "best_model",
            "classifier",
        ):
            yield at.problem(
                node,
                f"torch.save({text}) pickles the whole object; save {text}.state_dict()",
                at.replace(value, f"{text}.state_dict()", "Save the state dict", "unsafe"),
            )

    GOOD = (
        "import torch\ntorch.save(model.state_dict(), p)\n",
        "import torch\ntorch.save({'model': m}, p)\n",
        "import torch\ntorch.save(x, p)\n",
    )
    BAD = (("import torch\ntorch.save(model, p)\n", "import torch\ntorch.save(model.state_dict(), p)\n"),)
