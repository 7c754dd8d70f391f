"""NBK109 bad-name."""

from __future__ import annotations

from collections.abc import Iterator

from mlopslint.lint.base import Problem, ProjectRule
from mlopslint.patterns import late
from mlopslint.view import View

LONGEST = 80
_UNTITLED = late(r"(?i)^(?:untitled|new notebook)[\s_-]*\d*$")
#: Says nothing either, unless the folder says it: ``churn/notebook.ipynb``.
_PLAIN = late(r"(?i)^notebook[\s_-]*\d*$")
_FOLDERS = late(r"(?i)^(?:notebooks?|nbs?|src|code|)$")
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
    kinds = ("notebook",)

    def check(self, view: View) -> Iterator[tuple[str, Problem]]:
        for path in view.notebooks:
            folder, _, name = path.rpartition("/")
            reason = _reason(name.rpartition(".")[0], folder.rpartition("/")[2])
            if reason:
                yield path, Problem((1, 1, 1, 1), reason, 1 if view.of(path, "cell") else 0)

    GOOD = (
        {"notebooks/01_explore-churn.ipynb": {"cells": [("code", "x = 1")]}},
        {"über_Daten.ipynb": {"cells": [("code", "x = 1")]}, "A (1).py": "x = 1\n"},
        {"02-regression/notebook.ipynb": {"cells": [("code", "x = 1")]}},
        {"copywriting.ipynb": {"cells": [("code", "x = 1")]}, "untitled_art.ipynb": {"cells": [("code", "x = 1")]}},
    )
    BAD = (
        ({"Untitled.ipynb": {"cells": [("code", "x = 1")]}}, "Untitled.ipynb", 1),
        ({"notebooks/notebook1.ipynb": {"cells": [("code", "x = 1")]}}, "notebooks/notebook1.ipynb", 1),
        ({"a/train-Copy1.ipynb": {"cells": [("code", "x = 1")]}}, "a/train-Copy1.ipynb", 1),
        ({"Copy of train.ipynb": {"cells": [("code", "x = 1")]}}, "Copy of train.ipynb", 1),
        ({"why?.ipynb": {"cells": [("code", "x = 1")]}}, "why?.ipynb", 1),
        ({"a" * 81 + ".ipynb": {"cells": [("code", "x = 1")]}}, "a" * 81 + ".ipynb", 1),
    )


def _reason(stem: str, folder: str) -> str:
    if _UNTITLED.match(stem) or (_PLAIN.match(stem) and _FOLDERS.match(folder)):
        return f"the name {stem!r} says nothing of what the notebook is for"
    if _COPY.search(stem):
        return f"{stem!r} is a copy by its name; keep versions in git"
    odd = sorted(set(_ODD.findall(stem)))
    if odd:
        shown = " ".join("a space" if c.isspace() else c if c.isprintable() else f"U+{ord(c):04X}" for c in odd)
        return f"the name of the notebook holds characters that commands and links break at: {shown}"
    if len(stem) > LONGEST:
        return f"the name of the notebook has {len(stem)} characters, more than {LONGEST}"
    return ""
