"""Where the rules and the report templates lie, in a wheel as in a checkout."""

from __future__ import annotations

from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path


def folder(name: str) -> Traversable:
    """The folder ``rules`` or ``report_templates``: inside the installed package, or beside it in a checkout."""
    packaged = resources.files("mlopslint") / "_data" / name
    if packaged.is_dir():
        return packaged
    return Path(__file__).resolve().parent.parent / name
