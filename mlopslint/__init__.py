"""mlopslint: which MLOps practices a repository follows, with evidence, and what to do next.

>>> from mlopslint import review
>>> report = review("fixtures/levels/level2")
>>> report.assessment.level
2
"""

from __future__ import annotations

from mlopslint.version import __version__

TYPE_CHECKING = False  # importing typing would cost more than all the rest of a start
if TYPE_CHECKING:
    from typing import Any

    from mlopslint.config import Config
    from mlopslint.errors import MlopslintError
    from mlopslint.mainline import review
    from mlopslint.records import Report

__all__ = ["Config", "MlopslintError", "Report", "__version__", "review"]

_HOMES = {"review": "mainline", "Report": "records", "Config": "config", "MlopslintError": "errors"}


def __getattr__(name: str) -> Any:
    """Import on first use, so that ``import mlopslint`` costs nothing."""
    if name in _HOMES:
        from importlib import import_module

        return getattr(import_module(f"mlopslint.{_HOMES[name]}"), name)
    raise AttributeError(f"module 'mlopslint' has no attribute {name!r}")
