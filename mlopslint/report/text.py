"""Text of a repository made safe to show: nothing in it moves the cursor or turns the writing direction."""

from __future__ import annotations


def visible(text: str) -> str:
    """Text without characters that move the cursor, turn the writing direction or cannot be encoded."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c in "\n\t" else "\ufffd" for c in text)


def flat(text: str, limit: int = 0) -> str:
    """Visible text on one line, cut at ``limit`` characters."""
    line = visible(" ".join(text.split()))
    return line[: limit - 1] + "…" if limit and len(line) > limit else line
