"""Dockerfiles, Compose files and Kubernetes manifests as checks see them: instructions, images, containers, with their lines."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from mlopslint.facts.tree import as_map, dig, maps
from mlopslint.lint.base import File
from mlopslint.lint.workflows import place


class Image(NamedTuple):
    """An image that is used: where, its text, its name and its tag ("" for none)."""

    line: int
    text: str
    name: str
    tag: str


class Container(NamedTuple):
    """A container of a workload."""

    line: int
    name: str
    body: Any


def instructions(file: File) -> Iterator[tuple[int, str, str]]:
    """(line, word in capitals, rest) of a Dockerfile's instructions, continued lines joined, comments and heredocs left out."""
    pending = ""
    first = 0
    until = ""
    for number, row in enumerate(file.lines, 1):
        if until:
            if row.strip() == until:
                until = ""
            continue
        text = row.strip()
        if not text or text.startswith("#"):
            continue
        if not pending:
            first = number
        if text.endswith(("\\", "`")):
            pending += text[:-1] + " "
            continue
        whole = pending + text
        pending = ""
        word, _, rest = whole.partition(" ")
        here = re.search(r"<<-?[\"']?(\w+)", rest)
        if here and word.upper() in ("RUN", "COPY"):
            until = here.group(1)
        yield first, word.upper(), rest.strip()


def images(file: File) -> Iterator[Image]:
    """The images that a file names; those that it builds itself, and templated ones, are left out."""
    if file.kind == "dockerfile":
        yield from _from(file)
    elif file.kind == "compose":
        for document in file.documents:
            for service in as_map(dig(document, "services")).values():
                if isinstance(service, dict) and "build" not in service:
                    yield from _image(service)
    else:
        for _, container in containers(file):
            yield from _image(container.body)


def _from(file: File) -> Iterator[Image]:
    stages: set[str] = set()
    for line, word, rest in instructions(file):
        if word != "FROM":
            continue
        parts = [part for part in rest.split() if not part.startswith("--")]
        if not parts:
            continue
        if len(parts) > 2 and parts[1].upper() == "AS":
            stages.add(parts[2].lower())
        if (
            parts[0].lower() not in stages - ({parts[2].lower()} if len(parts) > 2 else set())
            and parts[0].lower() != "scratch"
        ):
            yield from _named(line, parts[0])


def _image(body: Any) -> Iterator[Image]:
    text = body.get("image")
    if isinstance(text, str) and text:
        yield from _named(place(body, "image", 0), text)


def _named(line: int, text: str) -> Iterator[Image]:
    if any(sign in text for sign in "${<") or "@" in text or "://" in text:
        return
    name, _, tag = text.rpartition(":") if ":" in text.rpartition("/")[2] else (text, "", "")
    yield Image(line, text, name, tag)


#: kind -> where its pod stands.
_PODS: dict[str, tuple[str, ...]] = {
    "Pod": ("spec",),
    "CronJob": ("spec", "jobTemplate", "spec", "template", "spec"),
    **{
        kind: ("spec", "template", "spec")
        for kind in ("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job", "ReplicationController")
    },
}


#: Helpers beside the container that the workload is about.
_SIDECARS = frozenset({"kube-rbac-proxy", "istio-proxy", "cloud-sql-proxy", "linkerd-proxy"})
_SELECTING = frozenset({"Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"})
#: Bytes above which a manifest is a rendered bundle: what is wrong in it is mended where it is rendered from.
_BUNDLE = 150_000


def containers(file: File) -> Iterator[tuple[str, Container]]:
    """(kind of workload, container) of the Kubernetes documents of a YAML file; templates with statements are left out."""
    if len(file.data) > _BUNDLE:
        return
    if "{{-" in file.text or "{% " in file.text or "{{ if" in file.text or "{{ range" in file.text:
        return
    for document in file.documents:
        if not isinstance(document, dict) or "apiVersion" not in document:
            continue
        kind = str(document.get("kind") or "")
        path = _PODS.get(kind)
        if not path:
            continue
        if kind in _SELECTING and not dig(document, "spec", "selector"):
            continue  # a patch, which holds only what it changes
        for body in maps(as_map(dig(document, *path)).get("containers")):
            name = body.get("name")
            if name in _SIDECARS:
                continue
            yield kind, Container(getattr(body, "line", 1), name if isinstance(name, str) else "?", body)
