"""CIC106 credential-in-workflow."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mlopslint.facts.secrets import looks_random
from mlopslint.facts.text import secretish
from mlopslint.facts.tree import Map, Seq
from mlopslint.lint.base import File, FileRule, Problem

#: The kinds of files that say what a pipeline does.
CI = (
    "github-workflow", "github-action", "gitlab-ci", "azure-pipeline", "yaml-pipeline", "jenkinsfile", "circleci", "travis",
    "bitbucket", "cloud-build", "buildkite", "drone", "codebuild", "appveyor", "cirrus",
)  # fmt: skip


class CredentialInWorkflow(FileRule):
    """A credential written into a workflow or pipeline file.

    What it does
    ------------
    Finds keys and tokens of known providers, random values assigned to names of credentials, and literal passwords for the registry of a
    job's container, in the files of all CI services. Passwords of throw-away services (``POSTGRES_PASSWORD: postgres``) are fine.

    Why is this bad?
    ----------------
    Everybody who can read the repository, now or later, has the credential, and it stays in the history after it is deleted.

    Example
    -------
    ::

        env:
          WANDB_API_KEY: 3a91c7f0...

    Use instead
    -----------
    Revoke it, and let the service keep its successor::

        env:
          WANDB_API_KEY: ${{ secrets.WANDB_API_KEY }}

    References
    ----------
    - GitHub, "Using secrets in GitHub Actions": https://docs.github.com/en/actions/security-for-github-actions/security-guides/using-secrets-in-github-actions
    - Known from zizmor (hardcoded-container-credentials).
    """

    code = "CIC106"
    name = "credential-in-workflow"
    severity = "error"
    kinds = CI

    def check(self, file: File) -> Iterator[Problem]:
        told: set[int] = set()
        for fact in file.of("secret"):
            if fact.line not in told:
                told.add(fact.line)
                what = fact.name.replace("-", " ")
                confidence = "medium" if fact.value.get("confidence") != "high" else None
                yield _at(file, fact.line, f"{what} {fact.value.get('hint')} is written into the pipeline", confidence)
        if file.kind == "jenkinsfile":
            return
        for document in file.documents:
            for line, key, literal in _assigned(document):
                if line not in told:
                    told.add(line)
                    yield _at(
                        file, line, f"the value of {key} is written into the pipeline", None if literal else "medium"
                    )

    GOOD = (
        {
            ".github/workflows/a.yml": "on: push\nenv:\n  API_KEY: ${{ secrets.API_KEY }}\n  POSTGRES_PASSWORD: postgres\njobs: {}\n"
        },
        {
            ".gitlab-ci.yml": "variables:\n  TOKEN: $CI_JOB_TOKEN\n  API_KEY: test-key-for-the-mock\ntest:\n  script: [pytest]\n"
        },
        {"config.yml": "api_key: q8Zr2Lw0vTx7Np4Kd9Yb\n"},
        {
            ".github/workflows/a.yml": "on: push\njobs:\n  a:\n    container:\n      image: x\n      credentials:\n        username: u\n"
            "        password: ${{ secrets.P }}\n    steps:\n      - uses: actions/cache@v4\n        with:\n          key: q8Zr2Lw0vTx7Np4Kd9Yb\n"
        },
    )
    BAD = (
        {".github/workflows/a.yml": "on: push\nenv:\n  API_TOKEN: q8Zr2Lw0vTx7Np4Kd9Yb\njobs: {}\n"},
        {".gitlab-ci.yml": "variables:\n  DB_PASSWORD: 'q8Zr2Lw0-vT" + "x7Np4Kd9Yb'\ntest:\n  script: [pytest]\n"},
        {
            ".github/workflows/a.yml": "on: push\njobs:\n  a:\n    container:\n      image: x\n      credentials:\n        username: u\n"
            "        password: hunter2\n    steps: []\n"
        },
    )


def _at(file: File, line: int, message: str, confidence: Any) -> Problem:
    return file.problem(line, message, confidence=confidence)


def _assigned(document: Any) -> Iterator[tuple[int, str, bool]]:
    """(line, key, whether it surely is one) of literal credentials below a document."""
    stack: list[tuple[Any, str, int]] = [(document, "", 0)]
    visits = 0
    while stack and visits < 20_000:
        value, parent, depth = stack.pop()
        visits += 1
        if isinstance(value, Map) and depth < 40:
            for key, item in value.items():
                line = value.lines.get(key, 0)
                if not isinstance(item, str):
                    stack.append((item, str(key), depth + 1))
                elif any(mark in item for mark in ("$", "{{", "<", "((", "%")) or not line:
                    continue
                elif parent == "credentials" and key == "password" and item.strip():
                    yield line, key, True
                elif secretish(str(key)) and key not in ("key", "keys") and 16 <= len(item) <= 120 and " " not in item:
                    if looks_random(item.encode("utf-8", "replace")):
                        yield line, str(key), False
        elif isinstance(value, Seq) and depth < 40:
            stack += [(item, parent, depth + 1) for item in value]
