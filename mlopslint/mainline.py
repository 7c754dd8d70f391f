"""The main line: snapshot -> facts -> verdicts -> assessment -> report."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable
from datetime import date
from functools import partial
from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from mlopslint import clock
from mlopslint.cache import Cache, default_folder, program_digest
from mlopslint.collector import without_collector
from mlopslint.config import NAMES, Config, check_codes, find, load_file, parse
from mlopslint.errors import MlopslintError
from mlopslint.globs import any_path
from mlopslint.patterns import forget
from mlopslint.records import Report, Statistics
from mlopslint.snapshot import Snapshot, open_snapshot
from mlopslint.version import RUBRIC

if TYPE_CHECKING:
    from mlopslint.gather import Progress
    from mlopslint.rules import Catalogue


#: Files from which a second process costs less than it saves.
BESIDE_FROM = 200


def review(
    path: str = ".",
    *,
    rev: str | None = None,
    staged: bool = False,
    config: Config | str | None = None,
    model: str | None = None,
    jobs: int | None = None,
    cache_dir: str | None = None,
    use_cache: bool = True,
    progress: Progress | None = None,
    today: date | None = None,
    adjust: Callable[[Config], Config] | None = None,
    anchors: bool = False,
) -> Report:
    """Assess the repository at ``path`` without running anything of it.

    ``rev`` assesses a commit and ``staged`` the index; ``config`` is a file or a Config instead of the nearest file.
    ``anchors`` asks for the files at which code review shows missing practices. ``today`` decides which waivers and attestations have expired. ``progress`` is told (done, total) files.

    Raises MlopslintError when there is nothing to read or the configuration is wrong.
    """
    with without_collector():
        return _review(path, rev, staged, config, model, jobs, cache_dir, use_cache, progress, today, adjust, anchors)


def _review(
    path: str,
    rev: str | None,
    staged: bool,
    config: Config | str | None,
    model: str | None,
    jobs: int | None,
    cache_dir: str | None,
    use_cache: bool,
    progress: Progress | None,
    today: date | None,
    adjust: Callable[[Config], Config] | None,
    anchors: bool,
) -> Report:
    started = time.perf_counter()
    snapshot = open_snapshot(path, rev, staged)
    settings = configuration(snapshot, config, rev is not None or staged)
    if adjust:
        settings = adjust(settings)
    _pinned(settings)
    folder = (cache_dir or default_folder()) if use_cache else None
    cache = Cache(folder)
    key = (
        result_key(snapshot, settings, model, today or clock.today(), "anchors" if anchors else "") if use_cache else ""
    )
    try:
        kept = cache.result(key) if key else None
        if kept is not None:
            try:
                report = msgspec.msgpack.decode(kept, type=Report)
                return replace(report, statistics=clock.statistics(started, report.statistics.cache_misses, 0))
            except msgspec.MsgspecError:
                pass  # a damaged result is made anew
        report = _fresh(snapshot, settings, model, jobs, folder, cache, progress, today or clock.today(), anchors)
        if key:
            files = report.statistics.cache_hits + report.statistics.cache_misses
            cache.keep_result(key, msgspec.msgpack.encode(replace(report, statistics=Statistics(0.0, 0, files))))
    finally:
        cache.close()
        forget()
    read = report.statistics
    return replace(report, statistics=clock.statistics(started, read.cache_hits, read.cache_misses))


def _pinned(settings: Config) -> None:
    if settings.rubric and settings.rubric != RUBRIC:
        raise MlopslintError(
            f"rubric = {settings.rubric!r}: this release has {RUBRIC} only; install the release that has it"
        )


def result_key(snapshot: Snapshot, settings: Config, model: str | None, today: date, what: str) -> str:
    """All that a result depends on (``what``: which parts it has); "" where that is not known without reading every file."""
    if not snapshot.git or settings.rules:
        return ""
    digest = hashlib.sha256()
    for entry in snapshot.entries:
        if entry.oid is None and entry.mode == "file":
            return ""
        digest.update(f"{entry.path}\0{entry.oid}\0{entry.size}\0{entry.mode}\n".encode("utf-8", "backslashreplace"))
    parts = (
        program_digest(),
        snapshot.repository,
        snapshot.tags,
        snapshot.notices,
        settings,
        model,
        today.isoformat(),
        what,
    )
    digest.update(msgspec.msgpack.encode(parts))
    return digest.hexdigest()


def _fresh(
    snapshot: Snapshot,
    settings: Config,
    model: str | None,
    jobs: int | None,
    folder: str | None,
    cache: Cache,
    progress: Progress | None,
    today: date,
    anchors: bool,
) -> Report:
    from mlopslint.assess import Apart, apart, assess
    from mlopslint.gather import Beside, gather
    from mlopslint.places import places
    from mlopslint.rules import load

    catalogue = load([os.path.join(snapshot.root, rules) for rules in settings.rules], folder)
    checked(catalogue, settings, model)
    excluded = any_path(settings.exclude) if settings.exclude else None
    with Beside(partial(apart, snapshot, catalogue, settings), Apart, least=BESIDE_FROM) as beside:
        gathered = gather(
            snapshot,
            cache,
            jobs=jobs,
            exclude=(lambda p: bool(excluded.match(p))) if excluded else (lambda p: False),
            progress=progress,
            beside=beside,
        )
        report = assess(snapshot, gathered, catalogue, settings, model, today, beside=beside)
    if anchors:
        report = replace(report, anchors=places(snapshot, catalogue))
    return replace(report, statistics=Statistics(0.0, gathered.hits, gathered.misses))


def checked(catalogue: Catalogue, settings: Config, model: str | None) -> None:
    """Raises MlopslintError where the configuration or ``model`` names what the catalogue does not have."""
    from mlopslint.lint import engine

    _pinned(settings)
    codes = [p.code for p in catalogue.practices]
    check_codes(settings, codes, [c.code for c in catalogue.categories], engine.codes())
    catalogue.model(model or settings.model)
    if settings.profile != "auto":
        catalogue.profile(settings.profile)


def configuration(snapshot: Snapshot, given: Config | str | None, from_objects: bool = False) -> Config:
    """The settings for a snapshot: those given, those of the folder it lies in, or those that it holds itself."""
    if isinstance(given, Config):
        return given
    if given is not None:
        return load_file(given)
    if not from_objects and os.path.isdir(snapshot.root) and not os.path.exists(os.path.join(snapshot.root, "objects")):
        return find(snapshot.root)[0]
    wanted = [entry for name in NAMES for entry in snapshot.entries if entry.path == name and entry.mode == "file"]
    for entry, data, _ in snapshot.read(wanted):
        found = parse(entry.path, data) if data is not None else None
        if found is not None:
            return found
    return Config()
