"""Where the rules and the report templates lie, in a wheel as in a checkout."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # its home moved in Python 3.11
    from importlib.resources.abc import Traversable

_HERE = os.path.dirname(os.path.realpath(__file__))


def place(name: str) -> str | None:
    """The path of the folder ``rules`` or ``report_templates``; None where it lies in a zip."""
    for found in (os.path.join(_HERE, "_data", name), os.path.join(os.path.dirname(_HERE), name)):
        if os.path.isdir(found):
            return found
    return None


def folder(name: str) -> Traversable:
    """The folder ``rules`` or ``report_templates``: in the installed package (or zip), or beside it in a checkout."""
    found = place(name)
    if found:
        from pathlib import Path  # a hook that lints one file has no use for it

        return Path(found)
    from importlib import resources

    return resources.files("mlopslint") / "_data" / name


def compiled(name: str) -> str:
    """Where a file lies that the build of the wheel has made; a checkout has none."""
    return os.path.join(_HERE, "_data", name)
