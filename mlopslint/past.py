"""Many commits of one repository: each content is read once, and the commits are judged side by side."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from functools import cached_property, partial
from typing import TYPE_CHECKING, NamedTuple, TypeVar

import msgspec

from mlopslint import clock, gitio
from mlopslint.assess import assess, practice_statuses
from mlopslint.cache import Cache, default_folder
from mlopslint.collector import without_collector
from mlopslint.config import Config
from mlopslint.filefacts import FileFacts
from mlopslint.gather import Progress, fill, gather
from mlopslint.globs import any_path
from mlopslint.mainline import checked, configuration, result_key
from mlopslint.reading import cores, workers
from mlopslint.records import Report, Status
from mlopslint.rules import Catalogue, load
from mlopslint.snapshot import Snapshot, commits_of, open_snapshot, printable

if TYPE_CHECKING:
    from concurrent.futures import Executor


S = TypeVar("S")
T = TypeVar("T")


class Span(NamedTuple):
    """Consecutive commits of the first-parent line between two moments, and the practices that moved between them."""

    revs: Sequence[str]
    moved: dict[str, frozenset[str]]  #: code -> the files that its evidence named, before or after


def review_commits(
    path: str,
    revs: Sequence[str],
    *,
    config: Config | str | None = None,
    model: str | None = None,
    jobs: int | None = None,
    cache_dir: str | None = None,
    use_cache: bool = True,
    today: date | None = None,
    adjust: Callable[[Config], Config] | None = None,
    progress: Progress | None = None,
) -> Iterator[Report]:
    """The assessment of each of these commits (full ids), in their order, without findings.

    All are judged by one configuration: that of the work tree (of the newest commit in a bare repository), or ``config``.
    ``progress`` is told (done, total) contents while they are read.

    Raises MlopslintError where a commit or the configuration cannot be read.
    """
    newest = open_snapshot(path)
    settings = configuration(newest, config)
    settings = adjust(settings) if adjust else settings
    checked(load([os.path.join(newest.root, name) for name in settings.rules]), settings, model)
    with tempfile.TemporaryDirectory(prefix="mlopslint-") as scratch, without_collector():
        folder = (cache_dir or default_folder()) if use_cache else scratch
        count = min(jobs or cores(), max(len(revs) // 2, 1))
        # neighbours share facts, so a process takes several
        parts = min(count * 4, max(len(revs) // 3, count)) if count > 1 else 1
        chunks = [revs[len(revs) * n // parts : len(revs) * (n + 1) // parts] for n in range(parts)]
        job = partial(_judged, path, newest.root, settings, model, folder, today or clock.today())
        cache = Cache(folder)
        try:
            fill(commits_of(path)(revs), cache, jobs=jobs, exclude=_excluder(settings), progress=progress)
        finally:
            cache.close()
        with workers(count) as pool:
            for results in _newest_first(pool, job, chunks):
                for data in results:
                    yield msgspec.msgpack.decode(data, type=Report)


def first_changed(
    path: str,
    spans: Sequence[Span],
    *,
    config: Config | str | None = None,
    jobs: int | None = None,
    cache_dir: str | None = None,
    use_cache: bool = True,
    adjust: Callable[[Config], Config] | None = None,
) -> list[dict[str, str]]:
    """For each span: the commit at which each of its practices first read otherwise (code -> commit id).

    The first commit of a span is where each practice read as before, and the last where it reads otherwise. Found by
    bisection, so a practice that came and went in between is told by one of these changes; the commits that touch the
    files of its evidence are looked at first, and what they answer is checked at their parents.
    """
    newest = open_snapshot(path)
    settings = configuration(newest, config)
    settings = adjust(settings) if adjust else settings
    with tempfile.TemporaryDirectory(prefix="mlopslint-") as scratch:
        folder = (cache_dir or default_folder()) if use_cache else scratch
        count = min(jobs or cores(), max(len(spans), 1))
        # neighbouring spans share files, so a process takes several; more groups than processes, so that none ends long after
        size = max(len(spans) // (count * 3), 1)
        groups = [spans[start : start + size] for start in range(0, len(spans), size)]
        with workers(count) as pool:
            job = partial(_bisected, path, newest.root, settings, folder)
            return [found for some in _newest_first(pool, job, groups) for found in some]


def _newest_first(
    pool: Executor | None, job: Callable[[Sequence[S]], list[T]], parts: list[Sequence[S]]
) -> list[list[T]]:
    """What the job gives for each part, in their order. A repository grows: the newest, which take longest, are begun with."""
    backwards = parts[::-1]
    return list(pool.map(job, backwards) if pool else map(job, backwards))[::-1]


def _excluder(settings: Config) -> Callable[[str], bool]:
    pattern = any_path(settings.exclude) if settings.exclude else None
    return (lambda path: bool(pattern.match(path))) if pattern else (lambda path: False)


class _Bench:
    """What judging many commits of one repository in one process shares; facts of two neighbours are decoded once."""

    def __init__(self, path: str, root: str, settings: Config, folder: str) -> None:
        self.root, self.settings, self.folder = root, settings, folder
        self.path, self.open = path, commits_of(path)
        self.cache = Cache(folder)
        self.memory: dict[str, FileFacts] = {}
        self.exclude = _excluder(settings)

    @cached_property
    def catalogue(self) -> Catalogue:
        return load([os.path.join(self.root, name) for name in self.settings.rules], self.folder)

    def report(self, snapshot: Snapshot, model: str | None, today: date) -> bytes:
        """The encoded report of one commit."""
        key = result_key(snapshot, self.settings, model, today, "practices")
        data = self.cache.result(key) if key else None
        if data is None:
            gathered = gather(snapshot, self.cache, jobs=1, exclude=self.exclude, memory=self.memory)
            report = assess(snapshot, gathered, self.catalogue, self.settings, model, today, findings=False)
            data = msgspec.msgpack.encode(report)
            if key:
                self.cache.keep_result(key, data)
        return data

    def touched(self, revs: Sequence[str]) -> dict[str, set[str]]:
        """Commit -> the files in which it differs from its first parent, for all of ``revs`` but the first."""
        listed = gitio.run(
            self.path, "log", "--first-parent", "-m", "--no-renames", "--no-show-signature", "--name-only",
            "--format=%x01%H", "-z", f"{revs[0]}..{revs[-1]}", "--",
        )  # fmt: skip
        found: dict[str, set[str]] = {}
        for part in (listed or b"").split(b"\1")[1:]:
            name, _, files = part.partition(b"\0")
            found[name.decode("ascii").strip()] = {printable(file.strip(b"\n")) for file in files.split(b"\0") if file}
        return found

    def statuses(self, rev: str, codes: Iterable[str]) -> dict[str, Status]:
        """What these practices read at one commit, waivers and attestations apart."""
        snapshot = next(self.open([rev]))
        gathered = gather(snapshot, self.cache, jobs=1, exclude=self.exclude, memory=self.memory)
        return practice_statuses(snapshot, gathered, self.catalogue, self.settings, codes)


def _judged(
    path: str, root: str, settings: Config, model: str | None, folder: str, today: date, revs: Sequence[str]
) -> list[bytes]:
    """Encoded reports of consecutive commits: what one process does."""
    bench = _Bench(path, root, settings, folder)
    try:
        with without_collector():
            return [bench.report(snapshot, model, today) for snapshot in bench.open(revs)]
    finally:
        bench.cache.close()


def _bisected(path: str, root: str, settings: Config, folder: str, spans: Sequence[Span]) -> list[dict[str, str]]:
    """The answers for some spans: what one process does."""
    bench = _Bench(path, root, settings, folder)
    try:
        with without_collector():
            return [_Bisection(bench, span).found for span in spans]
    finally:
        bench.cache.close()


class _Bisection:
    """The commits at which the practices of one span moved; what a commit reads is asked once for all of them."""

    def __init__(self, bench: _Bench, span: Span) -> None:
        self.bench, self.revs, self.codes = bench, span.revs, tuple(span.moved)
        self._known: dict[int, dict[str, Status]] = {}
        self.found: dict[str, str] = {}
        last = len(span.revs) - 1
        touched = bench.touched(span.revs) if last > 2 else {}
        for code, files in span.moved.items():
            near = [at for at in range(1, last) if not files.isdisjoint(touched.get(span.revs[at], ()))]
            self.found[code] = span.revs[self._first(code, near, last)]

    def _moved(self, code: str, at: int) -> bool:
        for place in (0, at):
            if place not in self._known:
                self._known[place] = self.bench.statuses(self.revs[place], self.codes)
        return self._known[at].get(code) != self._known[0].get(code)

    def _first(self, code: str, near: Sequence[int], last: int) -> int:
        """The first commit at which a practice reads otherwise, given that it does at the last."""
        low, high = 0, last  # as before at low, otherwise at high
        candidates = list(near)
        while candidates:
            middle = candidates[len(candidates) // 2]
            if self._moved(code, middle):
                high = middle
            else:
                low = middle
            candidates = [at for at in candidates if low < at < high]
        if high - low > 1 and not self._moved(code, high - 1):
            return high
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (low, middle) if self._moved(code, middle) else (middle, high)
        return high
