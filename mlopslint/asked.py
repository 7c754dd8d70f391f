"""Which versions of packages a project asks for, and which of its manifests speaks for a file."""

from __future__ import annotations

from collections.abc import Mapping

from mlopslint.patterns import late
from mlopslint.view import EVERYWHERE, OWN, View

#: Other names under which a library is installed.
_SAME = {
    "pytorch": "torch",
    "pytorch-lightning": "lightning",
    "tensorflow-cpu": "tensorflow",
    "tensorflow-gpu": "tensorflow",
    "tensorflow-macos": "tensorflow",
    "tf-nightly": "tensorflow",
}
#: What gives a specifier an upper end.
_CLOSED = late(r"<|~|\^|(?<![<>!])=")


class Asked:
    """Specifiers by package, for each folder: the manifest nearest above a file speaks first, then those of the project.

    Where the nearest names no upper end, that of the project holds, too: it is most often installed beside it.

    ``everywhere`` is what the project's own manifests say, ``near`` what those in a folder say, and ``own`` the names under which
    the project itself is installed.
    """

    def __init__(
        self, everywhere: Mapping[str, str], near: Mapping[str, Mapping[str, str]], own: frozenset[str]
    ) -> None:
        self._near, self._own = near, own
        self._known: dict[str, Mapping[str, str]] = {"": everywhere}

    def at(self, path: str) -> Mapping[str, str]:
        """What holds for a file."""
        return self._in(path.rpartition("/")[0])

    def is_own(self, requirement: str) -> bool:
        """Whether it is the project itself that is asked for, with its extras or without."""
        from mlopslint.facts.dependencies import normal

        return normal(requirement.partition("[")[0]) in map(normal, self._own)

    def _in(self, folder: str) -> Mapping[str, str]:
        found = self._known.get(folder)
        if found is None:
            found = above = self._in(folder.rpartition("/")[0])
            if folder in self._near:
                found = dict(above)
                for name, spec in self._near[folder].items():
                    found[name] = f"{spec},{above[name]}" if name in above and not _CLOSED.search(spec) else spec
            self._known[folder] = found
        return found


def asked(view: View) -> Asked:
    """What the manifests for Python say; in a folder below the root, also those of examples and tests."""
    everywhere: dict[str, str] = {}
    near: dict[str, dict[str, str]] = {}
    for roles in (OWN, EVERYWHERE - OWN):
        for hit in view.hits("dependency", roles=roles):
            spec = hit.get("spec")
            if not spec or not isinstance(spec, str) or hit.get("language"):
                continue
            name = _SAME.get(hit.fact.name, hit.fact.name)
            if roles is OWN:
                everywhere.setdefault(name, spec)
            folder = hit.path.rpartition("/")[0]
            if folder:
                near.setdefault(folder, {}).setdefault(name, spec)
    named = [hit.fact.name for hit in view.hits("manifest") if hit.get("tool") not in ("julia", "r", "sbt", "maven")]
    named += [str(hit.get("name", "")) for hit in view.hits("call", "setuptools.setup", "distutils.core.setup")]
    return Asked(everywhere, near, frozenset(name for name in named if name))
