"""Training a cross-encoder to say yes or no to pairs of texts: the loop of `retrieval.finetune` with labels for lists.

Importing this module imports torch: call `retrieval.encoder.stay_offline` first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from datasets import Dataset
from sentence_transformers import CrossEncoder, CrossEncoderTrainingArguments
from sentence_transformers.cross_encoder.losses import BinaryCrossEntropyLoss
from sentence_transformers.sentence_transformer.evaluation import SentenceEvaluator

from retrieval.errors import TrainingError
from retrieval.finetune import HEADS, Trained, add_lora, begun, loaded, run, saved
from retrieval.index import Progress
from retrieval.recipe import Recipe
from retrieval.trainers import RerankerTrainer, arguments, callbacks


@dataclass(frozen=True, slots=True)
class LabelledPair:
    """Two texts and whether the first backs the second."""

    first: str
    second: str
    label: bool


class HeldOutYesNo(SentenceEvaluator):  # type: ignore[misc]
    """How well a model tells yes from no: the area under the ROC curve, 0.5 for chance, 1 for a clean cut."""

    def __init__(self, pairs: Sequence[LabelledPair]) -> None:
        super().__init__()
        self.primary_metric = "auc"
        self.pairs = pairs

    def __call__(
        self, model: Any, output_path: str | None = None, epoch: int = -1, steps: int = -1
    ) -> dict[str, float]:
        """The area, as the trainers want it."""
        return {"auc": area(self.values(model), [pair.label for pair in self.pairs])}

    def values(self, model: Any) -> tuple[float, ...]:
        """The estimate of each pair, in order."""
        if not self.pairs:
            return ()
        scores = model.predict([(p.first, p.second) for p in self.pairs], batch_size=32, show_progress_bar=False)
        return tuple(float(score) for score in scores)


def area(scores: Sequence[float], labels: Sequence[bool]) -> float:
    """P(a yes scores above a no), ties by half (Mann and Whitney 1947); 0.5 where one of the two is missing."""
    yes = np.array([s for s, label in zip(scores, labels, strict=True) if label])
    no = np.sort([s for s, label in zip(scores, labels, strict=True) if not label])
    if not len(yes) or not len(no):
        return 0.5
    below, upto = np.searchsorted(no, yes, "left"), np.searchsorted(no, yes, "right")
    return float((below + upto).mean() / (2 * len(no)))


def train_pairs(
    pairs: Sequence[LabelledPair],
    held_out: Sequence[LabelledPair],
    base: str,
    folder: Path,
    recipe: Recipe,
    progress: Progress,
    *,
    resume: bool = False,
    also: Sequence[LabelledPair] | None = None,
) -> Trained:
    """Trains a classifier made from `base`, stopped early on `held_out`; `before` and `after` are the estimates for
    `also` (default: what is held out), which no step of the training looks at.

    `recipe.batch` pairs a step, `2 * recipe.longest` word pieces a pair. Raises TrainingError, StorageFull.
    """
    if len({pair.label for pair in pairs}) < 2:
        raise TrainingError("there is nothing to learn from: true and false sentences are both needed")
    said = [[pair.first, pair.second, pair.label] for pair in (*pairs, *held_out)]
    with begun(said, base, folder, recipe, resume) as work:
        evaluator = HeldOutYesNo(held_out)
        measured = HeldOutYesNo(held_out if also is None else also)
        model = loaded(CrossEncoder, base, num_labels=1, max_length=2 * recipe.longest)
        before = measured.values(model)
        if recipe.method == "lora":
            add_lora(model, recipe, task_type="SEQ_CLS", modules_to_save=HEADS)
        data = {
            "premise": [pair.first for pair in pairs],
            "hypothesis": [pair.second for pair in pairs],
            "label": [float(pair.label) for pair in pairs],
        }
        planned = arguments(work.checkpoints, recipe, len(pairs), bool(held_out))
        trainer = RerankerTrainer(
            model=model,
            args=CrossEncoderTrainingArguments(**planned | {"metric_for_best_model": "eval_auc"}),
            train_dataset=Dataset.from_dict(data),
            loss=BinaryCrossEntropyLoss(model),
            evaluator=evaluator if held_out else None,
            callbacks=callbacks(recipe, progress, bool(held_out)),
        )
        run(trainer, work, recipe, resume)
        return saved(trainer, model, work, recipe, before, measured.values(model), len(pairs))
