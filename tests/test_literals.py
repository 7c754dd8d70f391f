"""Literals that are looked for together are found as each alone is, and credentials as one pattern finds them."""

from __future__ import annotations

import re
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlopslint.facts import secrets
from mlopslint.literals import Search

LITERALS = (b"aba", b"ab", b"b\n", b"token", b"xox")
WORDS = (b"_key", b"ab", b"login(")
TEXTS = st.lists(st.sampled_from((*LITERALS, *WORDS, b"a", b"A", b"B", b"_KeY", b"x", b" ", b"\xff", b"LOGIN("))).map(
    b"".join
)


def places(data: bytes, literal: bytes) -> list[int]:
    return [match.start() for match in re.finditer(rb"(?=%s)" % re.escape(literal), data)]


@pytest.fixture(params=["few bytes", "many", "many, not built"], scope="module")
def found(request):
    search = Search()
    made = search.group(LITERALS), search.group((), WORDS)
    with pytest.MonkeyPatch.context() as patch:
        if request.param == "many":
            pytest.importorskip("hyperscan", reason="hyperscan is not built for this platform")
        elif request.param == "many, not built":
            patch.setitem(sys.modules, "hyperscan", None)
        if request.param != "few bytes":
            search.prepare()
    assert made[0].among(b"") == made[1].among(b"") == set()
    return made


def test_the_automaton_is_built_once_there_is_much_to_look_through():
    pytest.importorskip("hyperscan", reason="hyperscan is not built for this platform")
    search = Search()
    group = search.group([b"token"])
    for _ in range(5):  # of different objects: what was asked last is remembered
        assert group.places(b"a token" * 4_000) == {b"token": [7 * i + 2 for i in range(4_000)]}


@given(data=TEXTS)
def test_literals_stand_where_each_alone_is_found(found, data):
    exact, words = found
    assert exact.places(data) == {item: where for item in LITERALS if (where := places(data, item))}
    assert words.places(data) == {item: where for item in WORDS if (where := places(data.lower(), item))}
    assert exact.among(data) == {item for item in LITERALS if item in data}


def test_threads_that_look_at_once_are_told_of_their_own_bytes():
    search = Search()
    group = search.group([b"token", b"key"])
    search.prepare()
    texts = [b"a" * n + b"token" * 2_000 + b"key" * n for n in range(1, 30)]
    with ThreadPoolExecutor(8) as pool:
        for n, places in enumerate(pool.map(group.places, texts * 20)):
            many = n % len(texts) + 1
            assert places[b"token"] == [many + 5 * i for i in range(2_000)] and len(places[b"key"]) == many


def test_who_waits_later_is_told_of_the_same_bytes():
    search, data = Search(), b"a token"
    assert search.group([b"token"]).among(data) == {b"token"}
    assert search.group([b"a"]).places(data) == {b"a": [0]}
    assert Search().group([]).among(data) == set()


PIECES = st.sampled_from(
    [
        *(b"secret", b"Password", b"api-key", b"AccountKey", b"account_key", b"x_TOKEN", b"accessToken", b"login( key"),
        *(
            b"=",
            b":",
            b"(",
            b'"',
            b"'",
            b" ",
            b"\n",
            b"_id",
            b"-",
            b'="',
            b'="q8Zr2Lw0vTx7Np4Kd9Yb"',
            b"q8Zr2Lw0vTx7Np4Kd",
        ),
        *(b'secret="aB3kL9mN2pQ7rT5=', b"0f1e2d3c4b5a69788796a5b4c3d2e1f0", b'"' + b"a" * 121 + b'"', b" " * 20),
    ]
)


@given(st.lists(PIECES, max_size=12).map(b"".join))
def test_values_in_quotes_are_those_of_the_whole_text(data):
    def named(matches) -> list[tuple[int, int]]:
        return [m.span(1) for m in matches if secrets._ASSIGNED.search(data[max(0, m.start() - 60) : m.start()])]

    at = (at for places in Search().group((), secrets._WORDS).places(data).values() for at in places)
    assert named(secrets._quoted(data, at)) == named(secrets._QUOTED.finditer(data))
