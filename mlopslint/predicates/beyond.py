"""Predicates on what the published models ask beyond the ladder."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mlopslint.commands import all_commands, ci_commands
from mlopslint.outcome import Outcome, found, half, no, yes
from mlopslint.predicates.training import trains_by_command
from mlopslint.records import Evidence
from mlopslint.view import Hit

if TYPE_CHECKING:
    from mlopslint.judge import Judge


def data_ingestion(judge: Judge) -> Outcome:
    """AUT008: data is gathered by a pipeline stage or a script rather than by hand."""
    view = judge.view
    stages = [
        hit
        for hit in judge.concepts.stage_names
        if re.search(
            r"ingest|extract|download|load_data|fetch|import_data|get_data|collect|acquire", hit.fact.name, re.I
        )
    ]
    if stages:
        return found(stages[:2], 3, f"{stages[0].fact.name} gathers the data")
    imports = [hit for hit in view.hits("pointer", "dvc") if hit.get("imported")]
    if imports:
        return found(imports[:1], 3, "dvc import gathers the data")
    names = [
        hit
        for hit in view.hits("def")
        if view.kinds.get(hit.path) == "python"
        and re.search(
            r"ingest|download_data|fetch_data|load_from_(s3|gcs|db)|extract_data|get_dataset|download_(dataset|and)|pull_data",
            hit.fact.name,
            re.I,
        )
    ]
    connectors = [
        hit
        for hit in view.hits(
            "call",
            "boto3.*",
            "google.cloud.bigquery.*",
            "google.cloud.storage.*",
            "sqlalchemy.create_engine",
            "azure.storage.blob.*",
            "snowflake.connector.*",
            "kaggle.*",
            "dlt.*",
            "pandas.read_sql*",
            "pandas.read_gbq",
            "datasets.load_dataset",
            "psycopg2.connect",
            "kagglehub.*",
            "sklearn.datasets.fetch_*",
            "torchvision.datasets.*",
            "tensorflow_datasets.load",
            "urllib.request.urlretrieve",
            "requests.get",
            "gdown.download",
            "wget.download",
        )
        if view.kinds.get(hit.path) == "python"
        and re.search(
            r"data|ingest|load|fetch|download|etl|extract|source|import|train", f"{hit.path} {hit.get('in', '')}", re.I
        )
    ]
    if names:
        return found(names[:2], 3, f"{names[0].fact.name} gathers the data").trusted("medium")
    if connectors:
        return found(connectors[:2], 3, f"{connectors[0].fact.name} gathers the data").trusted("medium")
    return no("data is gathered by hand")


def data_triggered(judge: Judge) -> Outcome:
    """AUT009: new data starts training."""
    view = judge.view
    hits = [
        hit
        for hit in view.hits(
            "call",
            "airflow.datasets.Dataset",
            "airflow.*.Asset",
            "airflow.*S3KeySensor",
            "*.S3KeySensor",
            "*.GCSObjectExistenceSensor",
            "*FileSensor",
            "*.FileSystemEventHandler",
            "azureml.pipeline.core.Schedule.create",
        )
        if hit.fact.name != "azureml.pipeline.core.Schedule.create" or hit.get("datastore")
    ]
    hits += list(view.hits("decorator", "dagster.sensor", "dagster.asset_sensor", "metaflow.trigger", "*.on_s3_event"))
    resources = [
        hit
        for hit in view.hits(
            "resource",
            "aws_s3_bucket_notification",
            "google_eventarc_trigger",
            "azurerm_eventgrid_event_subscription",
            "EventSource",
            "argoproj.io/Sensor",
            "Sensor",
            "Microsoft.EventGrid/*",
        )
    ]
    paths = [
        hit
        for hit in view.hits("ci-trigger", "push")
        if any(re.search(r"data|\.dvc", str(item)) for item in hit.get("paths") or ())
    ]
    dispatch = list(view.hits("ci-trigger", "repository_dispatch"))
    some = hits + resources + dispatch + paths
    if some and judge.predicate("trains"):
        return found(some[:3], 5, f"{some[0].fact.name} starts the pipeline").trusted("medium")
    return no("new data starts nothing")


def drift_triggered(judge: Judge) -> Outcome:
    """AUT010: drift or a worse model starts training."""
    view = judge.view
    starts = re.compile(
        r"trigger|dispatch|retrain|start_pipeline|run_deployment|start_execution|submit|create_run|dvc|workflow", re.I
    )
    for hit in view.hits("branch", "*drift*", "*degrad*", "*threshold*", "*psi*"):
        then = [str(item) for item in hit.get("then") or ()]
        if re.search(r"drift|degrad|psi|monitor", f"{hit.fact.name} {hit.get('in', '')} {hit.path}", re.I) and any(
            starts.search(item) for item in then
        ):
            return found([hit], 5, f"{hit.fact.name} starts training")
    run = ci_commands(view)
    drifts = [command for command in run if re.search(r"drift|monitor", command.line, re.I)]
    trains = (
        [other for other in run if re.search(r"train|dvc repro|gh workflow run|dispatch", other.line, re.I)]
        if drifts
        else []
    )
    for command in drifts:
        for other in trains:
            if other.hit.path == command.hit.path and other.line != command.line:
                return yes("a drift check in CI starts training", [command.evidence(), other.evidence()], 5, "medium")
    for hit in view.hits(
        "call",
        "*.TriggerDagRunOperator",
        "*TriggerDagRunOperator",
        "*.run_deployment",
        "*.repository_dispatch",
        "*.create_dispatch_event",
    ):
        if re.search(r"drift|monitor|retrain", f"{hit.path} {hit.fact.value}", re.I):
            return found([hit], 5, f"{hit.fact.name} starts training")
    return no("neither drift nor a worse model starts training")


def on_demand(judge: Judge) -> Outcome:
    """AUT011: training can be started on demand by whoever may."""
    manual = list(judge.view.hits("ci-trigger", "manual", "workflow_dispatch", "api", "web", "trigger"))

    trains = [c for c in ci_commands(judge.view) if trains_by_command(c.line)]
    both = [hit for hit in manual if any(c.hit.path == hit.path or c.via for c in trains)]
    if both:
        return found(both[:2], 4, "a manual trigger starts training")
    tasks = [hit for hit in judge.view.hits("task") if re.search(r"train|pipeline|repro", hit.fact.name, re.I)]
    stages = [hit for hit in judge.view.hits("stage") if re.search(r"train", hit.fact.name, re.I)]
    uses = judge.technologies.find(kinds=["pipeline"], rung=3)
    if uses and judge.predicate("trains"):
        return Outcome(1.0, uses[0].evidence, 3, f"{uses[0].name} starts training on demand", "medium")
    if tasks or stages:
        return half(
            f"{(tasks or stages)[0].fact.name} starts training from a checkout only",
            [(tasks or stages)[0].evidence()],
            3,
        )
    return no("nothing starts training on demand")


def managed_compute(judge: Judge) -> Outcome:
    """DEP008: compute for training or serving is defined in the repository."""
    view = judge.view
    hits = list(
        view.hits(
            "resource",
            "PyTorchJob",
            "TFJob",
            "RayCluster",
            "RayJob",
            "MPIJob",
            "aws_sagemaker_*",
            "google_vertex_ai_*",
            "azurerm_machine_learning_compute*",
            "databricks_cluster",
            "databricks_job",
            "AWS::SageMaker::*",
            "Microsoft.MachineLearningServices/*",
            "google_container_node_pool",
            "azurerm_kubernetes_cluster*",
            "aws_eks_*",
            "aws_batch_*",
            "Job",
            "CronJob",
            "Notebook",
        )
    )
    calls = [
        hit
        for hit in view.hits(
            "call",
            "sagemaker.*",
            "google.cloud.aiplatform.*",
            "azureml.core.compute.*",
            "azure.ai.ml.*",
            "sky.*",
            "modal.*",
            "ray.train.*",
            "ray.*.ScalingConfig",
            "*.provisioning_configuration",
        )
        if any(
            key in (hit.fact.value or {})
            for key in (
                "instance_type",
                "machine_type",
                "vm_size",
                "compute",
                "gpu",
                "accelerator_type",
                "num_workers",
                "min_nodes",
                "max_nodes",
                "scaling_config",
            )
        )
    ]
    keys = [
        hit
        for hit in view.search(
            "key",
            r"(^|\.)(instance_type|machine_type|vm_size|compute|node_type_id|accelerators|accelerator_type|cluster_compute|head_node_type\.\w+|worker_node_types\[\]\.\w+)$",
        )
        if hit.fact.value
    ]
    sbatch = [
        path
        for path in view.files("shell")
        if any(f.name.startswith("sbatch") for f in view.of(path, "command")) or path.endswith((".slurm", ".sbatch"))
    ]
    if hits or calls or keys:
        some = hits or calls or keys
        return found(some[:3], 3, f"{some[0].path} defines compute")
    if sbatch:
        return yes(f"{sbatch[0]} asks Slurm for compute", [Evidence(sbatch[0])])
    return no("compute is not defined in the repository")


def rollback(judge: Judge) -> Outcome:
    """DEP009: a way back to the previous model is defined."""
    view = judge.view
    commands = [
        c
        for c in all_commands(view)
        if re.search(r"rollback|--atomic|rollout undo|--rollback-on-failure", c.line, re.I)
    ]
    hits = list(
        view.hits("resource", "AnalysisTemplate", "Canary", "Rollout", "argoproj.io/Rollout", "flagger.app/Canary")
    )
    keys = [
        hit
        for hit in view.search("key", r"(?i)rollback|AutoRollbackConfiguration|revisionHistoryLimit")
        if hit.fact.value not in (False, None)
    ]
    calls = (
        [
            hit
            for hit in view.hits("call")
            if re.search(r"rollback|AutoRollbackConfig", hit.fact.name, re.I)
            and not re.search(r"session|conn|db|cursor|transaction", hit.fact.name, re.I)
        ]
        if not (commands or hits or keys)
        else []
    )
    jobs = [hit for hit in view.hits("ci-job") if re.search(r"roll_?back|revert", hit.fact.name, re.I)]
    files = [
        path
        for path in view.entries
        if re.search(r"roll[-_]?back", path.rpartition("/")[2], re.I) and view.roles[path] == "source"
    ]
    if commands or hits or keys or jobs or calls:
        evidence = [c.evidence() for c in commands[:2]] + [hit.evidence() for hit in (hits + keys + jobs + calls)[:2]]
        return yes("a rollback is defined", evidence, 4, "medium")
    if files:
        return yes(f"{files[0]} rolls back", [Evidence(files[0])], 3, "low")
    return no("no way back to the previous model is defined")


def zero_downtime(judge: Judge) -> Outcome:
    """DEP010: replicas, rolling updates and disruption budgets keep the service up; one of them is half."""
    view = judge.view
    scaled = judge.predicate("autoscaling")
    budget = list(view.hits("resource", "PodDisruptionBudget"))
    rolling = [
        hit
        for hit in view.search(
            "key",
            r"(strategy\.type|rollingUpdate\.maxUnavailable|maxSurge|initial_instance_count|minReplicas|min_replica_count|multi_az|instance_count)$",
        )
        if str(hit.fact.value) not in ("Recreate", "1", "None")
    ]
    replicas = [
        hit
        for hit in view.search("key", r"(^|\.)(replicas|replicaCount|num_replicas)$")
        if str(hit.fact.value).isdigit() and int(str(hit.fact.value)) >= 2
    ]
    some: list[Hit] = (budget or []) + rolling[:1] + replicas[:1]
    if scaled.grade >= 1 and some or len(some) >= 2:
        return Outcome(
            1.0,
            (*scaled.evidence[:1], *(hit.evidence() for hit in some[:3])),
            5,
            "replicas and rolling updates keep the service up",
        )
    if some or scaled.grade >= 1:
        return half(
            "only one of replicas, rolling updates, disruption budget and autoscaling",
            [hit.evidence() for hit in some[:2]] or list(scaled.evidence[:1]),
            2,
        )
    return no("one replica, replaced at once")


def monitored_aspect(judge: Judge, pattern: str, what: str, missing: str) -> Outcome:
    """An aspect of operation that shows in alert rules, metric names, functions or monitoring configuration."""
    view = judge.view
    wanted = re.compile(pattern, re.I)
    keys = [
        hit
        for hit in view.search(
            "key",
            r"(rules\[\]\.(alert|expr|record)|metric_name|MetricName|alarm_name|panels\[\]\.(title|targets\[\]\.expr))$",
        )
        if wanted.search(str(hit.fact.value))
    ]
    if keys:
        return Outcome(
            1.0,
            tuple(hit.evidence(str(hit.fact.value)[:100]) for hit in keys[:2]),
            5,
            f"{what}: {str(keys[0].fact.value)[:80]}",
        )
    metrics = [
        hit
        for hit in view.hits(
            "call",
            "prometheus_client.*",
            "opentelemetry.*",
            "*.put_metric_data",
            "*.Histogram",
            "*.Gauge",
            "*.Counter",
            "*.record_metric",
        )
        if wanted.search(str(hit.fact.value))
    ]
    if metrics:
        return found(metrics[:2], 3, f"{what}: {metrics[0].get('0', metrics[0].fact.name)}")
    functions = [
        hit
        for hit in view.hits("def")
        if wanted.search(hit.fact.name.rpartition(".")[2])
        and re.search(r"monitor|metric|alert|check|observab|serv", f"{hit.path} {hit.fact.name}", re.I)
        and hit.get("type") != "class"
        and view.kinds.get(hit.path) == "python"
    ]
    if functions:
        return found(functions[:2], 3, f"{functions[0].fact.name} in {functions[0].path}").trusted("medium")
    return no(missing)


def feature_freshness(judge: Judge) -> Outcome:
    """MON009: features are materialised on a schedule and their freshness is watched; one of the two is half."""
    scheduled = [
        c for c in all_commands(judge.view) if re.search(r"feast (materialize|apply)|dbt source freshness", c.line)
    ]
    calls = list(
        judge.view.hits(
            "call", "*.materialize*", "dagster.build_last_update_freshness_checks", "feast.FeatureStore.materialize*"
        )
    )
    fresh = monitored_aspect(
        judge, r"fresh|feature_lag|staleness_of_feature|materiali[sz]ation", "freshness is watched", ""
    )
    if fresh and (scheduled or calls):
        return fresh
    if scheduled or calls:
        return half(
            "features are materialised; nothing watches their freshness",
            [c.evidence() for c in scheduled[:1]] or [hit.evidence() for hit in calls[:1]],
            3,
        )
    return fresh or no("features are neither materialised on a schedule nor watched")


def skew_monitored(judge: Judge) -> Outcome:
    """MON010: training-serving skew is monitored."""
    calls = [
        hit
        for hit in judge.view.hits("call")
        if re.search(r"skew_(detection|config)|SkewDetection|validate_statistics", hit.fact.name)
        or "skew_thresholds" in (hit.fact.value or {})
        or "serving_statistics" in (hit.fact.value or {})
    ]
    if calls:
        return found(calls[:2], 3, f"{calls[0].fact.name} detects skew")
    return monitored_aspect(judge, r"skew", "skew is watched", "skew between training and serving is not monitored")


def staleness_monitored(judge: Judge) -> Outcome:
    """MON011: the age of the model is monitored."""
    return monitored_aspect(
        judge,
        r"model_?(age|stal)|trained_at|stale_?model|days_since_train|model_info|model_timestamp",
        "the model's age is watched",
        "the age of the model is not monitored",
    )


def numerics_monitored(judge: Judge) -> Outcome:
    """MON012: NaN and infinities are monitored in serving."""
    return monitored_aspect(
        judge,
        r"(^|[^a-z])(nan|inf|isfinite|non_?finite)([^a-z]|$)",
        "NaN and infinities are watched",
        "NaN and infinities are not monitored",
    )


def performance_tracked(judge: Judge) -> Outcome:
    """MON013: training time, latency, memory or throughput are tracked for regressions."""
    files = [path for path in judge.view.entries if re.search(r"(^|/)(asv\.conf\.json|\.?codspeed[^/]*)$", path)]
    hits = [hit for hit in judge.view.hits("action", "benchmark-action/*", "CodSpeedHQ/*")]
    if files or hits:
        return yes(
            "computing performance is compared over time", [Evidence(files[0]) if files else hits[0].evidence()], 4
        )
    return monitored_aspect(
        judge,
        r"latency|duration|throughput|memory_usage|gpu_util|request_time|response_time",
        "computing performance is watched",
        "computing performance is not tracked",
    )


def baseline_compared(judge: Judge) -> Outcome:
    """EXP007: the model is compared with a simple baseline."""
    hits = list(
        judge.view.hits(
            "call",
            "sklearn.dummy.*",
            "*.DummyClassifier*",
            "*.DummyRegressor*",
            "statsforecast.models.Naive*",
            "*.NaiveSeasonal",
            "*Naive",
            "*.NaiveForecaster",
        )
    )
    if hits:
        return found(hits[:2], 3, f"{hits[0].fact.name} is the baseline")
    names = [
        hit
        for hit in judge.view.hits("def")
        if re.search(r"(^|_)(baseline|naive)(_|$|[A-Z])", hit.fact.name.rpartition(".")[2], re.I)
    ]
    files = [path for path in judge.view.python_files if re.search(r"(^|[/_])(baselines?|naive)([_./]|$)", path, re.I)]
    if names or files:
        return Outcome(
            1.0, (names[0].evidence() if names else Evidence(files[0]),), 3, "a baseline model is there", "medium"
        )
    return no("no simple baseline is compared")


def numerics_guarded(judge: Judge) -> Outcome:
    """EXP008: NaN, infinities and exploding gradients are guarded in training."""
    hits = list(
        judge.view.hits(
            "call",
            "*.detect_anomaly",
            "*.set_detect_anomaly",
            "*TerminateOnNaN*",
            "*.check_numerics",
            "*.enable_check_numerics",
            "*.clip_grad_norm_",
            ".clip_grad_norm_",
            "*.clip_grad_value_",
            "*.GradScaler*",
            "numpy.isfinite",
            "torch.isfinite",
            "torch.isnan",
            "math.isfinite",
            "math.isnan",
            "numpy.isnan",
            "*.clip_by_global_norm",
            "*.clip_by_norm",
            "numpy.nan_to_num",
            "torch.nan_to_num",
        )
    )
    hits += [
        hit
        for hit in judge.view.hits("call", "*Trainer", "*TrainingArguments", "*.Trainer")
        if "gradient_clip_val" in (hit.fact.value or {}) or "max_grad_norm" in (hit.fact.value or {})
    ]
    if hits:
        return found(hits[:2], 3, f"{hits[0].fact.name.rpartition('.')[2]} guards the numbers")
    return no("nothing guards training against NaN and infinities")


def convergence_tested(judge: Judge) -> Outcome:
    """TST006: a test trains and asserts that the loss falls or the model learns."""
    view = judge.view
    for path in judge.concepts.test_files:
        for fact in view.of(path, "def"):
            last = fact.name.rpartition(".")[2]
            if (
                last.startswith("test")
                and fact.value.get("asserts")
                and re.search(
                    r"converg|loss_decreas|decreas\w*_loss|overfit|learns|train_(one|single)|fit_improves|training_reduces|train_model|can_train",
                    last,
                    re.I,
                )
            ):
                return yes(
                    f"{fact.name} tests that training learns", [Evidence(path, fact.line, fact.name)], 3, "medium"
                )
        for fact in view.of(path, "call"):
            value = fact.value or {}
            if any(key in value for key in ("fast_dev_run", "overfit_batches")):
                return yes("a test trains on a few batches", [Evidence(path, fact.line, fact.name)], 3)
    return no("no test checks that training learns")


def pipeline_deployed(judge: Judge) -> Outcome:
    """CIC010: CI/CD deploys the training pipeline itself."""
    for c in ci_commands(judge.view):
        if re.search(
            r"(prefect deploy|pyflyte register|flytectl (register|create)|databricks bundle deploy|az ml (job|schedule|pipeline) create|dagster-cloud|zenml (pipeline|stack)|kfp pipeline (create|upload)|metaflow.* create|\bargo-workflows create\b|step-functions create|airflow|astro deploy|gsutil .*dags|aws s3 sync .*dags|upload_pipeline|compile_pipeline|publish_pipeline|build_\w*pipeline|run_\w*pipeline|deploy_pipeline|pipeline\.upsert|\.pipelines?\.\w+)",
            c.line,
            re.I,
        ) and not re.search(r"^pip |docker build|pytest", c.line):
            return yes(f"CI deploys the pipeline: {c.line[:80]}", [c.evidence()], c.rung)
    calls = [
        hit
        for hit in judge.view.hits(
            "call",
            "*.upload_pipeline*",
            "*.upsert",
            "*.publish",
            "*.PipelineJob.submit",
            "*.create_or_update",
            "*.deploy",
        )
        if re.search(r"pipeline|flow", f"{hit.fact.name} {hit.path}", re.I)
    ]
    if calls and judge.predicate("ci_configured"):
        return half(
            "code publishes the pipeline; CI does not run it", [hit.evidence() for hit in calls[:2]], 3, "medium"
        )
    return no("CI does not deploy the training pipeline")


def deployment_smoke_tested(judge: Judge) -> Outcome:
    """CIC011: a deployment is tried on its target before or after the rollout."""
    hits = [
        c
        for c in ci_commands(judge.view)
        if re.search(
            r"smoke|curl .*(health|predict|ready|score|invocations)|(http|https)://localhost|--dry-run=server|integration[-_]test|container-structure-test|rollout status|helm test|pytest .*(integration|e2e|smoke)",
            c.line,
            re.I,
        )
    ]
    if hits:
        return yes(f"CI tries the deployment: {hits[0].line[:80]}", [c.evidence() for c in hits[:2]], hits[0].rung)
    return no("no step tries the deployed service")


def model_signature(judge: Judge) -> Outcome:
    """VER009: models are saved with a signature or in a portable, safe format."""
    hits = list(
        judge.view.hits(
            "call",
            "mlflow.models.infer_signature",
            "mlflow.models.signature.infer_signature",
            "*.infer_signature",
            "torch.onnx.export",
            "skl2onnx.*",
            "tf2onnx.*",
            "safetensors.*",
            "*.save_pretrained",
            ".save_pretrained",
            "skops.io.dump",
            "tensorflow.saved_model.save",
            "*.to_onnx",
            ".to_onnx",
        )
    )
    hits += [
        hit
        for hit in judge.view.hits("call", "*.log_model")
        if "signature" in (hit.fact.value or {}) or "input_example" in (hit.fact.value or {})
    ]
    if hits:
        return found(hits[:2], 3, f"{hits[0].fact.name} keeps the model's interface")
    return no("models are saved without signature, in no portable format")


def developer_environment(judge: Judge) -> Outcome:
    """VER010: a reproducible environment for developers."""
    for path in judge.view.entries:
        if (
            re.search(
                r"(^|/)(\.devcontainer(\.json|/)|flake\.nix|shell\.nix|devenv\.nix|\.gitpod\.yml|vagrantfile|docker-compose\.dev\.ya?ml|pixi\.toml|devbox\.json|\.envrc|mise\.toml|\.tool-versions)",
                path,
                re.I,
            )
            and judge.view.roles[path] == "source"
        ):
            return yes(f"{path} sets up a developer's environment", [Evidence(path)])
    locks = [
        hit
        for hit in judge.view.hits("lock")
        if hit.fact.name in ("uv", "poetry", "pdm", "pixi", "conda-lock", "pipenv", "renv")
    ]
    if locks:
        return half(f"{locks[0].path} locks packages; the system around them is not described", [locks[0].evidence()])
    return no("nothing sets up a developer's environment")
