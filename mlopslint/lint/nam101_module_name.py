"""NAM101 module-name."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mlopslint.lint.base import Problem, ProjectRule
from mlopslint.view import View


class ModuleName(ProjectRule):
    """A module that cannot be imported, or is not named as PEP 8 has it.

    What it does
    ------------
    Finds Python files in packages, and packages, whose name is no identifier or not in lower case with underscores.
    Scripts that nobody imports may be named as they like.

    Why is this bad?
    ----------------
    A hyphen or a leading digit makes ``import`` a syntax error; two spellings that differ in case only are one file
    on some systems.

    Example
    -------
    ::

        src / churn / Data - Loader.py

    Use instead
    -----------
    ::

        src / churn / data_loader.py

    References
    ----------
    - PEP 8: https://peps.python.org/pep-0008/#package-and-module-names
    - Known from pep8-naming N999.
    """

    code = "NAM101"
    name = "module-name"
    severity = "note"

    def check(self, view: View) -> Iterator[tuple[str, Problem]]:
        packages = {path.rpartition("/")[0] for path in view.entries if path.endswith("/__init__.py")}
        for path in view.python_files:
            folder, _, file = path.rpartition("/")
            name = file.rpartition(".")[0]
            if "{{" in path or folder not in packages or name.startswith("__") or not path.endswith(".py"):
                continue
            if re.fullmatch(r"_?[a-z][a-z0-9_]*", name) or re.match(r"\d{4}_", name):
                continue
            importable = name.isidentifier()
            why = "is not in lower case with underscores" if importable else "cannot be imported"
            if importable and name.lower() == name:
                continue
            yield (
                path,
                Problem((1, 1, 1, 1), f"module name {name!r} {why}", confidence="medium" if importable else "high"),
            )
        for folder in sorted(packages):
            name = folder.rpartition("/")[2]
            init = f"{folder}/__init__.py"
            if name and "{{" not in folder and not name.isidentifier() and view.roles.get(init) == "source":
                yield init, Problem((1, 1, 1, 1), f"package name {name!r} cannot be imported")

    GOOD = ({"src/churn/__init__.py": "", "src/churn/data_loader.py": "x = 1\n"}, {"scripts/run-all.py": "x = 1\n"})
    BAD = (
        ({"src/churn/__init__.py": "", "src/churn/data-loader.py": "x = 1\n"}, "src/churn/data-loader.py", 1),
        ({"a/__init__.py": "", "a/DataLoader.py": "x = 1\n"}, "a/DataLoader.py", 1),
        ({"my-pkg/__init__.py": "x = 1\n"}, "my-pkg/__init__.py", 1),
    )
