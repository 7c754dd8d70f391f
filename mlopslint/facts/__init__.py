"""Bytes -> facts: which reader a kind goes to, and the guards that every reader gets."""

from __future__ import annotations

import re
from importlib import import_module

from mlopslint.facts import secrets
from mlopslint.lint import engine
from mlopslint.literals import SHARED
from mlopslint.records import Fact

#: Files larger than this (bytes) are not parsed but named under ``errors``; notebooks hold pictures, so they get more.
LIMIT = 4_000_000
NOTEBOOK_LIMIT = 64_000_000

#: kind -> (module of this package, function): ``function(data: bytes) -> list[Fact]``.
READERS: dict[str, tuple[str, str]] = {
    "python": ("python", "read"),
    "notebook": ("notebook", "read"),
    # dependencies.py
    "requirements": ("dependencies", "read_requirements"),
    "pyproject": ("dependencies", "read_pyproject"),
    "setup-cfg": ("dependencies", "read_setup_cfg"),
    "pipfile": ("dependencies", "read_pipfile"),
    "conda": ("dependencies", "read_conda"),
    "lock": ("manifests", "read_lock"),
    "julia-project": ("manifests", "read_julia_project"),
    "r-description": ("manifests", "read_r_description"),
    "sbt": ("manifests", "read_sbt"),
    "maven": ("manifests", "read_maven"),
    "package-json": ("manifests", "read_package_json"),
    "pixi": ("dependencies", "read_pixi"),
    "python-version": ("dependencies", "read_python_version"),
    # ci.py: one reader a vendor, one vocabulary of facts
    "github-workflow": ("ci", "read_github"),
    "github-action": ("ci", "read_github_action"),
    "gitlab-ci": ("ci", "read_gitlab"),
    "azure-pipeline": ("ci", "read_azure"),
    "yaml-pipeline": ("ci", "read_yaml_pipeline"),
    "jenkinsfile": ("ci_jenkins", "read_jenkins"),
    "circleci": ("ci_more", "read_circleci"),
    "travis": ("ci_more", "read_travis"),
    "bitbucket": ("ci_more", "read_bitbucket"),
    "cloud-build": ("ci_more", "read_cloud_build"),
    "buildkite": ("ci_more", "read_buildkite"),
    "drone": ("ci_more", "read_drone"),
    "codebuild": ("ci_more", "read_codebuild"),
    "appveyor": ("ci_more", "read_appveyor"),
    "cirrus": ("ci_more", "read_cirrus"),
    # tasks.py: what one command starts
    "makefile": ("tasks", "read_makefile"),
    "justfile": ("tasks", "read_justfile"),
    "taskfile": ("tasks", "read_taskfile"),
    "tox": ("tasks", "read_tox"),
    "mise": ("tasks", "read_mise"),
    "shell": ("tasks", "read_shell"),
    "pre-commit": ("tasks", "read_pre_commit"),
    "lefthook": ("tasks", "read_lefthook"),
    "husky": ("tasks", "read_husky"),
    "snakefile": ("tasks", "read_snakefile"),
    # images.py
    "dockerfile": ("images", "read_dockerfile"),
    "compose": ("images", "read_compose"),
    # structured.py: any YAML, TOML, JSON or INI file; Kubernetes, CloudFormation, ARM, Azure ML, pipelines in them
    "yaml": ("structured", "read_yaml"),
    "json": ("structured", "read_json"),
    "toml": ("structured", "read_toml"),
    "ini": ("structured", "read_ini"),
    "terraform": ("infrastructure", "read_terraform"),
    "bicep": ("infrastructure", "read_bicep"),
    # versioned.py: data and models that live elsewhere
    "dvc": ("versioned", "read_dvc_yaml"),
    "dvc-lock": ("versioned", "read_dvc_lock"),
    "dvc-pointer": ("versioned", "read_dvc_pointer"),
    "dvc-config": ("versioned", "read_dvc_config"),
    "mlproject": ("versioned", "read_mlproject"),
    # documents.py
    "document": ("documents", "read_document"),
    "text": ("documents", "read_text"),
    "ignore": ("documents", "read_ignore"),
    "attributes": ("documents", "read_attributes"),
    "codeowners": ("documents", "read_codeowners"),
    # languages.py: an inventory of what is not Python
    "r": ("languages", "read_r"),
    "julia": ("languages", "read_julia"),
    "java": ("languages", "read_java"),
    "scala": ("languages", "read_scala"),
    "sql": ("languages", "read_sql"),
    "code": ("languages", "read_code"),
}


def limit_of(kind: str) -> int:
    """The size in bytes above which a file of ``kind`` is not analysed."""
    return NOTEBOOK_LIMIT if kind == "notebook" else LIMIT


def read(kind: str, data: bytes) -> list[Fact]:
    """The facts of one file of ``kind``. Never raises: what cannot be read is one ``error`` fact."""
    if len(data) > limit_of(kind):
        return [Fact("error", f"larger than {limit_of(kind) // 1_000_000} MB, not analysed")]
    found = [*_read_kind(kind, data), *_pointer(data)]
    if kind != "notebook":  # its reader scans cell by cell, and leaves pictures alone
        found += secrets.scan(data)
        found += engine.check_file(kind, data, found)
        if b"mlopslint:" in data:
            text = data.decode("utf-8", "replace")
            if kind == "document":  # code that a document shows is no comment of the document
                text = "\n".join(row if "<!--" in row else "" for row in text.split("\n"))
            found += engine.python_ignores(text) if kind == "python" else engine.ignores(text)
    return found


def warm() -> None:
    """Import and build what nearly all files need."""
    engine.rules()
    for kind in ("python", "notebook"):
        read(kind, b"{}")
    SHARED.prepare()


def _pointer(data: bytes) -> list[Fact]:
    """Git LFS pointers stand for the real file, whatever its kind."""
    if not data.startswith(b"version https://git-lfs") or len(data) > 1024:
        return []
    match = re.search(rb"^size (\d+)$", data, re.M)
    return [Fact("pointer", "lfs", 1, {"size": int(match.group(1)) if match else 0})]


def _read_kind(kind: str, data: bytes) -> list[Fact]:
    reader = READERS.get(kind)
    if reader is None:
        return []
    if b"\0" in data[:4096] and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return [Fact("error", "binary content, not analysed")]
    try:
        module = import_module(f"mlopslint.facts.{reader[0]}")
        found: list[Fact] = getattr(module, reader[1])(data)
    except RecursionError:
        return [Fact("error", "nested too deeply to be analysed")]
    except MemoryError:
        return [Fact("error", "too large to be analysed")]
    except Exception as error:
        text = " ".join(str(error).split())[:160]
        return [Fact("error", f"could not be read: {type(error).__name__}: {text}")]
    return found
