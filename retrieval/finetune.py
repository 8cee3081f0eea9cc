"""Training encoder and reranker on graded lists, by LoRA or in full, with sentence-transformers' trainers.

Both learn the order inside each list. Run under torchrun the trainers share the work out; nothing here knows of
devices, of where the lists come from, or of the shop. Importing this module imports torch.
"""

from __future__ import annotations

import shutil
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from datasets import Dataset
from peft import LoraConfig
from sentence_transformers import (
    CrossEncoder,
    CrossEncoderTrainer,
    CrossEncoderTrainingArguments,
    SentenceTransformer,
    SentenceTransformerTrainer,
    SentenceTransformerTrainingArguments,
)
from sentence_transformers.cross_encoder.losses import RankNetLoss
from sentence_transformers.evaluation import SentenceEvaluator
from transformers import EarlyStoppingCallback, TrainerCallback

from retrieval.errors import TrainingError
from retrieval.index import Progress
from retrieval.lessons import GradedList
from retrieval.measures import relevance
from retrieval.search import HISTORY_DECAY, HISTORY_SHARE

SHARPNESS = 20.0
"""Cosines are multiplied by this, as in most contrastive training: a gap of .05 is then a clear preference."""

PAST = 3
"""Products of a shopper's history that are read in training."""

_LINEAR = ["query", "key", "value", "dense"]  # "all linear layers" pays over attention alone (Dettmers et al., 2023)


@dataclass(frozen=True, slots=True)
class Recipe:
    """How to train. The defaults are what docs/BENCHMARKS.md measures."""

    method: str = "lora"
    """ "lora": a few MB that sit on the base; "full": all weights, a model of its own."""
    rank: int = 8
    learning_rate: float = 5e-4
    epochs: float = 1.0
    batch: int = 4
    """Lists a step."""
    longest: int = 64
    """Word pieces of a text that are read in training; a title with a short description has about 40."""
    seed: int = 7
    patience: int = 3
    """Evaluations without a gain on what is held out before training stops."""
    evaluations: int = 8
    """How many over a whole training."""
    bf16: bool = False
    """Half precision: 1.5 times as fast where the processor has it (AVX512-BF16, a GPU), slower elsewhere."""


@dataclass(frozen=True, slots=True)
class Trained:
    """What came of a training. nDCG@10 over what was held out; None if nothing was."""

    folder: Path
    before: float | None
    after: float | None
    lists: int
    held_out: int
    steps: int


class ListLoss(torch.nn.Module):  # type: ignore[misc]
    """For each pair of a list's products, log(1 + exp(-gap of scores)), weighted by the gap of their gains.

    RankNet (Burges et al., "Learning to rank using gradient descent", ICML 2005) with nDCG's gains 2^grade - 1
    for weights. The score is SHARPNESS * cosine. Columns: the request; PAST products of the history, oldest
    first, if `with_history`; the list's products. The query vector is made as `retrieval.search.query_vector`
    makes it, so that what is trained is what is served.
    """

    def __init__(self, model: Any, with_history: bool) -> None:
        super().__init__()
        self.model, self.with_history = model, with_history

    def forward(self, sentence_features: Iterable[dict[str, torch.Tensor]], labels: torch.Tensor) -> torch.Tensor:
        """`labels`: grades, shape (lists, products a list)."""
        columns = list(sentence_features)
        vectors = [_unit(self.model(features)["sentence_embedding"]) for features in columns]
        query, products = vectors[0], vectors[1:]
        if self.with_history:
            products = vectors[1 + PAST :]
            said = torch.stack([_says_something(features) for features in columns[: 1 + PAST]], dim=1)
            query = _with_past(query, torch.stack(vectors[1 : 1 + PAST], dim=1), said)
        scores = SHARPNESS * torch.einsum("ld,lpd->lp", query, torch.stack(products, dim=1))
        gains = 2 ** labels.to(scores) - 1
        weights = (gains[:, :, None] - gains[:, None, :]).clamp(min=0)
        losses = torch.nn.functional.softplus(scores[:, None, :] - scores[:, :, None]) * weights
        return (losses.sum((1, 2)) / weights.sum((1, 2)).clamp(min=1e-6)).mean()


def _unit(vectors: torch.Tensor) -> torch.Tensor:
    return torch.nn.functional.normalize(vectors.float(), dim=-1)


def _says_something(features: Mapping[str, torch.Tensor]) -> torch.Tensor:
    """1 for each text of a column that has more than its two frame tokens, else 0."""
    return (features["attention_mask"].sum(-1) > 2).float()


def _with_past(query: torch.Tensor, past: torch.Tensor, said: torch.Tensor) -> torch.Tensor:
    """(lists, d), (lists, PAST, d) -> (lists, d); `said`, shape (lists, 1 + PAST), marks texts that are not empty."""
    decay = torch.tensor([HISTORY_DECAY**age for age in range(PAST - 1, -1, -1)], device=query.device)
    weights = said[:, 1:] * decay
    mean = _unit((past * weights[..., None]).sum(1))
    share = torch.where(said[:, 0] > 0, HISTORY_SHARE, 1.0) * (weights.sum(1) > 0)
    return _unit((1 - share)[:, None] * query + share[:, None] * mean)


def train_encoder(
    lists: Sequence[GradedList],
    held_out: Sequence[GradedList],
    texts: Mapping[str, str],
    base: str,
    folder: Path,
    recipe: Recipe,
    progress: Progress,
    *,
    resume: bool = False,
) -> Trained:
    """Trains the sentence-transformers model in folder `base` and saves adapter (or model) in `folder`.

    `texts`: product id -> the text that is encoded. Raises TrainingError if there is nothing to learn from.
    """
    _check(lists, recipe)
    torch.manual_seed(recipe.seed)
    model = SentenceTransformer(base, device=None if torch.cuda.is_available() else "cpu", local_files_only=True)
    window, model.max_seq_length = model.max_seq_length, recipe.longest
    with_history = any(one.history for one in lists)
    evaluator = _EncoderEvaluator(held_out, texts)
    before = evaluator.score(model)
    if recipe.method == "lora":
        model.add_adapter(_lora(recipe, "FEATURE_EXTRACTION"))
    trainer = SentenceTransformerTrainer(
        model=model,
        args=SentenceTransformerTrainingArguments(**_arguments(folder, recipe, len(lists), bool(held_out))),
        train_dataset=_columns(lists, texts, with_history),
        loss=ListLoss(model, with_history),
        evaluator=evaluator if held_out else None,
        callbacks=_callbacks(recipe, progress, bool(held_out)),
    )
    trainer.train(resume_from_checkpoint=_checkpoint(folder) if resume else None)
    model.max_seq_length = window
    return _saved(trainer, model, folder, before, evaluator.score(model), lists, held_out)


def train_reranker(
    lists: Sequence[GradedList],
    held_out: Sequence[GradedList],
    texts: Mapping[str, str],
    base: str,
    folder: Path,
    recipe: Recipe,
    progress: Progress,
    *,
    resume: bool = False,
) -> Trained:
    """The same for a cross-encoder made from `base`, which reads request and product together.

    Lists without a request are left out: there is nothing to read. RankNet without weights.
    """
    lists = [one for one in lists if one.query]
    held_out = [one for one in held_out if one.query]
    _check(lists, recipe)
    torch.manual_seed(recipe.seed)
    model = CrossEncoder(
        base,
        num_labels=1,
        max_length=2 * recipe.longest,
        device=None if torch.cuda.is_available() else "cpu",
        local_files_only=True,
    )
    evaluator = _RerankerEvaluator(held_out, texts)
    if recipe.method == "lora":
        model.add_adapter(_lora(recipe, "SEQ_CLS"))
    data = {
        "query": [one.query for one in lists],
        "products": [[texts[id] for id in one.product_ids] for one in lists],
        "labels": [[float(grade) for grade in one.grades] for one in lists],
    }
    trainer = CrossEncoderTrainer(
        model=model,
        args=CrossEncoderTrainingArguments(**_arguments(folder, recipe, len(lists), bool(held_out))),
        train_dataset=Dataset.from_dict(data),
        loss=RankNetLoss(model),
        evaluator=evaluator if held_out else None,
        callbacks=_callbacks(recipe, progress, bool(held_out)),
    )
    trainer.train(resume_from_checkpoint=_checkpoint(folder) if resume else None)
    return _saved(trainer, model, folder, None, evaluator.score(model), lists, held_out)


class _Evaluator(SentenceEvaluator):  # type: ignore[misc]
    """nDCG@10 on held-out queries: the products of all lists of one query and history, ordered by the model."""

    def __init__(self, lists: Sequence[GradedList], texts: Mapping[str, str]) -> None:
        super().__init__()
        self.primary_metric = "ndcg"
        self.texts = texts
        self.grades: dict[tuple[str, tuple[str, ...]], dict[str, int]] = defaultdict(dict)
        for one in lists:
            self.grades[one.query, one.history].update(zip(one.product_ids, one.grades, strict=True))

    def __call__(
        self, model: Any, output_path: str | None = None, epoch: int = -1, steps: int = -1
    ) -> dict[str, float]:
        return {"ndcg": self.score(model) or 0.0}

    def score(self, model: Any) -> float | None:
        """The mean over queries; None if nothing is held out."""
        if not self.grades:
            return None
        qrels = {str(n): grades for n, grades in enumerate(self.grades.values())}
        run = {str(n): scores for n, scores in enumerate(self.scores(model))}
        found = [values["nDCG@10"] for values in relevance(qrels, run).values()]
        return float(np.mean(found)) if found else None

    def scores(self, model: Any) -> Iterable[dict[str, float]]:
        """For each query the scores of its products."""
        raise NotImplementedError


class _EncoderEvaluator(_Evaluator):
    def scores(self, model: Any) -> Iterable[dict[str, float]]:
        ids = sorted({id for (_q, past), grades in self.grades.items() for id in (*grades, *past)})
        encode = {"normalize_embeddings": True, "show_progress_bar": False}
        rows = dict(zip(ids, model.encode([self.texts[id] for id in ids], **encode), strict=True))
        asked = model.encode([query for query, _past in self.grades], **encode)
        for ((query, past), grades), vector in zip(self.grades.items(), asked, strict=True):
            recent = past[-PAST:]
            if recent:
                mean = sum(rows[id] * HISTORY_DECAY**age for age, id in enumerate(reversed(recent)))
                mean = mean / max(float(np.linalg.norm(mean)), 1e-9)
                vector = (1 - HISTORY_SHARE) * vector + HISTORY_SHARE * mean if query else mean
            yield {id: float(rows[id] @ vector) for id in grades}


class _RerankerEvaluator(_Evaluator):
    def scores(self, model: Any) -> Iterable[dict[str, float]]:
        for (query, _past), grades in self.grades.items():
            values = model.predict([(query, self.texts[id]) for id in grades], show_progress_bar=False)
            yield dict(zip(grades, map(float, values), strict=True))


def _check(lists: Sequence[GradedList], recipe: Recipe) -> None:
    if not lists:
        raise TrainingError("there is nothing to learn from: no query has products of different grades")
    if recipe.method not in ("lora", "full"):
        raise TrainingError(f"method {recipe.method!r} is not known: choose lora or full")


def _lora(recipe: Recipe, task: str) -> LoraConfig:
    return LoraConfig(
        r=recipe.rank, lora_alpha=2 * recipe.rank, lora_dropout=0.1, target_modules=_LINEAR, task_type=task
    )


def _arguments(folder: Path, recipe: Recipe, lists: int, evaluates: bool) -> dict[str, Any]:
    steps = max(1, int(recipe.epochs * lists / recipe.batch))
    every = max(1, steps // recipe.evaluations)
    return {
        "output_dir": str(folder / "checkpoints"),
        "max_steps": steps,
        "per_device_train_batch_size": recipe.batch,
        "learning_rate": recipe.learning_rate if recipe.method == "lora" else recipe.learning_rate / 20,
        "warmup_steps": max(1, steps // 10),
        "lr_scheduler_type": "linear",
        "seed": recipe.seed,
        "data_seed": recipe.seed,
        "bf16": recipe.bf16,
        "use_cpu": not torch.cuda.is_available(),
        "eval_strategy": "steps" if evaluates else "no",
        "eval_steps": every,
        "save_strategy": "steps",
        "save_steps": every,
        "save_total_limit": 2,
        "load_best_model_at_end": evaluates,
        "metric_for_best_model": "eval_ndcg",
        "greater_is_better": True,
        "logging_strategy": "no",
        "report_to": "none",
        "disable_tqdm": True,
    }


class _Told(TrainerCallback):  # type: ignore[misc]
    def __init__(self, progress: Progress) -> None:
        self.progress = progress

    def on_step_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        if state.is_world_process_zero:
            self.progress("training", state.global_step, state.max_steps)


def _callbacks(recipe: Recipe, progress: Progress, evaluates: bool) -> list[TrainerCallback]:
    return [_Told(progress), *([EarlyStoppingCallback(recipe.patience)] if evaluates else [])]


def _columns(lists: Sequence[GradedList], texts: Mapping[str, str], with_history: bool) -> Dataset:
    columns: dict[str, list[Any]] = {"query": [one.query for one in lists]}
    if with_history:
        for place in range(PAST):
            column = [([""] * PAST + [texts[id] for id in one.history])[-PAST:][place] for one in lists]
            columns[f"past_{place}"] = column
    for place in range(len(lists[0].product_ids)):
        columns[f"product_{place}"] = [texts[one.product_ids[place]] for one in lists]
    columns["label"] = [[float(grade) for grade in one.grades] for one in lists]
    return Dataset.from_dict(columns)


def _checkpoint(folder: Path) -> str:
    """The newest checkpoint. Raises TrainingError if there is none."""
    found = sorted(folder.glob("checkpoints/checkpoint-*"), key=lambda path: int(path.name.rpartition("-")[2]))
    if not found:
        raise TrainingError(f"{folder} holds no checkpoint to go on from: leave out --resume")
    return str(found[-1])


def _saved(
    trainer: Any,
    model: Any,
    folder: Path,
    before: float | None,
    after: float | None,
    lists: Sequence[GradedList],
    held_out: Sequence[GradedList],
) -> Trained:
    if trainer.is_world_process_zero():
        model.save_pretrained(str(folder), create_model_card=False)
        shutil.rmtree(folder / "checkpoints", ignore_errors=True)
    return Trained(folder, before, after, len(lists), len(held_out), trainer.state.global_step)
