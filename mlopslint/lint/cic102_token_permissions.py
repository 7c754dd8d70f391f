"""CIC102 token-permissions."""

from __future__ import annotations

from collections.abc import Iterator

from mlopslint.facts.text import text_of
from mlopslint.facts.tree import line_of
from mlopslint.lint.base import Edit, File, FileRule, Fix, Problem
from mlopslint.lint.workflows import jobs, root_of, steps, triggers
from mlopslint.patterns import late

#: Actions that read the repository at most.
_READING = late(
    r"(?i)^(?:actions/(?:checkout|setup-\w+|cache|upload-artifact|download-artifact)|astral-sh/(?:setup-uv|ruff-action)|pre-commit/action"
    r"|codecov/codecov-action|conda-incubator/setup-miniconda|mamba-org/\S+|docker/(?:setup-\S+|metadata-action)|hashicorp/setup-terraform"
    r"|psf/black|chartboost/ruff-action|snok/install-poetry|abatilo/actions-poetry|iterative/setup-dvc|jlumbroso/free-disk-space"
    r"|golangci/golangci-lint-action|helm/kind-action|azure/setup-\S+)\b"
)
_TOKEN = late(
    r"(?i)github_token|github\.token|secrets\.gh_|git push|\bgh \w|hub \w|cml |dvc exp push|git tag|ghcr\.io|mike deploy|gh-deploy|id-token|semantic-release|oidc|twine upload"
)


class TokenPermissions(FileRule):
    """A workflow that leaves the rights of its token to chance.

    What it does
    ------------
    Finds workflows without ``permissions`` in which at least one job sets none either, and ``write-all`` at any place. Workflows that
    others call take the permissions of their caller and are left alone.

    Why is this bad?
    ----------------
    Unless the organisation says otherwise the token may then write to the repository: one compromised package in the test environment
    can push code or publish a release.

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
    Safe: it adds ``contents: read``, and only where nothing in the workflow seems to need more: no use of the token, no push, no action
    beyond those known to read at most.

    References
    ----------
    - GitHub, "Controlling permissions for GITHUB_TOKEN":
      https://docs.github.com/en/actions/writing-workflows/choosing-what-your-workflow-does/controlling-permissions-for-github_token
    - Known from zizmor (excessive-permissions) and OpenSSF Scorecard (Token-Permissions).
    """

    code = "CIC102"
    name = "token-permissions"
    fixes = "safe"
    kinds = ("github-workflow",)

    def check(self, file: File) -> Iterator[Problem]:
        root = root_of(file)
        table = list(jobs(root))
        if not table or "{{" in file.text.replace("${{", ""):
            return
        for owner in (root, *(job for _, job, _ in table)):
            if text_of(owner.get("permissions")) == "write-all":
                yield file.problem(
                    line_of(owner, "permissions"),
                    "the token may write everything; name the permissions that are needed",
                )
        if "permissions" in root or all("permissions" in job for _, job, _ in table):
            return
        if set(triggers(root)) == {"workflow_call"}:
            return
        line = line_of(root, "jobs")
        yield file.problem(line, "the workflow does not limit the permissions of its token", _fix(file, root, line))

    GOOD = (
        {
            ".github/workflows/a.yml": "on: push\npermissions:\n  contents: read\njobs:\n  a:\n    steps:\n      - run: pytest\n"
        },
        {".github/workflows/a.yml": "on: push\njobs:\n  a:\n    permissions: {}\n    steps:\n      - run: pytest\n"},
        {".github/workflows/a.yml": "on:\n  workflow_call:\njobs:\n  a:\n    steps:\n      - run: pytest\n"},
    )
    BAD = (
        (
            {
                ".github/workflows/a.yml": "on: push\njobs:\n  a:\n    steps:\n      - uses: actions/checkout@v4\n      - run: pytest\n"
            },
            {
                ".github/workflows/a.yml": "on: push\npermissions:\n  contents: read\njobs:\n  a:\n    steps:\n"
                "      - uses: actions/checkout@v4\n      - run: pytest\n"
            },
        ),
        {".github/workflows/a.yml": "on: push\njobs:\n  a:\n    steps:\n      - run: git push\n"},
        {".github/workflows/a.yml": "on: push\npermissions: write-all\njobs:\n  a:\n    steps:\n      - run: pytest\n"},
    )


def _fix(file: File, root: dict[str, object], line: int) -> Fix | None:
    if _TOKEN.search(file.text) or any("uses" in job for _, job, _ in jobs(root)):
        return None
    for item in steps(root):
        uses = item.step.get("uses")
        if uses is not None and (not isinstance(uses, str) or not _READING.match(uses)):
            return None
    return Fix(
        "Let the token read only", "safe", (Edit((line, 1, line, 1), "text", ("permissions:\n  contents: read\n",)),)
    )
