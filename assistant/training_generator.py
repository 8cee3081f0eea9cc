"""Training the language model to word reasons: catalogues -> checked lessons -> adapter, note and card.

Every lesson is checked as a model's sentence would be: what the checker would not let through is not taught.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from assistant.checker_examples import products_of
from assistant.models import generator_folder, generator_name
from assistant.prompting import TUNED_PROMPT, load_prompt
from assistant.settings import Settings
from assistant.tuning_recipe import TuningRecipe
from assistant.verify import verify
from assistant.vocabulary import Vocabulary, build_vocabulary
from assistant.writing_lessons import Lesson, make_lessons
from retrieval.adapters import write_provenance
from retrieval.encoder import stay_offline
from retrieval.errors import TrainingError
from retrieval.facets import build_facets
from retrieval.index import Progress, no_progress
from retrieval.text import fold
from retrieval.types import Product
from retrieval.unfinished import check_target, room_for

HELD_OUT = 0.1
"""Share of the kinds of products that no lesson is about."""
MEASURED = 80
"""Lessons about what was held out that the loss is measured on."""


@dataclass(frozen=True, slots=True)
class GeneratorReport:
    """What a training did."""

    folder: Path
    base: str
    lessons: int
    held_out: int
    refused: int
    """Lessons that the checker would not have let through."""
    loss_before: float
    loss_after: float
    steps: int

    @property
    def perplexity(self) -> tuple[float, float]:
        """Of the held-out sentences, before and after."""
        return math.exp(self.loss_before), math.exp(self.loss_after)


def train_generator(
    settings: Settings,
    folder: Path,
    recipe: TuningRecipe,
    *,
    count: int,
    others: Sequence[Path] = (),
    licence: str = "",
    command: str = "",
    resume: bool = False,
    progress: Progress = no_progress,
) -> GeneratorReport:
    """Trains on `count` lessons about the settings' shop and the `others` (data folders), in equal parts.

    Raises TrainingError, IndexMissing, ModelMissing, StorageFull.
    """
    # 1) What can be wrong is said before anything is loaded.
    check_target(folder, resume=resume)
    base = generator_folder(settings.generator.model, settings.models_dir)
    shelves = [products_of(data_dir, "storeclerk train generator") for data_dir in (settings.data_dir, *others)]

    # 2) The lessons.
    lessons: list[Lesson] = []
    held_out: list[Lesson] = []
    refused = 0
    for products in shelves:
        vocabulary = build_vocabulary(build_facets(products))
        taught = [p for p in products if not is_held_out(p)]
        kept_back = [p for p in products if is_held_out(p)]
        if not taught or not kept_back:
            raise TrainingError(f"{len(products)} products are too few to learn from: index more")
        for source, wanted, into in ((taught, count // len(shelves), lessons), (kept_back, MEASURED, held_out)):
            found = _checked(make_lessons(source, 4 * wanted, recipe.seed), vocabulary)
            good = 0
            for seen, lesson in enumerate(found):
                if good == wanted:
                    break
                if lesson is None:
                    refused += 1
                else:
                    into.append(lesson)
                    good += 1
                progress("making lessons", seen + 1, 4 * wanted)

    # 3) The training, and what it brought beside the weights; only then does the folder appear.
    stay_offline()
    from assistant.tuning import tune

    tuned = tune(
        [as_pair(lesson) for lesson in lessons],
        [as_pair(lesson) for lesson in held_out],
        base,
        folder,
        recipe,
        progress,
        resume=resume,
    )
    report = GeneratorReport(
        folder,
        generator_name(settings.generator.model),
        len(lessons),
        len(held_out),
        refused,
        tuned.loss_before,
        tuned.loss_after,
        tuned.steps,
    )
    with room_for(folder):
        write_provenance(tuned.work.result, "generator", report.base, note(report, recipe, command))
        (tuned.work.result / "README.md").write_text(_card(report, recipe, licence, command), encoding="utf-8")
    tuned.work.finish()
    return report


def is_held_out(product: Product) -> bool:
    """Whole kinds of products are kept back, where the feed has categories: the model will meet new ones."""
    kind = fold(product.category[-1]) if product.category else product.id
    return int(hashlib.blake2b(kind.encode(), digest_size=4).hexdigest(), 16) < HELD_OUT * 2**32


def as_pair(lesson: Lesson) -> tuple[str, str]:
    """(prompt, what is to follow it)."""
    blanks = {"voice": lesson.voice, "place": lesson.place, "facts": lesson.facts}
    return load_prompt(TUNED_PROMPT).fill(blanks), f" {lesson.sentence}"


def _checked(lessons: Iterator[Lesson], vocabulary: Vocabulary) -> Iterator[Lesson | None]:
    """None for a lesson whose sentence would be dropped, or would not word all of its reasons."""
    for lesson in lessons:
        verdict = verify(lesson.shown, lesson.subject, vocabulary)
        yield lesson if verdict.supported and len(verdict.reasons) >= len(lesson.subject.reasons) else None


def note(report: GeneratorReport, recipe: TuningRecipe, command: str) -> dict[str, object]:
    """What the file beside the weights says besides kind and base."""
    return {
        "prompt": load_prompt(TUNED_PROMPT).label,
        "lessons": report.lessons,
        "refused": report.refused,
        "recipe": asdict(recipe),
        "steps": report.steps,
        "command": command,
        "held_out": {
            "lessons": report.held_out,
            "measure": "nats a token",
            "before": round(report.loss_before, 4),
            "after": round(report.loss_after, 4),
        },
    }


def _card(report: GeneratorReport, recipe: TuningRecipe, licence: str, command: str) -> str:
    before, after = report.perplexity
    settings = ", ".join(f"{name} {value}" for name, value in asdict(recipe).items() if value)
    return "\n".join(
        [
            f"# {report.folder.name}",
            "",
            "A LoRA adapter for storeclerk's language model, which words one or two reasons in one sentence.",
            "",
            f"- Base: {report.base}",
            *([f"- Licence: {licence}"] if licence else []),
            f"- Prompt: {load_prompt(TUNED_PROMPT).label}; prices, numbers, names and quotations reach it as signs",
            f"- Trained on {report.lessons:,} lessons made by `assistant/writing_lessons.py` from catalogues and the "
            "hand-written patterns of `prompts/wordings.txt`, each passed by the checker; no judgement, no shopper's "
            "word, no model's text",
            f"- Recipe: {settings}",
            f"- Steps: {report.steps:,}",
            *([f"- Command: `{command}`"] if command else []),
            "",
            "## How good",
            "",
            f"Perplexity of {report.held_out:,} sentences about kinds of products it was not taught: "
            f"{before:.2f} before, {after:.2f} after. Since the patterns are drawn at random, no model can reach 1.",
            "What of its sentences survives the check is in docs/BENCHMARKS.md.",
            "",
        ]
    )
