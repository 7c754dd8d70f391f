"""What checks of PyTorch code share: what a module, an optimizer and a scheduler is, and what a loop reaches."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, TypeAlias

from mlopslint.lint.base import Context
from mlopslint.lint.python import inside
from mlopslint.patterns import late

if TYPE_CHECKING:
    from collections.abc import Mapping

Function: TypeAlias = "ast.FunctionDef | ast.AsyncFunctionDef"
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
LOOPS = (ast.For, ast.AsyncFor, ast.While)
#: Statements that hold blocks of their own scope; ``match`` is not followed.
_NESTING = frozenset({*LOOPS, ast.If, ast.With, ast.AsyncWith, ast.Try, getattr(ast, "TryStar", ast.Try)})

#: Nodes beyond which a loop is not followed into the functions that it calls.
_ENOUGH = 20_000
#: Nodes that all loops of a module may be followed into: a hundred times what real ones need.
_WORK = 1_000_000
#: Packages that run the training loop, or a part of it, for the project.
DRIVERS = (
    "lightning", "pytorch_lightning", "lightning_fabric", "accelerate", "deepspeed", "fastai", "horovod", "colossalai",
    "ignite", "catalyst", "composer", "fairseq", "fairscale", "apex", "oneflow", "paddle", "jittor", "mindspore",
)  # fmt: skip

MODEL_NAME = late(
    r"(?i)^_*(?:\w*_)?(?:model|net|network|classifier|encoder|decoder|backbone|generator|discriminator|critic"
    r"|actor|policy_net|target_net|net_?[gd]|model\d?|net\d?)$"
)
OPTIMIZER_NAME = late(r"(?i)(?:^|[._])(?:\w*optim\w*|opt|opt_?\w{1,12}|\w{1,12}_opt|sgd|adam\w?)$")
SCHEDULER_NAME = late(r"(?i)(?:^|[._])\w*sched\w*$")
#: Packages whose models are no modules of torch.
_OTHERS = ("sklearn.", "keras.", "tensorflow.", "xgboost.", "lightgbm.", "catboost.", "jax.", "flax.", "gensim.", "statsmodels.",
           "networkx.", "onnxruntime.", "transformers.TF", "transformers.Flax", "mxnet.", "paddle.", "torch.jit.")  # fmt: skip
#: Methods of a module that return the module.
_SAME = frozenset(
    {"to", "cuda", "cpu", "half", "float", "double", "bfloat16", "eval", "train", "requires_grad_", "apply"}
)
NORMS = late(r"(?i)drop|norm|bn\d?$")


def definitions(at: Context) -> dict[str, ast.AST]:
    """The functions and classes at the top level of the module, or of the notebook's cells so far; also those below conditions."""
    reader = at.reader
    for tree in reader.trees[reader.defined_in :]:  # of a notebook those that came since the last question
        for node in statements(tree.body):
            if isinstance(node, (*FUNCTIONS, ast.ClassDef)):
                reader.defined[node.name] = node
    reader.defined_in = len(reader.trees)
    return reader.defined


def class_of(at: Context, name: str) -> ast.ClassDef | None:
    """The class of a plain name: of the module, else of a function around this place."""
    found = definitions(at).get(name)
    if found is None:
        around = (item for item in reversed(at.functions) if isinstance(item, FUNCTIONS))
        local = (item for function in around for item in statements(function.body))
        found = next((item for item in local if isinstance(item, ast.ClassDef) and item.name == name), None)
    return found if isinstance(found, ast.ClassDef) else None


def enclosing_class(at: Context) -> ast.ClassDef | None:
    """The innermost class around the place."""
    return next((item for item in reversed(at.functions) if isinstance(item, ast.ClassDef)), None)


def methods(cls: ast.ClassDef) -> dict[str, ast.AST]:
    """The methods of a class by name."""
    return {item.name: item for item in cls.body if isinstance(item, FUNCTIONS)}


def on_self(node: ast.AST) -> str:
    """``x`` for ``self.x``, else ""."""
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "self":
        return node.attr
    return ""


def method(call: ast.AST) -> str:
    """The name of the method that a call calls, "" where it calls no attribute."""
    return call.func.attr if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) else ""


def receiver(at: Context, call: ast.Call) -> str:
    """The receiver of a method call in short: ``self.optimizer`` of ``self.optimizer.step()``."""
    return at.reader.text(call.func.value) if isinstance(call.func, ast.Attribute) else ""


def callee(at: Context, call: ast.Call, known: Mapping[str, ast.AST], cls: ast.ClassDef | None) -> ast.AST | None:
    """The function of the same module that a call calls, None where that is not known."""
    if isinstance(call.func, ast.Name):
        found = known.get(call.func.id)
        return found if isinstance(found, FUNCTIONS) else None
    name = on_self(call.func)
    return methods(cls).get(name) if name and cls is not None else None


def spend(at: Context, nodes: int) -> None:
    """Count nodes that were looked at a second time for the module or cell at hand."""
    at.memo["torch:work"] = at.memo.get("torch:work", 0) + nodes


def spent(at: Context) -> bool:
    """Whether the module or cell at hand has cost enough: then a check says nothing."""
    return bool(at.memo.get("torch:work", 0) > _WORK)


def reached(at: Context, roots: Iterable[ast.AST], limit: int = 30) -> list[ast.AST]:
    """The nodes below some nodes, and those of the functions of the same module that are called from there."""
    known, cls = definitions(at), enclosing_class(at)
    found: list[ast.AST] = []
    pending = list(roots)
    seen = {id(item) for item in pending}
    limit += len(pending)
    while pending and limit and len(found) < _ENOUGH:
        limit -= 1
        root = pending.pop(0)
        for node in inside(root, functions=True):
            found.append(node)
            if isinstance(node, ast.Call):
                target = callee(at, node, known, cls)
                if target is not None and id(target) not in seen:
                    seen.add(id(target))
                    pending.append(target)
    spend(at, len(found))
    return found


def passes(call: ast.Call, names: Iterable[str], at: Context) -> bool:
    """Whether one of these (``optimizer``, ``self.model``) is an argument of a call, as it is."""
    wanted = set(names)
    values = [*call.args, *(item.value for item in call.keywords)]
    return any(
        isinstance(item, (ast.Name, ast.Attribute, ast.Starred))
        and at.reader.text(item.value if isinstance(item, ast.Starred) else item) in wanted
        for item in values
    )


def made_from(at: Context, node: ast.expr) -> str:
    """The resolved name of what an object is made from, through ``.to(device)``, ``.cuda()`` and the like."""
    name = at.resolve(node)
    while name.rpartition(".")[2] in _SAME:
        name = name.rpartition(".")[0]
    return name


def unwrap(node: ast.expr) -> ast.expr:
    """The module in ``module.to(device)``."""
    while isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _SAME:
        node = node.func.value
    return node


def is_optimizer(at: Context, node: ast.expr) -> bool:
    """Whether an expression is a torch optimizer: made by torch.optim, or unknown and called so."""
    origin = at.resolve(node)
    text = at.reader.text(node)
    if "scheduler" in origin or SCHEDULER_NAME.search(text):
        return False
    if origin.startswith(("torch.optim.", "torch_optimizer.", "timm.optim.", "transformers.AdamW", "bitsandbytes.")):
        return True
    return (not origin or origin[0] == "." or origin == text) and bool(OPTIMIZER_NAME.search(text))


def is_scheduler(at: Context, node: ast.expr) -> bool:
    """Whether an expression is a torch scheduler: made by torch.optim.lr_scheduler, or unknown and called so."""
    origin = at.resolve(node)
    if origin.startswith(("torch.optim.lr_scheduler.", "transformers.get_")):
        return "ReduceLROnPlateau" not in origin
    text = at.reader.text(node)
    return (not origin or origin[0] == "." or origin == text) and bool(SCHEDULER_NAME.search(text))


def module_class(at: Context, origin: str, depth: int = 5) -> bool:
    """Whether this is the name of a class of modules: of torch itself, of a model zoo, or of this file."""
    if origin.startswith("torch.nn.") and not origin.startswith(
        ("torch.nn.functional.", "torch.nn.init.", "torch.nn.utils.")
    ):
        return origin.count(".") >= 2 and origin.rpartition(".")[2] != "Parameter"
    if origin.startswith(("torchvision.models.", "timm.create_model", "segmentation_models_pytorch.")):
        return True
    if origin in (
        "lightning.LightningModule",
        "pytorch_lightning.LightningModule",
        "lightning.pytorch.LightningModule",
    ):
        return True
    if depth and "." not in origin:
        found = class_of(at, origin)
        if found is not None:
            return any(module_class(at, at.resolve(base), depth - 1) for base in found.bases)
    return False


def may_be_module(at: Context, node: ast.expr) -> bool:
    """Whether an object of an unknown making, or of a class of another file, is called as modules are."""
    origin = made_from(at, node)
    text = at.reader.text(node)
    last = text.rpartition(".")[2]
    if not MODEL_NAME.match(last) or last in at.names and last not in at.reader.types:
        return False
    if not origin or origin[0] == "." and ":" not in origin or origin == text:
        # a class of this file that has a forward of its own and is no module: the object may be of it
        return not any(
            isinstance(item, ast.ClassDef) and "forward" in methods(item) and not module_class(at, item.name)
            for item in definitions(at).values()
        )
    made = origin.rpartition(".")[2].rpartition(":")[2]
    return made[:1].isupper() and not origin.startswith(_OTHERS) and "." in origin


def local_class(at: Context, origin: str) -> ast.ClassDef | None:
    """The class of this file with that name."""
    return class_of(at, origin) if "." not in origin else None


def plain(cls: ast.ClassDef, at: Context, depth: int = 4) -> bool:
    """Whether a module of this file certainly holds neither dropout nor normalization: training and inference are the same."""
    for node in inside(cls, functions=True):
        if isinstance(node, ast.Call):
            name = at.resolve(node.func)
            last = name.rpartition(".")[2]
            if NORMS.search(last) or last.startswith("Transformer"):
                return False
            if last in ("LSTM", "GRU", "RNN") and any(item.arg in ("dropout", None) for item in node.keywords):
                return False
            if last[:1].isupper() and not name.startswith("torch.nn."):
                inner = local_class(at, name)
                if inner is None or inner is cls or not depth or not plain(inner, at, depth - 1):
                    return False
            if name.startswith(("torchvision.", "timm.", "transformers.", "torch.hub.")):
                return False
    return all(
        at.resolve(base) == "torch.nn.Module"
        or ((inner := local_class(at, at.resolve(base))) is not None and bool(depth) and plain(inner, at, depth - 1))
        for base in cls.bases
    )


def is_instance(at: Context, func: ast.expr) -> bool:
    """Whether a callee is an object that was made before, not a class or function: ``criterion`` and ``nn.Softmax()`` in
    ``criterion(x)`` and ``nn.Softmax()(x)``."""
    if isinstance(func, ast.Call):
        return True
    if isinstance(func, ast.Name):
        return func.id in at.reader.types
    return on_self(func) in at.reader.attributes if on_self(func) else False


def no_gradient(node: ast.AST, at: Context) -> bool:
    """Whether a with statement or decorator switches gradients off."""
    return at.resolve(node.func if isinstance(node, ast.Call) else node).rpartition(".")[2] in (
        "no_grad",
        "inference_mode",
    )


def statements(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements of a block and of the blocks in it, in order; not those of functions and classes."""
    stack = list(reversed(body))
    while stack:
        item = stack.pop()
        yield item
        if item.__class__ not in _NESTING:
            continue
        for field in ("finalbody", "orelse", "handlers", "body"):
            for inner in reversed(getattr(item, field, ())):
                if isinstance(inner, ast.ExceptHandler):
                    stack += reversed(inner.body)
                elif isinstance(inner, ast.stmt):
                    stack.append(inner)


def blocks(body: list[ast.stmt]) -> Iterator[list[ast.stmt]]:
    """A block and the blocks in it."""
    yield body
    for item in statements(body):
        if item.__class__ in _NESTING:
            for field in ("body", "orelse", "finalbody"):
                inner = getattr(item, field, None)
                if isinstance(inner, list) and inner and isinstance(inner[0], ast.stmt):
                    yield inner


def shallow(node: ast.AST) -> Iterator[ast.Call]:
    """The calls of a statement itself, without those of the statements within it."""
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, (ast.stmt, ast.ExceptHandler)):
            if isinstance(child, ast.Call):
                yield child
            for item in inside(child):
                if isinstance(item, ast.Call):
                    yield item


def last_value(at: Context, name: str, before: ast.AST) -> ast.expr | None:
    """What a name was last assigned above a node, in the same function or at the same top level; None where that is not plain."""
    found: ast.expr | None = None
    known = False
    for line, value in _assignments(at.function if at.function is not None else at.tree).get(name, ()):
        if line >= before.lineno:  # type: ignore[attr-defined]
            break
        found, known = value, True
    if not known and at.notebook and at.function is None:
        for tree in reversed(at.reader.trees[-40:-1]):  # the cells above
            values = _assignments(tree).get(name)
            if values:
                return values[-1][1]
    return found


@lru_cache(maxsize=4)
def _assignments(scope: ast.AST) -> dict[str, list[tuple[int, ast.expr | None]]]:
    """Name -> (line, value) of its assignments in a function or module, by line; None for a part of a tuple."""
    found: dict[str, list[tuple[int, ast.expr | None]]] = {}
    for item in inside(scope):
        if isinstance(item, ast.Assign):
            for target in item.targets:
                if isinstance(target, ast.Name):
                    found.setdefault(target.id, []).append((item.lineno, item.value))
                elif isinstance(target, (ast.Tuple, ast.List)):
                    for part in target.elts:
                        if isinstance(part, ast.Name):
                            found.setdefault(part.id, []).append((item.lineno, None))
    for values in found.values():
        values.sort(key=lambda pair: pair[0])
    return found
