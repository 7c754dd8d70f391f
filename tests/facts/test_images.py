"""Dockerfiles and Compose files."""

from __future__ import annotations

from mlopslint.facts import read

DOCKERFILE = b"""# syntax=docker/dockerfile:1
ARG VERSION=3.11
FROM --platform=linux/amd64 python:${VERSION}-slim AS base
ENV API_KEY=hunter2hunter2
RUN pip install -r requirements.txt \\
    # a comment
    && pip check || true
RUN <<EOF
pytest
EOF
FROM base AS final
COPY --from=ghcr.io/astral-sh/uv:0.5 /uv /bin/
FROM scratch
FROM alpine@sha256:00
USER app
HEALTHCHECK CMD curl -f http://localhost || exit 1
ENTRYPOINT ["python", "serve.py"]
CMD ["sh", "-c", "uvicorn app:app"]
"""


def test_dockerfile() -> None:
    found = read("dockerfile", DOCKERFILE)
    images = {f.name: f.value for f in found if f.kind == "image"}
    assert images["python:3.11-slim"] == {"as": "base", "base": True, "tag": "3.11-slim", "digest": False}
    assert images["alpine@sha256:00"]["digest"]
    assert not images["ghcr.io/astral-sh/uv:0.5"]["base"]
    assert set(images) == {"python:3.11-slim", "alpine@sha256:00", "ghcr.io/astral-sh/uv:0.5"}
    commands = {f.name: (f.line, f.value["docker"]) for f in found if f.kind == "command"}
    assert commands["pip install -r requirements.txt"] == (5, "RUN")
    assert commands["pip check"] == (7, "RUN")
    assert commands["pytest"] == (9, "RUN")
    assert commands["python serve.py"] == (17, "ENTRYPOINT")
    assert commands["uvicorn app:app"] == (18, "CMD")
    assert {"USER", "HEALTHCHECK", "FROM"} <= {f.name for f in found if f.kind == "docker"}
    assert "hunter2" not in str([f for f in found if f.kind != "secret"])


def test_compose() -> None:
    text = b"""services:
  api:
    build: .
    command: uvicorn app:app
    environment:
      - DB_PASSWORD=hunter2hunter2
    healthcheck: {test: curl}
    deploy: {resources: {limits: {cpus: '1'}}}
  db:
    image: postgres:${TAG:-15}
"""
    found = read("compose", text)
    containers = {f.name: f.value for f in found if f.kind == "container"}
    assert containers["api"]["limits"] == ["cpus"] and containers["api"]["liveness"]
    assert not containers["db"]["liveness"]
    assert [f.name for f in found if f.kind == "image"] == ["postgres:15"]
    assert [(f.name, f.line) for f in found if f.kind == "command"] == [("uvicorn app:app", 4)]
    assert "hunter2" not in str([f for f in found if f.kind != "secret"])
    assert any(f.name == "compose" for f in read("yaml", text) if f.kind == "document-type")
