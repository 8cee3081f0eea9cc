"""The command `storeclerk evaluate checker`: how often the check of sentences is right. Heavy imports inside."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from assistant.cli_evaluate import evaluate
from assistant.console import common, print_result, write_lines

if TYPE_CHECKING:
    from assistant.checker_evaluation import LabelReport, MadeReport
    from retrieval.measures import Interval

EXAMPLES = 2000
"""Some 50 to 250 sentences of each kind: intervals of a few percent, in about a minute."""
SHOWN = 20
"""Mistakes printed for people; --json and --output have all."""


@evaluate.command()
@click.option("--labels", type=click.Path(path_type=Path), default=None, help="JSONL of labelled sentences.")
@click.option("--limit", default=EXAMPLES, show_default=True, type=click.IntRange(0), help="Sentences made; 0: none.")
@click.option("--adapter", default="", help="A checker's folder.  [default: the one that is shipped, if any]")
@click.option("--seed", default=7, show_default=True, type=click.IntRange(0), help="Of what is held out and drawn.")
@click.option("--output", type=click.Path(path_type=Path), default=None, help="Write the mistakes here, a line each.")
@common
def checker(
    labels: Path | None,
    limit: int,
    adapter: str,
    seed: int,
    output: Path | None,
    data_dir: Path | None,
    as_json: bool,
) -> None:
    """How often the check of sentences is right."""
    from assistant.checker_evaluation import judges, measure_labelled, measure_made
    from assistant.checker_examples import make_examples, products_of, split
    from assistant.entailment import open_gate
    from assistant.labels import read_labels
    from assistant.settings import load_settings
    from assistant.vocabulary import build_vocabulary
    from retrieval.errors import IndexMissing, StoreclerkError
    from retrieval.facets import build_facets

    # 1) What can be wrong with the file is said before anything is loaded.
    rows = read_labels(labels) if labels is not None else []
    if not rows and not limit:
        raise click.UsageError("Nothing to measure: give --labels, or a --limit above 0.")
    settings = load_settings(data_dir)
    try:
        products = products_of(settings.data_dir, "storeclerk evaluate checker")
    except IndexMissing:
        if not rows:
            raise
        products = []  # the labelled sentences bring their own products

    # 2) The judges know the catalogue's words, and those of the products that sentences were labelled about.
    known = {product.id: product for row in rows for product in (row.facts.product, *row.facts.page)}
    known |= {product.id: product for product in products}
    gate = open_gate(adapter)
    by = judges(build_vocabulary(build_facets(known.values())), gate)

    # 3) Sentences made from products that no checker was trained on, and labelled ones.
    made = None
    if products and limit:
        held_out = split(products, seed)["test"]
        examples = make_examples(held_out if len(held_out) > 1 else products, limit, seed)
        made = measure_made(examples, by, seed)
    labelled = measure_labelled(rows, by, seed) if rows else None
    if made is None and labelled is None:
        raise StoreclerkError(f"{settings.data_dir} holds no product to make sentences of: index a catalogue first.")

    if output is not None:
        write_lines(output, [line for report in (made, labelled) if report for line in _mistakes(report)])
    name = gate.entailment.name if gate is not None else ""
    result: dict[str, Any] = {"checker": name, "threshold": gate.threshold if gate else None, "seed": seed}
    result |= {"made": _made_json(made) if made else None, "labelled": _labelled_json(labelled) if labelled else None}
    lines = [
        f"Checker: {name}, threshold {gate.threshold:.3f}" if gate else "Checker: the rules alone; none is trained"
    ]
    lines += _made_lines(made) if made else []
    lines += _labelled_lines(labelled) if labelled else []
    print_result(result, lines, as_json)


def _interval(value: Interval | None) -> dict[str, Any] | None:
    if value is None:
        return None
    return {name: round(getattr(value, name), 6) for name in ("mean", "low", "high")} | {"sentences": value.queries}


def _made_json(report: MadeReport) -> dict[str, Any]:
    return {
        "counts": dict(report.counts),
        "passed": {name: _interval(share) for name, share in report.passed.items()},
        "kinds": {
            name: {
                kind: {"recall": _interval(score.refused), "precision": _interval(score.precision)}
                for kind, score in scores.items()
            }
            for name, scores in report.kinds.items()
        },
        "mistakes": {name: [asdict(one) for one in found] for name, found in report.mistakes.items()},
    }


def _labelled_json(report: LabelReport) -> dict[str, Any]:
    return {
        "sentences": report.sentences,
        "supported": report.supported,
        "open": report.open,
        "twice": report.twice,
        "agreement": report.agreement,
        "kappa": report.kappa,
        "precision": {name: _interval(value) for name, value in report.precision.items()},
        "recall": {name: _interval(value) for name, value in report.recall.items()},
        "mistakes": {name: [asdict(one) for one in found] for name, found in report.mistakes.items()},
    }


def _made_lines(report: MadeReport) -> list[str]:
    lines = [f"{sum(report.counts.values()):,} sentences made from held-out products", "true sentences that pass"]
    lines += [f"  {name:<6} {share}" for name, share in report.passed.items()]
    for kind in sorted(next(iter(report.kinds.values()))):
        lines.append(f"{kind} ({report.counts[kind]:,})")
        of_kind = {name: scores[kind] for name, scores in report.kinds.items()}
        lines += [f"  {name:<6} refused {s.refused}   precision {s.precision or '-'}" for name, s in of_kind.items()]
    return [*lines, *_mistakes(report, SHOWN)]


def _labelled_lines(report: LabelReport) -> list[str]:
    lines = [f"{report.sentences:,} labelled sentences, {report.supported:,} of them supported; {report.open:,} open"]
    if report.agreement is not None:
        beyond = f"{report.kappa:.3f}" if report.kappa is not None else "undefined"
        lines.append(f"two passes agree on {report.agreement:.1%} of {report.twice:,}; Cohen's kappa {beyond}")
    both = zip(report.precision.items(), report.recall.values(), strict=True)
    lines += [
        f"  {name:<6} precision {precision or '-'}   recall {recall or '-'}" for (name, precision), recall in both
    ]
    return [*lines, *_mistakes(report, SHOWN)]


def _mistakes(report: MadeReport | LabelReport, most: int | None = None) -> list[str]:
    """Those of the last judge, which is the one that answers use."""
    name, found = list(report.mistakes.items())[-1]
    lines = [
        f"{name}: {'refused, though true' if one.supported else 'let pass, though false'}"
        f"{f' (line {one.line})' if one.line else ''}{f' ({one.kind})' if one.kind and not one.supported else ''}: "
        f"{one.sentence}{f' -- {one.why}' if one.why else ''}"
        for one in found
    ]
    left = len(lines) - most if most is not None else 0
    return [*lines[:most], *([f"... and {left:,} more"] if left > 0 else [])]
