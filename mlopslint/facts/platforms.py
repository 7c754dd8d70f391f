"""A parsed YAML or JSON document -> what it declares itself to be, and the resources and stages in it."""

from __future__ import annotations

import re
from typing import Any

from mlopslint.facts.ci_base import image, script
from mlopslint.facts.kubernetes import kubernetes_facts
from mlopslint.facts.text import fold, text_of, texts
from mlopslint.facts.tree import as_list, as_map, dig, line_of, maps, start_of
from mlopslint.patterns import late
from mlopslint.records import Fact


def recognise(document: Any) -> list[Fact]:
    """Facts of one document, by the first shape that it has; none when it has no shape that is known."""
    if isinstance(document, list):
        return _playbook(document)
    if not isinstance(document, dict) or not document:
        return []
    schema = text_of(document.get("$schema"), 300)
    if "apiVersion" in document and "kind" in document and isinstance(document["kind"], str):
        return kubernetes_facts(document)
    if "azuremlschemas" in schema:
        return _azure_ml(document, schema)
    if "deploymentTemplate.json" in schema or "deploymentParameters.json" in schema:
        return _arm(document, schema)
    if "AWSTemplateFormatVersion" in document or "Transform" in document or _cloudformation_like(document):
        found = _cloudformation(document)
        if found:
            return found
    for name, test in _SHAPES:
        if test(document):
            facts = [Fact("document-type", name, start_of(document, 1) or 1)]
            more = _DETAILS.get(name)
            return facts + more(document) if more else facts
    if isinstance(document.get("panels"), list) and "schemaVersion" in document:
        count = len(document["panels"])
        return [Fact("document-type", "grafana-dashboard", line_of(document, "panels"), {"panels": count})]
    if isinstance(document.get("expectations"), list) and (
        "expectation_suite_name" in document or "meta" in document or "name" in document
    ):
        value = {"expectations": len(document["expectations"])}
        return [Fact("document-type", "expectation-suite", line_of(document, "expectations"), value)]
    if isinstance(document.get("groups"), list):
        alerts = [rule for group in maps(document["groups"]) for rule in maps(group.get("rules")) if "alert" in rule]
        if alerts:
            return [Fact("document-type", "prometheus-rules", line_of(document, "groups"), {"alerts": len(alerts)})]
    if any(str(key).startswith("checks for ") for key in document):
        checks = sum(len(value) for value in document.values() if isinstance(value, list))
        return [Fact("document-type", "soda-checks", start_of(document, 1), {"checks": checks})]
    return _dbt(document) or _hydra(document)


def _has(*keys: str) -> Any:
    wanted = frozenset(keys)
    return lambda document: wanted <= document.keys()


def _any_map(document: dict[str, Any], key: str, *wanted: str) -> bool:
    return any(set(wanted) & set(item) for item in list(maps(document.get(key)))[:20])


#: (name, test), the first that holds decides; the more telling shapes come first.
_SHAPES: tuple[tuple[str, Any], ...] = (
    ("openapi", lambda d: ("openapi" in d or "swagger" in d) and ("paths" in d or "info" in d)),
    ("asyncapi", _has("asyncapi")),
    ("databricks-bundle", lambda d: isinstance(d.get("bundle"), dict) and "name" in d["bundle"] or _databricks(d)),
    ("alertmanager", _has("route", "receivers")),
    ("prometheus", _has("scrape_configs")),
    ("otel-collector", _has("receivers", "exporters", "service")),
    ("grafana-provisioning", lambda d: "apiVersion" in d and ("datasources" in d or "providers" in d)),
    ("helm-chart", lambda d: "apiVersion" in d and "name" in d and "version" in d),
    (
        "kubeflow-pipeline",
        lambda d: "pipelineInfo" in d and ("root" in d or "deploymentSpec" in d) or "pipelineSpec" in d,
    ),
    ("sagemaker-pipeline", lambda d: d.get("Version") == "2020-12-01" and isinstance(d.get("Steps"), list)),
    ("step-functions", lambda d: isinstance(d.get("States"), dict) and "StartAt" in d),
    ("ecs-task-definition", lambda d: isinstance(d.get("containerDefinitions"), list)),
    ("sagemaker-endpoint-config", _has("ProductionVariants")),
    ("ray-cluster", lambda d: "cluster_name" in d and ("provider" in d or "available_node_types" in d)),
    (
        "ray-serve",
        lambda d: (
            _any_map(d, "applications", "import_path")
            or ("import_path" in d and ("deployments" in d or "runtime_env" in d))
        ),
    ),
    ("anyscale-service", lambda d: "ray_serve_config" in d),
    (
        "anyscale-job",
        lambda d: "entrypoint" in d and bool({"compute_config", "image_uri", "cluster_env", "containerfile"} & set(d)),
    ),
    ("ray-job", lambda d: "entrypoint" in d and bool({"runtime_env", "working_dir"} & set(d))),
    ("anyscale-compute", lambda d: "head_node_type" in d or "head_node" in d and ("worker_nodes" in d or "cloud" in d)),
    ("anyscale-environment", lambda d: "base_image" in d and ("python" in d or "debian_packages" in d)),
    (
        "skypilot-task",
        lambda d: (
            "run" in d
            and isinstance(d.get("resources"), dict)
            and bool({"accelerators", "cloud", "use_spot", "cpus", "infra", "ports"} & set(d["resources"]))
        ),
    ),
    ("cog", lambda d: isinstance(d.get("build"), dict) and isinstance(d.get("predict"), str)),
    (
        "bentofile",
        lambda d: isinstance(d.get("service"), str) and bool({"include", "python", "docker", "models"} & set(d)),
    ),
    (
        "wandb-sweep",
        lambda d: (
            isinstance(d.get("parameters"), dict)
            and "method" in d
            and ("program" in d or "metric" in d or "command" in d)
        ),
    ),
    ("nni-experiment", _has("trialCommand")),
    ("determined-experiment", lambda d: "searcher" in d and "entrypoint" in d),
    ("ludwig", _has("input_features", "output_features")),
    ("feast-feature-store", lambda d: "project" in d and "registry" in d and ("provider" in d or "online_store" in d)),
    (
        "great-expectations-config",
        lambda d: "config_version" in d and ("datasources" in d or "stores" in d or "fluent_datasources" in d),
    ),
    ("great-expectations-checkpoint", lambda d: "validations" in d and ("class_name" in d or "action_list" in d)),
    (
        "prefect-deployments",
        lambda d: (
            isinstance(d.get("deployments"), list)
            and ("prefect-version" in d or "pull" in d or _any_map(d, "deployments", "entrypoint"))
        ),
    ),
    ("kedro-catalog", lambda d: _typed(d)),
    ("dagster-workspace", lambda d: isinstance(d.get("load_from"), list)),
    ("serverless", lambda d: "service" in d and "provider" in d and isinstance(d.get("functions"), dict)),
    (
        "app-engine",
        lambda d: (
            "runtime" in d
            and bool(
                {"entrypoint", "instance_class", "automatic_scaling", "manual_scaling", "handlers", "service"} & set(d)
            )
        ),
    ),
    ("dependabot", lambda d: _any_map(d, "updates", "package-ecosystem")),
    ("pre-commit", lambda d: isinstance(d.get("repos"), list) and _any_map(d, "repos", "hooks")),
    (
        "github-workflow",
        lambda d: (
            "on" in d
            and isinstance(d.get("jobs"), dict)
            and any("runs-on" in as_map(j) or "uses" in as_map(j) for j in d["jobs"].values())
        ),
    ),
    ("issue-form", lambda d: isinstance(d.get("body"), list) and "name" in d and "description" in d),
    ("mkdocs", lambda d: "site_name" in d),
    (
        "readthedocs",
        lambda d: (
            "version" in d
            and isinstance(d.get("build"), dict)
            and ("os" in d["build"] or "sphinx" in d or "mkdocs" in d or "image" in d["build"])
        ),
    ),
    ("codecov", lambda d: isinstance(d.get("coverage"), dict) and "status" in d["coverage"]),
    (
        "devcontainer",
        lambda d: (
            bool({"customizations", "features", "postCreateCommand", "devcontainer", "remoteUser"} & set(d))
            and bool({"image", "build", "dockerFile", "dockerComposeFile"} & set(d))
        ),
    ),
    ("render-blueprint", lambda d: _any_map(d, "services", "buildCommand", "startCommand")),
    (
        "fine-tuning",
        lambda d: (
            ("base_model" in d or "model_name_or_path" in d)
            and bool({"adapter", "lora_r", "finetuning_type", "lora_rank", "load_in_4bit", "load_in_8bit"} & set(d))
        ),
    ),
    ("zenml-run", lambda d: isinstance(d.get("steps"), dict) and bool({"enable_cache", "settings", "model"} & set(d))),
    ("cyclonedx", lambda d: d.get("bomFormat") == "CycloneDX"),
    (
        "renovate",
        lambda d: isinstance(d.get("extends"), list) and any("config:" in text_of(item) for item in d["extends"]),
    ),
)


def _typed(document: dict[str, Any]) -> bool:
    """A catalogue of Kedro: every entry is a data set with a dotted type."""
    entries = [value for key, value in list(document.items())[:30] if not str(key).startswith("_")]
    return bool(entries) and all(
        isinstance(entry, dict) and re.search(r"[Dd]ata[Ss]et$", text_of(entry.get("type"))) for entry in entries
    )


def _databricks(document: dict[str, Any]) -> bool:
    jobs = dig(document, "resources", "jobs")
    return isinstance(jobs, dict) and any("tasks" in as_map(job) for job in jobs.values())


def _databricks_details(document: dict[str, Any]) -> list[Fact]:
    facts: list[Fact] = []
    for kind, resources in as_map(document.get("resources")).items():
        for name, resource in list(as_map(resources).items())[:200]:
            line = line_of(resources, name)
            facts.append(
                Fact("resource", f"databricks:{kind}", line, {"platform": "databricks", "api": "", "name": name})
            )
            for task in maps(as_map(resource).get("tasks")):
                needs = [text_of(need.get("task_key")) for need in maps(task.get("depends_on"))]
                value = {"needs": needs, "tool": "databricks"}
                facts.append(Fact("stage", text_of(task.get("task_key"), 200), line_of(task, "task_key"), value))
            schedule = as_map(as_map(resource).get("schedule"))
            expression = text_of(schedule.get("quartz_cron_expression"), 100)
            if expression and schedule.get("pause_status") != "PAUSED":
                facts.append(Fact("schedule", expression, line_of(schedule, "quartz_cron_expression"), {"of": name}))
            if "periodic" in as_map(as_map(resource).get("trigger")):
                facts.append(Fact("schedule", "periodic", line_of(resource, "trigger"), {"of": name}))
    return facts


def _kubeflow(document: dict[str, Any]) -> list[Fact]:
    facts: list[Fact] = []
    spec = as_map(document.get("pipelineSpec")) or document
    for name, task in list(as_map(dig(spec, "root", "dag", "tasks")).items())[:300]:
        value = {"needs": texts(as_map(task).get("dependentTasks")), "tool": "kubeflow"}
        facts.append(Fact("stage", name[:200], line_of(dig(spec, "root", "dag", "tasks"), name), value))
    for executor in as_map(dig(spec, "deploymentSpec", "executors")).values():
        container = as_map(as_map(executor).get("container"))
        facts += image(container.get("image"), line_of(container, "image"), of="kubeflow-pipeline")
    return facts


def _sagemaker(document: dict[str, Any]) -> list[Fact]:
    return [
        Fact(
            "stage",
            text_of(step.get("Name"), 200),
            line_of(step, "Name"),
            {"needs": texts(step.get("DependsOn")), "tool": "sagemaker", "cmd": text_of(step.get("Type"), 60)},
        )
        for step in list(maps(document["Steps"]))[:300]
    ]


def _step_functions(document: dict[str, Any]) -> list[Fact]:
    states = document["States"]
    return [
        Fact(
            "stage",
            str(name)[:200],
            line_of(states, name),
            {
                "needs": [],
                "tool": "step-functions",
                "cmd": text_of(as_map(state).get("Resource", as_map(state).get("Type")), 200),
            },
        )
        for name, state in list(states.items())[:300]
    ]


def _ecs(document: dict[str, Any]) -> list[Fact]:
    family = text_of(document.get("family"), 120)
    facts = [Fact("resource", "AWS::ECS::TaskDefinition", 0, {"platform": "aws", "api": "", "name": family})]
    for entry in list(maps(document["containerDefinitions"]))[:100]:
        limits = [key for key in ("cpu", "memory") if entry.get(key) or document.get(key)]
        health = "healthCheck" in entry
        value = {
            "image": fold(text_of(entry.get("image"), 300)),
            "requests": texts(entry.get("memoryReservation")),
            "limits": limits,
            "liveness": health,
            "readiness": health,
            "of": "TaskDefinition",
        }
        facts.append(Fact("container", text_of(entry.get("name"), 200), line_of(entry, "name"), value))
        facts += image(entry.get("image"), line_of(entry, "image"))
    return facts


def _prefect(document: dict[str, Any]) -> list[Fact]:
    facts: list[Fact] = []
    for deployment in list(maps(document["deployments"]))[:200]:
        name = text_of(deployment.get("name"), 200)
        facts.append(
            Fact(
                "stage",
                name,
                line_of(deployment, "name"),
                {"needs": [], "tool": "prefect", "cmd": text_of(deployment.get("entrypoint"), 200)},
            )
        )
        for schedule in [*as_list(deployment.get("schedule")), *as_list(deployment.get("schedules"))]:
            every = as_map(schedule)
            expression = text_of(every.get("cron", every.get("interval", every.get("rrule"))), 100)
            if expression and every.get("active") is not False:
                facts.append(Fact("schedule", expression, line_of(every, next(iter(every))), {"of": name}))
    return facts


def _serverless(document: dict[str, Any]) -> list[Fact]:
    facts: list[Fact] = []
    functions = document["functions"]
    for name, function in list(functions.items())[:200]:
        facts.append(
            Fact(
                "resource",
                "serverless:function",
                line_of(functions, name),
                {"platform": "serverless", "api": "", "name": str(name)[:200]},
            )
        )
        for event in maps(as_map(function).get("events")):
            for expression in texts(
                as_map(event.get("schedule")).get("rate")
                if isinstance(event.get("schedule"), dict)
                else event.get("schedule")
            ):
                facts.append(Fact("schedule", expression[:100], line_of(event, "schedule"), {"of": str(name)[:200]}))
    return facts


def _pre_commit(document: dict[str, Any]) -> list[Fact]:
    from mlopslint.facts.tasks import pre_commit_facts

    return pre_commit_facts(document)


def _devcontainer(document: dict[str, Any]) -> list[Fact]:
    return image(document.get("image"), line_of(document, "image"), base=True)


def _cog(document: dict[str, Any]) -> list[Fact]:
    from mlopslint.facts.dependencies import requirement

    build = as_map(document["build"])
    version = text_of(build.get("python_version"), 40)
    facts = [Fact("python-version", version, line_of(build, "python_version"))] if version else []
    for i, item in enumerate(texts(build.get("python_packages"))):
        fact = requirement(item, line_of(build.get("python_packages"), i))
        facts += [fact] if fact else []
    for i, command in enumerate(texts(build.get("run"))):
        facts += script(command, line_of(build.get("run"), i), {"soft": False})
    return facts


def _bentofile(document: dict[str, Any]) -> list[Fact]:
    from mlopslint.facts.dependencies import requirement

    packages = dig(document, "python", "packages")
    found = [requirement(text_of(item), line_of(packages, i)) for i, item in enumerate(as_list(packages)[:500])]
    return [fact for fact in found if fact]


def _run(document: dict[str, Any]) -> list[Fact]:
    """Commands that a job for a cluster starts."""
    facts: list[Fact] = []
    for key in ("setup", "run", "entrypoint"):
        if isinstance(document.get(key), str):
            facts += script(document[key], getattr(document, "content", {}).get(key, 0), {"soft": False, "step": key})
    return facts + image(document.get("image_uri"), line_of(document, "image_uri"))


_DETAILS: dict[str, Any] = {
    "databricks-bundle": _databricks_details,
    "kubeflow-pipeline": _kubeflow,
    "sagemaker-pipeline": _sagemaker,
    "step-functions": _step_functions,
    "ecs-task-definition": _ecs,
    "prefect-deployments": _prefect,
    "serverless": _serverless,
    "pre-commit": _pre_commit,
    "devcontainer": _devcontainer,
    "cog": _cog,
    "bentofile": _bentofile,
    "skypilot-task": _run,
    "ray-job": _run,
    "anyscale-job": _run,
}


def _playbook(document: list[Any]) -> list[Fact]:
    plays = [
        play
        for play in maps(document[:50])
        if "hosts" in play and ({"tasks", "roles", "vars", "import_playbook"} & set(play))
    ]
    if not plays:
        return []
    return [Fact("document-type", "ansible-playbook", line_of(plays[0], "hosts"), {"plays": len(plays)})]


def _cloudformation_like(document: dict[str, Any]) -> bool:
    resources = document.get("Resources")
    return isinstance(resources, dict) and any(
        "::" in text_of(as_map(item).get("Type")) for item in list(resources.values())[:20]
    )


def _actions(pipeline: dict[str, Any]) -> list[Fact]:
    """What the stages of an AWS CodePipeline do: ``Deploy/CloudFormation``, ``Build/CodeBuild``, ``Invoke/StepFunctions``..."""
    found = []
    for stage in list(maps(pipeline.get("Stages")))[:50]:
        for action in list(maps(stage.get("Actions")))[:50]:
            kind = as_map(action.get("ActionTypeId"))
            name = f"{text_of(kind.get('Category'), 40)}/{text_of(kind.get('Provider'), 60)}"
            value = {"name": text_of(action.get("Name"), 100), "stage": text_of(stage.get("Name"), 100)}
            found.append(Fact("delivery-action", name, line_of(action, "Name"), value))
    return found


def _cloudformation(document: dict[str, Any]) -> list[Fact]:
    resources = document.get("Resources")
    if not isinstance(resources, dict):
        return []
    sam = "Serverless" in " ".join(texts(document.get("Transform")))
    version = text_of(document.get("AWSTemplateFormatVersion"), 40)
    facts = [
        Fact(
            "document-type",
            "aws-sam" if sam else "AWSTemplateFormatVersion",
            start_of(document, 1),
            {"version": version},
        )
    ]
    for name, resource in list(resources.items())[:1000]:
        kind = text_of(as_map(resource).get("Type"), 120)
        if not kind:
            continue
        value = {"platform": "cloudformation", "api": "", "name": str(name)[:200]}
        facts.append(Fact("resource", kind, line_of(resource, "Type"), value))
        properties = as_map(as_map(resource).get("Properties"))
        if kind == "AWS::CodePipeline::Pipeline":
            facts += _actions(properties)
        expression = text_of(properties.get("ScheduleExpression"), 100)
        if expression:
            facts.append(
                Fact("schedule", expression, line_of(properties, "ScheduleExpression"), {"of": str(name)[:200]})
            )
        for event_name, event in as_map(properties.get("Events")).items():
            rate = text_of(dig(event, "Properties", "Schedule"), 100)
            if rate:
                facts.append(Fact("schedule", rate, line_of(properties["Events"], event_name), {"of": str(name)[:200]}))
        for entry in list(maps(properties.get("ContainerDefinitions")))[:50]:
            facts += image(entry.get("Image"), line_of(entry, "Image"))
    return facts


def _arm(document: dict[str, Any], schema: str) -> list[Fact]:
    facts = [
        Fact(
            "document-type",
            "arm-template" if "Template" in schema else "arm-parameters",
            line_of(document, "$schema"),
            {"schema": schema},
        )
    ]
    stack = [document.get("resources")]
    while stack and len(facts) < 1000:
        resources = stack.pop()
        for resource in maps(list(resources.values()) if isinstance(resources, dict) else resources):
            kind = text_of(resource.get("type"), 120)
            value = {
                "platform": "arm",
                "api": text_of(resource.get("apiVersion"), 40),
                "name": text_of(resource.get("name"), 200),
            }
            if kind:
                facts.append(Fact("resource", kind, line_of(resource, "type"), value))
            stack += [resource.get("resources"), dig(resource, "properties", "template", "resources")]
    return facts


_PARENT = late(r"parent\.jobs\.([\w-]+)")


def _azure_ml(document: dict[str, Any], schema: str) -> list[Fact]:
    name = schema.rpartition("/")[2].partition(".")[0] or "resource"
    facts = [Fact("document-type", f"azureml/{name}", line_of(document, "$schema"), {"schema": schema})]
    jobs = as_map(document.get("jobs"))
    for job_name, job in list(jobs.items())[:300]:
        if not isinstance(job, dict):
            continue
        needs = sorted(
            {
                found
                for item in as_map(job.get("inputs")).values()
                for found in _PARENT.findall(
                    text_of(as_map(item).get("path", item) if isinstance(item, dict) else item)
                )
            }
        )
        command = text_of(job.get("command", job.get("component")), 4000)
        value = {
            "needs": needs,
            "tool": "azure-ml",
            "cmd": fold(command),
            "outs": list(as_map(job.get("outputs")))[:50],
        }
        facts.append(Fact("stage", str(job_name)[:200], line_of(jobs, job_name), value))
        if isinstance(job.get("command"), str):
            facts += script(
                command, getattr(job, "content", {}).get("command", 0), {"soft": False, "task": str(job_name)[:200]}
            )
    if isinstance(document.get("command"), str):
        command = text_of(document["command"], 4000)
        facts += script(command, getattr(document, "content", {}).get("command", 0), {"soft": False})
        if name == "commandJob":
            facts.append(
                Fact(
                    "stage",
                    text_of(document.get("experiment_name", "command"), 200),
                    line_of(document, "command"),
                    {"needs": [], "tool": "azure-ml", "cmd": fold(command)},
                )
            )
    trigger = as_map(document.get("trigger"))
    if trigger:
        every = f"every {text_of(trigger.get('interval'), 20)} {text_of(trigger.get('frequency'), 20)}"
        expression = text_of(trigger.get("expression"), 100) or every
        facts.append(
            Fact("schedule", expression, line_of(document, "trigger"), {"of": text_of(document.get("name"), 200)})
        )
    for owner in (document, as_map(document.get("environment"))):
        facts += image(owner.get("image"), line_of(owner, "image"), base=True)
    if name.endswith(("Endpoint", "Deployment")):
        label = text_of(document.get("name"), 200)
        facts.append(
            Fact(
                "resource",
                f"azureml:{name}",
                line_of(document, "$schema"),
                {"platform": "azure-ml", "api": "", "name": label},
            )
        )
    conda = document.get("conda_file")
    if isinstance(conda, dict):
        from mlopslint.facts.dependencies import conda_facts
        from mlopslint.facts.tree import Map

        facts += conda_facts(conda) if isinstance(conda, Map) else []
    return facts


def _dbt(document: dict[str, Any]) -> list[Fact]:
    if "model-paths" in document or ("profile" in document and "config-version" in document):
        return [Fact("document-type", "dbt-project", start_of(document, 1))]
    if "version" not in document or not any(
        isinstance(document.get(key), list) for key in ("models", "sources", "seeds", "snapshots", "exposures")
    ):
        return []
    tests = 0
    stack: list[Any] = [document.get(key) for key in ("models", "sources", "seeds", "snapshots")]
    visits = 0
    while stack and visits < 5000:
        value = stack.pop()
        visits += 1
        for item in maps(value):
            for key in ("tests", "data_tests"):
                tests += len(as_list(item.get(key)))
            stack += [item.get("columns"), item.get("tables")]
    return [Fact("document-type", "dbt-schema", start_of(document, 1), {"tests": tests})]


def _hydra(document: dict[str, Any]) -> list[Fact]:
    defaults = document.get("defaults")
    if isinstance(defaults, list) and (not defaults or any(isinstance(item, (str, dict)) for item in defaults)):
        return [Fact("document-type", "hydra-config", line_of(document, "defaults"))]
    if "_target_" in document or any("_target_" in as_map(item) for item in list(document.values())[:50]):
        return [Fact("document-type", "hydra-config", start_of(document, 1))]
    if "hydra" in document and isinstance(document["hydra"], dict):
        return [Fact("document-type", "hydra-config", line_of(document, "hydra"))]
    return []
