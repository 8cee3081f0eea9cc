"""How well is it told what one product is to another? The labelled pairs, by the model and by two plain baselines.

    python -m benchmarks.relations                     # figures on the pairs kept for the end
    python -m benchmarks.relations --development       # ten folds over the others, by product
    python -m benchmarks.relations --save models/relations      # train on the development pairs, write the weights

`benchmarks/labels/pairs.tsv` holds ids and labels only; Icecat's listings are read from an index of that catalogue
(--icecat), the demo shop's from one of the demo shop (--demo). Baselines get the same development pairs to learn
their thresholds from: the cosine of the two vectors alone; category and price alone; and, harder than what shops
have, category, kind of goods and price.
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from assistant.clerk import open_encoder
from assistant.neighbours import Neighbours
from assistant.profile import read_baskets
from assistant.relation_training import f1_of_each, fit, macro_f1, predicted
from assistant.settings import EncoderSettings
from retrieval.index import open_index
from retrieval.pairs import FEATURES
from retrieval.relations import RELATIONS, Relation, save_relations
from retrieval.types import Vectors

LABELS = Path(__file__).parent / "labels" / "pairs.tsv"
EVENTS = Path(__file__).parents[1] / "demo_store" / "events.csv"
FOLDS, RESAMPLES = 10, 2000


@dataclass(frozen=True, slots=True)
class Pair:
    """One labelled pair, read."""

    shop: str
    product: str
    relation: Relation
    passes: tuple[str, str]
    split: str
    row: Vectors


def read_pairs(folders: dict[str, Path]) -> list[Pair]:
    """The labelled pairs of the shops whose index is there, with their features."""
    with LABELS.open(encoding="utf-8", newline="") as lines:
        labels = list(csv.DictReader(lines, delimiter="\t"))
    encoder = open_encoder(EncoderSettings())
    found = []
    for shop, folder in folders.items():
        own = [row for row in labels if row["shop"] == shop]
        with open_index(folder, encoder) as index:
            baskets = read_baskets(EVENTS, frozenset(index.ids)) if shop == "demo" else ()
            rows = Neighbours(index, baskets).rows_of([(label["product"], label["other"]) for label in own])
        for label, row in zip(own, rows, strict=True):
            relation = next(r for r in RELATIONS if r == label["relation"])
            passes = (label["first_pass"], label["second_pass"])
            found.append(Pair(shop, f"{shop} {label['product']}", relation, passes, label["split"], row))
    return found


def systems(train: Sequence[Pair], test: Sequence[Pair]) -> dict[str, list[Relation]]:
    """What the model and each baseline say of the test pairs, having learned from the others."""
    from sklearn.tree import DecisionTreeClassifier

    said = {"storeclerk": predicted(fit(_rows(train), [p.relation for p in train]), _rows(test))}
    baselines = {
        "vector similarity": ["cosine"],
        "category and price": ["same category", "other category", "same department", "price apart"],
        "category, kind and price": [
            "same category", "other category", "same department", "price apart",
            "same goods", "like goods", "goods go together", "other goods",
        ],
    }  # fmt: skip
    targets = [p.relation for p in train]
    for name, used in baselines.items():
        columns = [FEATURES.index(feature) for feature in used]
        # A tree of few leaves is a set of thresholds; balanced, since macro-F1 asks for every relation alike.
        rules = DecisionTreeClassifier(max_leaf_nodes=8, min_samples_leaf=8, class_weight="balanced", random_state=0)
        rules.fit(_rows(train)[:, columns], targets)
        said[name] = list(rules.predict(_rows(test)[:, columns]))
    return said


def _rows(pairs: Sequence[Pair]) -> Vectors:
    return np.stack([pair.row for pair in pairs])


def folded(pairs: Sequence[Pair]) -> tuple[list[Pair], dict[str, list[Relation]]]:
    """Ten folds, all pairs of a product in one."""
    from sklearn.model_selection import GroupKFold

    order: list[Pair] = []
    said: dict[str, list[Relation]] = {}
    splits = GroupKFold(FOLDS).split(pairs, groups=[p.product for p in pairs])
    for train, test in splits:
        order += [pairs[i] for i in test]
        for name, found in systems([pairs[i] for i in train], [pairs[i] for i in test]).items():
            said.setdefault(name, []).extend(found)
    return order, said


def report(pairs: Sequence[Pair], said: dict[str, list[Relation]]) -> None:
    """Macro-F1 with a 95 % interval over products, each relation's F1, each shop's, and the lead over each baseline."""
    truth = [p.relation for p in pairs]
    draws = _draws(pairs)
    for name, found in said.items():
        low, high = np.percentile([macro_f1([truth[i] for i in d], [found[i] for i in d]) for d in draws], [2.5, 97.5])
        each = " ".join(f"{relation} {value:.2f}" for relation, value in f1_of_each(truth, found).items())
        print(f"{name:26s} macro-F1 {macro_f1(truth, found):.3f} [{low:.3f}, {high:.3f}]   {each}")
        for shop in sorted({p.shop for p in pairs}):
            own = [i for i, p in enumerate(pairs) if p.shop == shop]
            print(f"{'':26s}   {shop}: {macro_f1([truth[i] for i in own], [found[i] for i in own]):.3f} of {len(own)}")
    ours = said["storeclerk"]
    for name, found in said.items():
        if name == "storeclerk":
            continue
        gaps = [
            macro_f1([truth[i] for i in d], [ours[i] for i in d])
            - macro_f1([truth[i] for i in d], [found[i] for i in d])
            for d in draws
        ]
        low, high = np.percentile(gaps, [2.5, 97.5])
        lead = macro_f1(truth, ours) - macro_f1(truth, found)
        print(f"lead over {name}: {lead:+.3f} [{low:+.3f}, {high:+.3f}]")


def _draws(pairs: Sequence[Pair]) -> list[list[int]]:
    """Bootstrap over products: the pairs of one hang together."""
    groups: dict[str, list[int]] = {}
    for place, pair in enumerate(pairs):
        groups.setdefault(pair.product, []).append(place)
    members = list(groups.values())
    rng = np.random.default_rng(20261123)
    return [[i for g in rng.integers(0, len(members), len(members)) for i in members[g]] for _ in range(RESAMPLES)]


def agreement(pairs: Sequence[Pair]) -> None:
    """Of the two passes of labelling."""
    from sklearn.metrics import cohen_kappa_score

    one, other = zip(*(p.passes for p in pairs), strict=True)
    same = sum(a == b for a, b in zip(one, other, strict=True))
    kappa = cohen_kappa_score(one, other)
    print(f"{len(pairs)} pairs; the two passes agree on {same / len(pairs):.1%}, Cohen's kappa {kappa:.3f}")


def main() -> None:
    """Runs the measurement."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--demo", type=Path, default=Path(".storeclerk"), help="index of the demo shop")
    parser.add_argument("--icecat", type=Path, help="index of the Icecat catalogue")
    parser.add_argument("--development", action="store_true", help="ten folds over the development pairs")
    parser.add_argument("--save", type=Path, help="train on the development pairs and write the weights here")
    given = parser.parse_args()
    folders = {"demo": given.demo} | ({"icecat": given.icecat} if given.icecat else {})
    pairs = read_pairs(folders)
    agreement(pairs)
    learn, kept = ([p for p in pairs if p.split == split] for split in ("dev", "test"))
    if given.save:
        save_relations(fit(_rows(learn), [p.relation for p in learn]), given.save)
        print(f"weights from {len(learn)} pairs written to {given.save}")
    elif given.development:
        report(*folded(learn))
    else:
        report(kept, systems(learn, kept))


if __name__ == "__main__":
    main()
