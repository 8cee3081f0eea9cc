"""The commands that measure: `storeclerk evaluate ...`. Like `assistant.cli`, heavy imports inside."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from assistant.console import common, opened_clerk, print_result, progress_bars, queries_of

if TYPE_CHECKING:
    from assistant.evaluate import Evaluation
    from retrieval.measures import Interval


@click.group()
def evaluate() -> None:
    """Measure against judgements, beside plain baselines."""


@evaluate.command()
@click.option("--qrels", required=True, type=click.Path(path_type=Path), help="Judgements: TREC, CSV or TSV.")
@click.option("--queries", type=click.Path(path_type=Path), default=None, help="A query a line, or qid<TAB>query.")
@click.option("--run", "run_file", type=click.Path(path_type=Path), default=None, help="Measure this TREC run instead.")
@click.option(
    "--output", type=click.Path(path_type=Path), default=None, help="[default: evaluation/ in the data folder]"
)
@click.option("-k", default=100, show_default=True, type=click.IntRange(10, 1000), help="How many, as in `run`.")
@click.option("--no-baselines", is_flag=True, help="Only the one system.")
@click.option("--seed", default=7, show_default=True, type=click.IntRange(0), help="Of intervals and tests.")
@common
def retrieval(
    qrels: Path,
    queries: Path | None,
    run_file: Path | None,
    output: Path | None,
    k: int,
    no_baselines: bool,
    seed: int,
    data_dir: Path | None,
    as_json: bool,
) -> None:
    """How good the rankings are for judged queries; writes a report with plots."""
    from assistant.evaluate import evaluate as evaluated
    from assistant.evaluate import match
    from assistant.evaluation_report import make_folder, write_report
    from assistant.systems import base_encoder
    from retrieval.judgements import read_judgements, read_run

    # 1) Everything that can be wrong with the files is said before a model is loaded.
    judgements = read_judgements(qrels)
    asked = queries_of(queries) if queries is not None else None
    given = (run_file.stem, read_run(run_file)) if run_file is not None else None

    with opened_clerk(data_dir, words_only=True) as clerk, progress_bars() as progress:
        folder = output or clerk.settings.data_dir / "evaluation"
        make_folder(folder)
        task = match(asked, judgements, clerk)
        base = None if no_baselines else base_encoder(clerk)
        evaluation = evaluated(clerk, task, base=base, given=given, k=k, seed=seed, progress=progress)
    files = write_report(evaluation, folder)

    for note in evaluation.notes:
        click.echo(f"storeclerk: {note}", err=True)
    result = _as_json(evaluation) | {"output": str(folder), "files": [str(file) for file in files]}
    print_result(result, [*_lines(evaluation), "", f"The report is in {folder / 'report.html'}."], as_json)


@evaluate.command()
@click.option("--queries", type=click.Path(path_type=Path), default=None, help="A request a line.  [default: made up]")
@click.option("--limit", default=500, show_default=True, type=click.IntRange(1), help="How many requests at most.")
@click.option("--seed", default=7, show_default=True, type=click.IntRange(0), help="Of requests and intervals.")
@click.option(
    "--output", type=click.Path(path_type=Path), default=None, help="[default: evaluation/reasons in the data folder]"
)
@common
def reasons(
    queries: Path | None, limit: int, seed: int, output: Path | None, data_dir: Path | None, as_json: bool
) -> None:
    """Whether reasons are true to the ranking: each one's signal is taken away, and all is ranked again."""
    from assistant.fidelity import made_queries, measure
    from assistant.fidelity_report import as_json as fidelity_json
    from assistant.fidelity_report import lines_of_fidelity, make_writable, write_fidelity

    asked = [text for _qid, text in queries_of(queries)] if queries is not None else None
    with opened_clerk(data_dir, words_only=True) as clerk, progress_bars() as progress:
        folder = output or clerk.settings.data_dir / "evaluation" / "reasons"
        make_writable(folder)
        texts = made_queries(clerk, limit, seed) if asked is None else asked[:limit]
        fidelity = measure(clerk, texts, seed=seed, progress=progress)
    files = write_fidelity(fidelity, folder)
    result = fidelity_json(fidelity) | {"output": str(folder), "files": [str(file) for file in files]}
    print_result(result, [*lines_of_fidelity(fidelity), "", f"The report is in {folder / 'report.md'}."], as_json)


def _as_json(evaluation: Evaluation) -> dict[str, Any]:
    return {
        "queries": len(evaluation.task.queries),
        "products": evaluation.products,
        "seed": evaluation.seed,
        "systems": {
            system: {
                "measures": {m: _interval(mean) for m, mean in evaluation.means[system].items()},
                "coverage": round(evaluation.coverage[system], 6),
            }
            for system in evaluation.systems
        },
        "comparisons": [
            {
                "measure": c.measure,
                "system": c.system,
                "baseline": c.baseline,
                "difference": _interval(c.difference),
                "p_value": round(c.p_value, 6),
            }
            for c in evaluation.comparisons
        ],
        "notes": list(evaluation.notes),
    }


def _interval(value: Interval) -> dict[str, Any]:
    return {
        "mean": round(value.mean, 6),
        "low": round(value.low, 6),
        "high": round(value.high, 6),
        "queries": value.queries,
    }


def _lines(evaluation: Evaluation) -> list[str]:
    """A block a measure, a line a system."""
    from assistant.evaluation_report import p_text

    compared = {(c.measure, c.system): c for c in evaluation.comparisons}
    width = max(map(len, evaluation.systems))
    lines = [f"{len(evaluation.task.queries):,} queries, {evaluation.products:,} products"]
    for measure in evaluation.means[evaluation.subject]:
        lines.append(measure)
        for system in evaluation.systems:
            mean = evaluation.means[system].get(measure)
            c = compared.get((measure, system))
            against = f"   {c.difference.mean:+.3f} against {c.baseline}, p {p_text(c.p_value)}" if c else ""
            lines.append(f"  {system:<{width}}  {mean if mean is not None else '-'}{against}")
    lines.append("coverage")
    lines.extend(f"  {system:<{width}}  {evaluation.coverage[system]:.1%}" for system in evaluation.systems)
    return lines
