"""Building a wheel compiles the rules, as installing it compiles the modules: no scan has to read 95 YAML files first."""

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

        self._scratch = tempfile.TemporaryDirectory()
        compiled = rules.keep(self._scratch.name)
        build_data["force_include"][str(compiled)] = f"mlopslint/_data/{Path(compiled).name}"
