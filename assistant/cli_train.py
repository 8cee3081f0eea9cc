"""The commands that train: `storeclerk train ...`. Like `assistant.cli`, heavy imports inside."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click

from assistant.console import common, print_result, progress_bars, queries_of

LESSONS = 7200
"""Half an hour on two cores; what more brings was not seen."""

F = TypeVar("F", bound=Callable[..., Any])

REQUESTS = 2000
"""Made from the catalogue where nothing else is named: 450 steps of the default batch, one to three seconds each."""

SENTENCES = 6000
"""For a checker: 190 steps of 32 sentences, some three seconds each on two cores."""

_FILE = click.Path(path_type=Path)
_SHARE = click.FloatRange(0, 0.9)

_OPTIONS = (
    click.option("--qrels", type=_FILE, default=None, help="Judgements: TREC, CSV or TSV."),
    click.option("--queries", type=_FILE, default=None, help="Their queries: one a line, or qid<TAB>query."),
    click.option(
        "--events",
        is_flag=False,
        flag_value="",
        default=None,
        metavar="[FILE]",
        help="Shoppers' events; without FILE those of the settings.",
    ),
    click.option(
        "--requests",
        type=click.IntRange(0),
        default=None,
        help=f"Made from the catalogue.  [default: {REQUESTS} without another source, else 0]",
    ),
    click.option("--output", type=_FILE, default=None, help="A new folder.  [default: in the data folder]"),
    click.option("--base", default=None, help="A model's folder.  [default: the settings' encoder, bundled]"),
    click.option("--method", type=click.Choice(["lora", "full"]), default="lora", show_default=True),
    click.option("--rank", default=8, show_default=True, type=click.IntRange(1, 256), help="Of LoRA."),
    click.option("--epochs", default=1.0, show_default=True, type=click.FloatRange(0, min_open=True)),
    click.option(
        "--learning-rate",
        default=0.0,
        type=click.FloatRange(0),
        help="[default: 5e-4 for LoRA, 2.5e-5 for all weights]",
    ),
    click.option("--batch", default=4, show_default=True, type=click.IntRange(1), help="Lists a step."),
    click.option(
        "--longest", default=64, show_default=True, type=click.IntRange(8, 512), help="Word pieces read of a text."
    ),
    click.option("--held-out", default=0.1, show_default=True, type=_SHARE, help="Share of the queries."),
    click.option(
        "--products-held-out", default=0.0, type=_SHARE, help="Share of products no generated request is about."
    ),
    click.option("--perturb", default=0.0, type=click.FloatRange(0), help="Adversarial training: how far to push."),
    click.option(
        "--strength",
        default=1.0,
        show_default=True,
        type=click.FloatRange(0, 1, min_open=True),
        help="Encoder by LoRA: how much of the learnt change is kept.",
    ),
    click.option("--matryoshka", default="", metavar="N,N,...", help="Encoder: cut vectors must order well too."),
    click.option("--seed", default=7, show_default=True, type=click.IntRange(0)),
    click.option("--bf16/--no-bf16", default=False, help="Half precision, where the processor has it."),
    click.option("--licence", default="", help="A line for the card beside the weights."),
    click.option("--resume", is_flag=True, help="Go on with a training that was cut short."),
)

_OF_SENTENCES = (
    click.option("--catalogue", "catalogues", multiple=True, type=_FILE, help="Another data folder; may be repeated."),
    click.option("--output", type=_FILE, default=None, help="A new folder.  [default: in the data folder]"),
    click.option("--rank", default=8, show_default=True, type=click.IntRange(1, 256), help="Of LoRA."),
    click.option("--epochs", default=1.0, show_default=True, type=click.FloatRange(0, min_open=True)),
    click.option("--bf16/--no-bf16", default=False, help="Half precision, where the processor has it."),
    click.option("--licence", default="", help="A line for the card beside the weights."),
    click.option("--resume", is_flag=True, help="Go on with a training that was cut short."),
)
"""What the trainings on sentences have in common."""


@click.group()
def train() -> None:
    """Train on your own judgements, events and catalogue."""


def _trains(command: F) -> F:
    return _with(_OPTIONS, command)


def _of_sentences(command: F) -> F:
    return _with(_OF_SENTENCES, command)


def _with(options: Sequence[Callable[[F], F]], command: F) -> F:
    for option in reversed(options):
        command = option(command)
    return common(command)


@train.command()
@_trains
def encoder(**options: Any) -> None:
    """Train the model that makes the vectors."""
    _train("encoder", **options)


@train.command()
@_trains
def reranker(**options: Any) -> None:
    """Train a model that reads request and product together."""
    _train("reranker", **options)


@train.command()
@click.option("--examples", default=SENTENCES, show_default=True, type=click.IntRange(20), help="Sentences to make.")
@click.option(
    "--labels", type=click.Path(path_type=Path), default=None, help="JSONL of sentences that people labelled."
)
@click.option("--base", default="", help="A model's folder.  [default: the bundled one]")
@click.option("--learning-rate", default=0.0, type=click.FloatRange(0), help="[default: 5e-4]")
@click.option("--batch", default=32, show_default=True, type=click.IntRange(1), help="Sentences a step.")
@click.option("--seed", default=7, show_default=True, type=click.IntRange(0), help="Of what is held out and drawn.")
@_of_sentences
def checker(
    catalogues: tuple[Path, ...],
    examples: int,
    labels: Path | None,
    output: Path | None,
    base: str,
    licence: str,
    resume: bool,
    data_dir: Path | None,
    as_json: bool,
    **recipe: Any,
) -> None:
    """Train the second gate of the check of sentences."""
    from assistant.checker_training import facts_of, train_checker
    from assistant.labels import read_labels
    from assistant.settings import load_settings
    from retrieval.recipe import Recipe

    settings = load_settings(data_dir)
    command = " ".join(["storeclerk", *sys.argv[1:]]) if sys.argv[1:2] == ["train"] else "storeclerk train checker"
    with progress_bars() as progress:
        report = train_checker(
            [settings.data_dir, *catalogues],
            examples,
            Recipe(**recipe),
            output or settings.data_dir / "checker",
            base=base,
            licence=licence,
            command=command,
            resume=resume,
            labels=read_labels(labels) if labels is not None else (),
            progress=progress,
        )
    if not report.writes:
        return
    kept = "-" if report.kept is None else f"{report.kept:.1%}"
    lines = [
        f"{report.counts['train']:,} sentences, {report.steps:,} steps; the result is in {report.folder}.",
        f"threshold {report.threshold:.3f}; true sentences that pass: {kept}",
        *(f"  {kind:<18} refused {share:.1%}" for kind, share in report.refused.items()),
    ]
    result = {"kind": "checker", "base": report.base, **facts_of(report, command), "output": str(report.folder)}
    print_result(result, lines, as_json)


@train.command()
@click.option("--lessons", default=LESSONS, show_default=True, type=click.IntRange(20), help="Sentences to learn from.")
@click.option("--learning-rate", "rate", default=5e-4, show_default=True, type=click.FloatRange(0, min_open=True))
@click.option("--batch", default=16, show_default=True, type=click.IntRange(1), help="Sentences a step.")
@click.option("--seed", default=7, show_default=True, type=click.IntRange(0), help="Of what is drawn.")
@_of_sentences
def generator(
    catalogues: tuple[Path, ...],
    lessons: int,
    output: Path | None,
    licence: str,
    resume: bool,
    data_dir: Path | None,
    as_json: bool,
    **recipe: Any,
) -> None:
    """Train the language model to word reasons."""
    from assistant.settings import load_settings
    from assistant.training_generator import note, train_generator
    from assistant.tuning_recipe import TuningRecipe

    settings = load_settings(data_dir)
    command = " ".join(["storeclerk", *sys.argv[1:]]) if sys.argv[1:2] == ["train"] else "storeclerk train generator"
    chosen = TuningRecipe(**recipe)
    with progress_bars() as progress:
        report = train_generator(
            settings,
            output or settings.data_dir / "generator",
            chosen,
            count=lessons,
            others=catalogues,
            licence=licence,
            command=command,
            resume=resume,
            progress=progress,
        )
    before, after = report.perplexity
    lines = [
        f"{report.lessons:,} sentences, {report.steps:,} steps; the result is in {report.folder}.",
        f"perplexity of {report.held_out} sentences about other kinds of products: {before:.2f} -> {after:.2f}",
    ]
    result = {"kind": "generator", "base": report.base, **note(report, chosen, command), "output": str(report.folder)}
    print_result(result, lines, as_json)


def _train(
    kind: str,
    *,
    qrels: Path | None,
    queries: Path | None,
    events: str | None,
    requests: int | None,
    output: Path | None,
    base: str | None,
    held_out: float,
    products_held_out: float,
    matryoshka: str,
    licence: str,
    resume: bool,
    data_dir: Path | None,
    as_json: bool,
    **recipe: Any,
) -> None:
    from assistant.settings import load_settings
    from assistant.training import facts
    from assistant.training import train as trained
    from assistant.training_card import measured
    from assistant.training_lists import Sources
    from retrieval.recipe import Recipe

    settings = load_settings(data_dir)
    event_file = settings.events if events == "" else Path(events) if events is not None else None
    if events == "" and event_file is None:
        raise click.UsageError("The settings name no events file: give --events FILE.")
    others = qrels is not None or event_file is not None
    count = requests if requests is not None else 0 if others else REQUESTS
    if not others and not count:
        raise click.UsageError("Nothing to learn from: give --qrels, --events or --requests.")
    if base is None:
        base = settings.encoder.model if kind == "encoder" else ""
    sources = Sources(
        qrels, event_file, count, queries_of(queries) if queries is not None else None, held_out, products_held_out
    )
    command = " ".join(["storeclerk", *sys.argv[1:]]) if sys.argv[1:2] == ["train"] else f"storeclerk train {kind}"
    with progress_bars() as progress:
        report = trained(
            kind,
            settings,
            sources,
            Recipe(matryoshka=_sizes(matryoshka), **recipe),
            output or settings.data_dir / kind,
            base=base,
            licence=licence,
            command=command,
            resume=resume,
            progress=progress,
        )
    if not report.writes:
        return
    for note in report.notes:
        click.echo(f"storeclerk: {note}", err=True)
    result = {"kind": kind, "base": report.base, **facts(report, command), "output": str(report.folder)}
    lines = [
        f"{report.lists:,} lists, {report.steps:,} steps; the result is in {report.folder}.",
        *measured(report),
        "To use it, in storeclerk.toml:",
        *(f"    {line}" for line in report.setting_lines()),
    ]
    print_result(result | {"settings": list(report.setting_lines()), "notes": list(report.notes)}, lines, as_json)


def _sizes(said: str) -> tuple[int, ...]:
    try:
        return tuple(int(part) for part in said.split(",") if part.strip())
    except ValueError:
        raise click.UsageError(f"--matryoshka takes numbers such as 384,192,96, not {said!r}.") from None
