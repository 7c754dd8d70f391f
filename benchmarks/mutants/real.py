"""Defects made of real Python: a clean construct of the host, changed so that it has the defect."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator

from .hosts import Code, parsed
from .seeds import DRIVERS, KEY, SEEDED

#: A changed source, and the lines in which a finding must be.
Changed = tuple[str, tuple[int, int]]
Maker = Callable[["Place"], Iterator[Changed]]

MAKERS: dict[str, list[Maker]] = {}
#: Rules whose defect shows only in the whole project.
WHOLE = frozenset({"VER103"})

_FITTED = "StandardScaler|MinMaxScaler|RobustScaler|PCA|SimpleImputer|CountVectorizer|TfidfVectorizer|SelectKBest"
_LOOPS = (ast.For, ast.While)


def real(rule: str, *packages: str) -> Callable[[Maker], Maker]:
    """Register a maker of defects of a rule, for hosts that name one of these packages."""

    def register(maker: Maker) -> Maker:
        def guarded(place: Place) -> Iterator[Changed]:
            if place.host.imports(*packages):
                yield from maker(place)

        MAKERS.setdefault(rule, []).append(guarded)
        return maker

    return register


class Place:
    """One source of a host, with its tree and what edits need."""

    def __init__(self, host: Code, source: str, tree: ast.Module) -> None:
        self.host, self.source, self.tree = host, source, tree
        self.rows = source.split("\n")
        self.everything = "\n".join(host.sources.values())
        self.parents: dict[ast.AST, ast.AST] = {
            child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)
        }

    def nodes(self, *kinds: type[ast.AST]) -> Iterator[ast.AST]:
        """Its nodes of some classes."""
        return (node for node in ast.walk(self.tree) if isinstance(node, kinds))

    def text(self, node: ast.AST) -> str:
        """The source of a node."""
        first, last = node.lineno - 1, node.end_lineno - 1
        if first == last:
            return self.rows[first].encode()[node.col_offset : node.end_col_offset].decode()
        head = self.rows[first].encode()[node.col_offset :].decode()
        tail = self.rows[last].encode()[: node.end_col_offset].decode()
        return "\n".join([head, *self.rows[first + 1 : last], tail])

    def edit(self, *edits: tuple[ast.AST, str]) -> str:
        """The source with nodes replaced by texts; a statement replaced by nothing is a ``pass``."""
        data = self.source.encode()
        starts = [0]
        for row in self.rows:
            starts.append(starts[-1] + len(row.encode()) + 1)
        for node, text in sorted(edits, key=lambda item: (-item[0].lineno, -item[0].col_offset)):
            first = starts[node.lineno - 1] + node.col_offset
            last = starts[node.end_lineno - 1] + node.end_col_offset
            data = data[:first] + text.encode() + data[last:]
        return data.decode()

    def inserted(self, statement: ast.stmt, *rows: str) -> str:
        """The source with rows ahead of a statement."""
        indent = " " * statement.col_offset
        at = statement.lineno - 1
        return "\n".join([*self.rows[:at], *(indent + row for row in rows), *self.rows[at:]])

    def nest(self, node: ast.AST) -> ast.AST | None:
        """The outermost loop around a node, within its function."""
        found = None
        above = self.parents.get(node)
        while above is not None and not isinstance(above, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            if isinstance(above, _LOOPS):
                found = above
            above = self.parents.get(above)
        return found

    def block(self, statement: ast.stmt) -> list[ast.stmt]:
        """The statements that it stands among."""
        above = self.parents[statement]
        for field in ("body", "orelse", "finalbody"):
            block = getattr(above, field, None)
            if isinstance(block, list) and statement in block:
                return block
        return []

    def scope(self, node: ast.AST) -> str:
        """The source of the function around a node; at the top level, all of the host."""
        above = self.parents.get(node)
        while above is not None and not isinstance(above, (ast.FunctionDef, ast.AsyncFunctionDef)):
            above = self.parents.get(above)
        return self.everything if above is None else self.text(above)

    def made(self, node: ast.AST, name: str, pattern: str) -> bool:
        """Whether a variable, as it is meant at a node, is made by something that matches, and by nothing else."""
        row = rf"(?m)^[ \t]*(?:[\w., ]+,[ \t]*)?{re.escape(name)}[ \t]*(?:,[\w., ]+)?=[ \t]*([^\n=][^\n]*)"
        values = re.findall(row, self.scope(node))
        return bool(values) and all(re.match(pattern, value) for value in values)

    def frame(self, node: ast.AST, name: str) -> bool:
        """Whether a variable is surely a frame: made by pandas, and afterwards only out of itself."""
        loaded = rf"(?:pd|pandas)\.(?:read_|DataFrame|concat|merge)[^\n]*\)$|{name}\."
        return self.made(node, name, loaded) and bool(re.search(rf"(?m)^\s*{name} = (?:pd|pandas)\.", self.scope(node)))

    def last_of_cell(self, statement: ast.stmt) -> bool:
        """Whether a notebook would show the value of a statement."""
        return 0 not in self.host.sources and self.tree.body[-1] is statement


def name_of(call: ast.AST) -> str:
    """The last name of what is called."""
    func = call.func if isinstance(call, ast.Call) else None
    return func.attr if isinstance(func, ast.Attribute) else func.id if isinstance(func, ast.Name) else ""


def lines(node: ast.AST, more: int = 0) -> tuple[int, int]:
    """First and last line of a node, and of what was put ahead of it."""
    return node.lineno, (node.end_lineno or node.lineno) + more


def _splits(place: Place) -> Iterator[tuple[ast.Assign, ast.Call]]:
    """Real splits of one or two plain variables into named parts, which have not been split before."""
    for node in place.nodes(ast.Assign):
        call = node.value
        if name_of(call) == "train_test_split" and 1 <= len(call.args) <= 2 and isinstance(node.targets[0], ast.Tuple):
            names = [argument.id for argument in call.args if isinstance(argument, ast.Name)]
            parts = [part.id for part in node.targets[0].elts if isinstance(part, ast.Name)]
            if len(names) == len(call.args) and not re.search("train", names[0], re.I):
                if len(parts) == 2 * len(names) and not set(names) & set(parts):
                    yield node, call


@real("DAT101", "sklearn")
def scaled_before_the_split(place: Place) -> Iterator[Changed]:
    for node, call in _splits(place):
        name = call.args[0].id
        rows = ("from sklearn.preprocessing import StandardScaler", f"{name} = StandardScaler().fit_transform({name})")
        yield place.inserted(node, *rows), lines(node, 2)


@real("DAT101", "sklearn")
def fit_moved_ahead_of_the_split(place: Place) -> Iterator[Changed]:
    for node, call in _splits(place):
        part, name = node.targets[0].elts[0].id, call.args[0].id
        for other in place.block(node):
            value = other.value if isinstance(other, ast.Assign) else None
            if name_of(value) == "fit_transform" and value.args and place.text(value.args[0]) == part:
                owner = place.text(value.func)
                if re.search(_FITTED, owner) or place.made(other, owner.partition(".")[0], f".*(?:{_FITTED})"):
                    if other.lineno > node.end_lineno and other.targets[0].__class__ is ast.Name:
                        moved = place.edit((other, f"{other.targets[0].id} = {part}"))
                        row = " " * node.col_offset + f"{name} = {owner}({name})"
                        rows = moved.split("\n")
                        made = [i for i, text in enumerate(rows) if owner.partition(".")[0] + " = " in text]
                        if made and made[0] > node.lineno - 1:
                            rows.insert(node.lineno - 1, rows.pop(made[0]))
                            rows.insert(node.lineno, row)
                        else:
                            rows.insert(node.lineno - 1, row)
                        yield "\n".join(rows), lines(node, 2)


@real("DAT102", "sklearn")
def fitted_on_test(place: Place) -> Iterator[Changed]:
    for node in place.nodes(ast.Assign):
        call = node.value
        if name_of(call) == "transform" and isinstance(call.func, ast.Attribute) and len(call.args) == 1:
            given, owner = place.text(call.args[0]), place.text(call.func.value)
            if re.fullmatch(r"\w*test\w*|\w*val(?:id)?_?\w*", given, re.I) and place.made(
                node, owner, f".*(?:{_FITTED})"
            ):
                yield place.edit((call.func, f"{owner}.fit_transform")), lines(node)


@real("DAT103", "sklearn")
def sampled_before_the_split(place: Place) -> Iterator[Changed]:
    for node, call in _splits(place):
        if len(call.args) == 2:
            one, two = (argument.id for argument in call.args)
            rows = (
                "from imblearn.over_sampling import SMOTE",
                f"{one}, {two} = SMOTE(random_state=3).fit_resample({one}, {two})",
            )
            yield place.inserted(node, *rows), lines(node, 2)


@real("DAT104", "sklearn")
def trained_on_all_rows(place: Place) -> Iterator[Changed]:
    for node, call in _splits(place):
        if len(call.args) != 2:
            continue
        parts = [part.id for part in node.targets[0].elts]
        for fit in place.nodes(ast.Call):
            if name_of(fit) != "fit" or len(fit.args) != 2 or fit.lineno < node.lineno:
                continue
            owner = place.text(fit.func.value)
            if [place.text(argument) for argument in fit.args] != [parts[0], parts[2]]:
                continue
            judged = rf"{re.escape(owner)}\.(?:score|predict)\({parts[1]}\b"
            after = "\n".join(place.rows[fit.lineno :])
            if re.search(judged, after) and place.everything.count(f"{owner}.fit(") == 1:
                both = [(argument, given.id) for argument, given in zip(fit.args, call.args, strict=True)]
                yield place.edit(*both), (fit.lineno, len(place.rows))


@real("DAT106", "pandas")
def target_left_in(place: Place) -> Iterator[Changed]:
    for node in place.nodes(ast.Assign):
        call = node.value
        if name_of(call) != "drop" or not isinstance(call.func.value, ast.Name):
            continue
        frame, target = call.func.value.id, node.targets[0]
        dropped = re.findall(r"['\"]([^'\"]+)['\"]", place.text(call))
        if len(dropped) != 1 or not isinstance(target, ast.Name) or "inplace" in place.text(call) or target.id == frame:
            continue
        wanted = rf"(?m)^\s*(\w+) = {frame}(?:\[['\"]{dropped[0]}['\"]\]|\.{dropped[0]})\s*$"
        labels = re.search(wanted, place.everything)
        if labels and re.search(rf"(?:fit|split)\({target.id}, {labels.group(1)}\b", place.everything):
            yield place.edit((call, frame)), (1, len(place.rows))


def _mask(node: ast.AST) -> bool:
    return isinstance(node, (ast.Compare, ast.BinOp)) and not isinstance(node, ast.Constant)


@real("DAT110", "pandas")
def loc_as_two_subscripts(place: Place) -> Iterator[Changed]:
    for node in place.nodes(ast.Assign, ast.AugAssign):
        target = node.targets[0] if isinstance(node, ast.Assign) else node.target
        if not isinstance(target, ast.Subscript) or not isinstance(target.slice, ast.Tuple):
            continue
        loc, (rows, column) = target.value, (*target.slice.elts, None, None)[:2]
        if isinstance(loc, ast.Attribute) and loc.attr == "loc" and isinstance(loc.value, ast.Name) and _mask(rows):
            if isinstance(column, ast.Constant) and place.frame(node, loc.value.id):
                text = f"{loc.value.id}[{place.text(rows)}][{place.text(column)}]"
                yield place.edit((target, text)), lines(node)


@real("DAT111", "numpy", "pandas")
def compared_with_nan(place: Place) -> Iterator[Changed]:
    if "import numpy as np" not in place.everything:
        return
    for node in place.nodes(ast.Call):
        if place.text(node.func) in ("np.isnan", "pd.isnull", "pd.isna") and len(node.args) == 1:
            yield place.edit((node, f"({place.text(node.args[0])} == np.nan)")), lines(node)
        elif name_of(node) in ("isnull", "isna") and not node.args and isinstance(node.func.value, ast.Subscript):
            yield place.edit((node, f"({place.text(node.func.value)} == np.nan)")), lines(node)


_NEW = frozenset({"dropna", "fillna", "drop", "drop_duplicates", "rename", "reset_index", "set_index", "sort_values", "astype", "replace"})  # fmt: skip


@real("DAT114", "pandas")
def result_thrown_away(place: Place) -> Iterator[Changed]:
    for node in place.nodes(ast.Assign):
        call, target = node.value, node.targets[0]
        if name_of(call) in _NEW and isinstance(call.func, ast.Attribute) and isinstance(target, ast.Name):
            if place.text(call.func.value) == target.id and place.frame(node, target.id):
                if not place.last_of_cell(node) and place.block(node)[-1] is not node:
                    yield place.edit((node, place.text(call))), lines(node)


@real("DAT114", "pandas")
def none_assigned(place: Place) -> Iterator[Changed]:
    for node in place.nodes(ast.Expr):
        call = node.value
        if name_of(call) in _NEW and any(word.arg == "inplace" for word in call.keywords):
            owner = place.text(call.func.value)
            if owner.isidentifier() and re.search(r"inplace ?= ?True", place.text(call)) and place.frame(node, owner):
                yield place.edit((node, f"{owner} = {place.text(call)}")), lines(node)


@real("DAT118", "pandas")
def row_written_to(place: Place) -> Iterator[Changed]:
    for node in place.nodes(ast.For):
        if name_of(node.iter) != "iterrows" or not isinstance(node.target, ast.Tuple) or len(node.target.elts) != 2:
            continue
        row = node.target.elts[1]
        if not isinstance(row, ast.Name):
            continue
        uses = [item for item in ast.walk(node) if isinstance(item, ast.Name) and item.id == row.id and item is not row]
        parts = [place.parents[item] for item in uses]
        if uses and all(isinstance(part, ast.Subscript) and part.value in uses for part in parts):
            key = place.text(parts[0].slice)
            yield place.inserted(node.body[0], f"{row.id}[{key}] = 0"), lines(node, 1)


@real("VER101", "sklearn")
def seed_of_the_split_removed(place: Place) -> Iterator[Changed]:
    if re.search(SEEDED, place.everything):
        return
    for node in place.nodes(ast.Call):
        shuffled = any(word.arg == "shuffle" and place.text(word.value) == "True" for word in node.keywords)
        if name_of(node) == "train_test_split" or name_of(node).endswith("KFold") and shuffled:
            if any(word.arg == "shuffle" and place.text(word.value) == "False" for word in node.keywords):
                continue
            kept = [word for word in node.keywords if word.arg != "random_state"]
            if len(kept) < len(node.keywords):
                inner = ", ".join(place.text(item) for item in (*node.args, *kept))
                yield place.edit((node, f"{place.text(node.func)}({inner})")), lines(node)


@real("VER103", "torch", "tensorflow", "keras")
def seeds_removed(place: Place) -> Iterator[Changed]:
    if not place.host.owner.on_its_own(place.host.path):
        return
    if len(place.host.sources) > 1 or not re.search(r"\.backward\(|\.fit\(", place.source):
        return
    gone = [
        node
        for node in place.nodes(ast.Expr)
        if re.search(r"seed", place.text(getattr(node.value, "func", node)), re.I) and isinstance(node.value, ast.Call)
    ]
    if gone and "seed" not in re.sub(
        r"[\w.]*seed[\w.]*\(|args\.seed|--seed", "", place.source.replace("random seed", "")
    ):
        yield place.edit(*((node, "pass") for node in gone)), (1, len(place.rows))


_READS = frozenset({"read_csv", "open", "read_json", "read_excel", "imread", "load", "loadtxt"})


def _read(place: Place, prefix: str) -> Iterator[Changed]:
    for node in place.nodes(ast.Call):
        first = node.args[0] if node.args else None
        if name_of(node) in _READS and isinstance(first, ast.Constant) and isinstance(first.value, str):
            if re.fullmatch(r"[\w./-]+\.\w{2,5}", first.value):
                yield place.edit((first, repr(prefix + first.value.lstrip("./")))), lines(node)


@real("VER107", "")
def data_at_home(place: Place) -> Iterator[Changed]:
    yield from _read(place, "/home/anna/")  # mlopslint: ignore[VER107] the defect that is planted


@real("STR101", "")
def data_above(place: Place) -> Iterator[Changed]:
    yield from _read(place, "../../")


def _driven(place: Place) -> bool:
    return place.host.imports(*(name for name in DRIVERS if name != "tensorflow"))


@real("MDL101", "torch")
def gradients_kept(place: Place) -> Iterator[Changed]:
    clears: dict[ast.AST, list[ast.AST]] = {}
    for node in place.nodes(ast.Expr):
        nest = place.nest(node) if name_of(node.value) == "zero_grad" else None
        if nest is not None and not node.value.args:
            clears.setdefault(nest, []).append(node)
    for nest, gone in clears.items():
        text = place.text(nest)
        if (
            ".backward(" in text
            and re.search(r"\b\w+\.step\((?:\w+)?\)", text)
            and not _driven(place)
            and text.count("zero_grad") == len(gone)
        ):
            if "%" not in text or not re.search(r"if [^\n]*%[^\n]*:\n(?:[^\n]*\n){0,3}[^\n]*\.step\(", text):
                yield place.edit(*((node, "pass") for node in gone)), lines(nest)


@real("MDL102", "torch")
def called_by_forward(place: Place) -> Iterator[Changed]:
    classes = {
        node.name for node in place.nodes(ast.ClassDef) if any("Module" in place.text(base) for base in node.bases)
    }
    made = r"(?:nn|torch\.nn|models|torchvision\.models)\.(?!functional|DataParallel|init)[A-Za-z]\w*\("
    pattern = "|".join([made, *(rf"{name}\(" for name in sorted(classes))])
    for node in place.nodes(ast.Call):
        if isinstance(node.func, ast.Name) and node.args and not _driven(place):
            if place.made(node, node.func.id, pattern) and not isinstance(node.args[0], ast.Starred):
                if not re.search(rf"{node.func.id} = [^\n]*Loss", place.everything):
                    yield place.edit((node.func, f"{node.func.id}.forward")), lines(node)


@real("MDL103", "torch")
def training_mode_not_resumed(place: Place) -> Iterator[Changed]:
    trains = [
        node
        for node in place.nodes(ast.Expr)
        if re.fullmatch(r"\w*(?:model|net)\w*\.train\((?:True)?\)", place.text(node))
    ]
    if len(trains) == place.everything.count(".train(") > 0 and not _driven(place):
        looped = [node for node in place.nodes(*_LOOPS) if place.nest(node) is None]
        about = [node for node in looped if ".eval()" in place.text(node) and ".backward()" in place.text(node)]
        if len(about) == 1 and all(place.nest(node) is about[0] for node in trains):
            yield place.edit(*((node, "pass") for node in trains)), lines(about[0])


@real("MDL103", "torch")
def evaluation_mode_missing(place: Place) -> Iterator[Changed]:
    evals = [node for node in place.nodes(ast.Expr) if place.text(node).endswith(".eval()")]
    if not evals or place.everything.count(".eval(") != len(evals) or ".train(" in place.everything or _driven(place):
        return
    noisy = re.search(r"Dropout|BatchNorm|models\.(?:resnet|vgg|inception|densenet)", place.everything)
    if noisy and "no_grad" in place.everything and "state_dict(" in place.everything:
        yield place.edit(*((node, "pass") for node in evals)), (1, len(place.rows))


@real("MDL105", "torch")
def scheduler_first(place: Place) -> Iterator[Changed]:
    for node in place.nodes(ast.Expr):
        if re.fullmatch(r"\w*scheduler\w*\.step\(\)", place.text(node)) and isinstance(place.parents[node], _LOOPS):
            loop, block = place.parents[node], place.block(node)
            ahead = "\n".join(place.text(item) for item in block[: block.index(node)])
            if place.nest(loop) is None and re.search(r"optimizer\.step\(|\btrain\w*\(", ahead):
                at = block[0].lineno - 1
                rows = place.edit((node, "pass")).split("\n")
                rows.insert(at, " " * block[0].col_offset + place.text(node))
                yield "\n".join(rows), lines(loop, 1)


@real("MDL105", "torch")
def cleared_before_the_step(place: Place) -> Iterator[Changed]:
    for node in place.nodes(ast.Expr):
        if name_of(node.value) != "step" or node.value.args or not isinstance(node.value.func.value, ast.Name):
            continue
        block, owner = place.block(node), place.text(node.value.func.value)
        before = block[: block.index(node)]
        cleared = [item for item in before if place.text(item) == f"{owner}.zero_grad()"]
        if len(cleared) == 1 and before and re.fullmatch(r"\w*loss\w*\.backward\(\)", place.text(before[-1])):
            rows = place.edit((cleared[0], "pass")).split("\n")
            rows.insert(node.lineno - 1, " " * node.col_offset + f"{owner}.zero_grad()")
            yield "\n".join(rows), lines(node, 1)


@real("MDL106", "torch")
def softmax_added(place: Place) -> Iterator[Changed]:
    if not re.search(r"(?m)^import torch$", place.everything):
        return
    for node in place.nodes(ast.Call):
        if len(node.args) == 2 and not any(isinstance(item, ast.Starred) for item in node.args):
            func = place.text(node.func)
            if func == "F.cross_entropy" or place.made(node, func, r"(?:nn|torch\.nn)\.CrossEntropyLoss\("):
                text = f"torch.softmax({place.text(node.args[0])}, dim=1)"
                yield place.edit((node.args[0], text)), lines(node)


@real("MDL111", "torch")
def graph_kept(place: Place) -> Iterator[Changed]:
    for node in place.nodes(ast.AugAssign, ast.Expr):
        value = node.value
        if isinstance(node, ast.Expr):
            value = value.args[0] if name_of(value) == "append" and len(value.args) == 1 else None
        if name_of(value) != "item" or not isinstance(value.func.value, ast.Name):
            continue
        loss, nest = value.func.value.id, place.nest(node)
        if nest is not None and f"{loss}.backward()" in place.text(nest) and not _driven(place):
            if any(f"{loss}.backward()" in place.text(item) for item in place.block(node)):
                yield place.edit((value, loss)), lines(node)


@real("MDL114", "numpy", "sklearn")
def removed_interfaces(place: Place) -> Iterator[Changed]:
    for node in place.nodes(ast.keyword, ast.ImportFrom, ast.Attribute):
        if isinstance(node, ast.keyword):
            named = isinstance(node.value, ast.Name) and node.value.id in ("float", "int")
            if node.arg == "dtype" and named and re.search(r"import numpy as np\b", place.everything):
                yield place.edit((node.value, f"np.{node.value.id}")), lines(node)
            elif node.arg == "sparse_output" and name_of(place.parents[node]) == "OneHotEncoder":
                yield place.edit((node, f"sparse={place.text(node.value)}")), lines(node)
        elif isinstance(node, ast.ImportFrom) and node.module == "sklearn.model_selection":
            if not isinstance(place.parents[node], ast.Try):
                text = place.text(node).replace("model_selection", "cross_validation", 1)
                yield place.edit((node, text)), lines(node)
        elif isinstance(node, ast.Attribute) and place.text(node) == "np.prod":
            yield place.edit((node, "np.product")), lines(node)


@real("MDL115", "torch", "yaml")
def unsafe_loader(place: Place) -> Iterator[Changed]:
    for node in place.nodes(ast.Call):
        if place.text(node.func) == "yaml.safe_load":
            yield place.edit((node.func, "yaml.load")), lines(node)
        elif place.text(node.func) == "torch.load":
            kept = [item for item in node.keywords if item.arg != "weights_only"]
            if len(kept) < len(node.keywords):
                inner = ", ".join(place.text(item) for item in (*node.args, *kept))
                yield place.edit((node, f"torch.load({inner})")), lines(node)


@real("MDL117", "torch")
def misspelt(place: Place) -> Iterator[Changed]:
    for node in place.nodes(ast.Assign):
        target = node.targets[0]
        if isinstance(target, ast.Attribute) and target.attr == "requires_grad":
            text = f"{place.text(target.value)}.require_grad"
            yield place.edit((target, text)), lines(node)


@real("MDL118", "numpy", "torch")
def digits_lost(place: Place) -> Iterator[Changed]:
    for node in place.nodes(ast.Call):
        func = place.text(node.func)
        if func in ("np.log1p", "torch.log1p", "np.expm1", "torch.expm1") and len(node.args) == 1 and not node.keywords:
            library, value = func.partition(".")[0], place.text(node.args[0])
            if re.search(r"^\[|\[['\"]|price|count", value):
                continue  # whole units, and money: the digits do not matter
            text = f"{library}.log(1 + {value})" if "log" in func else f"({library}.exp({value}) - 1)"
            yield place.edit((node, text)), lines(node)


@real("COS102", "pandas")
def frame_grown(place: Place) -> Iterator[Changed]:
    for node in place.nodes(ast.Expr):
        call = node.value
        if name_of(call) != "append" or not isinstance(call.func.value, ast.Name) or place.nest(node) is None:
            continue
        name = call.func.value.id
        if (
            len(call.args) == 1
            and re.search(rf"concat\(\s*{name}\b", place.everything)
            and place.made(node, name, r"\[\]")
        ):
            changed = place.edit((node, f"{name} = pd.concat([{name}, {place.text(call.args[0])}])"))
            changed = re.sub(rf"(?m)^(\s*{name} = )\[\]", r"\1pd.DataFrame()", changed)
            if f"for {name} in" not in changed and "pd." in place.everything:
                yield changed, lines(node)


@real("MON102", "torch", "tensorflow", "sklearn", "fastapi", "flask", "mlflow", "xgboost")
def swallowed(place: Place) -> Iterator[Changed]:
    for node in place.nodes(ast.Try):
        if len(node.handlers) != 1 or node.orelse or node.finalbody or len(node.body) < 2:
            continue
        handler = node.handlers[0]
        if any(isinstance(item, (ast.Import, ast.ImportFrom)) for item in node.body):
            continue
        indent = " " * handler.col_offset
        if not place.host.imported(
            "torch", "tensorflow", "sklearn", "fastapi", "flask", "mlflow", "xgboost"
        ) or "#" in "".join(place.rows[handler.lineno - 1 : handler.end_lineno]):
            continue
        if re.search(r"\b(?:int|makedirs)\(", place.text(node)):
            continue  # asks whether a text is a number, or whether a folder is there
        yield place.edit((handler, f"except Exception:\n{indent}    pass")), lines(node)


@real("GOV101", "environ", "getenv")
def credential_in_the_code(place: Place) -> Iterator[Changed]:
    for node in place.nodes(ast.Assign):
        text = place.text(node.value)
        if re.match(r"os\.(?:environ|getenv)\b", text) and re.search(r"KEY|TOKEN|SECRET|PASSWORD", text):
            if isinstance(node.targets[0], ast.Name) and re.search("key|token|secret|passw", node.targets[0].id, re.I):
                yield place.edit((node.value, repr(KEY))), lines(node)


@real("GOV103", "flask")
def debugger_reachable(place: Place) -> Iterator[Changed]:
    for node in place.nodes(ast.Call):
        if name_of(node) == "run" and place.made(node, place.text(node.func.value), r"Flask\(|flask\.Flask\("):
            yield place.edit((node, f"{place.text(node.func)}(host='0.0.0.0', debug=True)")), lines(node)


def changes(host: Code, rule: str) -> Iterator[tuple[int, str, tuple[int, int]]]:
    """(source number, changed source, lines) for every construct of a host that can be given the defect."""
    for number, source, tree in host.trees:
        place = Place(host, source, tree)
        for maker in MAKERS.get(rule, ()):
            for changed, region in maker(place):
                if changed != source and parsed(changed) is not None:
                    yield number, changed, region
