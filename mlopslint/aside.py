"""A job done in a copy of this process while this one goes on with its own."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable
from typing import TypeVar

import msgspec

T = TypeVar("T")


def aside(job: Callable[[], T], kind: type[T]) -> Callable[[], T]:
    """Starts ``job`` at once and gives a function that waits for what it returns, to be called once.

    Where processes cannot be copied (Windows, macOS, a program with threads), and where the copy fails, the job is done
    here, when its answer is wanted. ``kind`` is what it returns, for msgspec.
    """
    if not sys.platform.startswith("linux") or threading.active_count() > 1:
        return job
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        status = 1
        try:
            os.close(reading)
            with open(writing, "wb") as stream:
                stream.write(msgspec.msgpack.encode(job()))
            status = 0
        finally:
            os._exit(status)  # nothing of the copy's is flushed or closed a second time
    os.close(writing)

    def answer() -> T:
        with open(reading, "rb") as stream:
            data = stream.read()
        _, status = os.waitpid(child, 0)
        return msgspec.msgpack.decode(data, type=kind) if status == 0 else job()

    return answer
