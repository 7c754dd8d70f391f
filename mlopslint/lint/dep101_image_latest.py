"""DEP101 image-latest."""

from __future__ import annotations

from collections.abc import Iterator

from mlopslint.lint.base import File, FileRule, Problem
from mlopslint.lint.images import images


class ImageLatest(FileRule):
    """An image without a version.

    What it does
    ------------
    Finds images with no tag, or ``latest``, in ``FROM``, Compose files and Kubernetes manifests. Stages,
    ``scratch``, digests and templated tags are fine.

    Why is this bad?
    ----------------
    Tomorrow's build or restart gets another image: it cannot be repeated, and a rollback brings back nothing.

    Example
    -------
    ::

        FROM python

    Use instead
    -----------
    ::

        FROM python:3.12.8-slim

    References
    ----------
    - Docker: https://docs.docker.com/build/building/best-practices/#pin-base-image-versions
    - Known from hadolint DL3006 and DL3007, kube-linter latest-tag.
    """

    code = "DEP101"
    name = "image-latest"
    kinds = ("dockerfile", "compose", "yaml")
    markers = (b"FROM", b"from", b"image:")

    def check(self, file: File) -> Iterator[Problem]:
        for image in images(file):
            if image.tag in ("", "latest"):
                what = "has no tag" if not image.tag else "is 'latest'"
                yield file.problem(image.line, f"image {image.name} {what}; name a version", part=image.text)

    GOOD = (
        {"Dockerfile": "FROM python:3.12 AS base\nFROM base\nFROM scratch\n"},
        {"Dockerfile": "ARG V=1\nFROM python:${V}\n"},
        {"Dockerfile": "FROM python@sha256:0123\n"},
        {"docker-compose.yml": "services:\n  a:\n    build: .\n    image: mine\n"},
        {
            "deploy.yaml": "apiVersion: apps/v1\nkind: Deployment\nspec:\n  selector:\n    matchLabels: {app: a}\n  template:\n    spec:\n      containers:\n        - name: a\n          image: '{{ .Values.image }}'\n"
        },
    )
    BAD = (
        {"Dockerfile": "FROM python\n"},
        {"Dockerfile": "FROM --platform=linux/amd64 nvcr.io/nvidia/pytorch:latest\n"},
        {"docker-compose.yml": "services:\n  a:\n    image: redis\n"},
        {
            "deploy.yaml": "apiVersion: apps/v1\nkind: Deployment\nspec:\n  selector:\n    matchLabels: {app: a}\n  template:\n    spec:\n      containers:\n        - name: a\n          image: registry.example.com:5000/a:latest\n"
        },
    )
