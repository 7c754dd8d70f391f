"""GOV101 secret."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mlopslint.lint.base import FileRule, NotebookRule, Problem
from mlopslint.records import Confidence


class Secret(FileRule, NotebookRule):
    """A credential in the repository.

    What it does
    ------------
    Finds keys and tokens of providers by their form, and assignments of random-looking values to names such as
    password or api_key, in code, configuration, notebooks and their outputs. Placeholders are known. The value
    itself is never shown.

    Why is this bad?
    ----------------
    Who can read the repository, or any copy and fork of it, can use it. It stays in the history after it is
    deleted.

    Example
    -------
    ::

        API_KEY = "q8Zr4Tn2..."

    Use instead
    -----------
    ::

        API_KEY = os.environ["API_KEY"]

    References
    ----------
    - GitHub, "Removing sensitive data": https://docs.github.com/en/authentication/keeping-your-account-and-data-
      secure/removing-sensitive-data-from-a-repository
    - Known from detect-secrets and gitleaks.
    """

    code = "GOV101"
    name = "secret"
    severity = "error"
    in_tests = True

    def check(self, subject: Any) -> Iterator[Problem]:
        """Of a file, or of a notebook with its outputs."""
        for fact in subject.facts:
            if fact.kind != "secret":
                continue
            hint = fact.value.get("hint", "") if isinstance(fact.value, dict) else ""
            confidence: Confidence = (
                "medium" if isinstance(fact.value, dict) and fact.value.get("confidence") == "medium" else "high"
            )
            what = fact.name.replace("-", " ")
            text = f"{what} ({hint}); take it out, and have it revoked"
            if fact.cell:
                yield Problem((fact.line, 1, fact.line, 1), text, fact.cell, None, confidence)
            else:
                yield subject.problem(fact.line, text, None, confidence)

    GOOD = (
        "API_KEY = 'your-api-key-here'\n",
        "password = os.environ['PASSWORD']\n",
        {".env.example": "API_KEY=changeme\n"},
    )
    BAD = (
        "KEY = 'AKIA" + "2E0A8F3B244C9986'\n",
        {"config.yaml": "token: ghp_" + "a8Kd72nVb3Xq9Zr4Tn2Xw9Lk7Vb3Hs6Yd1Qe\n"},
        {"cells": [("code", "login(key='" + "q8Zr4Tn2Xw9Lk7Vb3Hs6Yd1')")]},
    )
