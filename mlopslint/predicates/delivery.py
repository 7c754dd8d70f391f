"""Predicates on tests, CI/CD, deployment, monitoring and cost (TST, CIC, DEP, MON, COS)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mlopslint.commands import CI_KINDS, Command, all_commands, ci_commands, starts_with
from mlopslint.concepts import DATA_WORDS, EVAL_WORDS, TRAIN_WORDS
from mlopslint.outcome import NOTHING, Outcome, found, half, no, not_applicable, yes
from mlopslint.records import Evidence
from mlopslint.view import Hit

if TYPE_CHECKING:
    from mlopslint.judge import Judge

# -- tests -------------------------------------------------------------------------------------------------------------


def tests_present(judge: Judge) -> Outcome:
    """TST001: three or more tests with assertions on project code."""
    tests = judge.concepts.tests
    other = [
        path
        for path in judge.view.entries
        if re.search(
            r"(^|/)(tests?/testthat/test[^/]*\.R|test/runtests\.jl|src/test/(scala|java)/.+\.(scala|java))$", path
        )
    ]
    if len(tests) >= 3:
        return Outcome(
            1.0, tuple(hit.evidence() for hit in tests[:3]), 3, f"{len(tests)} tests with assertions on project code"
        )
    if other:
        return yes(f"tests in {other[0]}", [Evidence(path) for path in other[:3]], 3, "medium")
    if tests:
        return half(
            f"only {len(tests)} test{'s' if len(tests) > 1 else ''} with assertions on project code",
            [hit.evidence() for hit in tests],
            3,
        )
    files = judge.concepts.test_files
    if files:
        return no("the tests hold no assertion on project code", [Evidence(path) for path in files[:3]], "medium")
    return no("there are no tests")


def _targets(judge: Judge) -> dict[str, set[str]]:
    return {path: judge.concepts.tested_targets(path) for path in judge.concepts.test_files}


def data_code_tested(judge: Judge) -> Outcome:
    """TST003: tests exercise feature and preprocessing code."""
    view = judge.view
    hits: list[Evidence] = []
    for path, targets in _targets(judge).items():
        good = [
            t for t in targets if DATA_WORDS.search("/".join(t.rsplit("/", 2)[-2:])) and not t.endswith("__init__.py")
        ]
        names = [
            f
            for f in view.of(path, "import")
            if DATA_WORDS.search(f.name.rpartition(".")[2])
            and not f.name.startswith(("torch", "tensorflow", "sklearn", "numpy", "pandas", "datasets", "transformers"))
        ]
        tests = [
            f
            for f in view.of(path, "def")
            if f.name.rpartition(".")[2].startswith("test")
            and re.search(
                r"preproc|data_?load|transform|featur|clean|tokeni|split|normali|augment|dataset|prepare|encode|loader",
                f.name,
                re.I,
            )
        ]
        if (good or names or tests) and (targets or judge.concepts.tests_project(path)):
            if good:
                hits.append(Evidence(path, None, f"tests {good[0]}"))
            elif (
                names
                and view.roles.get(path) == "test"
                and any(f.name.startswith(".") or judge.concepts.resolve(f.name, path) for f in names)
            ):
                hits.append(Evidence(path, names[0].line, names[0].name))
            elif tests:
                hits.append(Evidence(path, tests[0].line, tests[0].name))
    if hits:
        return yes(f"{hits[0].path} exercises data code", hits[:3], 3, "medium")
    return no("no test exercises feature or preprocessing code")


_NOT_MODELS = ("unittest", "pytest", "mock", "pandas", "numpy", "json", "typing")
_MODEL_CALLS = re.compile(
    r"(^|[._])(fit|train\w*|predict\w*|forward|transcribe|generate|infer\w*|evaluate|load_model|from_pretrained|load_checkpoint|build_model|create_model|get_model|export\w*|make_model|score|score_samples|detect|classify|embed|encode_image|training_step|load_learner)$|(^|[.:_])(\w*(Model|Net|Classifier|Regressor|Transformer|Estimator|Predictor|Detector|Encoder|Decoder|UNet|ResNet|DETR|LSTM|GRU|CNN|Backbone|Head|Attention\w*|Loss))$|(^|\.)model$"
)


def model_tested(judge: Judge) -> Outcome:
    """TST004: tests train, load or call the model and assert on its behaviour; half: only that it runs."""
    view = judge.view
    asserted: list[Evidence] = []
    runs: list[Evidence] = []
    wanted = {name for name in view.names("call") if _MODEL_CALLS.search(name) and not name.startswith(_NOT_MODELS)}
    for path in judge.concepts.test_files:
        if not judge.concepts.tests_project(path):
            continue
        dummies = {
            str((f.value or {}).get("in", ""))
            for f in view.of(path, "call")
            if re.search(r"Dummy|Fake|Mock|Stub", f.name)
        }
        made = [
            f.name
            for f in view.of(path, "def")
            if f.value["type"] == "class" and re.search(r"Dummy|Fake|Mock|Stub", f.name)
        ]
        asserting = {f.name: f for f in view.of(path, "def") if f.name.rpartition(".")[2].startswith("test")}
        fixtures = {f.value.get("target") for f in view.of(path, "decorator") if "fixture" in f.name}
        for fact in view.of(path, "call"):
            value = fact.value if isinstance(fact.value, dict) else {}
            name = fact.name
            if name not in wanted:
                continue
            where = str(value.get("in", ""))
            test = asserting.get(where)
            item = Evidence(path, fact.line, name)
            dummy = where in dummies or (made and re.search(r"Dummy|Fake|Mock|Stub", name))
            if (
                test is not None
                and test.value.get("asserts")
                and not dummy
                or where.rpartition(".")[2] in fixtures
                and not dummy
                and any(t.value.get("asserts") for t in asserting.values())
            ):
                asserted.append(item)
            else:
                runs.append(item)
    if asserted:
        return yes(f"{asserted[0].path} calls the model and asserts on it", asserted[:3], 3, "medium")
    if runs:
        return half("tests run the model without asserting on its behaviour", runs[:3], 3, "medium")
    return no("no test trains, loads or calls the model")


def pipeline_tested(judge: Judge) -> Outcome:
    """TST005: an integration test runs the pipeline or the serving API end to end."""
    view = judge.view
    hits: list[Evidence] = []
    for path in judge.concepts.test_files:
        for fact in view.of(path, "call"):
            name = fact.name
            if (
                re.search(
                    r"TestClient|\.test_client|CliRunner\.invoke|\.materialize_to_memory|\.execute_in_process|httpx\.(AsyncClient|Client)|ASGITransport|KedroSession|papermill\.execute",
                    name,
                )
                or name in ("dagster.materialize", "requests.post")
                or re.match(r"subprocess\.(run|check_call|check_output|call|Popen)|os\.system|runpy", name)
                and re.search(r"train|main|pipeline|predict|dvc|python|\.py", str(fact.value), re.I)
            ):
                hits.append(Evidence(path, fact.line, name))
            elif (
                re.search(r"(^|[.:])(train|main|run_pipeline|run_training|train_model|train_and_evaluate)$", name)
                and (":" in name or "." in name)
                and not name.startswith(".")
            ):
                target = judge.concepts.resolve(name, path)
                if target and target in judge.concepts.reaching(judge.concepts.training_files):
                    hits.append(Evidence(path, fact.line, name))
        for fact in view.of(path, "def"):
            last = fact.name.rpartition(".")[2]
            if (
                last.startswith("test")
                and fact.value.get("asserts")
                and re.search(
                    r"pipeline|end_?to_?end|e2e|integration|full_|workflow|flow$|train_model|train_and|training_run|transcribe",
                    last,
                    re.I,
                )
            ):
                hits.append(Evidence(path, fact.line, fact.name))
        if re.search(r"(^|/)(integration|e2e|end_to_end|functional)[^/]*/", path) and any(
            f.value.get("asserts") for f in view.of(path, "def") if f.value["type"] != "class"
        ):
            hits.append(Evidence(path, None, "an integration test"))
    if hits:
        return yes(f"{hits[0].path} runs end to end", hits[:3], 3, "medium")
    smoke = [path for path in view.python_files if re.search(r"smoke_?test|integration_?test", path, re.I)]
    ran = [c for c in ci_commands(view) if re.search(r"smoke_?test|integration_?test|e2e", c.line, re.I)]
    if ran:
        return yes(
            "CI runs a smoke test of the service or pipeline",
            [ran[0].evidence(), *[Evidence(p) for p in smoke[:1]]],
            ran[0].rung,
            "medium",
        )
    return no("no test runs the pipeline or the API end to end")


# -- CI ---------------------------------------------------------------------------------------------------------------

_HOUSEKEEPING = re.compile(
    r"actions/(stale|labeler|first-interaction|checkout|setup-[a-z]+|cache|upload-artifact|download-artifact|github-script|upload-pages-artifact|deploy-pages|configure-pages|create-release|add-to-project)|stale|labeler|release-drafter|softprops/action-gh-release|pypa/gh-action-pypi-publish|peaceiris/actions-gh-pages|mhausenblas/mkdocs-deploy|greeting|lock-threads|contributor|dependabot|auto-?assign|auto-?merge|cla-assistant|all-contributors|ad-m/github-push-action",
    re.I,
)
_HOUSEKEEPING_COMMAND = re.compile(
    r"^(echo|cd|ls|git|mkdir|cp|mv|rm|cat|export|set|pip install|pip3 install|python -m pip|pip|uv (sync|pip|venv)|poetry (install|publish|build)|conda|apt|apt-get|npm (ci|install)|mkdocs|sphinx-build|twine|build|hatch (build|publish)|flit|jupyter-book|gh |curl|exit|if|fi|then|test|source|\.|chmod|pwd|which|uv (build|publish)|mike|\w+=|python --version|node|printf|sleep|true|make (docs|html)|python setup\.py)\b",
    re.I,
)


def ci_configured(judge: Judge) -> Outcome:
    """CIC001: an active CI configuration that does something for the code; housekeeping alone is half."""
    view = judge.view
    ci = [hit for hit in view.hits("ci") if _active(judge, hit.path)]
    if not ci:
        inactive = [hit for hit in view.hits("ci")]
        if inactive:
            return no("CI configuration stands where it is not read", [hit.evidence() for hit in inactive[:3]])
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


def _active(judge: Judge, path: str) -> bool:
    """Whether a CI file stands where its vendor reads it."""
    kind = judge.view.kinds.get(path, "")
    if kind in ("github-workflow",):
        return path.startswith((".github/", ".gitea/", ".forgejo/"))
    if kind in ("gitlab-ci", "travis", "drone", "bitbucket", "appveyor", "cirrus") and "/" in path:
        return kind == "gitlab-ci" and (path.startswith((".gitlab", "ci/")) or True)
    return judge.view.roles.get(path) == "source"


def _tested(judge: Judge) -> list[Command]:
    from mlopslint.technologies import Technologies

    technologies: Technologies = judge.technologies
    prefixes = [
        prefix
        for technology in technologies.known
        if technology.kind == "test-framework"
        for prefix in technology.commands
    ] or ["pytest"]
    return [
        c
        for c in ci_commands(judge.view)
        if any(starts_with(c.words, prefix) for prefix in prefixes)
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
        return yes(f"CI runs {hard[0].line[:80]}", [c.evidence() for c in hard[:3]], 4)
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
        and not re.match(r"(flake8|black|ruff|pylint|mypy|isort)", c.line)
    ]
    if smoke:
        return half("CI runs scripts as a smoke test, not a test suite", [c.evidence() for c in smoke[:3]], 3)
    return no("CI runs no tests")


_LINT_KINDS = ("linter", "formatter", "type-checker", "import-sorter")


def ci_runs_linters(judge: Judge) -> Outcome:
    """CIC003: a CI step runs lint, format or type checks."""
    view = judge.view
    prefixes = [prefix for t in judge.technologies.known if t.kind in _LINT_KINDS for prefix in t.commands]
    runs = [
        c
        for c in ci_commands(view)
        if (
            any(starts_with(c.words, p) for p in prefixes)
            or re.match(
                r"(pre-commit run|prek run|nox .*lint|tox .*(lint|flake8|style)|lintr|styler|super-linter|hadolint)",
                c.line,
            )
        )
    ]
    hard = [c for c in runs if not c.soft]
    if hard:
        return yes(f"CI runs {hard[0].line[:80]}", [c.evidence() for c in hard[:3]], 4)
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
    prefixes = [prefix for t in judge.technologies.known if t.kind in _LINT_KINDS for prefix in t.commands]
    local = [
        c
        for c in all_commands(judge.view)
        if c.where == "hook"
        and (
            any(starts_with(c.words, p) for p in prefixes)
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


def ci_on_change(judge: Judge) -> Outcome:
    """CIC004: CI runs on pull or merge requests, or on push."""
    hits = [
        hit
        for hit in judge.view.hits(
            "ci-trigger", "push", "pull_request", "merge_request*", "pull_request_target", "merge_group"
        )
        if _active(judge, hit.path)
    ]
    if hits:
        hits.sort(key=lambda hit: hit.fact.name != "pull_request")
        return found(hits[:3], 4, f"CI runs on {' and '.join(sorted({hit.fact.name for hit in hits}))}")
    ci = [
        hit
        for hit in judge.view.hits(
            "ci",
            "jenkins",
            "travis",
            "bitbucket",
            "drone",
            "buildkite",
            "cloud-build",
            "codebuild",
            "circleci",
            "tekton",
        )
    ]
    if ci:
        return found(ci[:2], 4, f"{ci[0].fact.name} builds every change by default").trusted("low")
    return no("CI does not run on changes")


def ci_validates_model(judge: Judge) -> Outcome:
    """CIC005: CI trains or evaluates a model, or checks its quality against a bar."""
    from mlopslint.predicates.training import trains_by_command

    hits = []
    for command in ci_commands(judge.view):
        line = command.line
        script = next((w for w in command.words if w.endswith((".py", ".R", ".sh", ".jl"))), "")
        if (
            trains_by_command(line)
            or (
                script
                and (EVAL_WORDS.search(script.rpartition("/")[2][:-3]) or TRAIN_WORDS.search(script))
                and not re.search(r"(^|/)tests?\.py$|test_", script)
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
        return yes(f"CI runs {hits[0].line[:80]}", [c.evidence() for c in hits[:3]], hits[0].rung)
    tests = judge.predicate("model_tested")
    runs = judge.predicate("ci_runs_tests")
    if tests.grade > 0 and runs.grade > 0 and judge.concepts.frameworks:
        return yes("CI's tests train or call the model", (*runs.evidence[:1], *tests.evidence[:2]), 4, "low")
    return no("CI neither trains nor evaluates a model")


def cd_deploys(judge: Judge) -> Outcome:
    """CIC006: a CI/CD job deploys a model, a service or a pipeline."""
    uses = judge.technologies.find(kinds=["deployment-tool"], rung=3)
    proven = []
    for use in uses:
        for item in use.evidence:
            if (
                judge.view.kinds.get(item.path) in CI_KINDS
                or "runs:" in item.detail
                or "runs in CI" in item.detail
                or judge.view.kinds.get(item.path) == "github-action"
            ):
                proven.append((use, item))
    if proven:
        use, item = proven[0]
        return Outcome(1.0, tuple(i for _, i in proven[:3]), use.rung, f"{use.name} deploys from CI")
    jobs = [
        hit
        for hit in judge.view.hits("ci-job")
        if hit.get("environment")
        and re.search(r"deploy|prod|staging|release|rollout", f"{hit.fact.name} {hit.get('environment')}", re.I)
    ]
    for hit in jobs:
        for command in ci_commands(judge.view):
            if (
                command.hit.path == hit.path
                and command.hit.get("job") == hit.fact.name
                and re.search(r"deploy|rollout|apply|release", command.line, re.I)
                and not re.search(r"pypi|twine|docs|gh-pages", command.line + hit.fact.name, re.I)
            ):
                return yes(f"job {hit.fact.name} deploys", [command.evidence()], 4, "medium")
    scripts = [
        c
        for c in ci_commands(judge.view)
        if re.search(
            r"(^|[/_ -])deploy\w*\.(py|sh)\b|make deploy|(prefect|zenml|flyte\w*|kfp|dagster\w*|metaflow) .*(deploy|register|upload)|python .*deploy\w*\.py",
            c.line,
        )
        and not re.search(r"docs|mkdocs|gh-deploy|pages", c.line)
    ]
    if scripts:
        return yes(f"CI runs {scripts[0].line[:80]}", [scripts[0].evidence()], scripts[0].rung, "medium")
    return no("no CI job deploys anything")


def has_dockerfile(judge: Judge) -> Outcome:
    """A Dockerfile of the project's own (dev containers apart)."""
    paths = [
        path
        for path in judge.view.files("dockerfile")
        if "devcontainer" not in path.lower() and not path.lower().endswith(".dockerignore")
    ]
    return Outcome(1.0, tuple(Evidence(path) for path in paths[:3]), 2) if paths else NOTHING


def images_built(judge: Judge) -> Outcome:
    """CIC007: CI builds the container image."""
    uses = [
        (use, item)
        for use in judge.technologies.find(kinds=["image-build"], rung=3)
        for item in use.evidence
        if judge.view.kinds.get(item.path) in CI_KINDS or "runs:" in item.detail or "runs in CI" in item.detail
    ]
    if uses:
        return Outcome(1.0, tuple(item for _, item in uses[:3]), 4, f"{uses[0][0].name} builds the image in CI")
    commands = [
        c
        for c in ci_commands(judge.view)
        if re.match(
            r"(docker (build|buildx build|compose build|image build)|docker-compose build|podman build|buildah|az acr build|gcloud builds submit|kaniko|nerdctl build|make (docker|image|build-image|container)\w*)",
            c.line,
        )
    ]
    if commands:
        return yes(f"CI runs {commands[0].line[:80]}", [c.evidence() for c in commands[:3]], commands[0].rung)
    images = [
        hit
        for hit in judge.view.hits("image", "*kaniko*", "*cloud-builders/docker*", "plugins/docker*", "*buildah*")
        if judge.view.kinds.get(hit.path) in CI_KINDS | {"yaml"}
    ]
    if images:
        return found(images[:2], 4, f"{images[0].fact.name} builds the image in CI")
    return no("CI does not build the image")


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
    if len(environments) >= 2 or (environments and manual):
        hits = list(environments.values())
        return Outcome(
            1.0,
            tuple(hit.evidence(f"environment {hit.get('environment')}") for hit in hits[:4]),
            4,
            f"deployment goes through {', '.join(sorted(environments)[:4])}",
        )
    words = re.compile(r"dev|test|qa|staging|stage|uat|pre-?prod|prod|canary|blue|green", re.I)
    named = {match.group().lower() for hit in stages if (match := words.search(hit.fact.name))}
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
    overlays = {
        m.group(1).lower()
        for path in view.entries
        if (
            m := re.search(
                r"(?:overlays|envs|environments|values|config|infra\w*|terraform|vars|params)[/_.-](dev|development|test|staging|stage|prod|production)\b",
                path,
                re.I,
            )
        )
    }
    if len(overlays) >= 2 and deploys:
        return half(f"configurations for {', '.join(sorted(overlays))}, with no check between them", [], 2, "medium")
    return no("deployment has one stage and no approval")


_VENDOR_OWN = ("actions/", "github/", "./", "docker://", "template:", "azure/", "Azure/", "circleci/", "atlassian/")


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


def ci_caching(judge: Judge) -> Outcome:
    """COS004: CI caches dependencies or layers."""
    view = judge.view
    caches = [hit for hit in view.hits("cache")]
    if caches:
        return found(caches[:2], 4, f"CI caches {caches[0].fact.name}")
    for hit in view.hits("action"):
        options = hit.get("with") or {}
        name = hit.fact.name
        if (
            name.startswith("actions/cache")
            or (
                isinstance(options, dict)
                and any(
                    key
                    in (
                        "cache",
                        "enable-cache",
                        "cache-from",
                        "cache-to",
                        "cache-dependency-path",
                        "cache-environment",
                        "use-public-rspm",
                        "cache-downloads",
                    )
                    and str(value).lower() not in ("false", "")
                    for key, value in options.items()
                )
            )
            or re.match(r"(Swatinem/rust-cache|Cache@|julia-actions/cache|pre-commit/action)", name)
        ):
            return found([hit], 4, f"{name} caches")
        if (
            name.startswith("astral-sh/setup-uv")
            and str((options or {}).get("enable-cache", "true")).lower() not in ("false",)
            and re.search(r"@v([5-9]|[1-9]\d)", name)
        ):
            return found([hit], 4, "setup-uv caches by default").trusted("medium")
    keys = [
        hit
        for hit in view.hits("key")
        if view.kinds.get(hit.path) in CI_KINDS
        and re.search(r"(^|\.)(cache|caches|restore_cache|save_cache)(\.|\[|$)", hit.fact.name)
        and hit.fact.value not in (False, None)
    ]
    if keys:
        return found(keys[:2], 4, "CI caches")
    return no("CI caches nothing")


# -- deployment -------------------------------------------------------------------------------------------------------


def containerized(judge: Judge) -> Outcome:
    """DEP001: an image for training or serving is defined."""
    view = judge.view
    docker = judge.predicate("has_dockerfile")
    if docker:
        return docker.because(f"{docker.evidence[0].path} builds an image")
    for path in view.files(None):
        if re.search(
            r"(^|/)(bentofile\.ya?ml|cog\.ya?ml|project\.toml.*buildpack|apptainer\.def|singularity[^/]*\.def)$",
            path,
            re.I,
        ):
            return yes(f"{path} defines the image", [Evidence(path)])
    hits = [
        hit
        for hit in view.hits(
            "call",
            "*.Model.package",
            ".package",
            "modal.Image.*",
            "flytekit.ImageSpec",
            "*.DockerSettings",
            "azureml.core.*Image*",
            "*.ContainerImage*",
            "*.build_image",
            "kfp.*.component",
            "*.containerize",
            "sagemaker.image_uris.retrieve",
        )
        if hit.fact.name != ".package" or "azure" in hit.path.lower()
    ]
    hits = [hit for hit in hits if "component" not in hit.fact.name or hit.get("base_image")]
    if hits:
        return found(hits[:2], 3, f"{hits[0].fact.name} defines the image").trusted("medium")
    decorated = [
        hit
        for hit in view.hits("decorator", "kfp.*component", "kfp.dsl.component", "metaflow.kubernetes", "flytekit.task")
        if hit.get("base_image") or hit.get("image") or hit.get("container_image")
    ]
    if decorated:
        return found(decorated[:2], 3, f"{decorated[0].fact.name} names its image")
    images = [
        hit
        for hit in view.hits("image")
        if view.kinds.get(hit.path) in ("yaml", "compose")
        and not re.search(
            r"(^|/)(postgres|redis|mysql|minio|grafana|prometheus|nginx|busybox|mlflow|mongo|rabbitmq|kafka|zookeeper|alpine|ubuntu)",
            hit.fact.name,
        )
    ]
    if images:
        return found(images[:2], 2, f"{images[0].path} runs the image {images[0].fact.name}").trusted("medium")
    for path in view.files("yaml"):
        keys = {f.name: f for f in view.of(path, "key")}
        if "base_image" in keys:
            return yes(
                f"{path} specifies the platform's image",
                [Evidence(path, keys["base_image"].line, str(keys["base_image"].value))],
            )
    return no("no image is defined")


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
            and any("handler" in f.name.lower() for f in view.of(path, "base"))
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
    compose = view.files("compose")
    if compose:
        return half(f"Docker Compose only ({compose[0]})", [Evidence(compose[0])])
    return no("nothing orchestrates containers or endpoints")


def health_checks(judge: Judge) -> Outcome:
    """DEP005: probes, HEALTHCHECK or a health endpoint."""
    view = judge.view
    for hit in view.hits("container"):
        if hit.get("liveness") or hit.get("readiness"):
            return found([hit], 5, f"container {hit.fact.name} has probes")
    for hit in view.hits("docker", "HEALTHCHECK"):
        return found([hit], 3, f"{hit.path} has a HEALTHCHECK")
    for hit in judge.concepts.routes:
        text = f"{hit.get('0', '')} {hit.get('target', '')}"
        if re.search(r"health|ready|live(ness)?\b|ping|status|heartbeat", text, re.I) or _says_health(judge, hit):
            return found([hit], 3, f"route {hit.get('0', '')} tells health")
    for hit in view.search(
        "key", r"(livenessProbe|readinessProbe|healthcheck|health_check|healthCheck|liveness_probe|readiness_probe)\b"
    ):
        return found([hit], 2, f"{hit.path} configures health checks")
    return no("no probe, HEALTHCHECK or health endpoint")


def _says_health(judge: Judge, hit: Hit) -> bool:
    target = str(hit.get("target", ""))
    return any(
        f.name.rpartition(".")[2] == target
        and re.search(r"health|status|alive|ready|heartbeat", f"{target} {f.value.get('about', '')}", re.I)
        for f in judge.view.of(hit.path, "def")
    )


def request_schema(judge: Judge) -> Outcome:
    """DEP006: the serving input is validated against a schema; hand-written checks are half."""
    view, concepts = judge.view, judge.concepts
    near = concepts.reach(serving_code(judge))
    for hit in view.hits(
        "base",
        "pydantic.BaseModel",
        "pydantic.*",
        "sqlmodel.*",
        "marshmallow.Schema",
        "*.BaseModel",
        "msgspec.Struct",
        "flask_restx.*",
        "ninja.Schema",
    ):
        if hit.path in near and not re.search(r"Settings", hit.fact.name):
            return found([hit], 3, f"{hit.fact.value} is the schema of requests")
    for kind in ("decorator", "call"):
        for hit in view.hits(
            kind,
            "inference_schema.*",
            "bentoml.io.*",
            "bentoml.api",
            "flask_pydantic.validate",
            "*.validate_json",
            "jsonschema.validate",
            "marshmallow.*",
            "mlflow.models.infer_signature",
            "mlflow.models.signature.*",
            "flasgger.*",
            "*.reqparse.*",
            "grpc.*",
            "webargs.*",
            "apispec.*",
            "connexion.*",
        ):
            if hit.path in near or hit.fact.name.startswith(("inference_schema", "bentoml", "mlflow")):
                return found([hit], 3, f"{hit.fact.name} validates requests")
    for path in view.entries:
        if (
            re.search(r"\.proto$|(^|/)(openapi|swagger)[^/]*\.(ya?ml|json)$|schema\.json$", path, re.I)
            and view.roles[path] == "source"
        ):
            return yes(f"{path} declares the schema", [Evidence(path)])
    checks = [hit for hit in view.hits("guard") if hit.path in near] + [
        hit
        for hit in view.hits("call", "flask.abort", "*.abort", "fastapi.HTTPException", "flask.jsonify")
        if hit.path in near
    ]
    if checks:
        return half("requests are checked by hand", [hit.evidence() for hit in checks[:3]], 3, "medium")
    return no("requests are not validated")


def images_pinned(judge: Judge) -> Outcome:
    """DEP007: base images with a version tag or digest."""
    loose, total = [], 0
    for path in judge.view.files("dockerfile"):
        for fact in judge.view.of(path, "image"):
            total += 1
            value = fact.value or {}
            tag = value.get("tag")
            if not value.get("digest") and (not tag or tag == "latest") and "$" not in fact.name:
                loose.append(Evidence(path, fact.line, fact.name))
    if not total:
        return not_applicable("no Dockerfile names a base image")
    if loose:
        return no(f"{len(loose)} of {total} base images have no version", loose[:4])
    return yes(f"all {total} base images have a version", [])


def endpoint_protected(judge: Judge) -> Outcome:
    """GOV007: authentication on the serving endpoint, in code or gateway configuration."""
    view, concepts = judge.view, judge.concepts
    near = concepts.reach(serving_code(judge))
    for kind in ("call", "import", "decorator", "base"):
        for hit in view.hits(
            kind,
            "fastapi.security.*",
            "flask_httpauth.*",
            "flask_jwt_extended.*",
            "jwt.decode",
            "jose.jwt.*",
            "flask_login.*",
            "authlib.*",
            "*HTTPBearer",
            "*APIKeyHeader",
            "*OAuth2PasswordBearer",
            "*HTTPBasic",
            "*login_required",
            "*require_api_key*",
            "*verify_token*",
            "*verify_api_key*",
            "*check_auth*",
            "*authenticate*",
            "*api_key_required*",
            "*requires_auth*",
            "hmac.compare_digest",
            "secrets.compare_digest",
            "firebase_admin.auth.*",
        ):
            if hit.path in near:
                return found([hit], 3, f"{hit.fact.name} protects the endpoint")
    for hit in view.hits("call", ".get", "*.headers.get", "*.headers"):
        if hit.path in near and re.search(r"authorization|x-api-key|api[-_]key|bearer", str(hit.get("0", "")), re.I):
            return found([hit], 3, f"header {hit.get('0')} is checked").trusted("medium")
    for hit in view.hits(
        "resource",
        "AuthorizationPolicy",
        "RequestAuthentication",
        "aws_api_gateway_authorizer",
        "aws_apigatewayv2_authorizer",
        "AWS::ApiGateway::Authorizer",
        "aws_cognito_user_pool",
        "google_iap_*",
        "azurerm_api_management*",
        "Microsoft.ApiManagement/*",
        "google_cloud_run_service_iam*",
    ):
        return found([hit], 5, f"{hit.fact.name} protects the endpoint")
    for hit in view.search(
        "key",
        r"(^|\.)(auth_?[eE]nabled|auth_mode|auth_?[tT]ype|authorization|authentication|auth\.type|query_auth_token_enabled)$",
    ):
        if str(hit.fact.value).lower() not in ("false", "none", "0", ""):
            return found([hit], 2, f"{hit.fact.name} is set")
    return no("the endpoint takes requests from anyone")


# -- monitoring and cost ------------------------------------------------------------------------------------------------


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


def resources_bounded(judge: Judge) -> Outcome:
    """COS001: requests and limits, instance types or concurrency are set."""
    view = judge.view
    containers = [hit for hit in view.hits("container") if hit.get("of") not in ("compose",)]
    bounded = [hit for hit in containers if hit.get("limits")]
    requested = [hit for hit in containers if hit.get("requests")]
    if bounded:
        return found(bounded[:3], 5, f"container {bounded[0].fact.name} has limits")
    for hit in view.search(
        "key",
        r"(^|\.)(instance_type|instanceType|machine_type|machineType|vm_size|vmSize|containerResourceRequirements\.\w+|max_concurrent\w*|containerConcurrency|scaleSettings\.\w+|maxConcurrentRequests\w*|max_concurrency|cpu_limit|memory_limit|num_cpus|concurrency|instance_count|limits\.(cpu|memory)|resources\.(cpu|memory|limits\.\w+))$",
    ):
        if view.roles[hit.path] == "source" and view.kinds.get(hit.path) not in CI_KINDS and hit.fact.value is not None:
            return found([hit], 2, f"{hit.fact.name} is {hit.fact.value}")
    for hit in view.hits(
        "call",
        "sagemaker.*",
        "*.deploy",
        "*.Endpoint.deploy",
        "azureml.core.webservice.*",
        "*.deploy_configuration",
        "google.cloud.aiplatform.*",
    ):
        if any(
            key in (hit.fact.value or {})
            for key in ("instance_type", "machine_type", "cpu_cores", "memory_gb", "instance_count", "vm_size")
        ):
            return found([hit], 3, f"{hit.fact.name} sets its resources")
    for hit in view.hits(
        "decorator",
        "ray.serve.deployment",
        "modal.*",
        "flytekit.task",
        "metaflow.resources",
        "metaflow.kubernetes",
        "bentoml.service",
    ):
        if (
            hit.get("ray_actor_options")
            or hit.get("num_replicas")
            or hit.get("cpu")
            or hit.get("memory")
            or hit.get("limits")
            or hit.get("resources")
            or hit.get("gpu")
        ):
            return found([hit], 3, f"{hit.fact.name} sets its resources")
    if requested:
        return half("requests without limits", [hit.evidence() for hit in requested[:3]], 5)
    return no("no limits, instance types or concurrency are set", [hit.evidence() for hit in containers[:3]])


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
    for hit in view.hits("key"):
        match = re.search(
            r"(^|\.)(min_?(?:replicas|instances|workers|nodes|node_count|replica_count|Replicas|Scale)|minReplicas|minNodes|min_node_count|max_?(?:replicas|instances|workers|nodes|node_count|replica_count)|maxReplicas|maxNodes|autoscal\w*\.?\w*|autoScaler\.\w+|autoscaling\.\w+)$",
            hit.fact.name,
        )
        if not match or view.roles[hit.path] != "source":
            continue
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


def service_metrics(judge: Judge) -> Outcome:
    """MON003: latency, errors and resource use are exported."""
    uses = [
        use
        for use in judge.technologies.find(kinds=["metrics-export"], rung=2)
        if use.rung >= 3 or all("imported" not in item.detail for item in use.evidence)
    ]
    if uses:
        return Outcome(1.0, uses[0].evidence, max(uses[0].rung, 2), f"{uses[0].name} exports metrics")
    for path in judge.view.entries:
        if re.search(r"(^|/)prometheus[^/]*\.ya?ml$", path, re.I) and judge.view.roles[path] == "source":
            return yes(f"{path} scrapes metrics", [Evidence(path)])
    for hit in judge.view.search("key", r"(app_?[iI]nsights_?[eE]nabled|prometheus\.io/scrape|enable_app_insights)$"):
        if str(hit.fact.value).lower() == "true":
            return found([hit], 2, f"{hit.fact.name} is set")
    declared = judge.technologies.find(kinds=["metrics-export"])
    if declared:
        return half(f"{declared[0].name} is declared but not used", declared[0].evidence, 1)
    return no("no service metrics are exported")


def alerts(judge: Judge) -> Outcome:
    """MON004: alert rules or notifications on failures; CI notifications only are half."""
    view = judge.view
    rules = [
        hit for hit in view.hits("key", "groups[].rules[].alert", "spec.groups[].rules[].alert", "*.alertmanagers*")
    ]
    if rules:
        return found(rules[:3], 5, f"alert {rules[0].fact.value}")
    files = [
        path
        for path in view.entries
        if re.search(r"(^|/)(alertmanager|alert[_-]?rules?|alerts?|alerting)[^/]*\.(ya?ml|json|tf|rules)$", path, re.I)
        and view.roles[path] == "source"
    ]
    if files:
        return yes(f"{files[0]} configures alerts", [Evidence(path) for path in files[:2]], 5, "medium")
    proven = [use for use in judge.technologies.find(kinds=["alerting"], rung=2)]
    outside = [
        (use, item)
        for use in proven
        for item in use.evidence
        if view.kinds.get(item.path) not in CI_KINDS and "imported" not in item.detail
    ]
    if outside:
        return Outcome(1.0, (outside[0][1],), 5, f"{outside[0][0].name} alerts")
    for kind in ("call", "set"):
        for hit in view.hits(kind, "*"):
            value = hit.fact.value
            if (
                isinstance(value, dict)
                and any(
                    key in value
                    for key in ("on_failure_callback", "email_on_failure", "sla_miss_callback", "on_failure")
                )
                and value.get("email_on_failure", True) is not False
            ):
                return found([hit], 3, "failures of the pipeline are notified")
    senders = [
        hit
        for hit in view.hits(
            "call",
            "slack_sdk.*",
            "slack.*",
            "*.send_alert*",
            "*send_alert*",
            "smtplib.SMTP*",
            "*.send_email",
            "*notify_slack*",
            "*.publish_alert",
            "prefect.*SlackWebhook*",
            "apprise.*",
            "pdpyras.*",
            "*send_slack*",
            "pymsteams.*",
        )
        if view.kinds.get(hit.path) == "python"
    ]
    if senders:
        return found(senders[:2], 3, f"{senders[0].fact.name} notifies").trusted("medium")
    notified = [item for use in proven for item in use.evidence if view.kinds.get(item.path) in CI_KINDS]
    if notified:
        return half("only CI notifies of its failures", notified[:2], 4)
    return no("no alerts or notifications are configured")


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
    ):
        if hit.fact.name.endswith(".collect") and "azureml" not in hit.fact.name:
            continue
        if hit.path in near or hit.fact.name.startswith(("sagemaker", "azureml", "arize", "bentoml")):
            return found([hit], 3, f"{hit.fact.name} stores predictions")
    for hit in view.search(
        "key",
        r"(spec\.predictor\.logger\.|data_collector\.|enable_capture|inference_table|auto_capture_config|request_response_logging|EnableCapture)",
    ):
        if str(hit.fact.value).lower() != "false":
            return found([hit], 2, f"{hit.fact.name} is set")
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
        if hit.path in near
        and re.search(r"predict|infer|log|request|result", f"{hit.fact.name} {hit.fact.value} {hit.path}", re.I)
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


def model_monitored(judge: Judge) -> Outcome:
    """MON001: live model quality or prediction distribution is monitored; predictions only logged are half."""
    outcome = technology_in_use(
        judge, ["monitoring-model"], "monitors the model", "the model in service is not monitored"
    )
    if (
        not outcome
        and judge.predicate("serving_defined").grade >= 1
        and judge.predicate("prediction_logging").grade >= 1
    ):
        return half("predictions are only logged", judge.predicate("prediction_logging").evidence, 3)
    return outcome


def drift_detected(judge: Judge) -> Outcome:
    """MON002: drift is computed by code or configuration."""
    outcome = technology_in_use(judge, ["drift-detection"], "computes drift", "drift is not computed")
    if outcome.grade >= 1:
        return outcome
    functions = [
        hit
        for hit in judge.view.hits("def")
        if re.search(r"drift|population_stability|(^|_)psi(_|$)", hit.fact.name.rpartition(".")[2], re.I)
        and hit.get("type") != "class"
        and judge.view.kinds.get(hit.path) == "python"
    ]
    tests = [
        hit
        for hit in judge.view.hits(
            "call",
            "scipy.stats.ks_2samp",
            "scipy.stats.wasserstein_distance",
            "scipy.stats.chi2_contingency",
            "*.PageHinkley",
            "*.ADWIN",
        )
        if re.search(r"drift|monitor", f"{hit.path} {hit.get('in', '')}", re.I)
    ]
    if functions or tests:
        return found((functions + tests)[:2], 3, f"{(functions + tests)[0].fact.name} computes drift").trusted("medium")
    return outcome


def dashboards(judge: Judge) -> Outcome:
    """MON005: dashboards as code."""
    types = list(judge.view.hits("document-type", "grafana-dashboard*", "*dashboard*"))
    if types:
        return found(types[:2], 5, f"{types[0].path} is a dashboard")
    uses = [use for use in judge.technologies.find(kinds=["dashboard"], rung=2)]
    if uses:
        return Outcome(1.0, uses[0].evidence, max(uses[0].rung, 2), f"{uses[0].name} shows dashboards")
    resources = list(
        judge.view.hits(
            "resource",
            "aws_cloudwatch_dashboard",
            "google_monitoring_dashboard",
            "azurerm_portal_dashboard",
            "AWS::CloudWatch::Dashboard",
            "GrafanaDashboard",
            "datadog_dashboard*",
        )
    )
    if resources:
        return found(resources[:2], 5)
    boards = [
        hit
        for hit in judge.view.hits("call", "streamlit.*", "dash.Dash", "panel.*")
        if re.search(r"monitor|drift|dashboard", hit.path, re.I)
        and (judge.technologies.find(kinds=["monitoring-model", "drift-detection"], rung=3))
    ]
    if boards:
        return found(boards[:1], 3, f"{boards[0].path} shows monitoring data").trusted("medium")
    return no("no dashboard is configured")


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
        if judge.view.roles[hit.path] == "source" and hit.fact.value not in (100, None, "100", "IN_PLACE"):
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
        path
        for path in judge.view.entries
        if re.search(r"(canary|blue[-_]?green|shadow[-_]?deploy|ab[-_]?test)[^/]*\.(ya?ml|py|tf|json)$", path, re.I)
        and judge.view.roles[path] == "source"
    ]
    if named:
        return yes(f"{named[0]} delivers step by step", [Evidence(path) for path in named[:2]], 2, "low")
    return no("new models replace old ones at once")
