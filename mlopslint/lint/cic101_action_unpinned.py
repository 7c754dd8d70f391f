"""CIC101 action-unpinned."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mlopslint.lint.base import Problem, ProjectRule
from mlopslint.patterns import late
from mlopslint.view import EVERYWHERE, View

_BRANCH = late(r"(?:main|master|develop|development|dev|trunk|head|nightly|edge|unstable|canary|next|latest)", re.I)
#: Owners whose actions are part of the platform, and actions whose branches are their documented versions.
_TRUSTED = ("actions/", "github/", "dtolnay/rust-toolchain")


class ActionUnpinned(ProjectRule):
    """A third-party action or workflow taken from a branch.

    What it does
    ------------
    Finds ``uses:`` of actions and reusable workflows of other owners without a version, or with a branch in its place (``main``,
    ``master``, ``latest``...). Commits are best, tags are accepted: they can be moved as well, but warning of each would drown the rest.
    Actions of GitHub itself (``actions/*``, ``github/*``), of the owner of the repository and local ones are left alone.

    Why is this bad?
    ----------------
    Whoever can push to that branch runs code in your pipeline, with its secrets; and the pipeline of today is not the one of tomorrow.

    Example
    -------
    ::

        - uses: iterative/setup-dvc@master

    Use instead
    -----------
    ::

        - uses: iterative/setup-dvc@v1.1.2

    References
    ----------
    - GitHub, "Using third-party actions": https://docs.github.com/en/actions/security-for-github-actions/security-guides/security-hardening-for-github-actions#using-third-party-actions
    - Known from zizmor (unpinned-uses) and OpenSSF Scorecard (Pinned-Dependencies).
    """

    code = "CIC101"
    name = "action-unpinned"
    reads = ("github-workflow", "github-action")
    kinds = ("action",)

    def check(self, view: View) -> Iterator[tuple[str, Problem]]:
        own = _owners(view)
        for hit in view.hits("action", roles=EVERYWHERE):
            if view.kinds.get(hit.path) not in ("github-workflow", "github-action"):
                continue
            uses = hit.fact.name
            name, at, ref = uses.partition("@")
            if (
                name.lower().startswith((*_TRUSTED, *own))
                or "/" not in name
                or uses.startswith((".", "docker://"))
                or "{{" in uses
            ):
                continue
            region = (hit.fact.line, 1, hit.fact.line, 1)
            if not at or not ref:
                yield hit.path, Problem(region, f"{name} is used without a version")
            elif _BRANCH.fullmatch(ref):
                yield hit.path, Problem(region, f"{name} is taken from the branch {ref}; pin a version or a commit")

    GOOD = (
        {
            ".github/workflows/a.yml": "on: push\njobs:\n  a:\n    steps:\n      - uses: actions/checkout@main\n      - uses: ./local\n"
            "      - uses: a/b@v1\n      - uses: pypa/gh-action-pypi-publish@release/v1\n      - uses: docker://alpine:latest\n"
            "      - run: 'echo uses: x/y@main'\n"
        },
        {
            "action.yml": "runs:\n  using: composite\n  steps:\n    - uses: a/b@0123456789012345678901234567890123456789\n"
        },
    )
    BAD = (
        (
            {
                ".github/workflows/a.yml": "on: push\njobs:\n  a:\n    steps:\n      - uses: iterative/setup-dvc@master\n"
            },
            ".github/workflows/a.yml",
            5,
        ),
        (
            {".github/workflows/a.yml": "on: push\njobs:\n  a:\n    uses: other/repo/.github/workflows/b.yml@main\n"},
            ".github/workflows/a.yml",
            4,
        ),
        ({"action.yml": "runs:\n  using: composite\n  steps:\n    - name: x\n      uses: a/b\n"}, "action.yml", 5),
    )


def _owners(view: View) -> list[str]:
    """Whose repository this is: by its remote, and by the conditions that ask for its name."""
    remote = re.search(r"[:/]([\w-]+)/[\w.-]+$", view.snapshot.repository.remote or "")
    found = {remote.group(1)} if remote else set()
    for kind in ("ci-job", "command", "action"):
        for hit in view.hits(kind, roles=EVERYWHERE):
            condition = hit.get("if")
            if isinstance(condition, str):
                found |= set(re.findall(r"github\.repository(?:_owner)?\s{0,3}==\s{0,3}'([\w-]+)", condition))
    return [f"{name.lower()}/" for name in found]
