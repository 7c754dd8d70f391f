"""Predicates on CI/CD (CIC, NAM007, COS004)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mlopslint.commands import CI_KINDS, Command, all_commands, ci_commands, starts_with_any
from mlopslint.concepts import EVAL_WORDS, TRAIN_WORDS, in_words
from mlopslint.outcome import NOTHING, Outcome, found, half, no, yes
from mlopslint.patterns import late
from mlopslint.predicates.training import ci_training
from mlopslint.records import Evidence
from mlopslint.view import Hit, View

if TYPE_CHECKING:
    from mlopslint.judge import Judge


_HOUSEKEEPING = late(
    r"actions/(stale|labeler|first-interaction|checkout|setup-[a-z]+|cache|upload-artifact|download-artifact|github-script|upload-pages-artifact|deploy-pages|configure-pages|create-release|add-to-project)|stale|labeler|release-drafter|softprops/action-gh-release|pypa/gh-action-pypi-publish|peaceiris/actions-gh-pages|mhausenblas/mkdocs-deploy|greeting|lock-threads|contributor|dependabot|auto-?assign|auto-?merge|cla-assistant|all-contributors|ad-m/github-push-action",
    re.I,
)


_HOUSEKEEPING_COMMAND = late(
    r"^(echo|cd|ls|git|mkdir|cp|mv|rm|cat|export|set|pip install|pip3 install|python -m pip|pip|uv (sync|pip|venv)|poetry (install|publish|build)|conda|apt|apt-get|npm (ci|install)|mkdocs|sphinx-build|twine|build|hatch (build|publish)|flit|jupyter-book|gh |curl|exit|if|fi|then|test|source|\.|chmod|pwd|which|uv (build|publish)|mike|\w+=|python --version|node|printf|sleep|true|make (docs|html|release|publish|dist)|python setup\.py)\b",
    re.I,
)


def ci_configured(judge: Judge) -> Outcome:
    """CIC001: an active CI configuration that does something for the code; housekeeping alone is half."""
    view = judge.view
    ci = [hit for hit in view.hits("ci") if _active(judge, hit.path)]
    if not ci:
        inactive = [hit for hit in view.hits("ci")]
        if inactive:
            evidence = [hit.evidence() for hit in inactive[:3]]
            if any(_handed_out(judge, hit.path) for hit in inactive):
                return half(
                    "CI configuration is there for a project that is copied from here, not for this one", evidence
                )
            return no("CI configuration stands where it is not read", evidence)
        return no("there is no CI configuration")
    paths = {hit.path for hit in ci}
    work: list[Evidence] = []
    for command in ci_commands(view):
        if command.hit.path in paths and not _HOUSEKEEPING_COMMAND.match(command.line):
            work.append(command.evidence())
    for hit in view.hits("action"):
        if hit.path in paths and not _HOUSEKEEPING.search(hit.fact.name):
            work.append(hit.evidence())
    if work:
        vendors = ", ".join(dict.fromkeys(hit.fact.name for hit in ci))
        return yes(f"{vendors}: {ci[0].path}", [ci[0].evidence(), *work[:2]], 4)
    return half(
        "CI does housekeeping only (documentation, releases, stale issues)", [hit.evidence() for hit in ci[:3]], 4
    )


def _handed_out(judge: Judge, path: str) -> bool:
    """Whether a CI file belongs to a whole project in a folder, which is given away as the start of another repository."""
    folder = path.partition(".github/")[0].rstrip("/")
    return bool(folder) and any(
        f"{folder}/{name}" in judge.view.entries
        for name in ("pyproject.toml", "setup.py", "setup.cfg", "requirements.txt", "Makefile", "README.md")
    )


def _active(judge: Judge, path: str) -> bool:
    """Whether a CI file stands where its vendor reads it."""
    kind = judge.view.kinds.get(path, "")
    if kind == "github-workflow":
        return path.startswith((".github/", ".gitea/", ".forgejo/"))
    if kind in ("gitlab-ci", "travis", "drone", "bitbucket", "appveyor", "cirrus") and "/" in path:
        return kind == "gitlab-ci"
    return judge.view.roles.get(path) == "source"


def _tested(judge: Judge) -> list[Command]:
    from mlopslint.technologies import Technologies

    technologies: Technologies = judge.technologies
    prefixes = tuple(
        prefix
        for technology in technologies.known
        if technology.kind == "test-framework"
        for prefix in technology.commands
    ) or ("pytest",)
    return [
        c
        for c in ci_commands(judge.view)
        if starts_with_any(c.words, prefixes)
        or re.match(
            r"(coverage run (-m )?(pytest|unittest)|pytest|py\.test|unittest|nosetests|nose2|devtools::test|Rscript .*test|julia .*Pkg\.test|python .*(runtests|setup\.py test)|ctest|sbt .*test|mvn .*(test|verify)|npm (run )?test|testthat|manage\.py test)",
            c.line,
        )
    ]


def ci_runs_tests(judge: Judge) -> Outcome:
    """CIC002: a CI step runs the test suite and can fail the job."""
    runs = [c for c in _tested(judge) if "--collect-only" not in c.words]
    hard = [c for c in runs if not c.soft]
    if hard:
        return yes(f"CI runs {hard[0].shown}", [c.evidence() for c in hard[:3]], 4)
    if runs:
        return half("CI runs tests, but their failure does not fail the job", [c.evidence() for c in runs[:3]], 3)
    actions = [
        hit
        for hit in judge.view.hits("action")
        if re.search(r"pytest|run-tests|r-lib/actions/check|julia-runtest", hit.fact.name, re.I)
    ]
    if actions:
        return found(actions[:2], 4, f"{actions[0].fact.name} runs tests")
    smoke = [
        c
        for c in ci_commands(judge.view)
        if re.search(r"(^|[ /])(test|train|val|eval|detect|predict|benchmark|smoke|run|main|demo)\w*\.py\b", c.line)
        and not re.match(r"(flake8|black|ruff|pylint|mypy|isort|az|gcloud|aws|databricks|kubectl)\b", c.line)
        and not re.match(r"(az|gcloud|aws|databricks|kubectl|anyscale|sky)\b", c.via)
        and not re.match(r"dvc (stage add|run --no-exec)\b", c.line)
    ]
    if smoke:
        return half("CI runs scripts as a smoke test, not a test suite", [c.evidence() for c in smoke[:3]], 3)
    return no("CI runs no tests")


_LINT_KINDS = ("linter", "formatter", "type-checker", "import-sorter")


def ci_runs_linters(judge: Judge) -> Outcome:
    """CIC003: a CI step runs lint, format or type checks."""
    view = judge.view
    prefixes = tuple(prefix for t in judge.technologies.known if t.kind in _LINT_KINDS for prefix in t.commands)
    runs = [
        c
        for c in ci_commands(view)
        if (
            starts_with_any(c.words, prefixes)
            or re.match(
                r"(pre-commit run|prek run|nox .*lint|tox .*(lint|flake8|style)|lintr|styler|super-linter|hadolint)",
                c.line,
            )
        )
    ]
    hard = [c for c in runs if not c.soft and "--exit-zero" not in c.words]
    if hard:
        return yes(f"CI runs {hard[0].shown}", [c.evidence() for c in hard[:3]], 4)
    actions = [
        hit
        for hit in view.hits("action")
        if re.search(
            r"pre-commit/action|super-linter|ruff-action|psf/black|flake8|pylint|lint|black|mypy|reviewdog/action-|ultralytics/actions|pyright|j178/prek-action",
            hit.fact.name,
            re.I,
        )
    ]
    if actions:
        return found(actions[:2], 4, f"{actions[0].fact.name} checks the code")
    for path in view.files("pre-commit"):
        if any(f.name.startswith("ci.") for f in view.of(path, "key")):
            return yes("pre-commit.ci runs the hooks", [Evidence(path)], 4, "medium")
    if runs:
        return half("CI runs linters, but ignores what they say", [c.evidence() for c in runs[:3]], 3)
    return no("CI runs no lint, format or type check")


def style_enforced(judge: Judge) -> Outcome:
    """NAM007: lint or format run in CI or in a hook."""
    in_ci = judge.predicate("ci_runs_linters")
    if in_ci.grade >= 1:
        return in_ci
    hooks = [use for use in judge.technologies.find(kinds=_LINT_KINDS, rung=4)]
    if hooks:
        return Outcome(1.0, hooks[0].evidence, 4, f"{hooks[0].name} runs in a hook")
    prefixes = tuple(prefix for t in judge.technologies.known if t.kind in _LINT_KINDS for prefix in t.commands)
    local = [
        c
        for c in all_commands(judge.view)
        if c.where == "hook"
        and (
            starts_with_any(c.words, prefixes)
            or re.search(r"make .*(lint|style|format|clean|check)|nox .*lint", c.line)
        )
    ]
    entries = [
        hit
        for hit in judge.view.hits("hook")
        if re.search(
            r"lint|format|style|black|ruff|flake8|make (clean|style|lint)",
            f"{hit.fact.name} {hit.get('entry', '')}",
            re.I,
        )
    ]
    if local or entries:
        return yes("a hook checks style", [local[0].evidence() if local else entries[0].evidence()], 4)
    return in_ci if in_ci else no("neither CI nor a hook checks style")


def ci_validates_model(judge: Judge) -> Outcome:
    """CIC005: CI trains or evaluates a model, or checks its quality against a bar."""

    hits = []
    training = ci_training(judge)
    for command in ci_commands(judge.view):
        line = command.line
        script = next((w for w in command.words if w.endswith((".py", ".R", ".sh", ".jl"))), "")
        if (
            command in training
            or (
                script
                and (EVAL_WORDS.search(script.rpartition("/")[2][:-3]) or TRAIN_WORDS.search(script))
                and not re.search(r"(^|[/_.*-])tests?([_.-]|$)", script.rpartition("/")[2])
                and not re.match(r"(pytest|py\.test|unittest|coverage|nose)", line)
            )
            or re.match(
                r"(lm_eval|promptfoo|deepeval test|giskard|mlflow models (evaluate|predict)|cml (comment|send-comment|runner)?.*train)",
                line,
            )
            or re.search(
                r"validate[_-]model|model[_-]validation|evaluate[_-]model|check[_-]model|make (train|evaluate|eval)\b",
                line,
            )
        ):
            hits.append(command)
    if hits:
        return yes(f"CI runs {hits[0].shown}", [c.evidence() for c in hits[:3]], hits[0].rung)
    tests = judge.predicate("model_tested")
    runs = judge.predicate("ci_runs_tests")
    if tests.grade > 0 and runs.grade > 0 and judge.concepts.frameworks:
        return yes("CI's tests train or call the model", (*runs.evidence[:1], *tests.evidence[:2]), 4, "low")
    return no("CI neither trains nor evaluates a model")


#: What leaves a container running on the machine of the job.
_STARTS = late(
    r"(sudo )?docker (run\b.* (-d|--detach)\b|compose\b.* up\b.* (-d|--detach)\b|stack deploy\b)|(sudo )?docker-compose\b.* up\b.* -d\b"
)


#: Places where what is brought up is thrown away after a test.
_TRIAL = late(r"(^|[/_. -])(e2e|tests?|testing|kind|minikube|k3d|integration)([/_. -]|$)", re.I)


def cd_deploys(judge: Judge) -> Outcome:
    """CIC006: a CI/CD job deploys a model, a service or a pipeline."""
    commands = [command for command in ci_commands(judge.view) if not _TRIAL.search(command.hit.path)]
    return (
        _deployed_by_tool(judge)
        or _delivered_by_action(judge)
        or _deployed_by_job(judge, commands)
        or _left_running(judge, commands)
        or _deployed_by_script(commands)
        or _pipeline_deployed(judge, commands)
        or _said_to_deploy(commands)
        or no("no CI job deploys a model, a service or a pipeline")
    )


def _deployed_by_tool(judge: Judge) -> Outcome:
    """A tool that deploys is run by CI."""
    proven = []
    for use in judge.technologies.find(kinds=["deployment-tool"], rung=3):
        for item in use.evidence:
            via, runs, _ = item.detail.partition(" runs: ")
            if _TRIAL.search(f"{item.path} {via if runs else ''}"):
                continue
            kind = judge.view.kinds.get(item.path)
            if kind in CI_KINDS or kind == "github-action" or "runs:" in item.detail or "runs in CI" in item.detail:
                proven.append((use, item))
    if not proven:
        return NOTHING
    use = proven[0][0]
    return Outcome(1.0, tuple(item for _, item in proven[:3]), use.rung, f"{use.name} deploys from CI")


def _delivered_by_action(judge: Judge) -> Outcome:
    """A stage of AWS CodePipeline deploys."""
    delivered = list(judge.view.hits("delivery-action", "Deploy/*"))
    if not delivered:
        return NOTHING
    told = f"the action {delivered[0].get('name')} of AWS CodePipeline deploys"
    return yes(told, [hit.evidence(hit.fact.name) for hit in delivered[:3]], 3)


def _deployed_by_job(judge: Judge, commands: list[Command]) -> Outcome:
    """A job with an environment to deploy to runs something that is called so."""
    for hit in judge.view.hits("ci-job"):
        where = hit.get("environment")
        if not where or not re.search(r"deploy|prod|staging|release|rollout", f"{hit.fact.name} {where}", re.I):
            continue
        for command in commands:
            if (
                command.hit.path == hit.path
                and command.hit.get("job") == hit.fact.name
                and re.search(r"deploy|rollout|\bapply\b", command.line, re.I)
                and not re.match(r"(git|echo|gh) ", command.line)
                and not re.search(r"pypi|twine|npm|docs|gh-pages", command.line + hit.fact.name, re.I)
            ):
                return yes(f"job {hit.fact.name} deploys", [command.evidence()], 4, "medium")
    return NOTHING


def _left_running(judge: Judge, commands: list[Command]) -> Outcome:
    """A container is left running on the machine of the job, which is the project's own."""
    jobs = judge.view.hits("ci-job")
    own = {(hit.path, hit.fact.name) for hit in jobs if "self-hosted" in str(hit.get("runs-on") or "")}
    for command in commands:
        if (command.hit.path, command.hit.get("job")) in own and _STARTS.match(command.line):
            told = f"CI runs {command.shown} on a machine of its own"
            return yes(told, [command.evidence()], command.rung, "medium")
    return NOTHING


_DEPLOY_SCRIPT = late(
    r"(^|[/_ -])deploy(?!\w*tests?\.)\w*\.(py|sh)\b|make deploy|(prefect|zenml|flyte\w*|kfp|dagster\w*|metaflow) .*(deploy|register|upload)"
    r"|python .*[ =]deploy[-_](model|pipeline|endpoint|service|app)\b"
)
_NO_DEPLOY_SCRIPT = late(r"docs|mkdocs|gh-deploy|pages|^(py\.?test|coverage|unittest)\b")


def _deployed_by_script(commands: list[Command]) -> Outcome:
    """A script or an orchestrator's command is named for it."""
    for command in commands:
        if _DEPLOY_SCRIPT.search(command.line) and not _NO_DEPLOY_SCRIPT.search(command.line):
            return yes(f"CI runs {command.shown}", [command.evidence()], command.rung, "medium")
    return NOTHING


_PUBLISHES = late(
    r"\.(deploy|publish|upsert|register|create_snapshot|create_run_template|upload_pipeline|create_schedule|serve)$"
)


def _pipeline_deployed(judge: Judge, commands: list[Command]) -> Outcome:
    """A file that CI runs hands a pipeline to its platform."""
    for command in commands:
        path = judge.concepts.pipeline_started_by(command.words)
        for fact in judge.view.of(path, "call") if path else ():
            if _PUBLISHES.search(fact.name):
                evidence = [command.evidence(), Evidence(path, fact.line, fact.name)]
                return yes(f"CI runs {path}, which deploys the pipeline", evidence, command.rung, "medium")
    return NOTHING


def _said_to_deploy(commands: list[Command]) -> Outcome:
    """Any program is told to ``deploy``."""
    for command in commands:
        if (
            command.words[1:2] == ("deploy",)
            and re.fullmatch(r"[a-z][\w-]+", command.words[0])
            and not _NO_DEPLOYMENT.match(command.words[0])
            and not re.search(r"docs?\b|site|pages|--dry-run", command.line, re.I)
        ):
            return yes(f"CI runs {command.shown}", [command.evidence()], command.rung, "medium")
    return NOTHING


#: Programs whose ``deploy`` publishes documents or libraries, or is a task that was followed already.
_NO_DEPLOYMENT = late(
    r"(mkdocs|mike|hugo|quarto|netlify|surge|gh-pages|docusaurus|npm|yarn|pnpm|make|just|task|mvn|gradle|sbt|git|echo|twine|poetry|semantic-release)$"
)


_STAGE_WORD = late(r"dev|test|qa|staging|stage|uat|pre-?prod|prod|canary|blue|green|live|acceptance", re.I)
_STAGE_OF_NAME = late(r"(?:^|[-_./=])(qa|staging|stage|uat|preprod|dev|prod|production)(?=[-_./]|$)", re.I)


def _approval_between(view: View) -> tuple[Hit, ...]:
    """A deployment, an approval and a later deployment of one delivery pipeline, in its order."""
    for approval in view.hits("delivery-action", "Approval/*"):
        around = [hit for hit in view.hits("delivery-action", "Deploy/*") if hit.path == approval.path]
        before = [hit for hit in around if hit.fact.line < approval.fact.line]
        after = [hit for hit in around if hit.fact.line > approval.fact.line]
        if before and after:
            return before[-1], approval, after[0]
    return ()


_DEPLOYS = late(r"(^|[\W_])(deploy|release|promote|rollout)", re.I)
_TRIES = late(r"(^|[\W_])(smoke|test|check|verify|validat|integration|acceptance)", re.I)


def _tested_between(view: View) -> list[Hit]:
    """A deployment to a stage, a test behind it and, where there is one, the deployment to another stage behind that: in the order
    of a Jenkinsfile or of a delivery pipeline."""
    steps: dict[str, list[tuple[int, str, Hit]]] = {}
    for hit in (*view.hits("ci-job"), *view.hits("delivery-action")):
        if hit.fact.kind == "delivery-action" or view.kinds.get(hit.path) == "jenkinsfile":
            steps.setdefault(hit.path, []).append((hit.fact.line, in_words(_called(hit)), hit))
    best: list[Hit] = []
    for path in sorted(steps):
        found: list[Hit] = []
        stage = ""
        for _, name, hit in sorted(steps[path], key=lambda step: step[0]):
            if _DEPLOYS.search(name):
                to = next(iter(match.group().lower() for match in _STAGE_WORD.finditer(name)), "")
                if not found:
                    found, stage = [hit], to
                elif len(found) == 2 and to != stage:
                    found.append(hit)
                    break
            elif len(found) == 1 and _TRIES.search(name):
                found.append(hit)
        best = max(best, found, key=len)
    return best if len(best) >= 2 else []


def smoke_tested(judge: Judge) -> Outcome:
    """CIC011: a step behind the deployment whose name says that it tries it."""
    steps = _tested_between(judge.view)
    if not steps:
        return NOTHING
    told = f"{_called(steps[1])} follows {_called(steps[0])}"
    return yes(told, [hit.evidence(_called(hit)) for hit in steps[:2]], 3, "medium")


def _called(hit: Hit) -> str:
    return str(hit.get("name") or hit.fact.name)


def staged_promotion(judge: Judge) -> Outcome:
    """CIC008: separate environments or stages with approval or checks between them."""
    view = judge.view
    environments: dict[str, Hit] = {}
    manual: list[Hit] = []
    for hit in view.hits("ci-job"):
        environment = hit.get("environment")
        if environment and not re.search(r"pypi|github-pages|docs", str(environment), re.I):
            environments.setdefault(str(environment).lower(), hit)
        if hit.get("manual"):
            manual.append(hit)
    for hit in view.hits("action", "*ManualValidation*", "*ManualApproval*", "trstringer/manual-approval*"):
        manual.append(hit)
    between = _approval_between(view)
    if between:
        told = f"{between[1].get('name')} stands between two deployments"
        return yes(told, [hit.evidence(hit.fact.name) for hit in between], 3)
    steps = _tested_between(view)
    if len(steps) == 3:
        told = f"{_called(steps[1])} stands between {_called(steps[0])} and {_called(steps[2])}"
        return yes(told, [hit.evidence(_called(hit)) for hit in steps], 3, "medium")
    manual += view.hits("delivery-action", "Approval/*")
    stages = [
        hit
        for hit in view.hits("ci-job")
        if re.search(
            r"(^|[_-])(dev|test|qa|staging|stage|uat|pre-?prod|prod|production|canary|blue|green)([_-]|$)",
            hit.fact.name,
            re.I,
        )
        and re.search(r"deploy|release|promote|rollout|prod|staging", f"{hit.fact.name}", re.I)
    ]
    deploys = judge.predicate("cd_deploys")
    if (len(environments) >= 2 and any(map(_STAGE_WORD.search, environments))) or (environments and manual):
        hits = list(environments.values())
        return Outcome(
            1.0,
            tuple(hit.evidence(f"environment {hit.get('environment')}") for hit in hits[:4]),
            4,
            f"deployment goes through {', '.join(sorted(environments)[:4])}",
        )
    named = {match.group().lower() for hit in stages if (match := _STAGE_WORD.search(hit.fact.name))}
    if len(named) >= 2:
        return Outcome(
            1.0,
            tuple(hit.evidence() for hit in stages[:4]),
            4,
            f"deployment goes through {', '.join(sorted(named))}",
            "medium",
        )
    chained = [hit for hit in view.hits("ci-job") if hit.get("needs") and re.search(r"deploy", hit.fact.name, re.I)]
    before = [
        hit
        for hit in chained
        if any(re.search(r"deploy|staging|smoke", str(need), re.I) for need in hit.get("needs") or ())
    ]
    if before:
        return found(before[:2], 4, f"{before[0].fact.name} follows a check of an earlier deployment").trusted("medium")
    if environments or manual:
        hit = next(iter(environments.values()), None) or manual[0]
        return half("one environment or one approval only", [hit.evidence()], 4)
    targets = _targets([command for command in ci_commands(view) if re.search(r"\bdeploy\b", command.line)])
    if len(targets) >= 2:
        return half(
            f"deployment goes to {' and '.join(targets)}, with no check between them",
            [command.evidence() for command in targets.values()],
            4,
            "medium",
        )
    overlays = {
        m.group(1).lower()
        for path in view.entries
        if (
            m := re.search(
                r"(?:overlays|envs|environments|values|configs?|infra\w*|terraform|vars|params)[/_.-](dev|development|test|staging|stage|prod|production)\b",
                path,
                re.I,
            )
        )
    }
    if len(overlays) >= 2 and deploys:
        return half(f"configurations for {', '.join(sorted(overlays))}, with no check between them", [], 2, "medium")
    return no("deployment has one stage and no approval")


def _targets(deploys: list[Command]) -> dict[str, Command]:
    """Stages that the names of what is deployed tell of, in the order of one file: ``churn-qa``, then ``churn-prod``."""
    found: dict[str, dict[str, Command]] = {}
    for command in deploys:
        names = {match.lower() for word in command.words for match in _STAGE_OF_NAME.findall(word)}
        if len(names) == 1:
            found.setdefault(command.hit.path, {}).setdefault(names.pop(), command)
    both = (stages for stages in found.values() if len(stages) >= 2 and any(name.startswith("prod") for name in stages))
    return next(both, {})


def supply_chain(judge: Judge) -> Outcome:
    """CIC009: third-party actions and images pinned by commit or digest, and least-privilege tokens; one of the two is half."""
    view = judge.view
    ci = [hit for hit in view.hits("ci") if _active(judge, hit.path)]
    loose: list[Evidence] = []
    third = 0
    for hit in view.hits("action"):
        name = hit.fact.name
        if view.kinds.get(hit.path) not in CI_KINDS or name.startswith(
            ("actions/", "github/", "./", ".\\", "template:")
        ):
            continue
        reference = name.rpartition("@")[2] if "@" in name else ""
        if (
            view.kinds.get(hit.path) in ("azure-pipeline", "yaml-pipeline")
            and re.fullmatch(r"\d+(\.\d+)*", reference)
            and "." not in name.partition("@")[0]
        ):
            continue  # the vendor's own tasks
        third += 1
        if not re.fullmatch(r"[0-9a-f]{40}|sha256:[0-9a-f]{64}", reference):
            loose.append(hit.evidence())
    for hit in view.hits("image"):
        if view.kinds.get(hit.path) in CI_KINDS:
            third += 1
            if not hit.get("digest"):
                loose.append(hit.evidence())
    github = [hit for hit in ci if hit.fact.name == "github-actions"]
    permissions = list(view.hits("permission"))
    wide = [hit for hit in permissions if re.search(r"write-all|^\*|: ?write-all", hit.fact.name)]
    covered = {hit.path for hit in permissions} - {hit.path for hit in wide}
    bare = [hit for hit in github if hit.path not in covered]
    pinned = not loose
    least = bool(github) and not bare and not wide
    if not github:
        if pinned:
            return (
                yes(
                    "images and third-party steps are pinned; this CI has no token permissions to set",
                    [ci[0].evidence()],
                    4,
                    "medium",
                )
                if third
                else half(
                    "nothing from third parties is used; token permissions cannot be seen",
                    [ci[0].evidence()] if ci else [],
                    4,
                    "low",
                )
            )
        return no("images or third-party steps are not pinned to a digest", loose[:4])
    if pinned and least:
        return yes(
            "third-party actions are pinned to commits and tokens have least privilege", [permissions[0].evidence()], 4
        )
    if pinned and third:
        return half(
            "actions are pinned, but workflows keep the default token permissions",
            [hit.evidence("no permissions block") for hit in bare[:3]] or [hit.evidence() for hit in wide[:3]],
            4,
        )
    if least:
        return half(
            f"token permissions are set, but {len(loose)} third-party actions or images are not pinned to a commit",
            loose[:4],
            4,
        )
    return no(
        "token permissions are not restricted"
        + (f", and {len(loose)} third-party actions or images are not pinned to a commit" if loose else ""),
        (loose or [hit.evidence("no permissions block") for hit in bare])[:4],
    )
