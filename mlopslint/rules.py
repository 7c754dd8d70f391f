"""rules/**/*.yaml -> the catalogue: practices, technologies and models. The only loader and validator of rules."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Literal

import msgspec

from mlopslint.data import compiled, folder
from mlopslint.errors import MlopslintError, nearest
from mlopslint.records import Practice, Technology
from mlopslint.version import RUBRIC as RUBRIC

_SHAPE = "2"  # of the compiled catalogue; raise it when records.py changes the meaning of a field


class ModelItem(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One thing that a published model asks for; ``observable`` S, P, R or A as docs/models.md explains."""

    id: str
    text: str
    group: str = ""
    observable: Literal["S", "P", "R", "A"] = "S"
    difficulty: str = ""


class ModelLevel(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One level of a model: what it asks for, and what of that must be at least half there."""

    level: int
    name: str
    asks: tuple[str, ...] = ()
    musts: tuple[str, ...] = ()


class Reading(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a score above this number means, in the words of the model's source."""

    above: float
    text: str


class Model(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A maturity model as its file declares it."""

    name: str
    title: str
    kind: Literal["levels", "sections", "coverage"]
    source: str = ""
    threshold: float = 75.0
    levels: tuple[ModelLevel, ...] = ()
    items: tuple[ModelItem, ...] = ()
    readings: tuple[Reading, ...] = ()
    musts: str = ""
    rubric: str = ""


class LeavesOut(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Practices (codes or prefixes) that a profile does not ask for, and why."""

    codes: tuple[str, ...]
    why: str


class Profile(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    """What a repository is for: how it is told (``when``), the highest level with a meaning for it, and what it leaves out."""

    name: str
    title: str
    is_: str = msgspec.field(name="is")
    top: int = 4
    when: Any = None
    leaves_out: tuple[LeavesOut, ...] = ()

    def why(self, code: str) -> str | None:
        """Why this profile does not ask for a practice; None where it does."""
        return next((item.why for item in self.leaves_out if code.startswith(item.codes)), None)


class Category(msgspec.Struct, frozen=True):
    """A family of practices."""

    code: str
    title: str
    order: int


class Catalogue(msgspec.Struct, frozen=True):
    """All rules of one run."""

    categories: tuple[Category, ...]
    practices: tuple[Practice, ...]
    technologies: tuple[Technology, ...]
    models: tuple[Model, ...]
    profiles: tuple[Profile, ...] = ()

    def practice(self, code: str, others: Iterable[str] = ()) -> Practice:
        """The practice of this code or name; raises MlopslintError that names the nearest (also of ``others``)."""
        for practice in self.practices:
            if code.upper() == practice.code or code == practice.name:
                return practice
        known = [p.code for p in self.practices] + [p.name for p in self.practices] + list(others)
        raise MlopslintError(f"no rule {code!r}{nearest(code, known)}")

    def model(self, name: str) -> Model:
        """The model of this name; raises MlopslintError that names the nearest."""
        for model in self.models:
            if model.name == name:
                return model
        raise MlopslintError(f"no model {name!r}{nearest(name, [m.name for m in self.models])}")

    def profile(self, name: str) -> Profile:
        """The profile of this name; raises MlopslintError that names the nearest."""
        for profile in self.profiles:
            if profile.name == name:
                return profile
        raise MlopslintError(f"no profile {name!r}{nearest(name, [p.name for p in self.profiles])}")


def load(folders: Sequence[str] = (), cache_folder: str | None = None) -> Catalogue:
    """The built-in rules and those of ``folders``; compiled once per content, the built-in ones when a wheel is built.

    Raises MlopslintError for a rule that is not well formed, with its file and what is wrong.
    """
    name, sources = _sources(folders)
    for place in (compiled(name), *([os.path.join(cache_folder, name)] if cache_folder else [])):
        try:
            with open(place, "rb") as stream:
                return msgspec.msgpack.decode(stream.read(), type=Catalogue)
        except (OSError, msgspec.MsgspecError):
            pass  # not there; what is damaged is made anew
    catalogue = _compile(sources)
    if cache_folder:
        with suppress(OSError):
            _write(cache_folder, name, catalogue)
    return catalogue


def keep(place: str) -> str:
    """Compile the built-in rules into a folder; the path of the file."""
    name, sources = _sources()
    return _write(place, name, _compile(sources))


def _sources(folders: Sequence[str] = ()) -> tuple[str, list[tuple[str, bytes]]]:
    """The name that the compiled rules have, and (name, bytes) of the files they are made of."""
    sources = [pair for base in (folder("rules"), *folders) for pair in _files(base)]
    digest = hashlib.sha256(_SHAPE.encode())
    for name, content in sources:
        digest.update(name.encode() + b"\0" + content + b"\0")
    return f"rules-{digest.hexdigest()[:16]}.msgpack", sources


def _write(place: str, name: str, catalogue: Catalogue) -> str:
    os.makedirs(place, exist_ok=True)
    path = os.path.join(place, name)
    temporary = f"{path}.{os.getpid()}"
    with open(temporary, "wb") as stream:
        stream.write(msgspec.msgpack.encode(catalogue))
    os.replace(temporary, path)
    return path


def _files(base: Any) -> Iterator[tuple[str, bytes]]:
    """(relative name, bytes) of every YAML file below a folder, in order."""
    folder = base if not isinstance(base, str) else Path(base)
    if not folder.is_dir():
        raise MlopslintError(f"rules = [{str(base)!r}]: no such folder")
    pending = [("", folder)]
    found: list[tuple[str, Any]] = []
    while pending:
        head, here = pending.pop()
        for item in here.iterdir():
            name = f"{head}{item.name}"
            if item.is_dir():
                pending.append((name + "/", item))
            elif item.name.endswith((".yaml", ".yml")):
                found.append((name, item))
    for name, item in sorted(found, key=lambda pair: pair[0]):
        yield name, item.read_bytes()


def _yaml(name: str, data: bytes) -> Any:
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        return yaml.load(data, Loader=loader)
    except yaml.YAMLError as error:
        raise MlopslintError(f"rules/{name}: not valid YAML: {' '.join(str(error).split())[:200]}") from None


def _compile(sources: list[tuple[str, bytes]]) -> Catalogue:
    categories: dict[str, Category] = {}
    practices: dict[str, Practice] = {}
    technologies: list[Technology] = []
    models: dict[str, Model] = {}
    profiles: dict[str, Profile] = {}
    for name, data in sources:
        content = _yaml(name, data)
        if content is None:
            continue
        if not isinstance(content, dict):
            raise MlopslintError(f"rules/{name}: a mapping is expected")
        try:
            if "practices" in content:
                code = str(content.get("category", ""))
                if code and (code not in categories or "title" in content):
                    categories[code] = Category(code, str(content.get("title", code)), int(content.get("order", 99)))
                for entry in content["practices"]:
                    entry = {"category": code or str(entry.get("code", ""))[:3], **entry}
                    practice = msgspec.convert(entry, Practice, strict=False)
                    _check_practice(practice, name)
                    practices[practice.code] = msgspec.structs.replace(practice, source=name)
            elif "technologies" in content:
                for entry in content["technologies"]:
                    technologies.append(msgspec.convert({**entry, "kind": content["kind"]}, Technology, strict=False))
            elif "profiles" in content:
                for entry in content["profiles"]:
                    profile = msgspec.convert(entry, Profile, strict=False)
                    _check_condition(profile.when, f"rules/{name}: {profile.name}")
                    profiles.setdefault(profile.name, profile)
            elif "kind" in content and "title" in content:
                model = msgspec.convert(content, Model, strict=False)
                models[model.name] = model
            else:
                raise MlopslintError(f"rules/{name}: neither practices, technologies, profiles nor a model")
        except msgspec.ValidationError as error:
            raise MlopslintError(f"rules/{name}: {explain(error, Practice)}") from None
    for code in {practice.category for practice in practices.values()} - set(categories):
        categories[code] = Category(code, code, 99)
    return Catalogue(
        tuple(sorted(categories.values(), key=lambda c: (c.order, c.code))),
        tuple(practices[code] for code in sorted(practices)),
        tuple(technologies),
        tuple(models[name] for name in sorted(models)),
        # the one that asks for everything comes last, whoever added others
        tuple(sorted(profiles.values(), key=lambda profile: profile.when is None)),
    )


def explain(error: Exception, shape: type[msgspec.Struct]) -> str:
    """A validation error in the user's words, with the nearest valid key."""
    import re

    text = str(error)
    match = re.search(r"unknown field `([^`]+)`", text)
    if match:
        names = [field.encode_name for field in msgspec.structs.fields(shape)]
        return f"unknown key {match.group(1)!r}{nearest(match.group(1), names)}"
    return text.replace("Object missing required field", "missing key").replace(" - at `$", " (at `").rstrip()


def _check_practice(practice: Practice, name: str) -> None:
    where = f"rules/{name}: {practice.code}"
    if practice.passes is None:
        raise MlopslintError(f"{where}: no condition under 'pass'")
    for condition in (practice.applies, practice.passes, practice.partial):
        _check_condition(condition, where)


def _check_condition(condition: Any, where: str) -> None:
    from mlopslint.judge import CONCEPTS, FACT_KINDS, HEADS, MODIFIERS, PLACES, WITHIN
    from mlopslint.predicates import PREDICATES

    pending = [condition] if condition is not None else []
    while pending:
        item = pending.pop()
        if not isinstance(item, dict):
            raise MlopslintError(f"{where}: a condition is a mapping, not {type(item).__name__}")
        heads = [key for key in item if key not in MODIFIERS]
        if len(heads) != 1:
            raise MlopslintError(f"{where}: a condition has one head, this one has {heads or 'none'}")
        head = heads[0]
        if head not in HEADS and head not in FACT_KINDS:
            raise MlopslintError(f"{where}: unknown condition {head!r}{nearest(head, sorted(HEADS | FACT_KINDS))}")
        if head in ("any", "all", "none"):
            pending += item[head]
        elif head == "predicate" and item[head] not in PREDICATES:
            raise MlopslintError(f"{where}: unknown predicate {item[head]!r}{nearest(str(item[head]), PREDICATES)}")
        for key, known in (("in", PLACES), ("within", WITHIN)):
            if key in item and item[key] not in known:
                raise MlopslintError(f"{where}: {key} is one of {', '.join(known)}, not {item[key]!r}")
        if head == "concept":
            for name in item[head] if isinstance(item[head], list) else [item[head]]:
                if name not in CONCEPTS:
                    raise MlopslintError(f"{where}: unknown concept {name!r}{nearest(str(name), CONCEPTS)}")
        _check_patterns([item[head], item.get("where")], where)


def _check_patterns(some: list[Any], where: str) -> None:
    """Regular expressions that compile: one that does not would be found out in the middle of a run."""
    import re

    pending = list(some)
    while pending:
        item = pending.pop()
        if isinstance(item, dict):
            pending += item.values()
        elif isinstance(item, list):
            pending += item
        elif isinstance(item, str) and len(item) > 2 and item.lstrip("!")[:1] == item[-1] == "/":
            try:
                re.compile(item.lstrip("!")[1:-1])
            except re.error as error:
                raise MlopslintError(f"{where}: {item}: {error}") from None
