"""Names answer globs as a look at each name would."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from mlopslint.globs import name_pattern
from mlopslint.names import Names

TEXT = st.text("ab.:\n", max_size=6)
GLOB = st.text("ab.*?", max_size=5)


@given(st.lists(TEXT), st.lists(GLOB, max_size=4))
@example(["a", "", "b.a", "a\nb"], ["*", "?*?", "*a", "a*b"])
@example(["aa.aa", "b"], ["*a*a", ""])
def test_the_same_names_match_in_the_same_order(names, globs):
    looked_at = [name for name in dict.fromkeys(names) if any(name_pattern(glob).match(name) for glob in globs)]
    assert Names(dict.fromkeys(names)).matching(globs) == looked_at
