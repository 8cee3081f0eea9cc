"""An evaluation as a page, as Markdown, as a table of every query, and as TREC runs. Measures nothing itself."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from html import escape
from pathlib import Path

from assistant.evaluate import COMPARED, Evaluation
from assistant.evaluation_plots import plot_differences, plot_means
from retrieval.errors import StorageFull
from retrieval.judgements import run_lines
from retrieval.measures import PER_QUERY

MEANINGS = {
    "nDCG@10": "gain 2^grade − 1 discounted by place, over the best possible; products without a judgement count 0",
    "nDCG@10 judged": "the same with products without a judgement taken out of the ranking first",
    "MRR@10": "1 / place of the first relevant product (grade 1 or more) in the top ten, 0 without one",
    "Recall@10": "share of the relevant products that stand in the first ten",
    "Recall@100": "share of the relevant products that stand in the first hundred",
    "P@1": "share of queries whose first product is relevant",
    "diversity@10": "1 − the mean cosine of all pairs in the top ten",
    "novelty@10": "share of the top ten from outside the most-rated fifth of the catalogue",
    "unjudged@10": "share of the top ten nobody judged: the more, the less the other figures say about it",
    "coverage": "share of the catalogue that stands in the top ten of any query",
}

_EXTREMES = 10  # queries shown at each end: enough to see what they have in common

_STYLE = """
:root { color-scheme: light dark; --ground: #fbf9f4; --ink: #2a2520; --soft: #655c51; --line: #ddd5c6; --own: #1f5c49; }
@media (prefers-color-scheme: dark) {
  :root { --ground: #1a1714; --ink: #f1eae0; --soft: #b9ae9f; --line: #40382f; --own: #86cdae; } }
body { max-width: 68rem; margin: 2rem auto; padding: 0 1.25rem; background: var(--ground); color: var(--ink);
  font: 1rem/1.55 ui-sans-serif, system-ui, "Segoe UI", Roboto, "Noto Sans", sans-serif; }
h1 { font-size: 1.7rem; margin-bottom: .2rem; } h2 { font-size: 1.2rem; margin: 2.4rem 0 .4rem; }
p, li, dd { max-width: 46rem; } .lead, caption, dd { color: var(--soft); }
.scroll { overflow-x: auto; } table { border-collapse: collapse; min-width: 60%; font-variant-numeric: tabular-nums; }
caption { text-align: left; padding: .2rem 0 .6rem; }
th, td { padding: .4rem .9rem .4rem 0; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line); }
thead th { color: var(--soft); font-weight: 600; border-bottom-width: 2px; } tbody th { font-weight: 500; }
td { white-space: nowrap; } td.text { white-space: normal; min-width: 16rem; overflow-wrap: anywhere; }
tbody .own { color: var(--own); font-weight: 600; }
figure { margin: 1rem 0; } figure svg { width: 100%; height: auto; } figcaption { color: var(--soft); }
dt { font-weight: 600; } dd { margin: 0 0 .5rem; }
"""


@dataclass(frozen=True, slots=True)
class Table:
    """Plain texts; the first cell of a row names it."""

    title: str
    note: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def write_report(evaluation: Evaluation, folder: Path) -> list[Path]:
    """report.html, report.md, per_query.csv and runs/*.run in `folder`. Raises StorageFull."""
    contents = {
        folder / "report.html": as_html(evaluation),
        folder / "report.md": as_markdown(evaluation),
        folder / "per_query.csv": as_csv(evaluation),
    }
    for system in evaluation.systems:
        tag = re.sub(r"[^\w.-]+", "-", system).strip("-") or "run"
        lines = run_lines(evaluation.runs[system], tag)
        contents[folder / "runs" / f"{tag}.run"] = "".join(f"{line}\n" for line in lines)
    for path, text in contents.items():
        write_whole(path, text)
    return list(contents)


def make_folder(folder: Path) -> None:
    """The folder, there and writable: found out before the work rather than after it. Raises StorageFull."""
    probe = folder / "runs" / ".writable"
    write_whole(probe, "")
    probe.unlink(missing_ok=True)


def write_whole(path: Path, text: str) -> None:
    """A file that is there as a whole or as it was before. Raises StorageFull."""
    fresh = path.with_name(path.name + ".new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh.write_text(text, encoding="utf-8", newline="")
        fresh.replace(path)
    except OSError as error:
        with suppress(OSError):
            fresh.unlink(missing_ok=True)
        raise StorageFull(
            f"{path} cannot be written ({error.strerror}): make room, or name another folder with --output"
        ) from error


def tables(evaluation: Evaluation) -> list[Table]:
    """What is shown as text, in order."""
    return [_means(evaluation), *_compared(evaluation), *_extremes(evaluation)]


def as_csv(evaluation: Evaluation) -> str:
    """A line a query and system; an undefined measure is an empty cell."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["qid", "query", "system", *PER_QUERY])
    for qid, query in evaluation.task.queries.items():
        for system in evaluation.systems:
            values = evaluation.per_query[system][qid]
            cells = [f"{values[m]:.6f}" if m in values else "" for m in PER_QUERY]
            writer.writerow([qid, query, system, *cells])
    return out.getvalue()


def as_markdown(evaluation: Evaluation) -> str:
    """The report without its plots."""
    lines = ["# How good the rankings are", "", *(_md(line) for line in _lead(evaluation)), ""]
    lines += [f"- {_md(note)}" for note in evaluation.notes]
    for table in tables(evaluation):
        lines += ["", f"## {_md(table.title)}", "", *([_md(table.note), ""] if table.note else [])]
        lines += [_md_row(table.header), "|" + "---|" * len(table.header)]
        lines += [_md_row(row) for row in table.rows]
    lines += ["", "## What the measures mean", ""]
    lines += [f"- **{name}**: {_md(meaning)}" for name, meaning in MEANINGS.items()]
    return "\n".join(lines) + "\n"


def as_html(evaluation: Evaluation) -> str:
    """One file without scripts, links or fonts from elsewhere, light or dark as the reader's system is."""
    means, *others = tables(evaluation)
    notes = "".join(f"<li>{escape(note)}</li>" for note in evaluation.notes)
    parts = [
        "<!doctype html>",
        '<html lang="en"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>How good the rankings are</title><style>{_STYLE}</style></head><body><main>",
        "<h1>How good the rankings are</h1>",
        *(f'<p class="lead">{escape(line)}</p>' for line in _lead(evaluation)),
        f"<ul>{notes}</ul>" if notes else "",
        _html_table(means, evaluation.subject),
        _figure(plot_means(evaluation), "Means with their 95 % intervals over queries."),
        *(_html_table(table, evaluation.subject) for table in others[:1]),
    ]
    differences = plot_differences(evaluation)
    if differences:
        best = evaluation.best_baseline("nDCG@10")
        caption = f"nDCG@10 of {evaluation.subject} less that of {best}, query by query, sorted: up is better."
        parts.append(_figure(differences, caption))
    parts += [_html_table(table, evaluation.subject) for table in others[1:]]
    meanings = "".join(f"<dt>{escape(name)}</dt><dd>{escape(meaning)}</dd>" for name, meaning in MEANINGS.items())
    parts += ["<section><h2>What the measures mean</h2>", f"<dl>{meanings}</dl></section></main></body></html>"]
    return "\n".join(part for part in parts if part) + "\n"


def p_text(value: float) -> str:
    """ "= 0.042" or "< 0.001"."""
    return "< 0.001" if value < 0.001 else f"= {value:.3f}"


def _lead(evaluation: Evaluation) -> Iterator[str]:
    count = len(evaluation.task.queries)
    judged = sum(map(len, evaluation.task.qrels.values()))
    yield (
        f"{count:,} {'query' if count == 1 else 'queries'}, {judged:,} judgements, {evaluation.products:,} products; "
        f"encoder {evaluation.encoder}; seed {evaluation.seed}."
    )
    if count == 1:
        yield "One query: an interval cannot be told from it, nor one system from another."


def _means(evaluation: Evaluation) -> Table:
    shown = [m for m in PER_QUERY if any(m in evaluation.means[s] for s in evaluation.systems)]
    rows = [(m, *(str(evaluation.means[s].get(m, "–")) for s in evaluation.systems)) for m in shown]
    rows.append(("coverage", *(f"{evaluation.coverage[s]:.1%}" for s in evaluation.systems)))
    note = "Means over queries with 95 % bootstrap percentile intervals; coverage is one figure for all queries."
    return Table("Means", note, ("measure", *evaluation.systems), tuple(rows))


def _compared(evaluation: Evaluation) -> Iterator[Table]:
    if not evaluation.comparisons:
        return
    rows = tuple(
        (
            c.system,
            c.measure,
            c.baseline,
            f"{c.difference.mean:+.3f}",
            _bounds(c.difference.low, c.difference.high),
            p_text(c.p_value).removeprefix("= "),
        )
        for c in sorted(
            evaluation.comparisons, key=lambda c: (c.system != evaluation.subject, COMPARED.index(c.measure))
        )
    )
    note = (
        "Each system less the best baseline of the measure, over the queries where both have a value; "
        "p from a two-sided paired randomisation test. Each p stands for its own row: with this many rows, "
        "one in twenty falls below 0.05 by chance."
    )
    header = ("system", "measure", "best baseline", "difference", "95 % interval", "p")
    yield Table("Against the best baseline", note, header, rows)


def _extremes(evaluation: Evaluation) -> Iterator[Table]:
    best = evaluation.best_baseline("nDCG@10")
    if best is None:
        return
    own, other = evaluation.per_query[evaluation.subject], evaluation.per_query[best]
    gaps = {qid: own[qid]["nDCG@10"] - other[qid]["nDCG@10"] for qid in own}
    ordered = sorted(gaps, key=lambda qid: (gaps[qid], qid))
    for title, qids in (
        (f"Where {evaluation.subject} loses most", [q for q in ordered if gaps[q] < 0][:_EXTREMES]),
        (f"Where {evaluation.subject} gains most", [q for q in reversed(ordered) if gaps[q] > 0][:_EXTREMES]),
    ):
        if qids:
            rows = tuple(
                (
                    qid,
                    evaluation.task.queries[qid],
                    f"{own[qid]['nDCG@10']:.3f}",
                    f"{other[qid]['nDCG@10']:.3f}",
                    f"{gaps[qid]:+.3f}",
                )
                for qid in qids
            )
            note = f"By nDCG@10, against {best}. Every query is in per_query.csv."
            yield Table(title, note, ("qid", "query", evaluation.subject, best, "difference"), rows)


def _bounds(low: float, high: float) -> str:
    return f"{low:+.3f} to {high:+.3f}"


def _md(text: str) -> str:
    """Text that Markdown neither reads as a table's border nor as markup."""
    return re.sub(r"([\\|*_`\[\]])", r"\\\1", escape(" ".join(text.split()), quote=False))


def _md_row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(_md(cell) for cell in cells) + " |"


def _html_table(table: Table, subject: str) -> str:
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in table.header)
    body = "".join(_html_row(table.header, row, subject) for row in table.rows)
    return (
        f'<section><h2>{escape(table.title)}</h2><div class="scroll"><table><caption>{escape(table.note)}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div></section>"
    )


def _html_row(header: Sequence[str], row: Sequence[str], subject: str) -> str:
    """The system under test stands out, be it a row or a column."""
    kinds = {"query": ' class="text"', subject: ' class="own"'}
    cells = "".join(
        f"<td{kinds.get(name, '')}>{escape(cell)}</td>" for name, cell in zip(header[1:], row[1:], strict=True)
    )
    mark = ' class="own"' if header[0] == "system" and row[0] == subject else ""
    return f'<tr><th scope="row"{mark}>{escape(row[0])}</th>{cells}</tr>'


def _figure(svg: str, caption: str) -> str:
    return f"<figure>{svg}<figcaption>{escape(caption)}</figcaption></figure>"
