"""The JSON result is the record, and the published schema describes it."""

from __future__ import annotations

import json

import jsonschema
import msgspec
import pytest
import sample
from stored import compare

from mlopslint.records import Report
from mlopslint.report.json import SCHEMA_FILE, render, schema, write_schema


def test_golden(request: pytest.FixtureRequest) -> None:
    compare(request, "report.json", render(sample.report()))


def test_it_reads_back_as_the_same_report() -> None:
    assert msgspec.json.decode(render(sample.report()), type=Report) == sample.report()


def test_the_contract_keys_are_there() -> None:
    result = json.loads(render(sample.report()))
    assert list(result)[:6] == ["schema_version", "tool", "repository", "inventory", "assessment", "findings"]
    practice = result["assessment"]["practices"][3]
    assert practice["evidence"][0]["line"] is None
    assert {"code", "status", "level", "weight", "rung", "confidence", "reason", "remediation"} <= set(practice)
    assert result["assessment"]["roadmap"][0]["snippet"]["for"] == ["DVC"]


def test_the_schema_file_is_current(tmp_path) -> None:  # type: ignore[no-untyped-def]
    write_schema(tmp_path / "schema.json")
    assert SCHEMA_FILE.read_bytes() == (tmp_path / "schema.json").read_bytes(), (
        "run mlopslint.report.json.write_schema()"
    )


def test_a_result_is_valid_by_the_schema() -> None:
    validator = jsonschema.Draft202012Validator(schema())
    jsonschema.Draft202012Validator.check_schema(schema())
    assert {"$id", "title", "description"} <= set(schema())
    result = json.loads(render(sample.report()))
    assert [error.message for error in validator.iter_errors(result)] == []
    result["assessment"]["practices"][0]["status"] = "maybe"
    assert not validator.is_valid(result)
