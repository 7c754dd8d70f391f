"""Facts of all files of a snapshot: from the cache first, then read once and parsed once, in parallel where it pays."""

from __future__ import annotations

import gc
import os
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import chain
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec
from msgspec.structs import replace

from mlopslint import facts
from mlopslint.cache import Cache, engine_digest
from mlopslint.collector import without_collector
from mlopslint.filefacts import FileFacts, Gathered
from mlopslint.kinds import UNREAD, kind_of
from mlopslint.records import Entry, Fact, FileError, Repository
from mlopslint.snapshot import Read, Snapshot, blob_id

if TYPE_CHECKING:
    from concurrent.futures import Executor, Future

#: Uncached bytes above which starting worker processes costs less than it saves (measured in benchmarks/).
PARALLEL_FROM = 1_000_000
_BATCH_BYTES = 250_000
_BATCH_FILES = 30
#: Data and model files as small as this are read, as they may be pointers to the real ones.
_POINTER = 1_024
#: Bytes of files without a known id that are kept between finding their id and parsing them.
_HELD = 50_000_000

Progress = Callable[[int, int], None]
#: Takes the encoded facts of a batch of files.
Keep = Callable[[Sequence[tuple[Entry, bytes]]], None]
T = TypeVar("T")
_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(list[Fact])


def extract(batch: Sequence[tuple[str, bytes | str]]) -> list[bytes | str]:
    """Encoded facts of each (kind, content): what runs in a worker. A content that is text is the reason why there is none."""
    return [content if isinstance(content, str) else _encoded(facts.read(kind, content)) for kind, content in batch]


def _extract_there(batch: Sequence[tuple[str, Entry]]) -> list[bytes | str]:
    """The same in a forked worker, which reads the files itself: nothing but names is sent to it."""
    assert _reading is not None
    found = {entry.path: reason if data is None else data for entry, data, reason in _reading([e for _, e in batch])}
    return extract([(kind, found[entry.path]) for kind, entry in batch])


def _encoded(found: list[Fact]) -> bytes:
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


#: Processes are forked here, and so know all that this one knows.
_FORKS = sys.platform.startswith("linux")
#: In a forked worker: the way to read the files of the snapshot.
_reading: Read | None = None


def _worker_start(reading: Read | None) -> None:
    global _reading
    gc.disable()
    _reading = reading


@contextmanager
def workers(jobs: int, reading: Read | None = None) -> Iterator[Executor | None]:
    """An executor of ``jobs`` processes; None where one process is enough. ``reading`` only where processes are forked."""
    if jobs < 2:
        yield None
        return
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor

    facts.warm()  # what nearly all workers need is imported once, ahead of the fork
    # fork starts in a millisecond and shares what is imported; it is safe here because no thread is running yet
    context = multiprocessing.get_context("fork" if _FORKS else "spawn")
    pool = ProcessPoolExecutor(jobs, mp_context=context, initializer=_worker_start, initargs=(reading,))
    try:
        yield pool
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def cores() -> int:
    """Processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0)) or 1
    return os.cpu_count() or 1


def gather(
    snapshot: Snapshot,
    cache: Cache,
    *,
    jobs: int | None = None,
    exclude: Callable[[str], bool] = lambda path: False,
    progress: Progress | None = None,
    memory: dict[str, FileFacts] | None = None,
) -> Gathered:
    """Read what must be read of ``snapshot``; a file that cannot be read is one error and nothing more.

    ``memory`` holds the decoded facts of the snapshot before (of the same repository), and then those of this one.
    """
    kinds, wanted, errors = _wanted(snapshot, exclude)
    key_of = _keys(kinds, cache)
    held: dict[str, tuple[str, bytes | None]] = {}
    if cache.works or memory is not None:
        held = _identify(snapshot, wanted, errors)  # changed and untracked files are known by their content, too
        wanted = [
            entry if entry.oid else replace(entry, oid=held[entry.path][0])
            for entry in wanted
            if entry.oid or entry.path in held
        ]
    in_hand = {path: data for path, (_, data) in held.items() if data is not None}
    before = memory or {}
    key_by_path = {entry.path: key_of(entry.oid or "", entry.path) for entry in wanted}
    known = cache.get([key for key in key_by_path.values() if key not in before])
    encoded: dict[str, bytes] = {}
    missing: list[Entry] = []
    for entry in wanted:
        key = key_by_path[entry.path]
        if key in known:
            encoded[entry.path] = known[key]
        elif key not in before:
            missing.append(entry)
    found: dict[str, FileFacts] = {}

    def decoded(path: str, data: bytes) -> None:
        try:
            found[path] = FileFacts(_decoder.decode(data))
        except msgspec.MsgspecError:
            errors.append(FileError(path, "its cached facts are damaged; run once with --no-cache"))

    def keep(results: Sequence[tuple[Entry, bytes]]) -> None:
        cache.put((key_by_path[entry.path], data) for entry, data in results)
        for entry, data in results:
            decoded(entry.path, data)

    with without_collector():
        _read(snapshot, missing, in_hand, kinds, jobs, progress, keep, errors)
        for entry in wanted:
            path = entry.path
            if path in encoded:
                decoded(path, encoded[path])
            elif key_by_path[path] in before:
                found[path] = before[key_by_path[path]]
    found = {entry.path: found[entry.path] for entry in wanted if entry.path in found}
    if memory is not None:
        memory.clear()
        memory.update((key_by_path[path], some) for path, some in found.items())
    for path, some in found.items():
        for fact in some.get("error", ()):
            errors.append(FileError(path, fact.name + (f" (line {fact.line})" if fact.line else "")))
        for fact in some.get("note", ()):
            errors.append(FileError(path, fact.name))
    return Gathered(found, kinds, tuple(sorted(errors)), len(wanted) - len(missing), len(missing))


def fill(
    snapshots: Iterable[Snapshot],
    cache: Cache,
    *,
    jobs: int | None = None,
    exclude: Callable[[str], bool] = lambda path: False,
    progress: Progress | None = None,
) -> None:
    """Put the facts of all files of these snapshots (commits of one repository) into the cache, each content once."""
    contents: dict[str, Entry] = {}
    kinds: dict[str, str] = {}
    read = None
    for snapshot in snapshots:
        read = snapshot.read
        kind, wanted, _ = _wanted(snapshot, exclude)
        key_of = _keys(kind, cache)
        for entry in wanted:
            key = key_of(entry.oid or "", entry.path)
            if key not in contents and entry.oid:
                contents[key] = replace(entry, path=key)
                kinds[key] = kind[entry.path]
    known = cache.has(list(contents))
    missing = [entry for key, entry in contents.items() if key not in known]
    if read is None or not missing:
        return
    del contents
    everything = Snapshot((), Repository(""), read, "")
    done = 0

    def tell(some: int, _: int) -> None:
        if progress:
            progress(done + some, len(missing))

    def keep(results: Sequence[tuple[Entry, bytes]]) -> None:
        cache.put((entry.path, data) for entry, data in results)

    with without_collector():
        for part in _parts(missing):
            _read(everything, part, {}, kinds, jobs, tell, keep, [])
            done += len(part)


def _parts(entries: Sequence[Entry]) -> Iterator[list[Entry]]:
    """Entries in parts whose facts are held in memory together."""
    part: list[Entry] = []
    size = 0
    for entry in entries:
        part.append(entry)
        size += max(entry.size, 0)
        if size >= _HELD:
            yield part
            part, size = [], 0
    if part:
        yield part


def _keys(kinds: dict[str, str], cache: Cache) -> Callable[[str, str], str]:
    digest = engine_digest() if cache.works else ""
    return lambda oid, path: f"{oid}:{kinds[path]}:{digest}"


def _wanted(snapshot: Snapshot, exclude: Callable[[str], bool]) -> tuple[dict[str, str], list[Entry], list[FileError]]:
    """The kind of every file, the files to read, and those that are too large."""
    kinds: dict[str, str] = {}
    wanted: list[Entry] = []
    errors: list[FileError] = []
    for entry in snapshot.entries:
        if entry.mode != "file":
            kinds[entry.path] = entry.mode
            continue
        kind = kinds[entry.path] = kind_of(entry.path)
        if exclude(entry.path):
            continue
        if kind in UNREAD:
            if 0 < entry.size <= _POINTER:
                wanted.append(entry)
            continue
        limit = facts.limit_of(kind)
        if entry.size > limit:
            if kind in facts.READERS:
                errors.append(FileError(entry.path, f"larger than {limit // 1_000_000} MB, not analysed"))
            continue
        wanted.append(entry)
    return kinds, wanted, errors


def _identify(snapshot: Snapshot, wanted: list[Entry], errors: list[FileError]) -> dict[str, tuple[str, bytes | None]]:
    """Blob ids of the files whose id is not known, with their bytes where these are few enough to be held until they are parsed."""
    held: dict[str, tuple[str, bytes | None]] = {}
    room = _HELD
    for entry, data, reason in snapshot.read([entry for entry in wanted if not entry.oid]):
        if data is None:
            errors.append(FileError(entry.path, reason))
            continue
        room -= len(data)
        held[entry.path] = (blob_id(data), data if room > 0 else None)
    return held


def _read(
    snapshot: Snapshot,
    missing: list[Entry],
    held: dict[str, bytes],
    kinds: dict[str, str],
    jobs: int | None,
    progress: Progress | None,
    keep: Keep,
    errors: list[FileError],
) -> None:
    """Hand the facts of all that is missing to ``keep``, in batches as they are made."""
    if not missing:
        return
    size = sum(max(entry.size, 0) for entry in missing)
    # the largest first, so that no worker ends long after the others
    missing = sorted(missing, key=lambda entry: -entry.size)
    count = jobs if jobs else cores()
    if size < PARALLEL_FROM or len(missing) < 2 * count:
        count = 1
    done: set[str] = set()

    def take(entries: list[Entry], results: list[bytes | str]) -> None:
        for entry, result in zip(entries, results, strict=True):
            done.add(entry.path)
            if isinstance(result, str):
                errors.append(FileError(entry.path, result))
        keep([(entry, result) for entry, result in zip(entries, results, strict=True) if isinstance(result, bytes)])
        if progress:
            progress(len(done), len(missing))

    def read_here(entries: list[Entry]) -> Iterator[tuple[list[Entry], list[tuple[str, bytes | str]]]]:
        """Batches with the content of each file, or the reason why there is none."""
        known = [(entry, held[entry.path], "") for entry in entries if entry.path in held]
        others = snapshot.read([entry for entry in entries if entry.path not in held])
        for batch in _batches(chain(known, others), lambda item: len(item[1] or b"")):
            yield (
                [entry for entry, _, _ in batch],
                [(kinds[entry.path], reason if data is None else data) for entry, data, reason in batch],
            )

    def inline(entries: list[Entry]) -> None:
        for some, contents in read_here(entries):
            take(some, extract(contents))

    if count == 1:
        inline(missing)
        return
    there = snapshot.local and _FORKS
    with workers(count, snapshot.read if there else None) as pool:
        assert pool is not None
        from concurrent.futures.process import BrokenProcessPool

        def submitted() -> Iterator[tuple[list[Entry], Future[list[bytes | str]]]]:
            apart = [entry for entry in missing if there and entry.path not in held]
            for batch in _batches(apart, lambda entry: entry.size):
                yield batch, pool.submit(_extract_there, [(kinds[entry.path], entry) for entry in batch])
            for entries, contents in read_here([entry for entry in missing if not there or entry.path in held]):
                yield entries, pool.submit(extract, contents)

        pending: deque[tuple[list[Entry], Future[list[bytes | str]]]] = deque()
        try:
            for task in submitted():
                pending.append(task)
                while len(pending) > 3 * count:  # no more contents are held than keep all workers busy
                    take(pending[0][0], pending[0][1].result())
                    pending.popleft()
            while pending:
                take(pending[0][0], pending[0][1].result())
                pending.popleft()
        except BrokenProcessPool:
            # a worker was killed (out of memory, most likely): what is left is read here
            inline([entry for entry in missing if entry.path not in done])


def _batches(items: Iterable[T], size_of: Callable[[T], int]) -> Iterator[list[T]]:
    """Items in batches that are worth the way to another process."""
    batch: list[T] = []
    total = 0
    for item in items:
        batch.append(item)
        total += size_of(item)
        if total >= _BATCH_BYTES or len(batch) >= _BATCH_FILES:
            yield batch
            batch, total = [], 0
    if batch:
        yield batch
