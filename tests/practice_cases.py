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
CHECKED = {
    "checks.py": "".join(
        f"def check_{x}(df):\n    if '{x}' not in df.columns:\n        raise ValueError('{x}')\n\n\n" for x in "abc"
    )
}
SECRET = "ghp_" + "a8Kd03mZqPw7Xy1LrT5vNcB2hGfJ4sU6eW9o"  # made up, and put together here

AZURE_SHARED = {
    ".github/workflows/train.yml": "on: workflow_dispatch\njobs:\n  run:\n    uses: Azure/mlops-templates/.github/workflows/run-pipeline.yml@main\n    with:\n      parameters-file: mlops/pipeline.yml\n",
    ".github/workflows/serve.yml": "on: workflow_dispatch\njobs:\n  make:\n    uses: Azure/mlops-templates/.github/workflows/create-endpoint.yml@main\n    with:\n      endpoint_file: mlops/endpoint.yml\n",
    "mlops/pipeline.yml": "$schema: https://azuremlschemas.azureedge.net/latest/pipelineJob.schema.json\ntype: pipeline\njobs:\n  prep_data:\n    type: command\n    command: python prep.py --enable_monitoring ${{inputs.enable_monitoring}}\n  train_model:\n    type: command\n    command: python train.py --rate 1\n",
    "mlops/endpoint.yml": "$schema: https://azuremlschemas.azureedge.net/latest/managedOnlineEndpoint.schema.json\nname: taxi\nauth_mode: key\n",
    "src/train.py": TRAIN,
}

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

ZENML = {
    "pipes.py": "from zenml import pipeline, step\nfrom sklearn.linear_model import Ridge\n\n\n@step\ndef train_model(rows):\n    return Ridge().fit(rows, rows)\n\n\n@pipeline\ndef prices():\n    train_model([])\n",
    "build.py": "from pipes import prices\n\nprices.with_options(config_path='a.yml').create_snapshot(name='a')\n",
}
BODYWORK = 'version: "1.1"\npipeline:\n  name: a\n  docker_image: bodyworkml/bodywork-core:3.0\n  DAG: train >> serve\nstages:\n  train:\n    executable_module_path: pipeline/train.py\n    cpu_request: 0.5\n'
SCORING = "from sklearn.tree import DecisionTreeClassifier\n\n\nclass Scoring:\n    def __init__(self):\n        self.classifier = DecisionTreeClassifier()\n\n    def train(self, loans):\n        self.classifier.fit(loans, loans)\n"
TEST_CI = "on: push\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n      - run: {run}\n"
STEPS = "import os\n\nfrom sagemaker.workflow.steps import ProcessingStep, TrainingStep\n\nargs = processor.run(code=os.path.join(BASE, 'prepare.py'))\nprepare = ProcessingStep(name='PrepareRows', step_args=args)\ntrain = TrainingStep(name='TrainModel', step_args=fit)\n"
CODE_PIPELINE = """Resources:
  Pipeline:
    Type: AWS::CodePipeline::Pipeline
    Properties:
      Stages:
        - Name: Stage
          Actions:
            - Name: ToStage
              ActionTypeId: {Category: Deploy, Owner: AWS, Version: "1", Provider: CloudFormation}
        - Name: Approve
          Actions:
            - Name: Approve
              ActionTypeId: {Category: Approval, Owner: AWS, Version: "1", Provider: Manual}
        - Name: Production
          Actions:
            - Name: ToProduction
              ActionTypeId: {Category: Deploy, Owner: AWS, Version: "1", Provider: CloudFormation}
"""
CLOUD_BUILD = "steps:\n  - name: python:3.12\n    entrypoint: /bin/sh\n    args:\n      - -c\n      - |\n        pip install . && pytest tests\n"
INNER_CI = {
    "seed/.github/workflows/ci.yml": "on: push\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n      - run: pytest\n"
}
VARIANT = (
    '  production_variants {{\n    variant_name           = "{name}"\n    initial_variant_weight = {weight}\n  }}\n'
)
ENDPOINT = 'resource "aws_sagemaker_endpoint_configuration" "churn" {{\n{variants}}}\n'
PIPELINE_FIT = "import joblib\nfrom sklearn.linear_model import Ridge\nfrom sklearn.pipeline import make_pipeline\nfrom sklearn.preprocessing import StandardScaler\n\nmodel = make_pipeline(StandardScaler(), Ridge()).fit(X, y)\njoblib.dump(model, 'm')\n"

#: what is tried -> (code, status, files): cases in which rules once answered wrongly, and their counterparts
JENKINS = "pipeline {\n    agent any\n    stages {\n        stage('DeployToTest') { steps { sh 'kubectl apply -f k8s/test' } }\n{between}        stage('DeployToProd') { steps { sh 'kubectl apply -f k8s/prod' } }\n    }\n}\n"
DELIVERY = """Resources:
  Pipeline:
    Type: AWS::CodePipeline::Pipeline
    Properties:
      Stages:
        - Name: Source
          Actions:
            - Name: {source}
              ActionTypeId: {{Category: Source, Owner: AWS, Version: "1", Provider: S3}}
        - Name: TrainModel
          Actions:
            - Name: StartTraining
              ActionTypeId: {{Category: Invoke, Owner: AWS, Version: "1", Provider: Lambda}}
"""
MLRUN = "import mlrun\n\n\ndef train(context: mlrun.MLClientCtx):\n    model = fit()\n    context.{call}\n\n\nproject = mlrun.get_or_create_project('churn')\nproject.{other}\n"
SAGEMAKER = "from sagemaker.sklearn import SKLearnModel\n\nSKLearnModel(model_data='s3://b/m', role='r', entry_point='a.py').deploy(1, 'ml.m5.large')\n"

EDGES: dict[str, tuple[str, str, Files]] = {
    "results that are read": ("EXP001", "fail", {"train.py": TRAIN.replace("    for x, y", "    known = open('results.json').read()\n    for x, y")}),
    "results that are written": ("EXP003", "partial", {"train.py": TRAIN.replace("    for x, y", "    log = open('results.json', 'w')\n    for x, y")}),
    "Compose for a tracking server alone": ("DEP003", "fail", {"docker-compose.yml": "services:\n  mlflow:\n    image: ghcr.io/mlflow/mlflow:v2.10\n  db:\n    image: postgres:16\n"}),
    "Compose for what is built here": ("DEP003", "partial", {"docker-compose.yml": "services:\n  api:\n    build: .\n  db:\n    image: postgres:16\n"}),
    "a script that trains, and nothing else": ("AUT011", "partial", {"train.py": "import argparse\n" + TRAIN.replace("train(None", "args = argparse.ArgumentParser().parse_args()\n    train(None")}),
    "a monitor of SageMaker with a baseline": ("MON010", "pass", {"serve.py": SERVE, "monitor.py": "from sagemaker.model_monitor import DefaultModelMonitor\n\nmonitor = DefaultModelMonitor(role='r')\nmonitor.suggest_baseline(baseline_dataset='train.csv')\nmonitor.create_monitoring_schedule(endpoint_input='e')\n"}),
    "a notebook instance trains nothing": ("DEP008", "fail", {"a.yml": "Resources:\n  Start:\n    Type: AWS::SageMaker::NotebookInstanceLifecycleConfig\n", "train.py": TRAIN}),
    "a job of MLRun on several nodes": ("DEP008", "pass", {"a.py": "import mlrun\n\nmlrun.code_to_function('train', kind='mpijob', handler='train')\n", "train.py": TRAIN}),
    "a logger of the project's own": ("MON006", "pass", {"pkg/a.py": "from pkg import tools\n\nlogger = tools.get_logger(__name__)\n\n\ndef run(ctx):\n" + "    logger.info('a')\n" * 30 + "    ctx.logger.warning('b')\n    print('c')\n", "pkg/tools.py": "import logging\n\n\ndef get_logger(name):\n    return logging.getLogger(name)\n"}),
    "a test between two stages of Jenkins": ("CIC008", "pass", {"Jenkinsfile": JENKINS.replace("{between}", "        stage('SmokeTest') { steps { sh 'python try.py' } }\n")}),
    "two stages of Jenkins with nothing between them": ("CIC008", "fail", {"Jenkinsfile": JENKINS.replace("{between}", "")}),
    "a test behind a stage of Jenkins": ("CIC011", "pass", {"Jenkinsfile": JENKINS.replace("{between}", "        stage('SmokeTest') { steps { sh 'python try.py' } }\n")}),
    "data that start a delivery pipeline": ("AUT009", "pass", {"train.py": TRAIN, "pipeline.yml": DELIVERY.format(source="TrainingData")}),
    "an image that starts a delivery pipeline": ("AUT009", "fail", {"train.py": TRAIN, "pipeline.yml": DELIVERY.format(source="Image")}),
    "hyperparameters tried by MLRun": ("AUT004", "pass", {"a.py": MLRUN.format(call="log_result('a', 1)", other="run_function('t', hyperparams={'rate': [1, 2]})")}),
    "a workflow of MLRun on a schedule": ("AUT006", "pass", {"a.py": MLRUN.format(call="log_result('a', 1)", other="set_workflow('main', 'train.py', schedule='0 0 * * 0')")}),
    "a workflow of MLRun without one": ("AUT006", "fail", {"a.py": MLRUN.format(call="log_result('a', 1)", other="set_workflow('main', 'train.py')")}),
    "a model logged with MLRun": ("VER002", "pass", {"a.py": MLRUN.format(call="log_model('m', body=model)", other="save()")}),
    "a data set logged with MLRun": ("VER001", "pass", {"a.py": MLRUN.format(call="log_dataset('rows', df=model)", other="save()")}),
    "an endpoint whose callers sign": ("GOV007", "pass", {"deploy.py": SAGEMAKER}),
    "an endpoint behind an open function": ("GOV007", "fail", {"deploy.py": SAGEMAKER, "a.tf": 'resource "aws_lambda_function_url" "all" {\n  authorization_type = "NONE"\n}\n'}),
    "a batch job needs no health check": ("DEP005", "n/a", {"jobs/batch_predict.py": "import joblib\n\njoblib.load('m').predict(rows)\n", "train.py": TRAIN}),
    "a title that sounds like a usage": ("STR002", "partial", {"README.md": "# MLRun demos\n\n" + "Here are words on what this is for and why it is there. " * 6 + "\n\n## Installation\n\n```sh\npip install -r requirements.txt\n```\n"}),
    "a Makefile that helps only": ("STR010", "fail", {"Makefile": "help:\n\t@echo nothing\n"}),
    "methods that override documented ones": ("NAM008", "pass", {"pkg/a.py": '"""Doc."""\nimport typing as T\n\n\nclass A(B):\n    """Doc."""\n\n    @T.override\n    def fit(self):\n        pass\n\n    @T.override\n    def score(self):\n        pass\n'}),
    "conventions told to agents": ("COL002", "partial", {"AGENTS.md": "# Agents\n\nHow to work here.\n\n## Conventions\n\n" + "Write small functions, name them well, and run the checks. " * 5 + "\n"}),
    "guides in folders": ("COL005", "partial", {f"lab{n}/README.md": "# Lab\n\n" + "Take this step and look at what it does to the model. " * 40 + "\n" for n in (1, 2)}),
    "a score of a class of the project": ("GOV005", "fail", {"a.py": "from scoring import Scorer\n\nScorer().get_score('dev')\n", "scoring.py": "class Scorer:\n    def get_score(self, split):\n        return 1\n"}),
    "a score of a booster": ("GOV005", "pass", {"a.py": "import xgboost\n\nbooster = xgboost.Booster()\nbooster.get_score(importance_type='gain')\n"}),
    "a trainer's data set of what it was given": ("AUT008", "fail", {"a.py": "class Trainer:\n    def get_dataset(self, x, y):\n        return list(zip(x, y))\n"}),
    "a project of MLflow is run from a checkout": ("AUT011", "partial", {"MLproject": "name: a\nentry_points:\n  main:\n    command: python train.py\n", "train.py": TRAIN}),
    "a release target is housekeeping": ("CIC001", "partial", {".github/workflows/release.yml": "on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - run: make release\n"}),
    "fixtures that are called tests": ("TST003", "fail", {**MODEL, "pkg/datasets.py": "def load():\n    return 1\n", "tests/conftest.py": "from pkg.datasets import load\n\n\ndef tests_path():\n    assert load()\n    return '.'\n"}),
    "a folder of Cloud Build files": ("CIC002", "pass", {"cloudbuild/pr-checks.yaml": CLOUD_BUILD, **MODEL}),
    "a Cloud Build file that needs a tag": ("VER006", "pass", {"cloudbuild/release.yaml": CLOUD_BUILD + "        gsutil cp x gs://b/${TAG_NAME}\n"}),
    "a Cloud Build file for every change": ("VER006", "fail", {"cloudbuild/pr.yaml": CLOUD_BUILD}),
    "workflows of a project to be copied": ("CIC001", "partial", {**INNER_CI, "seed/setup.py": "", "a.py": "x = 1\n"}),
    "workflows where nobody reads them": ("CIC001", "fail", {**INNER_CI, "a.py": "x = 1\n"}),
    "a Dockerfile with a prefix": ("DEP007", "fail", {"env/BaseDockerfile": "FROM example.org/base\n"}),
    "settings through Starlette": ("STR006", "pass", {"app/config.py": "from starlette.config import Config\n\nconfig = Config('.env')\n"}),
    "a README of one title": ("STR002", "partial", {"README.md": "# Churn\n"}),
    "pip beside pinned packages": ("VER003", "pass", {"environment.yml": "name: a\ndependencies:\n  - python=3.12\n  - pip\n  - numpy==2.1.0\n"}),
    "a release script is no deployment": ("CIC006", "fail", {".github/workflows/npm.yml": "on: push\njobs:\n  publish-ui:\n    environment: release\n    runs-on: ubuntu-latest\n    steps:\n      - run: python scripts/release/bump.py\n      - run: npm publish\n"}),
    "a deployment for a test": ("CIC006", "fail", {".github/workflows/api-tests.yml": "on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - run: make deploy IMG=localhost/a\n"}),
    "texts that are data": ("DAT005", "fail", {"data/texts/7_Taiwan.txt": "The dataset was downloaded from https://example.org/data.zip and collected by surveys.\n"}),
    "code of others in a folder of its own": ("AUT002", "fail", {"pkg/_vendor/packaging/tokenizer.py": "def preprocess(frame):\n    return frame.dropna()\n", "pkg/a.py": "x = 1\n"}),
    "a duration is no version": ("VER002", "fail", {"train.py": "import time\n" + TRAIN + "    start = time.time()\n    torch.save(model, 'm.pt')\n"}),
    "an archive of another tool": ("STR008", "partial", {".gitignore": "__pycache__/\nterraform/**/*.zip\n"}),
    "one variant has all traffic": ("MON007", "fail", {"infra/a.tf": ENDPOINT.format(variants=VARIANT.format(name="all", weight="1.0"))}),
    "two variants share the traffic": ("MON007", "pass", {"infra/a.tf": ENDPOINT.format(variants=VARIANT.format(name="a", weight="0.9") + VARIANT.format(name="b", weight="0.1"))}),
    "CloudFormation without a format version": ("DEP004", "pass", {"endpoint.yml": "Resources:\n  Model:\n    Type: AWS::SageMaker::Model\n"}),
    "metrics saved as an array": ("EXP005", "pass", {"exp.py": "import numpy as np\n\n\ndef test(folder):\n    np.save(folder + 'metrics.npy', [1.0])\n"}),
    "predictions saved as an array": ("EXP005", "fail", {"exp.py": "import numpy as np\n\n\ndef predict(folder):\n    np.save(folder + 'pred.npy', [1.0])\n"}),
    "settings taken in by exec": ("AUT003", "pass", {"train.py": "rate = 1\nexec(open('configurator.py').read())\n" + TRAIN.partition("\n\nif __name__")[0], "configurator.py": "import sys\n\nfor arg in sys.argv[1:]:\n    print(arg)\n"}),
    "a question that compares models": ("AUT005", "pass", {"register.py": "def main(run, old):\n    if is_new_model_better(run, old):\n        run.register_model('m')\n"}),
    "a stage named in two words": ("AUT003", "pass", {"pipeline.py": "from azureml.pipeline.steps import PythonScriptStep\n\nstep = PythonScriptStep(name='Train Model', script_name='train.py')\n"}),
    "a step script that draws without a seed": ("VER005", "fail", {"pipeline.py": STEPS, "prepare.py": "import numpy as np\n\nnp.random.shuffle(X)\n"}),
    "a step script that imputes": ("DAT002", "partial", {"pipeline.py": STEPS, "prepare.py": "from sklearn.impute import SimpleImputer\n\nSimpleImputer().fit_transform(X)\n"}),
    "a script that a template runs": ("CIC005", "pass", {"azure-pipelines.yml": "trigger: [main]\njobs:\n  - template: templates/run.yml\n    parameters:\n      script: mlops/run_training_pipeline.py\n", "templates/run.yml": "parameters: [{name: script, type: string}]\njobs:\n  - job: run\n    steps:\n      - script: python ${{ parameters.script }}\n", "mlops/run_training_pipeline.py": "x = 1\n"}),
    "a platform's own deploy command": ("CIC006", "pass", {".github/workflows/cd.yml": DEPLOY_CI.replace("kubectl apply -f k8s/", "uv run mda deploy . --name churn")}),
    "documents are deployed": ("CIC006", "fail", {".github/workflows/cd.yml": DEPLOY_CI.replace("deploy:", "pages:").replace("kubectl apply -f k8s/", "mike deploy 1.0")}),
    "a library is deployed to an index": ("CIC006", "fail", {".github/workflows/cd.yml": DEPLOY_CI.replace("deploy:", "pages:").replace("kubectl apply -f k8s/", "mvn deploy")}),
    "monitoring of a batch prediction": ("MON001", "pass", {"predict.py": "from google.cloud import aiplatform\n\nmodel = aiplatform.Model('m')\nmodel.batch_predict(model_monitoring_objective_config=objective, model_monitoring_alert_config=alert)\n"}),
    "skew of a batch prediction": ("MON002", "pass", {"predict.py": "job = predict_batch(monitoring_skew_config={'a': 1})\n"}),
    "a flag for mixed precision": ("COS003", "pass", {"train.py": TRAIN, "scripts/train.sh": "python train.py --bf16 --epochs 3\n"}),
    "no mixed precision": ("COS003", "fail", {"train.py": TRAIN, "scripts/train.sh": "python train.py --bf16 false --epochs 3\n"}),
    "scaled ahead of np.split": ("DAT004", "fail", {"prepare.py": "import numpy as np\nimport pandas as pd\nfrom sklearn.preprocessing import StandardScaler\n\ndf = pd.read_csv('a.csv')\nX = StandardScaler().fit_transform(df)\ntrain, test = np.split(X, [int(0.7 * len(X))])\n"}),
    "np.split in equal pieces": ("DAT004", "pass", {"prepare.py": "import numpy as np\nimport pandas as pd\nfrom sklearn.preprocessing import StandardScaler\nfrom sklearn.linear_model import Ridge\n\ndf = pd.read_csv('a.csv')\nX = StandardScaler().fit_transform(df)\nfor part in np.split(X, 4):\n    Ridge().fit(part, part)\n"}),
    "a platform serves the fitted pipeline": ("DAT006", "pass", {"train.py": PIPELINE_FIT, "batch_predict.py": "def batch_predict(model, rows):\n    return model.predict(rows)\n"}),
    "features in a model's description": ("DAT005", "pass", {"model/model_description.md": "# Model\n\n## Model features (from the StatLib data set, http://lib.stat.cmu.edu/datasets/)\n\n- MedInc median income of the block\n- HouseAge median age of a house\n- AveRooms average number of rooms\n"}),
    "a pipeline in code has names of one style": ("NAM010", "pass", {"flow.py": "from prefect import flow, task\n\n\n@task\ndef load_rows():\n    return []\n\n\n@flow\ndef train_model():\n    load_rows()\n"}),
    "the project's own hub is how it serves": ("DAT006", "pass", {"hubconf.py": "from lib.data import letterbox\n\n\ndef model():\n    return letterbox\n", "lib/data.py": "def letterbox(x):\n    return x\n", "serve.py": SERVE.replace("import joblib", "import joblib\nimport torch") + "\nnet = torch.hub.load('a/b', 'model')\n", "train.py": "from lib.data import letterbox\n" + TRAIN}),
    "a variable set from a command ahead of a test run": ("CIC002", "pass", {".github/workflows/ci.yml": TEST_CI.format(run="make test"), "Makefile": "test:\n\tHOME=$(TEST_HOME) PYTHONPATH=. pytest tests\n"}),
    "a task of pixi that runs the tests": ("CIC002", "pass", {".github/workflows/ci.yml": TEST_CI.format(run="pixi run -e ${{ matrix.environment }} tests -n 3"), "pyproject.toml": "[tool.pixi.feature.tests.tasks]\ntests = { cmd = 'pytest -v pkg' }\n"}),
    "a task for each value of the matrix": ("CIC003", "pass", {".github/workflows/ci.yml": "on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    strategy:\n      matrix:\n        what: [lint, docs]\n    steps:\n      - run: make ${{ matrix.what }}\n", "Makefile": "lint:\n\truff check .\n"}),
    "tests of a plug-in are no training code": ("AUT003", "n/a", {"runtimes/x/tests_x/helpers/model.py": TRAIN, "pkg/a.py": "x = 1\n"}),
    "a Dockerfile of a model is no model": ("STR005", "pass", {"mnist/Dockerfile.model": "FROM python:3.12\n"}),
    "a Dockerfile for a development environment": ("DEP001", "fail", {".gitpod.Dockerfile": "FROM gitpod/workspace-full\n"}),
    "a formatter for R": ("NAM005", "pass", {"air.toml": "[format]\n", "R/a.R": "x <- 1\n"}),
    "documentation of an R package": ("COL005", "pass", {"_pkgdown.yml": "url: https://example.org\n", "vignettes/a.Rmd": "# How\n\n" + "word " * 80, "R/a.R": "x <- 1\n"}),
    "no functions, no types": ("NAM006", "n/a", {"R/a.R": "x <- 1\n"}),
    "tests in R that predict": ("TST004", "pass", {"R/a.R": "library(parsnip)\nf <- function(x) x\n", "tests/testthat/test-a.R": "test_that('it predicts', {\n  expect_equal(predict(model, rows), 1)\n})\n"}),
    "a generator that is no model": ("TST004", "fail", {"pkg/__init__.py": "", "pkg/utils.py": "def generate(x):\n    return x\n", "tests/test_a.py": "from pkg import utils\n\n\ndef test_a():\n    assert utils.generate(1)\n"}),
    "a model that the project's own loader loads": ("TST004", "pass", {"clip/__init__.py": "import torch\n\n\ndef load(name):\n    return torch.nn.Linear(1, 1)\n", "tests/test_a.py": "import clip\n\n\ndef test_a():\n    net = clip.load('a')\n    assert net(1)\n"}),
    "a script that evaluates is no test": ("TST001", "fail", {"pkg/__init__.py": "", "pkg/a.py": "def f():\n    return 1\n", "scripts/my_test_eval.py": "from pkg.a import f\n\n\n" + "".join(f"def test_{n}():\n    assert f() == 1\n\n\n" for n in range(4))}),
    "numbers that a page checks do not guard training": ("EXP008", "fail", {"train.py": TRAIN, "page.py": "import math\n\n\ndef shown(x):\n    return '' if math.isnan(x) else x\n"}),
    "numbers that training checks": ("EXP008", "pass", {"train.py": "from guard import finite\n" + TRAIN, "guard.py": "import math\n\n\ndef finite(x):\n    return math.isfinite(x)\n"}),
    "a tokenizer is no model": ("VER009", "fail", {"train.py": TRAIN + "\nfrom transformers import AutoTokenizer\n\ntokenizer = AutoTokenizer.from_pretrained('a')\ntokenizer.save_pretrained('out')\n"}),
    "weights that are loaded carry no signature": ("VER009", "fail", {"train.py": TRAIN + "\nfrom safetensors.torch import load_file\n\nload_file('a')\n"}),
    "weights in a portable format": ("VER009", "pass", {"train.py": TRAIN + "\nfrom safetensors.torch import save_file\n\nsave_file({}, 'a')\n"}),
    "a test about pretraining's arguments": ("TST006", "fail", {**MODEL, "tests/test_pretrain.py": "from pkg.model import build\n\n\ndef test_pretrain_model_name():\n    assert build()\n"}),
    "an address of metadata is no ingestion": ("AUT008", "fail", {"client.py": "import requests\n\n\ndef metadata(url):\n    return requests.get(url)\n"}),
    "an overview of a data set is no ingestion": ("AUT008", "fail", {"report.py": "def get_dataset_overview(x):\n    return x\n"}),
    "a score of columns is no model": ("TST004", "fail", {"pkg/__init__.py": "import sklearn.linear_model\n", "pkg/columns.py": "def imbalance_score(x):\n    return x\n", "tests/test_a.py": "from pkg.columns import imbalance_score\n\n\ndef test_a():\n    assert imbalance_score(1) == 1\n"}),
    "a Cloud Build file of any name": ("CIC002", "pass", {"build/deploy.yaml": "steps:\n- name: $_IMAGE\n  entrypoint: pytest\n  args: [tests, -s]\nimages: [$_IMAGE]\n", **MODEL}),
    "a file with steps of something else": ("CIC001", "fail", {"recipe.yaml": "steps:\n- name: gcr.io/a/b\n  args: [pytest]\nflavour: sweet\n"}),
    "a test of a deployment deploys nothing": ("CIC006", "fail", {".github/workflows/a.yml": "on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - run: pytest tests/model_deployment_tests.py\n"}),
    "a script that is told to deploy": ("CIC006", "pass", {".github/workflows/a.yml": "on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - run: python build/utils.py --mode deploy-model\n"}),
    "two targets in one job": ("CIC008", "partial", {".github/workflows/a.yml": "on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - run: az ml model deploy -n churn-qa -f model.json\n      - run: az ml model deploy -n churn-prod -f model.json\n"}),
    "one target in one job": ("CIC008", "fail", {".github/workflows/a.yml": "on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - run: az ml model deploy -n churn-prod -f model.json\n"}),
    "compute that a command creates": ("DEP008", "pass", {"train.py": TRAIN, "setup.sh": "az ml computetarget create amlcompute -n cpu --vm-size STANDARD_D2_V2\n"}),
    "a job of Azure ML is no smoke test": ("CIC002", "fail", {".github/workflows/a.yml": "on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - run: az ml run submit-script -c config train.py\n"}),
    "a scoring script serves and does not evaluate": ("EXP006", "fail", {"score.py": "import joblib\nimport sklearn.linear_model\n\n\ndef init():\n    global model\n    model = joblib.load('m')\n\n\ndef run(x):\n    return model.predict(x)\n"}),
    "a check of settings does not evaluate": ("EXP006", "fail", {"settings.py": "class Grouping:\n    def validate(self):\n        return True\n"}),
    "the validation that training calls": ("EXP006", "pass", {"train.py": TRAIN + "\n\ndef validate(model, loader):\n    return model\n"}),
    "components of TFX are stages": ("DAT002", "pass", {"pipeline.py": "from tfx.v1.components import ExampleValidator, Trainer\n\nvalidator = ExampleValidator(statistics=s, schema=c)\ntrainer = Trainer(module_file='t.py')\n", "t.py": TRAIN, "schema.py": "import tensorflow_data_validation as tfdv\n\ntfdv.validate_statistics(a, b)\n"}),
    "signatures of a saved model": ("VER009", "pass", {"train.py": TRAIN + "\n\ndef export(model):\n    model.save('out', signatures={'serving_default': model.call})\n"}),
    "a module that is missing is no flow": ("TST005", "fail", {**MODEL, "tests/test_import.py": "from pkg.model import build\n\n\ndef test_import_without_mlflow():\n    assert build()\n"}),
    "a split of data trains no model": ("TST004", "fail", {"pkg/__init__.py": "import sklearn.linear_model\n", "pkg/data.py": "def get_training_source_query():\n    return 'x'\n", "tests/test_a.py": "from pkg.data import get_training_source_query\n\n\ndef test_a():\n    assert get_training_source_query()\n"}),
    "variables of the environment are no fields": ("DAT005", "fail", {"README.md": "# A\n\nRequired variables in `local.env`:\n\n- **HOST**: where\n- **PORT**: which\n- **NAME**: who\n"}),
    "weights that another library stored": ("VER005", "pass", {"train.py": "import tensorflow\n" + TRAIN.replace("if __name__", "torch.manual_seed(1)\n\nif __name__")}),
    "an equivalence with transformers is no data code": ("TST003", "fail", {**MODEL, "tests/test_b.py": "from pkg.model import build\n\n\ndef test_equals_transformers():\n    assert build()\n"}),
    "tests beside the code": ("TST001", "pass", {"pkg/__init__.py": "", "pkg/model.py": "def build():\n    return 1\n", "pkg/tests.py": TESTS}),
    "a flow of Kestra": ("AUT001", "pass", {"flows/a.yaml": "id: a\nnamespace: b\ntasks:\n  - id: train\n    type: io.kestra.plugin.scripts.python.Script\n    script: train()\n"}),
    "an echo of a flow": ("CIC010", "fail", {".github/workflows/a.yml": "on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - run: echo airflow\n"}),
    "training that evaluates is no step of its own": ("EXP006", "fail", {"train.py": TRAIN + "\n\ndef train_and_evaluate(x):\n    return x\n"}),
    "a bar for memory is none for the model": ("AUT005", "fail", {"compare/run.py": "def start():\n    if accelerator_memory > ACCELERATOR_MEMORY_THRESHOLD:\n        raise RuntimeError('memory')\n"}),
    "a client of gRPC checks nothing": ("DEP006", "fail", {"serve.py": SERVE, "client.py": "import grpc\n\nchannel = grpc.insecure_channel('a:1')\n"}),
    "a pipe between processes stores nothing": ("MON008", "fail", {"serve.py": "from multiprocessing.connection import Connection\n\n\ndef ask(connection: Connection, request):\n    connection.send(request)\n\n\n" + SERVE}),
    "feature importances that are kept": ("GOV005", "pass", {"e.py": "from lib import model\n\nweights = model.feature_importances_\n"}),
    "an estimator's own importances": ("GOV005", "fail", {"e.py": "class Forest:\n    def top(self):\n        return self.feature_importances_.max()\n"}),
    "a data set about explaining": ("GOV005", "fail", {"data.py": "def handle_explainchoice_dataset(x):\n    return x\n"}),
    "a kernel for groups of rows": ("GOV006", "fail", {"kernel.py": "def lora_delta_per_group(x):\n    return x\n"}),
    "metrics of groups": ("GOV006", "pass", {"evaluate.py": "def accuracy_by_group(x):\n    return x\n"}),
    "a nightly run of examples": ("AUT006", "fail", {".github/workflows/ci.yml": "on:\n  schedule:\n    - cron: '0 1 * * *'\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - run: bash run_examples.sh\n", "run_examples.sh": "if [[ ! -d sample/train ]]; then\n  mkdir -p sample/train\nfi\npython mnist/train.py --epochs 1\n"}),
    "an option that ends in amp": ("COS003", "fail", {"train.py": TRAIN + "\nparser.add_argument('--col-timestamp')\n"}),
    "arguments of a trainer seed it": ("VER005", "pass", {"train.py": "import transformers\n\n\nclass Arguments(transformers.TrainingArguments):\n    pass\n\n\ntrainer = transformers.Trainer(args=Arguments())\ntrainer.train()\n"}),
    "a task that Ploomber parametrises": ("AUT003", "pass", {"pipeline.yaml": "tasks:\n  - source: scripts/fit.py\n    product: output/model.pkl\n    params: {depth: 3}\n", "scripts/fit.py": "from sklearn.linear_model import Ridge\n\nmodel = Ridge().fit(X, y)\n"}),
    "a route in a list of routes": ("DEP005", "pass", {"serve.py": SERVE, "app.py": "from fastapi.routing import APIRoute\n\nroutes = [APIRoute('/v2/health/live', live)]\n"}),
    "a date in a helper versions no model": ("VER002", "fail", {"pkg/utils/eta.py": "import datetime\nimport pickle\n\nnow = datetime.datetime.now()\npickle.dump(now, open('a', 'wb'))\n"}),
    "an image in a platform's own file": ("DEP001", "pass", {"bodywork.yaml": BODYWORK}),
    "a platform's own file": ("DEP003", "pass", {"bodywork.yaml": BODYWORK}),
    "requests in a platform's own file": ("COS001", "partial", {"bodywork.yaml": BODYWORK}),
    "a schema of the settings": ("DAT002", "fail", {**CHECKED, "train.py": "from config.check import check\n" + TRAIN + "    check({})\n", "config/__init__.py": "", "config/check.py": "import jsonschema\n\n\ndef check(config):\n    jsonschema.validate(config, {})\n"}),
    "a schema of the rows": ("DAT002", "pass", {**CHECKED, "train.py": "from rows import check\n" + TRAIN + "    check({})\n", "rows.py": "import jsonschema\n\n\ndef check(row):\n    jsonschema.validate(row, {})\n"}),
    "a baseline that explanations start from": ("EXP007", "fail", {"train.py": TRAIN, "explain/captum.py": "def get_baseline(model):\n    return 0\n"}),
    "what logs in to a service protects nothing": ("GOV007", "fail", {"train.py": TRAIN, "serve.py": "import kaggle\n" + SERVE + "kaggle.api.authenticate()\n"}),
    "a base that is only called like pydantic's": ("DEP006", "fail", {"serve.py": "from nets import BaseModel\n" + SERVE + "\n\nclass Net(BaseModel):\n    pass\n", "nets.py": "class BaseModel:\n    pass\n"}),
    "validation of what functions are given": ("EXP006", "fail", {"train.py": TRAIN, "internal/validation.py": "def a(x):\n    if x:\n        raise ValueError(x)\n\n\ndef b(x):\n    if x:\n        raise ValueError(x)\n"}),
    "a page that Sphinx makes of a module": ("DAT005", "fail", {"train.py": TRAIN, "docs/dataset.rst": "dataset\n=======\n\n.. automodule:: pkg.dataset\n   :members:\n\n.. testsetup:: *\n\n" + "   import numpy as np  # the very first of many more words\n" * 12}),
    "told where it installs from": ("STR002", "pass", {"README.md": "# A\n\nThis is what the project does, in as many words as it takes to say it to a reader who has never heard of it and wants to know why it should be of use to them, now and later.\n\nInstall it via `pip`, or from source.\n\n## Usage\n\n```bash\npython train.py\n```\n"}),
    "a word that only ends like a date": ("VER002", "fail", {"train.py": TRAIN + "    torch.save(model, 'consolidated.00.pth')\n    torch.save(model, runtime_name)\n"}),
    "the step in a checkpoint's name": ("VER002", "partial", {"train.py": TRAIN + "    torch.save(model, name_of(step))\n    torch.save(model, f'm_{global_step}.pt')\n"}),
    "a run's folder made of the time": ("VER002", "partial", {"train.py": TRAIN, "configs/hydra/default.yaml": "run:\n  dir: ${paths.log_dir}/runs/${now:%Y-%m-%d}\n"}),
    "a bucket for features": ("VER002", "fail", {"train.py": TRAIN, "infra/main.tf": 'resource "aws_s3_bucket" "features" {\n  bucket = "features"\n}\n'}),
    "a script that trains as it is read": ("AUT003", "partial", {"credit_model.py": SCORING, "run.py": "from credit_model import Scoring\n\nmodel = Scoring()\nmodel.train([])\n"}),
    "a class that others train": ("AUT003", "pass", {"pkg/__init__.py": "", "pkg/credit_model.py": SCORING, "pkg/api.py": "from pkg.credit_model import Scoring\n\n\ndef fit_all(rows):\n    Scoring().train(rows)\n"}),
    "a tool copied from another image": ("DEP007", "pass", {"Dockerfile": "FROM python:3.12-slim\nCOPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/\n"}),
    "a job that infers": ("DEP002", "pass", {"train.py": TRAIN, "src/bikes/jobs/inference.py": "import pandas as pd\n\n\ndef run(model, path):\n    rows = pd.read_parquet(path)\n    rows['count'] = model.predict(rows)\n    rows.to_parquet('out.parquet')\n    return rows\n"}),
    "metrics on the run of an MLflow project": ("EXP005", "pass", {"MLproject": "name: a\nentry_points:\n  main:\n    command: python train.py\n", "train.py": MLFLOW.format(call="log_metric('a', 1)")}),
    "a script of CI that deploys a pipeline": ("CIC006", "pass", {**ZENML, ".github/workflows/cd.yml": TEST_CI.format(run="python build.py --run")}),
    "a script of CI that trains by a pipeline": ("CIC005", "pass", {**ZENML, ".github/workflows/cd.yml": TEST_CI.format(run="python build.py --run")}),
    "a pipeline that each change starts": ("AUT006", "partial", {**ZENML, ".github/workflows/cd.yml": TEST_CI.format(run="python build.py --run")}),
    "a script of CI that only looks": ("CIC006", "fail", {**ZENML, ".github/workflows/cd.yml": TEST_CI.format(run="python check.py"), "check.py": "print('ok')\n"}),
    "an artifact store in a bucket": ("VER007", "pass", {"stacks/setup.sh": "zenml artifact-store register s3_store -f s3 --path=s3://bucket\n"}),
    "only a model has a pointer": ("VER001", "partial", {"trained_model.dvc": "outs:\n- md5: a\n  size: 3\n  path: trained_model\n"}),
    "data has a pointer": ("VER001", "pass", {"data/raw.dvc": "outs:\n- md5: a\n  size: 3\n  path: raw\n"}),
    "a container left running on the job's own machine": ("CIC006", "pass", {".github/workflows/cd.yml": DEPLOY_CI.replace("ubuntu-latest", "self-hosted").replace("kubectl apply -f k8s/", "docker run -d -p 80:80 api")}),
    "a container for a test": ("CIC006", "fail", {".github/workflows/cd.yml": DEPLOY_CI.replace("kubectl apply -f k8s/", "docker run -d -p 80:80 api")}),
    "a container that ends with the job": ("CIC006", "fail", {".github/workflows/cd.yml": DEPLOY_CI.replace("ubuntu-latest", "self-hosted").replace("kubectl apply -f k8s/", "docker run --rm api pytest")}),
    "rows of a split are no results": ("EXP005", "fail", {"prepare.py": "from sklearn.model_selection import train_test_split\n\n\ndef train_test_splitting(data):\n    train, test = train_test_split(data)\n    test.to_csv('test.csv')\n"}),
    "scores saved by a helper": ("EXP005", "pass", {"evaluation.py": "from utils import save_json\n\n\ndef evaluate(path, scores):\n    save_json(path=path, data=scores)\n", "utils.py": "def save_json(path, data):\n    pass\n"}),
    "a model that is named for the registry": ("VER002", "pass", {"train.py": MLFLOW.format(call="sklearn.log_model(m, 'm', registered_model_name='churn')")}),
    "a model that is only logged": ("VER002", "partial", {"train.py": MLFLOW.format(call="sklearn.log_model(m, 'm')")}),
    "the address of a registry": ("VER002", "fail", {"train.py": MLFLOW.format(call="set_registry_uri(config.uri)")}),
    "the registry of Databricks": ("VER002", "pass", {"train.py": MLFLOW.format(call="set_registry_uri('databricks-uc')")}),
    "a bar for the best model": ("AUT005", "pass", {"trainer.py": "def train(models):\n    best_model_score = max(models.values())\n    if best_model_score < 0.6:\n        raise ValueError('no good model')\n"}),
    "a score that is worth a word": ("AUT005", "fail", {"trainer.py": "def train(models):\n    best_model_score = max(models.values())\n    if best_model_score < 0.6:\n        print('bad')\n"}),
    "columns are compared, and nothing stops": ("DAT001", "partial", {"check.py": "import pandas as pd\n\n\ndef validate_columns(path, schema):\n    data = pd.read_csv(path)\n    return all(c in schema for c in data.columns)\n"}),
    "a check of code is none of data": ("DAT001", "fail", {"check.py": "import pandas as pd\n\n\ndef check_config(path):\n    return pd.read_csv(path)\n"}),
    "a route that trains": ("AUT011", "pass", {"train.py": TRAIN, "app.py": "from flask import Flask\n\napp = Flask(__name__)\n\n\n@app.route('/train')\ndef training():\n    return start()\n"}),
    "a route that predicts": ("AUT011", "fail", {"train.py": TRAIN, "app.py": "from flask import Flask\n\napp = Flask(__name__)\n\n\n@app.route('/trains/late')\ndef trains():\n    return start()\n"}),
    "CI that lies among the tests": ("CIC001", "pass", {"tests/ci/unit.yml": "trigger: none\npr:\n  - main\njobs:\n  - job: unit\n    steps:\n      - script: pytest\n"}),
    "a logarithm is no log": ("EXP002", "fail", {"train.py": MLFLOW.format(call="log_metric('a', 1)") + "import numpy\n\nx = numpy.log(param)\n"}),
    "a message is no metric": ("EXP003", "fail", {"train.py": MLFLOW.format(call="log_param('a', 1)") + "import logging\n\nlogging.getLogger().log(10, 'best score')\n"}),
    "columns that are empty are features": ("EXP008", "fail", {"train.py": TRAIN + "\nimport features\n", "feature_extraction.py": "import numpy as np\n\n\ndef make(df):\n    df['a_is_nan'] = np.isnan(df['a'])\n", "features.py": "import feature_extraction\n"}),
    "a storage that is naive": ("EXP007", "fail", {"train.py": TRAIN, "storage.py": "class NaiveStorage:\n    pass\n"}),
    "a forecast that is naive": ("EXP007", "pass", {"train.py": TRAIN, "models.py": "class SeasonalNaiveForecaster:\n    pass\n\n\ndef naive_forecast(y):\n    return y[-1]\n"}),
    "slices of a data set": ("GOV006", "fail", {"train.py": TRAIN, "dataset.py": "class Data:\n    def _get_slices(self):\n        return []\n"}),
    "a handler of data": ("DEP002", "fail", {"train.py": TRAIN, "pkg/data/handler.py": "class DataHandler(Handler):\n    def fetch(self):\n        return 1\n"}),
    "a handler of requests": ("DEP002", "pass", {"train.py": TRAIN, "serve/handler.py": "from ts.torch_handler.base_handler import BaseHandler\n\n\nclass ModelHandler(BaseHandler):\n    def preprocess(self, data):\n        return data\n"}),
    "packages in a bucket": ("VER007", "fail", {"train.py": TRAIN, ".github/workflows/ci.yml": TEST_CI.format(run="aws s3 sync dist s3://pkg/a/")}),
    "data in a bucket": ("VER007", "pass", {"train.py": TRAIN, ".github/workflows/ci.yml": TEST_CI.format(run="aws s3 sync data s3://churn/data/")}),
    "a cluster that computes serves nothing": ("COS002", "fail", {"k8s/a.yaml": DEPLOYMENT, "ray/cluster.yaml": "cluster_name: a\nprovider: {type: aws}\navailable_node_types:\n  worker:\n    min_workers: 1\n    max_workers: 4\n"}),
    "a set of data by a wrong name": ("DAT001", "fail", {"data.py": "def get_data(name):\n    if name not in dict_datasets.keys():\n        raise ValueError(name)\n    return dict_datasets[name]\n"}),
    "a scaler is fitted in a test": ("TST004", "fail", {"pkg/__init__.py": "", "pkg/prep.py": "import torch\nimport sklearn.preprocessing\n\n\nclass MinMaxNorm:\n    def fit(self, x):\n        return self\n", "tests/test_prep.py": "from pkg.prep import MinMaxNorm\n\n\ndef test_norm():\n    norm = MinMaxNorm()\n    norm.fit([1])\n    assert norm\n"}),
    "boosted trees beside a framework": ("VER005", "pass", {"models.py": "import keras\nimport random\nimport xgboost\n\n\ndef fit(x):\n    random.seed(1)\n    random.shuffle(x)\n    return xgboost.train({}, x)\n"}),
    "a letter is no index of stability": ("MON002", "fail", {"train.py": TRAIN, "app.py": SERVE, "layers.py": "def get_phi_psi(k):\n    return k\n"}),
    "an index of stability": ("MON002", "pass", {"train.py": TRAIN, "app.py": SERVE, "monitor.py": "def calculate_psi(expected, actual):\n    return 0.1\n"}),
    "a file that CI edits is not started": ("AUT003", "partial", {"pkg/__init__.py": "from pkg.loop import step\n", "pkg/loop.py": "import os\nimport torch\n\n\ndef step():\n    loss = torch.nn.Linear(1, 1)(os.getenv('A'))\n    loss.backward()\n", ".github/workflows/a.yml": TEST_CI.format(run="sed -i s/a/b/ pkg/__init__.py")}),
    "what a metric is handed": ("DAT001", "fail", {"pkg/metrics/accuracy.py": "class Accuracy:\n    def check_labels(self, labels):\n        if labels.min() < 0:\n            raise ValueError('labels')\n"}),
    "a profile for Databricks": ("DEP004", "fail", {"app.py": SERVE, "profiles/databricks.yaml": "experiment:\n  name: /Shared/a\n"}),
    "a bundle for Databricks": ("DEP004", "pass", {"app.py": SERVE, "databricks.yml": "bundle:\n  name: churn\n"}),
    "a logger that is named": ("EXP001", "pass", {"train.py": "import importlib\n" + TRAIN + "\nLOGGER = {'target': 'pytorch_lightning.loggers.WandbLogger'}\n"}),
    "settings of telemetry are no results": ("EXP001", "fail", {"train.py": TRAIN + "\nimport telemetry.metrics\n", "telemetry/__init__.py": "", "telemetry/metrics.py": "def save_metrics():\n    with open('metrics.yaml', 'w') as f:\n        f.write('on')\n"}),
    "an option with a short name": ("COS003", "pass", {"train.py": "import argparse\n" + TRAIN + "    argparse.ArgumentParser().add_argument('-r', '--resume')\n"}),
    "an environment of tox that has factors": ("CIC002", "pass", {**MODEL, "tox.ini": "[testenv]\ncommands =\n    unit: pytest tests\n    lint: ruff check\n", ".github/workflows/ci.yml": TEST_CI.format(run="tox -e py311-unit")}),
    "an environment of tox that is for something else": ("CIC002", "fail", {**MODEL, "tox.ini": "[testenv]\ncommands =\n    unit: pytest tests\n    lint: ruff check\n", ".github/workflows/ci.yml": TEST_CI.format(run="tox -e py311-lint")}),
    "a failure that is remembered": ("CIC002", "pass", {**MODEL, "check.sh": "#!/bin/bash\nset +e\nFAILED=no\npytest || FAILED=yes\necho done\nif [ $FAILED = yes ]; then\n  exit 1\nfi\nexit 0\n", ".github/workflows/ci.yml": TEST_CI.format(run="./check.sh")}),
    "a failure that is forgotten": ("CIC002", "partial", {**MODEL, "check.sh": "#!/bin/bash\nset +e\nFAILED=no\npytest || FAILED=yes\necho $FAILED\n", ".github/workflows/ci.yml": TEST_CI.format(run="./check.sh")}),
    "a bar at the end of training": ("AUT005", "pass", {"train.py": TRAIN + "    if r_squared >= metric_error_threshold:\n        store()\n    else:\n        raise RuntimeError('too bad')\n"}),
    "a test among the tasks is no stage": ("AUT001", "fail", {"Makefile": "train:\n\tpython training/run.py\nnotebooks:\n\tbash tasks/notebook_test.sh\n", "training/run.py": TRAIN}),
    "a script that trains under another name": ("AUT001", "partial", {"run.sh": "python src/download_data.py\npython src/decision_tree.py\n", "src/download_data.py": "x = 1\n", "src/decision_tree.py": TRAIN}),
    "a tool that lies beside the training": ("AUT006", "fail", {"train.py": TRAIN, ".github/workflows/ci.yml": TEST_CI.format(run="python training/stage_model.py --fetch")}),
    "rows that are split in a test": ("TST004", "fail", {"pkg/__init__.py": "", "pkg/splitter.py": "import sklearn.model_selection\n\n\ndef split_validation_train(x):\n    return x\n", "tests/test_splitter.py": "from pkg.splitter import split_validation_train\n\n\ndef test_split():\n    assert split_validation_train([1])\n"}),
    "a flag that promotes": ("AUT005", "pass", {"train.py": TRAIN, "steps/promote.py": "def promote_with_metric(latest_metric, current_metric):\n    better = True\n    if latest_metric >= current_metric:\n        log('better')\n    else:\n        better = False\n    if better:\n        model.set_stage('production')\n"}),
    "a metric that is only told of": ("AUT005", "fail", {"train.py": TRAIN, "steps/report.py": "def report(latest_metric, current_metric):\n    if latest_metric >= current_metric:\n        log('better')\n"}),
    "the address of a database is no data": ("DAT001", "fail", {"settings.py": "def validate_database_url(url):\n    if not url.startswith('sqlite'):\n        raise ValueError(url)\n"}),
    "a feature extractor fetches no data": ("AUT008", "fail", {"dvc.yaml": "stages:\n  feature_extractor:\n    cmd: python train.py\n", "train.py": TRAIN}),
    "rows are extracted": ("AUT008", "pass", {"dvc.yaml": "stages:\n  extract:\n    cmd: python extract.py\n"}),
    "an event that only deploys": ("AUT009", "fail", {"train.py": TRAIN, ".github/workflows/cd.yml": "on: repository_dispatch\njobs:\n  deploy:\n    runs-on: ubuntu-latest\n    steps:\n      - run: kubectl apply -f k8s/\n"}),
    "an event that trains": ("AUT009", "pass", {"train.py": TRAIN, ".github/workflows/cd.yml": "on: repository_dispatch\njobs:\n  train:\n    runs-on: ubuntu-latest\n    steps:\n      - run: python train.py\n"}),
    "data that a tool for explanations ships": ("GOV005", "fail", {"train.py": TRAIN, "drift.py": "from alibi.datasets import fetch_adult\n\nadult = fetch_adult()\n"}),
    "an explainer": ("GOV005", "pass", {"train.py": TRAIN, "explain.py": "from alibi.explainers import AnchorTabular\n\nexplainer = AnchorTabular(predict, names)\n"}),
    "heads are split": ("AUT002", "fail", {"model.py": "import torch\n\n\ndef split_heads(x):\n    return x\n"}),
    "names of images are made alike": ("AUT002", "fail", {"scripts/names.py": "import re\n\n\ndef normalize_image_name(name):\n    return re.sub('/', '-', name)\n", "pkg/a.py": "x = 1\n"}),
    "a job that CI submits and that trains nothing": ("CIC005", "fail", {"jobs/index.yaml": "name: index\nentrypoint: bash index.sh\ncompute_config: big\n", "index.sh": "psql -c 'drop table a'\n", ".github/workflows/a.yml": TEST_CI.format(run="anyscale job submit jobs/index.yaml"), "a.py": TRAIN}),
    "a job that CI submits and that trains": ("CIC005", "pass", {"jobs/all.yaml": "name: all\nentrypoint: bash all.sh\ncompute_config: big\n", "all.sh": "python train.py\n", ".github/workflows/a.yml": TEST_CI.format(run="anyscale job submit jobs/all.yaml"), "train.py": TRAIN}),
    "a pipeline that a shared workflow runs": ("CIC005", "pass", AZURE_SHARED),
    "a pipeline that a shared workflow runs is no smoke test": ("CIC002", "fail", AZURE_SHARED),
    "monitoring that is switched on checks no drift": ("AUT010", "fail", AZURE_SHARED),
    "endpoints that a shared workflow makes": ("CIC006", "pass", AZURE_SHARED),
    "texts stored for search are no predictions": ("MON008", "fail", {"serve.py": "from index import StoreResults\n" + SERVE, "index.py": "import psycopg\n\n\nclass StoreResults:\n    def __call__(self, batch):\n        with psycopg.connect('a') as conn:\n            with conn.cursor() as cur:\n                cur.execute('INSERT INTO document (text) VALUES (%s)', (batch,))\n"}),
    "answers stored": ("MON008", "pass", {"serve.py": "from store import keep\n" + SERVE, "store.py": "import psycopg\n\n\ndef keep(answer):\n    with psycopg.connect('a') as conn:\n        conn.execute('INSERT INTO responses (text) VALUES (%s)', (answer,))\n"}),
    "a tool that only imports what trains": ("AUT003", "pass", {"pkg/__init__.py": "from pkg.core import Model, version\n", "pkg/core.py": "from sklearn.linear_model import Ridge\n\n\nclass Model:\n    def train(self, X, y):\n        return Ridge().fit(X, y)\n\n\ndef version():\n    return 1\n", "tools/check.py": "import argparse\nfrom pkg import version\n\nif __name__ == '__main__':\n    argparse.ArgumentParser().parse_args()\n    print(version())\n"}),
    "results that are uploaded are not gathered": ("AUT008", "fail", {"pkg/report.py": "import boto3\n\n\ndef training_metrics():\n    boto3.client('s3').upload_file('a', 'b', 'c')\n"}),
    "data that a test run prepares are not tested": ("DAT003", "fail", {".github/workflows/a.yml": TEST_CI.format(run="pytest -k prepare_data_for_ci"), "a.py": TRAIN}),
    "the first lines of training data": ("CIC005", "fail", {".github/workflows/a.yml": TEST_CI.format(run="head -n 1 data/train_rows.csv"), "a.py": TRAIN}),
    "a package that computes drift watches no model": ("MON001", "fail", {"alibi_detect/__init__.py": "", "alibi_detect/cd.py": "from alibi_detect.utils import shape\n\nshape(1)\n", "alibi_detect/utils.py": "def shape(x):\n    return x\n", "serve.py": SERVE}),
    "a model watched by a package of others": ("MON001", "pass", {"serve.py": "from alibi_detect.cd import KSDrift\n\nKSDrift(1)\n" + SERVE}),
    "the newest revision gets all traffic": ("MON007", "fail", {"main.tf": 'resource "google_cloud_run_service" "api" {\n  traffic {\n    percent = 100\n    latest_revision = true\n  }\n}\n', "serve.py": SERVE}),
    "a split that is evaluated": ("AUT002", "fail", {"model.py": "import torch\n\n\ndef eval_split(x):\n    return x\n"}),
    "a data set of the project's own": ("AUT002", "pass", {"adder.py": "from torch.utils.data import Dataset\n\n\nclass Addition(Dataset):\n    pass\n"}),
    "a task of another folder": ("CIC003", "fail", {"tools/a/Makefile": "test:\n\tpytest\n", "tools/b/Makefile": "test:\n\truff check .\n", ".github/workflows/a.yml": TEST_CI.format(run="make -C tools/a test"), "a.py": "x = 1\n"}),
    "a task of the folder in which it runs": ("CIC003", "pass", {"tools/a/Makefile": "test:\n\tpytest\n", "tools/b/Makefile": "test: lint\nlint:\n\truff check .\n", ".github/workflows/a.yml": TEST_CI.format(run="make test") + "        working-directory: ./tools/b\n", "a.py": "x = 1\n"}),
    "a task of the root": ("CIC003", "fail", {"Makefile": "test:\n\tpytest\n", "tools/b/Makefile": "test: lint\nlint:\n\truff check .\n", ".github/workflows/a.yml": TEST_CI.format(run="make test"), "a.py": "x = 1\n"}),
    "an upload to a language model's provider": ("EXP004", "fail", {"a.py": "import mlflow\nimport google.generativeai as genai\n\nmlflow.start_run()\ngenai.upload_file('a.pdf')\n" + TRAIN}),
    "a job of SageMaker's, started by its client": ("AUT003", "partial", {"train.py": "import boto3\n\nboto3.client('sagemaker').create_training_job(TrainingJobName='a')\n"}),
    "an answer is put into shape": ("AUT002", "fail", {"predictor.py": SERVE.replace("def predict(", "def transformation(")}),
    "a store of documents holds no models": ("VER002", "fail", {"train.py": TRAIN, "storage.py": "import boto3\n\nboto3.client('s3').upload_file('a.pdf', 'b', 'c')\nURL = 's3://documents/a.pdf'\n"}),
    "models in a bucket": ("VER002", "partial", {"train.py": TRAIN + "URL = 's3://models/churn.pt'\n"}),
    "tools that are installed deploy nothing": ("CIC010", "fail", {".github/workflows/a.yml": TEST_CI.format(run="uv pip install dagster dagster-cloud"), "a.py": TRAIN}),
    "a package with data in its name": ("TST003", "fail", {"shop_data/__init__.py": "def run():\n    return 1\n", "shop_data/jobs.py": TRAIN, "tests/test_it.py": "from shop_data import shop_data\n\n\ndef test_it():\n    assert shop_data\n"}),
    "a README about machines": ("GOV004", "fail", {"infra/README.md": "# Cluster\n\nIntended use: agents on Kubernetes.\n\n## Limitations\n\nOne zone only.\n", "a.py": TRAIN}),
    "a README about the model": ("GOV004", "partial", {"README.md": "# Churn\n\nThe intended use is to rank customers.\n\n## Limitations\n\nSmall towns are missing.\n", "a.py": TRAIN}),
    "code in a folder of data science is no data": ("AUT009", "fail", {".azure/azure-pipelines.yml": "trigger:\n  paths:\n    include:\n      - data-science/*\nsteps:\n  - script: pytest\n", "a.py": TRAIN}),
    "a job whose id is kept": ("CIC005", "pass", {".github/workflows/a.yml": TEST_CI.format(run="job=$(python train.py)"), "train.py": TRAIN}),
    "a program of that name among the tests": ("EXP006", "fail", {"a.py": TRAIN, "tests/config/test.py": "import torch\n\n\ndef run():\n    return torch.ones(1)\n"}),
    "a script that waits for a service": ("CIC010", "fail", {".github/workflows/a.yml": TEST_CI.format(run="./wait-airflow-api.sh"), "a.py": TRAIN}),
    "tests in a template of steps": ("CIC002", "pass", {"mlops/test.yml": "trigger:\n- main\njobs:\n- job: test\n  steps:\n  - template: /shared/tests/unit.yml\n", "shared/tests/unit.yml": "steps:\n- task: UsePythonVersion@0\n- script: pytest\n", "a.py": TRAIN}),
    "a pipeline that a template of steps runs": ("CIC005", "pass", {**AZURE_SHARED, ".github/workflows/train.yml": "on: push\njobs: {}\n", "mlops/train.yml": "trigger:\n- none\njobs:\n- job: run\n  steps:\n  - template: /shared/run.yml\n    parameters: {file: mlops/pipeline.yml}\n"}),
    "a linter that never fails": ("CIC003", "partial", {".github/workflows/a.yml": TEST_CI.format(run="flake8 . --exit-zero"), "a.py": TRAIN}),
    "the drift of a forecast": ("MON002", "fail", {"theta.py": "class ThetaForecaster:\n    def _compute_drift(self):\n        return 1\n", "serve.py": SERVE}),
    "environments that are no stages": ("CIC008", "partial", {".github/workflows/cd.yml": DEPLOY_CI.replace("runs-on", "environment: aws\n    runs-on") + "  other:\n    environment: cloud\n    runs-on: ubuntu-latest\n    steps:\n      - run: kubectl apply -f k8s/\n"}),
    "a stage that is only declared": ("CIC002", "fail", {".github/workflows/a.yml": TEST_CI.format(run="dvc stage add -n train python train.py"), "train.py": TRAIN}),
    "a parser of TRL's": ("AUT003", "pass", {"dpo.py": "from trl import DPOTrainer, TrlParser\n\n\ndef main(args):\n    DPOTrainer(args).train()\n\n\nif __name__ == '__main__':\n    main(TrlParser(dict).parse_args_and_config())\n"}),
    "a recipe that names the tracker": ("EXP001", "pass", {"dpo.py": "from trl import DPOTrainer\n\nDPOTrainer('a').train()\n", "recipes/dpo.yaml": "learning_rate: 1\nreport_to:\n- wandb\n"}),
    "data that are validated are no evaluation": ("EXP006", "fail", {"feature_pipeline/etl/validation.py": "import torch\n\n\ndef build():\n    return torch.ones(1)\n\n\nx = 1\ny = 2\n"}),
    "predictions measured against what came": ("MON001", "pass", {"pipeline/monitoring.py": "from sklearn.metrics import mean_absolute_error\n\n\ndef compute(seen, said):\n    return mean_absolute_error(seen, said)\n", "serve.py": SERVE}),
    "the health of a database": ("DEP005", "fail", {"serve.py": SERVE, "docker-compose.yml": "services:\n  postgres:\n    image: postgres:16\n    healthcheck: {test: pg_isready}\n  api:\n    image: api:1.0\n"}),
    "the health of the service": ("DEP005", "pass", {"serve.py": SERVE, "docker-compose.yml": "services:\n  api:\n    image: api:1.0\n    healthcheck: {test: curl localhost}\n"}),
    "an answer of a language model": ("DEP002", "pass", {"app.py": "import openai\nfrom fastapi import FastAPI\n\napp = FastAPI()\nclient = openai.OpenAI()\n\n\n@app.post('/api/create_response')\ndef create(question: str):\n    return client.chat.completions.create(model='a', messages=[question])\n"}),
    "a text in a folder of data": ("DAT005", "fail", {"data/manuals/product_1.md": "# Tent\n\n## Features\n\n| column | type | description |\n|---|---|---|\n| size | int | metres |\n", "a.py": TRAIN}),
    "a request to the service is no evaluation": ("EXP006", "fail", {"a.py": TRAIN, "lambda/test.py": "import requests\n\ndata = {'a': 1}\nurl = 'http://localhost'\nresult = requests.post(url, json=data)\nprint(result)\n"}),
    "a test program of a network": ("EXP006", "pass", {"a.py": TRAIN, "test.py": "import torch\n\nmodel = torch.load('m')\nx = torch.ones(1)\ny = model(x)\nprint(y)\n"}),
    "a folder that is cleaned": ("AUT002", "fail", {"tools/moved.py": "import torch\n\n\ndef update_and_clean_folder(path):\n    return path\n"}),
    "a baseline of a database's tables": ("EXP007", "fail", {"a.py": TRAIN, "db.py": "def _get_baseline_metadata():\n    return 1\n"}),
    "data pushed, and trained on": ("AUT009", "pass", {".github/workflows/a.yml": "on:\n  push:\n    paths: [data/**]\njobs:\n  t:\n    runs-on: ubuntu-latest\n    steps:\n      - run: python train.py\n", "train.py": TRAIN}),
    "data pushed, and tested": ("AUT009", "fail", {".github/workflows/a.yml": "on:\n  push:\n    paths: [data/**]\njobs:\n  t:\n    runs-on: ubuntu-latest\n    steps:\n      - run: pytest\n", "train.py": TRAIN}),
    "tests found by a pattern": ("CIC005", "fail", {".github/workflows/a.yml": TEST_CI.format(run="python -m unittest discover -p '*_test.py'"), "a.py": "x = 1\n"}),
    "tests of a package called data sets": ("DAT003", "fail", {".github/workflows/a.yml": TEST_CI.format(run="pytest flwr_datasets/"), "a.py": TRAIN}),
    "a model deployed in a folder of TensorFlow's": ("CIC010", "fail", {".github/workflows/a.yml": TEST_CI.format(run="pytest"), "tensorflow/serve.py": "import hsml\n\nhsml.connection().get_model_registry().get_model('a').deploy()\n" + TRAIN}),
    "pages beside a library in a folder": ("COL005", "pass", {"framework/docs/source/conf.py": "project = 'a'\n", "framework/docs/source/index.rst": "A\n=\n\nwords\n"}),
    "rows are split": ("AUT002", "pass", {"model.py": "import torch\n\n\ndef split_dataset(x):\n    return x\n"}),
    "a time that is shown": ("VER002", "fail", {"train.py": TRAIN + "    torch.save(model, 'model.pt')\n", "utils/strings.py": "from datetime import datetime\n\n\ndef show(value):\n    return datetime.fromtimestamp(value).strftime('%Y')\n"}),
    "ignored files of an editor and of Windows": ("STR008", "partial", {".gitignore": "__pycache__/\n$RECYCLE.BIN/\n.idea/**/tasks.xml\n"}),
    "predictions on training rows are no training": ("TST006", "fail", {"pkg/__init__.py": "", "tests/test_a.py": "import pkg\n\n\ndef test_y_pred_train_single_dataset():\n    assert pkg.run()\n"}),
    "one step of training": ("TST006", "pass", {"pkg/__init__.py": "", "tests/test_a.py": "import pkg\n\n\ndef test_train_one_step():\n    assert pkg.run() < 1\n"}),
    "an identity at AWS is no data": ("AUT008", "fail", {"train.py": TRAIN, "data/run.py": "import boto3\n\naccount = boto3.client('sts').get_caller_identity()\n"}),
    "objects at AWS are data": ("AUT008", "pass", {"train.py": TRAIN, "data/run.py": "import boto3\n\nclient = boto3.client('s3')\n"}),
    "weights in eight bits are not tuned": ("VER008", "n/a", {"serve/layers.py": "import bitsandbytes as bnb\n\nstate = bnb.MatmulLtState()\n"}),
    "a symbol of a formula": ("NAM010", "pass", {"conf/scheduler.yaml": "class_name: torch.optim.lr_scheduler.CosineAnnealingWarmRestarts\nparams:\n  T_0: 10\n  last_epoch: 1\n"}),
    "a trainer that runs in a test": ("TST005", "pass", {**MODEL, "tests/test_fit.py": "from pytorch_lightning import Trainer\n\nfrom pkg.model import build\n\n\ndef test_trainer(tmp_path):\n    trainer = Trainer(fast_dev_run=True)\n    trainer.fit(build())\n"}),
    "predictions stored after the answer": ("MON008", "pass", {"serve.py": SERVE + "\n\ndef save_prediction_to_bucket(x, y):\n    upload(x, y)\n\n\n@app.post('/again')\ndef again(x: dict, background_tasks):\n    background_tasks.add_task(save_prediction_to_bucket, x, 1)\n"}),
    "mail after the answer": ("MON008", "fail", {"serve.py": SERVE + "\n\n@app.post('/again')\ndef again(x: dict, background_tasks):\n    background_tasks.add_task(send_mail, x)\n"}),
    "an artifact that is linked into a registry": ("VER002", "pass", {"train.py": TRAIN, "stage.py": "import wandb\n\n\ndef stage(best_artifact):\n    best_artifact.link(target_path='model-registry/churn', aliases=['staging'])\n"}),
    "a link between files": ("VER002", "fail", {"train.py": TRAIN, "stage.py": "def stage(path):\n    path.link('a')\n"}),
    "a border that is drawn": ("GOV005", "fail", {"train.py": TRAIN, "plot.py": "from sklearn.inspection import DecisionBoundaryDisplay\n\nDecisionBoundaryDisplay.from_estimator(m, x)\n"}),
    "features that are shuffled": ("GOV005", "pass", {"train.py": TRAIN, "plot.py": "from sklearn.inspection import permutation_importance\n\npermutation_importance(m, x, y)\n"}),
    "fields of files": ("DAT005", "pass", {"train.py": TRAIN, "README.md": "# A\n\nThe dataset is from https://example.com/data.zip and free.\n", "data/README.md": "# Data\n\nThe set of fields and attributes in these files depends on the part.\n\n* `kspace`: k-space data\n* `mask`: the mask\n* `volume`: the volume\n"}),
    "pages of a site": ("COL005", "pass", {"mkdocs.yml": "site_name: a\ndocs_dir: .\n", "pages/overview.md": "# Overview\n\nText.\n"}),
    "a split with a seed, and training that draws nothing": ("VER005", "pass", {"train.py": "from sklearn.linear_model import LogisticRegression\n\nmodel = LogisticRegression()\nmodel.fit(x, y)\n", "prep.py": "from sklearn.model_selection import train_test_split\n\na, b = train_test_split(x, random_state=0)\n"}),
    "a delivery pipeline of AWS": ("CIC006", "pass", {"train.py": TRAIN, "buildspec.yml": "version: 0.2\nphases:\n  build:\n    commands:\n      - pytest\n", "cd.yaml": CODE_PIPELINE}),
    "a delivery pipeline of AWS that only builds": ("CIC006", "fail", {"train.py": TRAIN, "buildspec.yml": "version: 0.2\nphases:\n  build:\n    commands:\n      - pytest\n", "cd.yaml": CODE_PIPELINE.replace("Category: Deploy", "Category: Build")}),
    "an approval between two deployments": ("CIC008", "pass", {"train.py": TRAIN, "cd.yaml": CODE_PIPELINE}),
    "an approval ahead of the only deployment": ("CIC008", "partial", {"train.py": TRAIN, "cd.yaml": CODE_PIPELINE.replace("Category: Deploy", "Category: Build", 1)}),
    "a deployment at IBM": ("DEP002", "pass", {"train.py": TRAIN, "deploy.py": "from ibm_watson_machine_learning import APIClient\n\nclient = APIClient(credentials)\nclient.deployments.create(uid, meta_props=props)\n"}),
    "a model that is stored at IBM": ("VER002", "pass", {"train.py": TRAIN, "deploy.py": "from ibm_watsonx_ai import APIClient\n\nclient = APIClient(credentials)\nclient.repository.store_model(model=m)\n"}),
    "a check of standards is none of data": ("DAT002", "fail", {"dvc.yaml": "stages:\n  std_check:\n    cmd: ./check.sh\n  train:\n    cmd: python train.py\n", "train.py": TRAIN, "expectations.py": "import pandera as pa\n\nschema = pa.DataFrameSchema({})\nschema.validate(df)\n"}),
    "a check of rows": ("DAT002", "pass", {"dvc.yaml": "stages:\n  check_rows:\n    cmd: python expectations.py\n  train:\n    cmd: python train.py\n", "train.py": TRAIN, "expectations.py": "import pandera as pa\n\nschema = pa.DataFrameSchema({})\nschema.validate(df)\n"}),
    "a seed for the split alone": ("VER005", "partial", {"train.py": TRAIN, "prep.py": "from sklearn.model_selection import train_test_split\n\na, b = train_test_split(x, random_state=0)\n"}),
    "a quick start of links": ("STR002", "partial", {"README.md": "# Churn\n\nA service that predicts which customers leave, trained each week on the tables of the data warehouse and served over HTTP to the people who call customers and offer them something else. It was made by the team for customers, who also look after its data and its figures.\n\n## Quick start\n\n- [Training](modules/train)\n- [Serving](modules/serve)\n"}),
    "a quick start of commands": ("STR002", "pass", {"README.md": "# Churn\n\nA service that predicts which customers leave, trained each week on the tables of the data warehouse and served over HTTP to the people who call customers and offer them something else. It was made by the team for customers, who also look after its data and its figures.\n\n## Quick start\n\n```sh\ncargo churn\n```\n"}),
}  # fmt: skip
