"""The contract over both rerankers: the fake, and a cross-encoder with an adapter of random weights."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from retrieval.adapters import WEIGHTS, write_provenance
from retrieval.encoder import model_name
from retrieval.errors import ModelMissing
from retrieval.rerank import CrossEncoderReranker, OverlapReranker
from retrieval.types import Reranker
from tests.retrieval.tiny_models import make_tiny_model, make_tiny_reranker

TEXTS = ["red tent", "a red tent for two people", "usb cable", ""]


@pytest.fixture(scope="module", params=["overlap", pytest.param("model", marks=pytest.mark.models)])
def reranker(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Reranker:
    if request.param == "overlap":
        return OverlapReranker()
    return CrossEncoderReranker(str(make_tiny_reranker(tmp_path_factory.mktemp("model") / "tiny")))


class TestContract:
    def test_scores_are_shares_in_the_order_given(self, reranker: Reranker) -> None:
        scores = reranker.score("red tents", TEXTS)
        assert len(scores) == len(TEXTS)
        assert all(0 <= score <= 1 for score in scores)
        assert reranker.score("red tents", TEXTS[::-1]) == pytest.approx(scores[::-1], abs=1e-5)
        assert reranker.score("red tents", []) == []

    def test_threads_may_share_it(self, reranker: Reranker) -> None:
        expected = reranker.score("red tents", TEXTS)
        with ThreadPoolExecutor(4) as pool:
            for scores in pool.map(lambda _n: reranker.score("red tents", TEXTS), range(8)):
                assert scores == pytest.approx(expected, abs=1e-5)

    def test_it_has_a_name(self, reranker: Reranker) -> None:
        assert reranker.name


def test_overlap_is_the_share_of_words() -> None:
    assert OverlapReranker().score("red tents", TEXTS) == [1.0, 1.0, 0.0, 0.0]
    assert OverlapReranker().score("red cable", TEXTS) == [0.5, 0.5, 0.5, 0.0]
    assert OverlapReranker().score("the", TEXTS) == [0.5] * 4


def test_the_bundled_base_needs_an_adapter() -> None:
    with pytest.raises(ModelMissing, match=r"reranker\.adapter"):
        CrossEncoderReranker()


def test_an_adapter_for_another_base_is_refused_before_it_loads(tmp_path: Path) -> None:
    (tmp_path / WEIGHTS).write_text("{}")
    write_provenance(tmp_path, "reranker", "another-12345678", {})
    with pytest.raises(ModelMissing, match="trained on another-12345678"):
        CrossEncoderReranker(adapter=str(tmp_path))
    write_provenance(tmp_path, "encoder", model_name(), {})
    with pytest.raises(ModelMissing, match="kind 'encoder'"):
        CrossEncoderReranker(adapter=str(tmp_path))


@pytest.mark.models
def test_an_adapter_that_does_not_fit_is_one_line(tmp_path: Path) -> None:
    (tmp_path / WEIGHTS).write_text("{}")
    with pytest.raises(ModelMissing, match="does not load") as caught:
        CrossEncoderReranker(str(make_tiny_model(tmp_path / "tiny")), str(tmp_path)).score("tent", TEXTS)
    assert "\n" not in str(caught.value)
