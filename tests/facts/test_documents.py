"""Prose: layout and phrases; lists for git."""

from __future__ import annotations

import pytest

from mlopslint.facts import read
from mlopslint.records import Fact

README = b"""---
license: mit
tags: [a, b]
---
# My *Project* [link](http://x)

Some words here about it. The dataset was downloaded from Kaggle.

## Install

```bash
pip install mine
```

Usage
-----
Run this:

```
$ python train.py --lr 1
# not a heading
```

| Column | Description |
|---|---|
| a | b |

Please open a pull request. Licensed under the MIT license.
"""


def phrases(found: list[Fact]) -> dict[str, int]:
    return {fact.name: fact.line for fact in found if fact.kind == "phrase"}


def test_markdown() -> None:
    found = read("document", README)
    headings = [(f.name, f.line, f.value["level"], f.value["code"]) for f in found if f.kind == "heading"]
    assert headings == [("my project link", 5, 1, 0), ("install", 9, 2, 1), ("usage", 15, 2, 1)]
    document = next(f for f in found if f.kind == "document")
    assert document.name == "My *Project* link" and document.value["code"] == 2 and not document.value["template"]
    assert next(f for f in found if f.name == "my project link").value["words"] == 11
    assert {f.name: f.value for f in found if f.kind == "front-matter"} == {"license": "mit", "tags": "a, b"}
    assert phrases(found) == {
        "data-source": 7,
        "install-command": 12,
        "run-command": 20,
        "data-fields": 24,
        "pull-request": 28,
        "license-mention": 2,
    }


def test_rest() -> None:
    found = read(
        "document", b"=====\nTitle\n=====\n\nText\n\nPart\n----\n\n.. code-block:: python\n\n   import x\n\nMore\n"
    )
    assert [(f.name, f.value["code"]) for f in found if f.kind == "heading"] == [("title", 0), ("part", 1)]


def test_html_heading_and_template() -> None:
    found = read("document", b"<h1 align='center'>Name</h1>\n\n{{ cookiecutter.project }}\n")
    assert [f.name for f in found if f.kind == "heading"] == ["name"]
    assert next(f for f in found if f.kind == "document").value["template"]


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        ("Permission is hereby granted, free of charge, to any person", "license-text"),
        ("TERMS AND CONDITIONS FOR USE, REPRODUCTION, AND DISTRIBUTION", "license-text"),
        ("## Limitations\n\nIt is bad.", "limitations"),
        ("Out-of-scope use: all.", "intended-use"),
        ("Sign the CLA first.", "cla"),
        ("The columns are:\n\n- `age`: years\n- `sex`: m\n- `y`: target", "data-fields"),
        ("wget https://x.org/data/train.csv", "data-source"),
        ("Run `make train` now", "run-command"),
        ("| Column | Description |\n|---|---|\n| a | b |", "data-fields"),
    ],
)
def test_phrases(text: str, phrase: str) -> None:
    assert phrase in phrases(read("text", text.encode()))


def test_software_features_are_no_data_fields() -> None:
    text = b"# Tool\n\n## Features\n\n- **Fast**: yes\n- **Small**: yes\n- **Nice**: yes\n"
    assert "data-fields" not in phrases(read("document", text))


def test_utf16_and_large_text() -> None:
    assert [f.name for f in read("document", "# Titel".encode("utf-16")) if f.kind == "heading"] == ["titel"]
    assert not read("text", b"word " * 250_000)


def test_lists_for_git() -> None:
    assert [(f.name, f.line) for f in read("ignore", b"# x\n*.pkl\n\ndata/\n")] == [("*.pkl", 2), ("data/", 4)]
    found = read("attributes", b"*.bin filter=lfs diff=lfs -text\n")
    assert found == [Fact("attribute", "*.bin", 1, {"filter": "lfs", "diff": "lfs", "text": False})]
    assert read("codeowners", b"# c\n* @a @b\n") == [Fact("owner", "*", 2, ["@a", "@b"])]


@pytest.mark.parametrize(
    "text",
    [
        "The report's data can be obtained as a JSON string.",
        "| Use | What |\n|---|---|\n| [Catalogue](https://a.org/features/x) | of all types |\n\nText",
    ],
)
def test_what_says_nothing_of_the_data(text: str) -> None:
    assert not {"data-source", "data-fields"} & phrases(read("document", text.encode())).keys()
