"""The card that lies beside trained weights: what it is, from what, how good, how to load it."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from assistant.training import TrainingReport

PRODUCTS_HELD_OUT = "products_held_out.txt"
"""Beside the weights: the ids that no generated request was about."""

_SAYS = {
    "judgements": "lists of products that people judged for a query",
    "events": "lists around what a shopper bought, given what they had looked at before",
    "requests": "lists for requests made from the catalogue, graded by what its listings state",
}


def model_card(report: TrainingReport, command: str, licence: str) -> str:
    """Markdown. Says nothing that the training did not measure."""
    lora = report.recipe.method == "lora"
    what = f"a LoRA adapter for the {report.kind}" if lora else f"a {report.kind}, all weights trained"
    reads = "reads request and product together" if report.kind == "reranker" else "turns texts into vectors"
    used = replace(report.recipe, learning_rate=report.recipe.rate)
    recipe = ", ".join(f"{f.name} {value}" for f in fields(used) if (value := getattr(used, f.name)))
    parts = [
        f"# {report.folder.name}",
        f"{what[0].upper()}{what[1:]} of storeclerk, which {reads}.",
        f"- Base: {report.base}",
        *([f"- Licence: {licence}"] if licence else []),
        f"- Trained on {report.lists:,} of these lists (those of other queries were held out):",
        *(f"  - {count:,} {_SAYS[source]}" for source, count in report.counts.items()),
        f"- Recipe: {recipe}",
        f"- Steps: {report.steps:,}"
        + (f"; the weights are those of step {report.best_step:,}" if report.best_step else ""),
        *([f"- Command: `{command}`"] if command else []),
    ]
    head = [*parts[:1], "", *parts[1:2], "", *parts[2:], ""]
    return "\n".join([*head, "## How good", "", *measured(report), "", *_loading(report), ""])


def measured(report: TrainingReport) -> list[str]:
    """A small table: nDCG@10 on what was held out, before and after."""
    if report.before is None or report.after is None or report.difference is None or report.p_value is None:
        return ["Nothing was held out, so nothing is known."]
    base = "base" if report.kind == "encoder" else "base as it was"
    p = "p < 0.001" if report.p_value < 0.001 else f"p = {report.p_value:.3f}"
    return [
        f"| nDCG@10, {report.held_out:,} held-out queries | mean [95 %] |",
        "|---|---|",
        f"| before ({base}) | {report.before} |",
        f"| after | {report.after} |",
        f"| difference | {report.difference}, {p} |",
    ]


def _loading(report: TrainingReport) -> list[str]:
    return [
        "## How to load",
        "",
        "In `storeclerk.toml`:",
        "",
        "```toml",
        *report.setting_lines(whole_paths=False),
        "```",
    ]
