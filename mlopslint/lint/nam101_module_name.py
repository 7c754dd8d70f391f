"""NAM101 module-name."""

from __future__ import annotations

import keyword
from collections.abc import Iterator

from mlopslint.lint.base import Problem, ProjectRule
from mlopslint.patterns import late
from mlopslint.view import View

_SNAKE = late(r"_{0,2}[a-z][a-z0-9_]*")


class ModuleName(ProjectRule):
    """A module or package whose name cannot be imported, or is not in snake_case.

    What it does
    ------------
    Finds Python files in packages, and packages (folders with an ``__init__.py``), whose name is no identifier (a hyphen, a space, a
    digit at the start, a keyword) or holds capitals. Scripts outside of packages may be called as they like, as may generated files.

    Why is this bad?
    ----------------
    ``import`` does not take a name with a hyphen or a digit at its start: such a module can neither be used nor tested by the others.
    Capitals break where file systems do not tell them from small letters.

    Example
    -------
    ::

        churn / __init__.py
        churn / train - model.py

    Use instead
    -----------
    ::

        churn / __init__.py
        churn / train_model.py

    References
    ----------
    - PEP 8, "Package and Module Names": https://peps.python.org/pep-0008/#package-and-module-names
    - Known from pep8-naming and Ruff (N999).
    """

    code = "NAM101"
    name = "module-name"
    kinds = ("python",)
    reads = ("python", "notebook")

    def may_find(self, view: View) -> bool:
        tops = {path.rpartition("/")[0] for path in view.gathered.facts if path.endswith("/__init__.py")}
        return any(_reason(folder.rpartition("/")[2], "package")[0] for folder in tops)  # imports elsewhere tell

    def settled(self, view: View, path: str) -> bool:
        return not path.endswith("/__init__.py")

    def check(self, view: View) -> Iterator[tuple[str, Problem]]:
        python = view.files("python", frozenset({"source", "test", "example"}))
        packages = {path.rpartition("/")[0] for path in python if path.endswith("/__init__.py")}
        for path in python:
            folder, _, name = path.rpartition("/")
            if folder not in packages or "{{" in path or not name.endswith(".py"):
                continue
            if name == "__init__.py":
                stem, what = folder.rpartition("/")[2], "package"
                if folder.rpartition("/")[0] not in packages and not _imported(view, stem):
                    continue  # nothing shows that it is imported under this name
            else:
                stem, what = name[:-3], "module"
            reason, sure = _reason(stem, what)
            if reason and (not name.startswith("__") or what == "package"):
                if what == "module" and (view.module(path).get("main") or not sure and view.roles[path] == "test"):
                    continue  # run, not imported
                yield path, Problem((1, 1, 1, 1), reason, 0, None, None if sure else "medium")

    GOOD = (
        {"tools/__init__.py": "", "tools/push-images.py": "if __name__ == '__main__':\n    print(1)\n"},
        {"churn/__init__.py": "", "churn/train_model.py": "x = 1\n", "churn/__main__.py": "", "churn/_private.py": ""},
        {"scripts/train-model.py": "x = 1\n", "01_prepare.py": "x = 1\n", "my-service/app.py": "x = 1\n"},
        {"my-service/__init__.py": "", "my-service/app.py": "x = 1\n"},
        {
            "churn/__init__.py": "",
            "churn/tests/__init__.py": "",
            "churn/tests/test_RNN.py": "def test_a():\n    pass\n",
        },
        {"churn/__init__.py": "", "churn/migrations/0001_initial.py": "", "churn/migrations/__init__.py": ""},
    )
    BAD = (
        ({"churn/__init__.py": "", "churn/train-model.py": "x = 1\n"}, "churn/train-model.py", 1),
        ({"churn/__init__.py": "", "churn/2_train.py": "x = 1\n"}, "churn/2_train.py", 1),
        ({"churn/__init__.py": "", "churn/lambda.py": "x = 1\n"}, "churn/lambda.py", 1),
        ({"churn/__init__.py": "", "churn/trainModel.py": "x = 1\n"}, "churn/trainModel.py", 1),
        ({"churn/__init__.py": "", "churn/old-code/__init__.py": ""}, "churn/old-code/__init__.py", 1),
    )


def _imported(view: View, name: str) -> bool:
    return any(found == name or found.startswith(name + ".") for found in view.names("import"))


def _reason(stem: str, what: str) -> tuple[str, bool]:
    if not stem.isidentifier() or keyword.iskeyword(stem):
        return f"{what} {stem!r} cannot be imported under its name", True
    if not _SNAKE.fullmatch(stem) and stem.isascii():
        return f"{what} {stem!r} is not in snake_case", False
    return "", False
