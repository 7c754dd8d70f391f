"""MDL115 unsafe-model-load."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from mlopslint.lint.base import Context, Edit, Fix, Problem, PythonRule
from mlopslint.lint.python import argument, constant, keyword, keywords_known
from mlopslint.lint.torch import called

_HUB = (
    "from_pretrained",
    "from_config",
    "load_dataset",
    "pipeline",
    "SentenceTransformer",
    "LLM",
)
_FETCHED = frozenset(
    {
        "get",
        "urlopen",
        "urlretrieve",
        "hf_hub_download",
        "snapshot_download",
        "download",
        "cached_download",
        "load_state_dict_from_url",
        "download_file",
    }
)


def _foreign(node: ast.expr, at: Context) -> bool:
    """Whether an expression holds what was fetched just now: a response, an upload, a download."""
    for item in ast.walk(node):
        if isinstance(item, ast.Call):
            made = at.resolve(item.func)
            if called(item) in _FETCHED and made.partition(".")[0] in (
                "requests",
                "urllib",
                "huggingface_hub",
                "httpx",
                "torch",
                "gdown",
                "wget",
            ):
                return True
        elif isinstance(item, (ast.Name, ast.Attribute)):
            made = at.resolve(item)
            if made.startswith(
                (
                    "requests.get",
                    "httpx.get",
                    "urllib.request.urlopen",
                    "huggingface_hub.hf_hub_download",
                    "flask.request.files",
                    "flask.request.data",
                )
            ):
                return True
    return False


class UnsafeModelLoad(PythonRule):
    """A file is loaded that can run code.

    What it does
    ------------
    Finds ``torch.load`` with ``weights_only=False`` or (before torch 2.6, where that is the default) without it,
    ``yaml.load`` without a safe loader, ``trust_remote_code=True``, and ``pickle``, ``joblib`` or
    ``np.load(allow_pickle=True)`` of what was downloaded or uploaded.

    Why is this bad?
    ----------------
    These formats are programs: whoever can change the file, or the repository on the hub, runs code with the rights
    of the reader.

    Example
    -------
    ::

        state = torch.load(path)

    Use instead
    -----------
    ::

        state = torch.load(path, weights_only=True)

    Fix safety
    ----------
    Safe: a state dict loads as before, and a file that holds more says so with an error; ``safe_load`` reads the
    same plain values.

    References
    ----------
    - PyTorch: https://pytorch.org/docs/stable/generated/torch.load.html
    - PyYAML: https://pyyaml.org/wiki/PyYAMLDocumentation
    - Known from TorchFix TOR102, bandit B301, B506 and B614, Trail of Bits' rules.
    """

    code = "MDL115"
    name = "unsafe-model-load"
    in_tests = False
    fixes = "safe"
    calls = ("load", "loads", "load_all", "unsafe_load", "full_load", *_HUB)

    def check(self, node: ast.Call, name: str, at: Context) -> Iterator[Problem]:
        last = name.rpartition(".")[2]
        if at.instance(node):
            return  # what was loaded is called, nothing is loaded
        if constant(keyword(node, "trust_remote_code")) is True:
            yield at.problem(
                node,
                f"{last}(trust_remote_code=True) runs code that the hub sends; pin a revision that was read",
                None,
                "medium",
            )
        if name == "torch.load":
            given = keyword(node, "weights_only")
            if (
                not keywords_known(node)
                or (given is not None and constant(given) is not False)
                or keyword(node, "pickle_module") is not None
            ):
                return
            fix = (
                Fix("Add weights_only=True", "safe", (Edit(at.region(node), "keyword", ("weights_only", "True")),))
                if given is None
                else None
            )
            what = "torch.load without weights_only" if given is None else "torch.load(weights_only=False)"
            yield at.problem(node, f"{what} can run code from the file", fix, "medium" if given is None else None)
        elif name in ("yaml.load", "yaml.load_all", "yaml.unsafe_load", "yaml.full_load"):
            loader = argument(node, 1, "Loader")
            if last != "unsafe_load" and (
                last == "full_load"
                or (
                    loader is not None
                    and "Unsafe" not in ast.unparse(loader)
                    and not ast.unparse(loader).endswith(("yaml.Loader", "yaml.CLoader"))
                )
            ):
                return
            fix = None
            if (
                loader is None
                and last in ("load", "load_all")
                and isinstance(node.func, ast.Attribute)
                and len(node.args) == 1
            ):
                fix = at.replace(node.func, f"{at.source(node.func.value)}.safe_{last}", f"Use yaml.safe_{last}")
            yield at.problem(node, f"{name} can run code from the file; use yaml.safe_load", fix)
        elif last in ("load", "loads") and name.partition(".")[0] in (
            "pickle",
            "joblib",
            "cloudpickle",
            "dill",
            "numpy",
        ):
            if name == "numpy.load" and constant(keyword(node, "allow_pickle")) is not True:
                return
            if node.args and _foreign(node.args[0], at):
                yield at.problem(node, f"{name} of what was downloaded can run code; use a format that holds data only")

    GOOD = (
        "import torch\ns = torch.load(p, weights_only=True)\n",
        "import yaml\nc = yaml.safe_load(f)\n",
        "import yaml\nc = yaml.load(f, Loader=yaml.SafeLoader)\n",
        "import yaml\nc = yaml.load(f, Loader=yaml.FullLoader)\n",
        "import pickle\nm = pickle.load(open('models/m.pkl', 'rb'))\n",
        "from ruamel.yaml import YAML\nyaml = YAML()\nc = yaml.load(f)\n",
        "import torch\ns = torch.load(p, **options)\n",
        "from transformers import AutoModel\nm = AutoModel.from_pretrained(p, trust_remote_code=False)\n",
    )
    BAD = (
        ("import torch\ns = torch.load(p)\n", "import torch\ns = torch.load(p, weights_only=True)\n"),
        ("import yaml\nc = yaml.load(f)\n", "import yaml\nc = yaml.safe_load(f)\n"),
        "import torch as t\ns = t.load(p, weights_only=False)\n",
        "from transformers import AutoModel\nm = AutoModel.from_pretrained('a/b', trust_remote_code=True)\n",
        "import pickle, requests\nm = pickle.loads(requests.get(url).content)\n",
        "import joblib\nfrom huggingface_hub import hf_hub_download\nm = joblib.load(hf_hub_download('a', 'b'))\n",
    )
