"""CI definitions of GitHub Actions, GitLab CI and Azure Pipelines -> facts; the other vendors are in ci_more."""

from __future__ import annotations

import re
from typing import Any

from mlopslint.facts.ci_base import (
    begin,
    branches_of,
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
from mlopslint.facts.tree import Map, Tree, as_list, as_map, content_of, dig, line_of, load_yaml, maps
from mlopslint.patterns import late
from mlopslint.records import Fact

# ---------------------------------------------------------------------------------------------------- GitHub Actions


def read_github(data: bytes) -> list[Fact]:
    """A workflow of GitHub Actions (and of Gitea and Forgejo, which speak the same language)."""
    tree, facts = begin(data, "github-actions")
    root = tree.root
    name = text_of(root.get("name"), 200)
    facts += _github_triggers(root, name)
    facts += _permissions(root, "")
    defaults = as_map(dig(root, "defaults", "run"))
    jobs = root.get("jobs")
    if isinstance(jobs, Map):
        for job_id, job in jobs.items():
            if isinstance(job, dict):
                facts += _github_job(str(job_id), job, line_of(jobs, job_id), defaults)
    return dedupe(facts) + keys(root)


def _github_triggers(root: Map, name: str) -> list[Fact]:
    events = root.get("on", root.get("true"))
    line = line_of(root, "on")
    if isinstance(events, (str, list)):
        return [trigger(event, line) for event in texts(events)]
    found: list[Fact] = []
    for event, value in as_map(events).items():
        at = line_of(events, event) or line
        if event == "schedule":
            for i, item in enumerate(as_list(value)):
                found += cron(as_map(item).get("cron"), line_of(value, i) or at, name)
            continue
        options = as_map(value)
        branches, tags = texts(options.get("branches")), texts(options.get("tags"))
        if event == "push" and tags:
            found.append(trigger("tag", at, tags=tags))
            if not branches:
                continue
        found.append(
            trigger(event, at, branches=branches, paths=texts(options.get("paths")), types=texts(options.get("types")))
        )
    return found


def _permissions(owner: Any, job: str) -> list[Fact]:
    if "permissions" not in owner:
        return []
    value, line = owner["permissions"], line_of(owner, "permissions")
    if isinstance(value, str):
        return [Fact("permission", value[:100], line, {"job": job})]
    granted = [
        Fact("permission", f"{scope}: {text_of(level, 20)}"[:100], line_of(value, scope), {"job": job})
        for scope, level in as_map(value).items()
    ]
    return granted or [Fact("permission", "none", line, {"job": job})]


def _off(value: Any) -> bool:
    """Whether a condition is a literal false: the job or step never runs."""
    return value is False or (
        isinstance(value, str) and re.fullmatch(r"\s*(\$\{\{\s*)?false(\s*\}\})?\s*", value) is not None
    )


def _github_job(job_id: str, job: dict[str, Any], line: int, defaults: dict[str, Any]) -> list[Fact]:
    if _off(job.get("if")):
        return [Fact("ci-job", job_id[:200], line, job_value(disabled=True))]
    soft = job.get("continue-on-error") is True
    environment = job.get("environment")
    if isinstance(environment, dict):
        environment = environment.get("name")
    container = job.get("container")
    value = job_value(
        needs=texts(job.get("needs")),
        environment=text_of(environment, 100),
        image=text_of(as_map(container).get("image") if isinstance(container, dict) else container, 200),
        soft=soft,
        **{"if": text_of(job.get("if"), 300), "runs-on": " ".join(texts(job.get("runs-on")))[:200]},
    )
    facts = [Fact("ci-job", job_id[:200], line, value), *_permissions(job, job_id)]
    facts += image(container, line_of(job, "container"), job=job_id)
    services = as_map(job.get("services"))
    for name, service in services.items():
        facts += image(service, line_of(services, name), job=job_id, service=True)
    defaults = {**defaults, **as_map(dig(job, "defaults", "run"))}
    if isinstance(job.get("uses"), str):
        more = where(job_id, soft=soft, inputs=settings(job.get("with")))
        facts.append(Fact("action", job["uses"][:200], line_of(job, "uses"), more))
    return facts + _github_steps(job.get("steps"), job_id, soft, defaults)


def _github_steps(steps: Any, job: str, soft: bool, defaults: dict[str, Any]) -> list[Fact]:
    facts: list[Fact] = []
    for step in maps(steps):
        condition = step.get("if")
        if _off(condition):
            continue
        step_soft = soft or step.get("continue-on-error") is True
        name = text_of(step.get("name", step.get("id")), 200)
        value = where(job, name, step_soft, condition=text_of(condition, 300))
        uses = step.get("uses")
        if isinstance(uses, str):
            inputs = settings(step.get("with"))
            line = line_of(step, "uses")
            facts.append(Fact("action", uses.strip()[:200], line, {**value, "with": inputs}))
            facts += _github_cache(uses, as_map(step.get("with")), line, job)
            if uses.startswith("docker://"):
                facts += image(uses[9:], line, job=job)
            for key in ("script", "run", "command", "commands", "cmd", "inlineScript"):
                if isinstance(inputs.get(key), str) and not uses.startswith("actions/github-script"):
                    facts += scripts(step["with"], key, value)
        elif "run" in step:
            used = text_of(step.get("shell") or defaults.get("shell"))
            folder = text_of(step.get("working-directory") or defaults.get("working-directory"), 200)
            if folder:
                value = {**value, "folder": folder}
            if not used.startswith("python"):
                facts += scripts(step, "run", value, pipefail=used.startswith("bash") and "{0}" not in used)
    return facts


def _github_cache(uses: str, inputs: dict[str, Any], line: int, job: str) -> list[Fact]:
    action = uses.partition("@")[0].lower()
    names: list[str] = []
    if action.startswith(("actions/cache", "buildjet/cache")) or action.endswith(("/rust-cache", "/gha-cache")):
        names = text_of(inputs.get("path"), 200).split("\n")[:5] or ["cache"]
    elif isinstance(inputs.get("cache"), str) and inputs["cache"] not in ("", "false"):
        names = [inputs["cache"]]
    elif inputs.get("cache") is True or inputs.get("enable-cache") in (True, "true", "auto"):
        names = ["default"]
    elif "cache-from" in inputs or "cache-to" in inputs:
        names = ["docker-layers"]
    elif any("cache" in str(key) and item in (True, "true") for key, item in inputs.items()):
        names = ["default"]
    elif action.endswith("astral-sh/setup-uv") and inputs.get("enable-cache") is None:
        names = ["uv"]
    return [Fact("cache", name.strip()[:200] or "cache", line, {"job": job}) for name in names]


def read_github_action(data: bytes) -> list[Fact]:
    """A composite, JavaScript or container action; its steps run in whichever job uses it."""
    tree = load_yaml(decode(data))
    root = tree.root
    runs = as_map(root.get("runs"))
    facts = tree.errors()
    if "runs" in root:
        facts.append(Fact("document-type", "github-action", start(root), {"using": text_of(runs.get("using"), 40)}))
        facts += _github_steps(runs.get("steps"), "", False, {})
        reference = text_of(runs.get("image"))
        if reference.startswith("docker://"):
            facts += image(reference[9:], line_of(runs, "image"))
    elif root:
        from mlopslint.facts.structured import yaml_facts

        return facts + yaml_facts(tree)
    return facts + keys(root)


# --------------------------------------------------------------------------------------------------------- GitLab CI

_GITLAB_GLOBAL = frozenset(
    [
        "stages",
        "include",
        "variables",
        "default",
        "workflow",
        "image",
        "services",
        "before_script",
        "after_script",
        "cache",
        "spec",
        "types",
    ]
)
_GITLAB_EVENT = late(r"CI_PIPELINE_SOURCE\s*(==|=~)\s*[\"'/]?\^?([a-z_|()]+)")


def read_gitlab(data: bytes) -> list[Fact]:
    """A pipeline of GitLab CI; files that it includes are other files, templates of this file are resolved."""
    tree, facts = begin(data, "gitlab-ci")
    root = Map(1)
    for document in tree.documents:  # a component has a header document before the jobs
        if isinstance(document, Map):
            root.update(document)
            root.lines.update(document.lines)
            root.content.update(document.content)
    facts += _gitlab_rules(as_map(root.get("workflow")).get("rules"), line_of(root, "workflow"))
    for i, item in enumerate(as_list(root.get("include"))):
        line = line_of(root.get("include"), i) or line_of(root, "include")
        entry = item if isinstance(item, dict) else {"local": item}
        for key in ("template", "component", "local", "remote", "project"):
            if isinstance(entry.get(key), str):
                facts.append(Fact("action", f"{key}:{entry[key]}"[:200], line, where("")))
    default = as_map(root.get("default"))
    for owner in (root, default):
        facts += image(owner.get("image"), line_of(owner, "image"))
        facts += caches(owner.get("cache"), line_of(owner, "cache"), "")
        for key in ("before_script", "after_script"):
            if key in owner:
                facts += _gitlab_scripts(root, owner, key, where("", key, key == "after_script"))
    for name, job in root.items():
        if name in _GITLAB_GLOBAL or not isinstance(job, dict):
            continue
        hidden = name.startswith(".")
        whole = job if hidden else _extended(root, job)
        if not {"script", "trigger", "extends", "run", "stage", "before_script", "environment"} & set(whole):
            continue
        facts += _gitlab_job(root, str(name), whole, line_of(root, name), hidden)
    if not any(fact.kind == "ci-trigger" for fact in facts) and any(fact.kind == "ci-job" for fact in facts):
        facts.append(trigger("push", 0))
    return dedupe(facts) + keys(root)


def _extended(root: Map, job: dict[str, Any]) -> dict[str, Any]:
    """A job with what it extends put below it, ten generations at most."""
    whole = Map(getattr(job, "line", 0))
    queue, seen = [job], 0
    while queue and seen < 10:
        seen += 1
        current = queue.pop(0)
        for key, value in current.items():
            if key not in whole:
                whole[key] = value
                whole.lines[key] = line_of(current, key)
                whole.content[key] = content_of(current, key)
        queue += [
            root[parent] for parent in reversed(texts(current.get("extends"))) if isinstance(root.get(parent), dict)
        ]
    return whole


def _gitlab_scripts(root: Map, owner: Any, key: Any, value: dict[str, Any], depth: int = 0) -> list[Fact]:
    """Commands of a script whose items may refer to scripts of other jobs."""
    content = owner[key]
    if not isinstance(content, list):
        return scripts(owner, key, value, pipefail=True)
    if getattr(content, "tag", "") == "!reference":
        target = [text_of(item) for item in content]
        parent = dig(root, *target[:-1]) if len(target) > 1 else None
        if depth > 4 or not isinstance(parent, dict) or target[-1] not in parent:
            return []
        return _gitlab_scripts(root, parent, target[-1], value, depth + 1)
    found: list[Fact] = []
    for i in range(min(len(content), 300)):
        if depth < 5:
            found += _gitlab_scripts(root, content, i, value, depth + 1)
        if len(found) > 2000:
            break
    return found


def _gitlab_job(root: Map, name: str, job: dict[str, Any], line: int, hidden: bool) -> list[Fact]:
    allow = job.get("allow_failure")
    soft = allow is True or isinstance(allow, dict)
    environment = job.get("environment")
    rules = [rule for rule in maps(job.get("rules"))]
    manual = job.get("when") == "manual" or any(rule.get("when") == "manual" for rule in rules)
    if any(rule.get("allow_failure") is True for rule in rules) and len(rules) == 1:
        soft = True
    facts: list[Fact] = []
    if not hidden:
        value = job_value(
            needs=[
                text_of(as_map(need).get("job") if isinstance(need, dict) else need)
                for need in as_list(job.get("needs"))
            ],
            environment=text_of(as_map(environment).get("name") if isinstance(environment, dict) else environment, 100),
            image=text_of(
                as_map(job["image"]).get("name") if isinstance(job.get("image"), dict) else job.get("image"), 200
            ),
            soft=soft,
            manual=manual,
            stage=text_of(job.get("stage"), 100),
            **{"if": "; ".join(text_of(rule.get("if"), 200) for rule in rules if rule.get("if"))[:400]},
        )
        facts.append(Fact("ci-job", name[:200], line, value))
        facts += _gitlab_rules(job.get("rules"), line_of(job, "rules"))
        facts += _gitlab_only(job.get("only"), line_of(job, "only"))
    facts += image(job.get("image"), line_of(job, "image"), job=name)
    facts += caches(job.get("cache"), line_of(job, "cache"), name)
    for service in as_list(job.get("services")):
        facts += image(service, line_of(job, "services"), job=name, service=True)
    if hidden:  # its script counts for the jobs that extend it or refer to it
        return facts
    for key in ("before_script", "script", "after_script"):
        if key in job:
            facts += _gitlab_scripts(root, job, key, where(name, key, soft or key == "after_script"))
    return facts


def _gitlab_rules(rules: Any, line: int) -> list[Fact]:
    found: list[Fact] = []
    for i, rule in enumerate(as_list(rules)):
        if not isinstance(rule, dict) or rule.get("when") == "never":
            continue
        at = line_of(rules, i) or line
        condition = text_of(rule.get("if"), 500)
        events = [
            event
            for match in _GITLAB_EVENT.finditer(condition)
            for event in re.split(r"[|()]+", match.group(2))
            if event
        ]
        found += [trigger(event, at, paths=texts(rule.get("changes"))) for event in events]
        if "CI_MERGE_REQUEST" in condition and not events:
            found.append(trigger("pull_request", at))
        if "CI_COMMIT_TAG" in condition:
            found.append(trigger("tag", at))
        elif ("CI_COMMIT_BRANCH" in condition or "CI_COMMIT_REF_NAME" in condition) and not events:
            found.append(trigger("push", at, branches=re.findall(r"==\s*[\"']([\w./-]+)[\"']", condition)))
        elif not condition:
            found.append(trigger("push", at, paths=texts(rule.get("changes"))))
    return found


def _gitlab_only(only: Any, line: int) -> list[Fact]:
    names = texts(only.get("refs")) if isinstance(only, dict) else texts(only)
    known = {
        "merge_requests",
        "schedules",
        "tags",
        "web",
        "api",
        "branches",
        "pipelines",
        "external_pull_requests",
        "triggers",
    }
    found = [
        trigger(name.rstrip("s") if name in ("pipelines", "triggers") else name, line)
        for name in names
        if name in known
    ]
    refs = [name for name in names if name not in known]
    return [*found, trigger("push", line, branches=refs)] if refs else found


# --------------------------------------------------------------------------------------------------- Azure Pipelines


def read_azure(data: bytes) -> list[Fact]:
    """A pipeline of Azure Pipelines, or a template for one."""
    tree = load_yaml(decode(data))
    if tree.root and not looks_azure(tree.root, strict=False):
        from mlopslint.facts.structured import yaml_facts

        return tree.errors() + yaml_facts(tree)
    return azure_facts(tree)


def read_yaml_pipeline(data: bytes) -> list[Fact]:
    """A YAML file in a folder for pipelines: Azure Pipelines by its content, or any structured file."""
    tree = load_yaml(decode(data))
    root = tree.root
    if root and looks_azure(root, strict=False) and "$schema" not in root:
        return azure_facts(tree, named=False)
    from mlopslint.facts.structured import yaml_facts

    return tree.errors() + yaml_facts(tree)


_AZURE_STEPS = frozenset(
    ["script", "bash", "pwsh", "powershell", "task", "template", "checkout", "download", "publish"]
)


def looks_azure(root: dict[str, Any], strict: bool = True) -> bool:
    """Whether a document has the shape of Azure Pipelines; ``strict`` when nothing about its name says so."""
    if "$schema" in root or "apiVersion" in root or "kind" in root or "on" in root:
        return False
    body = any(
        isinstance(root.get(key), list) and any(_azure_item(item, key) for item in root[key][:20])
        for key in ("steps", "jobs", "stages")
    )
    head = (
        bool({"trigger", "pr", "pool", "schedules"} & set(root)) or dig(root, "resources", "repositories") is not None
    )
    if strict:
        return body and (head or isinstance(root.get("parameters"), (list, dict)) or _has_task(root))
    return (
        body
        or (head and bool({"extends", "variables", "resources", "stages", "jobs", "steps"} & set(root)))
        or ("trigger" in root and "extends" in root)
    )


def _has_task(root: dict[str, Any]) -> bool:
    """Whether a document is nothing but steps, one of them a task with its version, which nobody else writes so."""
    return set(root) <= {"steps", "variables"} and any(
        re.fullmatch(r"[A-Za-z][\w.-]*@\d+", str(step.get("task", ""))) for step in maps(root.get("steps"))
    )


def _azure_item(item: Any, key: str) -> bool:
    if not isinstance(item, dict):
        return False
    if any(str(name).startswith("${{") for name in item) or "template" in item:
        return True
    if key == "steps":
        return bool(_AZURE_STEPS & set(item))
    return bool({"job", "deployment", "stage"} & set(item))


def azure_facts(tree: Tree, named: bool = True) -> list[Fact]:
    """Facts of a document that is known to be Azure Pipelines; ``named``: its file is named as one that is run."""
    root = tree.root
    facts = tree.errors()
    if not root:
        return facts
    heads = {"trigger", "pr", "schedules", "resources", "pool"} & set(root)
    template = not heads and (not named or "parameters" in root)
    value: dict[str, Any] = {"name": text_of(root.get("name"), 200)}
    if template:
        value["template"] = True
    facts.append(Fact("ci", "azure-pipelines", start(root), value))
    facts += _azure_triggers(root, template)
    resources = as_map(root.get("resources"))
    for container in maps(resources.get("containers")):
        facts += image(container.get("image"), line_of(container, "image"))
    extends = as_map(root.get("extends")).get("template")
    if isinstance(extends, str):
        facts.append(Fact("action", f"template:{extends}"[:200], line_of(root["extends"], "template"), where("")))
    budget = [2000]
    for stage in _azure_items(root.get("stages")):
        facts += _azure_stage(stage, budget)
    for job in _azure_items(root.get("jobs")):
        facts += _azure_job(job, "", budget)
    if isinstance(root.get("steps"), list):
        if not template:
            facts.append(Fact("ci-job", "default", line_of(root, "steps"), job_value()))
        facts += _azure_steps(root["steps"], "" if template else "default", False, budget)
    return dedupe(facts) + keys(root)


def _azure_triggers(root: Map, template: bool) -> list[Fact]:
    found: list[Fact] = []
    value, line = root.get("trigger"), line_of(root, "trigger")
    off = value in ("none", ["none"])  # the list is a branch of that name, which nobody has
    if "trigger" in root:
        if not off and value != []:
            branches = branches_of(as_map(value).get("branches") if isinstance(value, dict) else value)
            paths = branches_of(as_map(value).get("paths"))
            tags = branches_of(as_map(value).get("tags"))
            if tags:
                found.append(trigger("tag", line, tags=tags))
            if branches or not tags:
                found.append(trigger("push", line, branches=branches, paths=paths))
    elif not template:
        found.append(trigger("push", 0))
    value, line = root.get("pr"), line_of(root, "pr")
    if "pr" in root and value != "none" and value != []:
        branches = branches_of(as_map(value).get("branches") if isinstance(value, dict) else value)
        found.append(trigger("pull_request", line, branches=branches, paths=branches_of(as_map(value).get("paths"))))
    for item in maps(root.get("schedules")):
        branches = branches_of(item.get("branches"))
        found += cron(item.get("cron"), line_of(item, "cron"), text_of(item.get("displayName"), 200), branches)
    for item in maps(dig(root, "resources", "pipelines")):
        if "trigger" in item and item["trigger"] not in ("none", False):
            found.append(trigger("workflow_run", line_of(item, "trigger")))
    for kind in ("webhooks", "containers"):
        for item in maps(dig(root, "resources", kind)):
            if kind == "webhooks" or "trigger" in item:
                found.append(trigger("repository_dispatch", start(item)))
    if off and not found:
        found.append(trigger("manual", line_of(root, "trigger")))
    return found


def _azure_items(items: Any, depth: int = 0) -> list[dict[str, Any]]:
    """The mappings of a list of stages, jobs or steps, those under ``${{ if }}`` and ``${{ each }}`` included."""
    found: list[dict[str, Any]] = []
    for item in maps(items):
        inner = [key for key in item if str(key).startswith("${{")]
        if inner and depth < 8:
            for key in inner:
                found += _azure_items(as_list(item[key]), depth + 1)
        else:
            found.append(item)
    return found


def _template(item: dict[str, Any], job: str) -> list[Fact]:
    name = item.get("template")
    if not isinstance(name, str):
        return []
    more = where(job, inputs=settings(item.get("parameters")))
    return [Fact("action", f"template:{name}"[:200], line_of(item, "template"), more)]


def _azure_stage(stage: dict[str, Any], budget: list[int]) -> list[Fact]:
    name = text_of(stage.get("stage"), 200)
    facts = _template(stage, name)
    jobs = _azure_items(stage.get("jobs"))
    if name and not any("job" in job or "deployment" in job for job in jobs):
        value = job_value(needs=texts(stage.get("dependsOn")), **{"if": text_of(stage.get("condition"), 300)})
        facts.append(Fact("ci-job", name, start(stage), value))
        facts += _azure_steps(stage.get("steps"), name, False, budget)
    for job in jobs:
        facts += _azure_job(job, name, budget, texts(stage.get("dependsOn")))
    return facts


def _azure_job(job: dict[str, Any], stage: str, budget: list[int], stage_needs: list[str] | None = None) -> list[Fact]:
    name = text_of(job.get("job", job.get("deployment")), 200)
    facts = _template(job, name or stage)
    if "template" in job:
        return facts
    name = name or stage or "job"
    environment = job.get("environment")
    if isinstance(environment, dict):
        environment = environment.get("name")
    soft = job.get("continueOnError") in (True, "true")
    strategy = as_map(job.get("strategy"))
    blocks = [job.get("steps")]
    for kind in ("runOnce", "rolling", "canary"):
        for hook, value in as_map(strategy.get(kind)).items():
            if isinstance(value, dict) and hook != "on":
                blocks.append(value.get("steps"))
            for outcome in as_map(value).values() if hook == "on" else ():
                blocks.append(as_map(outcome).get("steps"))
    approves = any("ManualValidation" in text_of(step.get("task")) for step in maps(job.get("steps")))
    value = job_value(
        needs=texts(job.get("dependsOn")) or (stage_needs or []),
        environment=text_of(environment, 100),
        image=text_of(
            as_map(job["container"]).get("image") if isinstance(job.get("container"), dict) else job.get("container"),
            200,
        ),
        soft=soft,
        manual=approves,
        stage=stage,
        **{
            "if": text_of(job.get("condition"), 300),
            "strategy": next((k for k in ("runOnce", "rolling", "canary") if k in strategy), ""),
        },
    )
    facts.append(Fact("ci-job", name, start(job), value))
    for block in blocks:
        facts += _azure_steps(block, name, soft, budget)
    return facts


def _azure_steps(steps: Any, job: str, soft: bool, budget: list[int]) -> list[Fact]:
    facts: list[Fact] = []
    for step in _azure_items(steps):
        budget[0] -= 1
        if budget[0] < 0:
            break
        if step.get("enabled") is False or step.get("condition") is False or text_of(step.get("condition")) == "false":
            continue
        step_soft = soft or step.get("continueOnError") in (True, "true")
        label = text_of(step.get("displayName", step.get("name")), 200)
        value = where(job, label, step_soft, condition=text_of(step.get("condition"), 300))
        facts += _template(step, job)
        for key in ("script", "bash", "pwsh", "powershell"):
            if isinstance(step.get(key), str):
                facts += scripts(step, key, value)
        task = step.get("task")
        if isinstance(task, str):
            line = line_of(step, "task")
            inputs = as_map(step.get("inputs"))
            facts.append(Fact("action", task[:200], line, {**value, "with": settings(inputs)}))
            for key in ("script", "inlineScript", "Inline", "targetInline"):
                if isinstance(inputs.get(key), str):
                    facts += scripts(inputs, key, value)
            lower = task.lower()
            if lower.startswith("cache@"):
                facts += caches(inputs.get("path"), line, job)
            elif lower.startswith(("docker@", "dockercompose@")):
                command = text_of(inputs.get("command", inputs.get("action")), 60) or "buildAndPush"
                facts += script(f"docker {'build' if command.lower().startswith('build') else command}", line, value)
    return facts
