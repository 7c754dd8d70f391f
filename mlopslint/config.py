"""The configuration: one table, from the nearest file upward, checked key by key."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any, Literal

import msgspec

from mlopslint.errors import MlopslintError

NAMES = ("mlopslint.toml", ".mlopslint.toml", ".mlopslint.yaml", ".mlopslint.yml", "pyproject.toml")


class _Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    """Base of all configuration tables: an unknown key is an error."""


class Gate(_Table, frozen=True):
    """What the run must reach; anything missed ends with exit code 1."""

    score: float | None = None
    level: int | None = None
    categories: dict[str, float] = {}
    ratchet: bool = False
    baseline: str = ".mlopslint-baseline.json"


class TargetTable(_Table, frozen=True):
    """The level that the team aims at, and by when (ISO date)."""

    level: int
    by: str | None = None


class Attestation(_Table, frozen=True):
    """A practice that lives outside the repository: where to see it, who answers for it, until when."""

    rule: str
    evidence: str
    owner: str
    expires: str | None = None


class Waiver(_Table, frozen=True):
    """A practice that the team knowingly does without."""

    rule: str
    reason: str
    owner: str = ""
    expires: str | None = None
    paths: tuple[str, ...] = ()


class History(_Table, frozen=True):
    """Where assessments are recorded (an SQLAlchemy URL)."""

    store: str = ""


class Config(_Table, frozen=True):
    """All settings, with their defaults."""

    model: str = "mlopslint"
    rubric: str = ""
    select: tuple[str, ...] = ("ALL-DEFAULT",)
    extend_select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    gate: Gate = Gate()
    target: TargetTable | None = None
    per_path_ignore: dict[str, tuple[str, ...]] = {}
    attest: tuple[Attestation, ...] = ()
    waive: tuple[Waiver, ...] = ()
    external: tuple[str, ...] = ()
    projects: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    history: History = History()
    confidence: Literal["low", "medium", "high"] = "medium"  #: findings less sure than this are not shown

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
    from mlopslint.rules import nearest

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
