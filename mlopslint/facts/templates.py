"""Templates of Python (Jinja, cookiecutter) -> Python of the same shape, so that what a template hands out is read as well."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mlopslint.patterns import late

_SIGNS = (b"{{", b"{%", b"{#")
_VALUE = late(rb"\{\{-?[^{}\n]*\}\}")
#: Where something that decides, repeats or remarks begins; it may go over several lines.
_STATEMENT = late(rb"\{[%#]")
_WORD = late(rb"\w+")


def is_template(data: bytes) -> bool:
    """Whether there may be anything of a template in a file."""
    return any(sign in data for sign in _SIGNS)


def filled(data: bytes) -> bytes:
    """The text with a name in the place of each value, and nothing in the place of each statement; all places stay as they are.

    Both sides of a condition are there, and each loop once.
    """
    return _VALUE.sub(_name, b"".join(_without_statements(data)))


def _without_statements(data: bytes) -> Iterator[bytes]:
    done = 0
    ends = {b"{%": b"%}", b"{#": b"#}"}
    for match in _STATEMENT.finditer(data):
        start, sign = match.start(), match.group()
        if start < done or sign not in ends:
            continue
        end = data.find(ends[sign], start + 2)
        if end < 0:
            del ends[sign]  # nor will there be one for those below
            continue
        yield data[done:start]
        done = end + 2
        yield bytes(byte if byte in b"\r\n" else 32 for byte in data[start:done])
    yield data[done:]


def _name(match: re.Match[bytes]) -> bytes:
    """``cookiecutter_module_name`` with as many more underscores as it takes, for ``{{ cookiecutter.module_name }}``."""
    text = b"_".join(_WORD.findall(match.group())) or b"_"
    if text[:1].isdigit():
        text = b"_" + text
    return text.ljust(len(match.group()), b"_")
