"""Building a wheel compiles the rules, as installing it compiles the modules.

No scan has to read 95 YAML files first, and no lint of one file to import 84 checks to learn which of them it needs.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CompiledRules(BuildHookInterface):  # type: ignore[type-arg]
    """Adds the compiled catalogue to the wheel; an editable install reads the YAML files, which may change."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "editable":
            return
        sys.path.insert(0, self.root)
        from mlopslint import rules
        from mlopslint.lint import cards, engine

        self._scratch = tempfile.TemporaryDirectory()
        for path in (rules.keep(self._scratch.name), cards.keep(self._scratch.name, engine.built_in())):
            build_data["force_include"][path] = f"mlopslint/_data/{Path(path).name}"
