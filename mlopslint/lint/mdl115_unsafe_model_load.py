"""MDL115 unsafe-model-load."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from mlopslint.lint.base import Context, Edit, Fix, Problem, PythonRule, Safety
from mlopslint.lint.python import argument, inside, keyword, keywords_known
from mlopslint.patterns import late

#: Readers that run code of the file that they read, with the keyword that allows it ("": always).
_READERS = {
    "pickle.load": "", "pickle.loads": "", "cPickle.load": "", "cPickle.loads": "", "dill.load": "", "dill.loads": "",
    "cloudpickle.load": "", "cloudpickle.loads": "", "joblib.load": "", "pandas.read_pickle": "", "shelve.open": "",
    "sklearn.externals.joblib.load": "", "numpy.load": "allow_pickle",
}  # fmt: skip
#: Origins of bytes and paths that come from elsewhere.
_OUTSIDE = late(
    r"^(?:requests|urllib|urllib2|urllib3|httpx|aiohttp|wget|gdown|ftplib|socket|boto3|botocore|google\.cloud\.storage"
    r"|azure\.storage|huggingface_hub|kagglehub|flask\.request|torch\.hub\.download|torch\.hub\.load_state|paramiko"
    r"|streamlit\.file_uploader|fastapi\.(?:UploadFile|File|Request)|starlette|gradio\.|base64\.(?:b64|urlsafe_b64)decode)\b"
)
_URL = late(r"^(?:https?|ftp)://")
_TRUSTED = ("from_pretrained", "from_config", "load_dataset", "load_metric", "pipeline", "LLM", "SentenceTransformer",
            "HuggingFaceEmbeddings", "HuggingFacePipeline", "AutoModel", "AutoTokenizer", "snapshot", "load_dataset_builder")  # fmt: skip
_UNSAFE_LOADERS = frozenset(
    {"yaml.Loader", "yaml.UnsafeLoader", "yaml.CLoader", "yaml.CUnsafeLoader", "yaml.unsafe_load"}
)


class UnsafeModelLoad(PythonRule):
    """A model, data or configuration file whose content can run code.

    What it does
    ------------
    Finds ``torch.load`` without ``weights_only``, ``yaml.load`` without a safe loader, ``trust_remote_code=True`` without a pinned revision, and
    pickle, joblib or ``allow_pickle`` on what comes from a URL, a download or an upload. A pickle of the project's own is left alone, and so
    is an explicit ``weights_only=False``. PyTorch 2.6 and later are safe by default: where the project asks for one of them, ``torch.load`` is fine.

    Why is this bad?
    ----------------
    A pickle is a program: loading it runs whatever its author put in, with the rights of your training job or service. Models are
    downloaded, shared and replaced often, and a changed file looks like the old one.

    Example
    -------
    ::

        state = torch.load("model.pt")
        config = yaml.load(stream)
        model = joblib.load(urlopen(url))

    Use instead
    -----------
    ::

        state = torch.load("model.pt", weights_only=True)
        config = yaml.safe_load(stream)
        model = skops.io.load(path, trusted=[])

    Fix safety
    ----------
    Safe where what is loaded goes into ``load_state_dict`` as it is, and for ``yaml``, where ``safe_load`` refuses tags of Python objects.
    Unsafe elsewhere: ``weights_only=True`` refuses pickled modules and other objects, such as the arguments that a checkpoint keeps. The
    fix that replaces an unsafe loader is marked unsafe.

    References
    ----------
    - PyTorch, torch.load: https://pytorch.org/docs/stable/generated/torch.load.html
    - Python, pickle: https://docs.python.org/3/library/pickle.html
    - Known from TorchFix TOR102, bandit B301, B506 and B615, and the rules of Trail of Bits.
    """

    code = "MDL115"
    name = "unsafe-model-load"
    in_tests = False
    severity = "warning"
    fixes = "safe"
    calls = ("load", "loads", "load_all", "unsafe_load", "unsafe_load_all", "read_pickle", "open", *_TRUSTED)
    markers = (b"torch", b"yaml", b"pickle", b"joblib", b"dill", b"trust_remote_code", b"shelve", b"Pickle")

    def check(self, node: ast.Call, name: str, at: Context) -> Iterator[Problem]:
        last = name.rpartition(".")[2]
        if name == "torch.load":
            if keyword(node, "weights_only") is None and keywords_known(node):
                message = (
                    "torch.load without weights_only runs code of the file before PyTorch 2.6; add weights_only=True"
                )
                state = at.holds("load_state_dict") and _is_state(node, at)
                safety: Safety = "safe" if state else "unsafe"
                fix: Fix | None = at.keyword(node, "weights_only", "True", "Add weights_only=True", safety)
                if (
                    not state
                    and (at.notebook or at.holds("save"))
                    and any(at.once(tree, _saves_modules) for tree in (at.tree, *at.reader.trees))
                ):
                    # The file holds a module, which weights_only refuses.
                    fix = None
                    message = (
                        "torch.load of a whole module runs code of the file, and fails from PyTorch 2.6 on;"
                        " save and load the state_dict"
                    )
                yield at.problem(node, message, fix, "medium")._replace(data=("torch", "before", "2.6"))
        elif name in ("yaml.load", "yaml.load_all"):
            yield from self._yaml(node, last, at)
        elif name in ("yaml.unsafe_load", "yaml.unsafe_load_all"):
            yield at.problem(node, f"yaml.{last} runs tags of Python objects; use {last[2:]}")
        elif name in _READERS:
            yield from self._pickle(node, name, at)
        if last in _TRUSTED:
            yield from self._remote(node, last, at)

    @staticmethod
    def _yaml(node: ast.Call, last: str, at: Context) -> Iterator[Problem]:
        loader = argument(node, 1, "Loader")
        func = node.func
        if not keywords_known(node):
            return
        if loader is None:
            fix = None
            if isinstance(func, ast.Attribute):
                fix = at.replace(func, f"{at.source(func.value)}.safe_{last}", f"Use safe_{last}")
            yield at.problem(node, f"yaml.{last} without a loader runs tags of Python objects; use safe_{last}", fix)
        elif at.resolve(loader) in _UNSAFE_LOADERS:
            fix = None
            if isinstance(loader, ast.Attribute):
                text = f"{at.source(loader.value)}.{'C' if 'C' in loader.attr else ''}SafeLoader"
                fix = Fix(f"Use {text}", "unsafe", (Edit(at.region(loader), "text", (text,)),))
            yield at.problem(node, f"{at.reader.text(loader)} runs tags of Python objects; use SafeLoader", fix)

    @staticmethod
    def _pickle(node: ast.Call, name: str, at: Context) -> Iterator[Problem]:
        allowed = _READERS[name]
        if allowed:
            value = keyword(node, allowed)
            if not (isinstance(value, ast.Constant) and value.value is True):
                return
        source = node.args[0] if node.args else None
        where = _outside(source, at) if source is not None else ""
        if where:
            yield at.problem(node, f"{name} runs code of what comes from {where}; use a format that holds data only")

    @staticmethod
    def _remote(node: ast.Call, last: str, at: Context) -> Iterator[Problem]:
        value = keyword(node, "trust_remote_code")
        if not (isinstance(value, ast.Constant) and value.value is True):
            return
        revision = keyword(node, "revision")
        if isinstance(revision, ast.Constant) and re.fullmatch(r"[0-9a-f]{7,40}", str(revision.value)):
            return
        what = node.args[0] if node.args else None
        of = f" of {what.value}" if isinstance(what, ast.Constant) and isinstance(what.value, str) else ""
        message = (
            f"trust_remote_code runs Python code{of} from the hub, and its next version too; pin revision to a commit"
        )
        yield at.problem(node, message, confidence="medium")

    GOOD = (
        "import torch\ntorch.load(p, weights_only=True)\n",
        "import torch\ntorch.load(p, weights_only=False)\n",
        "import torch\ntorch.load(p, **options)\n",
        "import torch\ntorch.jit.load(p)\n",
        "import yaml\nyaml.safe_load(f)\nyaml.load(f, Loader=yaml.SafeLoader)\nyaml.load(f, yaml.CSafeLoader)\n",
        "import yaml\nyaml.load(f, Loader=yaml.FullLoader)\nyaml.load(f, Loader=MyLoader)\n",
        "from ruamel.yaml import YAML\nyaml = YAML()\nyaml.load(f)\n",
        "import pickle\nwith open('model.pkl', 'rb') as f:\n    m = pickle.load(f)\n",
        "import joblib\nm = joblib.load('models/model.joblib')\n",
        "import numpy as np\na = np.load(np_file, allow_pickle=True)\n",
        "import json, requests, pickle\nd = json.loads(requests.get(u).text)\n",
        "from transformers import AutoModel\nAutoModel.from_pretrained('a/b', trust_remote_code=True, revision='0123456789abcdef0123456789abcdef01234567')\n",
        "from transformers import AutoModel\nAutoModel.from_pretrained('a/b', trust_remote_code=False)\n",
        "import librosa\ny, sr = librosa.load(p)\nimport torch\n",
    )
    BAD = (
        (
            "import torch\nm.load_state_dict(torch.load('m.pt'))\n",
            "import torch\nm.load_state_dict(torch.load('m.pt', weights_only=True))\n",
        ),
        "import torch\ns = torch.load('m.pt')\n",
        "import torch\nmodel = resnet()\ntorch.save(model, 'm.pt')\nmodel = torch.load('m.pt')\n",
        ("import yaml\nc = yaml.load(f)\n", "import yaml\nc = yaml.safe_load(f)\n"),
        "import yaml\nc = yaml.load(f, Loader=yaml.Loader)\n",
        "import yaml\nc = yaml.unsafe_load(f)\n",
        "import pickle, requests\nr = requests.get(url)\nm = pickle.loads(r.content)\n",
        "import joblib\nfrom urllib.request import urlopen\nm = joblib.load(urlopen(url))\n",
        "import pandas as pd\nimport pickle\ndf = pd.read_pickle('https://a.b/c.pkl')\n",
        "import joblib\nfrom huggingface_hub import hf_hub_download\nm = joblib.load(hf_hub_download('a/b', 'm.pkl'))\n",
        "from transformers import AutoModelForCausalLM as A\nm = A.from_pretrained('a/b', trust_remote_code=True)\n",
    )


def _is_state(call: ast.Call, at: Context) -> bool:
    """Whether the value of a call is handed to ``load_state_dict`` as it is: tensors by name, and nothing else."""
    root: ast.AST = at.tree
    statement = at.statement
    if statement is not None and statement.lineno <= call.lineno <= (statement.end_lineno or statement.lineno):
        root = statement  # else it stands in a decorator, or in the test of an ``elif``
    return any(
        isinstance(item, ast.Call)
        and isinstance(item.func, ast.Attribute)
        and item.func.attr == "load_state_dict"
        and bool(item.args)
        and item.args[0] is call
        for item in inside(root, functions=True)
    )


def _saves_modules(tree: ast.Module) -> bool:
    """Whether a whole module is saved here: ``torch.save(model, path)``, where a state would be asked for by a call."""
    return any(
        isinstance(item, ast.Call)
        and isinstance(item.func, ast.Attribute)
        and item.func.attr == "save"
        and isinstance(item.func.value, ast.Name)
        and item.func.value.id == "torch"
        and item.args
        and isinstance(item.args[0], (ast.Name, ast.Attribute))
        and _MODULE.search(ast.unparse(item.args[0])) is not None
        for item in inside(tree, functions=True)
    )


#: What a module is called, as opposed to a state or a checkpoint.
_MODULE = late(
    r"(?i)(?:^|[._])(?:\w*(?:model|net)|net\w*|resnet\w*|generator|discriminator|encoder|decoder|classifier)$"
)


def _outside(node: ast.expr, at: Context, depth: int = 4) -> str:
    """Where bytes or a path come from, if that is plainly outside of the project."""
    if isinstance(node, ast.Constant):
        return "a URL" if isinstance(node.value, str) and _URL.match(node.value) else ""
    origin = at.resolve(node) if isinstance(node, (ast.Name, ast.Attribute, ast.Call, ast.Subscript, ast.Await)) else ""
    if origin and _OUTSIDE.match(origin):
        return origin
    if isinstance(node, ast.Call) and depth:
        for item in node.args[:2]:
            where = _outside(item, at, depth - 1)
            if where:
                return where
    return ""
