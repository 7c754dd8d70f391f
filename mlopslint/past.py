"""Many commits of one repository: each content is read once, and the commits are judged side by side."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from functools import cached_property, partial

import msgspec

from mlopslint.assess import assess, practice_statuses
from mlopslint.cache import Cache, default_folder
from mlopslint.collector import without_collector
from mlopslint.config import Config
from mlopslint.gather import Progress, cores, fill, gather, workers
from mlopslint.globs import any_path
from mlopslint.mainline import checked, configuration, result_key
from mlopslint.records import Fact, Report, Status
from mlopslint.rules import Catalogue, load
from mlopslint.snapshot import Snapshot, commits_of, open_snapshot

#: Consecutive commit ids, and codes of practices.
Span = tuple[Sequence[str], Sequence[str]]


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
        chunks = [revs[len(revs) * n // count : len(revs) * (n + 1) // count] for n in range(count)]
        job = partial(_judged, path, newest.root, settings, model, folder, today or date.today())
        cache = Cache(folder)
        try:
            fill(commits_of(path)(revs), cache, jobs=jobs, exclude=_excluder(settings), progress=progress)
        finally:
            cache.close()
        with workers(count) as pool:
            for results in pool.map(job, chunks) if pool else map(job, chunks):
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
    """For each span (consecutive commit ids, practice codes): the commit at which each practice first read otherwise.

    The first commit of a span is where each practice read as before, and the last where it reads otherwise. Found by
    bisection: a practice that came and went in between is told by one of these changes.
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
            return [found for some in (pool.map(job, groups) if pool else map(job, groups)) for found in some]


def _excluder(settings: Config) -> Callable[[str], bool]:
    pattern = any_path(settings.exclude) if settings.exclude else None
    return (lambda path: bool(pattern.match(path))) if pattern else (lambda path: False)


class _Bench:
    """What judging many commits of one repository in one process shares; facts of two neighbours are decoded once."""

    def __init__(self, path: str, root: str, settings: Config, folder: str) -> None:
        self.root, self.settings, self.folder = root, settings, folder
        self.open = commits_of(path)
        self.cache = Cache(folder)
        self.memory: dict[str, list[Fact]] = {}
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
            return [_bisect(bench, revs, codes) for revs, codes in spans]
    finally:
        bench.cache.close()


def _bisect(bench: _Bench, revs: Sequence[str], codes: Sequence[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    before = bench.statuses(revs[0], codes) if len(revs) > 2 else {}
    pending = [(0, len(revs) - 1, list(codes))]
    while pending:
        low, high, some = pending.pop()
        if high - low < 2:
            found.update((code, revs[high]) for code in some)
            continue
        middle = (low + high) // 2
        now = bench.statuses(revs[middle], some)
        moved = [code for code in some if now.get(code) != before.get(code)]
        unmoved = [code for code in some if code not in moved]
        pending += [(middle, high, unmoved)] * bool(unmoved) + [(low, middle, moved)] * bool(moved)
    return found
