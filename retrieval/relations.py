"""What one product is to another: a small multinomial logistic model over `retrieval.pairs.FEATURES`.

    P(relation | row) = softmax(W z + b),  z = (row - mean) / scale

A linear model on purpose: what speaks for a relation, and how much, can be read off it. It is trained by
`assistant.relation_training`; the weights that come with storeclerk lie in `models/relations`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from retrieval.errors import StoreclerkError
from retrieval.pairs import FEATURES
from retrieval.types import Vectors

Relation = Literal["variant", "substitute", "complement", "unrelated"]
"""The same thing in another colour, size or listing; another doing the same job; what goes with it; none of these."""

RELATIONS: tuple[Relation, ...] = get_args(Relation)

MADE_TO_FIT = 0.3
"""Share of a kind's listings that say what they fit, from which all of the kind are taken to be made for something."""

WEIGHTS_FILE = "weights.json"

_SHAPES: Mapping[str, tuple[int, ...]] = {
    "weights": (len(RELATIONS), len(FEATURES)),
    "intercept": (len(RELATIONS),),
    "mean": (len(FEATURES),),
    "scale": (len(FEATURES),),
}


@dataclass(frozen=True)
class RelationModel:
    """Weights of shape (len(RELATIONS), len(FEATURES)), the rest to match."""

    weights: NDArray[np.float64]
    intercept: NDArray[np.float64]
    mean: NDArray[np.float64]
    scale: NDArray[np.float64]

    def chances(self, rows: Vectors) -> NDArray[np.float64]:
        """Shape (n, len(RELATIONS)); each row adds up to 1.

        What is made to fit a device (a toner, a battery) does the job of another, or goes with something of another
        brand, only where the listings name a device in common or one names the other: however alike the two are, the
        chance of it then goes to "unrelated". Nor does what is for women do the job of what is for men.
        """
        logits = (rows.astype(np.float64) - self.mean) / self.scale @ self.weights.T + self.intercept
        grown = np.exp(logits - logits.max(axis=1, keepdims=True))
        chances = np.asarray(grown / grown.sum(axis=1, keepdims=True))
        apart = _column(rows, "made to fit, nothing in common") >= MADE_TO_FIT
        foreign = apart & (_column(rows, "made to fit, another brand") > 0) & (_column(rows, "names the other") == 0)
        whom = _column(rows, "for whom differs") > 0
        for unfit, relation in ((apart | whom, "substitute"), (foreign, "complement")):
            place = RELATIONS.index(relation)
            chances[unfit, RELATIONS.index("unrelated")] += chances[unfit, place]
            chances[unfit, place] = 0.0
        return chances

    def speaks_for(self, row: Sequence[float], relation: Relation) -> Mapping[str, float]:
        """Feature -> how much it raises the log-odds of the relation over the mean of the others."""
        z = (np.asarray(row, dtype=np.float64) - self.mean) / self.scale
        place = RELATIONS.index(relation)
        others = np.delete(self.weights, place, axis=0).mean(axis=0)
        return dict(zip(FEATURES, ((self.weights[place] - others) * z).tolist(), strict=True))


def _column(rows: Vectors, feature: str) -> Vectors:
    return rows[:, FEATURES.index(feature)]


def load_relations(folder: Path) -> RelationModel:
    """The model in a folder. Raises StoreclerkError if it is not there, damaged, or made for other features."""
    file = folder / WEIGHTS_FILE
    try:
        stored = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise StoreclerkError(f"The relation model {file} cannot be read: {error}.") from error
    known = stored if isinstance(stored, dict) else {}
    if known.get("features") != list(FEATURES) or known.get("relations") != list(RELATIONS):
        raise StoreclerkError(
            f"The relation model {file} was trained for other features: "
            "train it again with `storeclerk train relations`."
        )
    try:
        arrays = {name: np.asarray(known[name], dtype=np.float64) for name in _SHAPES}
    except (KeyError, TypeError, ValueError):
        arrays = {}
    if any(name not in arrays or arrays[name].shape != shape for name, shape in _SHAPES.items()) or not all(
        np.isfinite(array).all() for array in arrays.values()
    ):
        raise StoreclerkError(
            f"The relation model {file} is damaged: train it again with `storeclerk train relations`."
        )
    return RelationModel(**arrays)


def save_relations(model: RelationModel, folder: Path) -> None:
    """Writes what `load_relations` reads."""
    folder.mkdir(parents=True, exist_ok=True)
    stored: dict[str, object] = {"features": list(FEATURES), "relations": list(RELATIONS)}
    for name in _SHAPES:
        stored[name] = np.round(getattr(model, name), 6).tolist()
    (folder / WEIGHTS_FILE).write_text(json.dumps(stored, indent=1) + "\n", encoding="utf-8")
