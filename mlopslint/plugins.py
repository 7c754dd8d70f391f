"""What installed packages add: rules and reporters by their entry points, found without loading the machinery of metadata.

``importlib.metadata`` takes longer to import than most files take to lint; the files that it would read are few and small.
"""

from __future__ import annotations

import os
import sys
from functools import lru_cache
from typing import Any, NamedTuple


class Plugin(NamedTuple):
    """One entry point: its name, ``module:attribute``, and the folder of metadata (package and version) that it stands in."""

    name: str
    value: str
    source: str

    def load(self) -> Any:
        """The object that it names; raises what importing it raises."""
        from importlib import import_module

        module, _, attribute = self.value.partition(":")
        found: Any = import_module(module)
        for part in attribute.split("."):
            found = getattr(found, part)
        return found


@lru_cache(maxsize=4)
def plugins(group: str) -> tuple[Plugin, ...]:
    """The entry points of ``mlopslint.rules`` or ``mlopslint.reporters`` of the packages installed beside this one."""
    found: dict[str, Plugin] = {}
    for folder in sys.path:
        if not folder.rstrip("/\\").endswith(("site-packages", "dist-packages")):
            continue
        try:
            names = sorted(name for name in os.listdir(folder) if name.endswith((".dist-info", ".egg-info")))
        except OSError:
            continue
        for name in names:
            try:
                with open(os.path.join(folder, name, "entry_points.txt"), encoding="utf-8") as stream:
                    text = stream.read(100_000)
            except (OSError, UnicodeDecodeError):
                continue
            if f"[{group}]" in text:
                for plugin in _section(text, group, name):
                    found.setdefault(plugin.name, plugin)
    return tuple(found.values())


def _section(text: str, group: str, source: str) -> list[Plugin]:
    rows = []
    inside = False
    for row in text.splitlines():
        row = row.strip()
        if row.startswith("["):
            inside = row == f"[{group}]"
        elif inside and "=" in row and not row.startswith(("#", ";")):
            name, _, value = row.partition("=")
            rows.append(Plugin(name.strip(), value.split("[")[0].strip(), source))
    return rows
