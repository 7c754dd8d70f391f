"""Bytes -> text that is safe to keep: decoding, values cut to size, and credentials taken out."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from mlopslint.patterns import late

_CAMEL = late(r"(?<=[a-z0-9])(?=[A-Z])")
_SECRET_KEY = late(
    r"(?:^|[_.\-])(?:password|passwd|passphrase|pwd|secret|secrets|token|credential|credentials|dsn|key|apikey|sas"
    r"|connection[_-]?string)(?:[_-]?(?:value|base64|id))?$"
)
_URL_CREDENTIAL = late(r"://[^/\s:@'\"]{1,100}:([^/\s@'\"]{1,200})@")
_NAMES = r"[\w-]{0,40}(?:passw(?:or)?d|passphrase|secret|token|api[_-]?key|access[_-]?key|account[_-]?key)(?:[_-](?:value|id))?"
_VALUE = r"[^\s'\"$<{(-][^\s'\"]{3,}"
# behind a space alone stands a value only of an option, or where it looks like one: `create secret generic` has none
_ASSIGNED = late(
    rf"(?i)((?:^|[\s'\"-]){_NAMES}\s{{0,3}}[=:]\s{{0,3}}|(?:^|[\s'\"])-{{1,2}}{_NAMES}\s{{1,3}}"
    rf"|(?:^|[\s'\"]){_NAMES}\s{{1,3}}(?=\S{{0,80}}\d)){_VALUE}"
)
_MAYBE_SECRET = ("key", "token", "://", "passw", "secret", "passphrase")


def decode(data: bytes) -> str:
    """Text of ``data``: UTF-16 by its mark, else UTF-8, else Latin-1 (which never fails); line ends become ``\\n``."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = data.decode("utf-16", "replace")
    else:
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = data.decode("latin-1")
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


@lru_cache(maxsize=4096)
def secretish(key: str) -> bool:
    """Whether a key's name says that its value is a credential (``DB_PASSWORD``, ``apiKey``; not ``max_tokens``)."""
    if len(key) > 100:
        return False
    return _SECRET_KEY.search(_CAMEL.sub("_", key).lower()) is not None


def small(text: str) -> str:
    """``text`` in small letters, with those that ``re.I`` takes for an ``i`` or an ``s`` as such."""
    lower = text.lower()
    return lower if lower.isascii() else lower.replace("i\u0307", "i").replace("\u0131", "i").replace("\u017f", "s")


def holds(words: Iterable[str], text: str) -> bool:
    """Whether one of ``words`` stands in ``text``; asked before a pattern, as it is much faster."""
    for word in words:  # noqa: SIM110 - half the time of any()
        if word in text:
            return True
    return False


def redact(text: str) -> str:
    """``text`` with the values of credentials in URLs, assignments and options replaced by ``***``."""
    if not holds(_MAYBE_SECRET, small(text)):
        return text
    text = _URL_CREDENTIAL.sub(lambda m: m.group(0).replace(m.group(1), "***"), text)
    return _ASSIGNED.sub(r"\1***", text)


def scalar(value: Any, limit: int = 200) -> Any:
    """``value`` as a JSON scalar that every format can hold: long text cut, dates and odd numbers as text."""
    if value is None or value is True or value is False:
        return value
    if isinstance(value, str):
        return redact(value[:limit])
    if isinstance(value, int):
        return value if -(2**62) < value < 2**62 else "large number"
    if isinstance(value, float):
        return value if value - value == 0 else str(value)
    if isinstance(value, (dict, list, tuple)):
        return None
    return str(value)[:limit]


def text_of(value: Any, limit: int = 400) -> str:
    """``value`` as text: numbers and booleans as written in YAML, nothing for structures and null."""
    if isinstance(value, str):
        return value[:limit]
    if value is None or isinstance(value, (dict, list)):
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)[:limit]


def texts(value: Any, limit: int = 100) -> list[str]:
    """A list of text from what formats allow in place of one: null, one scalar, or a list."""
    if isinstance(value, list):
        return [text for item in value[:limit] if (text := text_of(item))]
    if isinstance(value, dict):
        return [str(key)[:200] for key in list(value)[:limit]]
    text = text_of(value)
    return [text] if text else []


def fold(text: str, limit: int = 400) -> str:
    """``text`` on one line, white space folded, credentials out, cut to ``limit`` characters."""
    return redact(" ".join(text[: limit * 4].split())[:limit])


def mend(value: Any) -> Any:
    """A JSON value without the half characters that escapes can smuggle in and no encoder takes."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, list):
        return [mend(item) for item in value]
    if isinstance(value, dict):
        return {mend(key): mend(item) for key, item in value.items()}
    return value
