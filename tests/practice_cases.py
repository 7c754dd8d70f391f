"""The smallest repositories in which a practice holds, and in which it does not: what the larger fixtures leave open."""

from __future__ import annotations

Files = dict[str, str]

TRAIN = "import torch\n\n\ndef train(model, loader, loss_fn, optimizer):\n    for x, y in loader:\n        loss = loss_fn(model(x), y)\n        loss.backward()\n        optimizer.step()\n\n\nif __name__ == '__main__':\n    train(None, [], None, None)\n"
SERVE = "import joblib\nfrom fastapi import FastAPI\n\napp = FastAPI()\nmodel = joblib.load('m')\n\n\n@app.post('/predict')\ndef predict(x: dict):\n    return model.predict([x])\n"
DEPLOYMENT = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: api}\nspec:\n  replicas: 1\n  template:\n    spec:\n      containers:\n        - name: api\n          image: api:1.0\n"
DEPLOY_CI = "on: push\njobs:\n  deploy:\n    runs-on: ubuntu-latest\n    steps:\n      - run: kubectl apply -f k8s/\n"
FEAST = {
    "feature_store.yaml": "project: churn\n",
    "features.py": "from feast import FeatureStore\n\nstore = FeatureStore('.')\nstore.get_online_features(features=[], entity_rows=[])\n",
}
TESTS = "from pkg.model import build\n\n\ndef test_a():\n    assert build()\n\n\ndef test_b():\n    assert build()\n\n\ndef test_c():\n    assert build()\n"
MODEL = {"pkg/__init__.py": "", "pkg/model.py": "def build():\n    return 1\n", "tests/test_model.py": TESTS}
MLFLOW = "import mlflow\nimport sklearn.linear_model\n\nwith mlflow.start_run():\n    mlflow.{call}\n    model = sklearn.linear_model.Ridge().fit(X, y)\n"
SECRET = "ghp_" + "a8Kd03mZqPw7Xy1LrT5vNcB2hGfJ4sU6eW9o"  # made up, and put together here

#: code -> (files in which it passes, files in which it fails or is half)
CASES: dict[str, tuple[Files, Files]] = {
    "AUT008": ({"ingest.py": "import boto3\n\n\ndef download_data():\n    boto3.client('s3').download_file('b', 'k', 'f')\n"}, {"a.py": "x = 1\n"}),
    "AUT010": (
        {"monitor.py": "def check(drift_score, threshold):\n    if drift_score > threshold:\n        trigger_retraining()\n"},
        {"monitor.py": "def check(drift_score, threshold):\n    if drift_score > threshold:\n        print('drift')\n"},
    ),
    "CIC008": (
        {".github/workflows/cd.yml": DEPLOY_CI.replace("runs-on", "environment: staging\n    runs-on") + "  prod:\n    needs: deploy\n    environment: production\n    runs-on: ubuntu-latest\n    steps:\n      - run: kubectl apply -f prod/\n"},
        {".github/workflows/cd.yml": DEPLOY_CI},
    ),
    "CIC010": ({".github/workflows/cd.yml": DEPLOY_CI.replace("kubectl apply -f k8s/", "pyflyte register workflows")}, {".github/workflows/cd.yml": DEPLOY_CI}),
    "CIC011": ({".github/workflows/cd.yml": DEPLOY_CI + "      - run: curl --fail https://staging.example.com/health\n"}, {".github/workflows/cd.yml": DEPLOY_CI}),
    "COS001": (
        {"k8s/a.yaml": DEPLOYMENT + "          resources:\n            requests: {cpu: 1}\n            limits: {cpu: 2, memory: 1Gi}\n"},
        {"k8s/a.yaml": DEPLOYMENT + "          resources:\n            requests: {cpu: 1}\n"},
    ),
    "COS003": ({"train.py": "from torch.cuda.amp import GradScaler\n" + TRAIN + "\nscaler = GradScaler()\n"}, {"train.py": TRAIN}),
    "DAT004": (
        {"train.py": "from sklearn.model_selection import train_test_split\nfrom sklearn.preprocessing import StandardScaler\n\na, b, c, d = train_test_split(X, y, random_state=0)\nscaler = StandardScaler().fit(a)\n"},
        {"train.py": "from sklearn.model_selection import train_test_split\nfrom sklearn.preprocessing import StandardScaler\nimport pandas as pd\n\nX, y = pd.read_csv('x.csv'), pd.read_csv('y.csv')\nX = StandardScaler().fit_transform(X)\na, b, c, d = train_test_split(X, y, random_state=0)\n"},
    ),
    "DAT006": (
        {"pkg/features.py": "from sklearn.preprocessing import StandardScaler\n\n\ndef make_features(df):\n    return StandardScaler().fit_transform(df)\n", "serve.py": "from pkg.features import make_features\n" + SERVE, "train.py": "from pkg.features import make_features\n" + TRAIN},
        {"serve.py": SERVE, "train.py": "from sklearn.preprocessing import StandardScaler\n" + TRAIN + "\nStandardScaler().fit_transform([])\n"},
    ),
    "DAT007": (FEAST, {"a.py": "x = 1\n"}),
    "DEP005": ({"serve.py": SERVE + "\n\n@app.get('/health')\ndef health():\n    return {}\n"}, {"serve.py": SERVE}),
    "DEP006": ({"serve.py": "from pydantic import BaseModel\n" + SERVE + "\n\nclass Row(BaseModel):\n    age: int\n"}, {"serve.py": SERVE}),
    "DEP007": ({"Dockerfile": "FROM python:3.12-slim\n"}, {"Dockerfile": "FROM python:latest\n"}),
    "EXP002": ({"train.py": MLFLOW.format(call="log_params({'a': 1})")}, {"train.py": MLFLOW.format(call="log_metric('a', 1)")}),
    "EXP003": ({"train.py": MLFLOW.format(call="log_metric('a', 1)")}, {"train.py": MLFLOW.format(call="log_params({'a': 1})")}),
    "EXP004": ({"train.py": MLFLOW.format(call="log_artifact('m.pkl')")}, {"train.py": MLFLOW.format(call="log_metric('a', 1)")}),
    "EXP007": ({"train.py": "from sklearn.dummy import DummyClassifier\n\nbase = DummyClassifier().fit(X, y)\n"}, {"train.py": TRAIN}),
    "EXP008": ({"train.py": TRAIN + "\ntorch.nn.utils.clip_grad_norm_([], 1.0)\n"}, {"train.py": TRAIN}),
    "GOV001": ({"a.py": "token = os.environ['TOKEN']\n"}, {"a.py": f"token = '{SECRET}'\n"}),
    "GOV007": ({"serve.py": "from fastapi.security import APIKeyHeader\n" + SERVE + "\nkey = APIKeyHeader(name='X-API-Key')\n"}, {"serve.py": SERVE}),
    "GOV009": ({"clean.py": "from presidio_anonymizer import AnonymizerEngine\n\nAnonymizerEngine().anonymize('x', [])\n"}, {"a.py": "x = 1\n"}),
    "MON006": ({"pkg/a.py": "import logging\n\nlogger = logging.getLogger(__name__)\nlogger.info('a')\nlogger.info('b')\n"}, {"pkg/a.py": "print('a')\nprint('b')\n"}),
    "MON009": ({**FEAST, "Makefile": "features:\n\tfeast materialize-incremental $(NOW)\n", "monitor/rules.yaml": "groups:\n  - rules:\n      - alert: FeatureFreshnessLow\n        expr: feature_freshness_seconds > 3600\n"}, FEAST),
    "MON010": ({"serve.py": SERVE, "monitor/rules.yaml": "groups:\n  - rules:\n      - alert: TrainingServingSkew\n        expr: skew > 0.1\n"}, {"serve.py": SERVE}),
    "MON011": ({"serve.py": SERVE, "monitor/rules.yaml": "groups:\n  - rules:\n      - alert: StaleModel\n        expr: model_age_days > 30\n"}, {"serve.py": SERVE}),
    "MON012": ({"serve.py": SERVE, "monitor/rules.yaml": "groups:\n  - rules:\n      - alert: NaN\n        expr: rate(prediction_nan_total[5m]) > 0\n"}, {"serve.py": SERVE}),
    "NAM001": ({"pkg/good_name.py": "x = 1\n"}, {"pkg/BadName.py": "x = 1\n", "pkg/other-name.py": "x = 1\n"}),
    "NAM002": ({"a.py": "def good_name(X_train, y):\n    pass\n"}, {"a.py": "def badName(someArgument):\n    pass\n\n\ndef other():\n    pass\n"}),
    "NAM003": ({"notebooks/eda.ipynb": '{"cells": [], "nbformat": 4, "metadata": {}}'}, {"notebooks/Untitled1.ipynb": '{"cells": [], "nbformat": 4, "metadata": {}}'}),
    "NAM008": ({"pkg/a.py": '"""Doc."""\n\n\ndef f():\n    """Doc."""\n'}, {"pkg/a.py": "def f():\n    pass\n\n\ndef g():\n    pass\n"}),
    "NAM009": ({"a.py": "def f():\n    pass\n"}, {"a.py": "def f():\n" + "    x = 1\n" * 90}),
    "NAM010": ({"config/params.yaml": "learning_rate: 0.1\nbatch_size: 2\nmax_epochs: 3\n"}, {"config/params.yaml": "learning_rate: 0.1\nbatchSize: 2\nmax-epochs: 3\n"}),
    "STR004": ({"data/small.csv": "a,b\n1,2\n"}, {f"data/part{i}.csv": "a,b\n" for i in range(60)}),
    "STR005": ({"a.py": "x = 1\n"}, {"models/churn.pkl": "x"}),
    "TST006": ({**MODEL, "tests/test_train.py": "from pkg.model import build\n\n\ndef test_loss_decreases():\n    assert build() < 2\n"}, MODEL),
    "TST007": ({"serve.py": SERVE, "locustfile.py": "from locust import HttpUser\n\n\nclass User(HttpUser):\n    pass\n"}, {"serve.py": SERVE}),
    "VER008": (
        {"train.py": "from peft import LoraConfig, get_peft_model\nfrom transformers import AutoModelForCausalLM, Trainer\n\nmodel = get_peft_model(AutoModelForCausalLM.from_pretrained('meta-llama/Llama-3-8b'), LoraConfig(r=8))\nTrainer(model=model).train()\n"},
        {"train.py": "from transformers import AutoModelForCausalLM, Trainer\n\nmodel = AutoModelForCausalLM.from_pretrained('meta-llama/Llama-3-8b')\nTrainer(model=model).train()\n"},
    ),
    "VER010": ({".devcontainer/devcontainer.json": '{"image": "mcr.microsoft.com/devcontainers/python:3.12"}'}, {"a.py": "x = 1\n"}),
}  # fmt: skip
