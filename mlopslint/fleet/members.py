"""The list of a fleet: YAML or CSV -> members, checked before any work is done."""

from __future__ import annotations

import csv
import glob
import os
import re
from typing import Any, NamedTuple

from mlopslint.errors import MlopslintError, nearest
from mlopslint.portfolio import slug
from mlopslint.snapshot import looks_like_url, without_credentials

_FIELDS = ("path", "name", "team", "tags", "criticality", "rev")
#: Sizes beyond which a list is none.
_LONGEST = 10_000_000


class Member(NamedTuple):
    """One repository of a fleet: a path (absolute) or URL, what it is called, and what is known of it."""

    path: str
    name: str
    team: str | None = None
    tags: tuple[str, ...] = ()
    criticality: str | None = None
    rev: str | None = None

    @property
    def slug(self) -> str:
        """The name as that of a file."""
        return slug(self.name)


def read(file: str) -> list[Member]:
    """The members that a list names, in its order.

    YAML: a list (also below ``repositories``) of paths, URLs or mappings with the keys path, name, team, tags, criticality and
    rev. CSV: the same as columns, tags separated by blanks. Paths are relative to the list's folder, and may hold ``*``.

    Raises MlopslintError, with the row, for what cannot be meant.
    """
    try:
        if os.path.getsize(file) > _LONGEST:
            raise MlopslintError(f"{file}: larger than a list of repositories can be")
        with open(file, encoding="utf-8-sig", newline="") as stream:
            text = stream.read()
    except OSError as error:
        raise MlopslintError(f"{file}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise MlopslintError(f"{file}: not text in UTF-8") from None
    rows = _csv(file, text) if file.lower().endswith(".csv") else _yaml(file, text)
    base = os.path.dirname(os.path.abspath(file))
    found = [member for where, row in rows for member in _members(where, row, base)]
    if not found:
        raise MlopslintError(f"{file}: names no repository")
    return _told_apart(file, found)


def _csv(file: str, text: str) -> list[tuple[str, dict[str, Any]]]:
    lines = csv.DictReader(text.splitlines())
    names = [(name or "").strip().lower() for name in lines.fieldnames or ()]
    if "path" not in names:
        raise MlopslintError(f"{file}: the first line names the columns, and one of them is path")
    lines.fieldnames = names
    out = []
    for row in lines:
        values = {key: value.strip() for key, value in row.items() if key and isinstance(value, str) and value.strip()}
        if values:
            out.append((f"{file}:{lines.line_num}", values))
    return out


def _yaml(file: str, text: str) -> list[tuple[str, Any]]:
    import yaml

    try:
        if any(isinstance(token, yaml.AliasToken) for token in yaml.scan(text)):
            raise MlopslintError(f"{file}: aliases have no place in a list of repositories")
        content = yaml.safe_load(text)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        at = f":{mark.line + 1}" if mark else ""
        raise MlopslintError(
            f"{file}{at}: not YAML: {getattr(error, 'problem', None) or type(error).__name__}"
        ) from None
    if isinstance(content, dict) and list(content) == ["repositories"]:
        content = content["repositories"]
    if not isinstance(content, list):
        raise MlopslintError(f"{file}: a list of repositories is expected")
    return [(f"{file}, entry {place}", row) for place, row in enumerate(content, 1)]


def _members(where: str, row: Any, base: str) -> list[Member]:
    if isinstance(row, str):
        row = {"path": row}
    if not isinstance(row, dict) or not all(isinstance(key, str) for key in row):
        raise MlopslintError(f"{where}: a path, a URL or a mapping is expected")
    for key in row:
        if key not in _FIELDS:
            raise MlopslintError(f"{where}: no key {key!r}{nearest(key, _FIELDS)}")
    tags = row.get("tags") or ()
    tags = tuple(re.split(r"[\s;,]+", tags.strip())) if isinstance(tags, str) else tuple(str(tag) for tag in tags)
    path, name, team, criticality, rev = (
        None if row.get(key) is None else str(row[key]) for key in ("path", "name", "team", "criticality", "rev")
    )
    if not path:
        raise MlopslintError(f"{where}: path is missing")
    if rev and rev.startswith("-"):
        raise MlopslintError(f"{where}: rev {rev!r} is not a revision")
    if looks_like_url(path):
        known = re.split(r"[/:]", without_credentials(path).rstrip("/").removesuffix(".git"))[-1]
        return [Member(path, name or known or "repository", team, tags, criticality, rev)]
    whole = os.path.normpath(os.path.join(base, os.path.expanduser(path)))
    paths = [whole]
    if glob.has_magic(path) and not os.path.exists(whole):
        paths = sorted(found for found in glob.glob(whole) if os.path.isdir(found))
        if not paths:
            raise MlopslintError(f"{where}: {path} matches no folder")
        if name and len(paths) > 1:
            raise MlopslintError(f"{where}: {path} matches {len(paths)} folders, which cannot all be called {name!r}")
    return [
        Member(one, name or os.path.basename(one).removesuffix(".git") or one, team, tags, criticality, rev)
        for one in paths
    ]


def _told_apart(file: str, members: list[Member]) -> list[Member]:
    """Members with names of their own; those of one name get as much of their paths as tells them apart."""
    for depth in range(2, 8):
        seen: dict[str, list[int]] = {}
        for place, member in enumerate(members):
            seen.setdefault(member.slug.lower(), []).append(place)
        same = [place for places in seen.values() if len(places) > 1 for place in places]
        if not same:
            return members
        members = list(members)
        for place in same:
            parts = re.split(r"[/:\\]+", without_credentials(members[place].path) or members[place].path)
            members[place] = members[place]._replace(name="/".join(parts[-depth:]).removesuffix(".git"))
    twice = next(members[places[0]].name for places in seen.values() if len(places) > 1)
    raise MlopslintError(f"{file}: {twice} stands there twice; give each a name")
