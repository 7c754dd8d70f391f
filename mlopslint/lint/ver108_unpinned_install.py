"""VER108 unpinned-install."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Sequence

from mlopslint.lint.base import File, FileRule, Notebook, NotebookRule, Problem
from mlopslint.patterns import late
from mlopslint.records import Fact

_PIP = late(
    r"^(?:\S{0,80}python[\d.]{0,5} -m )?(?:\S{0,80}/)?(?:pip[\d.]{0,5} |uv (?:-\S+ )*pip |uvpip )(?:-\S+ )*install(?= )|^pip[\d.]{0,5} install(?= )"
)
#: Options that are followed by their value.
_VALUED = frozenset(
    {
        *(
            "-i",
            "--index-url",
            "--extra-index-url",
            "-f",
            "--find-links",
            "-t",
            "--target",
            "--trusted-host",
            "--prefix",
            "--root",
        ),
        *(
            "--cache-dir",
            "--upgrade-strategy",
            "--no-binary",
            "--only-binary",
            "--platform",
            "--python-version",
            "--python",
            "-p",
        ),
        *(
            "--src",
            "--progress-bar",
            "--timeout",
            "--retries",
            "--proxy",
            "--cert",
            "--config-settings",
            "--global-option",
        ),
        *(
            "--default-index",
            "--index",
            "--index-strategy",
            "--prerelease",
            "--resolution",
            "--link-mode",
            "--torch-backend",
            "-e",
        ),
        *("--abi", "--implementation", "--install-option", "--editable", "-r", "--requirement", "--extra", "--group"),
    }
)
_NAME = late(r"^[A-Za-z0-9][A-Za-z0-9._-]{0,80}(?:\[[\w,.\s-]{0,200}\])?$")
#: The installers themselves: the newest one is wanted on purpose.
_TOOLS = frozenset({"pip", "setuptools", "wheel", "uv", "virtualenv", "build", "twine", "pipx"})


class UnpinnedInstall(NotebookRule, FileRule):
    """A package installed without a version.

    What it does
    ------------
    Finds ``pip install`` (and ``uv pip install``) of packages without any version in notebooks, Dockerfiles and shell scripts.
    Requirement files, constraints (``-c``), local paths, URLs and variables are fine, any bound counts as a version, and the installers
    themselves (pip, setuptools, wheel, uv) may be the newest, as may the project's own package.

    Why is this bad?
    ----------------
    The same notebook or image is another one next month: a new release changes results, or breaks the run on somebody else's machine.

    Example
    -------
    ::

        RUN pip install mlflow scikit-learn

    Use instead
    -----------
    ::

        RUN pip install mlflow==2.14.1 scikit-learn==1.5.0

    References
    ----------
    - pip, "Repeatable Installs": https://pip.pypa.io/en/stable/topics/repeatable-installs/
    - Known from hadolint DL3013 and pynblint.
    """

    code = "VER108"
    name = "unpinned-install"
    kinds = ("dockerfile", "shell")
    markers = (b"install",)

    def check(self, source: Notebook | File) -> Iterator[Problem]:
        if isinstance(source, File):
            for fact in source.of("command"):
                names = unpinned(fact.name)
                if names and fact.line:
                    found = source.problem(fact.line, message(names), part=_part(source.lines, fact.line, names[0]))
                    yield found._replace(data=("own", *names))
            return
        cells = {cell.number: cell for cell in source.code}
        for fact in source.facts:
            names = unpinned(fact.name.lstrip("%")) if _installs(fact) else []
            if names and fact.cell in cells:
                found = source.problem(cells[fact.cell], message(names), line=max(fact.line, 1))
                yield found._replace(data=("own", *names))  # those of the project itself are left out later

    GOOD = (
        {"Dockerfile": "FROM a\nRUN pip install -r requirements.txt && pip install --upgrade pip\n"},
        {
            "Dockerfile": "FROM a\nRUN pip install 'torch>=2,<3' numpy==1.26.4 ./wheels/a.whl . .[dev] git+https://example.com/a.git@v1\n"
        },
        {"Dockerfile": "FROM a\nRUN pip install mlflow==${VERSION} $PACKAGES -c constraints.txt numpy\n"},
        {
            "run.sh": "pip install -e .\npip install --index-url https://example.com/simple torch==2.1 | tee log\necho pip install x\n"
        },
        {"run.sh": "apt-get install curl\npip uninstall numpy\nuv pip sync requirements.txt\n"},
        {"cells": [("code", "!pip install -q numpy==1.26\n%pip install -r ../requirements.txt\n# !pip install x")]},
    )
    BAD = (
        {"Dockerfile": "FROM a\nRUN apt-get update && \\\n    pip3 install --no-cache-dir mlflow boto3==1.2\n"},
        {"setup.sh": "set -e\npython -m pip install -U 'ray[serve]'\n"},
        {"setup.sh": "uv pip install --system numpy\n"},
        {"cells": [("code", "import os\n!pip install -q transformers datasets")]},
        {"cells": [("code", "%pip install transformers")]},
    )


def _installs(fact: Fact) -> bool:
    return "install" in fact.name and (
        fact.kind == "command" or (fact.kind == "magic" and fact.name.startswith(("%pip", "%uv")))
    )


def unpinned(line: str) -> list[str]:
    """The packages that a command installs without a version."""
    match = _PIP.match(line)
    if match is None:
        return []
    try:
        words = shlex.split(line[match.end() :], comments=True)
    except ValueError:
        return []
    if len(line) >= 300:
        words = words[:-1]  # cut there, as commands are kept in part
    found: list[str] = []
    skip = False
    for word in words:
        if skip:
            skip = False
        elif word in ("-c", "--constraint", "--no-index") or word.startswith(("--constraint=", "-c=")):
            return []
        elif word.startswith("-"):
            skip = word in _VALUED or word == "-"  # a formatter has parted ``- q``
        elif word in ("&&", "||", ";", "|", "&", ">", "2>&1"):
            break
        elif (
            _NAME.match(word)
            and not word.endswith((".whl", ".txt", ".zip", ".gz"))
            and not re.match(r"\.{1,2}(?:[\[/]|$)", word)
        ):
            if re.split(r"\[", word)[0].lower() not in _TOOLS:
                found.append(word)
    return found


def message(names: Sequence[str]) -> str:
    """What to say about these packages."""
    shown = ", ".join(names[:4]) + (f" and {len(names) - 4} more" if len(names) > 4 else "")
    return f"pip installs {shown} without a version"[:200]


def _part(lines: list[str], line: int, name: str) -> str:
    row = lines[line - 1] if line <= len(lines) else ""
    match = re.search(r"(?:pip|uv)[^&|;]*install[^&|;\\#]*", row)
    return match.group(0).rstrip() if match else ""
