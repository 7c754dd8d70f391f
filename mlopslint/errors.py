"""The one error type that a user sees."""

from __future__ import annotations


class MlopslintError(Exception):
    """Wrong usage, unreadable configuration or an unreadable repository; its text is one line for the user."""
