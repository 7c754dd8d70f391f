"""Where the rules and the report templates lie, in a wheel as in a checkout."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # its home moved in Python 3.11
    from importlib.resources.abc import Traversable


def folder(name: str) -> Traversable:
    """The folder ``rules`` or ``report_templates``: in the installed package (or zip), or beside it in a checkout."""
    here = Path(__file__).resolve().parent
    for found in (here / "_data" / name, here.parent / name):
        if found.is_dir():
            return found
    from importlib import resources

    return resources.files("mlopslint") / "_data" / name


def compiled(name: str) -> Path:
    """Where a file lies that the build of the wheel has made; a checkout has none."""
    return Path(__file__).resolve().parent / "_data" / name
