"""DEP101 image-latest."""

from __future__ import annotations

from collections.abc import Iterator

from mlopslint.lint.base import File, FileRule, Problem
from mlopslint.lint.images import stages, stands_for


class ImageLatest(FileRule):
    """An image without a version.

    What it does
    ------------
    Finds image references without a tag or with ``latest`` in Dockerfiles (``FROM``, ``COPY --from``), Compose files and Kubernetes
    manifests. Build stages, ``scratch``, digests, and references with variables or placeholders are fine, as are services that Compose
    builds itself.

    Why is this bad?
    ----------------
    The tag moves: the image of the next build or of a restarted pod is another one than the one that was tested, and there is no way
    back to it.

    Example
    -------
    ::

        FROM python:latest

    Use instead
    -----------
    ::

        FROM python:3.12-slim

    References
    ----------
    - Docker, "Building best practices": https://docs.docker.com/build/building/best-practices/
    - Known from hadolint DL3006 and DL3007, and from kube-linter (latest-tag).
    """

    code = "DEP101"
    name = "image-latest"
    kinds = ("dockerfile", "compose", "yaml")

    def check(self, file: File) -> Iterator[Problem]:
        if file.kind == "yaml" and b"image" not in file.data:
            return
        variable = {stage.line for stage in stages(file) if "$" in stage.base} if file.kind == "dockerfile" else set()
        places: set[int] = set()
        rows = file.lines
        for fact in file.of("image"):
            about = fact.value or {}
            tag = about.get("tag")
            if (
                about.get("digest")
                or about.get("build")
                or "job" in about
                or tag not in ("", "latest")
                or not fact.line
            ):
                continue
            if file.kind == "dockerfile" and not about.get("base") and tag != "latest":
                continue
            if file.kind == "yaml" and not about.get("of"):
                continue
            if fact.line in variable or fact.line in places or stands_for(fact.name) or fact.name == "scratch":
                continue
            if file.kind == "compose" and "$" in rows[min(fact.line, len(rows)) - 1]:
                continue
            places.add(fact.line)
            what = "has no tag" if not tag else "is taken as latest"
            yield file.problem(fact.line, f"image {fact.name} {what}; name a version"[:200], part=fact.name)

    GOOD = (
        {
            "Dockerfile": "FROM python:3.12 AS build\nFROM build\nFROM scratch\nCOPY --from=build /a /b\nCOPY --from=0 /a /b\n"
        },
        {"Dockerfile": "ARG TAG=latest\nARG BASE=python\nFROM python:${TAG}\nFROM $BASE\n"},
        {"Dockerfile": "FROM python@sha256:0123456789012345678901234567890123456789012345678901234567890123\n"},
        {
            "docker-compose.yml": "services:\n  a:\n    build: .\n    image: mine\n  b:\n    image: redis:${TAG:-latest}\n"
        },
        {
            "k8s.yaml": "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n    - name: a\n      image: registry:5000/a:1.2\n"
            "    - name: b\n      image: <your-image>\n    - name: c\n      image: controller:latest\n"
        },
    )
    BAD = (
        {
            "k8s.yaml": "apiVersion: batch/v1\nkind: Job\nspec:\n  template:\n    spec:\n      containers:\n        - name: a\n          image: gcr.io/acme-examples/train:latest\n"
        },
        {"Dockerfile": "FROM python\n"},
        {"Dockerfile": "FROM --platform=linux/amd64 python:latest AS build\n"},
        {"Dockerfile": "FROM python:3.12\nCOPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/\n"},
        {"docker-compose.yml": "services:\n  b:\n    image: mlflow/mlflow\n"},
        {"k8s.yaml": "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n    - name: a\n      image: registry:5000/a\n"},
    )
