"""CIC102 token-permissions."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mlopslint.facts.tree import Map
from mlopslint.lint.base import Edit, File, FileRule, Fix, Problem
from mlopslint.lint.workflows import jobs_of, place, root_of, steps_of, triggers_of

_READING = re.compile(
    r"actions/(checkout|setup-[a-z]+|cache|upload-artifact|download-artifact)@|astral-sh/setup-uv@|codecov/|pre-commit/action@|\./"
)


def _reads_only(text: str, root: Map) -> bool:
    """Whether nothing in a workflow could need more than to read."""
    if re.search(r"github\.token|GITHUB_TOKEN|\bgh |git push|id-token|pages|release|packages|ghcr\.io", text):
        return False
    return all(_READING.match(str(step.body["uses"])) for step in steps_of(root) if "uses" in step.body)


class TokenPermissions(FileRule):
    """A workflow that does not limit its token.

    What it does
    ------------
    Finds workflows with no ``permissions`` (for all or for each job), and ``write-all``.

    Why is this bad?
    ----------------
    The token then may do what the repository's settings allow, often to write: any compromised dependency of a test
    can push code.

    Example
    -------
    ::

        on: push
        jobs:
          test: ...

    Use instead
    -----------
    ::

        on: push
        permissions:
          contents: read
        jobs:
          test: ...

    Fix safety
    ----------
    Safe: it is offered only where no step uses the token, an action that could, or a deployment.

    References
    ----------
    - GitHub: https://docs.github.com/en/actions/security-for-github-actions/security-guides/automatic-token-
      authentication
    - Known from zizmor (excessive-permissions) and OpenSSF Scorecard (Token-Permissions).
    """

    code = "CIC102"
    name = "token-permissions"
    severity = "note"
    fixes = "safe"
    kinds = ("github-workflow",)

    def check(self, file: File) -> Iterator[Problem]:
        root = root_of(file)
        jobs = jobs_of(root)
        if not jobs or "jobs" not in root or triggers_of(root) == {"workflow_call"}:
            return
        everywhere = root.get("permissions")
        if everywhere == "write-all":
            yield file.problem(
                place(root, "permissions", 1),
                "the token may write everything; name what the jobs need",
                part="write-all",
            )
        for name, job in jobs.items():
            if job.get("permissions") == "write-all":
                yield file.problem(
                    place(job, "permissions", 1),
                    f"the token of {name} may write everything; name what it needs",
                    part="write-all",
                )
        if everywhere is None and not all("permissions" in job for job in jobs.values()):
            line = place(root, "jobs", 1)
            fix = None
            if not any("permissions" in job for job in jobs.values()) and _reads_only(file.text, root):
                fix = Fix(
                    "Let the token read only",
                    "safe",
                    (Edit((line, 1, line, 1), "text", ("permissions:\n  contents: read\n",)),),
                )
            yield file.problem(line, "the workflow does not limit its token; add permissions", fix)

    GOOD = (
        {".github/workflows/ci.yml": "on: push\npermissions:\n  contents: read\njobs:\n  a:\n    steps: []\n"},
        {".github/workflows/ci.yml": "on: push\njobs:\n  a:\n    permissions: {}\n    steps: []\n"},
        {".github/workflows/ci.yml": "on: workflow_call\njobs:\n  a:\n    steps: []\n"},
    )
    BAD = (
        (
            {".github/workflows/ci.yml": "on: push\njobs:\n  a:\n    steps:\n      - run: pytest\n"},
            {
                ".github/workflows/ci.yml": "on: push\npermissions:\n  contents: read\njobs:\n  a:\n    steps:\n      - run: pytest\n"
            },
        ),
        {".github/workflows/ci.yml": "on: push\npermissions: write-all\njobs:\n  a:\n    steps: []\n"},
    )
