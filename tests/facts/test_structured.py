"""YAML, JSON, TOML and INI of any purpose; and hostile bytes through every reader."""

from __future__ import annotations

import json
import time

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mlopslint.facts import READERS, read
from mlopslint.records import Fact

KINDS = sorted(set(READERS) - {"python", "notebook"})
PARSED = [
    k for k in KINDS if READERS[k][0] in ("ci", "ci_more", "structured", "tasks", "versioned", "images", "manifests")
]


def keys(found: list[Fact]) -> dict[str, object]:
    return {fact.name: fact.value for fact in found if fact.kind == "key"}


def names(found: list[Fact], kind: str) -> list[str]:
    return [fact.name for fact in found if fact.kind == kind]


def test_keys() -> None:
    found = read("yaml", b"a:\n  b:\n    - c: 1\n    - {c: 3.10}\non: yes\npassword: hunter2\nt: !Ref x\nd: 1\nd: 2\n")
    assert [(f.name, f.line, f.value) for f in found if f.kind == "key"] == [
        ("a.b[].c", 3, 1),
        ("a.b[].c", 4, "3.10"),
        ("on", 5, True),
        ("password", 6, None),
        ("t", 7, "x"),
        ("d", 9, 2),
    ]
    assert keys(read("json", b'{\n "a": {"b": [1, 2]},\n "max_tokens": 5}')) == {"a.b[]": 2, "max_tokens": 5}
    found = read("toml", b'[a.b]\nc = 1\n[[x]]\ny = "z"\n')
    assert [(f.name, f.line, f.value) for f in found if f.kind == "key"] == [("a.b.c", 2, 1), ("x[].y", 4, "z")]
    assert keys(read("ini", b"[flake8]\nmax-line-length = 100\n")) == {"flake8.max-line-length": "100"}
    found = read("ini", b"API_URL=http://x\nexport DB_PASSWORD='hunter2'\n")
    assert keys(found) == {"API_URL": None, "DB_PASSWORD": None}


def test_credentials_by_neighbour() -> None:
    text = b"env:\n- name: DB_PASSWORD\n  value: hunter2\n- {name: X, value: y}\nargs: ['API_TOKEN=hunter2']\n"
    found = keys(read("yaml", text))
    assert found["env[].value"] == "y" and "hunter2" not in str(found)


def test_kubernetes() -> None:
    text = b"""apiVersion: v1
kind: List
items:
- apiVersion: apps/v1
  kind: Deployment
  metadata: {name: api}
  spec:
    template:
      spec:
        containers:
        - name: main
          image: repo/api:1.0
          resources: {limits: {cpu: 1}, requests: {cpu: 1, memory: 1Gi}}
          readinessProbe: {httpGet: {path: /}}
---
apiVersion: batch/v1
kind: CronJob
metadata: {name: train}
spec:
  schedule: "0 1 * * *"
"""
    found = read("yaml", text)
    assert names(found, "resource") == ["Deployment", "CronJob"]
    container = next(f for f in found if f.kind == "container")
    assert container.name == "main" and container.line == 11
    assert container.value == {
        "image": "repo/api:1.0",
        "requests": ["cpu", "memory"],
        "limits": ["cpu"],
        "liveness": False,
        "readiness": True,
        "of": "Deployment",
    }
    assert names(found, "image") == ["repo/api:1.0"] and names(found, "schedule") == ["0 1 * * *"]


def test_inference_service_and_argo() -> None:
    text = (
        b"apiVersion: serving.kserve.io/v1beta1\nkind: InferenceService\n"
        b"spec:\n  predictor:\n    model:\n      storageUri: s3://x\n"
    )
    assert names(read("yaml", text), "container") == ["model"]
    text = (
        b"apiVersion: argoproj.io/v1alpha1\nkind: CronWorkflow\nspec:\n  schedule: '@daily'\n  workflowSpec:\n"
        b"    templates:\n    - name: main\n"
        b"      dag: {tasks: [{name: a, template: t}, {name: b, template: t, dependencies: [a]}]}\n"
    )
    found = read("yaml", text)
    assert [(f.name, f.value["needs"]) for f in found if f.kind == "stage"] == [("a", []), ("b", ["a"])]
    assert names(found, "schedule") == ["@daily"]


def test_tekton() -> None:
    text = b"apiVersion: tekton.dev/v1\nkind: Task\nspec:\n  steps:\n  - {name: s, image: python, script: pytest}\n"
    found = read("yaml", text)
    assert names(found, "ci") == ["tekton"] and names(found, "command") == ["pytest"]


def test_helm_template_is_no_error() -> None:
    text = b"""{{- if .Values.on }}
apiVersion: apps/v1
kind: Deployment
spec:
  replicas: {{ .Values.n }}
  template:
    spec:
      containers:
        - name: x
          image: "{{ .Values.image }}:{{ .Values.tag }}"
          livenessProbe: {{ toYaml .Values.p | nindent 12 }}
{{ include "x" . | indent 2 }}
{{- end }}
"""
    found = read("yaml", text)
    assert not names(found, "error")
    assert names(found, "resource") == ["Deployment"]
    assert names(found, "image") == ["{{ .Values.image }}:{{ .Values.tag }}"]
    assert next(f for f in found if f.kind == "container").value["liveness"]
    broken = b"apiVersion: v1\nkind: Pod\n  {{ x }}: [\nspec:\n  containers:\n    image: a:1\n"
    found = read("yaml", broken)
    assert not names(found, "error") and names(found, "resource") == ["Pod"] and names(found, "image") == ["a:1"]


def test_broken_files_are_one_error() -> None:
    assert names(read("yaml", b"a: [1\nb: }"), "error")[0].startswith("not valid YAML: line 2")
    assert names(read("json", b'{"a": '), "error")[0].startswith("not valid JSON")
    assert names(read("toml", b"a = \n"), "error")[0].startswith("not valid TOML")


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        ("yaml", "AWSTemplateFormatVersion: x\nResources: {B: {Type: 'AWS::S3::Bucket'}}", "AWSTemplateFormatVersion"),
        ("json", '{"$schema": "https://x/deploymentTemplate.json#", "resources": [{"type": "A/b"}]}', "arm-template"),
        ("json", '{"panels": [], "schemaVersion": 30}', "grafana-dashboard"),
        ("json", '{"expectation_suite_name": "x", "expectations": [{}]}', "expectation-suite"),
        ("json", '{"Version": "2020-12-01", "Steps": [{"Name": "a", "Type": "Training"}]}', "sagemaker-pipeline"),
        ("yaml", "groups: [{name: g, rules: [{alert: A, expr: x}]}]", "prometheus-rules"),
        ("yaml", "route: {}\nreceivers: []", "alertmanager"),
        ("yaml", "version: 2\nmodels: [{name: m, columns: [{name: c, tests: [unique]}]}]", "dbt-schema"),
        ("yaml", "checks for t: [row_count > 0]", "soda-checks"),
        ("yaml", "defaults: [_self_]\nmodel: {_target_: x.Y}", "hydra-config"),
        ("yaml", "openapi: 3.0.0\npaths: {}", "openapi"),
        ("yaml", "- hosts: all\n  tasks: []", "ansible-playbook"),
        ("yaml", "cluster_name: x\nprovider: {type: aws}", "ray-cluster"),
        ("yaml", "build: {python_version: '3.11'}\npredict: predict.py:P", "cog"),
        ("yaml", "service: s:svc\ninclude: ['*.py']", "bentofile"),
        ("yaml", "bundle: {name: x}\nresources: {jobs: {j: {tasks: [{task_key: a}]}}}", "databricks-bundle"),
        ("yaml", "apiVersion: backstage.io/v1alpha1\nkind: Component", "backstage.io/v1alpha1/Component"),
        ("yaml", "updates: [{package-ecosystem: pip}]\nversion: 2", "dependabot"),
    ],
)
def test_document_types(kind: str, text: str, expected: str) -> None:
    assert names(read(kind, text.encode()), "document-type") == [expected]


def test_conda_under_another_name() -> None:
    assert "numpy" in names(read("yaml", b"name: x\nchannels: [a]\ndependencies: [numpy=1.2.3]\n"), "dependency")


def _bomb() -> bytes:
    lines = ["a: &a [x,x,x,x,x,x,x,x,x]"]
    for above, name in zip("abcdefgh", "bcdefghi", strict=True):
        lines.append(f"{name}: &{name} [{','.join([f'*{above}'] * 9)}]")
    return "\n".join([*lines, "jobs: *i", "on: *i", "stages: *i", "steps: *i"]).encode()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "data",
    [
        _bomb(),
        b"a: &a [*a, *a]\njobs: *a\n",
        b"[" * 100_000,
        b"- " * 100_000,
        b"{" * 50_000,
        b'{"a":' * 50_000,
        "\n".join(" " * i + "a:" for i in range(2000)).encode(),
        b"a" * 200_000,
        b"$(" * 50_000,
        b'"' * 50_001,
        b"(" * 50_000,
        b"`" * 50_001,
        b"\\\n" * 50_000,
        b"<" * 100_000,
        b"- [x](" * 20_000,
        b"a: b\n" * 30_000,
        b"#" * 100_000,
        b"= " * 50_000,
        b" " * 200_000 + b"x",
        b"sh '" * 20_000,
        b"${{" * 30_000,
        b"<dependency>" * 10_000,
    ],
    ids=range(22),
)
def test_hostile_input_is_bounded(kind: str, data: bytes) -> None:
    began = time.perf_counter()
    found = read(kind, data)
    assert time.perf_counter() - began < 5
    msgspec.msgpack.encode(found)


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@pytest.mark.parametrize("kind", KINDS)
@given(data=st.one_of(st.binary(max_size=400), st.text(max_size=400).map(lambda text: text.encode("utf-8", "replace"))))
def test_any_bytes(kind: str, data: bytes) -> None:
    found = read(kind, data)
    assert all(isinstance(fact, Fact) for fact in found)
    msgspec.msgpack.encode(found)
    assert not any("could not be read" in fact.name for fact in found if fact.kind == "error"), found


_NAMES = str.split(
    "on jobs steps run uses with needs script stages stage image name trigger rules include dependencies tasks hooks"
    " repos apiVersion kind spec containers Resources Type env services build phases pipelines default workflows"
    " permissions schedule schedules cron branches parameters resources environment strategy deploy plugins when bundle"
    " templates dag metadata cmd deps outs panels"
)
_WORDS = st.sampled_from(
    [*_NAMES, *str.split("- : [ ] { } | > ' \" \\ $( ) # && || ; <<X true 1 &a *a !r @ = =="), "\n", "\t"]
)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@pytest.mark.parametrize("kind", KINDS)
@given(words=st.lists(_WORDS, max_size=60), separator=st.sampled_from([" ", "\n", ": ", "\n  "]))
def test_words_of_the_formats(kind: str, words: list[str], separator: str) -> None:
    found = read(kind, separator.join(words).encode())
    msgspec.msgpack.encode(found)
    assert not any("could not be read" in fact.name for fact in found if fact.kind == "error"), found


_VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(_NAMES), inner, max_size=4)),
    max_leaves=12,
)


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@pytest.mark.parametrize("kind", PARSED)
@given(value=_VALUES)
def test_known_keys_with_unexpected_values(kind: str, value: object) -> None:
    found = read(kind, json.dumps(value).encode())
    msgspec.msgpack.encode(found)
    assert not any("could not be read" in fact.name for fact in found if fact.kind == "error"), found


def test_half_characters_are_mended() -> None:
    msgspec.msgpack.encode(read("json", b'{"a": "\\ud800", "\\udfff": 1}'))
    msgspec.msgpack.encode(read("package-json", b'{"name": "\\ud800", "scripts": {"\\udfff": "\\ud800"}}'))
