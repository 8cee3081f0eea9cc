"""The command `storeclerk evaluate intents`: how often a message's intent is read right. Heavy imports inside."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from assistant.cli_evaluate import evaluate
from assistant.console import common, print_result

if TYPE_CHECKING:
    from assistant.intent_evaluation import IntentReport
    from retrieval.measures import Interval

SHOWN = 20
"""Mistakes printed for people; --json has all."""


@evaluate.command()
@click.option(
    "--labels",
    type=click.Path(path_type=Path),
    default=None,
    help="Lines of message<TAB>intent.  [default: each example left out in turn]",
)
@click.option("--seed", default=7, show_default=True, type=click.IntRange(0), help="Of the intervals.")
@common
def intents(labels: Path | None, seed: int, data_dir: Path | None, as_json: bool) -> None:
    """How often a message's intent is read right."""
    from assistant.clerk import open_encoder
    from assistant.intent_evaluation import guesses, measure, of_examples, read_messages
    from assistant.intent_examples import load_examples, vectors_of
    from assistant.intents import learn, left_out
    from assistant.settings import load_settings

    # What can be wrong with the file is said before a model is loaded.
    rows = read_messages(labels) if labels is not None else []
    settings = load_settings(data_dir)
    encoder, examples = open_encoder(settings.encoder), load_examples()
    vectors = vectors_of(examples, encoder, settings.data_dir)
    if labels is None:
        rows, guessed = of_examples(examples), left_out(examples, vectors)
    else:
        guessed = guesses(learn(examples, encoder, vectors), rows)
    report = measure(rows, guessed, seed)

    about = {"encoder": encoder.name, "version": examples.version, "examples": len(examples.texts), "seed": seed}
    head = f"{len(rows):,} messages; {len(examples.texts):,} examples, version {examples.version}; {encoder.name}"
    print_result(about | _as_json(report), [head, *_lines(report)], as_json)


def _interval(value: Interval) -> dict[str, Any]:
    return {name: round(getattr(value, name), 6) for name in ("mean", "low", "high")} | {"messages": value.queries}


def _as_json(report: IntentReport) -> dict[str, Any]:
    return {
        "accuracy": _interval(report.accuracy),
        "group_accuracy": _interval(report.groups),
        "parts": {
            name: {"accuracy": _interval(fine), "group_accuracy": _interval(coarse)}
            for name, (fine, coarse) in report.parts.items()
        },
        "intents": {
            name: {"messages": s.messages, "guessed": s.guessed, "precision": s.precision, "recall": s.recall}
            for name, s in report.intents.items()
        },
        "confusion": [{"is": one, "taken_for": other, "count": n} for (one, other), n in report.confusion.items()],
        "calibration_error": report.calibration_error,
        "group_calibration_error": report.group_calibration_error,
        "coverage": [
            {"confidence": least, "covered": covered, "group_accuracy": right}
            for least, covered, right in report.coverage
        ],
        "mistakes": [
            {"message": row.text, "is": list(row.intents), "taken_for": g.intent, "confidence": round(g.confidence, 4)}
            for row, g in report.mistakes
        ],
    }


def _lines(report: IntentReport) -> list[str]:
    lines = [f"intent right {report.accuracy}   group right {report.groups}"]
    lines += [f"  {name or '-':<4} {fine}   {coarse}" for name, (fine, coarse) in report.parts.items()]
    lines.append(
        f"calibration error {report.calibration_error:.3f}, of groups {report.group_calibration_error:.3f} (0 is best)"
    )
    lines.append("group confidence at least: messages that reach it, groups right among these")
    lines += [f"  {least:.1f}  {covered:6.1%}  {_percent(right)}" for least, covered, right in report.coverage]
    lines.append(f"{'intent':<11} messages  precision  recall")
    lines += [
        f"{name:<11} {score.messages:>8}  {_percent(score.precision):>9}  {_percent(score.recall):>6}"
        for name, score in report.intents.items()
    ]
    lines += [f"{one} taken for {other}: {n}" for (one, other), n in list(report.confusion.items())[:SHOWN]]
    lines += [
        f"{'|'.join(row.intents)} taken for {g.intent} ({g.confidence:.2f}): {row.text}"
        for row, g in report.mistakes[:SHOWN]
    ]
    left = len(report.mistakes) - SHOWN
    return [*lines, *([f"... and {left:,} more"] if left > 0 else [])]


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{share:.1%}"
