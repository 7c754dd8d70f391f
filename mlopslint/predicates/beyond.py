"""Predicates on what the published models ask beyond the ladder."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mlopslint.commands import ci_commands, ci_file
from mlopslint.outcome import NOTHING, Outcome, found, half, no, yes
from mlopslint.patterns import late
from mlopslint.predicates.retraining import delivered_data
from mlopslint.predicates.training import ci_training
from mlopslint.view import Hit

if TYPE_CHECKING:
    from mlopslint.judge import Judge


_ELSEWHERE = late(r"\b(requests|httpx|session|client)\.|\.(post|publish|send|put_events|invoke)\b")


def drift_triggered(judge: Judge) -> Outcome:
    """AUT010: drift or a worse model starts training."""
    view = judge.view
    starts = re.compile(
        r"trigger|dispatch|retrain|start_pipeline|run_deployment|start_execution|submit|create_run|dvc|workflow", re.I
    )
    for hit in view.hits("branch", "*drift*", "*degrad*", "*threshold*", "*psi*"):
        then = [str(item) for item in hit.get("then") or ()]
        asked = re.search(r"retrain|trigger", str(hit.get("in", "")), re.I)  # then a call to elsewhere is what does it
        if re.search(r"drift|degrad|psi|monitor", f"{hit.fact.name} {hit.get('in', '')} {hit.path}", re.I) and any(
            starts.search(item) or asked and _ELSEWHERE.search(item) for item in then
        ):
            return found([hit], 5, f"{hit.fact.name} starts training")
    run = ci_commands(view)
    drifts = [  # an option that switches monitoring on checks nothing
        command
        for command in run
        if any(re.search(r"drift|monitor", word, re.I) for word in command.words if word[:1] not in "-$")
    ]
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

    trains = ci_training(judge)
    started = {ci_file(judge.view, c, {hit.path for hit in manual}) for c in trains}
    both = [hit for hit in manual if hit.path in started]
    if both:
        return found(both[:2], 4, "a manual trigger starts training")
    tasks = [hit for hit in judge.view.hits("task") if re.search(r"train|pipeline|repro", hit.fact.name, re.I)]
    stages = [hit for hit in judge.view.hits("stage") if re.search(r"train", hit.fact.name, re.I)]
    uses = judge.technologies.find(kinds=["pipeline"], rung=3)
    if uses and judge.concepts.trains:
        return Outcome(1.0, uses[0].evidence, 3, f"{uses[0].name} starts training on demand", "medium")
    routes = [
        hit
        for hit in judge.concepts.routes
        if re.search(r"(^|/)(re)?train(ing|[_-]model)?/?$", str(hit.get("0", "")), re.I)
    ]
    if routes and judge.concepts.trains:
        return found(routes[:1], 3, f"route {routes[0].get('0')} starts training").trusted("medium")
    if tasks or stages:
        return half(
            f"{(tasks or stages)[0].fact.name} starts training from a checkout only",
            [(tasks or stages)[0].evidence()],
            3,
        )
    declared = judge.technologies.find(kinds=["pipeline"], rung=2)
    if declared and judge.concepts.trains:
        return half(f"{declared[0].name} describes the run, which starts from a checkout", declared[0].evidence, 2)
    scripted = judge.predicate("training_scripted")
    if scripted.grade >= 1 and scripted.evidence:
        return half(f"{scripted.evidence[0].path} starts training from a checkout only", scripted.evidence[:2], 3)
    return no("nothing starts training on demand")


#: Paths of data, and not of code that is called so.
_OF_DATA = late(r"(?<![\w-])data(?!bricks|sets?/\*|[-_]?(science|eng|platform|ops))|\.dvc")


def data_push_trains(judge: Judge) -> Outcome:
    """AUT009: a push of data starts a workflow that trains."""
    pushed = [
        hit
        for hit in judge.view.hits("ci-trigger", "push")
        if _OF_DATA.search(" ".join(map(str, hit.get("paths") or ())))
    ]
    trains = ci_training(judge) if pushed else []
    started = {ci_file(judge.view, c, {hit.path for hit in pushed}) for c in trains}
    both = [hit for hit in pushed if hit.path in started]
    if both:
        return found(both[:2], 5, "a push of data starts training")
    delivered = delivered_data(judge.view)
    return found(delivered, 3, "new data start a delivery pipeline that trains") if delivered else NOTHING


def dispatch_trains(judge: Judge) -> Outcome:
    """AUT009: an event from outside starts a workflow that trains, and not one that only deploys."""
    sent = list(judge.view.hits("ci-trigger", "repository_dispatch"))
    trains = ci_training(judge) if sent else []
    started = {ci_file(judge.view, c, {hit.path for hit in sent}) for c in trains}
    both = [hit for hit in sent if hit.path in started]
    return found(both[:2], 5, "an event from outside starts training") if both else NOTHING


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
