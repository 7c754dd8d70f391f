"""CIC104 failure-ignored."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from mlopslint.facts.tree import Map, Seq, line_of
from mlopslint.lint.base import File, FileRule, Problem
from mlopslint.patterns import late
from mlopslint.records import Fact

#: Commands that test or validate.
_TEST = late(
    r"^(?:\S{0,80}/)?(?:python[\d.]{0,5} -m )?(?:pytest|py\.test|tox|nox|unittest|coverage run|ruff(?! format(?!.*--check))|flake8|pylint|mypy|pyright"
    r"|black .*--check|isort .*--check|pre-commit run|great_expectations|dvc (?:repro|exp run|metrics diff)|yamllint|hadolint|terraform validate"
    r"|kubeconform|kubeval|helm lint|shellcheck|npm (?:run )?test|yarn test|go test|cargo test|make (?:-\S+ )*(?:test|tests|lint|check|type-?check"
    r"|(?:tests?|lint)(?:[-_](?!clean|setup|deps|env|data|install|down|up|start|stop|report|fix|no-)\w+)+)"
    r"|manage\.py test)(?=\s|$)"
)
_ASIDE = late(r"--version|--help|--collect-only|--exit-zero|--fix\b|-h$|erase|--install-types")
_SWALLOWED = late(r"\|\|\s{0,5}(?:true|:|echo|printf|exit 0|return 0|/bin/true)(?=[\s\"';)]|$)")
#: Names of jobs and steps whose failure is accepted on purpose.
_OPEN = late(
    r"(?i)experimental|optional|nightly|allow|non[- ]?blocking|advisory|informational|pre-?release|canary|upcoming|flaky"
)
_KINDS = (
    "github-workflow", "github-action", "gitlab-ci", "azure-pipeline", "yaml-pipeline", "circleci", "travis", "bitbucket",
    "cloud-build", "buildkite", "drone", "codebuild", "appveyor", "cirrus",
)  # fmt: skip
_OPTIONS = ("continue-on-error", "continueOnError", "allow_failure", "allow_failures", "allowFailure", "soft_fail")


class FailureIgnored(FileRule):
    """A test whose failure does not fail the pipeline.

    What it does
    ------------
    Finds tests, linters and validations (pytest, tox, ruff, mypy, pre-commit, dvc repro, ``make test``...) in CI whose failure is thrown
    away: ``|| true``, ``continue-on-error: true`` of the step or the job, ``allow_failure: true``. Jobs and steps that say in their name
    that they are experimental or optional, jobs started by hand, and steps whose outcome a later step asks for are left alone.

    Why is this bad?
    ----------------
    The check is green whatever the test says, and nobody looks into the log of a green check.

    Example
    -------
    ::

        - run: pytest tests || true

    Use instead
    -----------
    ::

        - run: pytest tests

    References
    ----------
    - GitHub, "continue-on-error":
      https://docs.github.com/en/actions/writing-workflows/workflow-syntax-for-github-actions#jobsjob_idstepscontinue-on-error
    """

    code = "CIC104"
    name = "failure-ignored"
    kinds = _KINDS
    markers = (b"||", *(option.encode() for option in _OPTIONS))

    def check(self, file: File) -> Iterator[Problem]:
        told: set[int] = set()
        for fact in file.of("command"):
            if (
                not (fact.value or {}).get("soft")
                or not fact.line
                or not _TEST.match(fact.name)
                or _ASIDE.search(fact.name)
            ):
                continue
            if _OPEN.search(f"{fact.value.get('job')} {fact.value.get('step')}"):
                continue
            row, why = _swallow(file.lines, fact.line)
            if row:
                if row not in told:
                    told.add(row)
                    yield file.problem(row, f"the failure of {_short(fact)} is thrown away by {why!r}", part=why)
                continue
            option = _option(file, fact)
            if option and option not in told:
                told.add(option)
                yield file.problem(option, f"the failure of {_short(fact)} is ignored")

    GOOD = (
        {
            ".github/workflows/a.yml": "on: push\njobs:\n  a:\n    steps:\n      - run: make test-env-down || true\n      - run: make tests-clean || true\n"
        },
        {
            ".github/workflows/a.yml": "on: push\njobs:\n  a:\n    steps:\n      - run: pytest\n      - run: codecov || true\n"
            "        continue-on-error: true\n      - run: ruff --version || true\n      - name: experimental\n        continue-on-error: true\n"
            "        run: pytest\n"
        },
        {
            ".github/workflows/a.yml": "on: push\njobs:\n  a:\n    continue-on-error: ${{ matrix.experimental }}\n    steps:\n      - run: pytest\n"
            "  b:\n    steps:\n      - id: t\n        run: pytest\n        continue-on-error: true\n      - if: steps.t.outcome == 'failure'\n"
            "        run: exit 1\n"
        },
        {
            ".gitlab-ci.yml": "deploy:\n  allow_failure: true\n  script:\n    - deploy.sh\ntest:\n  script:\n    - pytest\n"
        },
        {".gitlab-ci.yml": "test:\n  when: manual\n  allow_failure: true\n  script:\n    - pytest\n"},
        {
            ".github/workflows/a.yml": "on: push\njobs:\n  a:\n    steps:\n      - run: |\n          if pytest; then echo ok; fi || true\n"
        },
    )
    BAD = (
        {
            ".github/workflows/a.yml": "on: push\njobs:\n  a:\n    steps:\n      - run: make test-python-integration || true\n"
        },
        {
            ".github/workflows/a.yml": "on: push\njobs:\n  a:\n    steps:\n      - run: |\n          pip install .\n          pytest -q || true\n"
        },
        {
            ".github/workflows/a.yml": "on: push\njobs:\n  a:\n    steps:\n      - run: mypy src\n        continue-on-error: true\n"
        },
        {
            ".github/workflows/a.yml": "on: push\njobs:\n  a:\n    continue-on-error: true\n    steps:\n      - run: pytest\n"
        },
        {".gitlab-ci.yml": "test:\n  allow_failure: true\n  script:\n    - pytest\n"},
        {"azure-pipelines.yml": "trigger: [main]\nsteps:\n  - script: pytest\n    continueOnError: true\n"},
        {".circleci/config.yml": "jobs:\n  a:\n    steps:\n      - run: tox || echo failed\n"},
    )


def _short(fact: Fact) -> str:
    return " ".join(fact.name.split()[:2])[:40]


def _swallow(rows: list[str], line: int) -> tuple[int, str]:
    """Where the command that begins at a line is followed by ``|| true`` or kin."""
    for number in range(line, min(line + 6, len(rows) + 1)):
        row = rows[number - 1]
        if re.search(r"(?:^|[\s-])(?:if|while|until)\s", row):
            return 0, ""
        match = _SWALLOWED.search(row)
        if match:
            return number, match.group(0).rstrip()
        if not row.rstrip().endswith("\\"):
            break
    return 0, ""


def _option(file: File, fact: Fact) -> int:
    """The line of the option by which the step or job of a command may fail; 0 where it is none or a choice."""
    best = 0
    for document in file.documents:
        owner = _owners(document, fact.line)
        for mapping in owner:
            for key in _OPTIONS:
                value = mapping.get(key)
                if value not in (True, "true") or mapping.get("when") == "manual":
                    continue
                name = f"{mapping.get('name')} {mapping.get('displayName')} {mapping.get('stage')}"
                identity = mapping.get("id")
                asked = isinstance(identity, str) and re.search(
                    rf"steps\.{re.escape(identity)}\.(?:outcome|conclusion)", file.text
                )
                if not asked and not _OPEN.search(name):
                    best = line_of(mapping, key)
    return best


def _owners(document: Any, line: int) -> list[dict[str, Any]]:
    """The mappings from the top of a document down to the innermost that holds a line."""
    found: list[dict[str, Any]] = []
    value = document
    for _ in range(40):
        if isinstance(value, Map):
            found.append(value)
            inside: list[tuple[int, Any]] = [
                (value.lines.get(key, 0), key) for key in value if value.lines.get(key, 0) <= line
            ]
        elif isinstance(value, Seq):
            inside = [(number, index) for index, number in enumerate(value.lines) if number <= line]
        else:
            break
        if not inside:
            break
        value = value[max(inside, key=lambda item: item[0])[1]]
    return found
