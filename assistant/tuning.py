"""Tuning the language model on lessons, by LoRA, with transformers' trainer. Importing this module imports torch.

The loss is that of the sentence alone (the prompt is given), and the last layer is computed for its tokens only:
with 49,000 words it would cost as much again as a fifth of the model. Knows nothing of catalogues.
"""

from __future__ import annotations

import hashlib
import json
import warnings
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from peft import LoraConfig, get_peft_model
from transformers import EarlyStoppingCallback, PrinterCallback, Trainer, TrainerCallback, TrainingArguments

from assistant.models import load_causal_lm
from assistant.tuning_recipe import TuningRecipe
from retrieval.errors import TrainingError
from retrieval.index import Progress
from retrieval.unfinished import Unfinished, begin, discard_empty, processes, room_for

_IGNORED = -100
"""The label that transformers' losses leave out."""
_DROPOUT = 0.0  # each lesson is seen once or twice: nothing to regularise against


@dataclass(frozen=True, slots=True)
class Tuned:
    """What came of it. The adapter lies in `work.result` until `work.finish()`."""

    work: Unfinished
    loss_before: float
    """Mean loss of a token (nats) of the held-out sentences, with the base."""
    loss_after: float
    steps: int


def tune(
    training: Sequence[tuple[str, str]],
    held_out: Sequence[tuple[str, str]],
    base: Path,
    folder: Path,
    recipe: TuningRecipe,
    progress: Progress,
    *,
    resume: bool = False,
) -> Tuned:
    """Trains on (prompt, continuation) pairs. Raises TrainingError, ModelMissing, StorageFull."""
    if not training or not held_out:
        raise TrainingError("there are too few lessons to learn from and to hold out: index more products")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # the libraries warn of each other's names
        model, tokenizer = load_causal_lm(base)
        fingerprint = hashlib.blake2b(
            json.dumps([list(training), list(held_out), asdict(recipe)]).encode(), digest_size=16
        ).hexdigest()
        work = begin(folder, fingerprint, resume=resume)
        torch.manual_seed(recipe.seed)
        config = LoraConfig(
            r=recipe.rank,
            lora_alpha=2 * recipe.rank,
            lora_dropout=_DROPOUT,
            target_modules="all-linear",
            task_type="CAUSAL_LM",
        )
        adapted = get_peft_model(model, config)
        trainer = _Tuner(
            model=adapted,
            args=_arguments(work.checkpoints, recipe, len(training)),
            train_dataset=[_encoded(tokenizer, *pair) for pair in training],
            eval_dataset=[_encoded(tokenizer, *pair) for pair in held_out],
            data_collator=_padded,
            callbacks=[_Told(progress), EarlyStoppingCallback(recipe.patience)],
        )
        trainer.remove_callback(PrinterCallback)
        try:
            with room_for(work.root):
                with adapted.disable_adapter():
                    before = trainer.evaluate()["eval_loss"]
                trainer.train(resume_from_checkpoint=str(work.newest_checkpoint()) if resume else None)
                after = trainer.evaluate()["eval_loss"]
                adapted.to(torch.float16).save_pretrained(work.result)  # half the size; merged in fp32
        except BaseException:
            discard_empty(work)
            raise
        return Tuned(work, before, after, trainer.state.global_step)


class _Tuner(Trainer):  # type: ignore[misc]
    """The library's, with the last layer computed where there is something to learn."""

    def compute_loss(self, model: Any, inputs: dict[str, torch.Tensor], return_outputs: bool = False, **_: Any) -> Any:
        labels = inputs["labels"][:, 1:]
        inner = model.get_base_model()
        # Trainer's own half precision is in the whole model's forward, which this goes past.
        with torch.autocast(labels.device.type, torch.bfloat16, enabled=self.args.bf16):
            hidden = inner.model(input_ids=inputs["input_ids"], attention_mask=inputs["attention_mask"])[0]
            learnt = labels != _IGNORED
            logits = inner.lm_head(hidden[:, :-1][learnt])
        loss = torch.nn.functional.cross_entropy(logits.float(), labels[learnt])
        return (loss, {"loss": loss}) if return_outputs else loss

    def prediction_step(
        self, model: Any, inputs: dict[str, torch.Tensor], prediction_loss_only: bool, ignore_keys: Any = None
    ) -> tuple[torch.Tensor, None, None]:
        with torch.no_grad():
            return self.compute_loss(model, self._prepare_inputs(inputs)).detach(), None, None


class _Told(TrainerCallback):  # type: ignore[misc]
    def __init__(self, progress: Progress) -> None:
        self.progress = progress

    def on_step_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        self.progress("training", state.global_step, state.max_steps)


def _encoded(tokenizer: Any, prompt: str, continuation: str) -> dict[str, list[int]]:
    given = tokenizer(prompt)["input_ids"]
    learnt = [*tokenizer(continuation)["input_ids"], tokenizer.eos_token_id]
    return {"input_ids": [*given, *learnt], "labels": [*[_IGNORED] * len(given), *learnt]}


def _padded(rows: Sequence[dict[str, list[int]]]) -> dict[str, torch.Tensor]:
    """Shape (rows, longest); padded on the right."""
    width = max(len(row["input_ids"]) for row in rows)

    def column(name: str, fill: int) -> torch.Tensor:
        return torch.tensor([[*row[name], *[fill] * (width - len(row[name]))] for row in rows])

    lengths = torch.tensor([[len(row["input_ids"])] for row in rows])
    mask = (torch.arange(width)[None, :] < lengths).long()
    return {"input_ids": column("input_ids", 0), "labels": column("labels", _IGNORED), "attention_mask": mask}


def _arguments(folder: Path, recipe: TuningRecipe, lessons: int) -> TrainingArguments:
    steps = max(1, int(recipe.epochs * lessons / (recipe.batch * processes())))
    every = max(1, steps // recipe.evaluations)
    on_cpu = not torch.cuda.is_available()
    return TrainingArguments(
        output_dir=str(folder),
        max_steps=steps,
        per_device_train_batch_size=recipe.batch,
        per_device_eval_batch_size=recipe.batch,
        learning_rate=recipe.rate,
        warmup_steps=max(1, steps // 20),
        lr_scheduler_type="cosine",
        seed=recipe.seed,
        data_seed=recipe.seed,
        bf16=recipe.bf16,
        use_cpu=on_cpu,
        ddp_backend=("gloo" if on_cpu else "nccl") if processes() > 1 else None,
        dataloader_pin_memory=not on_cpu,
        train_sampling_strategy="group_by_length",
        remove_unused_columns=False,
        label_names=["labels"],
        eval_strategy="steps",
        eval_steps=every,
        save_strategy="steps",
        save_steps=every,
        save_total_limit=2,
        load_best_model_at_end=True,
        metric_for_best_model="eval_loss",
        greater_is_better=False,
        logging_strategy="no",
        report_to="none",
        disable_tqdm=True,
    )
