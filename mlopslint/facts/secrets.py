"""Credentials in any file: the formats of providers, and assignments whose value is too random to be a placeholder."""

from __future__ import annotations

import math
import re
from collections import Counter

from mlopslint.records import Fact

#: name, a literal that must be there (searched first, as that is a hundred times faster), the pattern.
_PROVIDERS: tuple[tuple[str, bytes, re.Pattern[bytes]], ...] = (
    ("aws-access-key", b"AKIA", re.compile(rb"(?<![A-Za-z0-9/+=_-])(AKIA[0-9A-Z]{16})(?![A-Za-z0-9/+=])")),
    *(
        ("github-token", b"gh%c_" % kind, re.compile(rb"(?<![A-Za-z0-9_])(gh[pousr]_[A-Za-z0-9]{36,255})"))
        for kind in b"pousr"
    ),
    ("github-token", b"github_pat_", re.compile(rb"(github_pat_[A-Za-z0-9_]{60,})")),
    ("gitlab-token", b"glpat-", re.compile(rb"(?<![A-Za-z0-9])(glpat-[A-Za-z0-9_-]{20,})")),
    ("slack-token", b"xox", re.compile(rb"(?<![A-Za-z0-9])(xox[abprs]-[0-9]{8,}-[0-9A-Za-z-]{16,})")),
    (
        "slack-webhook",
        b"hooks.slack.com",
        re.compile(rb"(hooks\.slack\.com/services/T[A-Z0-9]{8,}/B[A-Z0-9]{8,}/[A-Za-z0-9]{20,})"),
    ),
    ("google-api-key", b"AIza", re.compile(rb"(?<![A-Za-z0-9_-])(AIza[0-9A-Za-z_-]{35})(?![A-Za-z0-9_-])")),
    ("openai-key", b"T3BlbkFJ", re.compile(rb"(sk-[A-Za-z0-9_-]{15,}T3BlbkFJ[A-Za-z0-9_-]{15,})")),
    ("anthropic-key", b"sk-ant-", re.compile(rb"(sk-ant-[a-z0-9]{4,}-[A-Za-z0-9_-]{60,})")),
    ("hugging-face-token", b"hf_", re.compile(rb"(?<![A-Za-z0-9_])(hf_[A-Za-z]{34})(?![A-Za-z0-9])")),
    ("azure-storage-key", b"AccountKey=", re.compile(rb"AccountKey=([A-Za-z0-9+/]{80,}={0,2})")),
    ("stripe-key", b"k_live_", re.compile(rb"([sr]k_live_[0-9A-Za-z]{20,})")),
    ("pypi-token", b"pypi-AgEI", re.compile(rb"(pypi-AgEI[A-Za-z0-9_-]{50,})")),
    ("npm-token", b"npm_", re.compile(rb"(?<![A-Za-z0-9_])(npm_[A-Za-z0-9]{36})(?![A-Za-z0-9])")),
    (
        "private-key",
        b"PRIVATE KEY-----",
        re.compile(
            rb"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----(?:\\n|\s|\"|,|\+)*((?:[A-Za-z0-9+/=]{40,}(?:\\n|\s|\"|,|\+)*){3,})"
        ),
    ),
)
#: A value in quotes that something is set to; whether that something is a credential is asked only of these.
_QUOTED = re.compile(rb"[:=(]\s{0,3}[\"']([A-Za-z0-9_+/=.!@#%^&*-]{16,120})[\"']")
_ASSIGNED = re.compile(
    rb"(?i)(?:secret|passw(?:or)?d|[_-]key|apikey|account_?key|[_-]token|accesstoken|login\(\s*key)[\w-]{0,24}[\"']?\s{0,3}$"
)
_NOT_SECRET = re.compile(
    rb"(?i)(?:public|cache|primary|foreign|sort|partition|group|state|pad|eos|bos|special|object|s3|blob)[_-]?(?:key|token)$"
)
_PLACEHOLDER = re.compile(
    rb"(?i)example|invalid|placeholder|change[_-]?me|your|xxxx|dummy|fake|sample|redacted|insert|replace|todo|\.\.\.|1234567|abcdef"
    rb"|test|<|\$|\{|default|secret|password|token|localhost|foobar|none|null|minio|admin|notreal|\*\*\*"
)


def entropy(value: bytes) -> float:
    """Shannon entropy of the characters, in bits each."""
    counts = Counter(value)
    total = len(value)
    return -sum(count / total * math.log2(count / total) for count in counts.values())


def scan(data: bytes) -> list[Fact]:
    """Credentials in ``data``; the fact names their kind and shows four characters at most, never the value."""
    found: list[Fact] = []
    for name, literal, pattern in _PROVIDERS:
        at = data.find(literal)
        while at >= 0:
            match = pattern.search(data, max(0, at - 64), at + 4096)
            if match:
                value = match.group(1)
                if not _PLACEHOLDER.search(value) and entropy(value) >= 3.0:
                    found.append(_fact(name, data, match, value, "high"))
                    if len(found) > 20:
                        return found
            at = data.find(literal, max(match.end() if match else 0, at + len(literal)))
    for quoted in _QUOTED.finditer(data):
        start = quoted.start()
        before = data[max(0, start - 60) : start]
        if (
            _ASSIGNED.search(before)
            and looks_random(quoted.group(1))
            and not _NOT_SECRET.search(before.rstrip(b" \"'"))
        ):
            found.append(_fact("assigned-credential", data, quoted, quoted.group(1), "medium"))
            if len(found) > 20:
                break
    return found


def looks_random(value: bytes) -> bool:
    """Whether a value is a credential rather than a word, a path, a name or a placeholder."""
    if _PLACEHOLDER.search(value) or b"/" in value[:2] or value.count(b".") > 2 or value.count(b"-") > 5:
        return False
    digits = sum(48 <= character <= 57 for character in value)
    letters = sum(65 <= character <= 90 or 97 <= character <= 122 for character in value)
    if digits < 3 or letters < 5:
        return False
    if re.fullmatch(rb"[a-z]+([_.-][a-z0-9]+)+", value):  # a slug or a module path
        return False
    return entropy(value) > (3.2 if re.fullmatch(rb"[0-9a-f]+", value) else 3.8)


def _fact(name: str, data: bytes, match: re.Match[bytes], value: bytes, confidence: str) -> Fact:
    line = data.count(b"\n", 0, match.start()) + 1
    hint = value[:4].decode("ascii", "replace") + "…" if name != "private-key" else "BEGIN PRIVATE KEY"
    return Fact("secret", name, line, {"hint": hint, "confidence": confidence})
