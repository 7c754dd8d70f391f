"""CIC106 credential-in-workflow."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from mlopslint.facts.secrets import looks_random
from mlopslint.lint.base import File, FileRule, Problem
from mlopslint.lint.workflows import place

_KEY = re.compile(r"secret|passw|token|api_?key|access_?key|credential", re.I)


class CredentialInWorkflow(FileRule):
    """A credential written into a workflow.

    What it does
    ------------
    Finds values of ``env``, ``with`` and ``credentials`` whose key says password, token or key, and whose value is
    a literal that looks like one.

    Why is this bad?
    ----------------
    Everybody who can read the repository has it, and so has every fork.

    Example
    -------
    ::

        env:
          AWS_SECRET_ACCESS_KEY: wJalrXUt...

    Use instead
    -----------
    ::

        env:
          AWS_SECRET_ACCESS_KEY: ${{ secrets.AWS_SECRET_ACCESS_KEY }}

    References
    ----------
    - GitHub, "Using secrets": https://docs.github.com/en/actions/security-for-github-actions/security-guides/using-
      secrets-in-github-actions
    - Known from zizmor (hardcoded-container-credentials).
    """

    code = "CIC106"
    name = "credential-in-workflow"
    severity = "error"
    kinds = (
        "github-workflow",
        "github-action",
        "gitlab-ci",
        "azure-pipeline",
        "circleci",
        "bitbucket",
        "drone",
        "travis",
        "cloud-build",
        "codebuild",
        "buildkite",
    )

    def check(self, file: File) -> Iterator[Problem]:
        stack: list[Any] = list(file.documents)
        while stack:
            node = stack.pop()
            if isinstance(node, list):
                stack += node
            elif isinstance(node, dict):
                for key, value in node.items():
                    if key == "services":
                        continue  # a test's own database
                    if (
                        isinstance(value, str)
                        and _KEY.search(str(key))
                        and "$" not in value
                        and looks_random(value.encode("utf-8", "replace"))
                    ):
                        yield file.problem(
                            place(node, key, 1),
                            f"{key} is written out; keep it in the secrets of the repository",
                            part=str(key),
                        )
                    elif isinstance(value, (dict, list)):
                        stack.append(value)

    GOOD = (
        {".github/workflows/ci.yml": "on: push\nenv:\n  TOKEN: ${{ secrets.TOKEN }}\n  PASSWORD: postgres\njobs: {}\n"},
        {".github/workflows/ci.yml": "on: push\nenv:\n  CACHE_KEY: v1-deps-abc123def456\njobs: {}\n"},
    )
    BAD = ({".github/workflows/ci.yml": "on: push\nenv:\n  API_TOKEN: q8Zr4Tn2Xw9Lk7Vb3Hs6Yd1\njobs: {}\n"},)
