"""Kubernetes resources, and what is built on them (Argo, Tekton, KServe, Seldon, Kubeflow, Ray) -> facts."""

from __future__ import annotations

import re
from typing import Any

from mlopslint.facts.ci_base import image, image_parts, job_value, script, scripts, trigger, where
from mlopslint.facts.text import fold, text_of, texts
from mlopslint.facts.tree import as_list, as_map, dig, line_of, maps
from mlopslint.patterns import late
from mlopslint.records import Fact

#: Values looked at below one resource.
BUDGET = 5000
_PREDICTORS = frozenset(
    [
        "model",
        "sklearn",
        "xgboost",
        "lightgbm",
        "tensorflow",
        "pytorch",
        "triton",
        "onnx",
        "pmml",
        "paddle",
        "huggingface",
        "mlflow",
        "graph",
    ]
)


def kubernetes_facts(resource: dict[str, Any], depth: int = 0) -> list[Fact]:
    """Facts of one resource; those inside a ``List`` count each on their own."""
    kind, api = text_of(resource.get("kind"), 100), text_of(resource.get("apiVersion"), 100)
    if kind.endswith("List") and isinstance(resource.get("items"), list) and depth < 3:
        found = []
        for item in list(maps(resource["items"]))[:200]:
            found += kubernetes_facts(item, depth + 1)
        return found
    line = line_of(resource, "kind")
    metadata, spec = as_map(resource.get("metadata")), as_map(resource.get("spec"))
    name = text_of(metadata.get("name", metadata.get("generateName")), 200)
    facts = [
        Fact("document-type", f"{api}/{kind}", line),
        Fact("resource", kind, line, {"platform": "kubernetes", "api": api, "name": name}),
    ]
    facts += containers(spec if spec else resource, kind)
    facts += _schedules(kind, spec, name)
    group = api.partition("/")[0]
    if group == "argoproj.io" and kind in ("Workflow", "WorkflowTemplate", "CronWorkflow", "ClusterWorkflowTemplate"):
        facts += argo_stages(as_map(spec.get("workflowSpec")) or spec, "kubeflow" if _kubeflow(metadata) else "argo")
    elif group == "tekton.dev" or group == "triggers.tekton.dev":
        facts += _tekton(kind, resource, spec, name, line)
    elif kind == "Kustomization":
        for item in maps(resource.get("images")):
            reference = text_of(item.get("newName", item.get("name")), 200)
            tag = text_of(item.get("newTag", item.get("digest")), 100)
            facts += image(f"{reference}:{tag}" if tag else reference, line_of(item, "name"))
    return facts


def _kubeflow(metadata: dict[str, Any]) -> bool:
    names = [*as_map(metadata.get("annotations")), *as_map(metadata.get("labels"))]
    return any(str(name).startswith("pipelines.kubeflow.org") for name in names)


def containers(spec: Any, kind: str) -> list[Fact]:
    """Every container below ``spec``, wherever the resource keeps its pod templates."""
    facts: list[Fact] = []
    stack: list[tuple[Any, int]] = [(spec, 0)]
    visits = 0
    while stack and visits < BUDGET:
        value, depth = stack.pop()
        visits += 1
        if depth > 20:
            continue
        if isinstance(value, list):
            stack += [(item, depth + 1) for item in reversed(value[:500]) if isinstance(item, (dict, list))]
            continue
        for key, item in value.items():
            if key in ("containers", "initContainers", "sidecars") and isinstance(item, list):
                for entry in list(maps(item))[:100]:
                    facts += container(entry, kind, key == "initContainers")
            elif key in ("container", "script") and isinstance(item, dict) and "image" in item:
                facts += container({"name": value.get("name"), **item}, kind, line=line_of(item, "image"))
            elif (
                key in _PREDICTORS
                and isinstance(item, dict)
                and kind in ("InferenceService", "SeldonDeployment", "Model")
                and {"resources", "storageUri", "modelUri", "modelFormat"} & set(item)
            ):
                facts += container({"name": key, **item}, kind, line=line_of(value, key))
            if isinstance(item, (dict, list)) and key not in (
                "metadata",
                "openAPIV3Schema",
                "containers",
                "initContainers",
            ):
                stack.append((item, depth + 1))
    return facts


def container(entry: dict[str, Any], kind: str, init: bool = False, line: int = 0) -> list[Fact]:
    """One container and its image."""
    resources = as_map(entry.get("resources"))
    reference = text_of(entry.get("image"), 300)
    value: dict[str, Any] = {
        "image": fold(reference),
        "requests": texts(resources.get("requests")),
        "limits": texts(resources.get("limits")),
        "liveness": "livenessProbe" in entry or "startupProbe" in entry,
        "readiness": "readinessProbe" in entry,
        "of": kind,
    }
    if init:
        value["init"] = True
    at = line or line_of(entry, "name") or line_of(entry, "image")
    facts = [Fact("container", text_of(entry.get("name"), 200) or "without a name", at, value)]
    if reference:
        parts = {**image_parts(reference), "base": False, "of": kind}
        facts.append(Fact("image", fold(reference), line_of(entry, "image") or at, parts))
    return facts


def _schedules(kind: str, spec: dict[str, Any], name: str) -> list[Fact]:
    found: list[Fact] = []
    if kind in ("CronJob", "CronWorkflow", "ScheduledSparkApplication"):
        for key in ("schedule", "schedules"):
            for expression in texts(spec.get(key)):
                found.append(Fact("schedule", expression[:100], line_of(spec, key), {"of": name}))
    if kind == "ScheduledWorkflow":
        expression = text_of(dig(spec, "trigger", "cronSchedule", "cron"), 100)
        every = text_of(dig(spec, "trigger", "periodicSchedule", "intervalSecond"), 100)
        if expression or every:
            found.append(Fact("schedule", expression or f"every {every} s", line_of(spec, "trigger"), {"of": name}))
    return found


def argo_stages(spec: dict[str, Any], tool: str) -> list[Fact]:
    """Stages of an Argo workflow: tasks of its graphs, steps of its sequences, else its templates."""
    found: list[Fact] = []
    templates = [template for template in maps(spec.get("templates"))][:300]
    for template in templates:
        for task in maps(as_map(template.get("dag")).get("tasks")):
            needs = texts(task.get("dependencies")) or re.findall(r"[\w-]{2,}", text_of(task.get("depends")))
            value = {"needs": needs, "tool": tool, "cmd": text_of(task.get("template"), 200)}
            found.append(Fact("stage", text_of(task.get("name"), 200), line_of(task, "name"), value))
        before: list[str] = []
        for group in as_list(template.get("steps"))[:200]:
            current = []
            for step in maps(group if isinstance(group, list) else [group]):
                current.append(text_of(step.get("name"), 200))
                value = {"needs": before, "tool": tool, "cmd": text_of(step.get("template"), 200)}
                found.append(Fact("stage", current[-1], line_of(step, "name"), value))
            before = current or before
    if not found:
        for template in templates:
            value = {
                "needs": [],
                "tool": tool,
                "cmd": _command(as_map(template.get("container", template.get("script")))),
            }
            found.append(Fact("stage", text_of(template.get("name"), 200), line_of(template, "name"), value))
    commands = " ".join(_command(as_map(template.get("container", template.get("script")))) for template in templates)
    # a workflow that lints, tests or builds images is somebody's CI; one that trains is a pipeline
    ci = re.search(r"\b(pytest|ruff|flake8|unittest|kaniko|buildah|docker build|pre-commit)\b", commands)
    if ci and tool == "argo":
        found.append(Fact("ci", "argo-workflows", 1, {"name": "argo-workflows"}))
        found.append(Fact("ci-trigger", "push", 0, {"assumed": True}))
    for template in templates:
        body = as_map(template.get("container", template.get("script")))
        if body and ci and tool == "argo":
            name = text_of(template.get("name"), 200)
            found += script(_command(body), line_of(template, "name"), where(name, soft=False))
        elif body:
            found += script(
                _command(body),
                line_of(template, "name"),
                where("", soft=False, task=text_of(template.get("name"), 200)),
            )
    return found


def _command(body: dict[str, Any]) -> str:
    if isinstance(body.get("source"), str):
        return text_of(body["source"], 20_000) if "sh" in " ".join(texts(body.get("command"))) else ""
    words = [*texts(body.get("command")), *texts(body.get("args"))]
    if len(words) > 2 and words[0].rpartition("/")[2] in ("sh", "bash") and words[1].startswith("-"):
        return words[2]
    return " ".join(words)[:4000]


def _tekton(kind: str, resource: dict[str, Any], spec: dict[str, Any], name: str, line: int) -> list[Fact]:
    if kind not in (
        "Pipeline",
        "Task",
        "ClusterTask",
        "PipelineRun",
        "TaskRun",
        "TriggerTemplate",
        "EventListener",
        "Trigger",
    ):
        return []
    facts = [Fact("ci", "tekton", line, {"name": name})]
    spec = as_map(spec.get("pipelineSpec")) or as_map(spec.get("taskSpec")) or spec
    if kind in ("EventListener", "Trigger"):
        facts.append(trigger("push", line))
    for key in ("tasks", "finally"):
        for task in maps(spec.get(key)):
            job = text_of(task.get("name"), 200)
            facts.append(Fact("ci-job", job, line_of(task, "name"), job_value(needs=texts(task.get("runAfter")))))
            reference = as_map(task.get("taskRef"))
            if reference.get("name"):
                facts.append(Fact("action", text_of(reference["name"], 200), line_of(reference, "name"), where(job)))
            facts += _tekton_steps(as_map(task.get("taskSpec")), job)
    return facts + _tekton_steps(spec, name)


def _tekton_steps(spec: dict[str, Any], job: str) -> list[Fact]:
    facts: list[Fact] = []
    for step in maps(spec.get("steps")):
        label = text_of(step.get("name"), 200)
        soft = step.get("onError") == "continue"
        facts += image(step.get("image"), line_of(step, "image"), job=job)
        value = where(job, label, soft)
        if isinstance(step.get("script"), str):
            facts += scripts(step, "script", value)
        else:
            facts += script(_command(step), line_of(step, "command"), value)
    return facts


# ------------------------------------------------------------------------------- templates of Helm, which are no YAML

_LINE = late(r"^([ \t]*)(?:-[ \t]+)?([A-Za-z][\w$-]{1,60}):[ \t]*(.*?)[ \t]*$")
_SCALE = frozenset(
    [
        "replicas",
        "minReplicas",
        "maxReplicas",
        "minReplicaCount",
        "maxReplicaCount",
        "targetCPUUtilizationPercentage",
        "averageUtilization",
        "canaryTrafficPercent",
        "minAvailable",
        "maxUnavailable",
        "schedule",
        "suspend",
        "concurrencyPolicy",
        "path",
        "type",
    ]
)


def helm_facts(text: str) -> list[Fact]:
    """What the lines of a Helm template say, as far as each line says it alone."""
    facts: list[Fact] = []
    api = kind = ""
    current: dict[str, Any] | None = None
    for number, line in enumerate(text[:400_000].split("\n"), 1):
        if line.startswith("---"):
            api, kind, current = "", "", None
            continue
        match = _LINE.match(line)
        if match is None:
            continue
        indent, key, value = match.groups()
        value = value.strip("\"'")
        if key == "apiVersion" and not indent:
            api = value
        elif key == "kind" and not indent and re.fullmatch(r"[A-Z]\w{1,80}", value):
            kind = value
            facts.append(Fact("resource", kind, number, {"platform": "kubernetes", "api": fold(api, 100), "name": ""}))
        elif key == "containers":
            current = {"image": "", "requests": [], "limits": [], "liveness": False, "readiness": False, "of": kind}
            facts.append(Fact("container", "of a template", number, current))
        elif key == "image" and value:
            facts.append(
                Fact(
                    "image",
                    fold(value),
                    number,
                    {**image_parts(re.sub(r"\{\{.*?\}\}", "x", value)), "base": False, "of": kind},
                )
            )
            if current is not None:
                current["image"] = fold(value)
        elif key in ("livenessProbe", "startupProbe", "readinessProbe") and current is not None:
            current["readiness" if key == "readinessProbe" else "liveness"] = True
        elif key in ("requests", "limits") and current is not None:
            current[key] = ["cpu", "memory"]
        elif key == "resources" and current is not None and ("{{" in value or not value):
            current.setdefault("templated", True)
        elif key == "schedule" and value:
            facts.append(Fact("schedule", fold(value, 100), number, {"of": kind}))
        if key in _SCALE and value:
            facts.append(Fact("key", f"{kind}.{key}" if kind else key, number, fold(value, 200)))
        if len(facts) > 1000:
            break
    return facts
