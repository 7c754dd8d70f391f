"""Small questions about the cells of notebooks that several checks ask."""

from __future__ import annotations

import re

from mlopslint.lint.base import Cell, Notebook
from mlopslint.patterns import late

_INSTALL = late(r"\b(?:pip[\d.]{0,5}|conda|mamba|apt|apt-get|uv pip)\s.{0,40}\binstall\b")
#: What makes a machine ready beside packages: models that a library downloads, and a log-in.
_READIES = late(
    r"\bspacy download\b|\bnltk\.download\(|\b(?:notebook_|interpreter_)?login\(|\b(?:huggingface-cli|hf auth|wandb) login\b"
)
_RESTART = late(r"do_shutdown|restart_kernel|os\.kill\(|kill_kernel|Restart the (?:kernel|runtime)", re.I)


def tags(cell: Cell) -> list[str]:
    """The tags of a cell."""
    found = cell.metadata.get("tags")
    return [item for item in found if isinstance(item, str)] if isinstance(found, list) else []


def is_python_2(notebook: Notebook) -> bool:
    """Whether the notebook was saved by a kernel of Python 2."""
    about = notebook.metadata.get("language_info")
    kernel = notebook.metadata.get("kernelspec")
    version = str(about.get("version", "")) if isinstance(about, dict) else ""
    return version.startswith("2.") or (isinstance(kernel, dict) and kernel.get("name") == "python2")


def only_comments(cell: Cell) -> bool:
    """Whether a code cell is empty or holds comments only; what starts with a magic is code."""
    return all(not row.strip() or row.lstrip().startswith("#") for row in cell.source.split("\n"))


def listed(numbers: list[int]) -> str:
    """Numbers of cells in words, five at most: ``2, 3 and 7``."""
    if len(numbers) > 5:
        return ", ".join(map(str, numbers[:4])) + f" and {len(numbers) - 4} more"
    return " and ".join(part for part in (", ".join(map(str, numbers[:-1])), str(numbers[-1])) if part)


def restarts(cell: Cell) -> bool:
    """Whether the session begins anew after a cell: it installs packages, or stops the kernel."""
    return _INSTALL.search(cell.source) is not None or _RESTART.search(cell.source) is not None


def only_installs(cell: Cell) -> bool:
    """Whether all that a cell does is to make the machine ready: to install packages, to download their models, to log in."""
    rows = [row for row in cell.source.split("\n") if row.strip() and not row.lstrip().startswith("#")]
    ready = [row for row in rows if _INSTALL.search(row) or _READIES.search(row)]
    return bool(ready) and all(row in ready or row.lstrip().startswith(("import ", "from ", "%%")) for row in rows)
