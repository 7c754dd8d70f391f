"""DEP102 image-runs-as-root."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mlopslint.lint.base import File, FileRule, Problem
from mlopslint.lint.images import instructions

_SERVER = re.compile(
    r"uvicorn|gunicorn|flask run|hypercorn|waitress|streamlit run|tritonserver|torchserve|bentoml serve|mlflow models serve|serve run|tensorflow_model_server|litserve|fastapi run",
    re.I,
)


class ImageRunsAsRoot(FileRule):
    """A serving image that runs as root.

    What it does
    ------------
    Finds images that serve (they expose a port or start a server) and whose last stage never leaves root.

    Why is this bad?
    ----------------
    Who breaks out of the service through a bad input or a bad dependency is root in the container.

    Example
    -------
    ::

        FROM python:3.12
        EXPOSE 8000
        CMD ["uvicorn", "app:app"]

    Use instead
    -----------
    ::

        FROM python:3.12
        RUN useradd --create-home app
        USER app
        EXPOSE 8000
        CMD ["uvicorn", "app:app"]

    References
    ----------
    - Docker: https://docs.docker.com/build/building/best-practices/#user
    - Known from hadolint DL3002 and kube-linter run-as-non-root.
    """

    code = "DEP102"
    name = "image-runs-as-root"
    severity = "warning"
    kinds = ("dockerfile",)

    def check(self, file: File) -> Iterator[Problem]:
        stages: list[list[tuple[int, str, str]]] = []
        for line, word, rest in instructions(file):
            if word == "FROM":
                stages.append([])
            if stages:
                stages[-1].append((line, word, rest))
        if not stages:
            return
        last = stages[-1]
        serves = any(word == "EXPOSE" for _, word, _ in last) or any(
            word in ("CMD", "ENTRYPOINT") and _SERVER.search(rest) for _, word, rest in last
        )
        base = last[0][2]
        parents = [stage for stage in stages if re.search(rf"\bAS\s+{re.escape(base.split()[0])}$", stage[0][2], re.I)]
        users = [
            (line, rest.split(":")[0].strip())
            for stage in (*parents, last)
            for line, word, rest in stage
            if word == "USER"
        ]
        if not serves or re.search(r"nonroot|rootless|unprivileged|bitnami/|jupyter/|\$", base):
            return
        if not users:
            line, _, text = last[0]
            yield file.problem(line, "the service runs as root; add a user and USER")
        elif users[-1][1] in ("root", "0"):
            yield file.problem(users[-1][0], "the service runs as root; go back to another USER at the end")

    GOOD = (
        {"Dockerfile": "FROM python:3.12\nUSER app\nEXPOSE 80\n"},
        {"Dockerfile": "FROM python:3.12\nCMD python train.py\n"},
        {"Dockerfile": "FROM python:3.12 AS base\nUSER 1000\nFROM base\nEXPOSE 80\n"},
        {"Dockerfile": "FROM gcr.io/distroless/python3:nonroot\nEXPOSE 80\n"},
    )
    BAD = (
        {"Dockerfile": "FROM python:3.12\nEXPOSE 8000\nCMD uvicorn app:app\n"},
        {"Dockerfile": 'FROM python:3.12\nUSER app\nUSER root\nENTRYPOINT ["gunicorn", "app"]\n'},
    )
