"""Many commits of one repository: each content is read once, and the commits are judged side by side."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from functools import partial

import msgspec

from mlopslint.assess import assess
from mlopslint.cache import Cache, default_folder
from mlopslint.collector import without_collector
from mlopslint.config import Config
from mlopslint.gather import Progress, cores, fill, gather, workers
from mlopslint.globs import any_path
from mlopslint.mainline import checked, configuration, result_key
from mlopslint.records import Fact, Report
from mlopslint.rules import Catalogue, load
from mlopslint.snapshot import open_commits, open_snapshot


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
        job = partial(_judged, path, settings, model, folder, today or date.today())
        cache = Cache(folder)
        try:
            fill(open_commits(path, revs), cache, jobs=jobs, exclude=_excluder(settings), progress=progress)
        finally:
            cache.close()
        with workers(count) as pool:
            for results in pool.map(job, chunks) if pool else map(job, chunks):
                for data in results:
                    yield msgspec.msgpack.decode(data, type=Report)


def _excluder(settings: Config) -> Callable[[str], bool]:
    pattern = any_path(settings.exclude) if settings.exclude else None
    return (lambda path: bool(pattern.match(path))) if pattern else (lambda path: False)


def _judged(
    path: str, settings: Config, model: str | None, folder: str, today: date, revs: Sequence[str]
) -> list[bytes]:
    """Encoded reports of consecutive commits: what one process does. Facts that two of them share are decoded once."""
    cache = Cache(folder)
    memory: dict[str, list[Fact]] = {}
    out = []
    try:
        with without_collector():
            catalogue: Catalogue | None = None
            for snapshot in open_commits(path, revs):
                key = result_key(snapshot, settings, model, today, "practices")
                data = cache.result(key) if key else None
                if data is None:
                    catalogue = catalogue or load(
                        [os.path.join(snapshot.root, name) for name in settings.rules], folder
                    )
                    gathered = gather(snapshot, cache, jobs=1, exclude=_excluder(settings), memory=memory)
                    report = assess(snapshot, gathered, catalogue, settings, model, today, findings=False)
                    data = msgspec.msgpack.encode(report)
                    if key:
                        cache.keep_result(key, data)
                out.append(data)
    finally:
        cache.close()
    return out
