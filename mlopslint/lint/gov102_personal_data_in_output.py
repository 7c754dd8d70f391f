"""GOV102 personal-data-in-output."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mlopslint.lint.base import File, FileRule, Notebook, NotebookRule, Problem
from mlopslint.patterns import late

_EMAIL = late(r"(?<![\w.+-])[A-Za-z0-9][\w.+-]{1,40}@(?:[A-Za-z0-9-]{1,40}\.){1,4}[A-Za-z]{2,8}(?![\w-])")
_NOBODY = late(
    r"(?i)@(?:[\w.-]*\.)?(?:example|test|invalid|localhost|domain|email|company|users\.noreply)\b|^(?:no-?reply|info|support|admin|contact|hello|user|name"
    r"|git|root|me|you|foo|bar|test|john\.?doe|jane\.?doe)\W|^[\w.+-]+@(?:[\d.]+|\w+\.(?:py|png|iam|svc|local))$|gserviceaccount"
)
# its first digit comes before what may not stand ahead of it, so that the search goes from digit to digit
_CARD = late(
    r"[3-6](?<![\d.,/-].)(?:(?<=4)\d{3}|(?<=5)[1-5]\d{2}|(?<=3)[47]\d{2}|(?<=6)011)[ -]?\d{4}[ -]?\d{4}[ -]?\d{3,4}(?![\d.,/-])"
)
_PHONE = late(r"(?<![\d.,/+-])\+\d{1,3}[ -]?\(?\d{2,4}\)?[ -]\d{3,4}[ -]?\d{2,5}(?![\d.-])")


class PersonalDataInOutput(NotebookRule, FileRule):
    """Values that look like data of people, in saved outputs and samples of data.

    What it does
    ------------
    Finds e-mail addresses (other than examples and those of roles), numbers of payment cards with a valid check digit, and international
    telephone numbers, in the saved outputs of notebooks and in lists of JSON records. Told once for each cell or file.

    Why is this bad?
    ----------------
    Data of people in a repository is copied to every clone and stays in the history: a breach of privacy law that nobody notices.

    Example
    -------
    ::

        customers.head()  # prints names, addresses and e-mail addresses; saved with the notebook

    Use instead
    -----------
    Clear the output, and show what describes the data instead::

        customers.describe()

    References
    ----------
    - GDPR, Article 5, "Principles relating to processing of personal data".
    """

    code = "GOV102"
    name = "personal-data-in-output"
    confidence = "low"
    default = False
    kinds = ("json",)
    markers = (b"@", b"+")

    def check(self, source: Notebook | File) -> Iterator[Problem]:
        if isinstance(source, File):
            if source.text.lstrip()[:1] == "[":
                found = _found(source.text)
                if found:
                    what, at = found
                    yield source.problem(source.text.count("\n", 0, at) + 1, f"{what} in a sample of data")
            return
        for cell in source.code:
            found = _found(cell.printed) if cell.printed else None
            if found:
                yield source.problem(cell, f"{found[0]} in the saved output of cell {cell.number}")

    GOOD = (
        {
            "cells": [
                (
                    "code",
                    "x",
                    {
                        "outputs": [
                            {"output_type": "stream", "name": "stdout", "text": "info@python.org 1234 a@example.com"}
                        ]
                    },
                )
            ]
        },
        {"cells": [("code", "mail = 'ada@lovelace.org'")]},
        {"data.json": '{"author": "ada@lovelace.org"}'},
        {
            "cells": [
                (
                    "code",
                    "x",
                    {
                        "outputs": [
                            {"output_type": "stream", "name": "stdout", "text": "0.4111111111111111 4111111111111112"}
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
                    {"outputs": [{"output_type": "stream", "name": "stdout", "text": "1 ada.k@lovelace.org"}]},
                )
            ]
        },
        {
            "cells": [
                (
                    "code",
                    "x",
                    {"outputs": [{"output_type": "stream", "name": "stdout", "text": "card 4111 1111 1111 1111"}]},
                )
            ]
        },
        {"data.json": '[\n{"mail": "ada.k@lovelace.org"}\n]'},
    )


def _found(text: str) -> tuple[str, int] | None:
    text = text[:500_000]
    # no pattern is asked where the sign that it needs is missing; what stands before an @ is 41 characters at most
    sign = text.find("@")
    for match in _EMAIL.finditer(text, max(0, sign - 41)) if sign >= 0 else ():
        if not _NOBODY.search(match.group(0)):
            return "an e-mail address", match.start()
    for match in _CARD.finditer(text):
        if _valid(re.sub(r"\D", "", match.group(0))):
            return "the number of a payment card", match.start()
    phone = _PHONE.search(text) if "+" in text else None
    return ("a telephone number", phone.start()) if phone else None


def _valid(digits: str) -> bool:
    """Whether the check digit of a card number is right."""
    total = 0
    for i, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + i % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0
