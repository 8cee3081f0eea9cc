"""Which products are looked at, and what becomes of what the model says: the weights are made by hand."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from assistant.neighbours import SURE, Candidate, Neighbours
from retrieval.encoder import HashEncoder
from retrieval.errors import StoreclerkError, UnknownProduct
from retrieval.index import Index, build_index, open_index
from retrieval.pairs import FEATURES
from retrieval.relations import RELATIONS, WEIGHTS_FILE, RelationModel, save_relations
from tests.assistant.shop import BY_ID, PRODUCTS
from tests.toys import write_jsonl

BASKETS = (("jacket-m", "pack-30", "boots-42"), ("jacket-m", "pack-30"), ("kettle-quiet", "maker-plain"), ("jacket-m",))

HEAD = {"variant": 1.0, "substitute": 0.0, "complement": 0.0, "unrelated": 3.0}
SPEAKS = {
    ("variant", "same model"): 20.0,
    ("substitute", "same category"): 8.0,
    ("complement", "taken together"): 10.0,
    ("complement", "goods go together"): 6.0,
}
"""One model's are variants, one shelf's substitutes; what was taken together, or goes together, is a complement."""


def weights(folder: Path, speaks: dict[tuple[str, str], float] = SPEAKS) -> Path:
    matrix = np.zeros((len(RELATIONS), len(FEATURES)))
    for place, relation in enumerate(RELATIONS):
        matrix[place] = [speaks.get((relation, feature), 0.0) for feature in FEATURES]
    heads = np.asarray([HEAD[relation] for relation in RELATIONS])
    save_relations(RelationModel(matrix, heads, np.zeros(len(FEATURES)), np.ones(len(FEATURES))), folder)
    return folder


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    folder = tmp_path_factory.mktemp("shop")
    build_index([write_jsonl(folder / "feed.jsonl", PRODUCTS)], folder / "data", HashEncoder())
    with open_index(folder / "data", HashEncoder()) as opened:
        yield opened


@pytest.fixture(scope="module")
def neighbours(index: Index, tmp_path_factory: pytest.TempPathFactory) -> Neighbours:
    return Neighbours(index, BASKETS, weights(tmp_path_factory.mktemp("weights")))


def of(neighbours: Neighbours, id: str) -> dict[str, Candidate]:
    return {candidate.product.id: candidate for candidate in neighbours.of(BY_ID[id])}


def told(neighbours: Neighbours, id: str) -> dict[str, set[str]]:
    found = of(neighbours, id).values()
    return {relation: {c.product.id for c in found if c.relation == relation} for relation in RELATIONS}


def test_each_is_what_the_weights_make_of_it(neighbours: Neighbours) -> None:
    assert told(neighbours, "jacket-m") == {
        "variant": {"jacket-s"},
        "substitute": {"jacket-xl", "jacket-l"},
        "complement": {"pack-30", "boots-42"},
        "unrelated": set(),
    }


def test_what_was_counted_comes_with_it(neighbours: Neighbours) -> None:
    found = of(neighbours, "jacket-m")
    assert (found["pack-30"].taken, found["boots-42"].taken, found["jacket-s"].taken) == (2, 1, 0)
    assert found["pack-30"].lift > 0
    assert found["jacket-s"].lift == 0
    assert all(0.25 < c.chance <= 1 and -1.0001 <= c.cosine <= 1.0001 for c in found.values())


def test_kinds_that_are_used_together_come_with_their_names(neighbours: Neighbours) -> None:
    bag = of(neighbours, "tent-2")["bag-summer"]
    assert (bag.relation, bag.goods, bag.taken) == ("complement", ("tent", "sleeping bag"), 0)
    assert of(neighbours, "tent-2")["tent-4"].goods is None


def test_the_nearest_come_first_and_never_the_product_itself(neighbours: Neighbours) -> None:
    for id in ("jacket-m", "tent-2", "hostile", "kettle-plain"):
        found = neighbours.of(BY_ID[id])
        assert id not in {c.product.id for c in found}
        assert [c.cosine for c in found] == sorted((c.cosine for c in found), reverse=True)
        assert len({c.product.id for c in found}) == len(found)


def test_an_unsure_complement_is_left_out_and_an_unsure_substitute_stays(index: Index, tmp_path: Path) -> None:
    doubt = {("variant", "other category"): 2.0, ("substitute", "other category"): 2.9}
    barely = Neighbours(index, BASKETS, weights(tmp_path, {("complement", "taken together"): 4.4, **doubt}))
    assert told(barely, "jacket-m")["complement"] == {"pack-30"}  # boots, taken once, are likeliest one too, by 27 %
    near = {("substitute", "same category"): 3.05, ("variant", "same category"): 1.9}
    found = of(Neighbours(index, BASKETS, weights(tmp_path, near)), "jacket-m")
    assert {id: c.relation for id, c in found.items()} == dict.fromkeys(
        ["jacket-s", "jacket-xl", "jacket-l"], "substitute"
    )
    assert all(c.chance < SURE for c in found.values())


def test_model_shelf_and_baskets_are_looked_at_however_far_by_vector(
    neighbours: Neighbours, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assistant.neighbours.NEAREST", 0)
    assert {"jacket-s", "jacket-xl", "jacket-l", "pack-30", "boots-42"} <= of(neighbours, "jacket-m").keys()
    monkeypatch.setattr("assistant.neighbours._KIND", 1)  # too large a shelf to be looked at whole
    assert {"jacket-xl", "jacket-l"} & of(neighbours, "jacket-m").keys() == set()
    assert "jacket-s" in of(neighbours, "jacket-m")


def test_what_is_counted_over_the_catalogue_is_counted_once(neighbours: Neighbours) -> None:
    (reader, model), (again, same) = neighbours.ready(), neighbours.ready()
    assert reader is again
    assert model is same


def test_without_baskets_nothing_was_taken(index: Index, tmp_path: Path) -> None:
    assert told(Neighbours(index, folder=weights(tmp_path)), "jacket-m")["complement"] == set()


def test_rows_of_pairs_are_in_their_order(neighbours: Neighbours) -> None:
    rows = neighbours.rows_of([("jacket-m", "jacket-s"), ("tent-2", "bag-summer")])
    assert rows.shape == (2, len(FEATURES))
    assert rows[:, FEATURES.index("same model")].tolist() == [1, 0]
    assert np.allclose(rows, neighbours.rows_of([("jacket-s", "jacket-m"), ("bag-summer", "tent-2")]), atol=1e-6)
    assert neighbours.rows_of([]).shape == (0, len(FEATURES))
    with pytest.raises(UnknownProduct, match=r"'tent-22'.*did you mean 'tent-2'"):
        neighbours.rows_of([("tent-2", "tent-4"), ("tent-2", "tent-22")])


def test_weights_that_are_not_there_are_said_to_be_missing(index: Index, tmp_path: Path) -> None:
    with pytest.raises(StoreclerkError, match="cannot be read"):
        Neighbours(index, folder=tmp_path / "none").of(BY_ID["tent-2"])


def test_new_weights_can_be_trained_where_the_old_ones_do_not_fit(
    index: Index, neighbours: Neighbours, tmp_path: Path
) -> None:
    stale = Neighbours(index, BASKETS, weights(tmp_path))
    (tmp_path / WEIGHTS_FILE).write_text('{"features": ["another"]}', encoding="utf-8")
    pairs = [("jacket-m", "jacket-s"), ("jacket-m", "pack-30")]
    assert (stale.rows_of(pairs) == neighbours.rows_of(pairs)).all()
    with pytest.raises(StoreclerkError, match="train it again with `storeclerk train relations`"):
        stale.ready()


def test_the_shipped_weights_know_another_size_of_one_jacket(index: Index) -> None:
    assert of(Neighbours(index), "jacket-m")["jacket-s"].relation == "variant"
