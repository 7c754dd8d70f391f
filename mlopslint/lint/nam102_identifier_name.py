"""NAM102 identifier-name."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from mlopslint.lint.base import Context, Problem, PythonRule
from mlopslint.patterns import late

_CAMEL = late(r"^_*[a-z]+[a-z0-9]+[A-Z][a-z]")  # trainModel; not X_train, dW, nUnits of one letter
_CLASS = late(r"^_*[A-Z][A-Za-z0-9]*$|^_*[A-Z][A-Za-z0-9]*(?:_[A-Z0-9][A-Za-z0-9]*)+$")
_CALLBACK = late(
    r"^(?:visit|leave|depart|do|test|on|render|serialize|log)_?[A-Z]|^(?:setUp|tearDown)|^as[A-Z]|^max[A-Z]"
)


class IdentifierName(PythonRule):
    """A function, argument or class that is not named as PEP 8 has it.

    What it does
    ------------
    Finds functions and arguments in camelCase and classes that do not begin with a capital. The field's own names are fine (``X``,
    ``X_train``, ``dW``, ``nn``), as are names that a base class asks for: methods of classes that inherit from something.

    Why is this bad?
    ----------------
    Two styles in one program make every name a guess.

    Example
    -------
    ::

        def trainModel(trainData): ...

    Use instead
    -----------
    ::

        def train_model(train_data): ...

    References
    ----------
    - PEP 8, "Naming Conventions": https://peps.python.org/pep-0008/#naming-conventions
    - Known from pep8-naming and Ruff (N801, N802, N803).
    """

    code = "NAM102"
    name = "identifier-name"
    severity = "note"
    default = False
    nodes = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)

    def check(
        self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef, name: str, at: Context
    ) -> Iterator[Problem]:
        if isinstance(node, ast.ClassDef):
            if not _CLASS.match(node.name):
                yield _at(node, f"class {node.name} does not begin with a capital", at)
            return
        arguments = (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)
        if "".join([node.name, *[argument.arg for argument in arguments]]).islower():
            return
        owner = next((item for item in reversed(at.functions) if isinstance(item, ast.ClassDef)), None)
        inherits = owner is not None and bool(owner.bases)
        if inherits:
            return
        if _CAMEL.match(node.name) and not _CALLBACK.match(node.name) and not node.decorator_list:
            yield _at(node, f"function {node.name} is not in snake_case", at)
        for argument in arguments:
            if _CAMEL.match(argument.arg):
                yield at.problem(argument, f"argument {argument.arg} of {node.name} is not in snake_case")

    GOOD = (
        "def fit(X, y, X_train, dW, n_Y): ...\n",
        "class Net(Base):\n    def forwardPass(self, inputData): ...\n",
        "class Conv_1x1: ...\n",
        "def setUp(): ...\n",
    )
    BAD = (
        "def trainModel(data): ...\n",
        "def train(trainData): ...\n",
        "class trainer: ...\n",
    )


def _at(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef, message: str, at: Context) -> Problem:
    row = at.lines[node.lineno - 1] if node.lineno <= len(at.lines) else ""
    column = row.find(node.name, node.col_offset) + 1 or 1
    return Problem((node.lineno, column, node.lineno, column + len(node.name)), message, at.reader.cell)
