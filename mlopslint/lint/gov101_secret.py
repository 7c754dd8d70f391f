"""GOV101 secret."""

from __future__ import annotations

from collections.abc import Iterator

from mlopslint.lint.base import Problem, ProjectRule
from mlopslint.lint.cic106_credential_in_workflow import CI
from mlopslint.patterns import late
from mlopslint.view import View

#: Files that show the form of a setting, and lists of what scanners have already found.
_SHOWN = late(
    r"(?i)(?:\.|_|-)(?:example|sample|template|tmpl|dist|j2|baseline)(?:\.\w{1,8})?$|(?:^|/)(?:example|sample|template)[._-]|\.secrets\."
)


#: A program may be an example or draw samples; of those only a module of settings shows a form.
_SETTINGS = late(r"(?i)config|settings|secret|cred|local|env")


def _shown(path: str, kind: str) -> bool:
    if kind == "python" and not _SETTINGS.search(path.rpartition("/")[2]):
        return False
    return _SHOWN.search(path) is not None


#: A made-up value in two halves, so that no scanner takes this file for a leak.
_SAMPLE = "q8Zr2Lw0vTx" + "7Np4Kd9Yb1c"


class Secret(ProjectRule):
    """A credential in a tracked file.

    What it does
    ------------
    Finds keys and tokens by the formats of their providers (clouds, GitHub, Hugging Face, Weights & Biases, Databricks, model APIs...),
    private keys, passwords in addresses of databases, and random values assigned to names of credentials, in code, configuration,
    notebooks and their saved outputs. Placeholders, templates, lock files and what only documents show are left alone; in tests only
    the formats of providers count. The value itself is never shown. Pipelines have a rule of their own (CIC106).

    Why is this bad?
    ----------------
    Everybody who can read the repository, now or later, has the credential. Deleting the line does not help: it stays in the history.

    Example
    -------
    ::

        wandb.login(key="3a91c7f0...")

    Use instead
    -----------
    Revoke the credential, then read its successor from the environment or a store of secrets::

        wandb.login(key=os.environ["WANDB_API_KEY"])

    References
    ----------
    - GitHub, "Removing sensitive data from a repository":
      https://docs.github.com/en/authentication/keeping-your-account-and-data-secure/removing-sensitive-data-from-a-repository
    - Known from detect-secrets and gitleaks.
    """

    code = "GOV101"
    name = "secret"
    whole = False
    severity = "error"
    kinds = ("secret",)

    def check(self, view: View) -> Iterator[tuple[str, Problem]]:
        roles = frozenset({"source", "example", "docs", "test", "generated"})
        for hit in view.hits("secret", roles=roles):
            kind, role, sure = view.kinds.get(hit.path, ""), view.roles[hit.path], hit.get("confidence") == "high"
            if kind in CI or kind == "lock" or _shown(hit.path, kind):
                continue
            if not sure and (role in ("test", "docs", "generated") or kind in ("document", "web")):
                continue
            if role == "test" and hit.fact.name == "private-key":
                continue  # of a certificate made for the test
            line, cell = max(hit.fact.line, 1), hit.fact.cell
            what = f"{hit.fact.name.replace('-', ' ')} {hit.get('hint')}"
            if hit.get("output"):
                problem = Problem((1, 1, 1, 1), f"{what} in the saved output of cell {cell}; revoke it", cell)
            else:
                region = (line, int(hit.get("column", 1)), line, int(hit.get("end", 1)))
                problem = Problem(
                    region, f"{what} is in the repository; revoke it and read it from the environment", cell
                )
            yield hit.path, problem if sure else problem._replace(confidence="medium")

    GOOD = (
        {"settings_example.py": f"api_key = '{_SAMPLE}'\n"},
        {"app.py": "api_key = os.environ['API_KEY']\ntoken = 'your-token-goes-here-123456'\n"},
        {".env.example": f"API_TOKEN={_SAMPLE}\n"},
        {"tests/test_app.py": f"api_key = '{_SAMPLE}'\n"},
        {"telemetry.py": "WRITE_KEY = 'phc_" + "1kUR0o04oJKKTTeSsIz2Mfm5mpiVsQEf2WOlzljMD7y'\n"},
        {
            "emulator.py": "key = 'DefaultEndpointsProtocol=http;AccountKey=Eby8vdM02xNOcqFl"
            + "qUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==;'\n"
        },
        {"docs/use.md": f"```\napi_key = '{_SAMPLE}'\n```\n"},
        {
            "docker-compose.yml": "services:\n  a:\n    image: a:1\n    environment:\n      - DB=postgresql://user:hunter22@db:5432/x\n"
        },
    )
    BAD = (
        ({"sample.py": f"x = 1\napi_key = '{_SAMPLE}'\n"}, "sample.py", 2),
        ({"app.py": f"x = 1\napi_key = '{_SAMPLE}'\n"}, "app.py", 2),
        ({"train.sh": "#!/bin/sh\nexport WANDB_API_KEY=" + "3a91c7f05be24d86" * 2 + "09fd13b7\n"}, "train.sh", 2),
        (
            {"a.ipynb": {"cells": [("code", "x = 1"), ("code", f"y = 1\nhub_token = '{_SAMPLE}'")]}},
            "a.ipynb",
            2,
        ),
        (
            {"conf.yaml": "db: postgresql://svc:r4nd0m" + "-W0rds@db.company.net:5432/x\n"},
            "conf.yaml",
            1,
        ),
        ({".env": "DATABRICKS_TOKEN=" + "dapi" + "3a91c7f05be24d86" * 2 + "\n"}, ".env", 1),
    )
