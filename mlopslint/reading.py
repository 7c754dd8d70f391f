"""Reading files and extracting their facts: in this process, with copies of it beside, or in a pool of workers."""

from __future__ import annotations

import gc
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import msgspec

from mlopslint import facts
from mlopslint.crew import COPIES, MOST, Line, Numbers, may_fork
from mlopslint.records import Entry
from mlopslint.snapshot import Snapshot

if TYPE_CHECKING:
    from concurrent.futures import Executor, Future

#: Uncached bytes above which a second process costs less than it saves (measured in benchmarks/).
PARALLEL_FROM = 1_000_000
_BATCH_BYTES = 250_000
_BATCH_FILES = 30

#: The encoded facts of a file, or the reason why there are none.
Result = bytes | str
#: Takes the results of a batch, and the line over which they came.
Take = Callable[[Sequence[Entry], Sequence[Result], "Line | None"], None]
T = TypeVar("T")
_encoder = msgspec.msgpack.Encoder()
_message = msgspec.msgpack.Decoder()  # of a number, and a list of results


class Todo(NamedTuple):
    """Files of a snapshot that are to be read; ``held`` are the bytes of those that were read already."""

    snapshot: Snapshot
    entries: Sequence[Entry]
    held: dict[str, bytes]
    kinds: dict[str, str]

    @property
    def size(self) -> int:
        """In bytes."""
        return sum(max(entry.size, 0) for entry in self.entries)

    def contents(self, entries: Sequence[Entry]) -> Iterator[tuple[Entry, bytes | None, str]]:
        """The bytes of each of these files, or the reason why there are none."""
        known = [(entry, self.held[entry.path], "") for entry in entries if entry.path in self.held]
        return chain(known, self.snapshot.read([entry for entry in entries if entry.path not in self.held]))

    def results(self, entries: Sequence[Entry]) -> list[Result]:
        """The encoded facts of each of these files, in their order."""
        found = {
            entry.path: _result(self.kinds[entry.path], data, reason) for entry, data, reason in self.contents(entries)
        }
        return [found[entry.path] for entry in entries]


def _result(kind: str, data: bytes | None, reason: str) -> Result:
    return reason if data is None else extract(kind, data)


def extract(kind: str, data: bytes) -> bytes:
    """The encoded facts of a file: what runs in a worker."""
    found = facts.read(kind, data)
    try:
        return _encoder.encode(found)
    except UnicodeEncodeError:  # half a character in a string literal: written as its escape
        return _encoder.encode([_printable(msgspec.to_builtins(fact)) for fact in found])


def _printable(value: Any) -> Any:
    """The same value with text that UTF-8 can hold."""
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode()
    if isinstance(value, (list, tuple)):
        return [_printable(item) for item in value]
    if isinstance(value, dict):
        return {_printable(key): _printable(item) for key, item in value.items()}
    return value


@contextmanager
def workers(jobs: int) -> Iterator[Executor | None]:
    """An executor of ``jobs`` processes; None where one process is enough, and where this one can be copied but for its threads."""
    if jobs < 2 or (COPIES and not may_fork()):
        yield None
        return
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor

    facts.warm()  # what nearly all workers need is imported once, ahead of the fork
    # fork starts in a millisecond and shares what is imported
    context = multiprocessing.get_context("fork" if COPIES else "spawn")
    pool = ProcessPoolExecutor(jobs, mp_context=context, initializer=gc.disable)
    try:
        yield pool
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def cores() -> int:
    """Processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0)) or 1
    return os.cpu_count() or 1


def alone(todo: Todo, take: Take) -> None:
    """Read all in this process."""
    for batch in _batches(todo.contents(todo.entries), lambda item: len(item[1] or b"")):
        results = [_result(todo.kinds[entry.path], data, reason) for entry, data, reason in batch]
        take([entry for entry, _, _ in batch], results, None)


class Shared:
    """What copies of this process and this one read side by side: batches that are taken by their numbers."""

    def __init__(self, todo: Todo) -> None:
        self.todo = todo
        # a git process for each batch of objects; that of files costs nothing
        times = 1 if todo.snapshot.local else 4
        most = MOST // 2  # batches that are full by their bytes, and as many by their number of files
        bytes_, files = (
            max(todo.size // most, _BATCH_BYTES * times),
            max(len(todo.entries) // most, _BATCH_FILES * times),
        )
        # the largest first, so that no process ends long after the others
        ordered = sorted(todo.entries, key=lambda entry: -entry.size)
        self._batches = list(_batches(ordered, lambda entry: entry.size, bytes_, files))
        self._numbers = Numbers(len(self._batches))

    def of_a_copy(self, line: Line) -> Iterator[tuple[Sequence[Entry], Sequence[Result]]]:
        """In a copy: the batches that fall to it, with what was sent of each over the line."""
        for number in self._numbers:
            results = self.todo.results(self._batches[number])
            line.send(_encoder.encode((number, results)))
            yield self._batches[number], results
        line.send(b"")

    def here(self, lines: Sequence[Line], take: Take) -> None:
        """In this process: its own share, what comes over the lines, and what a copy that died has left."""
        left = set(range(len(self._batches)))
        speaking = list(lines)

        def hear(line: Line) -> None:
            message = line.receive()
            if not message:
                speaking.remove(line)
                return
            number, results = _message.decode(message)
            left.discard(number)
            take(self._batches[number], results, line)

        for number in self._numbers:
            left.discard(number)
            take(self._batches[number], self.todo.results(self._batches[number]), None)
            for line in lines:
                while line in speaking and line.waiting():
                    hear(line)
        while speaking:
            hear(speaking[0])
        for number in sorted(left):
            take(self._batches[number], self.todo.results(self._batches[number]), None)
        self._numbers.close()


def pooled(todo: Todo, count: int, take: Take) -> None:
    """Read all in this process, and extract the facts in ``count`` others; here as well where these are not to be had."""
    done: set[str] = set()

    def taken(entries: list[Entry], future: Future[list[Result]]) -> None:
        take(entries, future.result(), None)
        done.update(entry.path for entry in entries)

    ordered = sorted(todo.entries, key=lambda entry: -entry.size)
    pending: deque[tuple[list[Entry], Future[list[Result]]]] = deque()
    with workers(count) as pool:
        if pool is None:
            alone(todo, take)
            return
        from concurrent.futures.process import BrokenProcessPool

        try:
            for batch in _batches(todo.contents(ordered), lambda item: len(item[1] or b"")):
                contents = [(todo.kinds[entry.path], data, reason) for entry, data, reason in batch]
                pending.append(([entry for entry, _, _ in batch], pool.submit(_extract_all, contents)))
                while len(pending) > 3 * count:  # no more contents are held than keep all workers busy
                    taken(*pending[0])
                    pending.popleft()
            while pending:
                taken(*pending[0])
                pending.popleft()
        except BrokenProcessPool:
            # a worker was killed (out of memory, most likely): what is left is read here
            alone(todo._replace(entries=[entry for entry in ordered if entry.path not in done]), take)


def _extract_all(batch: Sequence[tuple[str, bytes | None, str]]) -> list[Result]:
    return [_result(kind, data, reason) for kind, data, reason in batch]


def _batches(
    items: Iterable[T], size_of: Callable[[T], int], most_bytes: int = _BATCH_BYTES, most: int = _BATCH_FILES
) -> Iterator[list[T]]:
    """Items in batches that are worth the way to another process."""
    batch: list[T] = []
    total = 0
    for item in items:
        batch.append(item)
        total += size_of(item)
        if total >= most_bytes or len(batch) >= most:
            yield batch
            batch, total = [], 0
    if batch:
        yield batch
