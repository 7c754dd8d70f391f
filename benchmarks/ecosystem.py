"""What a change does to real repositories: scores, verdicts and findings by two versions of mlopslint, or against what is stored.

    ecosystem.py CORPUS                    this checkout against ecosystem.json
    ecosystem.py CORPUS --before REV       this checkout against a revision of it, with single findings
    ecosystem.py CORPUS --update           store what this checkout says
    ecosystem.py CORPUS --add OWNER/NAME   take a repository into the list, at the commit that its clone is at

CORPUS holds clones named OWNER+NAME (or OWNER+NAME/repo), bare or not; nothing is fetched, and what is not there is said.
ecosystem.json holds verdicts by repository and commit, and how often each check found something: no code of theirs.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
EXPECTED = Path(__file__).with_suffix(".json")
STATUSES = ("pass", "partial", "fail", "n/a", "unknown")
#: Findings of one rule in one repository that are named one by one.
NAMED = 5

Result = dict[str, Any]


def clone(corpus: Path, name: str) -> Path | None:
    """The git directory or work tree of a repository in the corpus."""
    folder = corpus / name.replace("/", "+")
    for path in (folder / "repo" / ".git", folder / "repo", folder):
        if (path / "HEAD").is_file() or (path / ".git").exists():
            return path
    return None


def scan(program: Path, repository: Path, commit: str, cache: str) -> dict[str, Any] | str:
    """The JSON result of one commit by the mlopslint of a checkout; a text says why there is none."""
    command = [sys.executable, "-m", "mlopslint", "scan", str(repository), "--rev", commit, "-f", "json", "--exit-zero"]
    run = subprocess.run(
        [*command, "--jobs", "1", "--cache-dir", cache], capture_output=True, text=True, cwd=program, timeout=900
    )
    if run.returncode:
        return (run.stderr.strip().splitlines() or ["no word"])[-1][:200]
    found: dict[str, Any] = json.loads(run.stdout)
    return found


def summary(report: dict[str, Any]) -> Result:
    """What is stored of a result: figures, verdicts by status, findings by rule."""
    assessment = report["assessment"]
    verdicts = {
        status: " ".join(p["code"] for p in assessment["practices"] if p["status"] == status) for status in STATUSES
    }
    return {
        "score": assessment["score"],
        "level": assessment["level"],
        "profile": (assessment.get("profile") or {}).get("name", ""),
        "verdicts": {status: codes for status, codes in verdicts.items() if codes},
        "findings": dict(sorted(Counter(item["code"] for item in report["findings"]).items())),
    }


def statuses(result: Result) -> dict[str, str]:
    """Practice -> status of a stored result."""
    return {code: status for status, codes in result["verdicts"].items() for code in codes.split()}


def moved(before: Result, after: Result) -> list[str]:
    """What differs between two results of one repository, a line each."""
    rows = []
    if (before["score"], before["level"]) != (after["score"], after["level"]):
        rows.append(f"score {before['score']} → {after['score']}, level {before['level']} → {after['level']}")
    if before.get("profile") != after.get("profile"):
        rows.append(f"profile {before.get('profile')} → {after.get('profile')}")
    old, new = statuses(before), statuses(after)
    for code in sorted({*old, *new}):
        if old.get(code) != new.get(code):
            rows.append(f"{code} {old.get(code, 'absent')} → {new.get(code, 'absent')}")
    for code in sorted({*before["findings"], *after["findings"]}):
        first, second = before["findings"].get(code, 0), after["findings"].get(code, 0)
        if first != second:
            rows.append(f"{code} findings {first} → {second}")
    return rows


def single(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """The findings that came and went, the first few of each rule."""
    rows = []
    sides = [{item["fingerprint"]: item for item in report["findings"]} for report in (before, after)]
    for sign, mine, other in (("-", *sides), ("+", *reversed(sides))):
        count: Counter[str] = Counter()
        for key, item in mine.items():
            if key not in other:
                count[item["code"]] += 1
                if count[item["code"]] <= NAMED:
                    cell = f" cell {item['cell']}" if item["cell"] else ""
                    rows.append(f"{sign} {item['code']} {item['path']}{cell}:{item['line']} {item['message'][:160]}")
        rows += [f"{sign} {code} and {many - NAMED} more" for code, many in sorted(count.items()) if many > NAMED]
    return rows


@contextmanager
def checkout(revision: str) -> Iterator[Path]:
    """A work tree of an earlier revision of this project, for as long as it is needed."""
    with tempfile.TemporaryDirectory(prefix="ecosystem-") as folder:
        path = Path(folder) / "before"
        git = ["git", "-C", str(ROOT), "worktree"]
        subprocess.run([*git, "add", "--quiet", "--detach", str(path), revision], check=True)
        try:
            yield path
        finally:
            subprocess.run([*git, "remove", "--force", str(path)], check=False)


def markdown(title: str, sections: dict[str, list[str]], missing: list[str], compared: int) -> str:
    """The whole as Markdown: what moved over all repositories first, then one repository at a time."""
    out = [f"# {title}", ""]
    changed = {name: rows for name, rows in sections.items() if rows}
    out += [f"{compared} repositories compared, {len(changed)} read otherwise.", ""]
    over_all = Counter(
        row.partition(" ")[0] + " " + row.partition(" ")[2]
        for rows in changed.values()
        for row in rows
        if row[:3].isupper() and " findings " not in row
    )
    if over_all:
        out += [
            "| change | repositories |",
            "|---|--:|",
            *(f"| {row} | {many} |" for row, many in over_all.most_common()),
            "",
        ]
    for name, rows in changed.items():
        out += [f"## {name}", "", *(f"- `{row}`" for row in rows), ""]
    out += [f"- not compared: {line}" for line in missing]
    return "\n".join(out) + "\n"


def main() -> int:
    """Compare, print Markdown, and end with 1 where anything differs from what was expected."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--before", metavar="REV")
    parser.add_argument("--update", action="store_true")
    parser.add_argument("--add", action="append", default=[], metavar="OWNER/NAME")
    parser.add_argument("--only", action="append", default=[], metavar="OWNER/NAME")
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()

    expected: dict[str, Result] = json.loads(EXPECTED.read_text(encoding="utf-8")) if EXPECTED.exists() else {}
    for name in options.add:
        place = clone(options.corpus, name)
        if place is None:
            parser.error(f"{name}: no clone in {options.corpus}")
        head = subprocess.run(
            ["git", "-C", str(place), "rev-parse", "HEAD"], capture_output=True, text=True, check=True
        )
        expected[name] = {"commit": head.stdout.strip(), "score": None, "level": 0, "verdicts": {}, "findings": {}}
    names = [name for name in sorted(expected) if not options.only or name in options.only]
    missing: list[str] = []
    sections: dict[str, list[str]] = {}

    with tempfile.TemporaryDirectory(prefix="ecosystem-cache-") as cache, ThreadPoolExecutor(options.jobs) as pool:

        def results(program: Path) -> dict[str, dict[str, Any]]:
            places = {name: clone(options.corpus, name) for name in names}
            missing.extend(f"{name}: no clone" for name, place in places.items() if place is None)
            runs = {
                name: pool.submit(scan, program, place, expected[name]["commit"], cache)
                for name, place in places.items()
                if place is not None
            }
            found = {}
            for name, job in runs.items():
                result = job.result()
                if isinstance(result, str):
                    missing.append(f"{name}: {result}")
                else:
                    found[name] = result
            return found

        after = results(ROOT)
        if options.before:
            missing.clear()
            with checkout(options.before) as program:
                before = results(program)
            for name in sorted(before.keys() & after.keys()):
                rows = moved(summary(before[name]), summary(after[name]))
                sections[name] = [*rows, *single(before[name], after[name])]
            title = f"{options.before} → this checkout"
        else:
            for name, report in after.items():
                sections[name] = moved(expected[name], summary(report))
            title = "What is stored → this checkout"
    if options.update or options.add:
        for name, report in after.items():
            expected[name] = {"commit": expected[name]["commit"], **summary(report)}
        text = json.dumps(expected, indent=1, sort_keys=True, ensure_ascii=False)
        EXPECTED.write_text(text + "\n", encoding="utf-8")
    sys.stdout.write(markdown(title, sections, missing, len(sections)))
    return 0 if options.update or options.add or not any(sections.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
