from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.neighbours import SHIPPED
from retrieval.errors import StoreclerkError
from retrieval.pairs import FEATURES
from retrieval.relations import RELATIONS, WEIGHTS_FILE, RelationModel, load_relations, save_relations

WIDTH = len(FEATURES)
RULED = ("made to fit, nothing in common", "for whom differs")
"""What rules decide over the weights' heads."""


def made(seed: int = 7) -> RelationModel:
    rng = np.random.default_rng(seed)
    return RelationModel(
        rng.normal(size=(len(RELATIONS), WIDTH)),
        rng.normal(size=len(RELATIONS)),
        rng.normal(size=WIDTH),
        rng.uniform(0.1, 2, size=WIDTH),
    )


@given(st.integers(0, 2**32 - 1), st.sampled_from([0.0, 1.0, 1e4]))
def test_chances_add_up_to_one(seed: int, size: float) -> None:
    rows = np.random.default_rng(seed).normal(size=(5, WIDTH), scale=size).astype(np.float32)
    chances = made().chances(rows)
    assert chances.shape == (5, len(RELATIONS))
    assert np.allclose(chances.sum(axis=1), 1)
    assert (chances >= 0).all()


def test_no_rows_have_no_chances() -> None:
    assert made().chances(np.empty((0, WIDTH), dtype=np.float32)).shape == (0, len(RELATIONS))


@given(st.integers(0, 2**32 - 1))
def test_what_speaks_for_a_relation_adds_up_to_its_lead_over_the_others(seed: int) -> None:
    """log P(r) less the mean of the others' is the sum over features, and the same difference of the intercepts."""
    model = made()
    row = np.random.default_rng(seed).normal(size=WIDTH).astype(np.float32)
    row[[FEATURES.index(name) for name in RULED]] = 0
    logs = np.log(model.chances(row[None]))[0]
    for place, relation in enumerate(RELATIONS):
        spoken = model.speaks_for(row.tolist(), relation)
        assert list(spoken) == list(FEATURES)
        rest = [n for n in range(len(RELATIONS)) if n != place]
        intercept = model.intercept[place] - model.intercept[rest].mean()
        assert sum(spoken.values()) + intercept == pytest.approx(logs[place] - logs[rest].mean(), abs=1e-4)


def test_no_weight_makes_a_replacement_of_what_fits_another_device_or_another_person() -> None:
    """The rules stand above the weights: the chance goes to "unrelated", and rows still add up to 1."""
    rows = np.random.default_rng(3).normal(size=(40, WIDTH)).astype(np.float32)
    names = ("made to fit, nothing in common", "made to fit, another brand", "names the other", "for whom differs")
    fits, foreign, named, whom = (FEATURES.index(name) for name in names)
    rows[:, [fits, foreign, named, whom]] = 0
    rows[:10, whom] = 1
    rows[10:20, fits] = 0.5
    rows[20:30, [fits, foreign]] = 0.5
    rows[30:, [fits, foreign, named]] = 0.5
    told = dict(zip(RELATIONS, made().chances(rows).T, strict=True))
    assert np.allclose(sum(told.values()), 1)
    assert not told["substitute"].any()
    assert told["complement"][:20].all()
    assert not told["complement"][20:30].any()
    assert told["complement"][30:].all()  # one names the other: it goes with it, whoever made it


def test_a_saved_model_says_the_same(tmp_path: Path) -> None:
    model, rows = made(), np.random.default_rng(1).normal(size=(9, WIDTH)).astype(np.float32)
    save_relations(model, tmp_path / "a" / "b")
    assert np.allclose(load_relations(tmp_path / "a" / "b").chances(rows), model.chances(rows), atol=1e-4)


def stored(folder: Path, **changes: Any) -> Path:
    """A saved model with some of its file changed; a field that is None is left out."""
    save_relations(made(), folder)
    file = folder / WEIGHTS_FILE
    fields = json.loads(file.read_text()) | changes
    file.write_text(json.dumps({name: value for name, value in fields.items() if value is not None}))
    return folder


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"features": list(FEATURES[:-1])}, "other features.*`storeclerk train relations`"),
        ({"features": list(reversed(FEATURES))}, "other features"),
        ({"features": None}, "other features"),
        ({"relations": ["same", "other"]}, "other features"),
        ({"weights": None}, "damaged.*`storeclerk train relations`"),
        ({"weights": [[1.0]]}, "damaged"),
        ({"scale": "wide"}, "damaged"),
        ({"mean": [float("nan")] * WIDTH}, "damaged"),
    ],
)
def test_another_models_file_is_refused_in_one_line(tmp_path: Path, changes: dict[str, Any], message: str) -> None:
    with pytest.raises(StoreclerkError, match=message) as refused:
        load_relations(stored(tmp_path, **changes))
    assert str(tmp_path) in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("text", ["", "{", "\xff", "[]", "3"])
def test_a_file_that_is_no_model_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / WEIGHTS_FILE).write_text(text, encoding="latin-1")
    with pytest.raises(StoreclerkError, match=WEIGHTS_FILE):
        load_relations(tmp_path)


def test_a_folder_without_one_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreclerkError, match=f"{WEIGHTS_FILE} cannot be read"):
        load_relations(tmp_path / "none")


def test_the_shipped_weights_load_and_read_as_they_should() -> None:
    """What a shop clerk would say: one model speaks for a variant, kinds that go together for a complement."""
    model = load_relations(SHIPPED)
    weights = {r: dict(zip(FEATURES, model.weights[n], strict=True)) for n, r in enumerate(RELATIONS)}
    assert max(RELATIONS, key=lambda r: weights[r]["same model"]) == "variant"
    assert max(RELATIONS, key=lambda r: weights[r]["goods go together"]) == "complement"
    assert max(RELATIONS, key=lambda r: weights[r]["other goods"]) == "unrelated"
    assert weights["substitute"]["same goods"] > weights["complement"]["same goods"]
