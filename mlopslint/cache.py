"""Facts kept by content in one SQLite file: (git blob id, kind, digest of the readers) -> encoded facts.

A cache only ever saves time: one that is locked, damaged, read-only or full is done without, silently.
"""

from __future__ import annotations

import os
import sys
import zlib
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import sqlite3

#: Above this size (bytes) the file is started anew.
_LIMIT = 1_000_000_000


def default_folder() -> str:
    """The user's cache folder for mlopslint."""
    given = os.environ.get("MLOPSLINT_CACHE_DIR")
    if given:
        return given
    from platformdirs import user_cache_dir

    return user_cache_dir("mlopslint", appauthor=False)


@lru_cache(maxsize=1)
def engine_digest() -> str:
    """Digest of the sources of all readers and of the Python version: what facts depend on beside the bytes."""
    import hashlib

    from mlopslint.plugins import plugins

    digest = hashlib.sha256(f"{sys.version_info[:2]} {plugins('mlopslint.rules')}".encode())
    package = os.path.dirname(os.path.abspath(__file__))
    files = [
        os.path.join(folder, name)
        for top in ("facts", "lint")
        for folder, _, names in sorted(os.walk(os.path.join(package, top)))
        for name in sorted(names)
        if name.endswith(".py")
    ]
    tables = next((path for path in _deprecations(package) if os.path.isdir(path)), "")
    files += [os.path.join(tables, name) for name in sorted(os.listdir(tables))] if tables else []
    for path in [*files, os.path.join(package, "records.py")]:
        try:
            with open(path, "rb") as stream:
                digest.update(stream.read())
        except OSError:
            digest.update(path.encode())
    return digest.hexdigest()[:16]


def _deprecations(package: str) -> tuple[str, str]:
    """Where the tables of deprecated interfaces may lie: in an installed package, or beside it."""
    return (
        os.path.join(package, "_data", "rules", "deprecations"),
        os.path.join(os.path.dirname(package), "rules", "deprecations"),
    )


@lru_cache(maxsize=1)
def program_digest() -> str:
    """Digest of the names, sizes and times of all program and rule files: what a whole result depends on."""
    import hashlib

    digest = hashlib.sha256(f"{sys.version_info[:2]}".encode())
    package = os.path.dirname(os.path.abspath(__file__))
    for top in (package, os.path.join(os.path.dirname(package), "rules")):
        for folder, folders, names in os.walk(top):
            folders[:] = sorted(name for name in folders if name != "__pycache__")
            for name in sorted(names):
                if name.endswith((".py", ".yaml")):
                    status = os.stat(os.path.join(folder, name))
                    digest.update(f"{folder}/{name}:{status.st_size}:{status.st_mtime_ns}\n".encode())
    return digest.hexdigest()[:16]


class Cache:
    """``get`` many and ``put`` many; every failure means "not cached"."""

    def __init__(self, folder: str | None) -> None:
        self._connection: sqlite3.Connection | None = None
        self._failure: type[Exception] = OSError  #: what the database raises; known once there is one
        if folder is None:
            return
        import sqlite3

        self._failure = sqlite3.Error
        try:
            os.makedirs(folder, exist_ok=True)
            path = os.path.join(folder, "facts.sqlite")
            if os.path.exists(path) and os.path.getsize(path) > _LIMIT:
                os.remove(path)
            try:
                self._connection = self._open(path)
            except sqlite3.DatabaseError:
                for suffix in ("", "-wal", "-shm"):
                    if os.path.exists(path + suffix):
                        os.remove(path + suffix)
                self._connection = self._open(path)
        except (OSError, sqlite3.Error):
            self._connection = None

    @staticmethod
    def _open(path: str) -> sqlite3.Connection:
        import sqlite3

        connection = sqlite3.connect(path, timeout=3, isolation_level=None)
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=OFF")
            connection.execute("CREATE TABLE IF NOT EXISTS facts (key TEXT PRIMARY KEY, data BLOB NOT NULL)")
            connection.execute("CREATE TABLE IF NOT EXISTS results (key TEXT PRIMARY KEY, data BLOB NOT NULL)")
            connection.execute("SELECT key, data FROM facts LIMIT 1").fetchall()
        except sqlite3.DatabaseError:
            connection.close()
            raise
        return connection

    @property
    def works(self) -> bool:
        """Whether anything can be kept at all."""
        return self._connection is not None

    def get(self, keys: Sequence[str]) -> dict[str, bytes]:
        """What is known of ``keys``."""
        return dict(self._rows("key, data", keys))

    def has(self, keys: Sequence[str]) -> set[str]:
        """Which of ``keys`` are known."""
        return {row[0] for row in self._rows("key", keys)}

    def _rows(self, columns: str, keys: Sequence[str]) -> list[Any]:
        found: list[Any] = []
        if self._connection is None:
            return found
        try:
            for start in range(0, len(keys), 900):
                some = keys[start : start + 900]
                marks = ",".join("?" * len(some))
                found += self._connection.execute(f"SELECT {columns} FROM facts WHERE key IN ({marks})", some)
        except self._failure:
            return []
        return found

    def put(self, rows: Iterable[tuple[str, bytes]]) -> None:
        """Keep these, in one transaction."""
        if self._connection is None:
            return
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            self._connection.executemany("INSERT OR REPLACE INTO facts VALUES (?, ?)", rows)
            self._connection.execute("COMMIT")
        except self._failure:
            try:
                self._connection.execute("ROLLBACK")
            except self._failure:
                self._connection = None

    def result(self, key: str) -> bytes | None:
        """A whole result that was kept under this key."""
        if self._connection is None:
            return None
        try:
            row = self._connection.execute("SELECT data FROM results WHERE key = ?", (key,)).fetchone()
        except self._failure:
            return None
        try:
            return zlib.decompress(row[0]) if row else None
        except zlib.error:
            return None

    def keep_result(self, key: str, data: bytes) -> None:
        """Keep a whole result, and no more than the newest few hundred."""
        if self._connection is None:
            return
        try:
            self._connection.execute(
                "INSERT OR REPLACE INTO results (key, data) VALUES (?, ?)", (key, zlib.compress(data, 1))
            )
            self._connection.execute("DELETE FROM results WHERE rowid <= (SELECT max(rowid) FROM results) - 400")
        except self._failure:
            pass

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
