"""Defects in Python as small programs of their own, planted beside real code.

``# %%`` is where a notebook would begin a new cell. ``via`` is a variable of the seed that may as well come out of a function.
"""

from __future__ import annotations

import random
from typing import NamedTuple

#: Where NumPy is seeded, a split without a seed of its own is the same in each run.
SEEDED = r"random\.seed\(|seed_everything|set_(?:random_)?seeds?\(|seed_all"


class Seed(NamedTuple):
    """One defect of a rule."""

    rule: str
    text: str
    via: str = ""
    #: Hosts that name one of these packages come first; those of ``without`` are left out.
    needs: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    top: bool = False  #: only at the top level
    alone: bool = False  #: only in a module that is no notebook
    named: bool = False  #: what makes it a defect is the name of a variable
    unless: str = ""  #: hosts in which this pattern is found make it no defect


_TABLE = """
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score
from sklearn.model_selection import cross_val_score, train_test_split
from sklearn.preprocessing import StandardScaler
frame = pd.read_csv("churn.csv")
# %%
target = frame["churned"]
features = frame.drop(columns=["churned"])
# %%
"""
_SPLIT = (
    _TABLE
    + """
train_features, test_features, train_target, test_target = train_test_split(features, target, random_state=7)
# %%
"""
)
_NET = """
import torch
from torch import nn, optim
from torch.utils.data import DataLoader
network = nn.Sequential(nn.Linear(8, 16), nn.BatchNorm1d(16), nn.ReLU(), nn.Dropout(0.2), nn.Linear(16, 3))
criterion = nn.CrossEntropyLoss()
optimizer = optim.Adam(network.parameters(), lr=0.001)
batches = DataLoader(torch.utils.data.TensorDataset(torch.rand(64, 8), torch.randint(3, (64,))), batch_size=8)
# %%
"""


def _made_up(seed: int, letters: str, count: int) -> str:
    """A credential of nobody: none stands in this file."""
    return "".join(random.Random(seed).choices(letters, k=count))


_LETTERS = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
KEY = _made_up(11, _LETTERS, 28)
_PASSWORD = f"{KEY[:9]}-{KEY[9:16]}"
_AWS = "AKIA" + _made_up(5, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 16), _made_up(6, _LETTERS + "+/", 40)

_TABULAR = ("pandas", "sklearn")
_TORCH = ("torch",)
DRIVERS = (
    "lightning", "accelerate", "deepspeed", "fastai", "horovod", "ignite", "apex", "composer", "catalyst", "fairseq",
    "tensorflow", "jax", "paddle", "mxnet",
)  # fmt: skip

SEEDS: tuple[Seed, ...] = (
    Seed("DAT101", _TABLE + """
features = StandardScaler().fit_transform(features)
# %%
train_features, test_features, train_target, test_target = train_test_split(features, target, random_state=7)
classifier = LogisticRegression().fit(train_features, train_target)
print(classifier.score(test_features, test_target))
""", "frame", _TABULAR),
    Seed("DAT101", _TABLE + """
frame["age"] = frame["age"].fillna(frame["age"].median())
# %%
train_rows, test_rows = train_test_split(frame, random_state=7)
classifier = LogisticRegression().fit(train_rows[["age", "calls"]], train_rows["churned"])
print(classifier.score(test_rows[["age", "calls"]], test_rows["churned"]))
""", "frame", _TABULAR),
    Seed("DAT101", _TABLE + """
scaler = StandardScaler()
scaler.fit(features)
scaled = scaler.transform(features)
# %%
scores = cross_val_score(LogisticRegression(), scaled, target, cv=5)
print(scores.mean())
""", "features", _TABULAR),
    Seed("DAT102", _SPLIT + """
scaler = StandardScaler()
train_features = scaler.fit_transform(train_features)
test_features = scaler.fit_transform(test_features)
""", "features", _TABULAR),
    Seed("DAT102", """
import pandas as pd
from sklearn.impute import SimpleImputer
train_rows = pd.read_csv("train.csv")
test_rows = pd.read_csv("test.csv")
# %%
imputer = SimpleImputer()
train_values = imputer.fit_transform(train_rows)
test_values = imputer.fit_transform(test_rows)
""", "", _TABULAR, named=True),
    Seed("DAT103", _TABLE + """
from imblearn.over_sampling import SMOTE
features, target = SMOTE(random_state=7).fit_resample(features, target)
# %%
train_features, test_features, train_target, test_target = train_test_split(features, target, random_state=7)
print(LogisticRegression().fit(train_features, train_target).score(test_features, test_target))
""", "frame", _TABULAR),
    Seed("DAT103", _TABLE + """
from sklearn.utils import resample
rare = frame[frame["churned"] == 1]
more = resample(rare, replace=True, n_samples=4000, random_state=7)
frame = pd.concat([frame, more])
# %%
train_rows, test_rows = train_test_split(frame, random_state=7)
""", "frame", _TABULAR),
    Seed("DAT104", _SPLIT + """
every = pd.concat([train_features, test_features])
classifier = LogisticRegression()
classifier.fit(every, pd.concat([train_target, test_target]))
# %%
print(accuracy_score(test_target, classifier.predict(test_features)))
""", "frame", _TABULAR),
    Seed("DAT104", _SPLIT + """
classifier = LogisticRegression()
classifier.fit(features, target)
# %%
print(classifier.score(test_features, test_target))
""", "features", _TABULAR),
    Seed("DAT106", """
import pandas as pd
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import train_test_split
frame = pd.read_csv("churn.csv")
# %%
target = frame["churned"]
features = frame[["age", "calls", "churned"]]
# %%
train_features, test_features, train_target, test_target = train_test_split(features, target, random_state=7)
classifier = RandomForestClassifier(random_state=7).fit(train_features, train_target)
print(classifier.score(test_features, test_target))
""", "frame", _TABULAR),
    Seed("DAT106", """
import pandas as pd
from sklearn.linear_model import LinearRegression
houses = pd.read_csv("houses.csv")
# %%
prices = houses["price"]
regression = LinearRegression()
regression.fit(houses, prices)
""", "houses", _TABULAR),
    Seed("DAT110", """
import pandas as pd
frame = pd.read_csv("churn.csv")
# %%
frame[frame["age"] > 90]["age"] = 90
print(frame.describe())
""", "frame", _TABULAR),
    Seed("DAT110", """
import pandas as pd
frame = pd.DataFrame({"age": [1, 2], "calls": [3, 4]})
# %%
frame["calls"][frame["age"] == 2] = 0
frame.to_csv("out.csv")
""", "frame", _TABULAR),
    Seed("DAT110", """
import pandas as pd
frame = pd.read_csv("churn.csv").dropna()
# %%
frame.loc[frame["age"] > 90]["age"] = 90
frame.to_csv("out.csv")
""", "frame", _TABULAR),
    Seed("DAT111", """
import numpy as np
import pandas as pd
frame = pd.read_csv("churn.csv")
# %%
missing = frame[frame["age"] == np.nan]
print(len(missing))
""", "frame", _TABULAR),
    Seed("DAT111", """
import math
reading = float(open("reading.txt").read())
# %%
if reading != math.nan:
    print(reading)
""", "reading", ()),
    Seed("DAT111", """
value = open("reading.txt").read()
number = float(value or "nan")
# %%
broken = number == float("nan")
print(broken)
""", "number", ()),
    Seed("DAT114", """
import pandas as pd
frame = pd.read_csv("churn.csv")
# %%
frame.dropna(subset=["age"])
print(frame.describe())
""", "frame", _TABULAR),
    Seed("DAT114", """
import pandas as pd
frame = pd.read_csv("churn.csv")
frame = frame.drop_duplicates()
# %%
frame = frame.sort_values("age", inplace=True)
print(frame)
""", "frame", _TABULAR),
    Seed("DAT114", """
import numpy as np
values = np.loadtxt("values.txt")
# %%
np.sort(values)
print(values[:3])
""", "values", ("numpy",)),
    Seed("DAT114", """
import pandas as pd
frame = pd.read_csv("churn.csv")
# %%
frame["age"].fillna(0)
frame.drop(columns=["calls"])
frame.to_csv("out.csv")
""", "frame", _TABULAR),
    Seed("DAT118", """
import pandas as pd
frame = pd.read_csv("churn.csv")
# %%
for index, row in frame.iterrows():
    row["rate"] = row["calls"] / 30
frame.to_csv("out.csv")
""", "frame", _TABULAR),
    Seed("DAT118", """
import pandas as pd
frame = pd.read_csv("churn.csv")
# %%
for _, entry in frame.iterrows():
    if entry["age"] > 90:
        entry["age"] = 90
print(frame.describe())
""", "frame", _TABULAR),
    Seed("VER101", _TABLE + """
train_features, test_features, train_target, test_target = train_test_split(features, target, test_size=0.2)
print(LogisticRegression().fit(train_features, train_target).score(test_features, test_target))
""", "frame", _TABULAR, unless=SEEDED),
    Seed("VER101", """
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_score
frame = pd.read_csv("churn.csv")
# %%
folds = StratifiedKFold(n_splits=5, shuffle=True)
print(cross_val_score(LogisticRegression(), frame[["age"]], frame["churned"], cv=folds))
""", "frame", _TABULAR, unless=SEEDED),
    Seed("VER101", """
import pandas as pd
frame = pd.read_csv("churn.csv")
# %%
train_rows = frame.sample(frac=0.8)
test_rows = frame.drop(train_rows.index)
print(len(train_rows), len(test_rows))
""", "frame", _TABULAR, unless=SEEDED),
    Seed("VER107", """
import pandas as pd
frame = pd.read_csv("/home/anna/churn/data/train.csv")
""", "", ("pandas",)),
    Seed("VER107", """
import os
folder = "/Users/anna/projects/churn"
with open(os.path.join(folder, "labels.txt")) as stream:
    labels = stream.read().split()
""", "", ()),
    Seed("VER107", """
import joblib
location = "C:\\\\Users\\\\anna\\\\models\\\\churn.pkl"
model = joblib.load(location)
""", "", ("sklearn", "joblib")),
    Seed("VER103", _NET + """
for inputs, labels in batches:
    optimizer.zero_grad()
    loss = criterion(network(inputs), labels)
    loss.backward()
    optimizer.step()
""", "", _TORCH, ("seed", "random_state", "Trainer")),
    Seed("VER103", """
from tensorflow import keras
network = keras.Sequential([keras.layers.Dense(8), keras.layers.Dense(1)])
network.compile("adam", "mse")
network.fit([[1.0]] * 8, [1.0] * 8, epochs=2)
""", "", ("keras",), ("seed", "random_state", "Trainer")),
    Seed("MDL101", _NET + """
for epoch in range(3):
    for inputs, labels in batches:
        loss = criterion(network(inputs), labels)
        loss.backward()
        optimizer.step()
""", "network", _TORCH, DRIVERS),
    Seed("MDL101", """
import torch
import torch.nn as nn
class Regression(nn.Module):
    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(4, 1)
    def forward(self, values):
        return self.linear(values)
# %%
regression = Regression()
sgd = torch.optim.SGD(regression.parameters(), lr=0.1)
rounds = 0
while rounds < 10:
    guess = regression(torch.rand(8, 4))
    nn.functional.mse_loss(guess, torch.rand(8, 1)).backward()
    sgd.step()
    rounds += 1
""", "regression", _TORCH, DRIVERS),
    Seed("MDL102", _NET + """
scores = network.forward(torch.rand(2, 8))
print(scores.argmax(dim=1))
""", "network", _TORCH, DRIVERS),
    Seed("MDL102", """
import torch
import torch.nn as nn
class Encoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.inner = nn.Linear(4, 4)
    def forward(self, values):
        return torch.relu(self.inner(values))
# %%
encoder = Encoder().eval()
with torch.no_grad():
    code = encoder.forward(torch.rand(1, 4))
print(code)
""", "encoder", _TORCH, DRIVERS),
    Seed("MDL103", _NET + """
for epoch in range(3):
    for inputs, labels in batches:
        optimizer.zero_grad()
        loss = criterion(network(inputs), labels)
        loss.backward()
        optimizer.step()
    network.eval()
    with torch.no_grad():
        print(network(torch.rand(2, 8)))
""", "batches", _TORCH, (*DRIVERS, ".train(")),
    Seed("MDL103", _NET + """
with torch.no_grad():
    for inputs, labels in batches:
        print(network(inputs).argmax(dim=1) == labels)
""", "batches", _TORCH, (*DRIVERS, ".eval(", ".train(", "training")),
    Seed("MDL105", _NET + """
scheduler = optim.lr_scheduler.StepLR(optimizer, step_size=2)
for epoch in range(3):
    scheduler.step()
    for inputs, labels in batches:
        optimizer.zero_grad()
        criterion(network(inputs), labels).backward()
        optimizer.step()
""", "batches", _TORCH, DRIVERS),
    Seed("MDL105", _NET + """
for inputs, labels in batches:
    loss = criterion(network(inputs), labels)
    loss.backward()
    optimizer.zero_grad()
    optimizer.step()
""", "network", _TORCH, DRIVERS),
    Seed("MDL106", """
import torch
import torch.nn.functional as F
from torch import nn
network = nn.Linear(8, 3)
inputs, labels = torch.rand(4, 8), torch.randint(3, (4,))
# %%
chances = F.softmax(network(inputs), dim=1)
loss = F.cross_entropy(chances, labels)
print(loss)
""", "network", _TORCH, ("tensorflow",)),
    Seed("MDL106", """
import torch
from torch import nn
network = nn.Sequential(nn.Linear(8, 4), nn.ReLU(), nn.Linear(4, 1), nn.Sigmoid())
criterion = nn.BCEWithLogitsLoss()
inputs, labels = torch.rand(4, 8), torch.rand(4, 1)
# %%
outputs = network(inputs)
loss = criterion(outputs, labels)
print(loss)
""", "inputs", _TORCH, ("tensorflow",)),
    Seed("MDL106", """
import torch
from torch import nn
class Classifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.inner = nn.Linear(8, 3)
        self.softmax = nn.Softmax(dim=1)
    def forward(self, values):
        return self.softmax(self.inner(values))
# %%
classifier = Classifier()
criterion = nn.CrossEntropyLoss()
inputs, labels = torch.rand(4, 8), torch.randint(3, (4,))
loss = criterion(classifier(inputs), labels)
print(loss)
""", "classifier", _TORCH, ("tensorflow",)),
    Seed("MDL111", _NET + """
losses = []
total = 0
for inputs, labels in batches:
    optimizer.zero_grad()
    loss = criterion(network(inputs), labels)
    loss.backward()
    optimizer.step()
    losses.append(loss)
    total += loss
print(total / len(losses))
""", "batches", _TORCH, DRIVERS),
    Seed("MDL111", _NET + """
for epoch in range(3):
    running = 0.0
    for inputs, labels in batches:
        optimizer.zero_grad()
        loss = criterion(network(inputs), labels)
        loss.backward()
        optimizer.step()
        running += loss
    print(epoch, running)
""", "network", _TORCH, DRIVERS),
    Seed("MDL114", """
import numpy as np
counts = np.zeros(3, dtype=np.int)
print(counts)
""", "", ("numpy",)),
    Seed("MDL114", """
from sklearn.cross_validation import train_test_split
parts = train_test_split([1, 2, 3, 4], random_state=7)
print(parts)
""", "", ("sklearn",)),
    Seed("MDL114", """
import pandas as pd
frame = pd.DataFrame({"age": [1, 2]})
# %%
frame = frame.append({"age": 3}, ignore_index=True)
print(frame)
""", "frame", _TABULAR),
    Seed("MDL114", """
import torch
matrix = torch.rand(3, 3)
values, vectors = torch.symeig(matrix)
print(values, vectors)
""", "matrix", _TORCH),
    Seed("MDL114", """
from sklearn.preprocessing import OneHotEncoder
encoder = OneHotEncoder(sparse=False)
print(encoder.fit_transform([["a"], ["b"]]))
""", "", ("sklearn",)),
    Seed("MDL115", """
import yaml
with open("config.yaml") as stream:
    settings = yaml.load(stream)
print(settings)
""", "", ("yaml",)),
    Seed("MDL115", """
import pickle
import requests
answer = requests.get("https://models.example.com/churn.pkl")
# %%
model = pickle.loads(answer.content)
print(model)
""", "answer", ("requests",)),
    Seed("MDL115", """
import torch
state = torch.load("weights.pt", map_location="cpu")
print(state.keys())
""", "", _TORCH),
    Seed("MDL115", """
import joblib
from huggingface_hub import hf_hub_download
location = hf_hub_download("someone/churn", "model.joblib")
# %%
model = joblib.load(location)
print(model)
""", "location", ("joblib", "sklearn")),
    Seed("MDL115", """
from transformers import AutoModel
model = AutoModel.from_pretrained("someone/model", trust_remote_code=True)
print(model)
""", "", ("transformers",)),
    Seed("MDL117", """
import torch
from torch import nn
network = nn.Linear(8, 3)
# %%
for parameter in network.parameters():
    parameter.require_grad = False
""", "network", _TORCH),
    Seed("MDL117", """
import torch
weights = torch.rand(3)
# %%
weights.requires_gradient = True
print(weights.sum())
""", "weights", _TORCH),
    Seed("MDL118", """
import numpy as np
chances = np.random.default_rng(7).random(4)
# %%
odds = np.log(1 + chances)
print(odds)
""", "chances", ("numpy",)),
    Seed("MDL118", """
import math
rate = 1e-12
# %%
growth = math.exp(rate) - 1
print(growth)
""", "rate", ()),
    Seed("MDL118", """
import torch
scores = torch.rand(4, 3)
# %%
normalizer = torch.log(torch.sum(torch.exp(scores), dim=1))
print(normalizer)
""", "scores", _TORCH),
    Seed("COS101", """
import pandas as pd
frame = pd.read_csv("churn.csv")
# %%
total = 0
for index, row in frame.iterrows():
    total += row["calls"] * row["rate"]
print(total)
""", "frame", _TABULAR),
    Seed("COS101", """
import pandas as pd
frame = pd.read_csv("churn.csv")
# %%
ratios = []
for _, entry in frame.iterrows():
    ratios.append(entry["calls"] / entry["days"])
frame["ratio"] = ratios
""", "frame", _TABULAR),
    Seed("COS102", """
import pandas as pd
frame = pd.DataFrame()
for name in ["a.csv", "b.csv", "c.csv"]:
    frame = pd.concat([frame, pd.read_csv(name)])
print(frame)
""", "", _TABULAR),
    Seed("COS102", """
import numpy as np
values = np.array([])
for step in range(100):
    values = np.append(values, step ** 2)
print(values)
""", "", ("numpy",)),
    Seed("COS102", """
import numpy as np
rows = np.zeros((0, 3))
step = 0
while step < 100:
    rows = np.vstack((rows, np.full(3, step)))
    step += 1
print(rows)
""", "", ("numpy",)),
    Seed("MON102", """
import pandas as pd
from sklearn.linear_model import LogisticRegression
frame = pd.read_csv("churn.csv")
classifier = LogisticRegression()
# %%
try:
    classifier.fit(frame[["age"]], frame["churned"])
    print(classifier.score(frame[["age"]], frame["churned"]))
except Exception:
    pass
""", "frame", _TABULAR),
    Seed("MON102", """
import torch
state = None
for name in ["a.pt", "b.pt"]:
    try:
        state = torch.load(name, weights_only=True)
        print(sorted(state))
    except:
        continue
""", "", _TORCH),
    Seed("GOV101", f"""
import os
api_key = "{KEY}"
os.environ["SERVICE"] = api_key
""", "", (), named=True),
    Seed("GOV101", f"""
from sqlalchemy import create_engine
engine = create_engine("postgresql://svc:{_PASSWORD}@db.company.net:5432/churn")
""", "", ()),
    Seed("GOV101", f"""
import boto3
client = boto3.client("s3", aws_access_key_id="{_AWS[0]}", aws_secret_access_key="{_AWS[1]}")
""", "", ()),
    Seed("GOV103", """
from flask import Flask
application = Flask(__name__)
# %%
application.run(host="0.0.0.0", port=8080, debug=True)
""", "application", ("flask", "fastapi", "uvicorn"), alone=True),
    Seed("GOV103", """
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
application = FastAPI()
application.add_middleware(CORSMiddleware, allow_origins=["*"], allow_credentials=True)
""", "", ("flask", "fastapi", "uvicorn"), alone=True),
    Seed("STR101", """
import sys
sys.path.append("..")
""", "", ()),
    Seed("STR101", """
import pandas as pd
frame = pd.read_csv("../../data/churn.csv")
""", "", ("pandas",)),
    Seed("STR101", """
import os
import sys
sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
""", "", (), alone=True),
)  # fmt: skip
