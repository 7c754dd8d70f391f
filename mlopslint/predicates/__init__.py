"""Named Python predicates for what the YAML vocabulary cannot say; each takes the judge and returns an outcome."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import TYPE_CHECKING

from mlopslint.outcome import Outcome
from mlopslint.predicates import (
    beyond,
    ci,
    collaboration,
    data,
    deployment,
    experiments,
    governance,
    monitoring,
    purpose,
    reproducibility,
    retraining,
    structure,
    style,
    testing,
    training,
)

if TYPE_CHECKING:
    from mlopslint.judge import Judge

_HELPERS = frozenset(
    {
        "technology_in_use",
        "serving_code",
        "trains_by_command",
        "runs_training_pipeline",
        "ci_training",
        "delivered_data",
        "data_tests",
        "found",
        "half",
        "no",
        "yes",
        "not_applicable",
        "all_commands",
        "ci_commands",
        "starts_with_any",
    }
)


def _predicates(*modules: ModuleType) -> dict[str, Callable[[Judge], Outcome]]:
    """Every public function of these modules that takes a judge and says in its docstring what it answers."""
    return {
        name: function
        for module in modules
        for name, function in vars(module).items()
        if not name.startswith("_")
        and name not in _HELPERS
        and getattr(function, "__module__", "") == module.__name__
        and callable(function)
    }


#: name -> predicate
PREDICATES = _predicates(
    beyond,
    ci,
    collaboration,
    data,
    deployment,
    experiments,
    governance,
    monitoring,
    purpose,
    reproducibility,
    retraining,
    structure,
    style,
    testing,
    training,
)
