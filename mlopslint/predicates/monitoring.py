"""Predicates on monitoring and cost (MON, COS)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mlopslint.outcome import NOTHING, Outcome, found, half, no, yes
from mlopslint.patterns import late, remembered
from mlopslint.predicates.deployment import serving_code
from mlopslint.records import Evidence
from mlopslint.view import Hit

if TYPE_CHECKING:
    from mlopslint.judge import Judge


def has_service_or_pipeline(judge: Judge) -> Outcome:
    """MON003 applies: serving, or a pipeline that is deployed."""
    if judge.predicate("serving_defined").grade >= 1:
        return judge.predicate("serving_defined")
    uses = [
        use
        for use in judge.technologies.find(kinds=["pipeline"], rung=2)
        if use.name not in ("DVC", "DVC pipelines", "Snakemake", "MLflow Projects", "Kedro", "Luigi")
    ]
    if uses:
        return Outcome(1.0, uses[0].evidence, 3)
    dvc = [use for use in judge.technologies.find(kinds=["pipeline"], rung=3)]
    return Outcome(1.0, dvc[0].evidence, 3) if dvc else NOTHING


#: Keys that say how far something may grow or shrink.
_SCALE = r"(^|\.)(min_?(?:replicas|instances|workers|nodes|node_count|replica_count|Replicas|Scale)|minReplicas|minNodes|min_node_count|max_?(?:replicas|instances|workers|nodes|node_count|replica_count)|maxReplicas|maxNodes|autoscal\w*\.?\w*|autoScaler\.\w+|autoscaling\.\w+)$"


def autoscaling(judge: Judge) -> Outcome:
    """COS002: autoscaling is configured."""
    view = judge.view
    for hit in view.hits(
        "resource",
        "HorizontalPodAutoscaler",
        "ScaledObject",
        "VerticalPodAutoscaler",
        "aws_appautoscaling_*",
        "aws_autoscaling_*",
        "AWS::ApplicationAutoScaling::*",
        "google_compute_*autoscaler",
        "azurerm_monitor_autoscale_setting",
        "Microsoft.Insights/autoscale*",
        "KEDA*",
    ):
        return found([hit], 5, f"{hit.fact.name} scales")
    low: dict[str, tuple[Hit, float]] = {}
    for hit in view.search("key", _SCALE):
        match = re.search(_SCALE, hit.fact.name)
        assert match is not None
        if "available_node_types" in hit.fact.name:
            continue  # a Ray cluster, which computes
        if re.search(r"autoscal|autoScal", hit.fact.name):
            if str(hit.fact.value).lower() not in ("false", "none", "0"):
                return found([hit], 2, f"{hit.fact.name} is set")
            continue
        try:
            number = float(hit.fact.value)
        except (TypeError, ValueError):
            continue
        side = "max" if "max" in match.group(2).lower() else "min"
        key = f"{hit.path}:{hit.fact.name.rpartition('.')[0]}:{re.sub('min|max', '', match.group(2).lower())}"
        other = low.get(key + ("min" if side == "max" else "max"))
        if other and other[1] != number:
            return found([other[0], hit], 2, "minimum and maximum of replicas differ")
        low[key + side] = (hit, number)
    for hit in view.hits(
        "call",
        "*.AmlCompute.provisioning_configuration",
        "*.provisioning_configuration",
        "*.put_scaling_policy",
        "*.register_scalable_target",
        "google.cloud.aiplatform.*deploy",
        "*.deploy_configuration",
        "ray.serve.*",
        "modal.*",
    ):
        value = hit.fact.value or {}
        if (
            value.get("max_nodes")
            or value.get("autoscale_enabled")
            or value.get("max_replica_count")
            or "scal" in hit.fact.name
        ):
            return found([hit], 3, f"{hit.fact.name} scales")
    for hit in view.hits("decorator", "ray.serve.deployment", "bentoml.service"):
        if hit.get("autoscaling_config"):
            return found([hit], 3, "autoscaling_config is set")
    return no("the number of replicas or workers is fixed")


#: What a statement does: those that only read, and what is written where.
_STATEMENT = late(
    r"\s*(?:(?:select|with|create|drop|alter|set|delete|pragma|show)\b|(?:insert|replace|copy|merge)\b(?:\s+\w+)??(?:\s+into)?\s+[\"`]?([\w.]+))",
    re.I,
)
_ASKED = late(r"predict|infer|(?<![a-z])log|request|response|answer|feedback|(?<!store)result", re.I)


def _stores(hit: Hit) -> bool:
    """Whether a call of a common name writes to a database or a queue, rather than to a process or a web client."""
    last = hit.fact.name.rpartition(".")[2]
    text = f"{hit.fact.name} {hit.fact.value}"
    if last == "execute":
        statement = _STATEMENT.match(str(hit.get("0", "")))
        if statement and not (statement.group(1) and _ASKED.search(f"{statement.group(1)} {hit.get('in') or ''}")):
            return False
        return bool(re.search(r"insert|session|conn|cursor|\bdb\b|database|sqlite|psycopg|engine\.", text, re.I))
    if last in ("send", "publish"):
        return bool(re.search(r"kafka|produc|queue|topic|sqs|kinesis|pubsub|rabbit|pika|stream|broker", text, re.I))
    return True


_STORES = late(
    r"(save|store|log|record|add|write|insert|append)\w*_(predictions?|requests?|inferences?|database|db)(?![a-z])"
)


def prediction_logging(judge: Judge) -> Outcome:
    """MON008: requests and predictions are stored; batch outputs only are half."""
    view, concepts = judge.view, judge.concepts
    near = concepts.reach(serving_code(judge))
    for hit in view.hits(
        "call",
        "sagemaker.model_monitor.DataCaptureConfig",
        "*.DataCaptureConfig",
        "azureml.monitoring.*",
        "*.collect",
        "arize.*",
        "whylogs.*",
        "fiddler.*",
        "bentoml.monitor",
        "azureml.ai.monitoring.*",
        "*log_prediction*",
        "*save_prediction*",
        "*store_prediction*",
        "*.log_inference*",
        "*log_request*",
        "*.insert_one",
        "*.insert_many",
        "*record_prediction*",
        "langfuse.*",
        "langsmith.*",
        "ibm_watson_openscale.*store_records",
    ):
        if hit.fact.name.endswith(".collect") and "azureml" not in hit.fact.name:
            continue
        if hit.path in near or hit.fact.name.startswith(("sagemaker", "azureml", "arize", "bentoml", "ibm_watson")):
            return found([hit], 3, f"{hit.fact.name} stores predictions")
    for hit in view.hits("call", "*.add_task", ".add_task"):  # FastAPI's work after the answer is sent
        if hit.path in near and _STORES.search(str(hit.get("0", ""))):
            return found([hit], 3, f"{str(hit.get('0')).lstrip('$')} stores predictions")
    for hit in view.search(
        "key",
        r"(spec\.predictor\.logger\.|data_collector\.|enable_capture|inference_table|auto_capture_config|request_response_logging|EnableCapture)",
    ):
        if str(hit.fact.value).lower() != "false":
            return found([hit], 2, f"{hit.fact.name} is set")
    logged = [
        hit
        for hit in view.hits("call", "*.info", ".info", "*.log", ".log")
        if hit.path in near
        and hit.get("extra") is not None  # fields beside the text: a record, and not a remark
        and re.search(r"predict|inference", f"{hit.get('on', '')} {hit.get('0', '')}", re.I)
    ]
    if logged:
        return found(logged[:2], 3, "predictions go to a log as records").trusted("medium")
    writes = [
        hit
        for hit in view.hits(
            "call",
            "*.execute",
            "*.to_sql",
            ".to_sql",
            "*.commit",
            "*.session.add",
            "*.put_record",
            "*.put_item",
            "*.send",
            "*.produce",
            "csv.writer*",
            "*.insert_rows*",
            "*.publish",
        )
        if hit.path in near and _ASKED.search(f"{hit.fact.name} {hit.fact.value} {hit.path}") and _stores(hit)
    ]
    if writes:
        return found(writes[:2], 3, f"{writes[0].fact.name} stores requests").trusted("low")
    batches = [
        path
        for path in view.python_files
        if re.search(
            r"batch_?(score|scoring|predict|inference)|parallel_batch|(score|predict|inference)_batch", path, re.I
        )
    ]
    if batches:
        return half("only batch outputs are stored", [Evidence(batches[0])], 3, "medium")
    return no("requests and predictions are not stored")


def technology_in_use(judge: Judge, kinds: list[str], what: str, missing: str) -> Outcome:
    """Pass when a technology of one of these kinds is really used (not only imported), half when only declared."""
    uses = [
        use
        for use in judge.technologies.find(kinds=kinds, rung=2)
        if use.rung >= 3 or all("imported" not in item.detail for item in use.evidence)
    ]
    if uses:
        return Outcome(1.0, uses[0].evidence, max(uses[0].rung, 2), f"{uses[0].name} {what}")
    declared = judge.technologies.find(kinds=kinds)
    if declared:
        return half(f"{declared[0].name} is declared or imported, but not used", declared[0].evidence, declared[0].rung)
    return no(missing)


_MONITORS = late(r"(^|[/_-])monitor(s|ing)?(_\w+)?\.py$|(^|[/_-])(model_?)?monitor(s|ing)?/", re.I)


def model_monitored(judge: Judge) -> Outcome:
    """MON001: live model quality or prediction distribution is monitored; predictions only logged are half."""
    outcome = technology_in_use(
        judge, ["monitoring-model"], "monitors the model", "the model in service is not monitored"
    )
    if outcome.grade < 1:
        settings = _monitoring_settings(judge, r"^(model_)?monitoring_(objective|alert|skew|drift)_?config\w*$")
        if settings:
            return found(settings[:2], 3, "predictions are made with monitoring of the model")
        own = [
            hit
            for hit in judge.view.search("call", r"^(sklearn\.metrics|sktime\.performance_metrics|torchmetrics)\.")
            if _MONITORS.search(hit.path) and judge.view.kinds.get(hit.path) == "python"
        ]
        if own:
            return found(own[:2], 3, f"{own[0].path} measures the model's predictions").trusted("medium")
        exported = [hit for hit in judge.view.hits("call", *_METRICS) if _of_predictions(hit)]
        if exported and judge.predicate("serving_defined").grade >= 1:
            return found(exported[:2], 3, f"{exported[0].path} exports what the model predicts").trusted("medium")
    if (
        not outcome
        and judge.predicate("serving_defined").grade >= 1
        and judge.predicate("prediction_logging").grade >= 1
    ):
        logged = judge.predicate("prediction_logging")
        return half("predictions are only logged", logged.evidence, 3, logged.confidence)
    return outcome


_METRICS = tuple(f"prometheus_client.{kind}" for kind in ("Histogram", "Summary", "Gauge"))
_PREDICTED = late(
    r"(?<![a-z])(predict(ed|ions?)|model)[_ ](outputs?|values?|scores?|distribution|class(es)?|labels?|prob\w*|confidence)",
    re.I,
)
_TIMED = late(r"latency|duration|seconds|(?<![a-z])time", re.I)


def _of_predictions(hit: Hit) -> bool:
    """Whether a metric of a service is named for what its model says, and not for how long it takes."""
    text = " ".join(map(str, hit.fact.value.values())) if isinstance(hit.fact.value, dict) else ""
    return bool(_PREDICTED.search(text)) and not _TIMED.search(text)


def _monitoring_settings(judge: Judge, pattern: str) -> list[Hit]:
    """Calls that are given the configuration of a platform's monitoring by keyword."""
    keys = sorted(key for key in judge.view.keys("call") if re.match(pattern, key))
    return [hit for hit in judge.view.keyed("call", keys) if any(hit.get(key) is not None for key in keys)]


def _variants(judge: Judge, weight: Hit) -> int:
    """How many variants of one endpoint carry a weight: keys of a list have one name, and differ in their lines."""
    return len({fact.line for fact in judge.view.of(weight.path, "key") if fact.name == weight.fact.name})


_STEPWISE = r"(canary|blue[-_]?green|shadow[-_]?deploy|ab[-_]?test)[^/]*\.(ya?ml|tf|json|sh)$"


def progressive_delivery(judge: Judge) -> Outcome:
    """MON007: canary, shadow, blue/green or A/B of models."""
    uses = [
        use
        for use in judge.technologies.find(kinds=["progressive-delivery", "ab-testing"], rung=2)
        if use.rung >= 3 or all("imported" not in item.detail for item in use.evidence)
    ]
    if uses:
        return Outcome(1.0, uses[0].evidence, max(uses[0].rung, 2), f"{uses[0].name} shifts traffic step by step")
    for hit in judge.view.search(
        "key",
        r"(canaryTrafficPercent|(^|\.)traffic\.\w+|traffic_split|mirrorPercent\w*|mirror_traffic\.\w+|http\[\]\.route\[\]\.weight|rollout_strategy|InitialVariantWeight|initial_variant_weight|canary_percent|spec\.strategy\.canary\S*)$",
    ):
        if hit.fact.value in (100, None, "100", "IN_PLACE"):
            continue
        if re.search(r"(^|\.)traffic\.\w+$", hit.fact.name) and not re.fullmatch(r"\d+%?", str(hit.fact.value)):
            continue  # which revision gets it, and not how much
        if "ariant" in hit.fact.name and _variants(judge, hit) < 2:
            continue  # a weight of the only variant splits nothing
        if judge.view.roles[hit.path] == "source":
            return found([hit], 2, f"{hit.fact.name} is {hit.fact.value}")
    for hit in judge.view.hits(
        "call",
        "*.deploy",
        "*.create_endpoint_config",
        "*.begin_create_or_update",
        "*.production_variant",
        "sagemaker.*.ProductionVariant",
    ):
        value = hit.fact.value or {}
        if (
            value.get("traffic_split")
            or "InitialVariantWeight" in str(value)
            or value.get("traffic_percentage") not in (None, 100)
        ):
            return found([hit], 3, f"{hit.fact.name} splits traffic")
    named = [
        path for path in judge.view.entries if judge.view.roles[path] == "source" and remembered(_STEPWISE, re.I)[path]
    ]
    if named:
        return yes(f"{named[0]} delivers step by step", [Evidence(path) for path in named[:2]], 2, "low")
    return no("new models replace old ones at once")
