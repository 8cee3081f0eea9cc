"""Training encoder and reranker on graded lists, by LoRA or in full, with sentence-transformers' trainers.

Both learn the order inside each list. Run under torchrun the trainers share the work out; nothing here knows of
devices, of where the lists come from, or of the shop. Importing this module imports torch: call
`retrieval.encoder.stay_offline` first.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from datasets import Dataset
from peft import LoraConfig
from sentence_transformers import (
    CrossEncoder,
    CrossEncoderTrainingArguments,
    SentenceTransformer,
    SentenceTransformerTrainingArguments,
)
from sentence_transformers.cross_encoder.losses import RankNetLoss
from transformers import PrinterCallback
from transformers.utils import logging as transformers_logging

from retrieval.errors import TrainingError
from retrieval.heldout import HeldOutCosines, HeldOutPairs
from retrieval.index import Progress
from retrieval.lessons import GradedList
from retrieval.listloss import PAST, ListLoss
from retrieval.recipe import Recipe
from retrieval.trainers import EncoderTrainer, RerankerTrainer, arguments, callbacks
from retrieval.unfinished import Unfinished, begin, discard_empty, rank, room_for

HEADS = ["classifier", "score"]
"""Names of a cross-encoder's last layer. It is new, so an adapter must hold all of it, not a low-rank change."""

_UNREAD = r".*pooler.*"
"""An encoder's vector is the mean of its words: the head that BERT has for sentences stands idle."""


@dataclass(frozen=True, slots=True)
class Trained:
    """What came of a training. The model lies in `work.result` until `work.finish()`."""

    work: Unfinished
    before: tuple[float, ...]
    """nDCG@10 of each held-out query with the base; a new reranker is held against its base as an encoder."""
    after: tuple[float, ...]
    lists: int
    steps: int
    best_step: int | None
    """The step whose weights were kept; None if nothing was held out, and the last ones were."""
    writes: bool
    """Whether this process is the one that writes and reports."""


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
    """Trains the sentence-transformers model in folder `base`; the adapter (or model) is for `folder`.

    `texts`: product id -> the text that is encoded. Raises TrainingError if there is nothing to learn from or
    `folder` cannot be used (`retrieval.unfinished.begin`), StorageFull.
    """
    with _training(lists, held_out, texts, base, folder, recipe, resume) as work:
        model = loaded(SentenceTransformer, base)
        dimension = model.get_embedding_dimension()
        if any(not 0 < size <= dimension for size in recipe.matryoshka):
            raise TrainingError(f"vectors have {dimension} numbers, so --matryoshka cannot be {recipe.matryoshka}")
        window = model.max_seq_length
        model.max_seq_length = min(recipe.longest, window or recipe.longest)
        evaluator = HeldOutCosines(held_out, texts)
        before = evaluator.values(model)
        if recipe.method == "lora":
            add_lora(model, recipe, exclude_modules=_UNREAD)
        for name, weights in model.named_parameters():
            if re.fullmatch(_UNREAD, name):
                weights.requires_grad_(False)
        with_history = any(one.history for one in lists)
        trainer = EncoderTrainer(
            model=model,
            args=SentenceTransformerTrainingArguments(
                **arguments(work.checkpoints, recipe, len(lists), bool(held_out))
            ),
            train_dataset=_columns(lists, texts, with_history),
            loss=ListLoss(model, with_history, recipe.matryoshka),
            evaluator=evaluator if held_out else None,
            callbacks=callbacks(recipe, progress, bool(held_out)),
        )
        run(trainer, work, recipe, resume)
        for name, weights in model.named_parameters():
            if "lora_B" in name:  # the change is B @ A: a share of B is that share of the change
                weights.data.mul_(recipe.strength)
        after = evaluator.values(model)
        model.max_seq_length = window
        return saved(trainer, model, work, recipe, before, after, len(lists))


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

    Lists with a history are left out: a reranker does not see it. RankNet without weights, as the library has it.
    """
    lists = [one for one in lists if not one.history]
    held_out = [one for one in held_out if not one.history]
    with _training(lists, held_out, texts, base, folder, recipe, resume) as work:
        if recipe.matryoshka:
            raise TrainingError("a reranker makes no vectors to cut: leave out --matryoshka")
        if recipe.strength != 1:
            raise TrainingError("a reranker's base cannot rank, so nothing lies between: leave out --strength")
        evaluator = HeldOutPairs(held_out, texts)
        model = loaded(CrossEncoder, base, num_labels=1, max_length=2 * recipe.longest)
        if _is_reranker(base):
            before = evaluator.values(model)
        else:  # a head that knows nothing yet orders at random: the base as an encoder is what is to be beaten
            before = HeldOutCosines(held_out, texts).values(loaded(SentenceTransformer, base)) if held_out else ()
        if recipe.method == "lora":
            add_lora(model, recipe, task_type="SEQ_CLS", modules_to_save=HEADS)
        data = {
            "query": [one.query for one in lists],
            "products": [[texts[id] for id in one.product_ids] for one in lists],
            "labels": [[float(grade) for grade in one.grades] for one in lists],
        }
        trainer = RerankerTrainer(
            model=model,
            args=CrossEncoderTrainingArguments(**arguments(work.checkpoints, recipe, len(lists), bool(held_out))),
            train_dataset=Dataset.from_dict(data),
            loss=RankNetLoss(model, mini_batch_size=-1),  # all pairs of a step in one pass
            evaluator=evaluator if held_out else None,
            callbacks=callbacks(recipe, progress, bool(held_out)),
        )
        run(trainer, work, recipe, resume)
        return saved(trainer, model, work, recipe, before, evaluator.values(model), len(lists))


@contextmanager
def _training(
    lists: Sequence[GradedList],
    held_out: Sequence[GradedList],
    texts: Mapping[str, str],
    base: str,
    folder: Path,
    recipe: Recipe,
    resume: bool,
) -> Any:
    """Checks, opens the folder, draws the seed; a failure before the first checkpoint leaves nothing behind."""
    recipe.check()
    if not lists:
        raise TrainingError("there is nothing to learn from: no query has products of different grades")
    named = {id: texts[id] for one in (*lists, *held_out) for id in (*one.product_ids, *one.history)}
    with begun([[asdict(one) for one in (*lists, *held_out)], named], base, folder, recipe, resume) as work:
        yield work


@contextmanager
def begun(learnt: Any, base: str, folder: Path, recipe: Recipe, resume: bool) -> Any:
    """The folder of a training on `learnt` (plain values): only the same, by the same recipe, can be resumed."""
    recipe.check()
    said = json.dumps([learnt, base, asdict(recipe)], sort_keys=True)
    fingerprint = hashlib.blake2b(said.encode(), digest_size=16).hexdigest()
    work = begin(folder, fingerprint, resume=resume)
    transformers_logging.set_verbosity_error()  # its table of "missing" head weights would alarm
    transformers_logging.disable_progress_bar()
    torch.manual_seed(recipe.seed)
    try:
        with room_for(folder):
            yield work
    finally:
        if rank() == 0 and not work.result.exists():
            discard_empty(work)


def loaded(kind: Any, base: str, **more: Any) -> Any:
    """The model in folder `base`. Raises TrainingError."""
    device = None if torch.cuda.is_available() else "cpu"
    try:
        return kind(base, device=device, local_files_only=True, **more)
    except Exception as error:  # whatever the library raises, the user must name another folder
        reason = " ".join(str(error).split())[:200]
        raise TrainingError(f"{base} does not load as a model ({reason}): name another with --base") from error


def _is_reranker(base: str) -> bool:
    """Whether the model has a trained head already."""
    try:
        config = json.loads((Path(base) / "config.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return any("SequenceClassification" in name for name in config.get("architectures") or ())


def add_lora(model: Any, recipe: Recipe, **more: Any) -> None:
    """On all linear layers, which pays over attention alone (Dettmers et al., "QLoRA", NeurIPS 2023)."""
    shape = {"r": recipe.rank, "lora_alpha": 2 * recipe.rank, "lora_dropout": 0.1, "target_modules": "all-linear"}
    model.add_adapter(LoraConfig(**shape, **more))


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


def run(trainer: Any, work: Unfinished, recipe: Recipe, resume: bool) -> None:
    """The training itself, from the newest checkpoint on if it is resumed."""
    trainer.perturb = recipe.perturb
    trainer.remove_callback(PrinterCallback)  # it prints to stdout, where results go
    trainer.train(resume_from_checkpoint=str(work.newest_checkpoint()) if resume else None)


def saved(
    trainer: Any,
    model: Any,
    work: Unfinished,
    recipe: Recipe,
    before: tuple[float, ...],
    after: tuple[float, ...],
    lists: int,
) -> Trained:
    """The weights into `work.result`, by the one process that writes."""
    writes = trainer.is_world_process_zero()
    if writes:
        if recipe.method == "lora":  # the two files of the adapter; the tokenizer is the base's
            model.transformers_model.save_pretrained(str(work.result))
        else:
            model.save_pretrained(str(work.result), create_model_card=False)
    trainer.accelerator.wait_for_everyone()
    state = trainer.state
    best = int(state.best_model_checkpoint.rpartition("-")[2]) if state.best_model_checkpoint else None
    return Trained(work, before, after, lists, state.global_step, best, writes)
