"""CIC105 dangerous-trigger."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mlopslint.facts.tree import as_map
from mlopslint.lint.base import File, FileRule, Problem
from mlopslint.lint.workflows import place, root_of, steps_of, triggers_of


class DangerousTrigger(FileRule):
    """A privileged workflow that runs proposed code.

    What it does
    ------------
    Finds workflows on ``pull_request_target`` or ``workflow_run`` that check out the head of the pull request.

    Why is this bad?
    ----------------
    These triggers run with the repository's token and secrets: the proposed code, its tests and its build scripts
    get them.

    Example
    -------
    ::

        on: pull_request_target
        jobs:
          test:
            steps:
              - uses: actions/checkout@v6
                with:
                  ref: ${{ github.event.pull_request.head.sha }}

    Use instead
    -----------
    ::

        on: pull_request
        jobs:
          test:
            steps:
              - uses: actions/checkout@v6

    References
    ----------
    - GitHub Security Lab, "Preventing pwn requests": https://securitylab.github.com/resources/github-actions-
      preventing-pwn-requests/
    - Known from zizmor (dangerous-triggers) and OpenSSF Scorecard (Dangerous-Workflow).
    """

    code = "CIC105"
    name = "dangerous-trigger"
    severity = "error"
    kinds = ("github-workflow",)

    def check(self, file: File) -> Iterator[Problem]:
        root = root_of(file)
        risky = triggers_of(root) & {"pull_request_target", "workflow_run"}
        if not risky:
            return
        for step in steps_of(root):
            ref = str(as_map(step.body.get("with")).get("ref") or "")
            script = str(step.body.get("run") or "")
            head = r"pull_request\.head|github\.head_ref|workflow_run\.head|event\.number|pull/\$"
            if str(step.body.get("uses") or "").startswith("actions/checkout") and re.search(head, ref):
                yield file.problem(
                    place(step.body.get("with"), "ref", step.line),
                    f"{risky.pop()} checks out the proposed code with the repository's secrets at hand",
                    part="ref",
                )
                return
            if re.search(r"gh pr checkout|git fetch \S* \S*pull/", script):
                yield file.problem(
                    place(step.body, "run", step.line),
                    f"{risky.pop()} checks out the proposed code with the repository's secrets at hand",
                )
                return

    GOOD = (
        {
            ".github/workflows/ci.yml": "on: pull_request\njobs:\n  a:\n    steps:\n      - uses: actions/checkout@v6\n        with:\n          ref: ${{ github.event.pull_request.head.sha }}\n"
        },
        {
            ".github/workflows/ci.yml": "on: pull_request_target\njobs:\n  a:\n    steps:\n      - uses: actions/labeler@v5\n"
        },
    )
    BAD = (
        {
            ".github/workflows/ci.yml": "on: [pull_request_target]\njobs:\n  a:\n    steps:\n      - uses: actions/checkout@v6\n        with:\n          ref: ${{ github.event.pull_request.head.sha }}\n"
        },
        {
            ".github/workflows/ci.yml": "on:\n  workflow_run:\n    workflows: [ci]\njobs:\n  a:\n    steps:\n      - run: gh pr checkout 3\n"
        },
    )
