"""The JSON result: the report record as it is, and its published schema."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from mlopslint.records import Report

#: The published schema, beside this module.
SCHEMA_FILE = Path(__file__).with_name("schema-1.0.json")


def render(report: Report) -> str:
    """The report as JSON, indented, ending in a newline."""
    return msgspec.json.format(msgspec.json.encode(report), indent=2).decode() + "\n"


def schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of the result, made from the records themselves."""
    made = msgspec.json.schema(Report)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "https://mlopslint.dev/schema/report-1.0.json",
        "title": "mlopslint result",
        "description": "What one run found: the repository, its verdicts with evidence, and how the models read them.",
        **made,
    }


def write_schema(path: Path = SCHEMA_FILE) -> None:
    """Write the schema file anew, after the records have changed."""
    path.write_bytes(msgspec.json.format(msgspec.json.encode(schema(), order="sorted"), indent=2) + b"\n")
