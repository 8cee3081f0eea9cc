"""How the language model is tuned. Imports nothing heavy, so that a command can show its defaults."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TuningRecipe:
    """How it is learnt. Hu et al., "LoRA", ICLR 2022; all linear layers, as Dettmers et al. 2023 found best."""

    rank: int = 8
    rate: float = 5e-4
    batch: int = 16
    epochs: float = 1.0
    evaluations: int = 4
    patience: int = 2
    seed: int = 7
    bf16: bool = False
