"""Scores, levels, models, waivers and attestations from verdicts made by hand: no repository is needed."""

from __future__ import annotations

from datetime import date

import pytest

from mlopslint.config import Attestation, Config, Waiver, parse
from mlopslint.errors import MlopslintError
from mlopslint.maturity import apply_register, assess, read_model, roadmap, share
from mlopslint.records import Evidence, Verdict
from mlopslint.rules import load

CATALOGUE = load()
TODAY = date(2026, 11, 1)


def verdicts(**statuses: str) -> list[Verdict]:
    """All practices failing, but for those named."""
    made = []
    for p in CATALOGUE.practices:
        status = statuses.get(p.code, statuses.get("default", "fail"))
        made.append(
            Verdict(
                p.code,
                p.name,
                p.title,
                p.category,
                status,
                p.level,
                p.weight,
                4 if status == "pass" else 2,
                "high",
                "x",
                (Evidence("research/a.py"),),
                "x",
                (),
            )
        )
    return made


def test_the_score_is_earned_over_possible_weight():
    some = [
        v
        for v in verdicts(STR001="pass", STR003="partial", STR004="n/a", STR005="unknown")
        if v.code in ("STR001", "STR003", "STR004", "STR005", "STR009")
    ]
    assert share(some) == round(100 * (2 * 1 + 1 * 0.5) / (2 + 1 + 1), 1)
    assert share([]) is None


def test_everything_in_place_is_the_highest_level_of_every_model():
    assessment = assess(verdicts(default="pass"), CATALOGUE, Config())
    assert (assessment.score, assessment.level, assessment.roadmap) == (100.0, 4, ())
    levels = {model.name: model.level for model in assessment.models}
    assert (levels["microsoft"], levels["google"], levels["aws"]) == (4, 2, 4)


def test_nothing_in_place_is_level_0_everywhere():
    assessment = assess(verdicts(), CATALOGUE, Config())
    assert (assessment.score, assessment.level) == (0.0, 0)
    assert all(model.level in (0, None) for model in assessment.models)
    assert next(m for m in assessment.models if m.name == "ml-test-score").score == 0


def test_a_missing_pillar_holds_up_a_level():
    everything = {p.code: "pass" for p in CATALOGUE.practices}
    held = assess(verdicts(**{**everything, "TST001": "fail"}), CATALOGUE, Config())
    assert held.level == 0 and held.levels[1].blockers == ("TST001",)
    assert assess(verdicts(**{**everything, "TST001": "partial"}), CATALOGUE, Config()).level == 4


def test_levels_need_the_ones_below():
    only_second = {p.code: "pass" for p in CATALOGUE.practices if p.level == 2}
    assessment = assess(verdicts(**only_second), CATALOGUE, Config())
    assert assessment.level == 0 and assessment.levels[2].score == 100 and not assessment.levels[2].met


def test_the_ml_test_score_is_the_lowest_section_with_half_points_for_what_is_done_by_hand():
    model = CATALOGUE.model("ml-test-score")
    by_hand = [
        v
        if v.status != "pass"
        else Verdict(v.code, v.name, v.title, v.category, "pass", v.level, v.weight, 3, "high", "x", (), "x", ())
        for v in verdicts(default="pass")
    ]
    full, half = read_model(model, verdicts(default="pass"), CATALOGUE), read_model(model, by_hand, CATALOGUE)
    assert all(abs(full.sections[name] - 2 * half.sections[name]) < 1e-9 for name in full.sections)
    assert full.score == min(full.sections.values()) and len(full.items) == 28
    assert full.reading != half.reading


@pytest.mark.parametrize("name", ["microsoft", "google", "aws", "ml-test-score"])
def test_any_model_can_be_the_headline(name):
    assessment = assess(verdicts(default="pass"), CATALOGUE, Config(), model=name)
    assert assessment.model == name and assessment.levels


def test_waivers_never_raise_the_score_unseen():
    config = Config(waive=(Waiver("DEP003", "batch only", "ml-platform", "2027-03-31"),))
    applied, notices = apply_register(verdicts(), config, TODAY)
    found = next(v for v in applied if v.code == "DEP003")
    assert (found.status, found.underlying) == ("waived", "fail") and "batch only" in found.note and not notices
    assessment = assess(apply_register(verdicts(STR001="pass"), config, TODAY)[0], CATALOGUE, config)
    assert assessment.score > assessment.score_without_waivers


def test_an_expired_waiver_counts_as_none_and_says_so():
    applied, notices = apply_register(verdicts(), Config(waive=(Waiver("DEP003", "x", expires="2026-10-31"),)), TODAY)
    assert next(v for v in applied if v.code == "DEP003").status == "fail"
    assert "expired on 2026-10-31" in notices[0]


def test_the_register_shows_how_old_a_waiver_is():
    text = "[[waive]]\nrule = 'DEP003'\nreason = 'batch only'\nsince = {}\n"
    for since, age in (("2026-10-25", "; since 2026-10-25 (1 day)"), ("2027-10-25", "")):
        config = parse("mlopslint.toml", text.format(since).encode())
        found = next(v for v in apply_register(verdicts(), config, date(2026, 10, 26))[0] if v.code == "DEP003")
        assert found.note == "batch only" + age
    with pytest.raises(MlopslintError, match="DEP003"):
        parse("mlopslint.toml", text.format("'last year'").encode())


def test_a_waiver_with_paths_needs_all_evidence_there():
    inside = Config(waive=(Waiver("DEP003", "x", paths=("research/**",)),))
    outside = Config(waive=(Waiver("DEP003", "x", paths=("other/**",)),))
    assert next(v for v in apply_register(verdicts(), inside, TODAY)[0] if v.code == "DEP003").status == "waived"
    assert next(v for v in apply_register(verdicts(), outside, TODAY)[0] if v.code == "DEP003").status == "fail"


def test_attestations_earn_until_they_expire():
    item = Attestation("MON005", "https://grafana.example.com/d/churn", "ml-platform", "2027-01-31")
    found = next(v for v in apply_register(verdicts(), Config(attest=(item,)), TODAY)[0] if v.code == "MON005")
    assert (found.status, share([found])) == ("attested", 100.0)
    applied, notices = apply_register(verdicts(), Config(attest=(item,)), date(2027, 2, 1))
    assert next(v for v in applied if v.code == "MON005").status == "fail" and notices


def test_an_ignored_rule_is_waived_in_sight():
    found = next(v for v in apply_register(verdicts(), Config(ignore=("MON",)), TODAY)[0] if v.code == "MON001")
    assert (found.status, found.note) == ("waived", "ignored by configuration")


def test_a_waiver_that_is_not_needed_is_told():
    _, notices = apply_register(verdicts(default="pass"), Config(waive=(Waiver("DEP003", "x"),)), TODAY)
    assert notices == ["the waiver of DEP003 is not needed: the practice is in place"]


def test_the_roadmap_puts_blockers_of_the_next_level_first():
    steps = roadmap(verdicts(), CATALOGUE, level=0)
    blocks = [step.blocks for step in steps]
    assert blocks == sorted(blocks, reverse=True) and steps[0].level == 1
    assert {step.level for step in roadmap(verdicts(), CATALOGUE, level=0, to=1)} == {1}


def test_the_roadmap_takes_the_snippet_for_the_tools_in_use():
    plain = {step.code: step.snippet for step in roadmap(verdicts(), CATALOGUE, level=1)}
    wandb = {
        step.code: step.snippet for step in roadmap(verdicts(), CATALOGUE, level=1, technologies=["Weights & Biases"])
    }
    assert "mlflow" in plain["EXP001"].code and "wandb" in wandb["EXP001"].code


def test_external_practices_read_unknown(make_repo):
    from mlopslint import review

    folder = make_repo({"a.py": "x = 1\n"})
    found = {v.code: v.status for v in review(str(folder), config=Config(external=("org/infra",))).assessment.practices}
    assert found["DEP004"] == found["MON001"] == "unknown" and found["STR009"] == "fail"


def test_projects_of_a_monorepo_share_what_the_root_has(make_repo):
    from mlopslint import review

    folder = make_repo(
        {
            "LICENSE": "MIT",
            "services/a/src/pkg/m.py": "x = 1\n",
            "services/a/README.md": "# A\n",
            "services/b/m.py": "print(1)\n",
            ".github/workflows/t.yml": "on: push\njobs:\n  t:\n    runs-on: x\n    steps:\n      - run: pytest\n",
        }
    )
    report = review(str(folder), config=Config(projects=("services/*",)))
    assert [project.path for project in report.projects] == ["services/a", "services/b"]
    for project in report.projects:
        found = {v.code: v for v in project.assessment.practices}
        assert found["STR009"].status == "pass" and found["CIC002"].status == "pass"
    a, b = ({v.code: v.status for v in project.assessment.practices} for project in report.projects)
    assert (a["STR001"], b["STR001"]) == ("pass", "fail")
