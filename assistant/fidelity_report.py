"""What `assistant.fidelity` measured, as lines, JSON, Markdown and a table of the reasons that move nothing."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from assistant.evaluation_report import write_whole
from assistant.fidelity import MEASURES, Fidelity, Trial
from retrieval.measures import Interval

_EXAMPLES = 12  # of the failing reasons in the report; the table has all of them

_NOTES = (
    "**score lowers**: the product's own score falls when the signal is taken away (rises, for a trade-off).",
    "**falls or loses margin**: taken away from all candidates, and with the filter of a hard wish lifted and the "
    "search run again, the product's place gets worse or its lead over the best product not on the page shrinks "
    "(the other way round for a trade-off).",
    "**leaves the page**: it is no longer among the products shown.",
    "**falls without the wish**: had the shopper not asked for it, its words left out of the search as well, the "
    "product would stand in a worse place (better, for a trade-off). A brand or colour asked for is also a word "
    "searched for, so taking its signal alone away often changes little.",
    "A part of the text is taken out of its own product only, and that is scored again.",
    "**control**: a random other signal of the product that no reason names (meaning and relevance, on which every "
    "candidate stands, left out), held to the same tests.",
    "**reasons alone**, **reasons and meaning**: the share of products still on the page when only the signals of "
    "their reasons count, without and with meaning (and relevance).",
    "Shares are means over requests, with 95 % bootstrap intervals over requests.",
)


def make_writable(folder: Path) -> None:
    """The folder, there and writable: found out before the work rather than after it. Raises StorageFull."""
    probe = folder / ".writable"
    write_whole(probe, "")
    probe.unlink(missing_ok=True)


def write_fidelity(fidelity: Fidelity, folder: Path) -> list[Path]:
    """report.md and failures.csv in `folder`. Raises StorageFull."""
    contents = {folder / "report.md": as_markdown(fidelity), folder / "failures.csv": as_csv(fidelity)}
    for path, text in contents.items():
        write_whole(path, text)
    return list(contents)


def failures(fidelity: Fidelity) -> list[Trial]:
    """The reasons that fail the strict test, by kind."""
    return sorted((t for t in fidelity.trials if not t.moves), key=lambda t: t.kind)


def as_csv(fidelity: Fidelity) -> str:
    """A line a reason that moves nothing; an empty margin means that no candidate was left out."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(
        "request product_id kind signal contribution place_before place_after margin_before margin_after text".split()
    )
    for t in failures(fidelity):
        margins = ["" if m is None else f"{m:.6f}" for m in (t.before.margin, t.after.margin)]
        names = [_harmless(text) for text in (t.request, t.product_id, t.kind, t.signal)]
        numbers = [f"{t.contribution:.6f}", t.before.place, t.after.place, *margins]
        writer.writerow([*names, *numbers, _harmless(t.text)])
    return out.getvalue()


def as_json(fidelity: Fidelity) -> dict[str, Any]:
    """The figures; "kinds" holds a group for each kind of reason, "all" and "control"."""
    return {
        "requests": fidelity.requests,
        "answered": fidelity.answered,
        "products": fidelity.products,
        "products_without": fidelity.bare,
        "reasons": len(fidelity.trials),
        "seed": fidelity.seed,
        "kinds": {
            group: {"count": fidelity.counts[group]} | {name: _interval(i) for name, i in measures.items()}
            for group, measures in fidelity.shares.items()
        },
        "sufficiency": {name: _interval(i) for name, i in fidelity.sufficiency.items()},
        "failures": len(failures(fidelity)),
    }


def lines_of_fidelity(fidelity: Fidelity) -> list[str]:
    """A line a group, for people."""
    width = max(map(len, fidelity.shares))
    lines = [_summary(fidelity), f"{'':<{width}}  {'number':>7}  " + "  ".join(f"{name:<24}" for name in MEASURES)]
    for group, measures in fidelity.shares.items():
        cells = "  ".join(f"{_said(measures.get(name)):<24}" for name in MEASURES)
        lines.append(f"{group:<{width}}  {fidelity.counts[group]:>7,}  {cells}".rstrip())
    stay = (f"{name} {_said(i)}" for name, i in fidelity.sufficiency.items())
    return [*lines, f"still on the page by: {'; '.join(stay)}"]


def as_markdown(fidelity: Fidelity) -> str:
    """The report."""
    lines = ["# Are the reasons true to the ranking?", "", _summary(fidelity), ""]
    lines += [f"| | number | {' | '.join(MEASURES)} |", f"|---|---:|{'---|' * len(MEASURES)}"]
    for group, measures in fidelity.shares.items():
        cells = " | ".join(_said(measures.get(name)) for name in MEASURES)
        lines.append(f"| {group} | {fidelity.counts[group]:,} | {cells} |")
    lines += ["", "| still on the page by | share |", "|---|---|"]
    lines += [f"| {name} | {_said(i)} |" for name, i in fidelity.sufficiency.items()]
    lines += ["", *(f"- {note}" for note in _NOTES), ""]
    failing = failures(fidelity)
    lines += ["## Reasons that move nothing", ""]
    lines.append(f"{len(failing):,} of {len(fidelity.trials):,}; all are in failures.csv.")
    if failing:
        lines += ["", "| request | product | kind | signal | contribution | reason |", "|---|---|---|---|---:|---|"]
        lines += [
            f"| {_cell(t.request)} | {_cell(t.product_id)} | {t.kind} | {_cell(t.signal)} | {t.contribution:+.3f} "
            f"| {_cell(t.text)} |"
            for t in _spread(failing)
        ]
    return "\n".join(lines) + "\n"


def _summary(fidelity: Fidelity) -> str:
    return (
        f"{fidelity.requests:,} requests, {fidelity.answered:,} with products; {len(fidelity.trials):,} reasons of "
        f"{fidelity.products:,} products shown, {fidelity.bare:,} with none in their favour; seed {fidelity.seed}."
    )


def _spread(failing: Sequence[Trial]) -> list[Trial]:
    """A few of each kind."""
    kinds = sorted({t.kind for t in failing})
    each = max(1, _EXAMPLES // len(kinds))
    return [t for kind in kinds for t in [t for t in failing if t.kind == kind][:each]]


def _said(value: Interval | None) -> str:
    return "-" if value is None else f"{value.mean:.1%} [{value.low:.1%}, {value.high:.1%}]"


def _interval(value: Interval) -> dict[str, Any]:
    bounds = {"mean": value.mean, "low": value.low, "high": value.high}
    return {name: round(number, 6) for name, number in bounds.items()} | {"requests": value.queries}


def _cell(text: str) -> str:
    """Text of shoppers and listings as inert Markdown."""
    plain = " ".join(text.split()).replace("\\", "\\\\")
    for sign in "|*_`[]":
        plain = plain.replace(sign, f"\\{sign}")
    return plain.replace("<", "&lt;")


def _harmless(text: str) -> str:
    """A spreadsheet would run a cell that begins like a formula."""
    return f"'{text}" if text[:1] in tuple("=+-@\t\r") else text
