"""NBK109 bad-name."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mlopslint.lint.base import Problem, ProjectRule
from mlopslint.view import View


class BadName(ProjectRule):
    """A notebook with a name that says nothing or cannot be used everywhere.

    What it does
    ------------
    Finds Untitled and Copy names, characters that some systems cannot hold, and names of more than 80 characters.

    Why is this bad?
    ----------------
    Nobody finds it again; scripts and other systems trip over it.

    Example
    -------
    ::

        Untitled3 - Copy1.ipynb

    Use instead
    -----------
    ::

        02_churn_features.ipynb

    References
    ----------
    - Known from pynblint (untitled notebook, non-portable characters) and Julynter.
    """

    code = "NBK109"
    name = "bad-name"
    severity = "note"

    def check(self, view: View) -> Iterator[tuple[str, Problem]]:
        for path in view.notebooks:
            name = path.rpartition("/")[2].removesuffix(".ipynb")
            why = ""
            if re.match(r"untitled\d*( \(\d+\))?$|untitled[-_ ]", name, re.I):
                why = "an untitled notebook"
            elif re.search(r"[-_ ]copy\d*$|\(\d+\)$", name, re.I):
                why = "the name of a copy"
            elif re.search(r'[<>:"|?*\\\x00-\x1f]', name):
                why = "characters that not every system can hold"
            elif len(name) > 80:
                why = f"a name of {len(name)} characters"
            if why:
                yield path, Problem((1, 1, 1, 1), f"{why}; name it after what it shows", 1)

    GOOD = ({"notebooks/01_churn.ipynb": {"cells": [("code", "x")]}},)
    BAD = (
        ({"Untitled.ipynb": {"cells": [("code", "x = 1")]}}, "Untitled.ipynb", 1),
        ({"a/eda-Copy1.ipynb": {"cells": [("code", "x = 1")]}}, "a/eda-Copy1.ipynb", 1),
    )
