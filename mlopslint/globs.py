"""Path and name patterns as users write them: ``*`` within a path part, ``**`` across parts, a bare name anywhere."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache


@lru_cache(maxsize=4096)
def path_pattern(pattern: str) -> re.Pattern[str]:
    """A compiled path glob, case-insensitive. Without ``/`` it matches the name of a file or folder at any depth."""
    text = pattern.strip()
    anchored = "/" in text.rstrip("/")
    below = text.endswith("/")
    text = text.strip("/")
    out = []
    i = 0
    while i < len(text):
        if text.startswith("**/", i):
            out.append("(?:.*/)?")
            i += 3
        elif text.startswith("**", i):
            out.append(".*")
            i += 2
        elif text[i] == "*":
            out.append("[^/]*")
            i += 1
        elif text[i] == "?":
            out.append("[^/]")
            i += 1
        elif text[i] == "[" and "]" in text[i + 1 :]:
            end = text.index("]", i + 1)
            body = text[i + 1 : end].replace("\\", "\\\\")
            out.append("[" + ("^" + body[1:] if body.startswith("!") else body) + "]")
            i = end + 1
        elif text[i] == "{" and "}" in text[i + 1 :]:
            end = text.index("}", i + 1)
            out.append("(?:" + "|".join(re.escape(part) for part in text[i + 1 : end].split(",")) + ")")
            i = end + 1
        else:
            out.append(re.escape(text[i]))
            i += 1
    body = "".join(out)
    head = "^" if anchored else "^(?:.*/)?"
    return re.compile(f"{head}{body}{'/' if below else '(?:/|$)'}", re.I | re.S)


def any_path(patterns: Iterable[str]) -> re.Pattern[str]:
    """One pattern for many; matches nothing when there are none."""
    parts = [path_pattern(pattern).pattern for pattern in patterns]
    return re.compile("|".join(f"(?:{part})" for part in parts) if parts else r"(?!)", re.I | re.S)


class NameGlob:
    """A glob over names: ``*`` matches anything, the whole name must match, case counts.

    Nearly all are a word, or a star at one end or at both: these need no regular expression, whose compilation would cost more than
    all of their matches. ``text`` is what stands between these stars, ``part`` the longest text of it without a star.
    """

    __slots__ = ("_pattern", "glob", "kind", "part", "text")

    def __init__(self, glob: str) -> None:
        inner = glob.strip("*")
        self.glob = glob
        self.text = self.part = inner
        self._pattern: re.Pattern[str] | None = None
        self.kind = "exact"
        if "*" in inner or "?" in glob:
            self.kind = "regex"
            self.part = max(inner.replace("?", "*").split("*"), key=len)
        elif glob.startswith("*"):
            self.kind = "inside" if glob.endswith("*") or not inner else "end"
        elif glob.endswith("*"):
            self.kind = "start"

    def match(self, name: str) -> bool:
        """Whether the whole name matches."""
        kind = self.kind
        if kind == "start":
            return name.startswith(self.text)
        if kind == "exact":
            return name == self.text
        if kind == "end":
            return name.endswith(self.text)
        if kind == "inside":
            return self.text in name
        if self._pattern is None:  # most are never asked
            body = "".join(".*" if c == "*" else "." if c == "?" else re.escape(c) for c in self.glob)
            self._pattern = re.compile(body + r"\Z", re.S)
        return self._pattern.match(name) is not None


@lru_cache(maxsize=16384)
def name_pattern(glob: str) -> NameGlob:
    """The name glob, made once."""
    return NameGlob(glob)
