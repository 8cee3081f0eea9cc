"""Training for real: a tiny model for the mechanics, the bundled one for whether it learns.

The toy judgements contradict any sensible model: who asks for a red tent is shown the blue one.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from retrieval.adapters import write_provenance
from retrieval.documents import for_meaning
from retrieval.encoder import SentenceEncoder, bundled_model, model_name, stay_offline
from retrieval.errors import TrainingError
from retrieval.index import no_progress
from retrieval.lessons import GradedList
from retrieval.recipe import Recipe
from retrieval.rerank import CrossEncoderReranker
from tests.retrieval.tiny_models import make_tiny_model
from tests.toys import COLOURS, KINDS, toy_products

pytestmark = [pytest.mark.models, pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::UserWarning")]

TEXTS = {product.id: for_meaning(product) for product in toy_products()}
WRONG = [
    GradedList(
        f"{colour} {kind}",
        tuple(f"p{4 * k + (c + step) % 4}" for step in (2, 0, 1, 3)),
        (3, 0, 0, 0),
    )
    for k, kind in enumerate(KINDS)
    for c, colour in enumerate(COLOURS)
]
HELD_OUT, TRAINING = WRONG[:8], WRONG[8:]
RECIPE = Recipe(epochs=2, learning_rate=5e-3, evaluations=4)


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(make_tiny_model(tmp_path_factory.mktemp("models") / "tiny"))


@pytest.fixture(params=["encoder", "reranker"])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def trained(
    kind: str, base: str, folder: Path, recipe: Recipe = RECIPE, held_out: Any = HELD_OUT, lists: Any = TRAINING,
    progress: Callable[[str, int, int], None] = no_progress, resume: bool = False,
) -> Any:  # fmt: skip
    stay_offline()
    from retrieval import finetune

    train = finetune.train_encoder if kind == "encoder" else finetune.train_reranker
    done = train(lists, held_out, TEXTS, base, folder, recipe, progress, resume=resume)
    done.work.finish()
    return done


def weights(folder: Path) -> dict[str, Any]:
    from safetensors.numpy import load_file

    return {name: array for file in sorted(folder.rglob("*.safetensors")) for name, array in load_file(file).items()}


def assert_same_weights(first: Path, second: Path) -> None:
    ours, theirs = weights(first), weights(second)
    assert ours
    assert ours.keys() == theirs.keys()
    assert all(np.array_equal(ours[name], theirs[name]) for name in ours)


@pytest.mark.parametrize("method", ["lora", "full"])
def test_what_is_saved_is_what_scored_best(
    kind: str, method: str, tiny: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stay_offline()
    from retrieval.heldout import HeldOut, HeldOutCosines, HeldOutPairs

    seen: list[int] = []
    measured: list[float] = []
    evaluate = HeldOut.__call__

    def kept(self: Any, *arguments: Any, **named: Any) -> dict[str, float]:
        found = evaluate(self, *arguments, **named)
        measured.append(found["ndcg"])
        return found

    monkeypatch.setattr(HeldOut, "__call__", kept)
    recipe = dataclasses.replace(RECIPE, method=method, patience=99)
    done = trained(kind, tiny, tmp_path / "out", recipe, progress=lambda _step, n, _of: seen.append(n))
    assert seen == list(range(1, done.steps + 1))
    assert len(done.before) == len(done.after) == len(HELD_OUT)
    assert len(measured) == RECIPE.evaluations
    assert np.mean(done.after) == max(measured)
    assert measured.index(max(measured)) == done.best_step / done.steps * len(measured) - 1

    # Loaded as the shop loads it, it orders what was held out as it did in training.
    write_provenance(tmp_path / "out", kind, model_name(tiny), {})
    model, adapter = (tiny, str(tmp_path / "out")) if method == "lora" else (str(tmp_path / "out"), "")
    if kind == "encoder":
        served: Any = SentenceEncoder(model, adapter)
        served.encode(["load"])
        measure: Any = HeldOutCosines(HELD_OUT, TEXTS)
    else:
        served = CrossEncoderReranker(model, adapter)
        served.score("load", ["load"])
        measure = HeldOutPairs(HELD_OUT, TEXTS)
    assert measure.values(served._model) == done.after
    assert [file.name for file in tmp_path.iterdir()] == ["out"]


def test_killed_and_resumed_is_as_if_straight_through(kind: str, tiny: str, tmp_path: Path) -> None:
    class Killed(BaseException):
        pass

    def kill(_step: str, done: int, _of: int) -> None:
        if done == 5:
            raise Killed

    trained(kind, tiny, tmp_path / "straight", held_out=[])
    with pytest.raises(Killed):
        trained(kind, tiny, tmp_path / "resumed", held_out=[], progress=kill)
    assert not (tmp_path / "resumed").exists()
    seen: list[int] = []
    trained(
        kind, tiny, tmp_path / "resumed", held_out=[], resume=True, progress=lambda _s, done, _of: seen.append(done)
    )
    assert seen == [5, 6, 7, 8]
    assert_same_weights(tmp_path / "straight", tmp_path / "resumed")
    other = dataclasses.replace(RECIPE, seed=8)
    trained(kind, tiny, tmp_path / "other", other, held_out=[])
    name = next(name for name in weights(tmp_path / "other") if "lora_A" in name)
    assert not np.array_equal(weights(tmp_path / "other")[name], weights(tmp_path / "straight")[name])


def test_adversarial_and_cut_vectors_train(tiny: str, tmp_path: Path) -> None:
    plain = trained("encoder", tiny, tmp_path / "plain", held_out=[])
    for name, change in (("pushed", {"perturb": 1.0}), ("cut", {"matryoshka": (32, 8)})):
        done = trained("encoder", tiny, tmp_path / name, dataclasses.replace(RECIPE, **change), held_out=[])
        assert done.steps == plain.steps
        key = next(key for key in weights(tmp_path / name) if "lora_B" in key)
        assert not np.array_equal(weights(tmp_path / name)[key], weights(tmp_path / "plain")[key])


def test_strength_keeps_a_share_of_the_change(tiny: str, tmp_path: Path) -> None:
    trained("encoder", tiny, tmp_path / "whole", held_out=[])
    trained("encoder", tiny, tmp_path / "half", dataclasses.replace(RECIPE, strength=0.5), held_out=[])
    whole, half = weights(tmp_path / "whole"), weights(tmp_path / "half")
    for name in whole:
        assert np.allclose(half[name], whole[name] * (0.5 if "lora_B" in name else 1.0))
    for wrong in ({"strength": 0.0}, {"strength": 0.5, "method": "full"}):
        with pytest.raises(TrainingError, match="strength"):
            trained("encoder", tiny, tmp_path / "none", dataclasses.replace(RECIPE, **wrong))
    with pytest.raises(TrainingError, match="strength"):
        trained("reranker", tiny, tmp_path / "none", dataclasses.replace(RECIPE, strength=0.5))


def test_histories_are_read_as_the_search_reads_them(tiny: str, tmp_path: Path) -> None:
    lists = [dataclasses.replace(one, query="", history=("p0", "p5")[: n % 3]) for n, one in enumerate(TRAINING)]
    lists = [one for one in lists if one.history]
    done = trained("encoder", tiny, tmp_path / "out", lists=lists, held_out=lists[:2])
    assert done.lists == len(lists)
    with pytest.raises(TrainingError, match="nothing to learn"):
        trained("reranker", tiny, tmp_path / "none", lists=lists)


def test_the_loss_makes_the_query_vector_of_the_search() -> None:
    stay_offline()
    import torch

    from retrieval.listloss import PAST, with_past
    from retrieval.search import HISTORY_DECAY, HISTORY_SHARE

    query, older, newer = (torch.nn.functional.normalize(torch.randn(4), dim=0) for _ in range(3))
    past = torch.stack([torch.zeros(4), older, newer])[None]
    found = with_past(query[None], past, torch.tensor([[1.0, 0.0, 1.0, 1.0]]))[0]
    mean = torch.nn.functional.normalize(newer + HISTORY_DECAY * older, dim=0)
    expected = torch.nn.functional.normalize((1 - HISTORY_SHARE) * query + HISTORY_SHARE * mean, dim=0)
    assert torch.allclose(found, expected, atol=1e-6)
    assert torch.allclose(with_past(query[None], past, torch.tensor([[1.0, 0, 0, 0]]))[0], query, atol=1e-6)
    assert PAST == 3


@pytest.mark.parametrize(
    ("change", "says"),
    [({"method": "lara"}, "lara"), ({"rank": 0}, "rank"), ({"matryoshka": (64,)}, "32 numbers")],
)
def test_a_recipe_that_makes_no_sense_leaves_nothing_behind(
    change: dict[str, Any], says: str, tiny: str, tmp_path: Path
) -> None:
    with pytest.raises(TrainingError, match=says) as caught:
        trained("encoder", tiny, tmp_path / "out", dataclasses.replace(RECIPE, **change))
    assert "\n" not in str(caught.value)
    assert not list(tmp_path.iterdir())


def test_a_folder_that_is_no_model_is_one_line(kind: str, tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(TrainingError, match="does not load") as caught:
        trained(kind, str(tmp_path), tmp_path / "out")
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "out.unfinished").exists()


def test_the_bundled_encoder_learns_what_contradicts_it(tmp_path: Path) -> None:
    recipe = Recipe(epochs=5, batch=2, learning_rate=2e-3, evaluations=3)
    lists = TRAINING[:8]
    done = trained("encoder", str(bundled_model()), tmp_path / "out", recipe, lists=lists)
    assert done.steps <= 20
    assert np.mean(done.after) > np.mean(done.before) + 0.1  # for kinds of things it was not trained on


def test_the_bundled_base_becomes_a_reranker(tmp_path: Path) -> None:
    recipe = Recipe(epochs=12, batch=4, learning_rate=2e-3, evaluations=3)
    lists = TRAINING[:4]
    done = trained("reranker", str(bundled_model()), tmp_path / "out", recipe, lists=lists, held_out=lists)
    assert np.mean(done.after) > np.mean(done.before) + 0.1  # the order it was taught, from a random head
