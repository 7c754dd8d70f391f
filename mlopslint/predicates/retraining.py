"""Predicates on what starts training (AUT006): schedules, CI, and new data."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from mlopslint.commands import Command, ci_file
from mlopslint.outcome import Outcome, half, no, yes
from mlopslint.patterns import late
from mlopslint.predicates.training import ci_training
from mlopslint.records import Evidence
from mlopslint.view import Hit, View

if TYPE_CHECKING:
    from mlopslint.judge import Judge


_SMOKE = late(
    r"--?(max[-_]?)?(epochs?|steps|iters?)[= ]+[123]\b|smoke|fast[-_]dev|dry[-_]?run|tiny|mini[-_]|coco(8|128)|--quick|--debug|--limit",
    re.I,
)


def retraining_triggered(judge: Judge) -> Outcome:
    """AUT006: training of the real model on a schedule or a trigger."""
    by_ci, by_code = _started_by_ci(judge)
    scheduled = [*_declared_schedules(judge), *by_ci, *_schedules_in_code(judge), *_scheduling_decorators(judge)]
    scheduled += [hit.evidence(f"{hit.get('stage')}: {hit.fact.name}") for hit in delivered_data(judge.view)]
    if scheduled:
        return yes("training is scheduled or triggered", scheduled, 5, "medium")
    if by_code:
        return half("training runs when the code changes, not on a schedule or on new data", by_code, 4)
    return no("nothing schedules or triggers training")


_OF_DATA = late(r"data|train|feature", re.I)
_TRAINS = late(r"(?<![a-z])(re)?train", re.I)


def delivered_data(view: View) -> list[Hit]:
    """Sources in S3 from which AWS CodePipeline goes on to a stage that trains: a new object starts it."""
    for source in view.hits("delivery-action", "Source/S3"):
        if not _OF_DATA.search(f"{source.get('name')} {source.get('stage')}"):
            continue
        for action in view.hits("delivery-action"):
            named = f"{action.get('name')} {action.get('stage')}"
            if action.path == source.path and action.fact.line > source.fact.line and _TRAINS.search(named):
                return [source, action]
    return []


#: Kinds of files whose schedules start jobs of CI: what counts there is what the jobs run.
_CI_SCHEDULES = frozenset(
    {"github-workflow", "gitlab-ci", "azure-pipeline", "circleci", "travis", "bitbucket", "jenkinsfile", "buildkite"}
    | {"drone", "yaml-pipeline", "codebuild", "cirrus"}
)
_OF_TRAINING = late(r"train|pipeline|retrain|dvc|model", re.I)
_OF_SERVICE = late(r"batch|inference|score|predict|monitor|drift|cleanup|backup", re.I)


def _declared_schedules(judge: Judge) -> Iterator[Evidence]:
    """Schedules in manifests and configurations of what trains, by its name."""
    for hit in judge.view.hits("schedule"):
        text = f"{hit.get('of') or ''} {hit.path}"
        if judge.view.kinds.get(hit.path, "") not in _CI_SCHEDULES:
            if _OF_TRAINING.search(text) and not _OF_SERVICE.search(text):
                yield hit.evidence(f"schedule {hit.fact.name}")


def _started_by_ci(judge: Judge) -> tuple[list[Evidence], list[Evidence]]:
    """The commands of CI that train: those on a schedule or a call from outside, and those on a change of the code."""
    view = judge.view
    triggers: dict[str, list[Hit]] = {}
    for hit in view.hits("ci-trigger"):
        triggers.setdefault(hit.path, []).append(hit)
    scheduled, by_code = [], []
    for command in ci_training(judge):
        if _SMOKE.search(command.line):
            continue
        names = {hit.fact.name for hit in triggers.get(ci_file(view, command, triggers), ())}
        if names & {"schedule", "repository_dispatch"} and not _looks_like_test(command):
            scheduled.append(command.evidence())
        elif names & {"push", "pull_request", "tag", "release", "workflow_run"} and not re.search(
            r"(^|/)tests?/|(^|[/_-])(examples?|smoke)[\w-]*\.(ya?ml|sh)$", command.hit.path
        ):
            by_code.append(command.evidence())
    return scheduled, by_code


#: Calls that put a pipeline or a DAG on a schedule.
_SCHEDULERS = (
    "*.schedule.cron", "airflow.DAG", "airflow.*.DAG", "*.DAG", "airflow.decorators.dag", "prefect.*.CronSchedule",
    "prefect.*.IntervalSchedule", "dagster.ScheduleDefinition", "azureml.pipeline.core.Schedule.create",
    "azure.ai.ml.entities.*Schedule", "*.CronTrigger", "*.RecurrenceTrigger", "flytekit.*CronSchedule", "flytekit.CronSchedule",
    "google.cloud.aiplatform.PipelineJobSchedule*", "*.create_schedule", "kfp.*.create_recurring_run", "*.create_recurring_run",
    "zenml.config.schedule.Schedule", "*.PipelineSchedule", "mlrun.*.set_workflow", "mlrun.*.run",
)  # fmt: skip
_INTERVALS = ("schedule_interval", "schedule", "cron", "cron_expression", "0")
_OF_SCORING = late(r"scor|predict|inference|batch|monitor", re.I)


def _schedules_in_code(judge: Judge) -> Iterator[Evidence]:
    """Schedules that code sets, where it comes to train; a DAG without an interval has none."""
    for hit in judge.view.hits("call", *_SCHEDULERS):
        given = hit.fact.value if isinstance(hit.fact.value, dict) else {}
        interval = next((given[name] for name in _INTERVALS if name in given), None)
        if hit.fact.name.rpartition(".")[2] in ("DAG", "dag"):
            if interval in (None, "@once") or "schedule" not in str(given):
                continue
        elif hit.fact.name.startswith("mlrun."):
            # a project's workflow, or a job of training: other jobs gather or score
            if not given.get("schedule") or not re.search("project|train", f"{hit.fact.name} {given}"):
                continue
            interval = given["schedule"]
        elif _OF_SCORING.search(hit.path):
            continue
        if _trains_in(judge, hit.path):
            yield hit.evidence(f"{hit.fact.name} {interval if isinstance(interval, str) else ''}".strip())


def _scheduling_decorators(judge: Judge) -> Iterator[Evidence]:
    """Decorators that put a flow or a function on a schedule or a trigger."""
    for hit in judge.view.hits(
        "decorator",
        *("metaflow.schedule", "metaflow.trigger", "metaflow.trigger_on_finish", "dagster.schedule", "dagster.sensor"),
        *("airflow.decorators.dag", "airflow.sdk.dag", "modal.*.function"),
    ):
        timed = hit.get("schedule") or hit.get("schedule_interval")
        if hit.fact.name.endswith(".dag") and not (timed and _trains_in(judge, hit.path)):
            continue
        if hit.fact.name.startswith("modal") and not hit.get("schedule"):
            continue
        yield hit.evidence(hit.fact.name)


def _looks_like_test(command: Command) -> bool:
    job = str(command.hit.get("job") or "")
    return bool(
        re.search(
            r"test|smoke|lint|check|nightly-ci|benchmark|examples?([_./-]|$)",
            f"{job} {command.hit.path.rpartition('/')[2]} {command.via}",
            re.I,
        )
    )


def _trains_in(judge: Judge, path: str) -> bool:
    view = judge.view
    text = " ".join(fact.name for kind in ("call", "import", "def", "stage") for fact in view.of(path, kind))
    text += " " + " ".join(str(fact.value) for fact in view.of(path, "call"))
    return bool(re.search(r"train|retrain|\.fit\b|pipeline", text, re.I))
