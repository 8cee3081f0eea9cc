"""Training on a shop's own data: judgements, events, requests -> graded lists -> weights -> numbers and a card.

The index is only open while the lists are made, so that the shop can be served during a training. Knows
nothing of losses and trainers (`retrieval.finetune`) or of how results are shown.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

from assistant.clerk import open_encoder
from assistant.settings import Settings
from assistant.training_card import PRODUCTS_HELD_OUT, model_card
from assistant.training_lists import Sources, make_lessons
from retrieval.adapters import write_provenance
from retrieval.encoder import model_folder, model_name, stay_offline
from retrieval.errors import DataFolderBusy, TrainingError
from retrieval.index import Index, Progress, no_progress, open_index
from retrieval.judgements import read_judgements
from retrieval.measures import Interval, interval, paired_test
from retrieval.recipe import Recipe
from retrieval.types import Encoder
from retrieval.unfinished import check_target, processes, rank, room_for

_BUSY_SECONDS = 600  # under torchrun each process opens the index in turn


@dataclass(frozen=True, slots=True)
class TrainingReport:
    """What a training did, in numbers that `--json`, the note beside the weights and the card all give."""

    kind: str
    folder: Path
    base: str
    """Name and digest."""
    base_setting: str
    """What `model` must be set to for an adapter; "" is the bundled model."""
    recipe: Recipe
    counts: Mapping[str, int]
    lists: int
    held_out: int
    """Queries measured."""
    before: Interval | None
    after: Interval | None
    difference: Interval | None
    p_value: float | None
    steps: int
    best_step: int | None
    notes: tuple[str, ...]
    writes: bool = field(default=True, compare=False)
    """Whether this process reports."""

    def setting_lines(self, *, whole_paths: bool = True) -> tuple[str, ...]:
        """The lines of storeclerk.toml that load it; with names alone for whoever gets the folder."""

        def said(path: Path) -> str:
            return str(path.resolve()) if whole_paths else path.name

        lines = [f"[{self.kind}]", 'kind = "model"']
        if self.recipe.method == "full":
            return (*lines, f'model = "{said(self.folder)}"')
        own_base = (f'model = "{said(Path(self.base_setting))}"',) if self.base_setting else ()
        return (*lines, *own_base, f'adapter = "{said(self.folder)}"')


def train(
    kind: str,
    settings: Settings,
    sources: Sources,
    recipe: Recipe,
    folder: Path,
    *,
    base: str = "",
    licence: str = "",
    command: str = "",
    resume: bool = False,
    progress: Progress = no_progress,
) -> TrainingReport:
    """Trains `kind` ("encoder" or "reranker") from the model `base` and leaves weights, note and card in `folder`.

    Raises TrainingError, JudgementError, SettingsError, ModelMissing, StorageFull and what opening an index raises.
    """
    # 1) What can be wrong is said before anything is loaded.
    recipe.check()
    source = str(model_folder(base))
    name = model_name(base)
    check_target(folder, resume=resume)
    if kind == "reranker" and sources.events is not None:
        raise TrainingError("a reranker does not see what a shopper looked at before: --events are for the encoder")
    judgements = read_judgements(sources.qrels) if sources.qrels is not None else None

    # 2) The lists, with the index open.
    encoder = open_encoder(settings.encoder)
    with _index_in_turn(settings, encoder, progress) as index:
        lessons = make_lessons(index, encoder, sources, judgements, recipe.seed)

    # 3) The training.
    stay_offline()
    from retrieval.finetune import train_encoder, train_reranker

    trainer = train_encoder if kind == "encoder" else train_reranker
    trained = trainer(
        lessons.training, lessons.held_out, lessons.texts, source, folder, recipe, progress, resume=resume
    )

    # 4) What it brought, beside the weights; only then does the folder appear.
    gains = [after - before for before, after in zip(trained.before, trained.after, strict=True)]
    difference = interval(gains, seed=recipe.seed)
    notes = [*lessons.notes]
    if difference is not None and difference.mean <= 0:
        notes.append("What was held out is ordered no better than before: keep the base, or train on more.")
    report = TrainingReport(
        kind=kind,
        folder=folder,
        base=name,
        base_setting=base,
        recipe=recipe,
        counts=lessons.counts,
        lists=trained.lists,
        held_out=len(trained.after),
        before=interval(trained.before, seed=recipe.seed),
        after=interval(trained.after, seed=recipe.seed),
        difference=difference,
        p_value=paired_test(trained.after, trained.before, seed=recipe.seed) if gains else None,
        steps=trained.steps,
        best_step=trained.best_step,
        notes=tuple(notes),
        writes=trained.writes,
    )
    if trained.writes:
        with room_for(folder):
            result = trained.work.result
            write_provenance(result, kind, name, facts(report, command))
            (result / "README.md").write_text(model_card(report, command, licence), encoding="utf-8")
            if lessons.products_held_out:
                lines = "".join(f"{id}\n" for id in lessons.products_held_out)
                (result / PRODUCTS_HELD_OUT).write_text(lines, encoding="utf-8")
        trained.work.finish()
    return report


def facts(report: TrainingReport, command: str) -> dict[str, object]:
    """What the note beside the weights says besides kind and base."""
    return {
        "sources": dict(report.counts),
        "recipe": asdict(report.recipe)
        | {"learning_rate": report.recipe.rate, "matryoshka": list(report.recipe.matryoshka)},
        "seed": report.recipe.seed,
        "command": command,
        "lists": report.lists,
        "steps": report.steps,
        "best_step": report.best_step,
        "held_out": {
            "queries": report.held_out,
            "measure": "nDCG@10",
            "before": _rounded(report.before),
            "after": _rounded(report.after),
            "difference": _rounded(report.difference),
            "p_value": round(report.p_value, 6) if report.p_value is not None else None,
        },
    }


def _rounded(value: Interval | None) -> dict[str, float] | None:
    return None if value is None else {name: round(getattr(value, name), 6) for name in ("mean", "low", "high")}


@contextmanager
def _index_in_turn(settings: Settings, encoder: Encoder, progress: Progress) -> Iterator[Index]:
    """The opened index; the processes of a distributed training wait for each other, one alone does not wait."""
    give_up = time.monotonic() + (_BUSY_SECONDS if processes() > 1 else 0)
    while True:
        try:
            index = open_index(
                settings.data_dir,
                encoder,
                progress=progress if rank() == 0 else no_progress,
                chroma_url=settings.chroma_url,
                command="storeclerk train",
            )
            break
        except DataFolderBusy:
            if time.monotonic() >= give_up:
                raise
            time.sleep(1)
    with index:
        yield index
