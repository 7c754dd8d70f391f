"""What the libraries' classes and functions do to rows: which learn from them, split, resample, evaluate."""

from __future__ import annotations

import re

from mlopslint.patterns import late


def words(text: str) -> frozenset[str]:
    return frozenset(text.split())


#: Packages whose classes follow the estimator interface of scikit-learn.
FAMILY = words(
    "sklearn imblearn category_encoders cuml dask_ml sklearnex daal4py sklearn_pandas feature_engine lightgbm xgboost"
    " catboost keras tensorflow tf_keras scikeras skopt sklearn_genetic mlxtend boruta ngboost interpret hdbscan"
    " umap tpot autosklearn feature_selection torch torchvision pandas numpy scipy"
)


def _table(**kinds: str) -> dict[str, str]:
    return {name: kind for kind, names in kinds.items() for name in names.split()}


#: Class name -> what its objects are.
KINDS: dict[str, str] = _table(
    scale="StandardScaler MinMaxScaler RobustScaler MaxAbsScaler PowerTransformer QuantileTransformer KernelCenterer"
    " SplineTransformer Normalization YeoJohnsonTransformer BoxCoxTransformer Winsorizer OutlierTrimmer",
    impute="SimpleImputer Imputer KNNImputer IterativeImputer MeanMedianImputer EndTailImputer CategoricalImputer",
    decompose="PCA IncrementalPCA KernelPCA SparsePCA MiniBatchSparsePCA TruncatedSVD FactorAnalysis FastICA NMF"
    " MiniBatchNMF LatentDirichletAllocation DictionaryLearning MiniBatchDictionaryLearning RandomizedPCA Isomap"
    " LocallyLinearEmbedding Nystroem UMAP PLSRegression PLSCanonical NeighborhoodComponentsAnalysis",
    select="SelectKBest SelectPercentile SelectFpr SelectFdr SelectFwe GenericUnivariateSelect SelectFromModel RFE"
    " RFECV SequentialFeatureSelector VarianceThreshold BorutaPy ExhaustiveFeatureSelector DropCorrelatedFeatures"
    " SmartCorrelatedSelection",
    bin="KBinsDiscretizer EqualFrequencyDiscretiser DecisionTreeDiscretiser EqualWidthDiscretiser Discretization",
    text="CountVectorizer TfidfVectorizer TfidfTransformer Tokenizer TextVectorization",
    target="TargetEncoder LeaveOneOutEncoder CatBoostEncoder JamesSteinEncoder MEstimateEncoder WOEEncoder GLMMEncoder"
    " QuantileEncoder MeanEncoder",
    encode="OneHotEncoder OrdinalEncoder LabelEncoder LabelBinarizer MultiLabelBinarizer DictVectorizer BinaryEncoder"
    " BaseNEncoder HelmertEncoder SumEncoder BackwardDifferenceEncoder PolynomialEncoder CountEncoder"
    " CountFrequencyEncoder RareLabelEncoder StringLookup IntegerLookup CategoryEncoding",
    stateless="Normalizer HashingVectorizer FunctionTransformer Binarizer PolynomialFeatures AdditiveChi2Sampler"
    " FeatureHasher GaussianRandomProjection SparseRandomProjection RBFSampler SkewedChi2Sampler HashingEncoder"
    " MissingIndicator Rescaling PatchExtractor",
    over="SMOTE SMOTENC SMOTEN ADASYN BorderlineSMOTE KMeansSMOTE SVMSMOTE RandomOverSampler SMOTEENN SMOTETomek",
    under="RandomUnderSampler NearMiss TomekLinks EditedNearestNeighbours RepeatedEditedNearestNeighbours AllKNN"
    " CondensedNearestNeighbour OneSidedSelection NeighbourhoodCleaningRule ClusterCentroids InstanceHardnessThreshold",
    cluster="KMeans MiniBatchKMeans DBSCAN HDBSCAN OPTICS AgglomerativeClustering Birch SpectralClustering MeanShift"
    " AffinityPropagation GaussianMixture BayesianGaussianMixture IsolationForest LocalOutlierFactor OneClassSVM"
    " EllipticEnvelope NearestNeighbors KernelDensity FeatureAgglomeration BisectingKMeans KModes KPrototypes TSNE MDS",
    classifier="LogisticRegression LogisticRegressionCV SGDClassifier RidgeClassifier RidgeClassifierCV Perceptron"
    " PassiveAggressiveClassifier SVC LinearSVC NuSVC GaussianNB MultinomialNB BernoulliNB ComplementNB CategoricalNB"
    " LinearDiscriminantAnalysis QuadraticDiscriminantAnalysis NearestCentroid LDA QDA",
    regressor="LinearRegression Ridge RidgeCV Lasso LassoCV ElasticNet ElasticNetCV Lars LassoLars BayesianRidge"
    " ARDRegression HuberRegressor TheilSenRegressor RANSACRegressor SVR LinearSVR NuSVR KernelRidge PoissonRegressor"
    " TweedieRegressor GammaRegressor IsotonicRegression QuantileRegressor",
    network="Sequential Model LGBMRanker XGBRanker",
    search="GridSearchCV RandomizedSearchCV HalvingGridSearchCV HalvingRandomSearchCV BayesSearchCV",
    meta="OneVsRestClassifier OneVsOneClassifier MultiOutputClassifier MultiOutputRegressor VotingClassifier"
    " VotingRegressor StackingClassifier StackingRegressor BaggingClassifier BaggingRegressor AdaBoostClassifier"
    " AdaBoostRegressor TransformedTargetRegressor OutputCodeClassifier ClassifierChain RegressorChain",
    prefit="CalibratedClassifierCV FrozenEstimator TunedThresholdClassifierCV FixedThresholdClassifier",
    pipeline="Pipeline",
    columns="ColumnTransformer FeatureUnion DataFrameMapper",
    splitter="KFold StratifiedKFold GroupKFold StratifiedGroupKFold RepeatedKFold RepeatedStratifiedKFold ShuffleSplit"
    " StratifiedShuffleSplit GroupShuffleSplit TimeSeriesSplit LeaveOneOut LeavePOut LeaveOneGroupOut LeavePGroupsOut"
    " PredefinedSplit MultilabelStratifiedKFold MultilabelStratifiedShuffleSplit",
)

#: Kinds that learn from the values of rows, and how sure it is that learning them too early matters.
LEARNS: dict[str, str] = {
    "scale": "high",
    "decompose": "high",
    "select": "high",
    "target": "high",
    "impute": "medium",
    "text": "medium",
    "bin": "medium",
    "statistic": "medium",
    "rank": "low",
}
TRANSFORMERS = frozenset(LEARNS) | {"encode", "stateless", "columns"}
SUPERVISED = frozenset({"classifier", "regressor", "network", "search", "meta", "booster"})

#: Functions that scale a whole array by its own statistics.
SCALING_FUNCTIONS = _table(
    scale="scale minmax_scale robust_scale maxabs_scale quantile_transform power_transform zscore",
)
#: Reductions of rows to statistics.
STATISTICS = words(
    "mean std var median mode quantile min max nanmean nanstd nanvar nanmedian nanmin nanmax percentile nanpercentile"
    " amin amax average ptp"
)
EXTREMES = words("min max nanmin nanmax amin amax ptp")
#: Reductions that turn an agreement of predictions and targets into a score.
SCORES = words("mean sum average nanmean median")

CV_FUNCTIONS = words(
    "cross_val_score cross_validate cross_val_predict learning_curve validation_curve permutation_test_score"
)
#: Functions of NumPy, pandas, SciPy and Keras whose result holds the rows of their first argument, value by value.
KEEPS_ROWS = words(
    "array asarray asanyarray asmatrix ascontiguousarray matrix copy sin cos tan exp expm1 log log2 log10 log1p sqrt"
    " square abs absolute fabs around round rint floor ceil clip nan_to_num sign power reshape ravel squeeze expand_dims"
    " atleast_2d transpose insert append DataFrame Series csr_matrix csc_matrix coo_matrix to_numeric to_datetime"
    " get_dummies melt cut convert_to_tensor constant cast Variable from_numpy tensor Tensor FloatTensor LongTensor"
    " to_categorical pad_sequences one_hot as_tensor from_tensor_slices TensorDataset DataLoader DMatrix Dataset Pool"
    " QuantileDMatrix list tuple sorted deepcopy normalize binarize label_binarize add_dummy_feature fillna isnull isna"
    " float32 float64 int32 int64 add_constant shuffle array_split check_array column_or_1d toarray factorize"
)
KEEPS_COLUMNS = words("array asarray copy deepcopy list DMatrix Dataset Pool ascontiguousarray shuffle")
CONCATENATES = words(
    "concat concatenate vstack row_stack append r_ hstack column_stack c_ stack dstack merge cat ConcatDataset"
)
#: Methods of frames, arrays and data sets that keep rows and columns.
SAME_METHODS = words(
    "copy fillna dropna drop_duplicates astype sort_values sort_index head tail reset_index set_index to_numpy values"
    " round clip abs replace infer_objects convert_dtypes interpolate ffill bfill pad shuffle cache prefetch batch repeat"
    " numpy cpu cuda to float long double detach contiguous tolist to_list compute persist map_partitions where mask"
    " to_dense toarray todense tocsr toarray sparse bfill shift to_pandas transform_columns ravel flatten reshape squeeze"
    " view"
)
#: Methods whose result is no data.
OPAQUE_METHODS = words(
    "info describe plot hist boxplot show to_csv to_parquet to_pickle to_excel to_sql items keys shape size nunique"
    " value_counts corr cov count memory_usage tofile save any all dtype dtypes element_spec corrwith isin idxmax idxmin"
    " argmax_ to_html to_json to_feather to_hdf skew kurt sum prod unique crosstab"
)

_SUFFIX = late(r"(Classifier|Regressor|OverSampler|UnderSampler|SMOTE)$")
_SUFFIX_KINDS = {
    "Classifier": "classifier",
    "Regressor": "regressor",
    "OverSampler": "over",
    "UnderSampler": "under",
    "SMOTE": "over",
}


def kind_of(path: str) -> str:
    """What an object of the class at a dotted path is; "" when unknown."""
    top, _, _ = path.partition(".")
    if top not in FAMILY:
        return ""
    name = path.rpartition(".")[2]
    if name == "LDA" and "discriminant" not in path and "lda" not in path:
        return ""
    if name == "Model" and top not in ("keras", "tensorflow", "tf_keras"):
        return ""
    if name == "Tokenizer" and top not in ("keras", "tensorflow", "tf_keras"):
        return ""
    kind = KINDS.get(name)
    if kind:
        return kind
    if name[:1].isupper():
        match = _SUFFIX.search(name)
        if match:
            return _SUFFIX_KINDS[match.group(1)]
    return ""


def is_metric(path: str) -> bool:
    top, _, _ = path.partition(".")
    name = path.rpartition(".")[2]
    return (top in ("sklearn", "imblearn", "cuml") and ".metrics." in path and name[:1].islower()) or name in _METRICS


_METRICS = words(
    "accuracy_score f1_score precision_score recall_score roc_auc_score classification_report confusion_matrix log_loss"
    " mean_squared_error mean_absolute_error r2_score roc_curve precision_recall_curve fbeta_score average_precision_score"
    " mean_squared_log_error mean_absolute_percentage_error root_mean_squared_error balanced_accuracy_score"
    " cohen_kappa_score matthews_corrcoef explained_variance_score median_absolute_error hamming_loss"
    " precision_recall_fscore_support plot_confusion_matrix"
)

#: Names so telling that they are known without their import (a star import, a cell that does not parse).
TELLING = frozenset(
    {name for name, kind in KINDS.items() if kind not in ("network", "text") and len(name) > 6}
    | {"train_test_split", "CountVectorizer", "TfidfVectorizer", "KFold", "PCA", "SVC", "SMOTE"}
    | CV_FUNCTIONS
    | _METRICS
) - {"Pipeline", "Imputer", "Normalization"}

_TOKENS = late(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_TEST = words("test testing tst te xtest ytest holdout unseen")
_VALID = words("val valid validation dev xval yval xvalid yvalid calib")
_TRAIN = words("train training tr trn xtrain ytrain trainx trainy")
_ROWS = words("idx index indices ind inds ids mask rows perm indexes msk permutation order")


def tokens(name: str) -> frozenset[str]:
    return frozenset(token.lower() for token in _TOKENS.findall(name))


def role_of_name(name: str) -> str:
    """train, valid or test when a variable is named so; "" otherwise."""
    found = tokens(name)
    roles = [
        role for role, words in (("train", _TRAIN), ("valid", _VALID), ("test", _TEST)) if not found.isdisjoint(words)
    ]
    return roles[0] if len(roles) == 1 else ""


def names_rows(name: str) -> bool:
    return not tokens(name).isdisjoint(_ROWS)


TIME = late(r"(^|_)(date|datetime|time|timestamp|ds|day|month|year)(_|$)", re.I)
