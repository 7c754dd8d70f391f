"""Running git safely and reading many objects at once.

A scanned repository is hostile: no hook, file-system monitor, prompt or fetch of its configuration ever runs.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from mlopslint.errors import MlopslintError

if TYPE_CHECKING:
    import subprocess

_SAFE = (
    "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "-c", "core.untrackedCache=false",
    "-c", "core.quotepath=off", "-c", "protocol.allow=never", "-c", "core.pager=cat",
)  # fmt: skip


def environment() -> dict[str, str]:
    """The environment for git: without the variables that hooks export, and unable to ask or to fetch."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("GIT_") or name in ("GIT_EXEC_PATH", "GIT_SSL_CAINFO")
    }
    kept |= {"GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "GIT_NO_LAZY_FETCH": "1", "LC_ALL": "C"}
    return kept


def start(root: str, *arguments: str, index: str | None = None) -> subprocess.Popen[bytes]:
    """Start git in ``root``; raises FileNotFoundError when there is no git program."""
    variables = environment()
    if index:
        variables["GIT_INDEX_FILE"] = index
    import subprocess

    return subprocess.Popen(
        ["git", *_SAFE, "-C", root, *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=variables,
    )


def finish(process: subprocess.Popen[bytes]) -> bytes | None:
    """The output of a process started by ``start``, or None when it failed."""
    out, err = process.communicate()
    if process.returncode == 0:
        return out
    text = err.decode("utf-8", "replace")
    if "dubious ownership" in text:
        raise MlopslintError(
            "git refuses this repository because another user owns it; to trust it: "
            "git config --global --add safe.directory <its folder>"
        )
    return None


def run(root: str, *arguments: str) -> bytes | None:
    """The output of one git command, or None when it failed."""
    return finish(start(root, *arguments))


def sizes(root: str, oids: Sequence[str]) -> dict[str, int]:
    """Size in bytes of each object that is present; missing ones are left out."""
    import subprocess

    process = subprocess.Popen(
        ["git", *_SAFE, "-C", root, "cat-file", "--batch-check=%(objectname) %(objectsize)"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environment(),
    )
    out, _ = process.communicate("".join(f"{oid}\n" for oid in oids).encode())
    found: dict[str, int] = {}
    for line in out.decode("ascii", "replace").splitlines():
        oid, _, size = line.partition(" ")
        if size.isdigit():
            found[oid] = int(size)
    return found


def blobs(root: str, oids: Sequence[str]) -> Iterator[tuple[str, bytes | None]]:
    """The content of each object, in order; None for one that is missing or unreadable. One process for all."""
    rest = list(oids)
    while rest:
        done = 0
        for oid, data in _batch(root, rest):
            done += 1
            yield oid, data
        if done >= len(rest):
            return
        yield rest[done], None  # git gave up on this object (a damaged one): go on behind it
        rest = rest[done + 1 :]


def _batch(root: str, oids: list[str]) -> Iterator[tuple[str, bytes | None]]:
    import subprocess

    process = subprocess.Popen(
        ["git", *_SAFE, "-C", root, "cat-file", "--batch"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environment(),
    )
    assert process.stdin is not None and process.stdout is not None
    wanted, out = process.stdin, process.stdout

    def feed() -> None:
        try:
            wanted.write("".join(f"{oid}\n" for oid in oids).encode())
            wanted.close()
        except OSError:
            pass  # git has stopped; the reader sees the end of its output

    feeder = threading.Thread(target=feed, daemon=True)
    feeder.start()
    try:
        for oid in oids:
            head = out.readline().split()
            if not head:
                return
            if len(head) != 3 or not head[2].isdigit():
                yield oid, None
                continue
            size = int(head[2])
            data = out.read(size)
            if len(data) < size:
                return
            out.read(1)
            yield oid, data
    finally:
        out.close()
        process.kill()
        process.wait()
        feeder.join()
