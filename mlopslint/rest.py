"""What the project rules say of some of a project's files, with no more of the others read than that takes."""

from __future__ import annotations

import dataclasses
import os
import re
from collections.abc import Callable, Iterable
from functools import cached_property

from mlopslint.cache import Cache
from mlopslint.config import Config
from mlopslint.filefacts import Gathered
from mlopslint.findings import project_facts
from mlopslint.gather import gather
from mlopslint.kinds import kind_of
from mlopslint.lint.base import ProjectRule
from mlopslint.lint.engine import project_rules, rule
from mlopslint.patterns import late
from mlopslint.records import Entry, Fact
from mlopslint.snapshot import Snapshot, open_snapshot
from mlopslint.view import View


class Everything:
    """The whole project without what is excluded: opened when it is first asked for, unless it is open."""

    def __init__(self, root: str, opened: Snapshot | None, excluded: Callable[[str], bool]) -> None:
        self.root = root
        self.opened = opened
        self.excluded = excluded

    def __call__(self) -> Snapshot:
        """All of it; raises what opening it raises."""
        return self._known

    @cached_property
    def _known(self) -> Snapshot:
        found = self.opened or open_snapshot(self.root)
        return dataclasses.replace(found, entries=tuple(e for e in found.entries if not self.excluded(e.path)))

    @cached_property
    def _paths(self) -> frozenset[str]:
        """All files, and all folders with Python in them."""
        paths = {entry.path for entry in self._known.entries}
        return frozenset(paths | {path.rpartition("/")[0] for path in paths if path.endswith(".py")})

    def holds(self, path: str) -> bool:
        """Whether there is such a file; a project that is not open yet is asked on the disk."""
        if self.opened is not None:
            return path in self._paths
        return os.path.isfile(os.path.join(self.root, path))

    def holds_python(self, folder: str) -> bool:
        """Whether there is such a folder, with modules in it."""
        if self.opened is not None:
            return folder in self._paths
        try:
            return any(name.endswith(".py") for name in os.listdir(os.path.join(self.root, folder)))
        except OSError:
            return False


def with_the_rest(
    chosen: View, whole: Everything, settings: Config, cache: Cache, jobs: int | None
) -> list[tuple[str, Fact]]:
    """(path, finding) pairs of the project rules for the files of ``chosen``: those that they have in the ``whole`` project.

    Raises what ``whole`` raises.
    """
    beside = _beside(chosen, whole)
    mine = frozenset(chosen.entries)
    found = [(path, fact) for path, fact in project_facts(beside, settings) if path in mine]
    unsure = _unsure(beside, found, mine, whole, settings, cache)
    if not unsure:
        return found
    snapshot = whole()
    kinds = frozenset[str]().union(*(item.reads for item in unsure)) if all(item.reads for item in unsure) else None
    others = tuple(e for e in snapshot.entries if e.path not in mine and (kinds is None or kind_of(e.path) in kinds))
    rest = gather(dataclasses.replace(snapshot, entries=others), cache, jobs=jobs)
    every = {entry.path: kind_of(entry.path) if entry.mode == "file" else entry.mode for entry in snapshot.entries}
    both = Gathered({**rest.facts, **chosen.gathered.facts}, {**every, **chosen.gathered.kinds}, (), 0, 0)
    codes = frozenset(item.code for item in unsure)
    again = project_facts(View(_together(chosen, snapshot), both), settings, codes)
    return [
        *((path, fact) for path, fact in found if fact.name not in codes),
        *((path, fact) for path, fact in again if path in mine),
    ]


def _together(chosen: View, snapshot: Snapshot) -> Snapshot:
    """All of a project, the chosen files as they were read (an editor's text is not what lies on the disk)."""
    others = [entry for entry in snapshot.entries if entry.path not in chosen.entries]
    entries = sorted((*chosen.entries.values(), *others), key=lambda entry: entry.path)
    return dataclasses.replace(snapshot, entries=tuple(entries))


def _beside(chosen: View, whole: Everything) -> View:
    """The chosen files among the ``__init__.py`` files of their folders, which are there to be seen and are not read."""
    more: dict[str, Entry] = {}
    for path in chosen.python_files:
        folder = path.rpartition("/")[0]
        for name in (folder, folder.rpartition("/")[0]):
            beside = f"{name}/__init__.py".lstrip("/")
            if beside not in chosen.entries and beside not in more:
                if whole.holds(beside):
                    more[beside] = Entry(beside, None, 0)
    if not more:
        return chosen
    entries = tuple(sorted((*chosen.entries.values(), *more.values()), key=lambda entry: entry.path))
    kinds = {**chosen.gathered.kinds, **dict.fromkeys(more, "python")}
    known = dataclasses.replace(chosen.gathered, kinds=kinds)
    return View(dataclasses.replace(chosen.snapshot, entries=entries), known)


def _unsure(
    view: View,
    found: Iterable[tuple[str, Fact]],
    mine: frozenset[str],
    whole: Everything,
    settings: Config,
    cache: Cache,
) -> list[ProjectRule]:
    """The rules that may say something else of these files once the rest of the project is in view."""
    wanted = [item for item in project_rules(view.holds) if item.whole and settings.wants(item.code, item.default)]
    unsure = {item.code: item for item in wanted if item.may_find(view)}
    ahead = None
    for path, fact in found:
        item = rule(fact.name)
        if not isinstance(item, ProjectRule) or not item.whole or item.code in unsure:
            continue
        if ahead is None:
            from mlopslint.ahead import OnDemand

            ahead = OnDemand(_together(view, whole()), view.gathered, cache)
        if ahead.roles.get(path) != view.roles[path] or not item.settled(ahead, path):
            unsure[item.code] = item
    starting = [item for item in wanted if item.started and item.code not in unsure]
    if starting and _may_train(view, mine, whole, cache):
        unsure |= {item.code: item for item in starting}
    return [unsure[code] for code in sorted(unsure)]


#: What every other file calls of its project as it is read, and what trains by no stretch: ``LOG = get_logger(__name__)``.
_NEVER_TRAINS = late(
    r"(?:^|[.:_])(?:get_?|setup_?|init_?|configure_?|create_?)?logg(?:er|ing)(?:\.\w+)?$|[.:](?:is|has)_\w+$|[.:]register(?:_\w+)?$"
    r"|[.:](?:optional_import|import_optional\w*|lazy_import|deprecated?)$",
    re.I,
)


def _may_train(view: View, mine: frozenset[str], whole: Everything, cache: Cache) -> bool:
    """Whether one of the files starts something of the project that may come to train: that is its own doing, too."""
    running = [
        path
        for path in (*view.python_files, *view.notebooks)
        if path in mine
        and any(not isinstance(fact.value, dict) or not fact.value.get("in") for fact in view.of(path, "call"))
    ]  # in others nothing runs as they are read
    if not running:
        return False
    from mlopslint.ahead import OnDemand, Starts, comes_to_train

    starts = Starts(view)
    own = _Own(whole)
    starting = [
        path
        for path in running
        if own.any_of(path, {fact.name for fact in view.of(path, "import")})
        and own.any_of(path, (name for name in starts.outside(path) if not _NEVER_TRAINS.search(name)))
    ]
    if not starting:
        return False
    return comes_to_train(OnDemand(_together(view, whole()), view.gathered, cache), starting)


class _Own:
    """Which names may be the project's, by what lies in its folders; each place is looked at once."""

    def __init__(self, whole: Everything) -> None:
        self.whole = whole
        self._known: dict[str, bool] = {}

    def any_of(self, path: str, names: Iterable[str]) -> bool:
        """Whether any of these names, used in a file, may be the project's."""
        heads = {re.split("[.:]", name, maxsplit=1)[0] for name in names}  # "" of a relative one
        folders = {"", "src/", path[: path.rfind("/") + 1]}
        return "" in heads or any(self._there(folder + head) for head in heads for folder in folders)

    def _there(self, place: str) -> bool:
        known = self._known.get(place)
        if known is None:
            known = self._known[place] = self.whole.holds(f"{place}.py") or self.whole.holds_python(place)
        return known
