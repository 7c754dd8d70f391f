"""CIC105 dangerous-trigger."""

from __future__ import annotations

from collections.abc import Iterator

from mlopslint.facts.text import text_of
from mlopslint.facts.tree import as_map, line_of
from mlopslint.lint.base import File, FileRule, Problem
from mlopslint.lint.workflows import root_of, row_of, scripts, steps, triggers
from mlopslint.patterns import late

_PROPOSED = late(
    r"github\.event\.pull_request\.head\.(?:sha|ref|repo\.full_name)|github\.head_ref|refs/pull/|pull_request\.merge_commit_sha"
    r"|github\.event\.workflow_run\.(?:head_sha|head_branch|head_repository\.full_name)"
)
_FETCH = late(
    r"\bgh pr checkout\b|\bgit (?:fetch|checkout|pull|merge)\b[^\n]{0,200}(?:pull/|head_ref|head\.(?:sha|ref))"
)
#: Conditions that let only known people or code of the repository itself through.
_GUARD = late(
    r"head\.repo\.full_name\s{0,3}==|head_repository\.full_name\s{0,3}==|\.fork\s{0,3}==\s{0,3}false|!\s{0,3}github\.event\.pull_request\.head\.repo\.fork"
    r"|author_association|github\.actor\s{0,3}==|pull_request\.user\.login\s{0,3}==|\blabel"
)


class DangerousTrigger(FileRule):
    """A workflow with the rights of the repository that checks out proposed code.

    What it does
    ------------
    Finds workflows started by ``pull_request_target`` or ``workflow_run`` that check out the head of the pull request. Jobs that are
    limited to code of the repository itself, to labelled pull requests or to known people, or that wait for an environment, are left
    alone.

    Why is this bad?
    ----------------
    These events run with the secrets and the token of the repository. Whatever the job then runs from the checkout (tests, ``setup.py``,
    a build) is code of a stranger.

    Example
    -------
    ::

        on: pull_request_target
        jobs:
          test:
            steps:
              - uses: actions/checkout@v4
                with:
                  ref: ${{ github.event.pull_request.head.sha }}

    Use instead
    -----------
    ::

        on: pull_request
        jobs:
          test:
            steps:
              - uses: actions/checkout@v4

    References
    ----------
    - GitHub Security Lab, "Preventing pwn requests": https://securitylab.github.com/resources/github-actions-preventing-pwn-requests/
    - Known from zizmor (dangerous-triggers) and OpenSSF Scorecard (Dangerous-Workflow).
    """

    code = "CIC105"
    name = "dangerous-trigger"
    severity = "error"
    kinds = ("github-workflow",)
    markers = (b"pull_request_target", b"workflow_run")

    def check(self, file: File) -> Iterator[Problem]:
        root = root_of(file)
        event = next((name for name in ("pull_request_target", "workflow_run") if name in triggers(root)), "")
        if not event:
            return
        for item in steps(root):
            condition = f"{text_of(item.job.get('if'), 2000)} {text_of(item.step.get('if'), 2000)}"
            if _GUARD.search(condition) or "environment" in item.job:
                continue
            inputs = as_map(item.step.get("with"))
            if text_of(item.step.get("uses")).startswith("actions/checkout@"):
                for key in ("ref", "repository"):
                    if _PROPOSED.search(text_of(inputs.get(key))):
                        yield file.problem(
                            line_of(inputs, key),
                            f"{event} checks out the proposed code with the rights of the repository",
                        )
                        break
                continue
            for text, line in scripts(item.step):
                match = _FETCH.search(text)
                if match:
                    row = row_of(file, match.group(0).split("\n")[0], line)
                    yield file.problem(row, f"{event} fetches the proposed code with the rights of the repository")

    GOOD = (
        {
            ".github/workflows/a.yml": "on: pull_request_target\njobs:\n  a:\n    steps:\n      - uses: actions/checkout@v4\n      - uses: actions/labeler@v5\n"
        },
        {
            ".github/workflows/a.yml": "on: pull_request\njobs:\n  a:\n    steps:\n      - uses: actions/checkout@v4\n        with:\n"
            "          ref: ${{ github.event.pull_request.head.sha }}\n      - run: echo pull_request_target\n"
        },
        {
            ".github/workflows/a.yml": "on: pull_request_target\njobs:\n  a:\n    if: contains(github.event.pull_request.labels.*.name, 'safe')\n"
            "    steps:\n      - uses: actions/checkout@v4\n        with:\n          ref: ${{ github.event.pull_request.head.sha }}\n"
        },
    )
    BAD = (
        {
            ".github/workflows/a.yml": "on: [pull_request_target]\njobs:\n  a:\n    steps:\n      - uses: actions/checkout@v4\n        with:\n"
            "          ref: ${{ github.event.pull_request.head.sha }}\n      - run: pytest\n"
        },
        {
            ".github/workflows/a.yml": "on:\n  workflow_run:\n    workflows: [b]\njobs:\n  a:\n    steps:\n      - uses: actions/checkout@v4\n"
            "        with:\n          ref: ${{ github.event.workflow_run.head_sha }}\n"
        },
        {
            ".github/workflows/a.yml": "on: pull_request_target\njobs:\n  a:\n    steps:\n      - run: |\n          gh pr checkout $N\n          make\n"
        },
    )
