"""CI definitions of the vendors beside the three largest (CircleCI, Travis, Bitbucket, cloud builders...) -> facts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from mlopslint.facts.ci_base import (
    begin,
    caches,
    cron,
    dedupe,
    image,
    job_value,
    keys,
    script,
    scripts,
    settings,
    start,
    trigger,
    where,
)
from mlopslint.facts.text import decode, text_of, texts
from mlopslint.facts.tree import Map, as_list, as_map, dig, line_of, load_yaml, maps
from mlopslint.records import Fact

# ----------------------------------------------------------------------------------------------------------- CircleCI


def read_circleci(data: bytes) -> list[Fact]:
    """A configuration of CircleCI: workflows say what runs, jobs and reusable commands say how."""
    tree, facts = begin(data, "circleci")
    root = tree.root
    orbs = as_map(root.get("orbs"))
    for name, orb in orbs.items():
        if isinstance(orb, str):
            facts.append(Fact("action", orb[:200], line_of(orbs, name), where("")))
    placed = _circle_workflows(root, facts)
    for section in ("jobs", "commands", "executors"):
        table = as_map(root.get(section))
        for name, body in table.items():
            if not isinstance(body, dict):
                continue
            job = str(name)[:200]
            if section == "jobs":
                about = placed.get(job, {})
                images = [text_of(item.get("image"), 200) for item in maps(body.get("docker"))]
                facts.append(
                    Fact("ci-job", job, line_of(table, name), job_value(image=images[0] if images else "", **about))
                )
            for item in maps(body.get("docker")):
                facts += image(item.get("image"), line_of(item, "image"), job=job)
            facts += _circle_steps(body.get("steps"), job if section == "jobs" else f"command:{job}", orbs)
    return dedupe(facts) + keys(root)


def _circle_workflows(root: Map, facts: list[Fact]) -> dict[str, dict[str, Any]]:
    """Triggers into ``facts``; for each job what its workflows say about it."""
    placed: dict[str, dict[str, Any]] = {}
    workflows = as_map(root.get("workflows"))
    pushed = not workflows
    for name, workflow in workflows.items():
        if not isinstance(workflow, dict):
            continue
        schedules = [as_map(item.get("schedule")) for item in maps(workflow.get("triggers"))]
        for schedule in schedules:
            facts += cron(schedule.get("cron"), line_of(schedule, "cron"), str(name)[:200])
        pushed = pushed or not schedules
        for item in as_list(workflow.get("jobs"))[:300]:
            entries = item if isinstance(item, dict) else {text_of(item): {}}
            for job, options in entries.items():
                options = as_map(options)
                about = placed.setdefault(str(job)[:200], {})
                about["needs"] = texts(options.get("requires")) or about.get("needs", [])
                about["environment"] = ", ".join(texts(options.get("context")))[:100]
                if options.get("type") == "approval":
                    facts.append(Fact("ci-job", str(job)[:200], line_of(item, job), job_value(manual=True)))
                elif "/" in str(job):
                    more = where(str(job)[:200], inputs=settings(options))
                    facts.append(Fact("action", str(job)[:200], line_of(item, job), more))
                if "tags" in as_map(options.get("filters")):
                    facts.append(trigger("tag", line_of(item, job)))
    if pushed and root:
        facts.append(trigger("push", 0))
    return placed


def _circle_steps(steps: Any, job: str, orbs: dict[str, Any], depth: int = 0) -> list[Fact]:
    facts: list[Fact] = []
    for i, step in enumerate(as_list(steps)[:500]):
        if isinstance(step, str):
            if "/" in step:
                facts.append(Fact("action", step[:200], line_of(steps, i), where(job)))
            continue
        for name, body in as_map(step).items():
            line = line_of(step, name)
            if name == "run":
                if isinstance(body, dict):
                    value = where(job, text_of(body.get("name"), 200), condition=text_of(body.get("when"), 60))
                    facts += scripts(body, "command", value, pipefail=True)
                else:
                    facts += scripts(step, "run", where(job), pipefail=True)
            elif name in ("save_cache", "restore_cache"):
                facts += caches(body, line, job)
            elif name in ("when", "unless") and depth < 5:
                facts += _circle_steps(as_map(body).get("steps"), job, orbs, depth + 1)
            elif "/" in str(name):
                facts.append(Fact("action", str(name)[:200], line, where(job, inputs=settings(body))))
                if "cache" in str(name) or "install-packages" in str(name):
                    facts.append(Fact("cache", str(name)[:200], line, {"job": job}))
    return facts


# ------------------------------------------------------------------------------------------------- Travis, AppVeyor...

_TRAVIS = (
    "before_install",
    "install",
    "before_script",
    "script",
    "after_success",
    "after_script",
    "before_deploy",
    "after_deploy",
)


def read_travis(data: bytes) -> list[Fact]:
    """A configuration of Travis CI."""
    tree, facts = begin(data, "travis")
    root = tree.root
    if not root:
        return facts
    facts += [trigger("push", 0), trigger("pull_request", 0)]
    facts += caches(root.get("cache"), line_of(root, "cache"), "")
    allowed = [text_of(item.get("name", item.get("env"))) for item in maps(dig(root, "matrix", "allow_failures"))]
    allowed += [text_of(item.get("name", item.get("env"))) for item in maps(dig(root, "jobs", "allow_failures"))]
    jobs: list[tuple[str, dict[str, Any]]] = [("default", root)]
    for key in ("jobs", "matrix"):
        for item in maps(as_map(root.get(key)).get("include")):
            name = text_of(item.get("name", item.get("stage", item.get("env"))), 200)
            if set(_TRAVIS) & set(item) or "deploy" in item or name:
                jobs.append((name or "job", item))
    for name, body in jobs[:200]:
        soft = name in allowed
        line = start(body) if body is not root else line_of(root, "script")
        facts.append(Fact("ci-job", name, line, job_value(soft=soft, **{"if": text_of(body.get("if"), 200)})))
        for phase in _TRAVIS:
            if phase in body:
                facts += scripts(body, phase, where(name, phase, soft or phase.startswith("after")))
        for deploy in as_list(body.get("deploy")):
            if isinstance(deploy, dict):
                provider = text_of(deploy.get("provider"), 60)
                facts.append(
                    Fact(
                        "action",
                        f"deploy:{provider}",
                        line_of(body, "deploy"),
                        where(name, "deploy", inputs=settings(deploy)),
                    )
                )
                if isinstance(deploy.get("script"), (str, list)):
                    facts += scripts(deploy, "script", where(name, "deploy"))
    return facts + keys(root)


def read_appveyor(data: bytes) -> list[Fact]:
    """A configuration of AppVeyor."""
    tree, facts = begin(data, "appveyor")
    root = tree.root
    if root:
        facts += [trigger("push", 0), trigger("pull_request", 0), Fact("ci-job", "default", start(root), job_value())]
    facts += caches(root.get("cache"), line_of(root, "cache"), "default")
    for phase in (
        "init",
        "install",
        "before_build",
        "build_script",
        "after_build",
        "before_test",
        "test_script",
        "after_test",
        "before_deploy",
        "deploy_script",
        "on_success",
        "on_finish",
    ):
        for i, item in enumerate(as_list(root.get(phase))):
            value = where("default", phase, phase.startswith("on_"))
            if isinstance(item, dict):
                for shell in ("cmd", "ps", "sh", "pwsh"):
                    facts += scripts(item, shell, value) if shell in item else []
            elif isinstance(item, str):
                facts += script(item, line_of(root[phase], i) or line_of(root, phase), value)
    return facts + keys(root)


def read_cirrus(data: bytes) -> list[Fact]:
    """A configuration of Cirrus CI."""
    tree, facts = begin(data, "cirrus")
    root = tree.root
    if root:
        facts += [trigger("push", 0), trigger("pull_request", 0)]
    for name, task in root.items():
        if not isinstance(task, dict) or not (name == "task" or name.endswith(("_task", "task_template"))):
            continue
        job = text_of(task.get("name"), 200) or name.removesuffix("_task")
        soft = task.get("allow_failures") is True
        manual = task.get("trigger_type") == "manual"
        facts.append(
            Fact(
                "ci-job",
                job,
                line_of(root, name),
                job_value(needs=texts(task.get("depends_on")), soft=soft, manual=manual),
            )
        )
        for key, value in task.items():
            if key.endswith("script"):
                facts += scripts(task, key, where(job, key.removesuffix("_script"), soft))
            elif key.endswith("cache"):
                facts += caches(as_map(value).get("folder"), line_of(task, key), job)
            elif key in ("container", "docker_builder", "arm_container"):
                facts += image(value, line_of(task, key), job=job)
    return facts + keys(root)


# ---------------------------------------------------------------------------------------------------------- Bitbucket


def read_bitbucket(data: bytes) -> list[Fact]:
    """Bitbucket Pipelines."""
    tree, facts = begin(data, "bitbucket")
    root = tree.root
    facts += image(root.get("image"), line_of(root, "image"))
    pipelines = as_map(root.get("pipelines"))
    for kind, body in pipelines.items():
        line = line_of(pipelines, kind)
        if kind == "default":
            facts.append(trigger("push", line))
            facts += _bitbucket_steps(body, "default")
        elif isinstance(body, dict):
            facts.append(trigger(kind, line, branches=texts(list(body))))
            for name, steps in body.items():
                facts += _bitbucket_steps(steps, str(name)[:100])
    return dedupe(facts) + keys(root)


def _bitbucket_steps(items: Any, pipeline: str, depth: int = 0) -> list[Fact]:
    facts: list[Fact] = []
    for i, item in enumerate(as_list(items)[:200]):
        if not isinstance(item, dict):
            continue
        for group in ("parallel", "stage"):
            if group in item and depth < 4:
                inner = item[group]
                facts += _bitbucket_steps(
                    as_map(inner).get("steps") if isinstance(inner, dict) else inner, pipeline, depth + 1
                )
        step = item.get("step")
        if not isinstance(step, dict):
            continue
        name = text_of(step.get("name"), 200) or f"{pipeline}-{i + 1}"
        value = job_value(
            environment=text_of(step.get("deployment"), 100),
            image=text_of(step.get("image"), 200),
            manual=step.get("trigger") == "manual",
            stage=pipeline,
        )
        facts.append(Fact("ci-job", name, line_of(item, "step"), value))
        facts += image(step.get("image"), line_of(step, "image"), job=name)
        facts += caches(step.get("caches"), line_of(step, "caches"), name)
        for key in ("script", "after-script"):
            lines = step.get(key)
            soft = key == "after-script"
            for j, entry in enumerate(as_list(lines)[:300]):
                if isinstance(entry, dict) and isinstance(entry.get("pipe"), str):
                    more = where(name, soft=soft, inputs=settings(entry.get("variables")))
                    facts.append(Fact("action", entry["pipe"][:200], line_of(entry, "pipe"), more))
                elif isinstance(entry, str):
                    facts += script(entry, line_of(lines, j) or line_of(step, key), where(name, soft=soft))
    return facts


# --------------------------------------------------------------------------------------- builders of the cloud vendors


#: What may stand at the top of a build of Google Cloud Build: https://cloud.google.com/build/docs/build-config-file-schema
_CLOUD_BUILD = frozenset(
    ["steps", "timeout", "queueTtl", "logsBucket", "options", "substitutions", "tags", "serviceAccount", "secrets"]
    + ["availableSecrets", "artifacts", "images", "source", "dependencies"]
)


def looks_cloud_build(root: dict[str, Any]) -> bool:
    """Whether a document is a build of Google Cloud Build: nothing stands in it but its fields, and each step names its image."""
    steps = list(maps(root.get("steps")))
    return (
        bool(steps)
        and root.keys() <= _CLOUD_BUILD
        and all(re.search(r"[/:$]", text_of(step.get("name"), 300)) for step in steps)
        and any(key in step for step in steps for key in ("args", "entrypoint", "script"))
    )


def read_cloud_build(data: bytes) -> list[Fact]:
    """Google Cloud Build; its triggers live in the cloud, not in the file."""
    tree = load_yaml(decode(data))
    return tree.errors() + cloud_build_facts(tree.root)


def cloud_build_facts(root: Map) -> list[Fact]:
    """Steps of a build, and the images that it pushes."""
    if not root:
        return []
    facts = [Fact("ci", "cloud-build", start(root), {"name": ""})]
    for i, step in enumerate(maps(root.get("steps"))):
        job = text_of(step.get("id"), 200) or f"step-{i + 1}"
        reference = text_of(step.get("name"), 300)
        soft = step.get("allowFailure") is True
        value = job_value(needs=texts(step.get("waitFor")), image=reference, soft=soft)
        facts.append(Fact("ci-job", job, start(step), value))
        facts += image(reference, line_of(step, "name"), job=job)
        if isinstance(step.get("script"), str):
            facts += scripts(step, "script", where(job, soft=soft))
            continue
        arguments = texts(step.get("args"))
        entry = text_of(step.get("entrypoint"), 100)
        # without an entry point of its own a step has that of its image, and only a shell is given -c
        shell = entry.rpartition("/")[2] in ("bash", "sh") or not entry and arguments[:1] == ["-c"]
        if shell and len(arguments) > 1 and arguments[0].startswith("-"):
            args = step["args"]
            facts += script(arguments[1], (line_of(args, 1) or line_of(step, "args")), where(job, soft=soft))
            continue
        program = entry or reference.partition(":")[0].rpartition("/")[2]
        program = {"cloud-sdk": "gcloud", "executor": "kaniko"}.get(program, program)
        words = arguments[1:] if arguments[:1] == [program] else arguments
        facts += script(
            " ".join([program, *(f"'{word}'" if " " in word else word for word in words)]),
            line_of(step, "args"),
            where(job, soft=soft),
        )
    # set in builds that a tag starts, and empty in all others
    if any("TAG_NAME" in item and re.search(r"\$\{?TAG_NAME\b", item) for item in _words(root)):
        facts.append(trigger("tag", 0))
    for i, item in enumerate(texts(root.get("images"))):
        facts += script(f"docker push {item}", line_of(root.get("images"), i), where("images"))
    return facts + keys(root)


def _words(value: Any) -> Iterator[str]:
    """All text that a document holds."""
    pending = [value]
    while pending:
        item = pending.pop()
        if isinstance(item, dict):
            pending += item.values()
        elif isinstance(item, list):
            pending += item
        elif isinstance(item, str):
            yield item


def looks_codebuild(root: dict[str, Any]) -> bool:
    """Whether a document is a build specification of AWS CodeBuild."""
    phases = root.get("phases")
    return (
        isinstance(phases, dict) and "version" in root and any("commands" in as_map(phase) for phase in phases.values())
    )


def read_codebuild(data: bytes) -> list[Fact]:
    """buildspec.yml of AWS CodeBuild."""
    tree = load_yaml(decode(data))
    return tree.errors() + codebuild_facts(tree.root)


def codebuild_facts(root: Map) -> list[Fact]:
    """Phases of a build specification; the project that starts it lives in the cloud."""
    if not root:
        return []
    facts = [Fact("ci", "codebuild", start(root), {"name": ""})]
    phases = as_map(root.get("phases"))
    for name, phase in phases.items():
        body = as_map(phase)
        soft = text_of(body.get("on-failure")) == "CONTINUE"
        facts.append(Fact("ci-job", str(name)[:200], line_of(phases, name), job_value(soft=soft)))
        for key in ("commands", "finally"):
            if key in body:
                facts += scripts(body, key, where(str(name)[:200], soft=soft or key == "finally"))
    return facts + caches(root.get("cache"), line_of(root, "cache"), "") + keys(root)


# ------------------------------------------------------------------------------------------------- Buildkite and Drone


def read_buildkite(data: bytes) -> list[Fact]:
    """A pipeline of Buildkite."""
    tree, facts = begin(data, "buildkite")
    root = tree.root
    steps = root.get("steps") if root else next((d for d in tree.documents if isinstance(d, list)), None)
    if steps and not root:
        facts.append(Fact("ci", "buildkite", 1, {"name": ""}))
    if steps:
        facts.append(trigger("push", 0))
    return facts + _buildkite_steps(steps) + keys(root)


def _buildkite_steps(steps: Any, depth: int = 0) -> list[Fact]:
    facts: list[Fact] = []
    for i, step in enumerate(as_list(steps)[:500]):
        if not isinstance(step, dict):
            continue
        label = (
            text_of(step.get("key", step.get("label", step.get("name", step.get("group", step.get("block"))))), 200)
            or f"step-{i + 1}"
        )
        if "group" in step and depth < 3:
            facts += _buildkite_steps(step.get("steps"), depth + 1)
            continue
        soft = bool(step.get("soft_fail"))
        manual = "block" in step or "input" in step
        value = job_value(
            needs=texts(step.get("depends_on")), soft=soft, manual=manual, **{"if": text_of(step.get("if"), 200)}
        )
        if "wait" not in step:
            facts.append(Fact("ci-job", label, start(step), value))
        for key in ("command", "commands"):
            if key in step:
                facts += scripts(step, key, where(label, soft=soft))
        plugins = step.get("plugins")
        for plugin in [plugins] if isinstance(plugins, dict) else as_list(plugins):
            for name, options in plugin.items() if isinstance(plugin, dict) else [(text_of(plugin), {})]:
                more = where(label, soft=soft, inputs=settings(options))
                facts.append(Fact("action", str(name)[:200], line_of(plugin, name) or line_of(step, "plugins"), more))
                facts += image(as_map(options).get("image"), line_of(options, "image"), job=label)
    return facts


def read_drone(data: bytes) -> list[Fact]:
    """Pipelines of Drone and Woodpecker."""
    tree, facts = begin(data, "drone")
    events: list[Fact] = []
    for root in tree.documents[:50]:
        if not isinstance(root, Map) or root.get("kind", "pipeline") != "pipeline":
            continue
        pipeline = text_of(root.get("name"), 200)
        for owner in (root.get("trigger"), *as_list(root.get("when"))):
            event = as_map(owner).get("event")
            names = texts(as_map(event).get("include")) if isinstance(event, dict) else texts(event)
            events += [
                trigger(name, line_of(owner, "event"), branches=texts(as_map(owner).get("branch"))) for name in names
            ]
            if "cron" in as_map(owner):
                events += cron(
                    owner["cron"] if isinstance(owner["cron"], str) else None, line_of(owner, "cron"), pipeline
                )
        steps = root.get("steps", root.get("pipeline"))
        entries = (
            [({"name": name, **body}, line_of(steps, name)) for name, body in steps.items() if isinstance(body, dict)]
            if isinstance(steps, dict)
            else [(step, start(step)) for step in maps(steps)]
        )
        for step, line in entries[:300]:
            name = text_of(step.get("name"), 200)
            soft = text_of(step.get("failure")) == "ignore"
            reference = text_of(step.get("image"), 300)
            facts.append(
                Fact(
                    "ci-job",
                    name,
                    line,
                    job_value(needs=texts(step.get("depends_on")), image=reference, soft=soft, stage=pipeline),
                )
            )
            facts += image(reference, line_of(step, "image") or line, job=name)
            if "settings" in step or ("commands" not in step and re.search(r"plugins?/", reference)):
                more = where(name, soft=soft, inputs=settings(step.get("settings")))
                facts.append(Fact("action", reference[:200], line_of(step, "image") or line, more))
            source = as_map(steps).get(name) if isinstance(steps, dict) else step
            if isinstance(source, dict) and "commands" in source:
                facts += scripts(source, "commands", where(name, soft=soft))
    if any(fact.kind == "ci-job" for fact in facts) and not events:
        events = [trigger("push", 0), trigger("pull_request", 0)]
    return dedupe(facts + events) + keys(tree.root)
