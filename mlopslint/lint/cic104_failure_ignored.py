"""CIC104 failure-ignored."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from mlopslint.facts.tree import as_list
from mlopslint.lint.base import File, FileRule, Problem
from mlopslint.lint.workflows import TESTING, place, root_of, scripts_of, steps_of

_IGNORED = re.compile(r"\|\|\s*(?:true|:|exit 0|echo\b)|;\s*(?:true|exit 0)\s*$|--exit-zero\b")


class FailureIgnored(FileRule):
    """A test that may fail unseen.

    What it does
    ------------
    Finds ``continue-on-error``, ``|| true`` and ``allow_failure`` on steps and jobs that test, lint or validate.

    Why is this bad?
    ----------------
    The check is green whatever it finds: nobody looks at it again.

    Example
    -------
    ::

        - run: pytest || true

    Use instead
    -----------
    ::

        - run: pytest

    References
    ----------
    - GitHub: https://docs.github.com/en/actions/writing-workflows/workflow-syntax-for-github-
      actions#jobsjob_idstepscontinue-on-error
    """

    code = "CIC104"
    name = "failure-ignored"
    kinds = ("github-workflow", "github-action", "gitlab-ci", "azure-pipeline", "circleci", "bitbucket")

    def check(self, file: File) -> Iterator[Problem]:
        if file.kind in ("github-workflow", "github-action"):
            yield from self.github(file)
            return
        for document in file.documents:
            yield from self.jobs(file, document)

    def github(self, file: File) -> Iterator[Problem]:
        for step in steps_of(root_of(file)):
            script = str(step.body.get("run") or "")
            tests = TESTING.search(script)
            if step.body.get("continue-on-error") is True and tests:
                yield file.problem(
                    place(step.body, "continue-on-error", step.line),
                    f"a failure of {tests.group().strip()} is ignored",
                    part="continue-on-error",
                )
            if tests and step.settings.get("continue-on-error") is True and not step.body.get("continue-on-error"):
                yield file.problem(
                    place(step.settings, "continue-on-error", step.line),
                    f"a failure of job {step.job} is ignored, and it runs {tests.group().strip()}",
                    part="continue-on-error",
                )
                return
            for line, row in scripts_of(step):
                found = TESTING.search(row)
                ignored = _IGNORED.search(row)
                if found and ignored and found.start() < ignored.start() and not row.lstrip().startswith("#"):
                    yield file.problem(
                        line, f"a failure of {found.group().strip()} is ignored", part=ignored.group().strip()
                    )

    def jobs(self, file: File, document: Any) -> Iterator[Problem]:
        """GitLab's and Azure's jobs and steps: mappings with a script and a word that lets it fail."""
        stack = [document]
        while stack:
            node = stack.pop()
            if isinstance(node, dict):
                stack += list(node.values())
                script = "\n".join(
                    str(item)
                    for key in ("script", "bash", "powershell", "run", "command")
                    for item in as_list(node.get(key))
                )
                found = TESTING.search(script)
                if not found:
                    continue
                for key in ("allow_failure", "continueOnError", "ignore_failure"):
                    if node.get(key) is True:
                        yield file.problem(
                            place(node, key, 1), f"a failure of {found.group().strip()} is ignored", part=key
                        )
                ignored = _IGNORED.search(script, found.start())
                if ignored and "\n" not in script[found.start() : ignored.start()]:
                    row = next(
                        (i for i, text in enumerate(file.lines, 1) if found.group() in text and _IGNORED.search(text)),
                        0,
                    )
                    if row:
                        yield file.problem(
                            row, f"a failure of {found.group().strip()} is ignored", part=ignored.group().strip()
                        )
            elif isinstance(node, list):
                stack += node

    GOOD = (
        {
            ".github/workflows/ci.yml": "on: push\njobs:\n  a:\n    steps:\n      - run: pytest\n      - run: notify || true\n      - run: upload\n        continue-on-error: true\n"
        },
        {".gitlab-ci.yml": "test:\n  script: [pytest]\n"},
    )
    BAD = (
        {".github/workflows/ci.yml": "on: push\njobs:\n  a:\n    steps:\n      - run: pytest || true\n"},
        {
            ".github/workflows/ci.yml": "on: push\njobs:\n  a:\n    steps:\n      - run: |\n          pip install x\n          python -m pytest tests\n        continue-on-error: true\n"
        },
        {
            ".github/workflows/ci.yml": "on: push\njobs:\n  a:\n    continue-on-error: true\n    steps:\n      - run: make test\n"
        },
        {".gitlab-ci.yml": "test:\n  script:\n    - pytest tests\n  allow_failure: true\n"},
        {"azure-pipelines.yml": "steps:\n  - script: pytest || true\n"},
    )
