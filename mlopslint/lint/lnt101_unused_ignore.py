"""LNT101 unused-ignore."""

from __future__ import annotations

from mlopslint.lint.base import Rule


class UnusedIgnore(Rule):
    """An inline suppression that suppresses nothing.

    What it does
    ------------
    Finds ``mlopslint: ignore[...]`` comments whose codes hide no finding of a rule that is switched on.

    Why is this bad?
    ----------------
    A suppression that is left behind hides the next defect of its kind at that place.

    Example
    -------
    ::

        x = 1  # mlopslint: ignore[DAT110] assigned on purpose

    Use instead
    -----------
    ::

        x = 1

    References
    ----------
    - Known from Ruff RUF100 and mypy's warn_unused_ignores.
    """

    code = "LNT101"
    name = "unused-ignore"
    BAD = ("x = 1  # mlopslint: ignore[DAT110] assigned on purpose\n",)
    GOOD = ("x = 1\n",)
