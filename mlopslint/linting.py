"""Lint of the files that are named: only they are read, and the rest of the project where a rule needs it."""

from __future__ import annotations

import dataclasses
import os
import stat
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from mlopslint import clock
from mlopslint.asked import Asked, asked
from mlopslint.cache import Cache, default_folder
from mlopslint.collector import without_collector
from mlopslint.config import NAMES, Config, find, load_file
from mlopslint.errors import MlopslintError
from mlopslint.filefacts import Gathered
from mlopslint.findings import find as find_all
from mlopslint.findings import project_facts
from mlopslint.gather import gather
from mlopslint.globs import any_path
from mlopslint.kinds import kind_of
from mlopslint.reading import PARALLEL_FROM
from mlopslint.records import Entry, Finding, LintReport, Repository, Tool
from mlopslint.rest import Everything, with_the_rest
from mlopslint.snapshot import Snapshot, open_snapshot
from mlopslint.version import __version__
from mlopslint.view import View

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlopslint.gather import Progress

#: Returns the bytes of a file of the repository, or None.
Source = Callable[[str], "bytes | None"]


@dataclass(frozen=True)
class Linted:
    """The report, the folder that its paths are below, and a way to the sources."""

    report: LintReport
    root: str
    read: Source
    paths: tuple[str, ...]
    settings: Config

    def with_findings(self, found: Iterable[Finding], written: Mapping[str, bytes] | None = None) -> Linted:
        """The same with other findings, in order; ``written``: what stands in some files since."""
        ordered = sorted(found, key=lambda item: (item.path, item.cell or 0, item.line, item.column, item.code))
        now = written or {}
        before = self.read

        def read(path: str) -> bytes | None:
            return now[path] if path in now else before(path)

        return dataclasses.replace(self, report=replace(self.report, findings=tuple(ordered)), read=read)


def lint(
    paths: Sequence[str] = (".",),
    *,
    rev: str | None = None,
    staged: bool = False,
    config: Config | str | None = None,
    jobs: int | None = None,
    cache_dir: str | None = None,
    use_cache: bool = True,
    progress: Progress | None = None,
    adjust: Callable[[Config], Config] | None = None,
    stdin: tuple[str, bytes] | None = None,
) -> Linted:
    """Findings in these files and folders, which belong to one repository.

    ``stdin`` is the (path, content) of a file as an editor holds it, in the place of ``paths``. Rules that need more of the project get
    it: their findings in one file are those of the whole.

    Raises MlopslintError when there is nothing to read or the configuration is wrong.
    """
    with without_collector():
        started = time.perf_counter()
        given = [stdin[0]] if stdin else list(paths) or ["."]
        root = root_of(given)
        settings = _settings(config, given[0] if os.path.isdir(given[0]) else os.path.dirname(given[0]) or ".")
        if adjust:
            settings = adjust(settings)
        _check(settings)
        cache = Cache((cache_dir or default_folder()) if use_cache else None)
        try:
            whole = rev is not None or staged or any(os.path.isdir(path) for path in given)
            if whole:
                snapshot = open_snapshot(root, rev, staged)
            else:
                snapshot = _named(root, given, stdin)
            chosen = _chooser(root, given) if whole else lambda path: True
            excluded = any_path(settings.exclude) if settings.exclude else None

            def skip(path: str) -> bool:
                return bool(excluded and excluded.match(path))

            narrowed = _narrowed(snapshot, lambda path: chosen(path) and not skip(path))
            gathered = gather(narrowed, cache, jobs=jobs, progress=progress)
            view = View(narrowed, gathered)
            everything = Everything(root, snapshot if whole else None, skip)
            if whole and len(narrowed.entries) == len(everything().entries):
                project = list(project_facts(view, settings))
            else:
                project = with_the_rest(view, everything, settings, cache, jobs)
            versions = None
            if not whole and _versioned(gathered):
                versions = _asked(everything(), cache)
            found = find_all(view, settings, project=project, versions=versions)
        finally:
            cache.close()
        entries = {entry.path: entry for entry in narrowed.entries}

        def read(path: str) -> bytes | None:
            if path not in entries:
                return None
            return next((data for _, data, _ in narrowed.read([entries[path]])), None)

        report = LintReport(
            schema_version="1.0",
            tool=Tool("mlopslint", __version__),
            repository=snapshot.repository,
            files=len(gathered.facts),
            findings=found.shown,
            suppressed=found.suppressed,
            errors=tuple(sorted((*(e for e in snapshot.errors if chosen(e.path)), *gathered.errors))),
            statistics=clock.statistics(started, gathered.hits, gathered.misses),
            notices=snapshot.notices,
        )
        return Linted(report, snapshot.root, read, tuple(entries), settings)


def relint(result: Linted, options: dict[str, Any]) -> Callable[[str, bytes], tuple[Finding, ...]]:
    """A function that lints one file of ``result`` with other content, by the same configuration."""

    def again(path: str, data: bytes) -> tuple[Finding, ...]:
        return lint(
            stdin=(os.path.join(result.root, path), data), config=result.settings, use_cache=not options["no_cache"],
            cache_dir=options["cache_dir"],
        ).report.findings  # fmt: skip

    return again


#: Kinds of files that say which versions a project asks for.
_MANIFESTS = frozenset({"requirements", "pyproject", "setup-cfg", "pipfile", "conda", "pixi"})


def _versioned(gathered: Gathered) -> bool:
    """Whether a finding depends on the versions that the project asks for."""
    return any(fact.value[8] for facts in gathered.facts.values() for fact in facts.get("lint", ()))


def _asked(snapshot: Snapshot, cache: Cache) -> Asked:
    """What the manifests of the whole project ask for."""
    entries = tuple(
        entry for entry in snapshot.entries if kind_of(entry.path) in _MANIFESTS or entry.path.endswith("setup.py")
    )
    only = dataclasses.replace(snapshot, entries=entries)
    return asked(View(only, gather(only, cache)))


def root_of(paths: Iterable[str]) -> str:
    """The folder that all of ``paths`` belong to: that of the repository, else that of the configuration, else where we are.

    Raises MlopslintError for a path that does not exist, and for paths of several repositories.
    """
    roots: dict[str, str] = {}
    seen: dict[str, str] = {}
    for path in paths:
        if not os.path.exists(path) and not os.path.isdir(os.path.dirname(os.path.abspath(path))):
            raise MlopslintError(f"{path}: does not exist")
        full = os.path.realpath(os.path.dirname(os.path.abspath(path)))
        folder = os.path.realpath(path) if os.path.isdir(path) else full
        if folder not in seen:
            seen[folder] = _top(folder)
        roots.setdefault(seen[folder], path)
    if len(roots) > 1:
        first, second, *_ = roots.values()
        raise MlopslintError(f"{first} and {second} belong to different repositories; lint one at a time")
    return next(iter(roots))


def _top(folder: str) -> str:
    here, marked = folder, ""
    while True:
        if os.path.exists(os.path.join(here, ".git")):
            return here
        if not marked and any(os.path.isfile(os.path.join(here, name)) for name in NAMES):
            marked = here
        above = os.path.dirname(here)
        if above == here:
            break
        here = above
    if marked:
        return marked
    current = os.path.realpath(".")
    return current if folder == current or folder.startswith(current.rstrip(os.sep) + os.sep) else folder


def _settings(given: Config | str | None, folder: str) -> Config:
    if isinstance(given, Config):
        return given
    return load_file(given) if given is not None else find(folder)[0]


def _check(config: Config) -> None:
    """Only the codes of lint rules are known here; those of practices have their prefix in common with them."""
    from mlopslint.errors import nearest
    from mlopslint.lint.engine import codes as known

    codes = known()
    for prefix in (*config.select, *config.extend_select, *config.ignore):
        if prefix in ("ALL", "ALL-DEFAULT") or any(code.startswith(prefix) for code in codes):
            continue
        if not (len(prefix) >= 3 and prefix[:3].isalpha() and prefix[:3].isupper() and prefix[3:4] in ("", "0")):
            raise MlopslintError(f"no rule begins with {prefix!r}{nearest(prefix, codes)}")


def _chooser(root: str, given: Iterable[str]) -> Callable[[str], bool]:
    """Whether a path of the repository is one of those that were given, or lies below one."""
    real = os.path.realpath(root)
    wanted = []
    for path in given:
        inner = os.path.relpath(os.path.realpath(path), real).replace(os.sep, "/")
        wanted.append("" if inner == "." else inner)
    if "" in wanted:
        return lambda path: True
    heads = tuple(f"{path}/" for path in wanted)
    exact = frozenset(wanted)
    return lambda path: path in exact or path.startswith(heads)


def _narrowed(snapshot: Snapshot, keep: Callable[[str], bool]) -> Snapshot:
    return dataclasses.replace(snapshot, entries=tuple(entry for entry in snapshot.entries if keep(entry.path)))


def _named(root: str, paths: Sequence[str], stdin: tuple[str, bytes] | None) -> Snapshot:
    """A snapshot of just these files, each read when it is wanted: by a worker, where there are many."""
    entries: dict[str, Entry] = {}
    places: dict[str, tuple[str, os.stat_result]] = {}
    reasons: dict[str, str] = {}
    real = os.path.realpath(root)
    for path in paths:
        folder = os.path.realpath(os.path.dirname(os.path.abspath(path)))
        name = os.path.relpath(os.path.join(folder, os.path.basename(path)), real).replace(os.sep, "/")
        name = name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
        if stdin:
            entries[name] = Entry(name, None, len(stdin[1]))
            continue
        try:
            status = os.lstat(path)
        except OSError as error:
            if not os.path.lexists(path):
                raise MlopslintError(f"{path}: does not exist") from None
            reasons[name] = f"cannot be read: {error.strerror}"
            entries[name] = Entry(name, None, 0)
            continue
        if stat.S_ISLNK(status.st_mode):
            entries[name] = Entry(name, None, 0, "link")
            continue
        if not stat.S_ISREG(status.st_mode):
            reasons[name] = "cannot be read: no regular file"
        places[name] = (path, status)
        entries[name] = Entry(name, None, status.st_size)
    few = sum(entry.size for entry in entries.values()) < PARALLEL_FROM
    held: dict[str, bytes] = {}

    def one(name: str) -> tuple[bytes | None, str]:
        if stdin:
            return stdin[1], ""
        if name in reasons:
            return None, reasons[name]
        if name in held:
            return held[name], ""
        path, seen = places[name]
        try:
            with open(path, "rb") as stream:
                now = os.fstat(stream.fileno())
                if (now.st_mtime_ns, now.st_size) != (seen.st_mtime_ns, seen.st_size):
                    return None, "changed while it was being linted"
                data = stream.read()
        except OSError as error:
            return None, f"cannot be read: {error.strerror}"
        if few:
            held[name] = data
        return data, ""

    def read(wanted: Sequence[Entry]) -> Iterator[tuple[Entry, bytes | None, str]]:
        for entry in wanted:
            yield entry, *one(entry.path)

    repository = Repository(os.path.basename(real) or "repository")
    return Snapshot(tuple(entries[name] for name in sorted(entries)), repository, read, root, local=True)
