"""The one error type that a user sees, and the name that was meant."""

from __future__ import annotations

from collections.abc import Iterable


class MlopslintError(Exception):
    """Wrong usage, unreadable configuration or an unreadable repository; its text is one line for the user."""


def nearest(word: str, known: Iterable[str]) -> str:
    """``; did you mean X?`` or the list of what there is."""
    from difflib import get_close_matches

    some = list(known)
    close = get_close_matches(word, some, 1, 0.5) or get_close_matches(word.upper(), some, 1, 0.5)
    if close:
        return f"; did you mean {close[0]!r}?"
    return f"; there is {', '.join(some[:12])}" if len(some) <= 12 else ""
