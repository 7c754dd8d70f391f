"""STR102 large-file."""

from __future__ import annotations

from collections.abc import Iterator

from mlopslint.lint.base import Problem, ProjectRule
from mlopslint.view import View

#: Kinds that hold data or binaries; what people write gets more room.
_DATA = frozenset({"data", "model", "archive", "binary", "json", "other", "text"})


class LargeFile(ProjectRule):
    """A large file is tracked.

    What it does
    ------------
    Finds tracked data, models and archives over 1 MB (what people write, and pictures: 5 MB) that are neither LFS nor DVC pointers,
    and locks of dependencies.

    Why is this bad?
    ----------------
    Every clone carries every version of it for ever, and git cannot show what changed.

    Example
    -------
    ::

        data / train.csv  # 240 MB in git

    Use instead
    -----------
    ::

        data / train.csv.dvc  # a pointer; the data lives in the DVC remote

    References
    ----------
    - pre-commit-hooks check-added-large-files: https://github.com/pre-commit/pre-commit-hooks
    """

    code = "STR102"
    name = "large-file"

    def check(self, view: View) -> Iterator[tuple[str, Problem]]:
        for path, entry in view.entries.items():
            kind = view.kinds.get(path, "")
            limit = 1_000_000 if kind in _DATA else 5_000_000
            if entry.mode != "file" or entry.size <= limit or kind == "lock" or view.roles.get(path) == "test":
                continue
            yield (
                path,
                Problem((1, 1, 1, 1), f"{entry.size / 1e6:.1f} MB in git; keep it in DVC, LFS or an object store"),
            )

    GOOD = ({"a.csv": "1,2\n"},)
    BAD = (({"a.csv": "0123456789\n" * 100_000}, "a.csv", 1),)
