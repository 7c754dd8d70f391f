"""The configuration: one table, from the nearest file upward, checked key by key."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from mlopslint.errors import MlopslintError

NAMES = ("mlopslint.toml", ".mlopslint.toml", ".mlopslint.yaml", ".mlopslint.yml", "pyproject.toml")


class _Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    """Base of all configuration tables: an unknown key is an error."""


class Gate(_Table, frozen=True):
    """What the run must reach; anything missed ends with exit code 1."""

    score: Annotated[float | None, Meta(description="The least score (0 to 100).")] = None
    level: Annotated[int | None, Meta(description="The least level.")] = None
    categories: Annotated[
        dict[str, float], Meta(description="The least score of single categories, such as `{ DAT = 50 }`.")
    ] = {}
    ratchet: Annotated[bool, Meta(description="Never below the recorded baseline: any step backwards fails.")] = False
    baseline: Annotated[str, Meta(description="Where the baseline lies, beside the configuration.")] = (
        ".mlopslint-baseline.json"
    )


class TargetTable(_Table, frozen=True):
    """The level that the team aims at, and by when (ISO date)."""

    level: Annotated[int, Meta(description="The level to reach.")]
    by: Annotated[str | None, Meta(description="The day (YYYY-MM-DD) by which.")] = None


class Attestation(_Table, frozen=True):
    """A practice that lives outside the repository: where to see it, who answers for it, until when."""

    rule: Annotated[str, Meta(description="The code of the practice.")]
    evidence: Annotated[str, Meta(description="Where it can be seen: an address, a document.")]
    owner: Annotated[str, Meta(description="Who answers for it.")]
    expires: Annotated[str | None, Meta(description="The day (YYYY-MM-DD) after which it counts as none.")] = None
    since: Annotated[str | None, Meta(description="The day (YYYY-MM-DD) it began: reports then show its age.")] = None


class Waiver(_Table, frozen=True):
    """A practice that the team knowingly does without."""

    rule: Annotated[str, Meta(description="The code of the practice.")]
    reason: Annotated[str, Meta(description="Why the team does without.")]
    owner: Annotated[str, Meta(description="Who decided.")] = ""
    expires: Annotated[str | None, Meta(description="The day (YYYY-MM-DD) after which it counts as none.")] = None
    paths: Annotated[tuple[str, ...], Meta(description="Only where all evidence lies in these paths (globs).")] = ()
    since: Annotated[str | None, Meta(description="The day (YYYY-MM-DD) it began: reports then show its age.")] = None


class History(_Table, frozen=True):
    """Where `mlopslint history` keeps results."""

    store: Annotated[
        str,
        Meta(
            description="A SQLite file below the folder of the configuration; a server is named by MLOPSLINT_STORE or --store, never here."
        ),
    ] = ""


class Config(_Table, frozen=True):
    """All settings, with their defaults."""

    model: Annotated[str, Meta(description="The maturity model that makes the headline.")] = "mlopslint"
    profile: Annotated[
        str,
        Meta(
            description="What the repository is for: `application`, `library`, `research` or `template`; what is not asked of that kind reads n/a. `auto` asks for everything and shows the reading of the detected one beside it."
        ),
    ] = "auto"
    rubric: Annotated[
        str, Meta(description="The version of rules, weights and models to be judged by; a release without it refuses.")
    ] = ""
    select: Annotated[
        tuple[str, ...], Meta(description="Checks of code that are on: codes, prefixes, `ALL` or `ALL-DEFAULT`.")
    ] = ("ALL-DEFAULT",)
    extend_select: Annotated[tuple[str, ...], Meta(description="Checks that are on as well.")] = ()
    ignore: Annotated[
        tuple[str, ...], Meta(description="Codes or prefixes that are off; a practice that is ignored reads waived.")
    ] = ()
    exclude: Annotated[tuple[str, ...], Meta(description="Paths (globs) that are not read.")] = ()
    gate: Annotated[Gate, Meta(description="What a run must reach.")] = Gate()
    target: Annotated[TargetTable | None, Meta(description="The level aimed at.")] = None
    per_path_ignore: Annotated[
        dict[str, tuple[str, ...]], Meta(description="Path (glob) -> codes or prefixes that are off there.")
    ] = {}
    attest: Annotated[tuple[Attestation, ...], Meta(description="Practices that live outside the repository.")] = ()
    waive: Annotated[tuple[Waiver, ...], Meta(description="Practices that the team knowingly does without.")] = ()
    external: Annotated[
        tuple[str, ...],
        Meta(
            description="Repositories where deployment and monitoring live: those practices read unknown, not missing."
        ),
    ] = ()
    projects: Annotated[
        tuple[str, ...],
        Meta(description="Folders (globs) of a monorepo that are projects, each assessed with what the root gives it."),
    ] = ()
    rules: Annotated[tuple[str, ...], Meta(description="Folders with rules of your own.")] = ()
    history: Annotated[History, Meta(description="Where results are kept.")] = History()
    confidence: Annotated[
        Literal["low", "medium", "high"], Meta(description="Findings less sure than this are not shown.")
    ] = "medium"

    def wants(self, code: str, default: bool) -> bool:
        """Whether a lint rule is on: selected by prefix or by default, and not ignored."""
        if any(code.startswith(prefix) for prefix in self.ignore):
            return False
        chosen = (*self.select, *self.extend_select)
        return any(
            prefix == "ALL" or (default if prefix == "ALL-DEFAULT" else code.startswith(prefix)) for prefix in chosen
        )

    def ignores(self, code: str) -> bool:
        """Whether a rule is switched off: ignored by prefix, or not selected."""
        if any(code.startswith(prefix) for prefix in self.ignore):
            return True
        chosen = (*self.select, *self.extend_select)
        return not any(prefix in ("ALL", "ALL-DEFAULT") or code.startswith(prefix) for prefix in chosen)


_TABLES: dict[str, type[msgspec.Struct]] = {
    "gate": Gate,
    "target": TargetTable,
    "attest": Attestation,
    "waive": Waiver,
    "history": History,
}


def _plain(value: Any) -> Any:
    """TOML's dates as ISO text, everything else as it is."""
    if isinstance(value, (date, datetime)):
        return value.isoformat()[:10]
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value


def parse(name: str, data: bytes) -> Config | None:
    """The configuration in a file of this name; None when a pyproject.toml holds no ``[tool.mlopslint]``.

    Raises MlopslintError for a file that cannot be read or a key that is not known, naming the nearest.
    """
    label = name.replace(os.sep, "/").rpartition("/")[2]
    try:
        if label.endswith((".yaml", ".yml")):
            import yaml

            content = yaml.load(data, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)) or {}
        else:
            if label == "pyproject.toml" and b"mlopslint" not in data:
                return None
            content = _toml(data)
    except Exception as error:
        if label == "pyproject.toml" and b"tool.mlopslint" not in data:
            return None
        raise MlopslintError(f"{label}: cannot be read: {' '.join(str(error).split())[:160]}") from None
    if label == "pyproject.toml":
        content = content.get("tool", {}).get("mlopslint")
        if content is None:
            return None
    if not isinstance(content, dict):
        raise MlopslintError(f"{label}: a table is expected")
    content = _plain(content)
    try:
        config = msgspec.convert(content, Config)
    except msgspec.ValidationError as error:
        from mlopslint.rules import explain

        shape: type[msgspec.Struct] = Config
        for key, table in _TABLES.items():
            if f"$.{key}" in str(error):
                shape = table
        raise MlopslintError(f"{label}: {explain(error, shape)}") from None
    for kind, items in (("attest", config.attest), ("waive", config.waive)):
        for item in items:
            _check_date(label, f"{kind} {item.rule}", item.expires)
            _check_date(label, f"{kind} {item.rule}", item.since)
    if config.target:
        _check_date(label, "target", config.target.by)
    return config


def _check_date(label: str, what: str, text: str | None) -> None:
    if text is None:
        return
    try:
        date.fromisoformat(text)
    except ValueError:
        raise MlopslintError(f"{label}: {what}: {text!r} is not a date (YYYY-MM-DD)") from None


def _toml(data: bytes) -> dict[str, Any]:
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib

    return tomllib.loads(data.decode("utf-8-sig"))


def load_file(path: str) -> Config:
    """The configuration in this file; raises MlopslintError when it has none."""
    try:
        with open(path, "rb") as stream:
            data = stream.read()
    except OSError as error:
        raise MlopslintError(f"--config {path}: {error.strerror}") from None
    config = parse(path, data)
    if config is None:
        raise MlopslintError(f"--config {path}: it holds no [tool.mlopslint] table")
    return config


def find(folder: str) -> tuple[Config, str]:
    """The nearest configuration at or above ``folder`` and the file it stands in ("" for the defaults)."""
    here = os.path.abspath(folder)
    while True:
        for name in NAMES:
            path = os.path.join(here, name)
            if os.path.isfile(path):
                with open(path, "rb") as stream:
                    config = parse(path, stream.read())
                if config is not None:
                    return config, path
        if os.path.exists(os.path.join(here, ".git")) or os.path.dirname(here) == here:
            return Config(), ""
        here = os.path.dirname(here)


def check_codes(config: Config, codes: Iterable[str], categories: Iterable[str], checks: Iterable[str] = ()) -> None:
    """Raise MlopslintError for a code of a practice, of one of the ``checks`` of code, or a category that there is not."""
    from mlopslint.errors import nearest

    known = set(codes)
    families = set(categories)
    for rule in (*(item.rule for item in config.attest), *(item.rule for item in config.waive)):
        if rule not in known:
            raise MlopslintError(f"configuration: no rule {rule!r}{nearest(rule, sorted(known))}")
    for category in config.gate.categories:
        if category not in families:
            raise MlopslintError(f"configuration: no category {category!r}{nearest(category, sorted(families))}")
    known.update(checks)
    for prefix in (*config.select, *config.extend_select, *config.ignore):
        if prefix not in ("ALL", "ALL-DEFAULT") and not any(code.startswith(prefix) for code in known):
            raise MlopslintError(
                f"configuration: no rule begins with {prefix!r}{nearest(prefix, sorted(known | families))}"
            )
