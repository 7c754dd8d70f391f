"""Predicates on images, serving and endpoints (DEP, GOV007)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mlopslint.concepts import TRAIN_WORDS
from mlopslint.outcome import NOTHING, Outcome, found, half, no, not_applicable, yes
from mlopslint.patterns import late
from mlopslint.records import Evidence
from mlopslint.view import Hit

if TYPE_CHECKING:
    from mlopslint.judge import Judge


def serving_code(judge: Judge) -> list[str]:
    """Python files that serve predictions: web routes, scoring entry points and classes of serving frameworks."""
    view, concepts = judge.view, judge.concepts
    files = set(concepts.serving_files)
    for path in view.python_files:
        names = {f.name for f in view.of(path, "def")}
        if {"init", "run"} <= names and re.search(r"scor|infer|predict|serve", path, re.I):
            files.add(path)
        if (
            {"model_fn"} <= names
            or {"model_fn", "predict_fn"} <= names
            or re.search(r"(^|/)handler\.py$", path)
            and any(re.search(r"ts\.torch_handler|base_?handler$", f.name, re.I) for f in view.of(path, "base"))
        ):
            files.add(path)
    for use in judge.technologies.find(kinds=["serving-framework"], rung=3):
        files |= {
            item.path
            for item in use.evidence
            if view.kinds.get(item.path) == "python" and view.roles.get(item.path) == "source"
        }
    return sorted(files)


def serving_defined(judge: Judge) -> Outcome:
    """DEP002: an online API, batch scoring or streaming inference; a demo UI alone is half."""
    view = judge.view
    frameworks = [
        use
        for use in judge.technologies.find(kinds=["serving-framework"], rung=2)
        if use.rung >= 3 or all("imported" not in item.detail for item in use.evidence)
    ]
    if frameworks:
        return Outcome(
            1.0, frameworks[0].evidence, max(frameworks[0].rung, 3), f"{frameworks[0].name} serves the model"
        )
    files = serving_code(judge)
    if files:
        routes = [hit for hit in judge.concepts.routes if hit.path == files[0]]
        return yes(
            f"{files[0]} answers requests with predictions",
            [routes[0].evidence(f"route {routes[0].get('0', '')}") if routes else Evidence(files[0])],
            3,
        )
    stages = [
        hit
        for hit in judge.concepts.stage_names
        if re.search(
            r"batch_?(predict|score|inference|transform)|^(predict|score|inference|batch_inference)\w*$",
            hit.fact.name,
            re.I,
        )
    ]
    if stages:
        return found(stages[:2], 3, f"{stages[0].fact.name} scores in batches")
    batch = [
        path
        for path in view.python_files
        if re.search(
            r"batch_?(score|scoring|predict\w*|inference|transform)|(score|scoring|predict|inference)_?batch",
            path,
            re.I,
        )
    ]
    if batch:
        return yes(f"{batch[0]} scores in batches", [Evidence(path) for path in batch[:2]], 3, "medium")
    jobs = [
        path
        for path in view.python_files
        if re.search(
            r"(^|/)(jobs?|pipelines?|steps?|tasks?|flows?|dags?)/([^/]*_)?(inference|predict\w*|scor(e|ing))(_[^/]*)?\.py$",
            path,
            re.I,
        )
        and view.module(path).get("statements", 0) > 5
        and not any(TRAIN_WORDS.search(f.name) for f in view.of(path, "def"))
    ]
    if jobs and judge.concepts.training:
        return yes(f"{jobs[0]} scores in batches", [Evidence(path) for path in jobs[:2]], 3, "medium")
    streaming = judge.technologies.find(kinds=["streaming"], rung=3)
    if streaming and judge.concepts.predictions:
        paths = {item.path for item in streaming[0].evidence}
        if any(hit.path in paths for hit in judge.concepts.predictions):
            return Outcome(1.0, streaming[0].evidence, 3, f"predictions on {streaming[0].name}", "medium")
    demo = judge.technologies.find(kinds=["demo-ui"], rung=3)
    if demo:
        return half(f"a demo in {demo[0].name} only", demo[0].evidence, 3)
    return no("nothing serves predictions")


def online_serving(judge: Judge) -> Outcome:
    """An online endpoint: routes or a serving framework, rather than batches only."""
    outcome = judge.predicate("serving_defined")
    if outcome.grade < 1 or "in batches" in outcome.reason:
        return NOTHING
    return outcome


_TOOLS = late(
    r"(^|[/_.-])(postgres(ql)?|redis|mysql|mariadb|mongo(db)?|rabbitmq|zookeeper|kafka|elasticsearch|opensearch|minio|grafana|prometheus"
    r"|memcached|influxdb|localstack|pgadmin|adminer|mlflow|label-studio|jupyter|nginx|traefik)([-_.:@/]|$)"
)


def _own(hit: Hit) -> bool:
    """Whether a service of Compose may be the project's own, and is no database or tool that is started beside it."""
    return bool(hit.get("build")) or not _TOOLS.search(str(hit.get("image")))


def orchestrated(judge: Judge) -> Outcome:
    """DEP003: Kubernetes, serverless or a managed endpoint; Compose alone is half."""
    view = judge.view
    uses = [
        use
        for use in judge.technologies.find(kinds=["orchestration-platform", "kubernetes-ml"], rung=2)
        if use.name != "Docker Compose"
        and (use.rung >= 3 or all("imported" not in item.detail for item in use.evidence))
    ]
    if uses:
        return Outcome(1.0, uses[0].evidence, max(uses[0].rung, 2), f"{uses[0].name} is configured")
    types = [
        hit
        for hit in view.hits(
            "document-type",
            "anyscale-service*",
            "anyscale-job*",
            "ray-service*",
            "*OnlineEndpoint*",
            "*OnlineDeployment*",
            "managed-online*",
            "*skypilot*",
            "azureml-*endpoint*",
            "azureml-*deployment*",
            "*deployment-config*",
            "*ray-cluster*",
            "serverless*",
        )
    ]
    if types:
        return found(types[:2], 2, f"{types[0].path} configures a managed service")
    managed = [
        use
        for use in judge.technologies.find(kinds=["managed-ml"], rung=3)
        for item in use.evidence
        if re.search(r"endpoint|deploy|webservice", item.detail, re.I)
    ]
    if managed:
        return Outcome(1.0, managed[0].evidence, 3, f"{managed[0].name} runs the endpoint")
    for path in view.files("yaml"):
        keys = {f.name for f in view.of(path, "key")}
        if (
            {"computeType"} & keys
            or ("ray_serve_config.import_path" in keys)
            or any(k.startswith("ray_serve_config.") for k in keys)
            or ("cluster_env" in keys and "compute_config" in keys)
        ):
            return yes(f"{path} configures a managed service", [Evidence(path)])
    compose = sorted({hit.path for hit in view.hits("container") if hit.get("of") == "compose" and _own(hit)})
    if compose:
        return half(f"Docker Compose only ({compose[0]})", [Evidence(compose[0])])
    return no("nothing orchestrates containers or endpoints")


def images_pinned(judge: Judge) -> Outcome:
    """DEP007: base images with a version tag or digest."""
    loose, total = [], 0
    for path in judge.view.files("dockerfile"):
        for fact in judge.view.of(path, "image"):
            value = fact.value or {}
            if value.get("base") is False:
                continue  # files are copied from it
            total += 1
            tag = value.get("tag")
            if not value.get("digest") and (not tag or tag == "latest") and "$" not in fact.name:
                loose.append(Evidence(path, fact.line, fact.name))
    if not total:
        return not_applicable("no Dockerfile names a base image")
    if loose:
        return no(f"{len(loose)} of {total} base images have no version", loose[:4])
    return yes(f"all {total} base images have a version", [])
