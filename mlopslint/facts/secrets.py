"""Credentials in any file: the formats of providers, and assignments whose value is too random to be a placeholder."""

from __future__ import annotations

import math
import re
from bisect import bisect
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import accumulate

from mlopslint.literals import SHARED
from mlopslint.patterns import late
from mlopslint.records import Fact

#: Facts of one text.
LIMIT = 20
#: name, a literal that must be there (all are searched first, as that is a hundred times faster), the pattern.
_PROVIDERS: tuple[tuple[str, bytes, re.Pattern[bytes]], ...] = (
    ("aws-access-key", b"AKIA", late(rb"(?<![A-Za-z0-9/+=_-])(AKIA[0-9A-Z]{16})(?![A-Za-z0-9/+=])")),
    *(
        ("github-token", b"gh%c_" % kind, late(rb"(?<![A-Za-z0-9_])(gh[pousr]_[A-Za-z0-9]{36,255})"))
        for kind in b"pousr"
    ),
    ("github-token", b"github_pat_", late(rb"(github_pat_[A-Za-z0-9_]{60,})")),
    ("gitlab-token", b"glpat-", late(rb"(?<![A-Za-z0-9])(glpat-[A-Za-z0-9_-]{20,})")),
    ("slack-token", b"xox", late(rb"(?<![A-Za-z0-9])(xox[abprs]-[0-9]{8,}-[0-9A-Za-z-]{16,})")),
    (
        "slack-webhook",
        b"hooks.slack.com",
        late(rb"(hooks\.slack\.com/services/T[A-Z0-9]{8,}/B[A-Z0-9]{8,}/[A-Za-z0-9]{20,})"),
    ),
    ("google-api-key", b"AIza", late(rb"(?<![A-Za-z0-9_-])(AIza[0-9A-Za-z_-]{35})(?![A-Za-z0-9_-])")),
    ("openai-key", b"T3BlbkFJ", late(rb"(sk-[A-Za-z0-9_-]{15,}T3BlbkFJ[A-Za-z0-9_-]{15,})")),
    ("anthropic-key", b"sk-ant-", late(rb"(sk-ant-[a-z0-9]{4,}-[A-Za-z0-9_-]{60,})")),
    ("hugging-face-token", b"hf_", late(rb"(?<![A-Za-z0-9_])(hf_[A-Za-z0-9]{34})(?![A-Za-z0-9])")),
    ("azure-storage-key", b"AccountKey=", late(rb"AccountKey=([A-Za-z0-9+/]{80,}={0,2})")),
    ("stripe-key", b"k_live_", late(rb"([sr]k_live_[0-9A-Za-z]{20,})")),
    ("pypi-token", b"pypi-AgEI", late(rb"(pypi-AgEI[A-Za-z0-9_-]{50,})")),
    ("npm-token", b"npm_", late(rb"(?<![A-Za-z0-9_])(npm_[A-Za-z0-9]{36})(?![A-Za-z0-9])")),
    ("databricks-token", b"dapi", late(rb"(?<![A-Za-z0-9])(dapi[0-9a-f]{32}(?:-\d)?)(?![A-Za-z0-9])")),
    (
        "weights-and-biases-key",
        b"wandb",
        late(
            rb"wandb\.login\((?:[^()\n]{0,80}key\s?=\s?)?[\"']([0-9a-f]{40})[\"']|wandb login (?:--\w+ )?([0-9a-f]{40})(?![0-9a-f])"
        ),
    ),
    (
        "weights-and-biases-key",
        b"WANDB_API_KEY",
        late(rb"WANDB_API_KEY[\"']?\]?\s{0,3}[=:]?\s{0,3}[\"']?([0-9a-f]{40})(?![0-9a-f])"),
    ),
    (
        "kaggle-key",
        b'"username"',
        late(
            rb'"username\\?"\s{0,3}:\s{0,3}\\?"[^"\n]{1,60}"\s{0,3},\s{0,9}\\?"key\\?"\s{0,3}:\s{0,3}\\?"([0-9a-f]{32})\\?"'
        ),
    ),
    ("azure-sas-token", b"sig=", late(rb"[?&;]sig=((?:[A-Za-z0-9]|%2[BbFf]){40,70}%3[Dd])(?=[&\s\"'\\)]|$)")),
    ("replicate-token", b"r8_", late(rb"(?<![A-Za-z0-9_])(r8_[A-Za-z0-9]{37})(?![A-Za-z0-9])")),
    ("groq-key", b"gsk_", late(rb"(?<![A-Za-z0-9_])(gsk_[A-Za-z0-9]{52})(?![A-Za-z0-9])")),
    ("pinecone-key", b"pcsk_", late(rb"(?<![A-Za-z0-9_])(pcsk_[A-Za-z0-9]{5,6}_[A-Za-z0-9]{60,66})")),
    ("langsmith-key", b"lsv2_", late(rb"(?<![A-Za-z0-9_])(lsv2_(?:pt|sk)_[0-9a-f]{32}_[0-9a-f]{10})")),
    ("langfuse-key", b"sk-lf-", late(rb"(sk-lf-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})")),
    ("docker-token", b"dckr_pat_", late(rb"(dckr_pat_[A-Za-z0-9_-]{27,})")),
    ("google-client-secret", b"GOCSPX-", late(rb"(GOCSPX-[A-Za-z0-9_-]{28})(?![A-Za-z0-9_-])")),
    (
        "sendgrid-key",
        b"SG.",
        late(rb"(?<![A-Za-z0-9])(SG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43})(?![A-Za-z0-9_-])"),
    ),
    ("digitalocean-token", b"dop_v1_", late(rb"(dop_v1_[0-9a-f]{64})")),
    ("grafana-token", b"glsa_", late(rb"(glsa_[A-Za-z0-9]{32}_[0-9a-f]{8})")),
    (
        "discord-webhook",
        b"/api/webhooks/",
        late(rb"(discord(?:app)?\.com/api/webhooks/[0-9]{17,20}/[A-Za-z0-9_-]{60,})"),
    ),
    (
        "private-key",
        b"PRIVATE KEY-----",
        late(
            rb"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----(?:\\n|\s|\"|,|\+)*((?:[A-Za-z0-9+/=]{40,}(?:\\n|\s|\"|,|\+)*){3,})"
        ),
    ),
)
#: Databases and queues whose addresses may hold a password, and such an address.
_SCHEMES = (b"postgres", b"mysql", b"mongodb", b"redis", b"amqp", b"mssql", b"snowflake", b"clickhouse")
_ADDRESS = late(
    rb"(?:postgres(?:ql)?|mysql|mongodb|rediss?|amqps?|mssql|snowflake|clickhouse)(?:\+\w{1,20})?://[\w.%+-]{0,60}:([^\s/@:\"'`<>{}$()*]{6,100})@([\w.-]{1,120})"
)
_URL = late(rb"https?://[\w.%-]{1,60}:([^\s/@:\"'`<>{}$()*]{12,120})@([\w-]{1,60}\.[\w.-]{1,100})")
_NEAR = late(
    rb"(?i)^(?:localhost|127\.|0\.0\.0\.0|host\.docker|[^.]+$)|\.(?:local|internal|svc|test|example|invalid)\b|example\.(?:com|org|net)"
)
#: A value without quotes, in the manner of shells, ``.env`` files, Dockerfiles and YAML.
_PLAIN = late(
    rb"(?:TOKEN|SECRET|PASSWORD|PASSWD|API_?KEY|ACCESS_KEY|PRIVATE_KEY)[ \t]{0,2}[=:][ \t]{0,2}([A-Za-z0-9_+/=.-]{20,120})[ \t\r]{0,9}(?:\n|$)"
)
_PLAIN_WORDS = (
    b"TOKEN",
    b"SECRET",
    b"PASSWORD",
    b"PASSWD",
    b"APIKEY",
    b"API_KEY",
    b"ACCESS_KEY",
    b"PRIVATE_KEY",
)
#: A value in quotes that something is set to, and what may end in the sign with which another of them begins.
_QUOTED = late(rb"[:=(]\s{0,3}[\"']([A-Za-z0-9_+/=.!@#%^&*-]{16,120})[\"']")
_OPEN = late(rb"[:=(]\s{0,3}[\"'][A-Za-z0-9_+/=.!@#%^&*-]{15,119}\Z")
#: What names a credential, the words of which one is part of each such name, and what may stand from there to the sign.
_ASSIGNED = late(
    rb"(?i)(?:secret|passw(?:or)?d|[_-]key|apikey|account_?key|[_-]token|accesstoken|login\(\s*key)[\w-]{0,24}[\"']?\s{0,3}$"
)
_WORDS = (b"secret", b"passw", b"_key", b"-key", b"apikey", b"ntkey", b"_token", b"-token", b"stoken", b"login(")
_LEAD = late(rb"(?i)(?:login\(\s{0,60})?[\w-]{0,60}[\"']?\s{0,4}(?=[:=(])")
_NOT_SECRET = late(
    rb"(?i)(?:public|cache|primary|foreign|sort|partition|group|state|pad|eos|bos|special|object|s3|blob|unk|mask|cls|sep|continuation|page|next|write|publishable)[_-]?(?:key|token)$"
    rb"|hash(?:ed)?[_-]?\w{0,12}$|(?:private|access|kms|public|master|signing)_key_id$|secret_?name$|key_?name$|fingerprint$"
)
_PLACEHOLDER = late(
    rb"(?i)example|placeholder|change[_-]?me|your|xxxx|dummy|fake|sample|redacted|insert|replace|todo|\.\.\.|1234567|abcdef"
    rb"|test|<|\$|\{|default|secret|password|token|localhost|foobar|none|null|minio|admin|notreal|\*\*\*"
)


#: Keys that are published on purpose: of Azure's emulators for storage and Cosmos DB, and what a browser may know (PostHog, Stripe).
_PUBLIC = (b"Eby8vdM02xNOcqFl", b"C2y6yDjf5/R+ob0N", b"phc_", b"pk_live_", b"pk_test_")
#: Bytes of one text that are searched: what is longer is generated, and its credentials stand in what it is generated from.
_READ = 500_000
_GIVEN = frozenset(literal for _, literal, _ in _PROVIDERS)
_LITERALS = SHARED.group((*_GIVEN, *_SCHEMES, *_PLAIN_WORDS), _WORDS)


def entropy(value: bytes) -> float:
    """Shannon entropy of the characters, in bits each."""
    counts = Counter(value)
    total = len(value)
    return -sum(count / total * math.log2(count / total) for count in counts.values())


def scan(data: bytes) -> list[Fact]:
    """Credentials in ``data``; the fact names their kind and shows four characters at most, never the value."""
    data = data[:_READ]
    found: list[Fact] = []
    spans: list[tuple[int, int]] = []

    def keep(name: str, match: re.Match[bytes], group: int, confidence: str) -> bool:
        start, end = match.span(group)
        if any(start < other_end and other_start < end for other_start, other_end in spans):
            return True
        spans.append((start, end))
        found.append(_fact(name, data, match.start() if name == "private-key" else start, end, confidence))
        return len(found) <= LIMIT

    places = _LITERALS.places(data)
    for name, literal, pattern in () if _GIVEN.isdisjoint(places) else _PROVIDERS:
        done = 0
        for at in places.get(literal, ()):
            if at < done:
                continue
            match = pattern.search(data, max(0, at - 64), at + 4096)
            done = max(at + len(literal), match.end() if match else 0)
            if match:
                group = match.lastindex or 1
                value = match.group(group)
                if not value.startswith(_PUBLIC) and not _PLACEHOLDER.search(value[:120]) and entropy(value) >= 3.0:
                    if not keep(name, match, group, "high"):
                        return found
    if b"@" in data and b"://" in data:
        for at in (at for scheme in _SCHEMES for at in places.get(scheme, ())):
            match = _ADDRESS.match(data, at)
            if match and _is_password(match) and not keep("connection-string", match, 1, "medium"):
                return found
        for match in _URL.finditer(data):
            if looks_random(match.group(1)) and not _NEAR.search(match.group(2)):
                if not keep("credential-in-url", match, 1, "medium"):
                    return found
    done = 0
    for at in sorted(at for word in _PLAIN_WORDS for at in places.get(word, ())):
        plain = _PLAIN.match(data, at) if at >= done else None
        if plain is None:
            continue
        done = plain.end()
        before = data[max(0, at - 60) : plain.start(1)]
        if looks_random(plain.group(1)) and not _NOT_SECRET.search(before.rstrip(b" \t:=")):
            if not keep("assigned-credential", plain, 1, "medium"):
                return found
    for quoted in _quoted(data, (at for word in _WORDS for at in places.get(word, ()))):
        start = quoted.start()
        before = data[max(0, start - 60) : start]
        if (
            _ASSIGNED.search(before)
            and looks_random(quoted.group(1))
            and not _NOT_SECRET.search(before.rstrip(b" \"'"))
            and not keep("assigned-credential", quoted, 1, "medium")
        ):
            break
    return found


def scan_each(texts: Sequence[bytes]) -> list[list[Fact]]:
    """What ``scan`` finds in each of many short texts; one look over them all tells which ones are worth a scan."""
    parts = [text[:_READ] for text in texts]
    ends = list(accumulate(len(part) + 1 for part in parts))
    joined = b"\0".join(parts)
    wanted = {bisect(ends, at) for places in _LITERALS.places(joined).values() for at in places}
    if b"://" in joined:
        wanted |= {i for i, part in enumerate(parts) if b"://" in part}
    return [scan(part) if i in wanted else [] for i, part in enumerate(parts)]


def _quoted(data: bytes, words: Iterable[int]) -> Iterable[re.Match[bytes]]:
    """The values in quotes that stand behind words at these places; all there are where one begins in another."""
    signs = sorted({lead.end() for at in words if (lead := _LEAD.match(data, at))})
    found = [match for sign in signs if (match := _QUOTED.match(data, sign))]
    if any(_OPEN.search(data[max(0, match.start() - 128) : match.start()]) for match in found):
        return _QUOTED.finditer(data)
    return found


def _is_password(match: re.Match[bytes]) -> bool:
    """Whether an address holds a password for a server that others can reach, rather than one of a test on this machine."""
    password = match.group(1)
    return not _PLACEHOLDER.search(password) and not _NEAR.search(match.group(2)) and entropy(password) >= 2.5


def looks_random(value: bytes) -> bool:
    """Whether a value is a credential rather than a word, a path, a name or a placeholder."""
    if (
        value.startswith(_PUBLIC)
        or _PLACEHOLDER.search(value)
        or b"/" in value[:2]
        or value.count(b".") > 2
        or value.count(b"-") > 5
    ):
        return False
    digits = sum(48 <= character <= 57 for character in value)
    letters = sum(65 <= character <= 90 or 97 <= character <= 122 for character in value)
    if digits < 3 or letters < 5:
        return False
    if re.fullmatch(rb"[a-z]+([_.-][a-z0-9]+)+", value):  # a slug or a module path
        return False
    return entropy(value) > (3.2 if re.fullmatch(rb"[0-9a-f]+", value) else 3.8)


def _fact(name: str, data: bytes, start: int, end: int, confidence: str) -> Fact:
    line = data.count(b"\n", 0, start) + 1
    begin = data.rfind(b"\n", 0, start) + 1
    stop = data.find(b"\n", start, end)
    stop = stop if stop >= 0 else end
    column = len(data[begin:start].decode("utf-8", "replace")) + 1
    length = len(data[start:stop].decode("utf-8", "replace"))
    hint = data[start : start + 4].decode("ascii", "replace") + "…" if name != "private-key" else "BEGIN PRIVATE KEY"
    return Fact(
        "secret", name, line, {"hint": hint, "confidence": confidence, "column": column, "end": column + length}
    )
