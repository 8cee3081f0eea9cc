"""Pairs labelled by people -> the weights of `retrieval.relations`, and how good they are on pairs kept apart."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from assistant.wording import plural
from retrieval.errors import StoreclerkError
from retrieval.relations import RELATIONS, Relation, RelationModel
from retrieval.types import Vectors

COLUMNS = ("product", "other", "relation")

STRENGTH = 0.3
"""Inverse weight of the L2 penalty; chosen by ten folds of the labels kept for development, by product."""

FOLDS = 10

FEWEST = 5
"""Labels a relation needs: fewer teach nothing."""


@dataclass(frozen=True, slots=True)
class LabelledPair:
    """One pair, as somebody judged it."""

    product: str
    other: str
    relation: Relation


def read_pairs(file: Path) -> list[LabelledPair]:
    """A tab-separated file with the columns product, other and relation; others are left alone.

    Raises StoreclerkError, with the line, for what cannot be read.
    """
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            rows = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)  # a title may open with 17"
            missing = set(COLUMNS) - set(rows.fieldnames or ())
            if missing:
                raise StoreclerkError(
                    f"{file} has no column {', '.join(sorted(missing))}: it needs {', '.join(COLUMNS)}."
                )
            return [_labelled(file, rows.line_num, row) for row in rows]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise StoreclerkError(f"{file} cannot be read: {error}.") from error


def _labelled(file: Path, number: int, row: Mapping[str, str | None]) -> LabelledPair:
    product, other, relation = ((row[name] or "").strip() for name in COLUMNS)
    found = next((r for r in RELATIONS if r == relation), None)
    if found is None:
        raise StoreclerkError(
            f"{file}, line {number}: {relation!r} is no relation; it is one of {', '.join(RELATIONS)}."
        )
    if not product or not other or product == other:
        raise StoreclerkError(f"{file}, line {number}: a pair needs the ids of two products.")
    return LabelledPair(product, other, found)


def fit(rows: Vectors, relations: Sequence[Relation], *, fewest: int = FEWEST) -> RelationModel:
    """Multinomial logistic regression with an L2 penalty, on standardised features of shape (n, features).

    Raises StoreclerkError if a relation has fewer than `fewest` labels.
    """
    from sklearn.linear_model import LogisticRegression

    counts = Counter(relations)
    scarce = [f"{relation} ({counts[relation]})" for relation in RELATIONS if counts[relation] < fewest]
    if scarce:
        raise StoreclerkError(f"Too few pairs are labelled {', '.join(scarce)}: each relation needs {fewest}.")
    mean, scale = rows.mean(axis=0, dtype=np.float64), rows.std(axis=0, dtype=np.float64)
    scale[scale < 1e-9] = 1.0  # a feature that never varies here says nothing
    targets = [RELATIONS.index(relation) for relation in relations]
    model = LogisticRegression(C=STRENGTH, max_iter=5000).fit((rows - mean) / scale, targets)
    return RelationModel(model.coef_, model.intercept_, mean, scale)


def cross_validated(rows: Vectors, relations: Sequence[Relation], products: Sequence[str]) -> tuple[float, float]:
    """Macro-F1 of the model and of the cosine alone, on folds that keep all pairs of a product together.

    Raises StoreclerkError where the products are too few for that: a fold must leave some pairs of each relation.
    """
    from sklearn.model_selection import GroupKFold
    from sklearn.tree import DecisionTreeClassifier

    folds = min(FOLDS, len(set(products)))
    if folds < 2:
        raise StoreclerkError("The pairs are all of one product: label pairs of several.")
    truth: list[Relation] = []
    ours: list[Relation] = []
    cosine: list[Relation] = []
    for learn, kept in GroupKFold(folds).split(rows, groups=products):
        known = [relations[i] for i in learn]
        gone = next((relation for relation in RELATIONS if relation not in known), None)
        if gone is not None:
            own = len({each for each, relation in zip(products, relations, strict=True) if relation == gone})
            raise StoreclerkError(
                f"The pairs labelled {gone} are all of {plural(own, 'product')}, so how well it is told cannot be "
                "measured: label some of other products."
            )
        truth += [relations[i] for i in kept]
        ours += predicted(fit(rows[learn], known, fewest=1), rows[kept])
        rules = DecisionTreeClassifier(max_leaf_nodes=8, min_samples_leaf=8, class_weight="balanced", random_state=0)
        cosine += list(rules.fit(rows[learn, :1], known).predict(rows[kept, :1]))
    return macro_f1(truth, ours), macro_f1(truth, cosine)


def predicted(model: RelationModel, rows: Vectors) -> list[Relation]:
    """The likeliest relation of each row."""
    return [RELATIONS[int(place)] for place in model.chances(rows).argmax(axis=1)]


def macro_f1(truth: Sequence[Relation], said: Sequence[Relation]) -> float:
    """Mean of the relations' F1; of those that are in neither, nothing is counted."""
    return float(np.mean(list(f1_of_each(truth, said).values())))


def f1_of_each(truth: Sequence[Relation], said: Sequence[Relation]) -> dict[Relation, float]:
    """Relation -> harmonic mean of precision and recall."""
    found: dict[Relation, float] = {}
    for relation in RELATIONS:
        hits = sum(t == s == relation for t, s in zip(truth, said, strict=True))
        either = sum(t == relation for t in truth) + sum(s == relation for s in said)
        if either:
            found[relation] = 2 * hits / either
    return found
