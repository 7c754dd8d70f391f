"""VER108 unpinned-install."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from mlopslint.lint.base import File, FileRule, Notebook, NotebookRule, Problem
from mlopslint.lint.images import instructions

_INSTALL = re.compile(r"\bpip3?(?:\.\d+)? install\b([^;&|\n#]*)")
#: Options of pip install that take a value.
_VALUED = frozenset(
    [
        "-r",
        "--requirement",
        "-c",
        "--constraint",
        "-e",
        "--editable",
        "-t",
        "--target",
        "-i",
        "--index-url",
        "--extra-index-url",
        "-f",
        "--find-links",
        "--trusted-host",
        "--prefix",
        "--root",
        "--timeout",
    ]
)
_INSTALLERS = frozenset(["pip", "setuptools", "wheel", "pip-tools", "uv", "pipx", "virtualenv"])
_PACKAGE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(?:\[[\w,.-]+\])?$")


def unpinned(text: str) -> list[str]:
    """The packages that a command installs without any version."""
    found = []
    for match in _INSTALL.finditer(text):
        skip = "$(" in match.group(1)
        if skip:
            continue  # what is installed is made up on the way
        for word in match.group(1).split():
            word = word.strip("\"'")
            if skip:
                skip = False
            elif word in _VALUED:
                skip = True
            elif (
                _PACKAGE.match(word)
                and word.lower() not in _INSTALLERS
                and not word.endswith((".whl", ".gz", ".txt", ".zip"))
            ):
                found.append(word)
    return found


def message(names: list[str]) -> str:
    """What to say about them."""
    return f"{', '.join(names[:4])}{' and others' if len(names) > 4 else ''} installed without a version"


class UnpinnedInstall(FileRule, NotebookRule):
    """A package is installed without a version.

    What it does
    ------------
    Finds ``pip install x`` without a version in the cells of notebooks, in Dockerfiles and in shell scripts.
    Requirement files, local paths and the installers themselves are fine.

    Why is this bad?
    ----------------
    What is installed tomorrow is another version: the notebook or image that worked no longer does.

    Example
    -------
    ::

        RUN pip install torch pandas

    Use instead
    -----------
    ::

        RUN pip install torch==2.5.1 pandas==2.2.3

    References
    ----------
    - Known from hadolint DL3013 and pynblint.
    """

    code = "VER108"
    name = "unpinned-install"
    severity = "note"
    kinds = ("dockerfile", "shell")

    def check(self, subject: Any) -> Iterator[Problem]:
        if isinstance(subject, Notebook):
            for cell in subject.code:
                for number, row in enumerate(cell.source.split("\n"), 1):
                    if row.lstrip().startswith(("!", "%")):
                        names = unpinned(row)
                        if names:
                            yield subject.problem(cell, message(names), line=number)
            return
        if b"pip" in subject.data:
            yield from self.file(subject)

    def file(self, file: File) -> Iterator[Problem]:
        if file.kind == "dockerfile":
            rows = [(line, rest) for line, word, rest in instructions(file) if word == "RUN"]
        else:
            rows = [
                (number, row) for number, row in enumerate(file.lines, 1) if not row.lstrip().startswith(("#", "echo"))
            ]
        for line, text in rows:
            names = unpinned(text)
            if names:
                yield file.problem(line, message(names))

    GOOD = (
        {
            "Dockerfile": "FROM a:1\nRUN pip install -r requirements.txt && pip install --upgrade pip && pip install torch==2.1 'x>=1'\n"
        },
        {"a.sh": "pip install -e .\npip install git+https://x/y@v1\npip install $PACKAGES\n"},
        {"cells": [("code", "%pip install pandas==2.2")]},
    )
    BAD = (
        {"Dockerfile": "FROM a:1\nRUN pip install --no-cache-dir torch\n"},
        {"Dockerfile": "FROM a:1\nRUN apt-get update && \\\n    python -m pip install numpy pandas==1.0\n"},
        {"cells": [("code", "!pip install -q transformers")]},
        {"cells": [("code", "x = 1\n%pip install 'optuna[mlflow]'")]},
        {"setup.sh": "pip3 install dvc\n"},
    )
