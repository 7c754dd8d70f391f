"""Leakage by data flow: what is found where, what is not, and that any program is survived."""

import ast
import time

import pytest
from flow_cases import CASES, HEAD, NOTEBOOKS, OFF, SPLIT
from flowing import analyse
from hypothesis import given, settings
from hypothesis import strategies as st

from mlopslint.lint.flow import MARKERS, Leak
from mlopslint.lint.flow.reach import reaching

ON = frozenset({"DAT101", "DAT102", "DAT103", "DAT104", "DAT106"})


def expected(source: str) -> set[tuple[str, int]]:
    return {
        (word, number)
        for number, line in enumerate(source.splitlines(), 1)
        for word in line.partition("#")[2].split()
        if word.startswith("DAT")
    }


def leaks(source: str) -> list[Leak]:
    return analyse([(ast.parse(source), 0)])


@pytest.mark.parametrize("name", CASES)
def test_rules_that_are_on(name: str) -> None:
    source = CASES[name]
    assert {(leak.code, leak.node.lineno) for leak in leaks(source) if leak.code in ON} == expected(source)


@pytest.mark.parametrize("name", OFF)
def test_rules_that_are_off(name: str) -> None:
    source = OFF[name]
    assert {(leak.code, leak.node.lineno) for leak in leaks(source)} == expected(source)


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_cells_of_notebooks(name: str) -> None:
    cells = NOTEBOOKS[name]
    found = analyse([(ast.parse(cell), number) for number, cell in enumerate(cells, 1)])
    wanted = {(code, number, line) for number, cell in enumerate(cells, 1) for code, line in expected(cell)}
    assert {(leak.code, leak.cell, leak.node.lineno) for leak in found} == wanted


def test_markers_occur_in_every_case_with_a_leak() -> None:
    for source in [*CASES.values(), *OFF.values(), *("\n".join(cells) for cells in NOTEBOOKS.values())]:
        body = source.replace(HEAD, "")
        assert not expected(body) or any(marker in source.encode() for marker in MARKERS)


def one(source: str) -> Leak:
    (leak,) = [leak for leak in leaks(source) if leak.code in ON]
    return leak


def test_a_message_names_the_class_the_data_and_the_split() -> None:
    leak = one(CASES["scaler"])
    assert leak.message == (
        f"StandardScaler is fitted on `X` before the split in line {leak.steps[-1].line}, so the test rows shape the training data"
    )
    assert [step.line for step in leak.steps] == [leak.node.lineno, leak.node.lineno + 1]
    assert leak.confidence == "high"


def test_a_step_names_its_cell() -> None:
    cells = NOTEBOOKS["fitted in one cell, split in another"]
    (leak,) = analyse([(ast.parse(cell), number) for number, cell in enumerate(cells, 1)])
    assert [(step.cell, step.line) for step in leak.steps] == [(3, 1), (4, 2)]
    assert "line 2 of cell 4" in leak.message


@pytest.mark.parametrize(
    ("name", "fix"),
    [("scaler on test", ("rename", "transform")), ("another scaler on test", ()), ("model on test", ())],
)
def test_only_a_fitted_transformer_can_be_told_to_transform(name: str, fix: tuple[str, ...]) -> None:
    assert one(CASES[name]).fix == fix


@pytest.mark.parametrize(
    ("name", "confidence"),
    [
        ("scaler", "high"),
        ("text", "medium"),
        ("imputer", "medium"),
        ("quantile bins", "low"),
        ("target centred", "low"),
        ("validation out of the training part", "low"),
        ("encoder of the target of test", "low"),
        ("test file", "medium"),
        ("undersampler", "medium"),
        ("only in sample", "low"),
        ("test rows concatenated to train", "high"),
    ],
)
def test_confidence(name: str, confidence: str) -> None:
    assert one(CASES[name]).confidence == confidence


def test_one_step_repeated_for_columns_is_one_leak() -> None:
    lines = ["df['a'] = df['a'].fillna(df['a'].mean())", "df['b'] = df['b'].fillna(df['b'].mean())"]
    start = HEAD.count("\n") + 1
    source = HEAD + "\n".join([*lines, "train, test = train_test_split(df)"])
    leak = one(source)
    assert leak.message == (
        f"mean of `df['a']` is taken (again in line {start + 1}) before the split in line {start + 2}, so the test rows"
        " shape the training data"
    )
    assert [step.line for step in leak.steps] == [start, start + 1, start + 2]


def test_what_was_found_before_an_endless_expression_stands() -> None:
    deep = ast.parse("0", mode="eval").body
    for _ in range(3000):
        deep = ast.copy_location(ast.UnaryOp(ast.USub(), deep), deep)
    tree = ast.parse(CASES["scaler on test"])
    tree.body.append(ast.copy_location(ast.Expr(deep), tree.body[-1]))
    assert [leak.code for leak in analyse([(tree, 0)])] == ["DAT102"]


def test_a_leak_is_reported_once() -> None:
    source = SPLIT + "s = StandardScaler()\nfor i in range(3):\n    s.fit(X_test)\n"
    assert len([leak for leak in leaks(source) if leak.code == "DAT102"]) == 1


def words(text: str) -> list[str]:
    return text.split()


NAMES = ["X", "y", "df", "X_train", "X_test", "s", "m", "f", "self"]
ATOMS = [
    *NAMES,
    "1",
    "'t'",
    "None",
    "[1, 2]",
    "{'a': X}",
    "(X, y)",
    "lambda v: v",
    "StandardScaler()",
    "KFold()",
    "LogisticRegression()",
    "SMOTE()",
    "make_pipeline(s, m)",
    "np.random.rand(9)",
    "pd.read_csv('a')",
    "[v for v in X]",
    "{k: v for k, v in X.items()}",
    "*X",
]
METHODS = words(
    "fit transform fit_transform predict score fit_resample split mean fillna drop sample groupby apply pop append items"
    " iloc loc values index columns isin map merge sort_values set_index get keys copy agg shape predict_proba assign"
)
FUNCTIONS = words(
    "train_test_split cross_val_score accuracy_score np.mean np.where pd.concat resample next zip enumerate f list"
)


def expressions() -> st.SearchStrategy[str]:
    def grow(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
        plain = inner.map(lambda text: text.lstrip("*"))
        return st.one_of(
            st.builds("({}).{}({}, {})".format, plain, st.sampled_from(METHODS), inner, plain),
            st.builds("({}).{}({}, inplace=True)".format, plain, st.sampled_from(METHODS), plain),
            st.builds("({}).{}".format, plain, st.sampled_from(METHODS)),
            st.builds("{}({}, {})".format, st.sampled_from(FUNCTIONS), inner, plain),
            st.builds("{}({}, y={})".format, st.sampled_from(FUNCTIONS), plain, plain),
            st.builds("({})[{}]".format, plain, plain),
            st.builds("({})[{}:, {}]".format, plain, plain, plain),
            st.builds(
                "({}) {} ({})".format, plain, st.sampled_from(["+", "-", "/", "<", "==", "&", "and", "@"]), plain
            ),
            st.builds("~({})".format, plain),
            st.builds("(({}) if y else ({}))".format, plain, plain),
        )

    return st.recursive(st.sampled_from(ATOMS), grow, max_leaves=5)


def statements() -> st.SearchStrategy[str]:
    value = expressions().map(lambda text: text.lstrip("*"))
    name = st.sampled_from(NAMES)
    simple = st.one_of(
        st.builds("{} = {}".format, name, value),
        st.builds("{}, {} = {}".format, name, name, value),
        st.builds("{}, *{} = {}".format, name, name, value),
        st.builds("{}[{}] = {}".format, name, value, value),
        st.builds("{}.data = {}".format, name, value),
        st.builds("{} += {}".format, name, value),
        st.builds("del {}[{}]".format, name, value),
        value,
    )

    def nest(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
        block = st.lists(inner, min_size=1, max_size=3).map(lambda lines: "\n".join(lines).replace("\n", "\n    "))
        return st.one_of(
            st.builds("for {} in {}:\n    {}".format, name, value, block),
            st.builds("for {}, {} in {}:\n    {}\n    continue".format, name, name, value, block),
            st.builds("while {}:\n    {}\n    break".format, value, block),
            st.builds("if {}:\n    {}\nelse:\n    {}".format, value, block, block),
            st.builds("try:\n    {}\nexcept E:\n    {}\nfinally:\n    {}".format, block, block, block),
            st.builds("with {} as {}:\n    {}".format, value, name, block),
            st.builds("def f(X, y=1, *a, k=2, **kw):\n    {}\n    return {}".format, block, value),
            st.builds("class m:\n    def fit(self, X):\n        {}\n        return self".format, simple),
        )

    return st.recursive(simple, nest, max_leaves=6)


@settings(max_examples=300, deadline=None)
@given(st.lists(statements(), min_size=1, max_size=12))
def test_no_program_of_the_vocabulary_raises(lines: list[str]) -> None:
    try:
        tree = ast.parse(HEAD + "\n".join(lines))
    except SyntaxError:
        return
    for leak in analyse([(tree, 0)]):
        assert leak.code.startswith("DAT10")
        assert leak.message
        assert leak.node.lineno
        assert leak.confidence in ("high", "medium", "low")


def timed(source: str) -> float:
    tree = ast.parse(source)
    start = time.perf_counter()
    analyse([(tree, 0)])
    return time.perf_counter() - start


def test_a_long_module_ends() -> None:
    lines = [
        f"X{i} = StandardScaler().fit_transform(X{i - 1})\na{i}, b{i} = train_test_split(X{i})" for i in range(1, 2500)
    ]
    assert timed(HEAD + "X0 = df\n" + "\n".join(lines)) < 20


def test_a_long_chain_of_parts_ends() -> None:
    lines = ["train = df", *(f"train, test{i} = train_test_split(train)" for i in range(1500))]
    assert timed(HEAD + "\n".join(lines)) < 20


@pytest.mark.parametrize(
    "source",
    [
        "def f(X):\n    return f(f(X) + f(X))\nf(df)\n",
        "def a(X):\n    return b(X) + b(a(X))\ndef b(X):\n    return a(X) + a(b(X))\na(df)\n",
        "".join(f"def f{i}(X):\n    return f{i + 1}(X[X > 1]) + f{i + 1}(X[X > 2]) + f{i + 1}(X)\n" for i in range(40))
        + "f0(df)\n",
        "f = lambda X: f(f(X))\nf(df)\n",
        "class A:\n    @property\n    def x(self):\n        return self.x\nA().x\n",
        "class A(A):\n    pass\nA().fit(df)\n",
        "x = [x, x]\n" * 40 + "def f(v):\n    return v\nf(x)\n",
        "x = {'a': 1}\n" + "x = {'a': x, 'b': x}\n" * 40 + "def f(v):\n    return v\nf(x)\n",
        "p = StandardScaler()\n" + "p = make_pipeline(p, p)\n" * 40 + "p.fit_transform(df)\ncross_val_score(p, df)\n",
        "m = LogisticRegression()\n" + "m = clone(m)\n" * 2000 + "m.fit(df, df)\n",
        "X = df\n" + "X = X - X.mean()\n" * 2000 + "a, b = train_test_split(X)\n",
        "X = df\n" + "X = X[X > X.mean()]\n" * 2000 + "a, b = train_test_split(X)\n",
        "L = []\n" + "L.append(df.copy())\nL.append(L)\n" * 1000 + "a, b = train_test_split(L)\n",
        "".join(f"X_test{i} = df[df > {i}]\nStandardScaler().fit(X_test{i})\n" for i in range(1500)),
        "d = {}\n" + "d['k'] = d\n" * 40,
        "for i in range(9):\n" * 15 + "",
        "X = " + "(" * 80 + "df" + ")" * 80 + "\n",
        "X = " + "df + " * 400 + "df\n",
    ],
    ids=range(18),
)
def test_a_pathological_program_ends(source: str) -> None:
    if source.startswith("for i"):
        source = (
            "".join("    " * depth + "for i in range(9):\n" for depth in range(15)) + "    " * 15 + "X = df.copy()\n"
        )
    assert timed(HEAD + source) < 20


def test_what_leads_to_no_fit_is_passed_over() -> None:
    calls = [
        ("sklearn.preprocessing.StandardScaler.fit_transform", "Data.scaled"),
        (".scaled", "prepare"),
        ("prepare", "main.inner"),
        ("torch.nn.Linear", "Net.__init__"),
        (".forward", "evaluate"),
    ]
    assert reaching(calls) == {"Data", "scaled", "prepare", "main", "inner"}
