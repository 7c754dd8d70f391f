"""Digests as hexadecimal text; of little data by the interpreter itself, as OpenSSL takes longer to load than it would save."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any

#: Bytes from which hashlib is faster, its import included.
_MUCH = 100_000
_MODULES = {"sha1": "_sha1", "sha256": "_sha2" if sys.version_info >= (3, 12) else "_sha256"}


def digest(name: str, data: bytes) -> str:
    """The ``sha1`` or ``sha256`` of ``data``."""
    if len(data) < _MUCH and "hashlib" not in sys.modules:
        try:
            small: Any = getattr(import_module(_MODULES[name]), name)
        except ImportError:  # an interpreter may be built without them
            pass
        else:
            return str(small(data).hexdigest())
    import hashlib

    return hashlib.new(name, data, usedforsecurity=False).hexdigest()
