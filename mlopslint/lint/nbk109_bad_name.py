"""NBK109 bad-name."""

from __future__ import annotations

from collections.abc import Iterator

from mlopslint.lint.base import Problem, ProjectRule
from mlopslint.patterns import late
from mlopslint.view import View

LONGEST = 80
_UNTITLED = late(r"(?i)^(?:untitled|notebook|new notebook)[\s_-]*\d*$")
_COPY = late(r"(?i)(?:^copy[ _]of[ _]|[-_ (]copy[ _]?\(?\d*\)*$| \(\d+\)$)")
_ODD = late(r"[^\w.+@=-]")


class BadName(ProjectRule):
    """A notebook whose file name says nothing or does not travel well.

    What it does
    ------------
    Finds notebooks named ``Untitled``, copies (``-Copy1``, ``Copy of``, ``(1)``), names with spaces or characters that shells and some
    file systems do not take, and names of more than 80 characters.

    Why is this bad?
    ----------------
    Nobody finds the notebook again, and commands and links break at its name.

    Example
    -------
    ::

        notebooks / Untitled1.ipynb

    Use instead
    -----------
    ::

        notebooks/01_explore_churn.ipynb

    References
    ----------
    - POSIX, "Portable Filename Character Set".
    - Known from pynblint (untitled-notebook, non-portable-chars-in-nb-name, long-filename) and Julynter.
    """

    code = "NBK109"
    name = "bad-name"
    whole = False
    severity = "note"

    def check(self, view: View) -> Iterator[tuple[str, Problem]]:
        for path in view.notebooks:
            reason = _reason(path.rpartition("/")[2].rpartition(".")[0])
            if reason:
                yield path, Problem((1, 1, 1, 1), reason, 1 if view.of(path, "cell") else 0)

    GOOD = (
        {"notebooks/01_explore-churn.ipynb": {"cells": [("code", "x = 1")]}},
        {"über_Daten.ipynb": {"cells": [("code", "x = 1")]}, "A (1).py": "x = 1\n"},
        {"copywriting.ipynb": {"cells": [("code", "x = 1")]}, "untitled_art.ipynb": {"cells": [("code", "x = 1")]}},
    )
    BAD = (
        ({"Untitled.ipynb": {"cells": [("code", "x = 1")]}}, "Untitled.ipynb", 1),
        ({"a/train-Copy1.ipynb": {"cells": [("code", "x = 1")]}}, "a/train-Copy1.ipynb", 1),
        ({"Copy of train.ipynb": {"cells": [("code", "x = 1")]}}, "Copy of train.ipynb", 1),
        ({"why?.ipynb": {"cells": [("code", "x = 1")]}}, "why?.ipynb", 1),
        ({"a" * 81 + ".ipynb": {"cells": [("code", "x = 1")]}}, "a" * 81 + ".ipynb", 1),
    )


def _reason(stem: str) -> str:
    if _UNTITLED.match(stem):
        return f"the name {stem!r} says nothing of what the notebook is for"
    if _COPY.search(stem):
        return f"{stem!r} is a copy by its name; keep versions in git"
    odd = sorted(set(_ODD.findall(stem)))
    if odd:
        shown = " ".join("a space" if c.isspace() else c for c in odd)
        return f"the name of the notebook holds characters that commands and links break at: {shown}"
    if len(stem) > LONGEST:
        return f"the name of the notebook has {len(stem)} characters, more than {LONGEST}"
    return ""
