"""sentence-transformers' trainers with what we do differently, and their arguments. Imports torch."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from sentence_transformers import CrossEncoderTrainer, SentenceTransformerTrainer
from transformers import EarlyStoppingCallback, TrainerCallback

from retrieval.index import Progress
from retrieval.recipe import Recipe
from retrieval.unfinished import processes


class Ours:
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


class EncoderTrainer(Ours, SentenceTransformerTrainer):  # type: ignore[misc]
    """For vectors."""


class RerankerTrainer(Ours, CrossEncoderTrainer):  # type: ignore[misc]
    """For request and product read together."""


class _Told(TrainerCallback):  # type: ignore[misc]
    def __init__(self, progress: Progress) -> None:
        self.progress = progress

    def on_step_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        if state.is_world_process_zero:
            self.progress("training", state.global_step, state.max_steps)


@contextmanager
def _hooked(layer: Any, hook: Any) -> Iterator[None]:
    handle = layer.register_forward_hook(hook)
    try:
        yield
    finally:
        handle.remove()


def arguments(folder: Path, recipe: Recipe, lists: int, evaluates: bool) -> dict[str, Any]:
    """The library's arguments for `lists` lists, with checkpoints in `folder`."""
    steps = max(1, int(recipe.epochs * lists / (recipe.batch * processes())))
    every = max(1, steps // recipe.evaluations)
    on_cpu = not torch.cuda.is_available()
    return {
        "output_dir": str(folder),
        "max_steps": steps,
        "per_device_train_batch_size": recipe.batch,
        "learning_rate": recipe.rate,
        "warmup_steps": max(1, steps // 10),
        "lr_scheduler_type": "linear",
        "seed": recipe.seed,
        "data_seed": recipe.seed,
        "bf16": recipe.bf16,
        "use_cpu": on_cpu,
        "ddp_backend": ("gloo" if on_cpu else "nccl") if processes() > 1 else None,
        "ddp_find_unused_parameters": False,
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


def callbacks(recipe: Recipe, progress: Progress, evaluates: bool) -> list[TrainerCallback]:
    """Progress, and an end when what is held out gets no better."""
    return [_Told(progress), *([EarlyStoppingCallback(recipe.patience)] if evaluates else [])]
