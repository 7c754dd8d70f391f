"""Each small case: the practice holds in the first repository and does not in the second."""

from __future__ import annotations

import pytest
from practice_cases import CASES, EDGES

from mlopslint import Config, review


def verdict(folder, code):
    report = review(str(folder), config=Config(), jobs=1)
    return next(v for v in report.assessment.practices if v.code == code)


@pytest.mark.parametrize("code", CASES)
def test_it_passes_where_it_holds(code, make_repo):
    found = verdict(make_repo(CASES[code][0]), code)
    assert found.status == "pass", found.reason


@pytest.mark.parametrize("code", CASES)
def test_it_does_not_pass_where_it_does_not_hold(code, make_repo):
    found = verdict(make_repo(CASES[code][1]), code)
    assert found.status in ("fail", "partial"), found.reason
    assert found.reason


@pytest.mark.parametrize("edge", EDGES)
def test_what_lies_at_the_edge(edge, make_repo):
    code, status, files = EDGES[edge]
    found = verdict(make_repo(files), code)
    assert found.status == status, found.reason


def test_the_verb_agrees_with_the_tools_name(make_repo):
    call = "import boto3\n\nboto3.client('sagemaker').create_endpoint(EndpointName='a')\n"
    assert verdict(make_repo({"serve.py": call}), "DEP002").reason == "SageMaker endpoints serve the model"
