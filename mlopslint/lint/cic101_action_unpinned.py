"""CIC101 action-unpinned."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mlopslint.lint.base import File, FileRule, Problem
from mlopslint.lint.workflows import jobs_of, place, root_of, steps_of


class ActionUnpinned(FileRule):
    """An action by a branch.

    What it does
    ------------
    Finds third-party actions that are used by a branch name, or with no reference at all. Actions of ``actions/``
    and ``github/``, local ones and containers are left alone; tags are, too, though a commit is safer.

    Why is this bad?
    ----------------
    A branch moves: whoever can push to it runs code in your workflow, with its token and its secrets.

    Example
    -------
    ::

        - uses: someone/deploy@main

    Use instead
    -----------
    ::

        - uses: someone/deploy@8f4b7f84864484a7bf31766abe9204da3cbe65b3 # v2.1.0

    References
    ----------
    - GitHub, "Security hardening": https://docs.github.com/en/actions/security-for-github-actions/security-
      guides/security-hardening-for-github-actions#using-third-party-actions
    - Known from zizmor (unpinned-uses) and OpenSSF Scorecard (Pinned-Dependencies).
    """

    code = "CIC101"
    name = "action-unpinned"
    kinds = ("github-workflow", "github-action")

    def check(self, file: File) -> Iterator[Problem]:
        root = root_of(file)
        used = [(step.line, step.body.get("uses"), step.body) for step in steps_of(root)]
        used += [(place(job, "uses", 0), job.get("uses"), job) for job in jobs_of(root).values()]
        for line, text, body in used:
            if (
                not isinstance(text, str)
                or text.startswith(("./", "../", "docker://", "actions/", "github/"))
                or "{{" in text
            ):
                continue
            name, at, ref = text.partition("@")
            if re.fullmatch(r"[0-9a-f]{40,64}", ref) or re.match(r"v?\d", ref):
                continue
            if at and not re.fullmatch(
                r"main|master|develop|dev|trunk|HEAD|latest|release|stable|nightly|next|edge", ref
            ):
                continue  # a tag with a name, most likely
            why = f"by the branch {ref!r}" if at else "without a reference"
            yield file.problem(place(body, "uses", line), f"{name} is used {why}; pin it to a commit", part=text)

    GOOD = (
        {
            ".github/workflows/ci.yml": "on: push\njobs:\n  a:\n    steps:\n      - uses: actions/checkout@main\n      - uses: a/b@v1\n      - uses: c/d@8f4b7f84864484a7bf31766abe9204da3cbe65b3\n      - uses: ./x\n"
        },
    )
    BAD = (
        {".github/workflows/ci.yml": "on: push\njobs:\n  a:\n    steps:\n      - uses: a/b@main\n"},
        {".github/workflows/ci.yml": "on: push\njobs:\n  a:\n    uses: a/b/.github/workflows/x.yml@master\n"},
    )
