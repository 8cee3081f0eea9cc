"""The commands `storeclerk reviews figures|agreement|export|import|check`. Heavy imports inside.

They open the conversations' database, and read the product table beside whoever serves the shop.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import click

from assistant.cli_reviews import catalog_of, opened_reviews, reviews
from assistant.console import common, print_result, progress_bars

if TYPE_CHECKING:
    from assistant.agreement import Agreement
    from assistant.review_exports import What
    from assistant.review_figures import By, Figures
    from assistant.review_imports import Format
    from assistant.review_statistics import Mean, Rate
    from assistant.review_versions import Comparison

EXPORTS = ("generator", "preference", "checker", "regression", "argilla", "labelstudio")
FORMATS = ("csv", "labelstudio", "argilla")
ACCOUNT = "command line"
"""Who made an export, where nobody is signed in."""
SHOWN = 20
"""Lines of a kind printed for people; --json and the files have all."""


@reviews.command()
@click.option(
    "--by",
    type=click.Choice(["version", "category", "week", "strategy", "all"]),
    default="version",
    show_default=True,
)
@click.option("--version", "one", default="", help="Compare this version ...")
@click.option("--against", "other", default="", help="... with this one.")
@click.option("--plots", type=click.Path(path_type=Path), default=None, help="Write pictures (SVG) into this folder.")
@click.option("--risky", is_flag=True, help="Risky items, too: they are not what is usual.")
@click.option("--seed", default=7, show_default=True, type=click.IntRange(0), help="Of intervals and tests.")
@common
def figures(
    by: str,
    one: str,
    other: str,
    plots: Path | None,
    risky: bool,
    seed: int,
    data_dir: Path | None,
    as_json: bool,
) -> None:
    """How good explanations are, by people and by the check of sentences, with intervals; and alarms."""
    from assistant.review_facts import vocabulary_of
    from assistant.review_figures import figures as figured
    from assistant.review_history import decisions, first_seen
    from assistant.review_versions import alarms, compare
    from assistant.reviews import Reviews

    if bool(one) != bool(other):
        raise click.UsageError("Name both: --version A --against B.")
    with opened_reviews(data_dir) as (engine, settings, stack):
        judged = list(Reviews(engine).all_judged())
        decided, order = decisions(engine), first_seen(engine)
        _check_versions([one, other] if one else [], order)
        catalog = catalog_of(settings, stack)
        words = vocabulary_of([each.item for each in judged], catalog.all() if catalog is not None else ())
    groups = figured(judged, cast("By", by), decided=decided, vocabulary=words, risky=risky, seed=seed)
    compared = compare(judged, one, other, decided=decided, risky=risky, seed=seed) if one else None
    fallen = alarms(judged, floor=settings.review.floor, order=order, decided=decided, seed=seed)
    drawn = []
    if plots is not None:
        weeks = figured(judged, "week", decided=decided, risky=risky, seed=seed)
        versions = groups if by == "version" else figured(judged, decided=decided, risky=risky, seed=seed)
        drawn = _draw(plots, versions, weeks, judged)
    note = "" if risky or by == "strategy" else "Risky items are left out: they were picked for looking wrong."
    result = {
        "by": by,
        "risky": risky,
        "groups": [_figures_json(group) for group in groups],
        "comparison": _comparison_json(compared) if compared else None,
        "alarms": [asdict(alarm) for alarm in fallen],
        "plots": [str(file) for file in drawn],
    }
    lines = [line for group in groups for line in _figures_lines(group)] or ["Nothing is judged yet."]
    lines += _comparison_lines(compared) if compared else []
    lines += [f"ALARM {alarm.words}" for alarm in fallen]
    print_result(result, [*lines, *([note] if note and groups else []), *map(str, drawn)], as_json)


@reviews.command()
@click.option("--seed", default=7, show_default=True, type=click.IntRange(0), help="Of the intervals.")
@common
def agreement(seed: int, data_dir: Path | None, as_json: bool) -> None:
    """How far reviewers agree (Krippendorff's alpha), by question, by pair, and each with themself."""
    from assistant.agreement import agreement as agreed
    from assistant.agreement import consistency, pairwise
    from assistant.reviews import Reviews

    with opened_reviews(data_dir) as (engine, _settings, _stack):
        judged = list(Reviews(engine).all_judged())
    questions, alone, pairs = agreed(judged, seed=seed), consistency(judged), pairwise(judged)
    lines = [_agreement_line(each) for each in questions]
    lines += [
        f"{each.account} with themself, {each.question}: {_of(each.share, each.alpha)} ({each.units:,} twice)"
        for each in alone
        if each.units
    ]
    lines += [
        f"{each.first} and {each.second}, {each.question}: {_of(each.share, each.alpha)} ({each.units:,} by both)"
        for each in pairs
        if each.units
    ]
    result = {
        "questions": [asdict(each) for each in questions],
        "consistency": [asdict(each) for each in alone],
        "pairs": [asdict(each) for each in pairs],
    }
    print_result(result, lines, as_json)


@reviews.command()
@click.argument("what", type=click.Choice(EXPORTS))
@click.option("--output", required=True, type=click.Path(path_type=Path), help="The file to write.")
@common
def export(what: str, output: Path, data_dir: Path | None, as_json: bool) -> None:
    """Write what was judged for training, for the test suite, or for another tool."""
    from assistant.review_exports import export as written
    from assistant.review_history import made, stale

    with opened_reviews(data_dir) as (engine, _settings, _stack):
        before = [each for each in made(engine) if each.what == what]
        changed = stale(engine, before[-1]) if before else []
        with progress_bars() as progress:
            done = written(engine, ACCOUNT, cast("What", what), output, progress=progress)
    result = {"what": what, "output": str(output), "rows": done.rows, "items": done.items}
    result |= {"beside": str(done.beside or ""), "changed": [each.item for each in changed]}
    lines = [f"{done.rows:,} rows of {done.items:,} items are in {output}."]
    lines += [f"The labelling configuration is in {done.beside}."] if done.beside else []
    if changed:
        named = ", ".join(str(each.item) for each in changed[:SHOWN])
        more = f" and {len(changed) - SHOWN:,} more" if len(changed) > SHOWN else ""
        lines.append(f"Judged otherwise since the last export of this kind: {named}{more}.")
    print_result(result, lines, as_json)


@reviews.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--format", "format", type=click.Choice(FORMATS), default=None, help="[default: told from the file]")
@click.option("--rejects", type=click.Path(path_type=Path), default=None, help="[default: FILE.rejects.jsonl]")
@common
def import_(file: Path, format: str | None, rejects: Path | None, data_dir: Path | None, as_json: bool) -> None:
    """Take in judgements made outside; importing a file twice changes nothing."""
    from assistant.review_imports import import_judgements
    from assistant.reviews import Reviews

    with opened_reviews(data_dir) as (engine, _settings, _stack), progress_bars() as progress:
        done = import_judgements(
            Reviews(engine), file, cast("Format | None", format), rejects=rejects, progress=progress
        )
    lines = [f"{done.saved:,} judgements taken in, {done.unchanged:,} known already."]
    lines += [f"line {each.line}: {each.reason}" for each in done.rejected[:SHOWN]]
    if done.rejects is not None:
        lines.append(f"{len(done.rejected):,} put aside, with the reason of each in {done.rejects}.")
    result = {"saved": done.saved, "unchanged": done.unchanged, "rejected": len(done.rejected)}
    print_result(result | {"rejects": str(done.rejects or "")}, lines, as_json)


@reviews.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@common
@click.pass_context
def check(ctx: click.Context, files: Sequence[Path], data_dir: Path | None, as_json: bool) -> None:
    """Ask the check of sentences about regression cases; exit status 1 if it says otherwise than people did."""
    from assistant.regressions import check_file

    cases = [(file, case) for file in files for case in check_file(file)]
    failed = [(file, case) for file, case in cases if not case.holds]
    result = {
        "cases": len(cases),
        "failures": [
            {
                "file": str(file),
                "line": case.labelled.line,
                "sentence": case.labelled.sentence,
                "expected": "yes" if case.labelled.label else "no",
                "why": case.why,
            }
            for file, case in failed
        ],
    }
    lines = [f"{file}, {case}" for file, case in failed]
    print_result(result, [*lines, f"{len(cases) - len(failed):,} of {len(cases):,} cases hold."], as_json)
    if failed:
        ctx.exit(1)


def _check_versions(named: Sequence[str], known: Sequence[str]) -> None:
    from assistant.errors import ReviewError

    for version in named:
        if version not in known:
            there = "; ".join(known) or "none is in the queue yet"
            raise ReviewError(f"There is no version {version[:80]!r}: {there}.")


def _draw(folder: Path, versions: Sequence[Figures], weeks: Sequence[Figures], judged: Any) -> list[Path]:
    from assistant.agreement import agreement as agreed
    from assistant.evaluation_report import write_whole
    from assistant.review_plots import plot_agreement, plot_versions, plot_weeks, standalone

    plots = {
        "versions": plot_versions(versions),
        "weeks": plot_weeks(weeks),
        "agreement": plot_agreement(agreed(judged)),
    }
    files = []
    for name, plot in plots.items():
        if plot is not None:
            files.append(folder / f"{name}.svg")
            write_whole(files[-1], standalone(plot))
    return files


def _figures_json(found: Figures) -> dict[str, Any]:
    from assistant.review_statistics import as_json

    plain = ("group", "explanations", "judgements", "reviewers", "sentences", "unsure", "seconds")
    shares = ("supported", "wholly", "by_checker", "checker_precision", "checker_recall", "model_wording", "preferred")
    return {
        **{name: getattr(found, name) for name in plain},
        **{name: as_json(getattr(found, name)) for name in shares},
        "grades": {question: as_json(mean) for question, mean in found.grades.items()},
    }


def _figures_lines(found: Figures) -> list[str]:
    told: dict[str, Rate | Mean | None] = {
        "sentences supported, by people": found.supported,
        "explanations wholly supported": found.wholly,
        "explanations the check lets pass": found.by_checker,
        "precision of the check": found.checker_precision,
        "recall of the check": found.checker_recall,
        "worded by the model": found.model_wording,
        "preferred to the other wording": found.preferred,
        **{f"grade, {question.replace('_', ' ')}": mean for question, mean in found.grades.items()},
    }
    head = (
        f"{found.group}: {found.explanations:,} explanations, {found.sentences:,} sentences ({found.unsure:,} unsure)"
    )
    by = f"{found.judgements:,} judgements by {found.reviewers:,}"
    median = f", {found.seconds:.0f} s each" if found.seconds is not None else ""
    return [f"{head}; {by}{median}", *(f"  {name:<34}{value}" for name, value in told.items() if value is not None)]


def _comparison_json(found: Comparison) -> dict[str, Any]:
    from assistant.review_statistics import as_json

    return {
        "version": found.one,
        "against": found.other,
        "explanations": list(found.explanations),
        "differences": [
            asdict(d) | {"first": as_json(d.first), "second": as_json(d.second)} for d in found.differences
        ],
        "preferred": asdict(found.preferred) if found.preferred else None,
    }


def _comparison_lines(found: Comparison) -> list[str]:
    lines = [f"{found.one} against {found.other}: {found.explanations[0]:,} and {found.explanations[1]:,} explanations"]
    lines += [
        f"  {d.measure:<15} {d.difference:+.3f} [{d.low:+.3f}, {d.high:+.3f}]  p {d.p:.4f}" for d in found.differences
    ]
    if found.preferred is not None:
        pairs = found.preferred
        p = f"  p {pairs.p:.4f}" if pairs.p is not None else ""
        lines.append(f"  side by side    {pairs.wins:,} won, {pairs.losses:,} lost, {pairs.ties:,} ties{p}")
    return lines


def _agreement_line(found: Agreement) -> str:
    if found.alpha is None or found.low is None or found.high is None:
        return f"{found.question:<10} alpha -  ({found.why})"
    ends = f"[{found.low:.3f}, {found.high:.3f}]"
    return f"{found.question:<10} alpha {found.alpha:.3f} {ends}  {found.units:,} judged by two of {found.reviewers:,}"


def _of(share: float | None, alpha: float | None) -> str:
    said = f"{share:.1%} alike" if share is not None else "-"
    return said if alpha is None else f"{said}, alpha {alpha:.3f}"
