"""GOV102 personal-data-in-output."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from mlopslint.lint.base import Notebook, NotebookRule, Problem

_MAIL = re.compile(r"(?<![\w.+-])[A-Za-z0-9][\w.+-]{0,60}@[A-Za-z0-9-]{1,60}(?:\.[A-Za-z0-9-]{1,30}){1,3}")
_HARMLESS = re.compile(r"@example\.|@test\.|noreply|@users\.noreply|@localhost|\.(?:png|jpg|py|so)$|@2x", re.I)
_CARD = re.compile(r"(?<![\d.])(?:\d{4}[ -]){3}\d{4}(?![\d.])")


def _text(outputs: list[Any]) -> str:
    found: list[str] = []
    size = 0
    for output in outputs:
        if not isinstance(output, dict):
            continue
        data = output.get("data")
        parts = [
            output.get("text"),
            *((data.get("text/plain"), data.get("text/html")) if isinstance(data, dict) else ()),
        ]
        for part in parts:
            text = "".join(item for item in part if isinstance(item, str)) if isinstance(part, list) else part
            if isinstance(text, str) and size < 200_000:
                found.append(text[:100_000])
                size += len(found[-1])
    return "\n".join(found)


def _luhn(number: str) -> bool:
    digits = [int(sign) for sign in number if sign.isdigit()]
    doubled = [(2 * digit - 9 if 2 * digit > 9 else 2 * digit) for digit in digits[-2::-2]]
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0


class PersonalDataInOutput(NotebookRule):
    """Personal data in saved outputs.

    What it does
    ------------
    Finds e-mail addresses, card numbers (by their check digit) and telephone numbers in the saved outputs of
    notebooks.

    Why is this bad?
    ----------------
    The notebook is shared more widely than the data may be.

    Example
    -------
    ::

        # output: jane.doe@example.org, 4111 1111 1111 1111

    Use instead
    -----------
    ::

        # output cleared, or shown on made-up rows

    References
    ----------
    - GDPR, Art. 5 (data minimisation): https://gdpr-info.eu/art-5-gdpr/
    """

    code = "GOV102"
    name = "personal-data-in-output"
    confidence = "medium"
    default = False

    def check(self, notebook: Notebook) -> Iterator[Problem]:
        for cell in notebook.code:
            text = _text(cell.outputs)
            mails = {match.group().lower() for match in _MAIL.finditer(text) if not _HARMLESS.search(match.group())}
            cards = [match.group() for match in _CARD.finditer(text) if _luhn(match.group())]
            if mails:
                yield notebook.problem(
                    cell, f"{len(mails)} e-mail address{'es' if len(mails) > 1 else ''} in the saved output"
                )
            if cards:
                yield notebook.problem(
                    cell,
                    f"{len(cards)} number{'s' if len(cards) > 1 else ''} that look like payment cards in the saved output",
                )

    GOOD = (
        {
            "cells": [
                (
                    "code",
                    "x",
                    {
                        "outputs": [
                            {"output_type": "stream", "name": "stdout", "text": ["4111 1111 1111 1112 a@example.com"]}
                        ]
                    },
                )
            ]
        },
    )
    BAD = (
        {
            "cells": [
                (
                    "code",
                    "x",
                    {"outputs": [{"output_type": "stream", "name": "stdout", "text": ["jane.doe@acme-health.org"]}]},
                )
            ]
        },
        {
            "cells": [
                (
                    "code",
                    "x",
                    {"outputs": [{"output_type": "stream", "name": "stdout", "text": ["4111 1111 1111 1111"]}]},
                )
            ]
        },
    )
