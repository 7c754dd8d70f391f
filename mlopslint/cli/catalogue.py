"""The catalogue as a command sees it: built-in rules and those of the configuration here."""

from __future__ import annotations

import os

from mlopslint.rules import Catalogue


def catalogue_of(config: str | None) -> Catalogue:
    """The rules that a scan started here would use."""
    from mlopslint.cache import default_folder
    from mlopslint.config import find, load_file
    from mlopslint.rules import load

    settings, source = (load_file(config), config) if config else find(".")
    base = os.path.dirname(os.path.abspath(source)) if source else "."
    return load([os.path.join(base, folder) for folder in settings.rules], default_folder())
