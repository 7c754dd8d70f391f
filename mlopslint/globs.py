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


@lru_cache(maxsize=16384)
def name_pattern(pattern: str) -> re.Pattern[str]:
    """A compiled name glob: ``*`` matches anything, the whole name must match, case counts."""
    return re.compile("".join(".*" if c == "*" else "." if c == "?" else re.escape(c) for c in pattern) + r"\Z", re.S)
