"""Training encoder and reranker on graded lists, by LoRA or in full, with sentence-transformers' trainers.

Both learn the order inside each list. Run under torchrun the trainers share the work out; nothing here knows of
devices, of where the lists come from, or of the shop. Importing this module imports torch: call
`retrieval.encoder.stay_offline` first.
"""

from __future__ import annotations

import hashlib
import json
import os
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
    CrossEncoderTrainer,
    CrossEncoderTrainingArguments,
    SentenceTransformer,
    SentenceTransformerTrainer,
    SentenceTransformerTrainingArguments,
)
from sentence_transformers.cross_encoder.losses import RankNetLoss
from transformers import EarlyStoppingCallback, PrinterCallback, TrainerCallback
from transformers.utils import logging as transformers_logging

from retrieval.errors import TrainingError
from retrieval.heldout import HeldOutCosines, HeldOutPairs
from retrieval.index import Progress
from retrieval.lessons import GradedList
from retrieval.listloss import PAST, ListLoss
from retrieval.unfinished import Unfinished, begin, discard_empty, room_for

_HEADS = ["classifier", "score"]
"""Names of a cross-encoder's last layer. It is new, so an adapter must hold all of it, not a low-rank change."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """How to train. The defaults are what docs/BENCHMARKS.md measures."""

    method: str = "lora"
    """ "lora": a few MB that sit on the base; "full": all weights, a model of its own."""
    rank: int = 8
    learning_rate: float = 0.0
    """0 is the method's own: 5e-4 for LoRA, 2.5e-5 for all weights."""
    epochs: float = 1.0
    batch: int = 4
    """Lists a step, for each process."""
    longest: int = 64
    """Word pieces of a text that are read in training; a title with a short description has about 40."""
    seed: int = 7
    patience: int = 3
    """Evaluations without a gain on what is held out before training stops."""
    evaluations: int = 8
    """How many over a whole training; as many checkpoints are written."""
    bf16: bool = False
    """Half precision: 1.5 times as fast where the processor has it (AVX512-BF16, a GPU), slower elsewhere."""
    perturb: float = 0.0
    """Length of the adversarial push on a text's word embeddings; 0 is none, and half the work."""
    matryoshka: tuple[int, ...] = ()
    """Encoder only: lengths at which a vector cut off must order well too."""


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
        model = _loaded(SentenceTransformer, base)
        dimension = model.get_embedding_dimension()
        if any(not 0 < size <= dimension for size in recipe.matryoshka):
            raise TrainingError(f"vectors have {dimension} numbers, so --matryoshka cannot be {recipe.matryoshka}")
        window = model.max_seq_length
        model.max_seq_length = min(recipe.longest, window or recipe.longest)
        evaluator = HeldOutCosines(held_out, texts)
        before = evaluator.values(model)
        if recipe.method == "lora":
            _add_lora(model, recipe, exclude_modules=r".*pooler.*")  # vectors are means: the pooler is not read
        with_history = any(one.history for one in lists)
        trainer = _EncoderTrainer(
            model=model,
            args=SentenceTransformerTrainingArguments(**_arguments(work, recipe, len(lists), bool(held_out))),
            train_dataset=_columns(lists, texts, with_history),
            loss=ListLoss(model, with_history, recipe.matryoshka),
            evaluator=evaluator if held_out else None,
            callbacks=_callbacks(recipe, progress, bool(held_out)),
        )
        _train(trainer, work, recipe, resume)
        after = evaluator.values(model)
        model.max_seq_length = window
        return _saved(trainer, model, work, recipe, before, after, len(lists))


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
        evaluator = HeldOutPairs(held_out, texts)
        model = _loaded(CrossEncoder, base, num_labels=1, max_length=2 * recipe.longest)
        if _is_reranker(base):
            before = evaluator.values(model)
        else:  # a head that knows nothing yet orders at random: the base as an encoder is what is to be beaten
            before = HeldOutCosines(held_out, texts).values(_loaded(SentenceTransformer, base)) if held_out else ()
        if recipe.method == "lora":
            _add_lora(model, recipe, task_type="SEQ_CLS", modules_to_save=_HEADS)
        data = {
            "query": [one.query for one in lists],
            "products": [[texts[id] for id in one.product_ids] for one in lists],
            "labels": [[float(grade) for grade in one.grades] for one in lists],
        }
        trainer = _RerankerTrainer(
            model=model,
            args=CrossEncoderTrainingArguments(**_arguments(work, recipe, len(lists), bool(held_out))),
            train_dataset=Dataset.from_dict(data),
            loss=RankNetLoss(model, mini_batch_size=-1),  # all pairs of a step in one pass
            evaluator=evaluator if held_out else None,
            callbacks=_callbacks(recipe, progress, bool(held_out)),
        )
        _train(trainer, work, recipe, resume)
        return _saved(trainer, model, work, recipe, before, evaluator.values(model), len(lists))


class _Ours:
    """What both trainers do differently from the library's."""

    perturb = 0.0

    def add_model_card_callback(self, default_args_dict: dict[str, Any]) -> None:
        """None: it would look models up, and our card is written by `assistant.training`."""

    def _load_best_model(self) -> None:
        """As the library's, but a failure is raised, not logged: the last weights are not the best ones."""
        ours: Any = self
        ours._load_from_checkpoint(ours.state.best_model_checkpoint)

    def training_step(self, model: Any, inputs: dict[str, Any], *rest: Any) -> Any:
        """One step; with `perturb` a second time with the word embeddings pushed against the loss.

        Miyato, Dai and Goodfellow, "Adversarial training methods for semi-supervised text classification",
        ICLR 2017: each text's push has the direction of its gradient and the length `perturb`.
        """
        above: Any = super()
        if not self.perturb:
            return above.training_step(model, inputs, *rest)
        words = self.model.transformers_model.get_input_embeddings()  # type: ignore[attr-defined]
        seen: list[torch.Tensor] = []

        def keep(_layer: Any, _inputs: Any, output: torch.Tensor) -> torch.Tensor:
            seen.append(output if output.requires_grad else output.detach().requires_grad_())
            seen[-1].retain_grad()
            return seen[-1]

        with _hooked(words, keep):
            loss = above.training_step(model, dict(inputs), *rest)
        pushes = iter([self.perturb * s.grad / s.grad.norm(dim=(1, 2), keepdim=True).clamp(min=1e-12) for s in seen])
        with _hooked(words, lambda _layer, _inputs, output: output + next(pushes)):
            above.training_step(model, dict(inputs), *rest)
        return loss


class _EncoderTrainer(_Ours, SentenceTransformerTrainer):  # type: ignore[misc]
    pass


class _RerankerTrainer(_Ours, CrossEncoderTrainer):  # type: ignore[misc]
    pass


class _Told(TrainerCallback):  # type: ignore[misc]
    def __init__(self, progress: Progress) -> None:
        self.progress = progress

    def on_step_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        if state.is_world_process_zero:
            self.progress("training", state.global_step, state.max_steps)


@contextmanager
def _hooked(layer: Any, hook: Any) -> Any:
    handle = layer.register_forward_hook(hook)
    try:
        yield
    finally:
        handle.remove()


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
    if not lists:
        raise TrainingError("there is nothing to learn from: no query has products of different grades")
    if recipe.method not in ("lora", "full"):
        raise TrainingError(f"method {recipe.method!r} is not known: choose lora or full")
    named = {id: texts[id] for one in (*lists, *held_out) for id in (*one.product_ids, *one.history)}
    said = json.dumps([[asdict(one) for one in (*lists, *held_out)], named, base, asdict(recipe)], sort_keys=True)
    fingerprint = hashlib.blake2b(said.encode(), digest_size=16).hexdigest()
    work = begin(folder, fingerprint, resume=resume, writes=_rank() == 0)
    transformers_logging.set_verbosity_error()  # its table of "missing" head weights would alarm
    transformers_logging.disable_progress_bar()
    torch.manual_seed(recipe.seed)
    try:
        with room_for(folder):
            yield work
    finally:
        if _rank() == 0 and not work.result.exists():
            discard_empty(work)


def _rank() -> int:
    """Which process this is of those that torchrun started; 0 without it."""
    return int(os.environ.get("RANK", "0"))


def _loaded(kind: Any, base: str, **more: Any) -> Any:
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


def _add_lora(model: Any, recipe: Recipe, **more: Any) -> None:
    """On all linear layers, which pays over attention alone (Dettmers et al., "QLoRA", NeurIPS 2023)."""
    shape = {"r": recipe.rank, "lora_alpha": 2 * recipe.rank, "lora_dropout": 0.1, "target_modules": "all-linear"}
    model.add_adapter(LoraConfig(**shape, **more))


def _arguments(work: Unfinished, recipe: Recipe, lists: int, evaluates: bool) -> dict[str, Any]:
    processes = int(os.environ.get("WORLD_SIZE", "1"))
    steps = max(1, int(recipe.epochs * lists / (recipe.batch * processes)))
    every = max(1, steps // recipe.evaluations)
    on_cpu = not torch.cuda.is_available()
    return {
        "output_dir": str(work.checkpoints),
        "max_steps": steps,
        "per_device_train_batch_size": recipe.batch,
        "learning_rate": recipe.learning_rate or (5e-4 if recipe.method == "lora" else 2.5e-5),
        "warmup_steps": max(1, steps // 10),
        "lr_scheduler_type": "linear",
        "seed": recipe.seed,
        "data_seed": recipe.seed,
        "bf16": recipe.bf16,
        "use_cpu": on_cpu,
        "ddp_backend": ("gloo" if on_cpu else "nccl") if processes > 1 else None,
        "dataloader_pin_memory": not on_cpu,
        "eval_strategy": "steps" if evaluates else "no",
        "eval_steps": every,
        "save_strategy": "steps",
        "save_steps": every,
        "save_total_limit": 2,
        "load_best_model_at_end": evaluates,
        "metric_for_best_model": "eval_ndcg",
        "greater_is_better": True,
        "restore_callback_states_from_checkpoint": True,  # the patience that is left
        "logging_strategy": "no",
        "report_to": "none",
        "disable_tqdm": True,
    }


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


def _train(trainer: Any, work: Unfinished, recipe: Recipe, resume: bool) -> None:
    trainer.perturb = recipe.perturb
    trainer.remove_callback(PrinterCallback)  # it prints to stdout, where results go
    trainer.train(resume_from_checkpoint=str(work.newest_checkpoint()) if resume else None)


def _saved(
    trainer: Any,
    model: Any,
    work: Unfinished,
    recipe: Recipe,
    before: tuple[float, ...],
    after: tuple[float, ...],
    lists: int,
) -> Trained:
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
