from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from assistant.relation_training import (
    FEWEST,
    LabelledPair,
    cross_validated,
    f1_of_each,
    fit,
    macro_f1,
    predicted,
    read_pairs,
)
from retrieval.errors import StoreclerkError
from retrieval.pairs import FEATURES
from retrieval.relations import RELATIONS, Relation, RelationModel
from retrieval.types import Vectors


def written(path: Path, *lines: str, encoding: str = "utf-8") -> Path:
    path.write_text("\n".join(lines) + "\n", encoding=encoding)
    return path


class TestReading:
    def test_columns_in_any_order_and_others_left_alone(self, tmp_path: Path) -> None:
        file = written(
            tmp_path / "p.tsv",
            "\ufeffrelation\tproduct\ttitle\tother",
            'variant\ta\t17" monitor\tb',
            "",
            'unrelated\t a \t"quoted\t c',
        )
        assert read_pairs(file) == [LabelledPair("a", "b", "variant"), LabelledPair("a", "c", "unrelated")]

    @pytest.mark.parametrize(
        ("lines", "message"),
        [
            (["product\tother", "a\tb"], "has no column relation: it needs product, other, relation"),
            (["product,other,relation", "a,b,variant"], "has no column other, product, relation"),
            ([""], "has no column"),
            (["product\tother\trelation", "a\tb\tvariant", "a\tc\tsame"], "line 3: 'same' is no relation.*complement"),
            (["product\tother\trelation", "", "a\tb\tVariant"], "line 3: 'Variant' is no relation"),
            (["product\tother\trelation", "a\tb"], "line 2: '' is no relation"),
            (["product\tother\trelation", "\tb\tvariant"], "line 2: a pair needs the ids of two products"),
            (["product\tother\trelation", "a\ta\tvariant"], "line 2: a pair needs the ids of two products"),
        ],
    )
    def test_what_cannot_be_read_is_named(self, tmp_path: Path, lines: list[str], message: str) -> None:
        file = written(tmp_path / "p.tsv", *lines)
        with pytest.raises(StoreclerkError, match=message) as refused:
            read_pairs(file)
        assert str(file) in str(refused.value)
        assert "\n" not in str(refused.value)

    def test_a_file_that_is_no_text_or_not_there(self, tmp_path: Path, small_cells: None) -> None:
        with pytest.raises(StoreclerkError, match=r"none.tsv cannot be read"):
            read_pairs(tmp_path / "none.tsv")
        with pytest.raises(StoreclerkError, match="cannot be read"):
            read_pairs(tmp_path)
        (tmp_path / "bad.tsv").write_bytes(b"product\tother\trelation\n\xff\xfe\tb\tvariant\n")
        with pytest.raises(StoreclerkError, match=r"bad.tsv cannot be read"):
            read_pairs(tmp_path / "bad.tsv")
        with pytest.raises(StoreclerkError, match=r"long.tsv cannot be read"):
            read_pairs(written(tmp_path / "long.tsv", "product\tother\trelation", "x" * 200_000 + "\tb\tvariant"))


def labelled(each: int, products: int) -> tuple[Vectors, list[Relation], list[str]]:
    """Rows in which one feature a relation is on, so that the rule is plain; the cosine says nothing."""
    rng = np.random.default_rng(5)
    relations = [relation for relation in RELATIONS for _ in range(each)]
    rows = rng.normal(scale=0.1, size=(len(relations), len(FEATURES))).astype(np.float32)
    rows[:, [FEATURES.index(n) for n in ("made to fit, nothing in common", "for whom differs")]] = (
        0  # rules, not weights
    )
    for row, relation in zip(rows, relations, strict=True):
        row[1 + RELATIONS.index(relation)] += 1
    return rows, relations, [f"p{n % products}" for n in range(len(relations))]


def test_an_obvious_rule_is_learned_and_can_be_read_off() -> None:
    rows, relations, _products = labelled(20, 10)
    model = fit(rows, relations)
    assert predicted(model, rows) == relations
    for place, relation in enumerate(RELATIONS):
        spoken = model.speaks_for(rows[relations.index(relation)].tolist(), relation)
        assert max(spoken, key=lambda name: spoken[name]) == FEATURES[1 + place]


def test_a_feature_that_never_varies_says_nothing() -> None:
    rows, relations, _products = labelled(10, 10)
    rows[:, 20] = 3.0
    model = fit(rows, relations)
    assert np.isfinite(model.weights).all()
    assert model.scale[20] == 1
    assert np.allclose(model.weights[:, 20], 0)


def test_too_few_labels_of_a_relation_are_named() -> None:
    rows, relations, _products = labelled(FEWEST, 5)
    assert fit(rows, relations)
    kept = [n for n, r in enumerate(relations) if r != "complement"] + [relations.index("complement")]
    with pytest.raises(StoreclerkError, match=rf"labelled complement \(1\): each relation needs {FEWEST}"):
        fit(rows[kept], [relations[n] for n in kept])
    with pytest.raises(StoreclerkError, match=r"variant \(0\), substitute \(0\), complement \(0\), unrelated \(0\)"):
        fit(np.empty((0, len(FEATURES)), dtype=np.float32), [])


class TestFolds:
    def test_an_obvious_rule_holds_for_products_that_were_not_seen(self) -> None:
        ours, cosine = cross_validated(*labelled(30, 12))
        assert ours > 0.95 > 0.6 > cosine

    def test_the_fewest_labels_that_can_be_learned_from_can_be_measured(self) -> None:
        ours, _cosine = cross_validated(*labelled(FEWEST, FEWEST))
        assert 0 < ours <= 1

    def test_all_pairs_of_a_product_are_in_one_fold(self, monkeypatch: pytest.MonkeyPatch) -> None:
        rows, relations, products = labelled(12, 8)
        rows[:, 0] = [float(product.removeprefix("p")) for product in products]
        learned: set[float] = set()
        tested: list[set[float]] = []

        def fit_and_note(seen: Vectors, known: Any, **options: Any) -> RelationModel:
            learned.clear()
            learned.update(seen[:, 0].tolist())
            return fit(seen, known, **options)

        def predict_and_note(model: RelationModel, kept: Vectors) -> list[Relation]:
            tested.append(set(kept[:, 0].tolist()))
            assert not tested[-1] & learned
            return predicted(model, kept)

        monkeypatch.setattr("assistant.relation_training.fit", fit_and_note)
        monkeypatch.setattr("assistant.relation_training.predicted", predict_and_note)
        cross_validated(rows, relations, products)
        assert sorted(product for fold in tested for product in fold) == [float(n) for n in range(8)]

    def test_pairs_of_one_product_cannot_be_parted(self) -> None:
        rows, relations, _products = labelled(6, 6)
        with pytest.raises(StoreclerkError, match="all of one product"):
            cross_validated(rows, relations, ["p0"] * len(relations))

    def test_a_relation_of_one_product_cannot_be_measured(self) -> None:
        rows, relations, products = labelled(6, 6)
        alone = ["only" if r == "complement" else p for r, p in zip(relations, products, strict=True)]
        with pytest.raises(StoreclerkError, match=r"labelled complement are all of 1 product, .*of other products"):
            cross_validated(rows, relations, alone)


def test_f1_is_counted_by_relation() -> None:
    truth: list[Relation] = ["variant", "variant", "substitute", "unrelated"]
    said: list[Relation] = ["variant", "substitute", "substitute", "unrelated"]
    assert f1_of_each(truth, said) == {"variant": 2 / 3, "substitute": 2 / 3, "unrelated": 1.0}
    assert macro_f1(truth, said) == pytest.approx(7 / 9)
    assert macro_f1(truth, truth) == 1
