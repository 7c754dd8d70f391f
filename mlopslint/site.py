"""A static site for any file server: index, a page a repository, the catalogue of rules, and a search without a server."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable
from typing import NamedTuple

from markupsafe import Markup
from msgspec.structs import replace

from mlopslint.errors import MlopslintError
from mlopslint.records import PeriodReport, Portfolio, Report, Standing
from mlopslint.report.pages import embedded, page
from mlopslint.version import __version__

#: The list of the files that are ours, by which the next run knows what to take away.
MANIFEST = "site.json"


class Found(NamedTuple):
    """One thing that can be searched for: its title, where it is, what kind it is, and further words."""

    title: str
    url: str
    kind: str
    words: str = ""


class Site:
    """A folder that a site is written to, page by page; nothing of it is held in memory but what is searched for."""

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self.files: dict[str, str] = {}
        self.found: list[Found] = []
        try:
            os.makedirs(folder, exist_ok=True)
            others = [name for name in os.listdir(folder) if name != MANIFEST]
        except OSError as error:
            raise MlopslintError(f"--site {folder}: {error.strerror}") from None
        self.before = self._listed()
        if others and self.before is None:
            raise MlopslintError(f"--site {folder}: the folder holds something else; give one of its own")

    def _listed(self) -> list[str] | None:
        try:
            with open(os.path.join(self.folder, MANIFEST), encoding="utf-8") as stream:
                files = json.load(stream)["files"]
            return [str(name) for name in files]
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def write(self, name: str, text: str) -> None:
        """One file, whole or not at all."""
        path = os.path.join(self.folder, *name.split("/"))
        try:
            os.makedirs(os.path.dirname(path), exist_ok=True)
            temporary = f"{path}.{os.getpid()}"
            with open(temporary, "w", encoding="utf-8", newline="\n") as stream:
                stream.write(text)
            os.replace(temporary, path)
        except OSError as error:
            raise MlopslintError(f"--site {path}: {error.strerror}") from None
        self.files[name] = hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()

    def repository(self, slug: str, name: str, result: Report | PeriodReport) -> str:
        """A repository's page; its address from the index."""
        from mlopslint.report import html, quarter

        address = f"repositories/{slug}.html"
        self.write(address, quarter.html(result) if isinstance(result, PeriodReport) else html.render(result))
        report = result.result if isinstance(result, PeriodReport) else result
        stack = " ".join(sorted({use.name for use in report.inventory.technologies}))
        self.found.append(Found(name, address, "repository", stack))
        for verdict in report.assessment.practices:
            if verdict.level is not None and verdict.status in ("fail", "partial"):
                self.found.append(
                    Found(f"{name}: {verdict.code} {verdict.title}", f"{address}#{verdict.code}", verdict.status)
                )
        return address

    def finish(self, portfolio: Portfolio) -> None:
        """The index, the rules, the search and the manifest; pages of an earlier run that no longer belong are taken away."""
        from mlopslint.report import portfolio as portfolios

        index = portfolios.values(portfolio)
        self.write("index.html", page("portfolio", **index, embedded=embedded(portfolio), site=True))
        rules = list(self._rules())
        self.write("rules.html", page("rules", rules=rules, title=portfolio.title, version=__version__))
        self.found += [Found(f"{code} {title}", f"rules.html#{code}", "rule") for code, title, _ in rules]
        self.write(
            "search.html",
            page(
                "search",
                title=portfolio.title,
                version=__version__,
                embedded=embedded([list(item) for item in self.found]),
            ),
        )
        manifest = {"made_by": f"mlopslint {__version__}", "files": dict(sorted(self.files.items()))}
        self.write(MANIFEST, json.dumps(manifest, indent=1) + "\n")
        for name in self.before or ():
            path = os.path.normpath(os.path.join(self.folder, name))
            inside = path.startswith(os.path.normpath(self.folder) + os.sep)
            if name not in self.files and name.endswith(".html") and inside and os.path.isfile(path):
                os.remove(path)

    def _rules(self) -> Iterable[tuple[str, str, Markup]]:
        """(Code, title, page) of every practice and check."""
        from markdown_it import MarkdownIt

        from mlopslint.lint.engine import rules
        from mlopslint.report.manual import check_page, practice_page
        from mlopslint.rules import load

        made = MarkdownIt("commonmark", {"html": False})
        for practice in load().practices:
            yield practice.code, practice.title, Markup(_below(made.render(practice_page(practice))))
        for rule in rules():
            text = check_page(rule)
            title = text.split("\n")[2].rstrip(".")
            yield rule.code, title, Markup(_below(made.render(text)))


def _below(html: str) -> str:
    """A page as a part of another: its own title goes, and what scrolls can be reached with the keyboard."""
    return html.partition("</h1>")[2].replace("<pre>", '<pre tabindex="0">')


def of_repository(folder: str, report: Report | PeriodReport) -> None:
    """A site of one repository."""
    from mlopslint.portfolio import standing

    inner = report.result if isinstance(report, PeriodReport) else report
    site = Site(folder)
    name = inner.repository.name
    address = site.repository("repository", name, report)
    title = (
        f"MLOps maturity in {report.period.name}" if isinstance(report, PeriodReport) else f"MLOps maturity of {name}"
    )
    before = inner.delta.before if inner.delta is not None else None
    own: Standing = replace(
        standing(inner, detail=address), before=before, by_cause=inner.delta.by_cause if inner.delta else {}
    )
    site.finish(
        Portfolio(
            "1.0", inner.tool, title, (own,), before.committed_at[:10] if before and before.committed_at else None
        )
    )
