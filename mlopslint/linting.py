"""Lint of the files that are named: only they are read, and the rest of the project where a rule needs it."""

from __future__ import annotations

import dataclasses
import os
import re
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from mlopslint import clock
from mlopslint.asked import Asked, asked
from mlopslint.cache import Cache, default_folder
from mlopslint.collector import without_collector
from mlopslint.config import NAMES, Config, find, load_file
from mlopslint.errors import MlopslintError
from mlopslint.findings import find as find_all
from mlopslint.findings import project_facts
from mlopslint.gather import Gathered, gather
from mlopslint.globs import any_path
from mlopslint.kinds import kind_of
from mlopslint.records import Entry, Fact, Finding, LintReport, Repository, Tool
from mlopslint.snapshot import Snapshot, blob_id, open_snapshot
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

    def with_findings(self, found: Iterable[Finding]) -> Linted:
        """The same with other findings, in order."""
        ordered = sorted(found, key=lambda item: (item.path, item.cell or 0, item.line, item.column, item.code))
        return dataclasses.replace(self, report=replace(self.report, findings=tuple(ordered)))


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
            project = list(project_facts(view, settings))
            if not whole or len(narrowed.entries) < len(snapshot.entries):
                together = _together(root, view, project, snapshot if whole else None, settings, cache, skip)
                if together is not None:
                    project = _with_the_rest(narrowed, gathered, together, settings, cache, jobs)
            versions = None
            if not whole and _versioned(gathered):
                versions = _asked(root, cache, skip)
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


def _open(project: Iterable[tuple[str, Fact]]) -> bool:
    """Whether any of these findings could look otherwise with the rest of the project in view."""
    from mlopslint.lint.base import ProjectRule
    from mlopslint.lint.engine import rule

    return any(isinstance(found := rule(fact.name), ProjectRule) and found.whole for _, fact in project)


def _together(
    root: str,
    view: View,
    project: Iterable[tuple[str, Fact]],
    whole: Snapshot | None,
    settings: Config,
    cache: Cache,
    skip: Callable[[str], bool],
) -> Snapshot | None:
    """These files and all others of the project, where what is found in these depends on it; else None.

    It does where they start something of the project: what that does is their doing, too.
    """
    from mlopslint.lint.engine import project_rules

    def together() -> Snapshot:
        snapshot = whole or open_snapshot(root)
        others = [entry for entry in snapshot.entries if entry.path not in view.entries and not skip(entry.path)]
        entries = sorted((*view.entries.values(), *others), key=lambda entry: entry.path)
        return dataclasses.replace(snapshot, entries=tuple(entries))

    if _open(project):
        return together()
    if not any(rule.whole and settings.wants(rule.code, rule.default) for rule in project_rules(view.holds)):
        return None
    running = [
        path
        for path in (*view.python_files, *view.notebooks)
        if any(not isinstance(fact.value, dict) or not fact.value.get("in") for fact in view.of(path, "call"))
    ]  # in others nothing runs as they are read
    if not running:
        return None
    from mlopslint.ahead import OnDemand, Starts, comes_to_train

    starts = Starts(view)
    starting = [path for path in running if _is_of(root, path, starts.outside(path))]
    if not starting:
        return None
    snapshot = together()
    return snapshot if comes_to_train(OnDemand(snapshot, view.gathered, cache), starting) else None


def _is_of(root: str, path: str, names: Iterable[str]) -> bool:
    """Whether any of these names, used in a file, may be the project's."""
    folders = {root, os.path.join(root, "src"), os.path.join(root, os.path.dirname(path))}
    places = (os.path.join(folder, re.split("[.:]", name, maxsplit=1)[0]) for name in names for folder in folders)
    return any(name.startswith(".") for name in names) or any(
        os.path.isfile(f"{place}.py") or _holds_python(place) for place in {*places}
    )


def _holds_python(folder: str) -> bool:
    try:
        return any(name.endswith(".py") for name in os.listdir(folder))
    except OSError:
        return False


#: Kinds of files that say which versions a project asks for.
_MANIFESTS = frozenset({"requirements", "pyproject", "setup-cfg", "pipfile", "conda", "pixi"})


def _versioned(gathered: Gathered) -> bool:
    """Whether a finding depends on the versions that the project asks for."""
    return any(fact.value[8] for facts in gathered.facts.values() for fact in facts.get("lint", ()))


def _asked(root: str, cache: Cache, skip: Callable[[str], bool]) -> Asked:
    """What the manifests of the whole project ask for."""
    snapshot = open_snapshot(root)
    entries = tuple(
        entry
        for entry in snapshot.entries
        if (kind_of(entry.path) in _MANIFESTS or entry.path.endswith("setup.py")) and not skip(entry.path)
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
    """A snapshot of just these files, read at once."""
    held: dict[str, bytes] = {}
    reasons: dict[str, str] = {}
    entries: dict[str, Entry] = {}
    real = os.path.realpath(root)
    for path in paths:
        folder = os.path.realpath(os.path.dirname(os.path.abspath(path)))
        name = os.path.relpath(os.path.join(folder, os.path.basename(path)), real).replace(os.sep, "/")
        name = name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
        try:
            if stdin:
                data = stdin[1]
            elif os.path.islink(path):
                entries[name] = Entry(name, None, 0, "link")
                continue
            else:
                with open(path, "rb") as stream:
                    data = stream.read()
        except OSError as error:
            if not os.path.lexists(path):
                raise MlopslintError(f"{path}: does not exist") from None
            reasons[name] = f"cannot be read: {error.strerror}"
            entries[name] = Entry(name, None, 0)
            continue
        held[name] = data
        entries[name] = Entry(name, blob_id(data), len(data))

    def read(wanted: Sequence[Entry]) -> Iterator[tuple[Entry, bytes | None, str]]:
        for entry in wanted:
            yield entry, held.get(entry.path), reasons.get(entry.path, "")

    repository = Repository(os.path.basename(real) or "repository")
    return Snapshot(tuple(entries[name] for name in sorted(entries)), repository, read, root)


def _with_the_rest(
    narrowed: Snapshot, gathered: Gathered, snapshot: Snapshot, settings: Config, cache: Cache, jobs: int | None
) -> list[tuple[str, Fact]]:
    """What the project rules say of the chosen files when they see all of ``snapshot``."""
    mine = {entry.path for entry in narrowed.entries}
    others = tuple(entry for entry in snapshot.entries if entry.path not in mine)
    rest = gather(dataclasses.replace(snapshot, entries=others), cache, jobs=jobs)
    together = Gathered({**rest.facts, **gathered.facts}, {**rest.kinds, **gathered.kinds}, (), 0, 0)
    view = View(snapshot, together)
    return [(path, fact) for path, fact in project_facts(view, settings) if path in mine]
