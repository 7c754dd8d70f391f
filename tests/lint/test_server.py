"""The language server, driven by a real client over standard input and output."""

from __future__ import annotations

import asyncio
import sys
import warnings

import pytest

pytest.importorskip("pygls", reason="the extra 'server' is not installed")

from lsprotocol import types as lsp
from pygls.lsp.client import BaseLanguageClient

SPLIT = "from sklearn.model_selection import train_test_split\n"
BAD = SPLIT + "é = '😀'; a, b = train_test_split(x)\n"


class Client(BaseLanguageClient):
    """A client that keeps the diagnostics it is sent."""

    def __init__(self):
        super().__init__("test", "1")
        self.diagnostics = {}
        self.news = asyncio.Event()

        @self.feature(lsp.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
        def published(params):
            self.diagnostics[params.uri] = params.diagnostics
            self.news.set()

    async def wait(self):
        await asyncio.wait_for(self.news.wait(), 20)
        self.news.clear()


def session(steps, folder):
    async def whole():
        client = Client()
        await client.start_io(sys.executable, "-m", "mlopslint", "server")
        await client.initialize_async(lsp.InitializeParams(lsp.ClientCapabilities(), root_uri=folder.as_uri()))
        client.initialized(lsp.InitializedParams())
        try:
            return await steps(client)
        finally:
            await client.shutdown_async(None)
            client.exit(None)
            await client.stop()

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        warnings.simplefilter("ignore", DeprecationWarning)
        return asyncio.run(whole())


def apply(text, edits):
    rows = text.split("\n")
    for edit in sorted(edits, key=lambda e: (e.range.start.line, e.range.start.character), reverse=True):
        assert edit.range.start.line == edit.range.end.line
        row = rows[edit.range.start.line].encode("utf-16-le")
        row = (
            row[: edit.range.start.character * 2]
            + edit.new_text.encode("utf-16-le")
            + row[edit.range.end.character * 2 :]
        )
        rows[edit.range.start.line] = row.decode("utf-16-le")
    return "\n".join(rows)


def test_diagnostics_fixes_and_pages(tmp_path):
    path = tmp_path / "train.py"
    path.write_text("x = 1\n")
    uri = path.as_uri()

    async def steps(client):
        client.text_document_did_open(
            lsp.DidOpenTextDocumentParams(lsp.TextDocumentItem(uri, lsp.LanguageKind.Python, 1, BAD))
        )
        await client.wait()
        (found,) = [item for item in client.diagnostics[uri] if item.code == "VER101"]
        # columns count UTF-16 units: the emoji is two
        start = len("é = '😀'; a, b = ".encode("utf-16-le")) // 2
        assert (found.range.start.line, found.range.start.character) == (1, start)
        assert found.source == "mlopslint" and found.severity == lsp.DiagnosticSeverity.Warning
        document = lsp.TextDocumentIdentifier(uri)
        actions = await client.text_document_code_action_async(
            lsp.CodeActionParams(document, found.range, lsp.CodeActionContext([found]))
        )
        titles = {action.title: action for action in actions}
        fix = titles["Add random_state=42 (unsafe)"]
        assert apply(BAD, fix.edit.changes[uri]).endswith("train_test_split(x, random_state=42)\n")
        ignore = titles["Ignore VER101 here"]
        assert apply(BAD, ignore.edit.changes[uri]).endswith("# mlopslint: ignore[VER101]\n")
        page = await client.text_document_hover_async(lsp.HoverParams(document, lsp.Position(1, start + 3)))
        assert page.contents.kind == lsp.MarkupKind.Markdown
        assert "# VER101 split-unseeded" in page.contents.value and "```python" in page.contents.value
        assert await client.text_document_hover_async(lsp.HoverParams(document, lsp.Position(0, 0))) is None
        client.text_document_did_change(
            lsp.DidChangeTextDocumentParams(
                lsp.VersionedTextDocumentIdentifier(2, uri),
                [lsp.TextDocumentContentChangeWholeDocument(BAD.replace("(x)", "(x, random_state=1)"))],
            )
        )
        await client.wait()
        assert not client.diagnostics[uri]

    session(steps, tmp_path)


def test_the_cells_of_a_notebook_share_their_names(tmp_path):
    notebook = (tmp_path / "n.ipynb").as_uri()
    uris = [f"vscode-notebook-cell:{notebook.removeprefix('file://')}#{i}" for i in range(2)]

    async def steps(client):
        cells = [lsp.NotebookCell(lsp.NotebookCellKind.Code, uri) for uri in uris]
        texts = [SPLIT, "a, b = train_test_split(x)"]
        documents = [
            lsp.TextDocumentItem(uri, lsp.LanguageKind.Python, 1, text) for uri, text in zip(uris, texts, strict=True)
        ]
        client.notebook_document_did_open(
            lsp.DidOpenNotebookDocumentParams(lsp.NotebookDocument(notebook, "jupyter-notebook", 1, cells), documents)
        )
        while len(client.diagnostics) < 2:
            await client.wait()
        assert not client.diagnostics[uris[0]]
        assert "VER101" in {item.code for item in client.diagnostics[uris[1]]}

    session(steps, tmp_path)
