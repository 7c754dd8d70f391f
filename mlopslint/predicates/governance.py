"""Predicates on security, responsible ML and the assessment itself (GOV, MAT)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mlopslint.commands import all_commands
from mlopslint.outcome import Outcome, found, half, no, yes
from mlopslint.records import Evidence
from mlopslint.view import Hit

if TYPE_CHECKING:
    from mlopslint.judge import Judge


def no_secrets(judge: Judge) -> Outcome:
    """GOV001: no credentials in tracked files."""
    view = judge.view
    hits = [
        hit
        for hit in view.hits("secret", roles=frozenset({"source", "example", "docs", "test", "generated"}))
        if hit.get("confidence") == "high" or view.roles[hit.path] == "source"
    ]
    hits = [
        hit
        for hit in hits
        if not (view.roles[hit.path] == "test" and hit.fact.name in ("private-key", "assigned-credential"))
        and view.kinds.get(hit.path) not in ("lock",)
    ]
    if hits:
        shown = [hit.evidence(f"{hit.fact.name} {hit.get('hint')}") for hit in hits[:5]]
        sure = any(hit.get("confidence") == "high" for hit in hits)
        return no(
            f"{len(hits)} credential{'s' if len(hits) > 1 else ''} in tracked files",
            shown,
            "high" if sure else "medium",
        )
    return yes("no credential was found in tracked files", [], 2)


def security_policy(judge: Judge) -> Outcome:
    """GOV003: a SECURITY file, or scanning for secrets or vulnerabilities in CI or a hook."""
    for path in judge.view.entries:
        if re.fullmatch(r"(?:\.github/|docs/|\.gitlab/)?security(\.(md|rst|txt))?", path, re.I):
            return yes(f"{path} is there", [Evidence(path)])
    uses = judge.technologies.find(kinds=["security-scanning", "secret-scanning"], rung=4)
    if uses:
        return Outcome(1.0, uses[0].evidence, 4, f"{uses[0].name} scans the code")
    hooks_ = [
        hit
        for hit in judge.view.hits(
            "hook", "detect-private-key", "bandit", "gitleaks", "detect-secrets", "trufflehog", "ggshield"
        )
    ]
    if hooks_:
        return found(hooks_[:1], 4, f"hook {hooks_[0].fact.name} scans commits")
    ruff = [
        hit
        for hit in judge.view.hits(
            "key", "tool.ruff.lint.select[]", "tool.ruff.lint.extend-select[]", "tool.ruff.select[]", "lint.select[]"
        )
        if hit.fact.value in ("S", "ALL")
    ]
    if ruff and judge.predicate("ci_runs_linters").grade >= 1:
        return found(ruff[:1], 4, "Ruff's security rules run in CI")
    return no("no security policy and no scanning")


def model_documented(judge: Judge) -> Outcome:
    """GOV004: a model card; a README section on results, use or limits is half."""
    view = judge.view
    for path in view.entries:
        if re.search(
            r"(^|/)model[-_ ]?cards?([-_.][^/]*)?\.(md|rst|ya?ml|json|html|txt|j2)$|(^|/)model[-_]?cards?/", path, re.I
        ) and view.roles[path] in ("source", "docs"):
            return yes(f"{path} documents the model", [Evidence(path)])
    uses = judge.technologies.find(kinds=["model-card"], rung=3)
    if uses:
        return Outcome(1.0, uses[0].evidence, 3, f"{uses[0].name} writes model cards")
    phrases: dict[str, Hit] = {}
    for hit in view.hits("phrase", "intended-use", "limitations", roles=frozenset({"source", "docs"})):
        if view.kinds.get(hit.path) == "document" and re.search(
            r"(^|/)(readme[^/]*|[^/]*(model|card|about)[^/]*)$", hit.path, re.I
        ):
            phrases.setdefault(hit.fact.name, hit)
    if len(phrases) == 2 and len({hit.path for hit in phrases.values()}) == 1:
        hits = list(phrases.values())
        return half(
            f"{hits[0].path} says what the model is for and where it ends",
            [hit.evidence() for hit in hits],
            2,
            "medium",
        )
    for path in view.files("document"):
        if not re.match(r"readme", path.rpartition("/")[2], re.I) or path.count("/") > 1:
            continue
        for fact in view.of(path, "heading"):
            if (
                re.search(
                    r"model zoo|\bmodel (card|details|description|performance|architecture|results)|pre-?trained (models|checkpoints|weights)|available models|limitations|intended use",
                    fact.name,
                )
                and fact.value.get("words", 0) >= 25
            ):
                return half(
                    f"a section of {path} describes the model, without intended use and limits",
                    [Evidence(path, fact.line, fact.name)],
                    2,
                    "medium",
                )
    return no("no model card and no section that stands for one")


def explainability(judge: Judge) -> Outcome:
    """GOV005: explanations or feature importance in code."""
    uses = judge.technologies.find(kinds=["explainability"], rung=3)
    if uses:
        return Outcome(1.0, uses[0].evidence, 3, f"{uses[0].name} explains the model")
    hits = [
        hit
        for hit in judge.view.hits(
            "call",
            "*plot_importance",
            "*.permutation_importance",
            "*feature_importance*",
            "*.get_score",
            "*.get_feature_importance",
            "*grad_cam*",
            "*GradCAM*",
            "*plot_feature_imp*",
        )
    ]
    sets = [
        hit
        for hit in judge.view.hits("def")
        if re.search(
            r"feature_?importance|(^|_)explain(s|er|ers|ed|ing|ation|ations|ability)?(_|$)|(^|_)shap(_|$)|saliency|grad_?cam|(^|_)interpret_",
            hit.fact.name.rpartition(".")[2],
            re.I,
        )
        and hit.get("type") != "class"
        and judge.view.kinds.get(hit.path) == "python"
    ]
    attributes = (
        [hit for hit in judge.view.hits("call") if "feature_importances_" in str(hit.fact.value or "")]
        if not (hits or sets)
        else []
    )
    some = hits or sets or attributes
    if some:
        return found(some[:2], 3, f"{some[0].fact.name} in {some[0].path}").trusted("medium")
    used = [hit for hit in judge.view.hits("string", "*importance*")]
    if used:
        return found(used[:1], 3, f"{used[0].fact.name} is written").trusted("low")
    return no("no code explains the model")


def fairness(judge: Judge) -> Outcome:
    """GOV006: fairness or slice metrics."""
    uses = judge.technologies.find(kinds=["fairness"], rung=3)
    if uses:
        return Outcome(1.0, uses[0].evidence, 3, f"{uses[0].name} measures groups")
    hits = [
        hit
        for hit in judge.view.hits("def")
        if re.search(
            r"slice_metric|get_slice|fairness|demographic_parity|equalized_odds|disparate|subgroup|(metric|score|accuracy|error|evaluate|rate|performance)s?_(by|per|for)_(group|slice|segment)|bias_(metric|report|check)|slic(e|ing)_function",
            hit.fact.name.rpartition(".")[2],
            re.I,
        )
        and hit.get("type") != "class"
    ]
    if hits:
        return found(hits[:2], 3, f"{hits[0].fact.name} measures groups").trusted("medium")
    return no("metrics are not computed for groups or slices")


def lineage(judge: Judge) -> Outcome:
    """GOV008: lineage of data and models is recorded; stages declared with nothing recorded are half."""
    view = judge.view
    locks = [path for path in view.entries if view.kinds.get(path) == "dvc-lock" and view.roles[path] == "source"]
    if locks:
        return yes("dvc.lock records what each output was made from", [Evidence(locks[0])], 3)
    uses = judge.technologies.find(kinds=["lineage"], rung=3)
    if uses:
        return Outcome(1.0, uses[0].evidence, 3, f"{uses[0].name} records lineage")
    calls = [
        hit
        for hit in view.hits(
            "call",
            "*.log_input",
            "*.use_artifact",
            ".use_artifact",
            "*.log_inputs",
            "*.Model.register",
            "*.register",
            "*.set_tag",
            "*.set_tags",
            "ml_metadata.*",
            "*.register_model",
        )
        if hit.fact.name.endswith(("log_input", "log_inputs", "use_artifact"))
        or hit.get("datasets")
        or hit.fact.name.startswith("ml_metadata")
        or re.search(r"data(set)?_(version|id|hash|rev)|git_(commit|sha)|dvc", str(hit.fact.value), re.I)
    ]
    if calls:
        return found(calls[:2], 3, f"{calls[0].fact.name} links data, code and model")
    built_in = [
        use
        for use in judge.technologies.find(kinds=["pipeline"], rung=3)
        if re.search(r"kubeflow|tfx|vertex|zenml|metaflow|sagemaker|azure|dagster|flyte", use.name, re.I)
    ]
    if built_in:
        return half(
            f"{built_in[0].name} keeps the lineage of its runs; nothing in the code names the data's version",
            built_in[0].evidence,
            3,
            "medium",
        )
    stages = [hit for hit in view.hits("stage") if hit.get("deps")]
    if stages:
        return half("stages are declared, but nothing is recorded", [stages[0].evidence()], 2)
    data_artifacts = judge.technologies.find(kinds=["data-versioning"], rung=3)
    if any(re.search(r"w&b|weights|comet|clearml|mlflow|neptune", use.name, re.I) for use in data_artifacts):
        return half(
            f"{data_artifacts[0].name} artifacts link data to runs in part", data_artifacts[0].evidence, 3, "medium"
        )
    return no("nothing records which data and code made which model")


def assessed_in_ci(judge: Judge) -> Outcome:
    """MAT001: a maturity assessment runs in CI or a hook."""
    uses = judge.technologies.find(kinds=["maturity-assessment"], rung=3)
    if uses:
        return Outcome(1.0, uses[0].evidence, 4, f"{uses[0].name} assesses the repository")
    commands = [c for c in all_commands(judge.view) if c.words[0] in ("mlopslint", "mllint") and c.where == "ci"]
    hits = [hit for hit in judge.view.hits("hook", "mlopslint*", "mllint")] + [
        hit for hit in judge.view.hits("action", "*mlopslint*", "*mllint*")
    ]
    if commands or hits:
        return yes(
            "the assessment runs in CI or in a hook", [commands[0].evidence() if commands else hits[0].evidence()], 4
        )
    return no("no assessment of this kind runs in CI or in a hook")


def goal_set(judge: Judge) -> Outcome:
    """MAT002: the configuration sets a target with a date."""
    keys = {
        hit.fact.name.removeprefix("tool.mlopslint."): hit
        for hit in judge.view.hits("key", "tool.mlopslint.target.*", "target.*")
        if hit.fact.name.startswith("tool.mlopslint") or re.search(r"mlopslint", hit.path)
    }
    goal = keys.get("target.level") or keys.get("target.score")
    if goal and keys.get("target.by"):
        return Outcome(1.0, (goal.evidence(), keys["target.by"].evidence()), 2, "a target and its date are set")
    if goal:
        return half("a target is set, without a date", [goal.evidence()])
    return no("no target is set")


def assessments_kept(judge: Judge) -> Outcome:
    """MAT003: assessments are recorded over time."""
    hits = [
        hit
        for hit in judge.view.hits("key", "tool.mlopslint.history.*", "history.*")
        if hit.fact.name.startswith("tool.mlopslint") or "mlopslint" in hit.path
    ]
    commands = [
        c
        for c in all_commands(judge.view)
        if c.words[0] == "mlopslint" and ("history" in c.words or "record" in c.words)
    ]
    if hits or commands:
        return yes("assessments are recorded", [hits[0].evidence() if hits else commands[0].evidence()], 2)
    return no("assessments are not recorded over time")
