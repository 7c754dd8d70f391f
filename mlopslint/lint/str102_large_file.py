"""STR102 large-file."""

from __future__ import annotations

from collections.abc import Iterator

from mlopslint.globs import any_path
from mlopslint.lint.base import Problem, ProjectRule
from mlopslint.patterns import late
from mlopslint.view import EVERYWHERE, View

#: Bytes that a tracked file may have, by kind; ``None``: any number.
LIMIT = 1_000_000
LIMITS: dict[str, int | None] = {
    **dict.fromkeys(("image", "media", "font", "document", "web", "notebook"), 5_000_000),
    # code and manifests of this size were written by a program, for a release most often
    **dict.fromkeys(("python", "code", "yaml", "shell", "java", "r", "julia", "scala", "sql", "terraform"), 5_000_000),
    **dict.fromkeys(("lock", "dvc-lock", "link", "submodule")),
}
#: Texts of licences, put together for a release.
_TEXTS = late(r"(?i)(?:^|/)(?:licen[sc]es?|notices?|copying|third[-_]party[-_]\w+)(?:\.(?:txt|md|html))?$")


class LargeFile(ProjectRule):
    """A large file in git.

    What it does
    ------------
    Finds files of more than 1 MB: data, models, archives and the like. Pictures, fonts, documents, notebooks and code, and the
    files of tests, may have 5 MB; lock files, files that Git LFS or DVC keeps, and vendored files are not counted.

    Why is this bad?
    ----------------
    Git keeps every version for good: each clone and each job downloads them all, and differences of data cannot be read anyway.

    Example
    -------
    ::

        data/train.csv  (48 MB, in git)

    Use instead
    -----------
    ::

        dvc add data/train.csv
        git rm --cached data/train.csv

    References
    ----------
    - DVC, "Versioning Data and Models": https://dvc.org/doc/use-cases/versioning-data-and-models
    - Known from pre-commit-hooks (check-added-large-files).
    """

    code = "STR102"
    name = "large-file"
    whole = False

    def check(self, view: View) -> Iterator[tuple[str, Problem]]:
        large = [
            entry
            for entry in view.entries.values()
            if entry.mode == "file"
            and (limit := _limit(view, entry.path)) is not None
            and entry.size > limit
            and view.roles[entry.path] != "vendored"
        ]
        if not large:
            return
        kept = _kept(view)
        lfs = any_path(
            [hit.fact.name for hit in view.hits("attribute", roles=EVERYWHERE) if hit.get("filter") == "lfs"]
        )
        for entry in large:
            if entry.path in kept or lfs.search(entry.path):
                continue
            limit = (_limit(view, entry.path) or LIMIT) // 1_000_000
            message = (
                f"{entry.size / 1e6:.1f} MB in git, more than {limit} MB; keep it in DVC, Git LFS or a store of data"
            )
            yield entry.path, Problem((1, 1, 1, 1), message)

    GOOD = (
        {"data/train.csv": 1000, "picture.png": 1_100_000, "docs/locales/fr/docs.po": 2_700_000},
        {"data/train.csv": 1_100_000, ".gitattributes": "*.csv filter=lfs diff=lfs merge=lfs -text\n"},
        {"uv.lock": 1_100_000},
        {"licenses/license.txt": 1_100_000, "NOTICE": 1_100_000},
    )
    BAD = (
        ({"data/train.csv": 1_100_000}, "data/train.csv", 1),
        ({"model.pt": 1_100_000}, "model.pt", 1),
    )


def _limit(view: View, path: str) -> int | None:
    if _TEXTS.search(path):
        return None  # the law asks for it in the package, however long it is
    if path.endswith((".po", ".pot", ".xlf", ".xliff")):
        return None  # translations of a program's texts are its source
    limit = LIMITS.get(view.kinds.get(path, ""), LIMIT)
    return limit and max(limit, 5_000_000 if view.roles[path] in ("test", "fixture") else 0)


def _kept(view: View) -> set[str]:
    """Files that pointers of DVC stand for: they lie in the work tree and not in git."""
    found = set()
    for hit in view.hits("pointer", "dvc", roles=EVERYWHERE):
        path = hit.get("path")
        if isinstance(path, str):
            folder = hit.path.rpartition("/")[0]
            found.add(f"{folder}/{path}" if folder else path)
    return found
