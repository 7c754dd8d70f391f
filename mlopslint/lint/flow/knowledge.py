"""What is known of libraries: which classes learn from rows, which calls split, resample, train and judge."""

from __future__ import annotations

import re


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


#: Transformers whose ``fit`` learns statistics of the rows.
STATISTICS = _words(
    "StandardScaler MinMaxScaler RobustScaler MaxAbsScaler PowerTransformer QuantileTransformer SimpleImputer KNNImputer IterativeImputer Imputer"
    " PCA KernelPCA IncrementalPCA SparsePCA TruncatedSVD FastICA NMF FactorAnalysis LinearDiscriminantAnalysis SelectKBest SelectPercentile"
    " SelectFromModel SelectFpr SelectFdr SelectFwe GenericUnivariateSelect RFE RFECV SequentialFeatureSelector VarianceThreshold KBinsDiscretizer"
    " SplineTransformer TargetEncoder LeaveOneOutEncoder CatBoostEncoder WOEEncoder JamesSteinEncoder MEstimateEncoder GLMMEncoder CountEncoder"
    " CountVectorizer TfidfVectorizer TfidfTransformer Tokenizer TextVectorization Normalization Discretization LatentDirichletAllocation"
    " UMAP BoxCox YeoJohnsonTransformer MeanMedianImputer"
)
#: ... of which these learn a vocabulary only, which tells less of the test rows.
VOCABULARY = _words(
    "CountVectorizer TfidfVectorizer TfidfTransformer Tokenizer TextVectorization VarianceThreshold KBinsDiscretizer Discretization CountEncoder"
)
#: Transformers that learn nothing of the kind, or only which categories there are.
STATELESS = _words(
    "Normalizer HashingVectorizer FunctionTransformer Binarizer LabelEncoder LabelBinarizer MultiLabelBinarizer OneHotEncoder OrdinalEncoder"
    " PolynomialFeatures AdditiveChi2Sampler DictVectorizer FeatureHasher BinaryEncoder BaseNEncoder HashingEncoder RBFSampler Nystroem"
)
RESAMPLERS = re.compile(
    r"^(?:SMOTE\w*|\w*SMOTE|ADASYN|RandomOverSampler|RandomUnderSampler|NearMiss|TomekLinks|EditedNearestNeighbours|ClusterCentroids|AllKNN"
    r"|OneSidedSelection|CondensedNearestNeighbour|NeighbourhoodCleaningRule|InstanceHardnessThreshold|SMOTEENN|SMOTETomek)$"
)
SPLITTERS = _words(
    "KFold StratifiedKFold GroupKFold StratifiedGroupKFold ShuffleSplit StratifiedShuffleSplit GroupShuffleSplit RepeatedKFold"
    " RepeatedStratifiedKFold LeaveOneOut LeavePOut TimeSeriesSplit PredefinedSplit LeaveOneGroupOut"
)
CROSS_VALIDATION = _words(
    "cross_val_score cross_validate cross_val_predict learning_curve validation_curve permutation_test_score"
)
SEARCHES = _words(
    "GridSearchCV RandomizedSearchCV HalvingGridSearchCV HalvingRandomSearchCV BayesSearchCV OptunaSearchCV TuneSearchCV"
)
COMPOSITES = _words(
    "Pipeline make_pipeline ColumnTransformer make_column_transformer FeatureUnion make_union TransformedTargetRegressor DataFrameMapper"
)
CALIBRATION = _words(
    "CalibratedClassifierCV StackingClassifier StackingRegressor FixedThresholdClassifier TunedThresholdClassifierCV"
)
#: Estimators that learn without a target: fitting them on anything is no training to be judged.
UNSUPERVISED = _words(
    "KMeans MiniBatchKMeans DBSCAN OPTICS AgglomerativeClustering MeanShift SpectralClustering GaussianMixture BayesianGaussianMixture TSNE"
    " Isomap LocallyLinearEmbedding MDS IsolationForest OneClassSVM LocalOutlierFactor EllipticEnvelope NearestNeighbors Birch"
    " AffinityPropagation KernelDensity HDBSCAN"
)
LIBRARIES = frozenset(
    [
        "sklearn",
        "imblearn",
        "category_encoders",
        "xgboost",
        "lightgbm",
        "catboost",
        "keras",
        "tensorflow",
        "feature_engine",
        "cuml",
        "daal4py",
        "skopt",
        "optuna",
        "umap",
    ]
)
LOADERS = re.compile(
    r"^(?:read_\w+|load_\w+|fetch_\w+|make_\w+|DataFrame|loadtxt|genfromtxt|load|get_data\w*|load_data\w*|array|asarray)$"
)
METRICS = re.compile(
    r"^(?:\w+_score|\w+_error|classification_report|confusion_matrix|log_loss|hinge_loss|brier_score_loss|roc_curve|precision_recall_curve|auc|accuracy|rmse|mae|mape)$"
)
#: Statistics of a frame by which others of its values are changed.
FRAME_STATISTICS = _words("mean std median min max var quantile mode")
#: Methods that give another set of the same rows.
SUBSETS = _words("sample head tail drop query loc iloc take truncate nlargest nsmallest filter get_group")
#: What gives a plain value, no longer rows.
SCALARS = _words(
    "shape size ndim columns dtypes index empty nunique count info describe plot hist to_csv to_parquet to_excel save head_ unique value_counts corr groupby_ isnull_ items keys name"
)
TEST_NAME = re.compile(
    r"(?:^|_)(?:test|tst|testing|holdout|hold_out|eval)(?:_|\d*$)|^[xXyY](?:test|te|Test)$|(?:^|_)te$", re.I
)
VALID_NAME = re.compile(r"(?:^|_)(?:val|valid|validation|dev)(?:_|\d*$)|^[xXyY](?:val|valid)$", re.I)
TRAIN_NAME = re.compile(r"(?:^|_)(?:train|trn|training)(?:_|\d*$)|^[xXyY](?:train|tr|Train)$|(?:^|_)tr$", re.I)
TIME_NAME = re.compile(r"(?:^|_)(?:date|datetime|time|timestamp|day|month|year|ds|dt)(?:_|$)", re.I)
