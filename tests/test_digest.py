"""Digests are hashlib's, whoever makes them."""

from __future__ import annotations

import hashlib
import sys

import pytest

from mlopslint import digest


@pytest.mark.parametrize("name", ["sha1", "sha256"])
@pytest.mark.parametrize("size", [0, 100, 200_000])
def test_a_digest_is_that_of_hashlib(name, size, monkeypatch):
    data = b"x" * size
    wanted = hashlib.new(name, data).hexdigest()
    assert digest.digest(name, data) == wanted
    monkeypatch.delitem(sys.modules, "hashlib")
    assert digest.digest(name, data) == wanted
    monkeypatch.setattr(digest, "_MODULES", {"sha1": "_nothing", "sha256": "_nothing"})
    assert digest.digest(name, data) == wanted
