"""Gates: what a run must reach, and the baseline below which it may never fall again."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from mlopslint.errors import MlopslintError, nearest
from mlopslint.records import CREDIT, Condition, Report

if TYPE_CHECKING:
    from mlopslint.linting import Linted


def check(report: Report, path: str, options: dict[str, Any]) -> list[Condition]:
    """The conditions of the gates that are set, met or not. Options win over the configuration.

    Raises MlopslintError for a gate or a baseline that cannot be read.
    """
    from mlopslint.config import Gate, find, load_file

    configured = Gate()
    if options.get("config"):
        configured = load_file(options["config"]).gate
    elif os.path.isdir(path):
        configured = find(path)[0].gate
    assessment = report.assessment
    out: list[Condition] = []
    score = options.get("fail_under") if options.get("fail_under") is not None else configured.score
    if score is not None:
        missed = assessment.score is None or assessment.score < score
        told = f"score {_number(assessment.score)} is below {_number(score)}" if missed else ""
        out.append(Condition("score", _number(score), _number(assessment.score), not missed, told))
    level = options.get("min_level") if options.get("min_level") is not None else configured.level
    if level is not None:
        lacking = next((item for item in assessment.levels if not item.met), None)
        why = f"; missing: {', '.join(lacking.missing[:8])}" if lacking else ""
        told = f"level {assessment.level} is below {level}{why}" if assessment.level < level else ""
        out.append(Condition("level", str(level), str(assessment.level), not told, told))
    wanted = {**configured.categories, **_categories(options.get("gate") or ())}
    scores = {category.code: category.score for category in assessment.categories}
    for code, least in wanted.items():
        if code not in scores:
            raise MlopslintError(f"--gate {code}: no such category{nearest(code, scores)}")
        got = scores[code]
        told = f"category {code} has {_number(got)}, below {_number(least)}" if got is not None and got < least else ""
        out.append(Condition(f"category {code}", _number(least), _number(got), not told, told))
    file = options.get("baseline")
    if not file and configured.ratchet and os.path.isdir(path):
        file = os.path.join(find(path)[1].rpartition(os.sep)[0] or path, configured.baseline)
    if file:
        steps = _ratchet(report, file, bool(options.get("update_baseline")), bool(options.get("allow_lower")))
        out += [Condition("ratchet", "no step backwards", "a step backwards", False, told) for told in steps]
        if not steps:
            out.append(Condition("ratchet", "no step backwards", "none", True))
    elif options.get("update_baseline"):
        raise MlopslintError("--update-baseline needs --baseline FILE (or ratchet = true in the configuration)")
    return out


def _number(value: float | None) -> str:
    return "none" if value is None else f"{value:g}"


def _categories(values: tuple[str, ...]) -> dict[str, float]:
    found = {}
    for value in values:
        code, _, number = value.partition("=")
        try:
            found[code.upper()] = float(number)
        except ValueError:
            raise MlopslintError(f"--gate {value}: CATEGORY=SCORE is expected, such as DAT=50") from None
    return found


def snapshot_of(report: Report) -> dict[str, Any]:
    """What a baseline keeps: score, level and the standing of each practice; no lines, no paths, no dates."""
    assessment = report.assessment
    return {
        "version": 1,
        "rubric": assessment.rubric,
        "model": assessment.model,
        "score": assessment.score_without_waivers,
        "level": assessment.level,
        "practices": {
            v.code: v.underlying if v.status == "waived" and v.underlying else v.status
            for v in assessment.practices
            if v.level is not None
        },
    }


def _ratchet(report: Report, file: str, update: bool, allow_lower: bool) -> list[str]:
    now = snapshot_of(report)
    if not os.path.exists(file):
        if not update:
            raise MlopslintError(f"--baseline {file}: no such file; --update-baseline makes it")
        _write(file, now)
        return []
    try:
        with open(file, encoding="utf-8") as stream:
            old = json.load(stream)
        practices = dict(old["practices"])
        old_score, old_level = old["score"], int(old["level"])
    except (OSError, ValueError, KeyError, TypeError):
        raise MlopslintError(f"--baseline {file}: not a baseline that this program wrote") from None
    if (old.get("rubric"), old.get("model")) != (now["rubric"], now["model"]):
        if update and allow_lower:
            _write(file, now)
            return []
        raise MlopslintError(
            f"--baseline {file}: recorded with rubric {old.get('rubric')} and model {old.get('model')}, this run has "
            f"{now['rubric']} and {now['model']}; record it anew with --update-baseline --allow-lower"
        )
    missed = []
    for code, status in sorted(practices.items()):
        before, after = CREDIT.get(status, 0.0), CREDIT.get(now["practices"].get(code, "fail"))
        if after is not None and after < before:
            missed.append(f"step backwards in {code}: was {status}, is {now['practices'][code]}")
    if old_score is not None and (now["score"] or 0.0) < old_score:
        missed.append(f"step backwards: score {_number(now['score'])}, the baseline has {_number(old_score)}")
    if now["level"] < old_level:
        missed.append(f"step backwards: level {now['level']}, the baseline has {old_level}")
    if update and (allow_lower or not missed):
        _write(file, now)
        return []
    if update:
        missed.append("the baseline is left as it was: it only gets stricter; --allow-lower records a step backwards")
    return missed


def _write(file: str, content: dict[str, Any]) -> None:
    try:
        temporary = f"{file}.{os.getpid()}"
        with open(temporary, "w", encoding="utf-8", newline="\n") as stream:
            stream.write(json.dumps(content, indent=1, sort_keys=True) + "\n")
        os.replace(temporary, file)
    except OSError as error:
        raise MlopslintError(f"--baseline {file}: {error.strerror}") from None


def known_findings(result: Linted, file: str, update: bool, allow_more: bool) -> Linted:
    """The result without the findings that the baseline file knows; ``update`` records what is left of these.

    The file holds fingerprints, codes, paths and messages, and no line numbers. It only ever gets shorter, unless it is new or
    ``allow_more`` is given. Raises MlopslintError for a file that is no such baseline.
    """
    from msgspec.structs import replace as changed

    now = {
        item.fingerprint: {"code": item.code, "path": item.path, "message": item.message}
        for item in result.report.findings
    }
    if not os.path.exists(file):
        if not update:
            raise MlopslintError(f"--baseline {file}: no such file; --update-baseline makes it")
        old = now
    else:
        try:
            with open(file, encoding="utf-8") as stream:
                content = json.load(stream)
            old = dict(content["findings"])
        except (OSError, ValueError, KeyError, TypeError):
            raise MlopslintError(f"--baseline {file}: not a baseline of findings that this program wrote") from None
    if update:
        scope = set(result.paths)
        kept = {key: row for key, row in old.items() if key in now or row.get("path") not in scope}
        old = {**kept, **now} if allow_more else kept
        _write(file, {"version": 1, "findings": old})
    left = tuple(item for item in result.report.findings if item.fingerprint not in old)
    known = len(result.report.findings) - len(left)
    return replace(result, report=changed(result.report, findings=left, known=known))
