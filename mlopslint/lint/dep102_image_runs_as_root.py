"""DEP102 image-runs-as-root."""

from __future__ import annotations

from collections.abc import Iterator

from mlopslint.lint.base import File, FileRule, Problem
from mlopslint.lint.images import chain, serves, stages
from mlopslint.patterns import late

#: Public images that run as root unless told otherwise; of others nothing is known.
_ROOT = late(
    r"^(?:docker\.io/)?(?:library/)?(?:python|ubuntu|debian|alpine|amazonlinux|fedora|rockylinux|almalinux|centos|node|golang|rust|openjdk"
    r"|eclipse-temurin|r-base|julia|nginx|pytorch/pytorch|tensorflow/tensorflow|tensorflow/serving|nvidia/cuda|nvcr\.io/nvidia/\S+"
    r"|continuumio/\S+|condaforge/\S+|huggingface/transformers\S*|tiangolo/\S+|ghcr\.io/astral-sh/uv|rocker/\S+|cnstark/\S+)(?::|@|$)"
)
_NOT_ROOT = late(r"(?i)nonroot|rootless|unprivileged")
#: Images to work in rather than to serve from.
_WORKBENCH = late(r"\b(?:jupyter|notebook|code-server|sshd|rstudio)\b")
#: Ports of TensorBoard and Jupyter, by which a training is watched.
_WATCHED = frozenset({"6006", "8888"})
_DROPS = late(r"\b(?:gosu|su-exec|setpriv|runuser|su -)\b")


class ImageRunsAsRoot(FileRule):
    """A serving image whose server runs as root.

    What it does
    ------------
    Finds Dockerfiles whose last stage serves (it has ``EXPOSE``, or starts a known server) and sets no ``USER``, or sets root as the last.
    Only images that start from a base known to run as root are told; stages of the same file that set a user count.

    Why is this bad?
    ----------------
    A flaw in the server, or in a model file that it unpickles, gives the attacker root in the container, and with one more flaw on the
    host.

    Example
    -------
    ::

        FROM python:3.12-slim
        COPY . /app
        CMD ["uvicorn", "app:app", "--host", "0.0.0.0"]

    Use instead
    -----------
    ::

        FROM python:3.12-slim
        COPY . /app
        RUN useradd --create-home app
        USER app
        CMD ["uvicorn", "app:app", "--host", "0.0.0.0"]

    References
    ----------
    - Docker, "Building best practices", USER: https://docs.docker.com/build/building/best-practices/#user
    - Known from hadolint DL3002 and kube-linter (run-as-non-root).
    """

    code = "DEP102"
    name = "image-runs-as-root"
    in_tests = False
    kinds = ("dockerfile",)

    def check(self, file: File) -> Iterator[Problem]:
        found = stages(file)
        if not found:
            return
        bases = chain(found)
        last = found[-1]
        starts = [
            fact.name
            for fact in file.of("command")
            if fact.value.get("docker") in ("CMD", "ENTRYPOINT") and fact.line > last.line
        ]
        exposed = any(fact.name == "EXPOSE" and str(fact.value) not in _WATCHED for fact in last.instructions)
        if not exposed and not any(serves(command) for command in starts):
            return
        if _DROPS.search(file.text) or any(_WORKBENCH.search(command) for command in starts):
            return
        user = next(
            (fact for stage in bases for fact in reversed(stage.instructions) if fact.name == "USER"),
            None,
        )
        if user is not None:
            name = str(user.value).split(":")[0].strip()
            if name in ("root", "0"):
                yield file.problem(user.line, "the image serves as root; set another USER at the end")
            return
        base = bases[-1].base
        if _ROOT.match(base) and not _NOT_ROOT.search(base):
            yield file.problem(last.line, "the image serves as root: no USER is set")

    GOOD = (
        {"Dockerfile": "FROM python:3.12\nUSER app\nEXPOSE 80\nCMD uvicorn app:app\n"},
        {"Dockerfile": "FROM python:3.12 AS base\nUSER app\nFROM base\nEXPOSE 80\n"},
        {"Dockerfile": "FROM python:3.12\nCMD python train.py\n"},
        {"Dockerfile": "FROM company/base:1\nEXPOSE 80\n"},
        {"Dockerfile": "FROM python:3.12 AS a\nEXPOSE 80\nFROM python:3.12\nCMD python train.py\n"},
        {"Dockerfile": "ARG BASE\nFROM $BASE\nEXPOSE 80\n"},
        {"Dockerfile": "FROM python:3.12\nEXPOSE 8888\nCMD jupyter lab --allow-root\n"},
        {"Dockerfile": "FROM ubuntu:22.04\nEXPOSE 6006\nCMD python train.py\n"},
        {"Dockerfile": "FROM nginxinc/nginx-unprivileged:1\nEXPOSE 80\n"},
    )
    BAD = (
        {"Dockerfile": "FROM python:3.12\nEXPOSE 80\nCMD python app.py\n"},
        {"Dockerfile": 'FROM python:3.12-slim AS base\nFROM base\nCMD ["uvicorn", "app:app"]\n'},
        {"Dockerfile": "FROM company/base:1\nUSER app\nUSER root\nCMD gunicorn app:app\n"},
    )
