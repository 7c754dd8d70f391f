"""Data and models that live elsewhere: DVC stages, locks, pointers and remotes, and MLflow projects -> facts."""

from __future__ import annotations

import re
from typing import Any

from mlopslint.facts.commands import split
from mlopslint.facts.text import decode, fold, redact, text_of, texts
from mlopslint.facts.tree import Map, as_list, as_map, content_of, flatten, line_of, load_ini, load_yaml, maps
from mlopslint.records import Fact


def paths(value: Any) -> list[str]:
    """Paths of a DVC list, whose items are text or a mapping of one path to its options."""
    found: list[str] = []
    for item in as_list(value)[:200]:
        found += [str(key)[:200] for key in list(item)[:20]] if isinstance(item, dict) else texts(item)
    return found


def read_dvc_yaml(data: bytes) -> list[Fact]:
    """dvc.yaml: stages, plots, metrics and artifacts."""
    tree = load_yaml(decode(data))
    root = tree.root
    facts = tree.errors()
    stages = as_map(root.get("stages"))
    for name, stage in stages.items():
        body = as_map(stage)
        options = as_map(body.get("do")) or body
        facts += _stage(name, options, line_of(stages, name), "foreach" in body or "matrix" in body)
    return facts + flatten(root, 600)


def _stage(name: str, body: dict[str, Any], line: int, many: bool) -> list[Fact]:
    command = " && ".join(texts(body.get("cmd")))
    value: dict[str, Any] = {
        "cmd": fold(command),
        "deps": paths(body.get("deps")),
        "outs": paths(body.get("outs")) + paths(body.get("outs_persist")),
        "params": paths(body.get("params")),
        "metrics": paths(body.get("metrics")),
        "plots": paths(body.get("plots")),
        "tool": "dvc",
    }
    if many:
        value["foreach"] = True
    if body.get("frozen") is True:
        value["frozen"] = True
    facts = [Fact("stage", name[:120], line, value)]
    for key in ("cmd",):
        item = body.get(key)
        first = content_of(body, key)
        for i, script in enumerate(as_list(item)[:100]):
            at = line_of(item, i) if isinstance(item, list) else first
            if isinstance(script, str):
                facts += [
                    Fact("command", c.text, at + c.line - 1, {"task": name[:120], "soft": c.soft})
                    for c in split(script)[:50]
                ]
    return facts


def read_dvc_lock(data: bytes) -> list[Fact]:
    """dvc.lock: one fact a stage with what it was run on and made."""
    root = load_yaml(decode(data)).root
    stages = as_map(root.get("stages")) or ({} if "schema" in root else root)
    facts = [Fact("lock", "dvc", 1, {"packages": len(stages)})] if stages else []
    for name, stage in list(stages.items())[:500]:
        for item in maps(as_map(stage).get("outs")):
            size = item.get("size")
            value = {
                "size": size if isinstance(size, int) else 0,
                "path": text_of(item.get("path"), 300),
                "stage": name[:120],
            }
            facts.append(Fact("pointer", "dvc", line_of(stages, name), value))
    return facts


def read_dvc_pointer(data: bytes) -> list[Fact]:
    """A ``.dvc`` file: the data that it stands for, and where it was imported from."""
    tree = load_yaml(decode(data))
    root = tree.root
    facts = tree.errors()
    for item in maps(root.get("outs")):
        size = item.get("size")
        value: dict[str, Any] = {"size": size if isinstance(size, int) else 0, "path": text_of(item.get("path"), 300)}
        if isinstance(item.get("nfiles"), int):
            value["files"] = item["nfiles"]
        if any(key in item for key in ("md5", "hash", "etag", "checksum", "version_id")):
            value["hash"] = True
        facts.append(Fact("pointer", "dvc", line_of(item, "path"), value))
    for item in maps(root.get("deps")):
        source = item.get("repo")
        url = text_of(as_map(source).get("url"), 300) if source else text_of(item.get("path"), 300)
        if source or "://" in url:
            facts.append(
                Fact("key", "deps[].repo.url" if source else "deps[].path", line_of(item, "path"), redact(url))
            )
    if isinstance(root.get("cmd"), str):
        facts += _stage(text_of(root.get("wdir"), 60) or "dvc", root, line_of(root, "cmd"), False)
    return facts


def read_dvc_config(data: bytes) -> list[Fact]:
    """.dvc/config: remotes, and which one is the default."""
    settings = load_ini("\n".join(line.strip() for line in decode(data).split("\n")))
    default = next((item.value for item in settings if item.section == "core" and item.key == "remote"), "")
    facts: list[Fact] = []
    for item in settings:
        match = re.match(r"'?remote \"([^\"]{1,120})\"'?$", item.section)
        if match and item.key == "url":
            value = {"tool": "dvc", "name": match.group(1), "default": match.group(1) == default}
            facts.append(Fact("remote", redact(item.value)[:300], item.line, value))
        elif item.section == "core" or (match and item.key in ("region", "profile", "version_aware", "worktree")):
            facts.append(Fact("key", f"{item.section}.{item.key}"[:200], item.line, redact(item.value)[:200]))
    return facts


def read_mlproject(data: bytes) -> list[Fact]:
    """MLproject of MLflow: entry points as stages, and the environment that they run in."""
    tree = load_yaml(decode(data))
    root = tree.root
    facts = tree.errors()
    if root:
        facts.append(Fact("document-type", "mlflow-project", root.line or 1, {"name": text_of(root.get("name"), 120)}))
    entries = as_map(root.get("entry_points"))
    for name, entry in entries.items():
        body = as_map(entry)
        command = text_of(body.get("command"), 4000)
        value = {"cmd": fold(command), "params": paths(list(as_map(body.get("parameters")))), "tool": "mlflow"}
        facts.append(Fact("stage", name[:120], line_of(entries, name), value))
        at = content_of(body, "command") if isinstance(body, Map) else 0
        facts += [
            Fact("command", c.text, at + c.line - 1, {"task": name[:120], "soft": c.soft}) for c in split(command)[:20]
        ]
    docker = as_map(root.get("docker_env"))
    if docker:
        from mlopslint.facts.ci_base import image

        facts += image(docker.get("image"), line_of(docker, "image"))
    return facts + flatten(root, 300)
