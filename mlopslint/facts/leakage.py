"""Leakage between training and test data, in the order of statements: the evidence behind DAT004.

Three patterns of Yang et al., "Data Leakage in Notebooks" (ASE 2022), within one scope and through assignments: statistics fitted on
data that is split afterwards, fitting on the test part, and resampling ahead of the split.
"""

from __future__ import annotations

import ast
import re

from mlopslint.records import Fact

#: Transformers whose ``fit`` learns from the values of the rows (encoders of labels and stateless ones apart).
_STATISTICS = re.compile(
    r"(StandardScaler|MinMaxScaler|RobustScaler|MaxAbsScaler|PowerTransformer|QuantileTransformer|SimpleImputer|KNNImputer|IterativeImputer"
    r"|CountVectorizer|TfidfVectorizer|TfidfTransformer|\bPCA|TruncatedSVD|SelectKBest|SelectPercentile|SelectFromModel|\bRFE|RFECV"
    r"|VarianceThreshold|KBinsDiscretizer|TargetEncoder|FactorAnalysis|FastICA|\bNMF)$"
)
_RESAMPLERS = re.compile(
    r"(SMOTE\w*|ADASYN|\w*OverSampler|\w*UnderSampler|\bNearMiss|TomekLinks|SMOTEENN|SMOTETomek|EditedNearestNeighbours)$"
)
_SPLIT = "train_test_split"
MARKERS = (b"train_test_split", b"fit_resample", b"fit_sample")


class _Scope:
    """What is known of the variables of one function or of the module."""

    def __init__(self, names: dict[str, str]) -> None:
        self.names = names
        self.types: dict[str, str] = {}
        self.fitted: dict[str, tuple[int, str]] = {}
        self.resampled: dict[str, tuple[int, str]] = {}
        self.test: set[str] = set()
        self.facts: list[Fact] = []

    def called(self, call: ast.Call) -> tuple[str, str]:
        """(class or function, method) of a call, resolved through imports and assignments."""
        func = call.func
        if isinstance(func, ast.Name):
            return self.names.get(func.id, func.id), ""
        if isinstance(func, ast.Attribute):
            owner = func.value
            if isinstance(owner, ast.Name):
                known = self.types.get(owner.id)
                if known:
                    return known, func.attr
                return f"{self.names.get(owner.id, owner.id)}.{func.attr}", ""
            if isinstance(owner, ast.Call):
                inner, method = self.called(owner)
                return (inner, func.attr) if not method else (inner, method)
            if isinstance(owner, ast.Attribute):
                return f"{ast.unparse(owner)}.{func.attr}"[-80:], ""
        return "", ""

    def statement(self, node: ast.stmt, cell: int) -> None:
        value = getattr(node, "value", None)
        if value is not None and isinstance(value, ast.expr):
            for call in [item for item in ast.walk(value) if isinstance(item, ast.Call)]:
                self.call(call, cell)
        if isinstance(node, ast.Assign):
            for target in node.targets:
                self.assign(target, node.value)

    def call(self, call: ast.Call, cell: int) -> None:
        name, method = self.called(call)
        first = call.args[0] if call.args else None
        used = _roots(first) if first is not None else set()
        last = name.rpartition(".")[2]
        if method in ("fit", "fit_transform") and _STATISTICS.search(last):
            if used & self.test:
                self.leak("fit-on-test", call.lineno, f"{last}.{method} is called on the test data", cell)
            else:
                for variable in used:
                    self.fitted.setdefault(variable, (call.lineno, last))
        elif method in ("fit_resample", "fit_sample") and _RESAMPLERS.search(last):
            for variable in used:
                self.resampled.setdefault(f"of {variable}", (call.lineno, last))
        elif last == _SPLIT or method == _SPLIT:
            for argument in call.args[:4]:
                for variable in sorted(_roots(argument)):
                    if variable in self.fitted:
                        line, what = self.fitted[variable]
                        self.leak(
                            "fit-before-split",
                            line,
                            f"{what} is fitted in line {line} on data that is split in line {call.lineno}",
                            cell,
                        )
                    if variable in self.resampled:
                        line, what = self.resampled[variable]
                        self.leak(
                            "resample-before-split",
                            line,
                            f"{what} resamples in line {line}, ahead of the split in line {call.lineno}",
                            cell,
                        )

    def leak(self, name: str, line: int, message: str, cell: int) -> None:
        if not any(fact.name == name and fact.line == line and fact.cell == cell for fact in self.facts):
            self.facts.append(Fact("leak", name, line, {"message": message}, cell))

    def assign(self, target: ast.expr, value: ast.expr) -> None:
        if isinstance(target, (ast.Tuple, ast.List)):
            names = [item.id if isinstance(item, ast.Name) else "" for item in target.elts]
            split = isinstance(value, ast.Call) and _SPLIT in self.called(value)[0].rpartition(".")[2]
            sampled = (
                isinstance(value, ast.Call)
                and self.called(value)[1] in ("fit_resample", "fit_sample")
                and _RESAMPLERS.search(self.called(value)[0])
            )
            for place, name in enumerate(names):
                self.forget(name)
                if split and place % 2 == 1 and place < 2:
                    self.test.add(name)
                if sampled and isinstance(value, ast.Call):
                    self.resampled[name] = (value.lineno, self.called(value)[0].rpartition(".")[2])
            return
        root = next(iter(_roots(target)), "")
        whole = isinstance(target, ast.Name)
        if not root:
            return
        sources = {name for item in ast.walk(value) if isinstance(item, ast.Name) for name in (item.id,)}
        fitted = next((self.fitted[name] for name in sorted(sources) if name in self.fitted), None)
        resampled = next((self.resampled[name] for name in sorted(sources) if name in self.resampled), None)
        test = bool(sources & self.test) and isinstance(value, (ast.Name, ast.Subscript, ast.Attribute))
        if whole:
            self.forget(root)
        if isinstance(value, ast.Call):
            name, method = self.called(value)
            if not method and name[:1] and whole:
                self.types[root] = name
            if method == "fit_transform" and _STATISTICS.search(name.rpartition(".")[2]) and not sources & self.test:
                fitted = (value.lineno, name.rpartition(".")[2])
        if fitted:
            self.fitted[root] = fitted
        if resampled:
            self.resampled[root] = resampled
        if test:
            self.test.add(root)

    def forget(self, name: str) -> None:
        for known in (self.types, self.fitted, self.resampled):
            known.pop(name, None)
        self.test.discard(name)


def _roots(node: ast.AST) -> set[str]:
    """The variables that an argument is made of: ``df[["a"]]`` is made of ``df``."""
    while isinstance(node, (ast.Subscript, ast.Attribute, ast.Starred)):
        node = node.value
    if isinstance(node, ast.Name):
        return {node.id}
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        return _roots(node.func.value)
    return set()


def _blocks(body: list[ast.stmt]) -> list[ast.stmt]:
    """The statements of a scope in order, those inside loops and branches included, functions apart."""
    out: list[ast.stmt] = []
    for node in body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            continue
        out.append(node)
        for field in ("body", "orelse", "finalbody"):
            out += _blocks(getattr(node, field, []) or [])
        for handler in getattr(node, "handlers", []) or []:
            out += _blocks(handler.body)
    return out


def find(trees: list[tuple[ast.Module, int]], names: dict[str, str]) -> list[Fact]:
    """Leaks in a module, or in the cells of a notebook in their order; ``names``: what its imports bind."""
    top = _Scope(names)
    found: list[Fact] = []
    for tree, cell in trees:
        for node in _blocks(tree.body):
            top.statement(node, cell)
        for item in ast.walk(tree):
            if isinstance(item, (ast.FunctionDef, ast.AsyncFunctionDef)):
                inner = _Scope(names)
                for node in _blocks(item.body):
                    inner.statement(node, cell)
                found += inner.facts
    return top.facts + found
