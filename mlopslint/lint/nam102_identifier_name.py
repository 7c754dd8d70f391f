"""NAM102 identifier-name."""

from __future__ import annotations

from collections.abc import Iterator

from mlopslint.lint.base import Problem, ProjectRule
from mlopslint.view import View


class IdentifierName(ProjectRule):
    """A name that is not as PEP 8 has it.

    What it does
    ------------
    Finds functions and classes of modules with names in another style than PEP 8's; names that the field itself
    writes so (``X_train``, ``W``) are fine.

    Why is this bad?
    ----------------
    Readers tell classes from functions by their spelling.

    Example
    -------
    ::

        def LoadData(path): ...

    Use instead
    -----------
    ::

        def load_data(path): ...

    References
    ----------
    - PEP 8: https://peps.python.org/pep-0008/#naming-conventions
    - Known from pep8-naming.
    """

    code = "NAM102"
    name = "identifier-name"
    severity = "note"
    default = False
    in_tests = False

    def check(self, view: View) -> Iterator[tuple[str, Problem]]:
        for path in view.python_files:
            for text in view.module(path).get("bad_names", ()):
                name, _, line = text.rpartition(":")
                if line.isdigit():
                    yield path, Problem((int(line), 1, int(line), 1), f"{name!r} is not named as PEP 8 has it")

    GOOD = ({"a.py": "def load_data(x):\n    return x\n"},)
    BAD = (({"a.py": "def LoadData(x):\n    return x\n"}, "a.py", 1),)
