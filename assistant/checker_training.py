"""Catalogues -> true and false sentences -> a trained checker: weights, threshold, numbers and a card.

The order of `assistant.training`, for pairs of facts and sentence in place of lists of products.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path

from assistant.checker_examples import (
    TRUE,
    Example,
    Part,
    Writer,
    held_out_by_category,
    make_examples,
    part_of,
    products_of,
    split,
    worded_writer,
)
from assistant.entailment import KIND, premise
from assistant.labels import Labelled
from retrieval.adapters import write_provenance
from retrieval.encoder import model_folder, model_name, stay_offline
from retrieval.errors import TrainingError
from retrieval.index import Progress, no_progress
from retrieval.recipe import Recipe
from retrieval.unfinished import check_target, room_for

KEPT = 0.99
"""Share of the true sentences held out that must pass: the threshold is the highest that lets so many through."""
LABELLED = "labelled"
"""The kind of a sentence that people found false."""
_HELD_OUT = 0.15
"""Sentences for the threshold and for the measurement, each, as a share of those trained on."""


@dataclass(frozen=True, slots=True)
class CheckerReport:
    """What a training did."""

    folder: Path
    base: str
    recipe: Recipe
    catalogues: tuple[str, ...]
    counts: Mapping[str, int]
    """Part -> sentences."""
    threshold: float
    kept: float | None
    """Share of the true sentences of the test part that pass."""
    refused: Mapping[str, float]
    """Kind -> share of its false sentences of the test part that are refused."""
    steps: int
    best_step: int | None
    writes: bool


def train_checker(
    folders: Sequence[Path],
    count: int,
    recipe: Recipe,
    folder: Path,
    *,
    base: str = "",
    writer: Writer = worded_writer,
    licence: str = "",
    command: str = "",
    resume: bool = False,
    labels: Sequence[Labelled] = (),
    progress: Progress = no_progress,
) -> CheckerReport:
    """Trains on `count` sentences over the catalogues of the data folders; the result lies in `folder`.

    Categories of each catalogue are held out twice: for the threshold (and early stopping), and for the numbers.
    Sentences that people labelled are added, each to the part that its product is in.
    Raises TrainingError, IndexMissing, DataFolderBusy, ModelMissing, StorageFull.
    """
    # 1) What can be wrong is said before anything is loaded.
    recipe.check()
    if recipe.method != "lora":
        raise TrainingError(f"a checker is an adapter on its base, so method {recipe.method!r} is not for it: use lora")
    source, name = str(model_folder(base)), model_name(base)
    check_target(folder, resume=resume)

    # 2) The sentences, a catalogue at a time: its wishes and wrong values are its own.
    examples = _examples(folders, count, recipe.seed, writer, labels)

    # 3) The training.
    stay_offline()
    from retrieval.finetune_pairs import LabelledPair, train_pairs

    pairs = {
        part: [LabelledPair(premise(e.facts, e.sentence), e.sentence, e.supported) for e in found]
        for part, found in examples.items()
    }
    held_out = [*pairs["dev"], *pairs["test"]]
    trained = train_pairs(pairs["train"], pairs["dev"], source, folder, recipe, progress, resume=resume, also=held_out)

    # 4) The threshold on one part, the numbers on the other.
    scores = trained.after
    on_dev, on_test = scores[: len(pairs["dev"])], scores[len(pairs["dev"]) :]
    threshold = threshold_of([s for s, e in zip(on_dev, examples["dev"], strict=True) if e.supported])
    told = list(zip(on_test, examples["test"], strict=True))
    kept = [s >= threshold for s, e in told if e.supported]
    by_kind = {kind: [s < threshold for s, e in told if e.kind == kind] for kind in sorted({e.kind for _, e in told})}
    report = CheckerReport(
        folder=folder,
        base=name,
        recipe=recipe,
        catalogues=tuple(path.name for path in folders),
        counts={part: len(found) for part, found in examples.items()},
        threshold=threshold,
        kept=sum(kept) / len(kept) if kept else None,
        refused={kind: sum(found) / len(found) for kind, found in by_kind.items() if found and kind != "true"},
        steps=trained.steps,
        best_step=trained.best_step,
        writes=trained.writes,
    )
    if trained.writes:
        with room_for(folder):
            write_provenance(trained.work.result, KIND, name, facts_of(report, command))
            card = checker_card(report, command, licence)
            (trained.work.result / "README.md").write_text(card, encoding="utf-8")
        trained.work.finish()
    return report


def threshold_of(true: Sequence[float], kept: float = KEPT) -> float:
    """The highest threshold that lets at least this share of the true sentences pass; 0 without one."""
    ordered = sorted(true)
    return ordered[int((1 - kept) * len(ordered) + 1e-9)] if ordered else 0.0


def _examples(
    folders: Sequence[Path], count: int, seed: int, writer: Writer, labels: Sequence[Labelled] = ()
) -> dict[Part, list[Example]]:
    found: dict[Part, list[Example]] = {"train": [], "dev": [], "test": []}
    catalogues = [products_of(folder, "storeclerk train checker") for folder in folders]
    for number, (folder, everything) in enumerate(zip(folders, catalogues, strict=True)):
        parts = split(everything, seed)
        for part, products in parts.items():
            share = count if part == "train" else max(round(_HELD_OUT * count), 1)
            wanted = max(share // len(folders), 1)
            if len(products) < 2:
                raise TrainingError(
                    f"{folder} has {len(products)} products for the part {part!r}: too few to train a checker on; "
                    "name a larger catalogue"
                )
            found[part] += make_examples(products, wanted, seed + number, writer)
    by_category = held_out_by_category(catalogues[0])
    for row in labels:
        if row.label is not None:
            part = part_of(row.facts.product, by_category, seed)
            found[part].append(Example(row.facts, row.sentence, TRUE if row.label else LABELLED))
    random.Random(seed).shuffle(found["train"])
    return found


def facts_of(report: CheckerReport, command: str) -> dict[str, object]:
    """What the note beside the weights says besides kind and base."""
    return {
        "threshold": round(report.threshold, 6),
        "catalogues": list(report.catalogues),
        "recipe": asdict(report.recipe)
        | {"learning_rate": report.recipe.rate, "matryoshka": list(report.recipe.matryoshka)},
        "seed": report.recipe.seed,
        "command": command,
        "sentences": dict(report.counts),
        "steps": report.steps,
        "best_step": report.best_step,
        "test": {"kept": report.kept, "refused": {kind: round(share, 6) for kind, share in report.refused.items()}},
    }


def checker_card(report: CheckerReport, command: str, licence: str) -> str:
    """Markdown. Says nothing that the training did not measure."""
    used = replace(report.recipe, learning_rate=report.recipe.rate)
    recipe = ", ".join(f"{f.name} {value}" for f in fields(used) if (value := getattr(used, f.name)))
    kept = "unknown" if report.kept is None else f"{report.kept:.1%}"
    return "\n".join(
        [
            f"# {report.folder.name}",
            "",
            "A LoRA adapter for the checker of storeclerk, which says how likely a product's facts back a sentence.",
            "",
            f"- Base: {report.base}",
            *([f"- Licence: {licence}"] if licence else []),
            f"- Trained on {report.counts['train']:,} sentences made from {', '.join(report.catalogues)}: "
            "wordings of true reasons, and the same made false",
            f"- Recipe: {recipe}",
            f"- Steps: {report.steps:,}"
            + (f"; the weights are those of step {report.best_step:,}" if report.best_step else ""),
            *([f"- Command: `{command}`"] if command else []),
            "",
            "## How good",
            "",
            f"Threshold {report.threshold:.3f}: at least {KEPT:.0%} of the true sentences pass on "
            f"{report.counts['dev']:,} sentences of held-out categories. "
            f"On {report.counts['test']:,} of others, {kept} of the true ones pass.",
            "",
            "| kind of falsehood | refused |",
            "|---|---|",
            *(f"| {kind} | {share:.1%} |" for kind, share in report.refused.items()),
            "",
        ]
    )
