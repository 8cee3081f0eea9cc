"""How a training is done, as plain values. Imports no model library."""

from __future__ import annotations

from dataclasses import dataclass

from retrieval.errors import TrainingError

METHODS = ("lora", "full")


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
    strength: float = 1.0
    """Encoder by LoRA only: how much of the learnt change is kept. Weights between base and trained model carry
    over better to what was not trained on (Wortsman et al., "Robust fine-tuning of zero-shot models", CVPR 2022)."""
    matryoshka: tuple[int, ...] = ()
    """Encoder only: lengths at which a vector cut off must order well too."""

    @property
    def rate(self) -> float:
        """The learning rate that is used."""
        return self.learning_rate or (5e-4 if self.method == "lora" else 2.5e-5)

    def check(self) -> None:
        """Raises TrainingError for what cannot be trained by."""
        if self.method not in METHODS:
            raise TrainingError(f"method {self.method!r} is not known: choose lora or full")
        if not 0 < self.strength <= 1 or (self.strength < 1 and self.method != "lora"):
            raise TrainingError(f"strength is {self.strength}: it must be above 0, up to 1, and below 1 only with lora")
        for name in ("rank", "batch", "longest", "epochs"):
            if getattr(self, name) <= 0:
                raise TrainingError(f"{name} is {getattr(self, name)}: it must be above 0")
