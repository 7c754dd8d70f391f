"""Small programs with and without leakage: a comment ``# DAT101`` marks a line where that leak, and no other, is expected."""

HEAD = """
import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer, make_column_transformer
from sklearn.decomposition import PCA
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
from sklearn.feature_extraction.text import CountVectorizer, HashingVectorizer, TfidfVectorizer
from sklearn.feature_selection import SelectKBest
from sklearn.impute import KNNImputer, SimpleImputer
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.metrics import accuracy_score, mean_squared_error
from sklearn.model_selection import *
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import *
from sklearn.cluster import KMeans
from sklearn.utils import resample, shuffle
from imblearn.over_sampling import SMOTE, RandomOverSampler
from imblearn.under_sampling import RandomUnderSampler
from imblearn.pipeline import Pipeline as ImbPipeline
df = pd.read_csv("a.csv")
"""
XY = HEAD + 'X = df.drop(columns=["t"])\ny = df["t"]\n'
SPLIT = XY + "X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)\n"

#: Rules that are on by default.
CASES: dict[str, str] = {
    # DAT101: fit before split
    "scaler": XY
    + """
X = StandardScaler().fit_transform(X)  # DAT101
X_train, X_test, y_train, y_test = train_test_split(X, y)
""",
    "every row scaled by itself": SPLIT
    + """
s = StandardScaler()
X_train = s.fit_transform(X_train.T).T
X_test = s.fit_transform(X_test.T).T
a, b = train_test_split(StandardScaler().fit(X.transpose()).transform(X.T).T)
""",
    "scaler in a variable": XY
    + """
s = MinMaxScaler()
s.fit(X)  # DAT101
Z = s.transform(X)
a, b, c, d = train_test_split(Z, y)
""",
    "fit and transform chained": XY
    + """
Z = StandardScaler().fit(X).transform(X)  # DAT101
a, b, c, d = train_test_split(Z, y)
""",
    "transformed after the split": XY
    + """
s = StandardScaler()
s.fit(X)  # DAT101
X_train, X_test, y_train, y_test = train_test_split(X, y)
X_train = s.transform(X_train)
X_test = s.transform(X_test)
""",
    "columns of a frame": XY
    + """
cols = ["a", "b"]
df[cols] = StandardScaler().fit_transform(df[cols])  # DAT101
train, test = train_test_split(df)
""",
    "unknown columns": XY
    + """
num = df.select_dtypes("number").columns
df[num] = RobustScaler().fit_transform(df[num])  # DAT101
train, test = train_test_split(df)
""",
    "loc of columns": XY
    + """
for col in ["a", "b"]:
    df.loc[:, col] = StandardScaler().fit_transform(df[[col]])  # DAT101
train, test = train_test_split(df)
""",
    "values reshaped": XY
    + """
df["a"] = StandardScaler().fit_transform(df["a"].values.reshape(-1, 1))  # DAT101
train, test = train_test_split(df)
""",
    "values of an array": HEAD
    + """
X, y = df.iloc[:, :-1].values, df.iloc[:, -1].values
X[:, 1:3] = SimpleImputer().fit_transform(X[:, 1:3])  # DAT101
a, b, c, d = train_test_split(X, y)
""",
    "imputer": XY
    + """
X = SimpleImputer(strategy="median").fit_transform(X)  # DAT101
a, b, c, d = train_test_split(X, y)
""",
    "imputer of a constant": XY
    + """
X = SimpleImputer(strategy="constant", fill_value=0).fit_transform(X)
a, b, c, d = train_test_split(X, y)
""",
    "pca": XY
    + """
X = PCA(2).fit_transform(X)  # DAT101
a, b, c, d = train_test_split(X, y)
""",
    "selection": XY
    + """
X = SelectKBest(k=5).fit_transform(X, y)  # DAT101
a, b, c, d = train_test_split(X, y)
""",
    "text": XY
    + """
v = CountVectorizer()
Z = v.fit_transform(df["text"]).toarray()  # DAT101
a, b, c, d = train_test_split(Z, y)
""",
    "text of a list": HEAD
    + """
corpus = []
for line in df["text"]:
    corpus.append(line.lower())
Z = TfidfVectorizer().fit_transform(corpus)  # DAT101
a, b, c, d = train_test_split(Z, df["t"])
""",
    "text of a comprehension": HEAD
    + """
corpus = [line.lower() for line in df["text"]]
Z = TfidfVectorizer().fit_transform(corpus)  # DAT101
a, b, c, d = train_test_split(Z, df["t"])
""",
    "tokenizer of keras": HEAD
    + """
from tensorflow.keras.preprocessing.text import Tokenizer
from tensorflow.keras.preprocessing.sequence import pad_sequences
tok = Tokenizer(num_words=100)
tok.fit_on_texts(df["text"])  # DAT101
seq = pad_sequences(tok.texts_to_sequences(df["text"]))
a, b, c, d = train_test_split(seq, df["t"])
""",
    "hashing": XY
    + """
Z = HashingVectorizer().fit_transform(df["text"])
a, b, c, d = train_test_split(Z, y)
""",
    "stateless": XY
    + """
X = Normalizer().fit_transform(X)
X = PolynomialFeatures(2).fit_transform(X)
X = FunctionTransformer(np.log1p).fit_transform(X)
a, b, c, d = train_test_split(X, y)
""",
    "labels encoded": XY
    + """
y = LabelEncoder().fit_transform(y)
X["c"] = LabelEncoder().fit_transform(X["c"])
X = OneHotEncoder().fit_transform(X)
a, b, c, d = train_test_split(X, y)
""",
    "dummies": XY
    + """
X = pd.get_dummies(X)
a, b, c, d = train_test_split(X, y)
""",
    "shift and rolling": XY
    + """
df["l"] = df["a"].shift(1)
df["r"] = df["a"].rolling(3).mean()
train, test = train_test_split(df)
""",
    "gaps filled by the mean": XY
    + """
df["a"] = df["a"].fillna(df["a"].mean())  # DAT101
train, test = train_test_split(df)
""",
    "gaps filled in place": XY
    + """
df["a"].fillna(df["a"].median(), inplace=True)  # DAT101
train, test = train_test_split(df)
""",
    "gaps filled by a variable": XY
    + """
m = df["a"].mean()  # DAT101
df["a"] = df["a"].fillna(m)
train, test = train_test_split(df)
""",
    "gaps filled by a dict": XY
    + """
df = df.fillna({"a": df["a"].mean(), "b": 0})  # DAT101
train, test = train_test_split(df)
""",
    "gaps filled by constants": XY
    + """
df = df.fillna(0)
df["b"] = df["b"].fillna("missing")
df = df.ffill()
train, test = train_test_split(df)
""",
    "gaps filled by where": XY
    + """
df["a"] = np.where(df["a"].isnull(), df["a"].mean(), df["a"])  # DAT101
train, test = train_test_split(df)
""",
    "gaps filled by a lambda": XY
    + """
m = df["a"].mean()  # DAT101
df["a"] = df["a"].apply(lambda v: m if np.isnan(v) else v)
train, test = train_test_split(df)
""",
    "standardised by hand": XY
    + """
X = (X - X.mean()) / 2  # DAT101
a, b, c, d = train_test_split(X, y)
""",
    "standardised by numpy": XY
    + """
m = np.mean(X, axis=0)  # DAT101
X = X - m
a, b, c, d = train_test_split(X, y)
""",
    "scaled by a constant": XY
    + """
X = X / 255.0
a, b, c, d = train_test_split(X, y)
""",
    "target centred": XY
    + """
y = y - y.mean()  # DAT101
a, b, c, d = train_test_split(X, y)
""",
    "statistics of rows": XY
    + """
X["m"] = X.mean(axis=1)
X = X.sub(X.mean(axis=1), axis=0)
a, b, c, d = train_test_split(X, y)
""",
    "since the first day": XY
    + """
df["days"] = df["day"] - df["day"].min()
train, test = train_test_split(df)
""",
    "filtered by quantiles": XY
    + """
q = df["a"].quantile(0.99)
df = df[df["a"] < q]
train, test = train_test_split(df)
""",
    "means of groups": XY
    + """
df["a"] = df["a"].fillna(df.groupby("g")["a"].transform("mean"))  # DAT101
train, test = train_test_split(df)
""",
    "target encoded by hand": XY
    + """
means = df.groupby("g")["t"].mean()  # DAT101
df["g"] = df["g"].map(means)
train, test = train_test_split(df)
""",
    "an aggregated table is data of its own": HEAD
    + """
g = df.groupby("user").mean().reset_index()
train, test = train_test_split(g)
""",
    "quantile bins": XY
    + """
df["q"] = pd.qcut(df["a"], 4)  # DAT101
train, test = train_test_split(df)
""",
    "plain bins": XY
    + """
df["q"] = pd.cut(df["a"], bins=[0, 1, 2])
train, test = train_test_split(df, stratify=df["q"])
""",
    "scale function": XY
    + """
from sklearn import preprocessing
X = preprocessing.scale(X)  # DAT101
a, b, c, d = train_test_split(X, y)
""",
    "not split": XY
    + """
X = StandardScaler().fit_transform(X)
KMeans(3).fit(X)
""",
    "projected for a plot": SPLIT
    + """
P = PCA(2).fit_transform(X)
plot(P)
""",
    "scaled data is not what is split": XY
    + """
Z = StandardScaler().fit_transform(X)
KMeans(3).fit_predict(Z)
X_train, X_test, y_train, y_test = train_test_split(X, y)
""",
    "fitted on the training part": SPLIT
    + """
s = StandardScaler()
X_train = s.fit_transform(X_train)
X_test = s.transform(X_test)
m = LogisticRegression().fit(X_train, y_train)
m.score(X_test, y_test)
""",
    "another data set is scaled": SPLIT
    + """
other = pd.read_csv("b.csv")
other = StandardScaler().fit_transform(other)
""",
    "the scaled column is dropped": XY
    + """
df["s"] = StandardScaler().fit_transform(df[["a"]])
df = df.drop("s", axis=1)
train, test = train_test_split(df)
""",
    "the scaled column is not chosen": XY
    + """
df["s"] = StandardScaler().fit_transform(df[["a"]])
train, test = train_test_split(df[["a", "b"]])
""",
    "pipeline inside cross-validation": XY
    + """
p = make_pipeline(StandardScaler(), LogisticRegression())
cross_val_score(p, X, y)
GridSearchCV(p, {}).fit(X, y)
""",
    "scaled ahead of cross-validation": XY
    + """
X = StandardScaler().fit_transform(X)  # DAT101
cross_val_score(LogisticRegression(), X, y)
""",
    "scaled ahead of a search": XY
    + """
X = StandardScaler().fit_transform(X)  # DAT101
GridSearchCV(LogisticRegression(), {}).fit(X, y)
""",
    "training part scaled ahead of a search": SPLIT
    + """
X_train = StandardScaler().fit_transform(X_train)
GridSearchCV(LogisticRegression(), {}).fit(X_train, y_train)
""",
    "pipeline of transformers": XY
    + """
p = Pipeline([("i", SimpleImputer()), ("s", StandardScaler())])
X = p.fit_transform(X)  # DAT101
a, b, c, d = train_test_split(X, y)
""",
    "column transformer": XY
    + """
c = ColumnTransformer([("n", Pipeline([("s", StandardScaler())]), ["a"]), ("c", OneHotEncoder(), ["b"])])
X = c.fit_transform(X)  # DAT101
a, b, c, d = train_test_split(X, y)
""",
    "column transformer that only encodes": XY
    + """
c = make_column_transformer((OneHotEncoder(), ["b"]), remainder="passthrough")
X = c.fit_transform(X)
a, b, c, d = train_test_split(X, y)
""",
    "pipeline fitted on the training part": SPLIT
    + """
p = Pipeline([("s", StandardScaler()), ("m", LogisticRegression())])
p.fit(X_train, y_train)
p.score(X_test, y_test)
""",
    "folds": XY
    + """
X = StandardScaler().fit_transform(X)  # DAT101
for train_index, test_index in KFold(5).split(X):
    X_train, X_test = X[train_index], X[test_index]
""",
    "scaled inside the folds": XY
    + """
for train_index, test_index in StratifiedKFold(5).split(X, y):
    X_train, X_test = X.iloc[train_index], X.iloc[test_index]
    s = StandardScaler()
    X_train = s.fit_transform(X_train)
    X_test = s.transform(X_test)
    m = LogisticRegression().fit(X_train, y.iloc[train_index])
    m.score(X_test, y.iloc[test_index])
""",
    "shuffled folds of a loop": XY
    + """
X = PCA(3).fit_transform(X)  # DAT101
sss = StratifiedShuffleSplit(n_splits=1)
for a, b in sss.split(X, y):
    train = X[a]
    test = X[b]
""",
    "slices": HEAD
    + """
from tensorflow.keras import Sequential
data = MinMaxScaler().fit_transform(df.values)  # DAT101
n = int(len(data) * 0.8)
train, test = data[:n], data[n:]
model = Sequential()
model.fit(train[:, :-1], train[:, -1])
model.predict(test[:, :-1])
""",
    "slices of rows that are never used": HEAD
    + """
data = MinMaxScaler().fit_transform(df.values)
train, test = data[:800], data[800:]
""",
    "windows made by a function": HEAD
    + """
from keras.models import Sequential
def windows(data, k):
    a, b = [], []
    for i in range(len(data) - k):
        a.append(data[i:i + k, 0])
        b.append(data[i + k, 0])
    return np.array(a), np.array(b)
data = MinMaxScaler().fit_transform(df)  # DAT101
train = data[:700]
test = data[700:]
x_train, y_train = windows(train, 3)
x_test, y_test = windows(test, 3)
m = Sequential()
m.fit(x_train, y_train)
p = m.predict(x_test)
""",
    "mask of random numbers": HEAD
    + """
df["a"] = StandardScaler().fit_transform(df[["a"]])  # DAT101
mask = np.random.rand(len(df)) < 0.8
train = df[mask]
test = df[~mask]
m = LogisticRegression().fit(train[["a"]], train["t"])
m.score(test[["a"]], test["t"])
""",
    "sample and drop": HEAD
    + """
df["a"] = StandardScaler().fit_transform(df[["a"]])  # DAT101
train = df.sample(frac=0.8, random_state=0)
test = df.drop(train.index)
m = LogisticRegression().fit(train[["a"]], train["t"])
m.score(test[["a"]], test["t"])
""",
    "by date": HEAD
    + """
s = StandardScaler()
df["a"] = s.fit_transform(df[["a"]])  # DAT101
train = df[df["year"] < 2015]
test = df[df["year"] >= 2015]
m = LogisticRegression().fit(train[["a"]], train["t"])
accuracy_score(test["t"], m.predict(test[["a"]]))
""",
    "random_split of torch": HEAD
    + """
import torch
from torch.utils.data import TensorDataset, random_split
X = StandardScaler().fit_transform(df.values)  # DAT101
ds = TensorDataset(torch.tensor(X))
train_set, test_set = random_split(ds, [80, 20])
""",
    "a data set of one's own": HEAD
    + """
import torch
from torch.utils.data import Dataset, random_split
class Rows(Dataset):
    def __init__(self, x):
        self.x = torch.from_numpy(x).float()
    def __len__(self):
        return len(self.x)
X = StandardScaler().fit_transform(df.values)  # DAT101
train_set, test_set = random_split(Rows(X), [80, 20])
""",
    "an array filled in a loop": HEAD
    + """
X = np.zeros((len(df), 3))
for i, col in enumerate(["a", "b", "c"]):
    X[:, i] = df[col].fillna(df[col].mean())  # DAT101
a, b = train_test_split(X)
""",
    "a toy array": HEAD
    + """
X = np.zeros((4, 2))
y = np.zeros(4)
m = LogisticRegression().fit(X, y)
m.score(X, y)
""",
    "in a function": HEAD
    + """
def scale(frame):
    return StandardScaler().fit_transform(frame)  # DAT101
X = scale(df)
train, test = train_test_split(X)
""",
    "through two functions": HEAD
    + """
def load():
    return pd.read_csv("b.csv")
def prepare(data):
    data["a"] = MinMaxScaler().fit_transform(data[["a"]])  # DAT101
    return data
def main():
    data = prepare(load())
    train, test = train_test_split(data)
main()
""",
    "a function that nothing calls": HEAD
    + """
def run(X, y):
    X = StandardScaler().fit_transform(X)  # DAT101
    X_train, X_test, y_train, y_test = train_test_split(X, y)
    return X_train
""",
    "a function used rightly": SPLIT
    + """
def scale(s, part, fit):
    if fit:
        s.fit(part)
    return s.transform(part)
def fit_scaler(part):
    return StandardScaler().fit(part)
s = fit_scaler(X_train)
X_test = s.transform(X_test)
""",
    "a class": HEAD
    + """
class Job:
    def __init__(self):
        self.scaler = StandardScaler()
        self.data = pd.read_csv("b.csv")
    def prepare(self):
        self.X = self.scaler.fit_transform(self.data)  # DAT101
    def split(self):
        self.X_train, self.X_test = train_test_split(self.X)
job = Job()
job.prepare()
job.split()
""",
    "a class that nothing makes": HEAD
    + """
class Job:
    def prepare(self, data):
        self.X = StandardScaler().fit_transform(data)  # DAT101
    def split(self):
        self.X_train, self.X_test = train_test_split(self.X)
""",
    "a transformer of one's own": HEAD
    + """
class Scale(TransformerMixin):
    def fit(self, X, y=None):
        self.m = X.mean()  # DAT101
        return self
    def transform(self, X):
        return X - self.m
Z = Scale().fit_transform(df)
train, test = train_test_split(Z)
""",
    "on one branch": XY
    + """
if SCALE:
    X = StandardScaler().fit_transform(X)  # DAT101
a, b, c, d = train_test_split(X, y)
""",
    "in try": XY
    + """
try:
    X = StandardScaler().fit_transform(X)  # DAT101
except ValueError:
    pass
a, b, c, d = train_test_split(X, y)
""",
    "overwritten": XY
    + """
Z = StandardScaler().fit_transform(X)
Z = X
a, b, c, d = train_test_split(Z, y)
""",
    "aliases of modules": """
import sklearn.model_selection as ms, sklearn.preprocessing as pp, pandas
d = pandas.read_csv("a")
d = pp.StandardScaler().fit_transform(d)  # DAT101
a, b = ms.train_test_split(d)
""",
    "old module": """
from sklearn.cross_validation import train_test_split as tts
from sklearn.preprocessing import Imputer
import pandas as pd
d = pd.read_csv("a")
d = Imputer().fit_transform(d)  # DAT101
a, b = tts(d)
""",
    "classes of another library": """
from mylib import StandardScaler
from sklearn.model_selection import train_test_split
import pandas as pd
d = StandardScaler().fit_transform(pd.read_csv("a"))
a, b = train_test_split(d)
""",
    "split of another library": """
from sklearn.preprocessing import StandardScaler
import pandas as pd
d = StandardScaler().fit_transform(pd.read_csv("a"))
a, b = d.split(",")
""",
    "bunch": HEAD
    + """
from sklearn.datasets import load_iris
iris = load_iris()
X = StandardScaler().fit_transform(iris.data)  # DAT101
a, b, c, d = train_test_split(X, iris.target)
""",
    "data and target together": HEAD
    + """
from sklearn.datasets import load_iris
X, y = load_iris(return_X_y=True)
X = StandardScaler().fit_transform(X)  # DAT101
a, b, c, d = train_test_split(X, y)
""",
    "concatenated columns": XY
    + """
num = StandardScaler().fit_transform(df[["a"]])  # DAT101
X = np.hstack([num, pd.get_dummies(df["b"])])
a, b, c, d = train_test_split(X, y)
""",
    "validation out of the training part": SPLIT
    + """
s = StandardScaler()
X_train = s.fit_transform(X_train)  # DAT101
X_train, X_val, y_train, y_val = train_test_split(X_train, y_train)
""",
    "split twice and scaled after": XY
    + """
X_train, X_rest, y_train, y_rest = train_test_split(X, y)
X_val, X_test, y_val, y_test = train_test_split(X_rest, y_rest)
s = StandardScaler().fit(X_train)
X_val, X_test = s.transform(X_val), s.transform(X_test)
""",
    "labels of rows are split": XY
    + """
X = StandardScaler().fit_transform(X)  # DAT101
i, j = train_test_split(df.index)
train, test = X[i], X[j]
m = LogisticRegression().fit(train, y[i])
m.score(test, y[j])
""",
    "labels of rows, scaled after": XY
    + """
train_index, test_index = train_test_split(df.index)
train, test = df.loc[train_index], df.loc[test_index]
s = StandardScaler().fit(train)
test = s.transform(test)
""",
    "folds of old": """
from sklearn.cross_validation import KFold
from sklearn.preprocessing import StandardScaler
import pandas as pd
X = StandardScaler().fit_transform(pd.read_csv("a.csv"))  # DAT101
for a, b in KFold(len(X), n_folds=3):
    train, test = X[a], X[b]
""",
    "each picture scaled by itself": HEAD
    + """
import os
import cv2
pictures = []
scaler = MinMaxScaler()
for name in os.listdir("pictures"):
    picture = cv2.imread(name, 1)
    for i in range(3):
        part = picture[i, :, :]
        part = scaler.fit_transform(part.reshape(-1, part.shape[-1])).reshape(part.shape)
        pictures.append(part)
a, b = train_test_split(np.array(pictures))
""",
    # DAT102: fit on test
    "a line through predictions": SPLIT
    + """
m = RandomForestRegressor().fit(X_train, y_train)
y_pred = m.predict(X_test)
line = LinearRegression()
line.fit(y_test.values.reshape(-1, 1), y_pred)
print(line.score(y_test.values.reshape(-1, 1), y_pred))
""",
    "two halves, each held out once": XY
    + """
X1, X2, y1, y2 = train_test_split(X, y, random_state=0, train_size=0.5)
m = RandomForestClassifier()
a = m.fit(X1, y1).predict(X2)
b = m.fit(X2, y2).predict(X1)
print(accuracy_score(y1, b), accuracy_score(y2, a))
print(RandomForestClassifier().fit(X2, y2).score(X1, y1))
""",
    "a parameter says whether to fit": SPLIT
    + """
def encode(rows, encoder, mode="fit"):
    if mode == "fit":
        rows = encoder.fit_transform(rows)
    else:
        rows = encoder.transform(rows)
    return rows
s = StandardScaler()
X_train = encode(X_train, s)
X_test = encode(X_test, s, "test")
""",
    "a parameter says to fit": SPLIT
    + """
def encode(rows, encoder, mode="fit"):
    if mode != "test":
        rows = encoder.fit_transform(rows)  # DAT102
    return rows
s = StandardScaler()
X_train = encode(X_train, s)
X_test = encode(X_test, s, "valid")
""",
    "scaler on test": SPLIT
    + """
s = StandardScaler()
X_train = s.fit_transform(X_train)
X_test = s.fit_transform(X_test)  # DAT102
""",
    "another scaler on test": SPLIT
    + """
X_train = StandardScaler().fit_transform(X_train)
X_test = StandardScaler().fit_transform(X_test)  # DAT102
""",
    "scaler on validation": XY
    + """
X_train, X_val, y_train, y_val = train_test_split(X, y)
X_train = StandardScaler().fit_transform(X_train)
X_val = StandardScaler().fit_transform(X_val)  # DAT102
""",
    "model on test": SPLIT
    + """
m = LogisticRegression()
m.fit(X_test, y_test)  # DAT102
""",
    "text on test": SPLIT
    + """
v = TfidfVectorizer()
a = v.fit_transform(X_train["text"])
b = v.fit_transform(X_test["text"])  # DAT102
""",
    "columns of test": SPLIT
    + """
X_train[["a"]] = SimpleImputer().fit_transform(X_train[["a"]])
X_test[["a"]] = SimpleImputer().fit_transform(X_test[["a"]])  # DAT102
""",
    "encoder of the target of test": SPLIT
    + """
y_train = LabelEncoder().fit_transform(y_train)
y_test = LabelEncoder().fit_transform(y_test)  # DAT102
""",
    "in a loop over the parts": SPLIT
    + """
s = StandardScaler()
for part in [X_train, X_test]:
    part[["a"]] = s.fit_transform(part[["a"]])  # DAT102
""",
    "in a function for both": SPLIT
    + """
def scale(part):
    return StandardScaler().fit_transform(part)  # DAT102
X_train = scale(X_train)
X_test = scale(X_test)
""",
    "test file": """
import pandas as pd
from sklearn.preprocessing import StandardScaler
train = pd.read_csv("train.csv")
test = pd.read_csv("test.csv")
train = StandardScaler().fit_transform(train)
test = StandardScaler().fit_transform(test)  # DAT102
""",
    "test file that is clustered": """
import pandas as pd
from sklearn.preprocessing import StandardScaler
from sklearn.cluster import KMeans
test = pd.read_csv("test.csv")
test = StandardScaler().fit_transform(test)
KMeans(3).fit(test)
""",
    "test file transformed": """
import pandas as pd
from sklearn.preprocessing import StandardScaler
train = pd.read_csv("train.csv")
test = pd.read_csv("test.csv")
s = StandardScaler()
train = s.fit_transform(train)
test = s.transform(test)
""",
    "parameters": """
from sklearn.preprocessing import StandardScaler
def scale(X_train, X_test):
    s = StandardScaler()
    return s.fit_transform(X_train), s.fit_transform(X_test)  # DAT102
""",
    "parameters used rightly": """
from sklearn.preprocessing import StandardScaler
def scale(X_train, X_test):
    s = StandardScaler()
    return s.fit_transform(X_train), s.transform(X_test)
""",
    "data set of keras": """
from keras.datasets import mnist
from sklearn.preprocessing import StandardScaler
(x_train, y_train), (x_test, y_test) = mnist.load_data()
x_train = StandardScaler().fit_transform(x_train)
x_test = StandardScaler().fit_transform(x_test)  # DAT102
""",
    "prefit calibration": SPLIT
    + """
from sklearn.calibration import CalibratedClassifierCV
m = LogisticRegression().fit(X_train, y_train)
CalibratedClassifierCV(m, cv="prefit").fit(X_test, y_test)
""",
    "stacking": XY
    + """
X_train, X_val, y_train, y_val = train_test_split(X, y)
m = RandomForestClassifier().fit(X_train, y_train)
blender = LogisticRegression()
blender.fit(m.predict_proba(X_val), y_val)
""",
    "stacking, column by column": XY
    + """
X_train, X_val, y_train, y_val = train_test_split(X, y)
models = [RandomForestClassifier(), LogisticRegression()]
P_val = np.empty((len(X_val), 2))
for i, m in enumerate(models):
    m.fit(X_train, y_train)
    P_val[:, i] = m.predict(X_val)
blender = LogisticRegression()
blender.fit(P_val, y_val)
""",
    "unknown object on test": SPLIT
    + """
from viz import Report
Report().fit(X_test, y_test)
thing.fit(X_test, y_test)
""",
    "clusters of test": SPLIT
    + """
KMeans(3).fit(X_test)
""",
    "test restored to be drawn": SPLIT
    + """
p = PCA(2).fit(X_train)
again = p.inverse_transform(p.transform(X_test))
X_train = MinMaxScaler().fit_transform(X_train)
X_test_again = MinMaxScaler().fit_transform(again)
""",
    "target restored for a metric": SPLIT
    + """
s = MinMaxScaler().fit(y_train)
m = LogisticRegression().fit(X, y)
mean_squared_error(s.inverse_transform(y_test), s.inverse_transform(m.predict(X_test)))  # DAT104
""",
    "test projected for a plot": SPLIT
    + """
P = PCA(2).fit_transform(X_test)
""",
    "refit on everything at the end": SPLIT
    + """
m = LogisticRegression().fit(X_train, y_train)
m.score(X_test, y_test)
final = LogisticRegression().fit(pd.concat([X_train, X_test]), pd.concat([y_train, y_test]))
""",
    "refit of the same model": SPLIT
    + """
m = LogisticRegression().fit(X_train, y_train)
m.score(X_test, y_test)
m.fit(X, y)
""",
    "gaps of test filled by its own mean": SPLIT
    + """
X_train = X_train.fillna(X_train.mean())
X_test = X_test.fillna(X_test.mean())  # DAT102
""",
    "gaps of test filled by the training mean": SPLIT
    + """
X_test = X_test.fillna(X_train.mean())
""",
    "gaps of test filled by the mean of all": SPLIT
    + """
X_test = X_test.fillna(X.mean())  # DAT101
""",
    "r squared by hand": SPLIT
    + """
m = LinearRegression().fit(X_train, y_train)
r = 1 - np.sum((y_test - m.predict(X_test)) ** 2) / np.sum((y_test - np.mean(y_test)) ** 2)
""",
    "test oversampled": SPLIT
    + """
X_test, y_test = SMOTE().fit_resample(X_test, y_test)  # DAT102
""",
    "neutral parts": XY
    + """
rest, sample, y_rest, y_sample = train_test_split(X, y, test_size=0.1)
s = StandardScaler().fit_transform(sample)
m = LogisticRegression().fit(s, y_sample)
""",
    "dict of parts": SPLIT
    + """
parts = {"train": X_train, "test": X_test}
s = StandardScaler()
s.fit(parts["train"])
s.fit(parts["test"])  # DAT102
""",
    "boosters": SPLIT
    + """
import lightgbm as lgb, xgboost as xgb
from catboost import CatBoostClassifier
lgb.LGBMClassifier().fit(X_train, y_train, eval_set=[(X_test, y_test)])
CatBoostClassifier().fit(X_train, y_train, eval_set=(X_test, y_test))
xgb.train({}, xgb.DMatrix(X_train, label=y_train), evals=[(xgb.DMatrix(X_test, label=y_test), "e")])
""",
    "booster on test": SPLIT
    + """
import xgboost as xgb
b = xgb.train({}, xgb.DMatrix(X_test, label=y_test))  # DAT102
""",
    "normalization layer": SPLIT
    + """
from tensorflow.keras.layers import Normalization
n = Normalization()
n.adapt(X_test)  # DAT102
""",
    "normalization layer on train": SPLIT
    + """
from tensorflow.keras.layers import Normalization
n = Normalization()
n.adapt(X_train)
Z = n(X_test)
""",
    "fitted when there is no scaler yet": SPLIT
    + """
def scale(part, scaler=None):
    if scaler is None:
        scaler = StandardScaler()
        scaler.fit(part)
    return scaler.transform(part), scaler
X_train, s = scale(X_train)
X_test, _ = scale(X_test, s)
""",
    "fitted when told to": SPLIT
    + """
s = StandardScaler()
def scale(part, fit=False):
    if not fit:
        return s.transform(part)
    else:
        return s.fit_transform(part)
X_train = scale(X_train, fit=True)
X_test = scale(X_test)
""",
    "fitted when told to, and told so for test": SPLIT
    + """
s = StandardScaler()
def scale(part, fit=True):
    if fit:
        return s.fit_transform(part)  # DAT102
    return s.transform(part)
X_train = scale(X_train)
X_test = scale(X_test)
""",
    "both parts together": SPLIT
    + """
s = StandardScaler()
s.fit(np.concatenate([X_train, X_test]))  # DAT102
X_train, X_test = s.transform(X_train), s.transform(X_test)
""",
    "both parts together, for the deployed model": SPLIT
    + """
s = StandardScaler().fit(X_train)
m = LogisticRegression().fit(s.transform(X_train), y_train)
m.score(s.transform(X_test), y_test)
final = StandardScaler().fit(np.concatenate([X_train, X_test]))
""",
    # DAT103: resample before split
    "smote": XY
    + """
X, y = SMOTE().fit_resample(X, y)  # DAT103
X_train, X_test, y_train, y_test = train_test_split(X, y)
""",
    "oversampler of old": XY
    + """
ros = RandomOverSampler()
X_res, y_res = ros.fit_sample(X, y)  # DAT103
a, b, c, d = train_test_split(X_res, y_res)
""",
    "undersampler": XY
    + """
X_res, y_res = RandomUnderSampler().fit_resample(X, y)  # DAT103
a, b, c, d = train_test_split(X_res, y_res)
""",
    "smote on the training part": SPLIT
    + """
X_train, y_train = SMOTE().fit_resample(X_train, y_train)
m = LogisticRegression().fit(X_train, y_train)
m.score(X_test, y_test)
""",
    "smote on everything, then unused": SPLIT
    + """
A, B = SMOTE().fit_resample(X, y)
print(A.shape)
""",
    "smote in a pipeline": XY
    + """
p = ImbPipeline([("s", SMOTE()), ("m", LogisticRegression())])
cross_val_score(p, X, y)
""",
    "smote ahead of cross-validation": XY
    + """
X, y = SMOTE().fit_resample(X, y)  # DAT103
cross_val_score(LogisticRegression(), X, y)
""",
    "minority sampled with replacement": HEAD
    + """
minority = df[df.t == 1]
majority = df[df.t == 0]
more = resample(minority, replace=True, n_samples=1000)  # DAT103
both = pd.concat([majority, more])
train, test = train_test_split(both)
""",
    "frame sampled with replacement": HEAD
    + """
minority = df[df.t == 1]
more = minority.sample(1000, replace=True)  # DAT103
both = pd.concat([df[df.t == 0], more], axis=0)
X_train, X_test, y_train, y_test = train_test_split(both.drop("t", axis=1), both["t"])
""",
    "majority sampled down": HEAD
    + """
fewer = resample(df[df.t == 0], replace=False, n_samples=100)
both = pd.concat([fewer, df[df.t == 1]])
train, test = train_test_split(both)
""",
    "sampled plainly": HEAD
    + """
df = df.sample(10000)
df = df.sample(frac=1).reset_index(drop=True)
train, test = train_test_split(df)
""",
    "shuffled": XY
    + """
X, y = shuffle(X, y)
a, b, c, d = train_test_split(X, y)
""",
    "smote inside the folds": XY
    + """
for a, b in KFold(5).split(X):
    X_train, y_train = SMOTE().fit_resample(X.iloc[a], y.iloc[a])
    m = LogisticRegression().fit(X_train, y_train)
    m.score(X.iloc[b], y.iloc[b])
""",
    # DAT104: overlap
    "trained on all, tested on a part": SPLIT
    + """
m = LogisticRegression().fit(X, y)
m.score(X_test, y_test)  # DAT104
""",
    "test rows concatenated to train": SPLIT
    + """
A = pd.concat([X_train, X_test])
b = pd.concat([y_train, y_test])
m = LogisticRegression()
m.fit(A, b)
accuracy_score(y_test, m.predict(X_test))  # DAT104
""",
    "predictions in a variable": SPLIT
    + """
m = RandomForestClassifier()
m.fit(X, y)
p = m.predict(X_test)
print(accuracy_score(y_test, p))  # DAT104
""",
    "agreement by hand": SPLIT
    + """
m = RandomForestClassifier().fit(X, y)
acc = (m.predict(X_test) == y_test).mean()  # DAT104
""",
    "search on all": SPLIT
    + """
g = GridSearchCV(RandomForestClassifier(), {})
g.fit(X, y)
g.score(X_test, y_test)  # DAT104
""",
    "search on all fits copies": SPLIT
    + """
m = LogisticRegression().fit(X_train, y_train)
GridSearchCV(m, {}).fit(X, y)
m.score(X_test, y_test)
""",
    "steps of a pipeline": SPLIT
    + """
m = LogisticRegression()
p = make_pipeline(MinMaxScaler(), m)
p.fit(X, y)
m.score(X_test, y_test)  # DAT104
""",
    "part of the module's own data set": """
from keras.datasets import mnist
from keras.models import Sequential
import numpy as np
(x_train, y_train), (x_test, y_test) = mnist.load_data()
m = Sequential()
m.fit(np.concatenate([x_train, x_test]), np.concatenate([y_train, y_test]), validation_data=(x_test, y_test))
m.evaluate(x_test, y_test)  # DAT104
""",
    "training score beside a test score": SPLIT
    + """
m = LogisticRegression().fit(X_train, y_train)
print(m.score(X_train, y_train), m.score(X_test, y_test))
""",
    "training score after a final fit": SPLIT
    + """
m = LogisticRegression().fit(X_train, y_train)
m.score(X_test, y_test)
m.fit(X, y)
m.predict(new)
""",
    "two samples drawn apart": HEAD
    + """
train = df.sample(frac=0.8)
test = df.sample(frac=0.2)
m = LogisticRegression().fit(train[["a"]], train["t"])
m.score(test[["a"]], test["t"])  # DAT104
""",
    "only in sample": XY
    + """
m = RandomForestClassifier().fit(X, y)
print(accuracy_score(y, m.predict(X)))  # DAT104
""",
    "only in sample, by score": XY
    + """
m = LogisticRegression()
m.fit(X, y)
m.score(X, y)  # DAT104
""",
    "in sample, and cross-validated": XY
    + """
m = LogisticRegression().fit(X, y)
m.score(X, y)
cross_val_score(m, X, y)
""",
    "clusters in sample": XY
    + """
k = KMeans(3).fit(X)
k.score(X)
""",
    "line through points": XY
    + """
m = LinearRegression().fit(X, y)
m.score(X, y)
""",
    "one of two models": SPLIT
    + """
a = LogisticRegression().fit(X, y)
b = LogisticRegression().fit(X_train, y_train)
b.score(X_test, y_test)
""",
    "models in a loop": SPLIT
    + """
for name, m in [("a", LogisticRegression()), ("b", RandomForestClassifier())]:
    m.fit(X_train, y_train)
    print(name, accuracy_score(y_test, m.predict(X_test)))
""",
    "models in a loop on all": SPLIT
    + """
for m in [LogisticRegression(), RandomForestClassifier()]:
    m.fit(X, y)
    print(accuracy_score(y_test, m.predict(X_test)))  # DAT104
""",
    "a part trained on is not known": SPLIT
    + """
part = pick(X)
m = LogisticRegression().fit(part, y)
m.score(X_test, y_test)
""",
    "network": SPLIT
    + """
from tensorflow import keras
m = keras.Sequential([])
m.fit(X_train, y_train, validation_data=(X_test, y_test))
m.evaluate(X_test, y_test)
""",
    "network on all": SPLIT
    + """
from tensorflow import keras
m = keras.Sequential([])
m.fit(X, y)
m.evaluate(X_test, y_test)  # DAT104
""",
    # DAT106: target in features
    "frame is the features": HEAD
    + """
y = df["t"]
X = df
m = LogisticRegression().fit(X, y)  # DAT106
""",
    "split frame": HEAD
    + """
X_train, X_test, y_train, y_test = train_test_split(df, df["t"])
m = RandomForestClassifier()
m.fit(X_train, y_train)  # DAT106
""",
    "chosen columns": HEAD
    + """
X = df[["a", "t"]]
LogisticRegression().fit(X, df["t"])  # DAT106
""",
    "another column dropped": HEAD
    + """
X = df.drop("id", axis=1)
RandomForestRegressor().fit(X, df.t)  # DAT106
""",
    "values": HEAD
    + """
LogisticRegression().fit(df.values, df["t"].values)  # DAT106
""",
    "dropped": HEAD
    + """
LogisticRegression().fit(df.drop("t", axis=1), df["t"])
LogisticRegression().fit(df.drop(columns="t"), df["t"])
LogisticRegression().fit(df.drop(["t", "id"], axis=1), df["t"])
LogisticRegression().fit(df.drop("t", 1), df["t"])
""",
    "dropped in place": HEAD
    + """
y = df["t"]
df.drop("t", axis=1, inplace=True)
LogisticRegression().fit(df, y)
""",
    "popped": HEAD
    + """
y = df.pop("t")
LogisticRegression().fit(df, y)
""",
    "popped through an alias": HEAD
    + """
X = df
y = X.pop("t")
LogisticRegression().fit(df, y)
""",
    "deleted": HEAD
    + """
y = df["t"]
del df["t"]
LogisticRegression().fit(df, y)
""",
    "other columns": HEAD
    + """
features = ["a", "b"]
LogisticRegression().fit(df[features], df["t"])
LogisticRegression().fit(df[[c for c in df.columns if c != "t"]], df["t"])
LogisticRegression().fit(df.loc[:, df.columns != "t"], df["t"])
LogisticRegression().fit(df.iloc[:, 1:], df["t"])
LogisticRegression().fit(df[df.columns.drop("t")], df["t"])
""",
    "unknown operation": HEAD
    + """
X = clean(df)
LogisticRegression().fit(X, df["t"])
""",
    "pipeline that chooses columns": HEAD
    + """
p = Pipeline([("c", ColumnTransformer([("s", StandardScaler(), ["a"])])), ("m", LogisticRegression())])
p.fit(df, df["t"])
""",
    "pipeline that does not": HEAD
    + """
p = Pipeline([("s", StandardScaler()), ("m", LogisticRegression())])
p.fit(df, df["t"])  # DAT106
""",
    "fit of survival analysis": HEAD
    + """
from lifelines import KaplanMeierFitter
KaplanMeierFitter().fit(df, df["t"])
""",
    "target from elsewhere": HEAD
    + """
labels = pd.read_csv("labels.csv")
LogisticRegression().fit(df, labels["t"])
""",
    "target made of a column": HEAD
    + """
y = (df["t"] > 5).astype(int)
X = df.drop("t", axis=1)
LogisticRegression().fit(X, y)
""",
    "added again": HEAD
    + """
X = df.drop("t", axis=1)
X["t"] = df["t"]
LogisticRegression().fit(X, df["t"])  # DAT106
""",
    "booster with a label": HEAD
    + """
import xgboost as xgb
d = xgb.DMatrix(df, label=df["t"])  # DAT106
""",
    "scaled with the target": HEAD
    + """
X = StandardScaler().fit_transform(df)
LogisticRegression().fit(X, df["t"])  # DAT106
""",
}

#: Rules that are off by default.
OFF: dict[str, str] = {
    "several models on one test part": SPLIT
    + """
a = LogisticRegression().fit(X_train, y_train)
a.score(X_test, y_test)
b = RandomForestClassifier().fit(X_train, y_train)
b.score(X_test, y_test)  # DAT105
""",
    "a loop over parameters": SPLIT
    + """
for c in [1, 10]:
    m = LogisticRegression(C=c).fit(X_train, y_train)
    m.score(X_test, y_test)  # DAT105
""",
    "one model": SPLIT
    + """
m = LogisticRegression().fit(X_train, y_train)
m.score(X_test, y_test)
accuracy_score(y_test, m.predict(X_test))
""",
    "chosen by cross-validation": SPLIT
    + """
for c in [1, 10]:
    cross_val_score(LogisticRegression(C=c), X_train, y_train)
for m in [LogisticRegression(), RandomForestClassifier()]:
    m.fit(X_train, y_train).score(X_test, y_test)
""",
    "sorted by time": HEAD
    + """
df = df.sort_values("date")
train, test = train_test_split(df)  # DAT107
""",
    "sorted by time, in order": HEAD
    + """
df = df.sort_values("date")
train, test = train_test_split(df, shuffle=False)
""",
    "sorted by something else": HEAD
    + """
df = df.sort_values("price")
train, test = train_test_split(df)
""",
    "index of dates": """
import pandas as pd
from sklearn.model_selection import train_test_split, KFold, TimeSeriesSplit
df = pd.read_csv("a.csv", parse_dates=["when"], index_col="when")
train, test = train_test_split(df)  # DAT107
for a, b in KFold(5, shuffle=True).split(df):  # DAT107
    pass
for a, b in TimeSeriesSplit(5).split(df):
    pass
""",
    "index set to dates": HEAD
    + """
df["when"] = pd.to_datetime(df["when"])
df = df.set_index("when")
train, test = train_test_split(df)  # DAT107
""",
}

#: Notebooks: cells in order, the expectations in their comments.
NOTEBOOKS: dict[str, list[str]] = {
    "fitted in one cell, split in another": [
        "import pandas as pd\nfrom sklearn.preprocessing import StandardScaler",
        "df = pd.read_csv('a.csv')",
        "df['a'] = StandardScaler().fit_transform(df[['a']])  # DAT101",
        "from sklearn.model_selection import train_test_split\ntrain, test = train_test_split(df)",
    ],
    "fitted after the split": [
        "import pandas as pd\nfrom sklearn.preprocessing import StandardScaler\ndf = pd.read_csv('a.csv')",
        "from sklearn.model_selection import train_test_split\ntrain, test = train_test_split(df)",
        "df['a'] = StandardScaler().fit_transform(df[['a']])",
    ],
    "the import is lost": [
        "from sklearn.preprocessing import *",
        "import pandas as pd\ndf = pd.read_csv('a.csv')\ndf = StandardScaler().fit_transform(df)  # DAT101",
        "train, test = train_test_split(df)",
    ],
    "fitted on test": [
        "import pandas as pd\nfrom sklearn.preprocessing import StandardScaler as S\n"
        "from sklearn.model_selection import train_test_split",
        "train, test = train_test_split(pd.read_csv('a.csv'))\ns = S()",
        "train = s.fit_transform(train)",
        "test = s.fit_transform(test)  # DAT102",
    ],
}
