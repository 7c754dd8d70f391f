"""Facts of all files of a snapshot: from the cache first, then read once and parsed once, in parallel where it pays."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, suppress
from typing import Any, Generic, TypeVar

import msgspec
from msgspec.structs import replace

from mlopslint import facts
from mlopslint.cache import Cache, engine_digest
from mlopslint.collector import without_collector
from mlopslint.crew import Line, crew, may_fork
from mlopslint.filefacts import FileFacts, Gathered
from mlopslint.kinds import UNREAD, kind_of
from mlopslint.reading import PARALLEL_FROM, Result, Shared, Take, Todo, alone, cores, pooled
from mlopslint.records import Entry, Fact, FileError, Repository
from mlopslint.snapshot import Snapshot, blob_id

#: Data and model files as small as this are read, as they may be pointers to the real ones.
_POINTER = 1_024
#: Bytes of files without a known id that are kept between finding their id and parsing them.
_HELD = 50_000_000

Progress = Callable[[int, int], None]
#: Takes the encoded facts of a batch of files, and the line over which they came.
Keep = Callable[[Sequence[tuple[Entry, bytes]], "Line | None"], None]
T = TypeVar("T")
_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(list[Fact])
_more = msgspec.msgpack.Decoder(list[tuple[str, bytes]])


class Beside(Generic[T]):
    """A job on all that is gathered, which one of the processes that gathered it does while this one goes on.

    ``kind`` is what the job returns, for msgspec. Where there are fewer files than ``least``, one processor, or no way to copy this
    process, nobody does it. What is left of the processes ends with the block of ``with``.
    """

    def __init__(self, job: Callable[[Gathered], T], kind: type[T], least: int) -> None:
        self.job, self.least = job, least
        self.stack = ExitStack()
        self.line: Line | None = None
        self._kind = kind

    def __enter__(self) -> Beside[T]:
        return self

    def __exit__(self, *_: object) -> None:
        self.stack.close()

    def tell(self, some: Sequence[tuple[str, bytes]]) -> None:
        """Encoded facts of files that the one who does the job has not read; none: these were all."""
        assert self.line is not None
        with suppress(OSError):  # it has died: ``answer`` will say so
            self.line.send(_encoder.encode(some) if some else b"")

    def answer(self) -> T | None:
        """What the job returned; None where nobody did it, or whoever did it has died of it."""
        data = self.line.receive() if self.line else None
        return msgspec.msgpack.decode(data, type=self._kind) if data is not None else None


def gather(
    snapshot: Snapshot,
    cache: Cache,
    *,
    jobs: int | None = None,
    exclude: Callable[[str], bool] = lambda path: False,
    progress: Progress | None = None,
    memory: dict[str, FileFacts] | None = None,
    beside: Beside[Any] | None = None,
) -> Gathered:
    """Read what must be read of ``snapshot``; a file that cannot be read is one error and nothing more.

    ``memory`` holds the decoded facts of the snapshot before (of the same repository), and then those of this one.
    """
    with without_collector():
        coming = _Coming(snapshot, cache, exclude, memory)
        coming.read(jobs, progress, beside if beside and len(coming.wanted) > beside.least else None)
    found = coming.all_found()
    if memory is not None:
        memory.clear()
        memory.update((coming.key_by_path[path], some) for path, some in found.items())
    errors = coming.errors
    for path, some in found.items():
        for fact in some.get("error", ()):
            errors.append(FileError(path, fact.name + (f" (line {fact.line})" if fact.line else "")))
        for fact in some.get("note", ()):
            errors.append(FileError(path, fact.name))
    misses = len(coming.missing) + len(coming.twins)
    return Gathered(found, coming.kinds, tuple(sorted(errors)), len(coming.wanted) - misses, misses)


class _Coming:
    """The facts of a snapshot as they come in: from the cache, from the snapshot before, from this process and from copies of it."""

    def __init__(
        self, snapshot: Snapshot, cache: Cache, exclude: Callable[[str], bool], memory: dict[str, FileFacts] | None
    ) -> None:
        before = memory or {}
        self.cache, self.before = cache, before
        self.kinds, self.wanted, self.errors = _wanted(snapshot, exclude)
        held: dict[str, tuple[str, bytes | None]] = {}
        if cache.works or memory is not None:
            # changed and untracked files are known by their content, too
            held = _identify(snapshot, self.wanted, self.errors)
            self.wanted = [
                entry if entry.oid else replace(entry, oid=held[entry.path][0])
                for entry in self.wanted
                if entry.oid or entry.path in held
            ]
        key_of = _keys(self.kinds, cache)
        self.key_by_path = {entry.path: key_of(entry.oid or "", entry.path) for entry in self.wanted}
        known = cache.get([key for key in self.key_by_path.values() if key not in before])
        self.encoded: dict[str, bytes] = {}
        self.missing: list[Entry] = []
        self.twins: list[tuple[Entry, str]] = []  #: files with the content of a missing one, and that one's path
        first: dict[str, str] = {}
        for entry in self.wanted:
            key = self.key_by_path[entry.path]
            if key in known:
                self.encoded[entry.path] = known[key]
            elif key in before:
                continue
            elif entry.oid and key in first:
                self.twins.append((entry, first[key]))
            else:
                first[key] = entry.path
                self.missing.append(entry)
        in_hand = {path: data for path, (_, data) in held.items() if data is not None}
        self.todo = Todo(snapshot, self.missing, in_hand, self.kinds)
        self.beside: Beside[Any] | None = None
        self._found: dict[str, FileFacts] = {}

    def read(self, jobs: int | None, progress: Progress | None, beside: Beside[Any] | None) -> None:
        """Read what is missing, and decode all; who does the job ``beside`` hears of everything that it has not read itself."""
        self.beside = beside
        _read(self.todo, jobs, progress, self.keep, self.errors, beside, self.in_the_copy)
        lone = [entry for entry, path in self.twins if path not in self._found]  # whose twin could not be read
        alone(self.todo._replace(entries=lone), _taking(self.keep, self.errors))
        if beside and beside.line:
            beside.tell([])
        self._decode_known()

    def keep(self, results: Sequence[tuple[Entry, bytes]], line: Line | None) -> None:
        """Take the encoded facts of a batch."""
        self.cache.put((self.key_by_path[entry.path], data) for entry, data in results)
        told = [(entry.path, data) for entry, data in results]
        if self.beside and self.beside.line and line is not self.beside.line:
            self.beside.tell(told)
        for path, data in told:
            self._decode(path, data)

    def in_the_copy(self, line: Line, own: Iterable[tuple[Sequence[Entry], Sequence[Result]]]) -> None:
        """What is done beside, in the copy: its own share of the reading, then the job on that and all that it is told."""
        assert self.beside is not None
        for entries, results in own:
            for entry, result in zip(entries, results, strict=True):
                if isinstance(result, bytes):
                    self._decode(entry.path, result)
        self._decode_known()
        while message := line.receive():
            for path, data in _more.decode(message):
                self._decode(path, data)
        line.send(msgspec.msgpack.encode(self.beside.job(Gathered(self.all_found(), self.kinds, (), 0, 0))))

    def all_found(self) -> dict[str, FileFacts]:
        """The facts of all files of which there are some, in the order of the files."""
        found = self._found
        found.update((entry.path, found[path]) for entry, path in self.twins if path in found)
        return {entry.path: found[entry.path] for entry in self.wanted if entry.path in found}

    def _decode_known(self) -> None:
        for path, data in self.encoded.items():
            self._decode(path, data)
        for path, key in self.key_by_path.items():
            if key in self.before:
                self._found[path] = self.before[key]

    def _decode(self, path: str, data: bytes) -> None:
        try:
            self._found[path] = FileFacts(_decoder.decode(data))
        except msgspec.MsgspecError:
            self.errors.append(FileError(path, "its cached facts are damaged; run once with --no-cache"))


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

    def keep(results: Sequence[tuple[Entry, bytes]], line: Line | None) -> None:
        cache.put((entry.path, data) for entry, data in results)

    with without_collector():
        for part in _parts(missing):
            _read(Todo(everything, part, {}, kinds), jobs, tell, keep, [])
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
    todo: Todo,
    jobs: int | None,
    progress: Progress | None,
    keep: Keep,
    errors: list[FileError],
    beside: Beside[Any] | None = None,
    there: Callable[[Line, Iterable[tuple[Sequence[Entry], Sequence[Result]]]], None] | None = None,
) -> None:
    """Hand the facts of all that is to be read to ``keep``, in batches as they are made; a copy that goes on ``beside`` does ``there``."""
    done = 0
    kept = _taking(keep, errors)

    def take(entries: Sequence[Entry], results: Sequence[Result], line: Line | None) -> None:
        nonlocal done
        kept(entries, results, line)
        done += len(entries)
        if progress:
            progress(done, len(todo.entries))

    count = jobs or cores()
    together = count > 1 and todo.size >= PARALLEL_FROM and len(todo.entries) >= 2 * count
    if not may_fork():
        pooled(todo, count if together else 1, take)
        return
    copies = count - 1 if together else min(count - 1, 1) if beside else 0
    if together:
        facts.warm()  # what nearly all need is imported once, ahead of the fork
    shared = Shared(todo if together else todo._replace(entries=()))

    def first(line: Line) -> None:
        if beside and there:
            there(line, shared.of_a_copy(line))
        else:
            other(line)

    def other(line: Line) -> None:
        for _ in shared.of_a_copy(line):
            pass

    with ExitStack() as stack:
        lines = (beside.stack if beside else stack).enter_context(crew([first, *[other] * (copies - 1)][:copies]))
        if beside and lines:
            beside.line = lines[0]
        shared.here(lines, take)
        if not together:
            alone(todo, take)


def _taking(keep: Keep, errors: list[FileError]) -> Take:
    """What hands facts to ``keep``, and to ``errors`` the reasons why there are none."""

    def take(entries: Sequence[Entry], results: Sequence[Result], line: Line | None) -> None:
        pairs = list(zip(entries, results, strict=True))
        errors.extend(FileError(entry.path, result) for entry, result in pairs if isinstance(result, str))
        keep([(entry, result) for entry, result in pairs if isinstance(result, bytes)], line)

    return take
