"""The language server: diagnostics while typing, fixes as code actions, the rule's page on hover. Needs the extra ``server``."""

from __future__ import annotations

import inspect
import json
import os
from typing import Any
from urllib.parse import unquote, urlparse

from lsprotocol import types as lsp
from pygls.lsp.server import LanguageServer

from mlopslint import fixes
from mlopslint.errors import MlopslintError
from mlopslint.kinds import kind_of
from mlopslint.lint import engine
from mlopslint.linting import lint
from mlopslint.records import Finding, FindingEdit
from mlopslint.report.sarif import markdown
from mlopslint.version import __version__

_SEVERITY = {
    "error": lsp.DiagnosticSeverity.Error,
    "warning": lsp.DiagnosticSeverity.Warning,
    "note": lsp.DiagnosticSeverity.Information,
}
_NOTEBOOKS = lsp.NotebookDocumentSyncOptions(
    notebook_selector=[
        lsp.NotebookDocumentFilterWithNotebook(
            notebook="jupyter-notebook", cells=[lsp.NotebookCellLanguage(language="python")]
        )
    ],
    save=True,
)
server = LanguageServer(
    "mlopslint",
    __version__,
    text_document_sync_kind=lsp.TextDocumentSyncKind.Incremental,
    notebook_document_sync=_NOTEBOOKS,
)
#: What was found in each open document (a file, or a cell), with the text that it was found in.
_found: dict[str, tuple[str, list[Finding]]] = {}


def _path(uri: str) -> str:
    parsed = urlparse(uri)
    path = unquote(parsed.path)
    return path[1:] if os.name == "nt" and path[:1] == "/" else path


def _column(row: str, column: int) -> int:
    """A column of ours (characters, from 1) as LSP's default unit (UTF-16, from 0)."""
    return len(row[: column - 1].encode("utf-16-le", "surrogatepass")) // 2


def _range(rows: list[str], region: tuple[int, int, int, int]) -> lsp.Range:
    line, column, end_line, end_column = region

    def position(number: int, place: int) -> lsp.Position:
        row = rows[number - 1] if 0 < number <= len(rows) else ""
        return lsp.Position(max(number - 1, 0), _column(row, place))

    return lsp.Range(position(line, column), position(end_line, end_column))


def _lint(path: str, data: bytes) -> list[Finding]:
    if not os.path.isdir(os.path.dirname(path)):
        return []  # not on this disk: an unsaved document, or one of another scheme
    try:
        return list(lint(stdin=(path, data)).report.findings)
    except MlopslintError as error:
        server.window_log_message(lsp.LogMessageParams(lsp.MessageType.Warning, f"mlopslint: {error}"))
        return []


def _diagnostic(item: Finding, rows: list[str]) -> lsp.Diagnostic:
    where = _range(rows, (item.line, item.column, item.end_line, item.end_column))
    return lsp.Diagnostic(where, item.message, _SEVERITY[item.severity], item.code, source="mlopslint")


def _publish(uri: str, text: str, found: list[Finding], version: int | None = None) -> None:
    _found[uri] = (text, found)
    rows = text.split("\n")
    diagnostics = [_diagnostic(item, rows) for item in found]
    server.text_document_publish_diagnostics(lsp.PublishDiagnosticsParams(uri, diagnostics, version))


def _check(uri: str) -> None:
    document = server.workspace.get_text_document(uri)
    text = document.source.replace("\r\n", "\n")
    _publish(uri, text, _lint(_path(uri), text.encode("utf-8", "surrogatepass")), document.version)


@server.feature(lsp.TEXT_DOCUMENT_DID_OPEN)
def opened(params: lsp.DidOpenTextDocumentParams) -> None:
    """Diagnostics of a document that was opened."""
    _check(params.text_document.uri)


@server.feature(lsp.TEXT_DOCUMENT_DID_CHANGE)
def changed(params: lsp.DidChangeTextDocumentParams) -> None:
    """Diagnostics of a document that was changed."""
    _check(params.text_document.uri)


@server.feature(lsp.TEXT_DOCUMENT_DID_CLOSE)
def closed(params: lsp.DidCloseTextDocumentParams) -> None:
    """A closed document has no diagnostics."""
    _publish(params.text_document.uri, "", [])
    _found.pop(params.text_document.uri, None)


def _check_notebook(uri: str) -> None:
    """Lint the cells of an open notebook together, and publish at each cell what was found in it."""
    notebook = server.workspace.get_notebook_document(notebook_uri=uri)
    if notebook is None:
        return
    cells: list[dict[str, Any]] = []
    documents: list[str] = []
    for cell in notebook.cells:
        code = cell.kind == lsp.NotebookCellKind.Code
        known = server.workspace.text_documents.get(cell.document)
        text = known.source.replace("\r\n", "\n") if known else ""
        made: dict[str, Any] = {"cell_type": "code" if code else "markdown", "metadata": {}, "source": text}
        if code:
            made |= {"outputs": [], "execution_count": None}
        cells.append(made)
        documents.append(cell.document)
    content = {"cells": cells, "metadata": {"language_info": {"name": "python"}}, "nbformat": 4, "nbformat_minor": 5}
    found = _lint(_path(uri), json.dumps(content).encode())
    for number, document in enumerate(documents, 1):
        mine = [item for item in found if item.cell == number]
        _publish(document, str(cells[number - 1]["source"]), mine)


@server.feature(lsp.NOTEBOOK_DOCUMENT_DID_OPEN)
def notebook_opened(params: lsp.DidOpenNotebookDocumentParams) -> None:
    """Diagnostics of a notebook that was opened."""
    _check_notebook(params.notebook_document.uri)


@server.feature(lsp.NOTEBOOK_DOCUMENT_DID_CHANGE)
def notebook_changed(params: lsp.DidChangeNotebookDocumentParams) -> None:
    """Diagnostics of a notebook that was changed."""
    _check_notebook(params.notebook_document.uri)


def _edits(items: list[tuple[Finding, list[fixes.TextEdit]]], rows: list[str]) -> list[lsp.TextEdit]:
    return [lsp.TextEdit(_range(rows, region), text) for _, edits in items for region, text in edits]


def _inside(item: Finding, where: lsp.Range) -> bool:
    return item.line - 1 <= where.end.line and where.start.line <= item.end_line - 1


@server.feature(
    lsp.TEXT_DOCUMENT_CODE_ACTION,
    lsp.CodeActionOptions(code_action_kinds=[lsp.CodeActionKind.QuickFix, lsp.CodeActionKind.SourceFixAll]),
)
def actions(params: lsp.CodeActionParams) -> list[lsp.CodeAction]:
    """The fixes of the findings at a place, an ignore for each, and all safe fixes at once."""
    uri = params.text_document.uri
    text, found = _found.get(uri, ("", []))
    rows = text.split("\n")
    only = params.context.only or []
    made: list[lsp.CodeAction] = []

    def wanted(kind: lsp.CodeActionKind) -> bool:
        return not only or any(kind.value == item or kind.value.startswith(f"{item}.") for item in map(str, only))

    def action(title: str, kind: lsp.CodeActionKind, edits: list[lsp.TextEdit], item: Finding | None = None) -> None:
        about = [_diagnostic(item, rows)] if item else None
        preferred = bool(item and item.fix_safety == "safe")
        change = lsp.WorkspaceEdit(changes={uri: edits})
        made.append(lsp.CodeAction(title, kind, about, preferred, edit=change))

    if wanted(lsp.CodeActionKind.QuickFix):
        for item in found:
            if not _inside(item, params.range):
                continue
            chosen = fixes.choose([item], text)
            if chosen:
                unsafe = " (unsafe)" if item.fix_safety == "unsafe" else ""
                action(f"{item.fix}{unsafe}", lsp.CodeActionKind.QuickFix, _edits(chosen, rows), item)
            comment = FindingEdit(
                (item.end_line, 1, item.end_line, 1), "comment", (f"# mlopslint: ignore[{item.code}]",)
            )
            if kind_of(_path(uri)) in ("python", "notebook"):
                from msgspec.structs import replace

                ignored = fixes.choose([replace(item, edits=(comment,))], text)
                action(f"Ignore {item.code} here", lsp.CodeActionKind.QuickFix, _edits(ignored, rows))
    if wanted(lsp.CodeActionKind.SourceFixAll):
        safe = fixes.choose([item for item in found if item.fix_safety == "safe"], text)
        if safe:
            action("Apply all safe fixes of mlopslint", lsp.CodeActionKind.SourceFixAll, _edits(safe, rows))
    return made


@server.feature(lsp.TEXT_DOCUMENT_HOVER)
def hover(params: lsp.HoverParams) -> lsp.Hover | None:
    """The pages of the rules that found something at this place."""
    text, found = _found.get(params.text_document.uri, ("", []))
    rows = text.split("\n")
    pages = []
    for item in found:
        where = _range(rows, (item.line, item.column, item.end_line, item.end_column))
        at = (params.position.line, params.position.character)
        if (where.start.line, where.start.character) <= at <= (where.end.line, where.end.character):
            rule = engine.rule(item.code)
            if rule is not None:
                pages.append(f"# {rule.code} {rule.name}\n\n{markdown(inspect.getdoc(type(rule)) or '')}")
    if not pages:
        return None
    return lsp.Hover(lsp.MarkupContent(lsp.MarkupKind.Markdown, "\n\n---\n\n".join(pages)))
