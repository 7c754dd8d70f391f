"""What a repository is for, and how it stands by what is asked of its kind: libraries, research and templates are no services."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from mlopslint.judge import Judge
from mlopslint.maturity import read_model, share
from mlopslint.outcome import NOTHING, Outcome
from mlopslint.records import LeftOut, ProfileReading, Verdict
from mlopslint.rules import Catalogue, Profile


def detect(judge: Judge, profiles: Iterable[Profile]) -> tuple[Profile, Outcome] | None:
    """The first profile whose condition holds, with what shows it; the one without a condition holds always."""
    for profile in profiles:
        if profile.when is None:
            return profile, NOTHING
        outcome = judge.outcome(profile.when)
        if outcome:
            return profile, outcome
    return None


def leave_out(verdicts: Iterable[Verdict], profile: Profile) -> list[Verdict]:
    """The verdicts with those that the profile does not ask for as n/a, each with the reason."""
    out = []
    for verdict in verdicts:
        why = profile.why(verdict.code)
        if why is not None and verdict.status != "n/a":
            verdict = replace(verdict, status="n/a", reason=f"not asked of the profile {profile.name}: {why}")
        out.append(verdict)
    return out


def reading(
    profile: Profile, outcome: Outcome, verdicts: Sequence[Verdict], catalogue: Catalogue, *, chosen: bool
) -> ProfileReading:
    """How these verdicts read by the profile, whether or not it is the one that makes the headline."""
    left = [v for v in verdicts if v.level is not None and v.status != "n/a" and profile.why(v.code) is not None]
    asked = leave_out(verdicts, profile)
    ladder = read_model(catalogue.model("mlopslint"), asked, catalogue)
    return ProfileReading(
        name=profile.name,
        title=profile.title,
        meaning=profile.is_,
        reason="named by the configuration" if chosen else outcome.reason or "nothing shows another purpose",
        chosen=chosen,
        top=profile.top,
        score=share(verdict for verdict in asked if verdict.level is not None),
        level=min(ladder.level or 0, profile.top),
        evidence=() if chosen else tuple(outcome.evidence[:3]),
        left_out=tuple(LeftOut(v.code, v.title, v.status, profile.why(v.code) or "") for v in left),
    )
