"""Dockerfiles and Compose files -> the images they use, and the commands they run."""

from __future__ import annotations

import re
from typing import Any

from mlopslint.facts.ci_base import image_parts, script
from mlopslint.facts.text import decode, fold, redact, secretish, text_of, texts
from mlopslint.facts.tree import Map, Tree, as_list, as_map, content_of, dig, flatten, line_of, load_yaml
from mlopslint.patterns import late
from mlopslint.records import Fact

_INSTRUCTION = late(r"^[ \t]*([A-Za-z]{2,20})(?:[ \t]+(.*))?$", re.S)
_HEREDOC = late(r"<<-?[\"']?([A-Za-z_]\w{0,40})[\"']?")
_VARIABLE = late(r"\$(?:\{(\w{1,60})(?::?[-+]([^}]{0,200}))?\}|(\w{1,60}))")
_KNOWN = frozenset(
    [
        "ADD",
        "ARG",
        "CMD",
        "COPY",
        "ENTRYPOINT",
        "ENV",
        "EXPOSE",
        "FROM",
        "HEALTHCHECK",
        "LABEL",
        "MAINTAINER",
        "ONBUILD",
        "RUN",
        "SHELL",
        "STOPSIGNAL",
        "USER",
        "VOLUME",
        "WORKDIR",
    ]
)


def read_dockerfile(data: bytes) -> list[Fact]:
    """A Dockerfile, read line by line: continuations, comments, here-documents, defaults of ARG in FROM."""
    text = decode(data)
    facts: list[Fact] = []
    defaults: dict[str, str] = {}
    stages: set[str] = set()
    for name, arguments, line, body in _instructions(text):
        if len(facts) > 5000:
            break
        if name == "ARG" or name == "ENV":
            key, equals, value = arguments.partition("=")
            if equals and name == "ARG":
                defaults[key.strip()] = value.strip().strip("\"'")
            hidden = any(secretish(word.partition("=")[0]) for word in arguments.split()[:50])
            facts.append(Fact("docker", name, line, key.strip()[:100] if hidden else fold(arguments)))
            continue
        facts.append(Fact("docker", name, line, fold(arguments)))
        if name == "FROM":
            facts += _from(arguments, line, defaults, stages)
        elif name == "COPY" or name == "ADD":
            match = re.search(r"--from=(\S{1,200})", arguments)
            reference = _filled(match.group(1), defaults) if match else ""
            if (
                reference
                and reference.lower() not in stages
                and not reference.isdigit()
                and re.search(r"[:/@]", reference)
            ):
                facts.append(
                    Fact("image", redact(reference), line, {**image_parts(reference), "base": False, "as": ""})
                )
        elif name in ("RUN", "CMD", "ENTRYPOINT"):
            facts += _commands(name, arguments, body, line)
        elif name == "HEALTHCHECK" and "CMD" in arguments:
            facts += _commands(name, arguments.partition("CMD")[2].strip(), "", line)
    return facts


def _instructions(text: str) -> list[tuple[str, str, int, str]]:
    """(instruction, arguments, line, here-document or script as written), one for each logical line."""
    found: list[tuple[str, str, int, str]] = []
    lines = text.split("\n")
    i = 0
    while i < len(lines) and len(found) < 5000:
        start = i
        stripped = lines[i].strip()
        i += 1
        if not stripped or stripped.startswith("#"):
            continue
        raw = [lines[start]]
        while raw[-1].rstrip().endswith("\\") and i < len(lines):
            follow = lines[i]
            i += 1
            if follow.strip().startswith("#") or not follow.strip():
                raw.append("\\")  # a comment within: the line stays, for the numbers of those after it
                continue
            raw.append(follow)
        match = _INSTRUCTION.match("\n".join(raw))
        if match is None or match.group(1).upper() not in _KNOWN:
            continue
        name, arguments = match.group(1).upper(), match.group(2) or ""
        body = arguments
        if name in ("RUN", "COPY", "ADD"):
            for mark in _HEREDOC.findall(arguments)[:5]:
                inner = []
                while i < len(lines) and lines[i].strip() != mark:
                    inner.append(lines[i])
                    i += 1
                i += 1
                if name == "RUN" and not re.search(r"<<\S+\s*\S*python|python\S*\s*-?\s*<<", arguments):
                    body = "\n".join(["", *inner])
                    arguments = f"{arguments} {' '.join(inner)}"
        found.append((name, re.sub(r"\\\n[ \t]*|\n", " ", arguments).replace("\\ ", " ").strip(), start + 1, body))
        if name == "ONBUILD":
            nested = _INSTRUCTION.match(arguments)
            if nested and nested.group(1).upper() in _KNOWN - {"ONBUILD"}:
                found.append(
                    (nested.group(1).upper(), (nested.group(2) or "").strip(), start + 1, nested.group(2) or "")
                )
    return found


def _filled(text: str, defaults: dict[str, str]) -> str:
    """``text`` with the defaults of its variables put in; unknown ones stay as they are written."""
    for _ in range(3):
        filled = _VARIABLE.sub(
            lambda m: defaults.get(m.group(1) or m.group(3), "") or m.group(2) or m.group(0), text[:1000]
        )
        if filled == text:
            break
        text = filled
    return text[:300]


def _from(arguments: str, line: int, defaults: dict[str, str], stages: set[str]) -> list[Fact]:
    words = [word for word in arguments.split() if not word.startswith("--")]
    if not words:
        return []
    reference = _filled(words[0], defaults)
    alias = words[2] if len(words) > 2 and words[1].lower() == "as" else ""
    known = reference.lower() in stages
    if alias:
        stages.add(alias.lower())
    if known or reference.lower() == "scratch":
        return []
    return [Fact("image", redact(reference), line, {"as": alias, "base": True, **image_parts(reference)})]


def _commands(name: str, arguments: str, body: str, line: int) -> list[Fact]:
    value: dict[str, Any] = {"docker": name, "soft": False}
    flags = re.match(r"(?:--\w[\w-]*(?:=\S+)?[ \t\\\n]+)+", body or arguments)
    text = (body or arguments)[flags.end() if flags else 0 :]
    if flags:
        line += flags.group(0).count("\n")
    if arguments[flags.end() if flags and not body else 0 :].startswith("["):
        import json

        try:
            words = json.loads(arguments)
        except ValueError:
            words = None
        if isinstance(words, list):
            words = texts(words)
            if len(words) > 2 and words[0].rpartition("/")[2] in ("sh", "bash") and words[1].startswith("-"):
                return script(words[2], line, value)
            return script(" ".join(words), line, value)
    return script(text, line, value)


# ------------------------------------------------------------------------------------------------------------ Compose


def read_compose(data: bytes) -> list[Fact]:
    """A Compose file."""
    tree = load_yaml(decode(data))
    if tree.root and not looks_compose(tree.root):
        from mlopslint.facts.structured import yaml_facts

        return tree.errors() + yaml_facts(tree)
    return tree.errors() + compose_facts(tree) + flatten(tree.root, 600)


def looks_compose(root: dict[str, Any]) -> bool:
    """Whether a document is a Compose file: services that are built or have an image."""
    services = root.get("services")
    if not isinstance(services, dict) or not services or "apiVersion" in root:
        return False
    wanted = {"image", "build", "extends", "command", "ports", "environment", "volumes", "deploy"}
    return any(isinstance(service, dict) and wanted & set(service) for service in services.values())


def compose_facts(tree: Tree) -> list[Fact]:
    """Services of a Compose file as containers with their images, bounds and health checks."""
    root = tree.root
    if not root:
        return []
    facts = [Fact("document-type", "compose", root.line or 1)]
    services = root.get("services")
    for name, service in list(services.items())[:200] if isinstance(services, Map) else ():
        if not isinstance(service, dict):
            continue
        resources = as_map(dig(service, "deploy", "resources"))
        limits = texts(resources.get("limits")) + [key for key in ("mem_limit", "cpus", "cpu_quota") if key in service]
        healthy = "healthcheck" in service and as_map(service["healthcheck"]).get("disable") is not True
        reference = text_of(service.get("image"), 300)
        value = {
            "image": fold(reference),
            "requests": texts(resources.get("reservations")),
            "limits": limits,
            "liveness": healthy,
            "readiness": healthy,
            "of": "compose",
            "build": "build" in service,
        }
        facts.append(Fact("container", str(name)[:200], line_of(services, name), value))
        if reference:
            plain = _filled(reference, {})
            parts = {**image_parts(plain), "base": False, "of": "compose", "build": "build" in service}
            facts.append(Fact("image", fold(plain), line_of(service, "image"), parts))
        for key in ("command", "entrypoint"):
            item = service.get(key)
            text = " ".join(texts(as_list(item))) if isinstance(item, list) else text_of(item, 4000)
            facts += script(text, content_of(service, key), {"soft": False, "service": str(name)[:200]})
    return facts
