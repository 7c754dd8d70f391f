"""A page with everything that should not happen on it."""

from __future__ import annotations

from pathlib import Path
from typing import Any


class Visit:
    """Listens for messages, errors, dialogs and requests of a page."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self.told: list[str] = []
        self.asked: list[str] = []
        page.on("console", lambda message: self.told.append(message.text))
        page.on("pageerror", lambda error: self.told.append(str(error)))
        page.on("dialog", lambda dialog: (self.told.append(f"dialog {dialog.message}"), dialog.dismiss()))
        page.on("request", lambda request: self.asked.append(request.url))

    def quiet(self, file: Path) -> None:
        """Nothing was said and nothing but the page itself was asked for."""
        assert self.told == []
        assert [url for url in self.asked if not url.startswith("data:")] == [file.as_uri()]
