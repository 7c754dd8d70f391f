"""Who owns what: CODEOWNERS in the steps and beside the files with findings."""

from __future__ import annotations

from pathlib import Path

from mlopslint.mainline import review

CODE = "import torch\n\nmodel = torch.load('model.pt')\n"


def repository(folder: Path, owners: str) -> Path:
    for name in ("train.py", "serving/load.py"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(CODE)
    if owners:
        (folder / "CODEOWNERS").write_text(owners)
    return folder


def test_files_with_findings_have_the_owners_that_the_last_matching_line_names(tmp_path: Path) -> None:
    report = review(str(repository(tmp_path, "* @acme/ml\n/serving/ @acme/ops @octocat\n")), use_cache=False)
    assert {finding.path for finding in report.findings} == {"train.py", "serving/load.py"}
    assert report.owners == {"train.py": ("@acme/ml",), "serving/load.py": ("@acme/ops", "@octocat")}
    assert {people for step in report.assessment.roadmap for people in step.owners} == {"@acme/ml"}


def test_a_file_without_an_owner_is_left_out(tmp_path: Path) -> None:
    report = review(str(repository(tmp_path, "/serving/ @acme/ops\n")), use_cache=False)
    assert report.owners == {"serving/load.py": ("@acme/ops",)}


def test_without_codeowners_nobody_is_named(tmp_path: Path) -> None:
    report = review(str(repository(tmp_path, "")), use_cache=False)
    assert report.findings and report.owners == {}
