from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from retrieval.encoder import HashEncoder, SentenceEncoder, bundled_model
from retrieval.errors import ModelMissing
from retrieval.types import Encoder

TEXTS = ["red tent", "a red tent for two", "usb cable", "usb cables", ""]


@pytest.fixture(
    scope="module",
    params=[HashEncoder, pytest.param(SentenceEncoder, marks=pytest.mark.models)],
    ids=["hash", "sentence"],
)
def encoder(request: pytest.FixtureRequest) -> Encoder:
    make: Callable[[], Encoder] = request.param
    return make()


class TestContract:
    def test_vectors_are_unit_float32_rows(self, encoder: Encoder) -> None:
        vectors = encoder.encode(TEXTS)
        assert vectors.dtype == np.float32
        assert vectors.shape == (len(TEXTS), encoder.dimension)
        assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
        assert encoder.encode([]).shape == (0, encoder.dimension)

    def test_similar_texts_are_near(self, encoder: Encoder) -> None:
        tent, two, cable, cables, _empty = encoder.encode(TEXTS)
        assert tent @ two > tent @ cable
        assert cable @ cables > cable @ two

    def test_neighbours_in_a_batch_do_not_matter(self, encoder: Encoder) -> None:
        together = encoder.encode(TEXTS)
        alone = np.concatenate([encoder.encode([text]) for text in TEXTS])
        assert np.allclose(together, alone, atol=1e-5)

    def test_threads_may_share_it(self, encoder: Encoder) -> None:
        expected = encoder.encode(TEXTS)
        with ThreadPoolExecutor(4) as pool:
            for vectors in pool.map(encoder.encode, [TEXTS] * 8):
                assert np.allclose(vectors, expected, atol=1e-5)

    def test_the_name_says_which_it_is(self, encoder: Encoder) -> None:
        assert encoder.name
        assert encoder.name == type(encoder)().name


def test_hash_vectors_are_the_same_in_every_process() -> None:
    code = "from retrieval.encoder import HashEncoder as H; print(H(16).encode(['red tent']).tolist())"
    command = [sys.executable, "-c", code]
    printed = {subprocess.run(command, capture_output=True, check=True).stdout for _ in range(2)}
    assert len(printed) == 1


def test_a_folder_without_a_model_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelMissing, match=str(tmp_path)) as caught:
        SentenceEncoder(str(tmp_path)).encode(["text"])
    assert "\n" not in str(caught.value)


def test_a_folder_without_an_adapter_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelMissing, match="adapter_config"):
        SentenceEncoder(adapter=str(tmp_path))


def test_the_bundled_model_is_found_without_torch() -> None:
    assert (bundled_model() / "config.json").is_file()


@pytest.mark.models
def test_a_name_that_is_nowhere_fails_fast_without_a_network() -> None:
    with pytest.raises(ModelMissing, match="no-such/model") as caught:
        SentenceEncoder("no-such/model").encode(["text"])
    assert "\n" not in str(caught.value)


@pytest.mark.models
def test_a_broken_model_folder_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(ModelMissing, match=str(tmp_path)) as caught:
        SentenceEncoder(str(tmp_path)).encode(["text"])
    assert "\n" not in str(caught.value)
