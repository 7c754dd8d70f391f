"""Copies of this process that take their share of its work, and a line to each of them."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress

#: Numbers that a pipe holds before anybody reads them.
MOST = 10_000
_WORD = 4


class _Way:
    """One way of a line: what is sent lies in a file in memory, so that no sender waits for a reader that is at work."""

    def __init__(self) -> None:
        self._file = os.memfd_create("mlopslint")
        self._reading, self._writing = os.pipe()
        self._sent = self._received = 0

    def send(self, data: bytes) -> None:
        """Raises OSError where nobody is left to read it."""
        view = memoryview(data)
        while view:
            written = os.pwrite(self._file, view, self._sent)
            self._sent += written
            view = view[written:]
        os.write(self._writing, len(data).to_bytes(8, "big"))

    def receive(self) -> bytes | None:
        """The next of what was sent, in order; None once the sender has gone."""
        head = os.read(self._reading, 8)
        if len(head) < 8:
            return None
        size, parts = int.from_bytes(head, "big"), []
        while size:
            part = os.pread(self._file, size, self._received)
            self._received += len(part)
            size -= len(part)
            parts.append(part)
        return b"".join(parts)

    def waiting(self) -> bool:
        """Whether there is something to receive, or nobody left to send it."""
        import select

        return bool(select.select([self._reading], [], [], 0)[0])

    def keep(self, *, writing: bool) -> None:
        """Close the end that this process does not use: only so is the other's death seen."""
        os.close(self._reading if writing else self._writing)

    def close(self, *, writing: bool) -> None:
        """Close what ``keep`` has left open."""
        os.close(self._writing if writing else self._reading)
        os.close(self._file)


class Line:
    """A line to another process."""

    def __init__(self, outgoing: _Way, incoming: _Way) -> None:
        self._outgoing, self._incoming = outgoing, incoming
        outgoing.keep(writing=True)
        incoming.keep(writing=False)
        self.send, self.receive, self.waiting = outgoing.send, incoming.receive, incoming.waiting

    def hang_up(self) -> None:
        self._outgoing.close(writing=True)
        self._incoming.close(writing=False)


#: Where processes are copied; elsewhere a new one starts from nothing, and runs the program's main module again.
COPIES = hasattr(os, "memfd_create") and sys.platform.startswith("linux")


def may_fork() -> bool:
    """Whether this process can be copied: on Linux, as long as it has one thread (a lock of another would never be released)."""
    return COPIES and threading.active_count() == 1


@contextmanager
def crew(jobs: Sequence[Callable[[Line], None]]) -> Iterator[list[Line]]:
    """Lines to copies of this process, one for each job, which does it with its own end of its line; fewer where the system allows
    no more.

    What a copy raises is seen here by its silence alone. Those that are still at work when the block is left are ended.
    """
    lines: list[Line] = []
    copies: list[int] = []
    try:
        with suppress(OSError):
            for job in jobs:
                there, back = _Way(), _Way()
                copy = os.fork()
                if copy == 0:
                    _work(job, lines, there, back)
                copies.append(copy)
                lines.append(Line(there, back))
        yield lines
    finally:
        for line in lines:
            line.hang_up()
        for copy in copies:
            with suppress(ProcessLookupError):
                os.kill(copy, signal.SIGKILL)
            with suppress(ChildProcessError):
                os.waitpid(copy, 0)


def _work(job: Callable[[Line], None], others: list[Line], there: _Way, back: _Way) -> None:
    status = 1
    try:
        for line in others:
            line.hang_up()
        job(Line(back, there))
        status = 0
    finally:
        os._exit(status)  # nothing of the copy's is flushed or closed a second time


class Numbers:
    """The numbers below ``count``, each given once, to whichever copy of this process asks first; at most ``MOST``."""

    def __init__(self, count: int) -> None:
        self._reading, writing = os.pipe()
        with open(writing, "wb") as stream:
            stream.write(b"".join(number.to_bytes(_WORD, "big") for number in range(count)))

    def __iter__(self) -> Iterator[int]:
        while word := os.read(self._reading, _WORD):
            yield int.from_bytes(word, "big")

    def close(self) -> None:
        os.close(self._reading)
