"""Every sign of every technology is seen: the smallest file that bears it, as people write such files, through the real readers."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from mlopslint import technologies as module
from mlopslint.cache import Cache
from mlopslint.gather import gather
from mlopslint.records import Technology
from mlopslint.rules import load
from mlopslint.snapshot import open_snapshot
from mlopslint.technologies import Technologies
from mlopslint.view import View

KNOWN = load().technologies
#: Packages with names that Python's cannot have.
R_ONLY = frozenset({"data.table"})


def plain(glob: str, star: str = "x") -> str:
    """A name that a glob stands for."""
    glob = re.sub(r"\{([^,}]*)[^}]*\}", r"\1", glob)
    return re.sub(r"\[([^\]])[^\]]*\]", r"\1", glob).replace("*", star).replace("?", star)


def python(name: str, call: bool) -> str:
    """A module that imports a name, or calls it (``name(argument=value)``; an argument by place has its number)."""
    name, _, given = name.rstrip(")").partition("(")
    argument, _, value = given.partition("=")
    given = f"{argument}={value or 'x'!r}" if argument.isidentifier() else repr(value) if given else ""
    if name.startswith("."):
        return f"def f(thing):\n    return thing{name}({given})\n"
    head, _, rest = name.partition(".")
    if not call:
        return f"import {name}\n"
    if not rest:
        return f"from lib import {head}\n{head}({given})\n" if head == "x" else f"{head}({given})\n"
    return f"import {head}\n\n{name}({given})\n"


def package(name: str) -> tuple[str, str]:
    """A manifest that asks for a package: of npm, Maven, R or Python."""
    if name.startswith("@"):
        return "s#/package.json", json.dumps({"name": "a", "dependencies": {name: "1.0"}})
    if ":" in name:
        group, _, artifact = name.partition(":")
        inner = f"<dependency><groupId>{group}</groupId><artifactId>{artifact}</artifactId><version>1</version></dependency>"
        return "s#/pom.xml", f"<project><dependencies>{inner}</dependencies></project>\n"
    if name in R_ONLY:
        return "s#/DESCRIPTION", f"Package: a\nVersion: 1.0\nImports: {name}\n"
    return "s#/requirements.txt", f"{name}==1.0\n"


def nested(key: str, value: str) -> Any:
    """The tree whose only leaf has this dotted key; ``[]`` is a list."""
    made: Any = value
    for part in reversed(key.split(".")):
        name, lists = re.match(r"([^\[]*)((?:\[[^\]]*\])*)$", part).groups()  # type: ignore[union-attr]
        for _ in range(lists.count("[")):
            made = [made]
        made = {name: made} if name else made
    return made


def resource(name: str) -> tuple[str, str]:
    """File suffix and text of a declared resource: Kubernetes, Terraform, CloudFormation, Bicep."""
    if "::" in name:
        return "template.yaml", yaml.safe_dump(
            {"AWSTemplateFormatVersion": "2010-09-09", "Resources": {"A": {"Type": name, "Properties": {}}}}
        )
    if name.startswith("Microsoft."):
        return "a.bicep", f"resource a '{name}@2023-01-01' = {{\n  name: 'a'\n}}\n"
    if re.fullmatch(r"[a-z0-9]+_[a-z0-9_]+", name):
        return "a.tf", f'resource "{name}" "a" {{\n  name = "a"\n}}\n'
    group, _, kind = name.rpartition("/")
    return "a.yaml", yaml.safe_dump({"apiVersion": f"{group or 'apps'}/v1", "kind": kind, "metadata": {"name": "a"}})


def workflow(step: dict[str, Any]) -> str:
    return yaml.safe_dump({"on": "push", "jobs": {"a": {"runs-on": "ubuntu-latest", "steps": [step]}}}, sort_keys=False)


def files_of(technology: Technology, sign: str) -> Iterator[tuple[str, str, str]]:
    """(pattern, path, text) of each sign of one sort; the path holds a ``#`` where a number of its own goes."""
    for pattern in getattr(technology, sign):
        name = plain(pattern)
        if sign == "packages":
            yield pattern, *package(name)
        elif sign == "imports":
            yield pattern, "s#.py", python(name, call=False)
        elif sign == "calls":
            yield pattern, "s#.py", python(name, call=True)
        elif sign == "files":
            rooted = "/" in pattern and not pattern.startswith("**/")
            yield pattern, f"{'' if rooted else 's#/'}{plain(pattern.removeprefix('**/'))}", "\n"
        elif sign == "keys":
            key, _, value = pattern.partition("=")
            tree = nested(plain(key), plain(value) if value else "x")
            yield pattern, "s#/a.yaml", yaml.safe_dump(tree)
        elif sign == "resources":
            suffix, text = resource(name)
            yield pattern, f"s#/{suffix}", text
        elif sign == "images":
            yield pattern, "s#/compose.yaml", yaml.safe_dump({"services": {"a": {"image": f"{name}:1.0"}}})
        elif sign == "actions":
            yield pattern, ".github/workflows/s#.yml", workflow({"uses": f"{name}@v1"})
        elif sign == "commands":
            yield pattern, ".github/workflows/s#.yml", workflow({"run": name})
        elif sign == "hooks":
            hook = {"repo": "https://github.com/a/b", "rev": "v1", "hooks": [{"id": name}]}
            yield pattern, "s#/.pre-commit-config.yaml", yaml.safe_dump({"repos": [hook]})
        elif sign == "strings":
            yield pattern, "s#.py", f"import importlib\n\nwhere = {name!r}\n"


SIGNS = (
    "packages",
    "imports",
    "calls",
    "files",
    "keys",
    "resources",
    "images",
    "actions",
    "commands",
    "hooks",
    "strings",
)


@pytest.mark.parametrize("sign", SIGNS)
def test_every_sign_is_seen(sign: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_KEPT", 1_000_000)
    wanted: list[tuple[str, Technology, str]] = []
    for technology in KNOWN:
        for pattern, path, text in files_of(technology, sign):
            path = path.replace("#", str(len(wanted)))
            wanted.append((path, technology, pattern))
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / path).write_text(text, encoding="utf-8")
    snapshot = open_snapshot(str(tmp_path))
    view = View(snapshot, gather(snapshot, Cache(None), jobs=1))
    uses = Technologies(view, KNOWN).uses
    blind = []
    for path, technology, pattern in wanted:
        use = uses.get((technology.kind, technology.name))
        if use is None or all(item.path != path for item in use.evidence):
            blind.append(f"{technology.kind}/{technology.name}: {pattern} ({path})")
    assert not blind, f"{len(blind)} of {len(wanted)}:\n" + "\n".join(blind)
