"""Products side by side -> the HTML of their table. Pure functions; every value passes through `ui.markup.text`."""

from __future__ import annotations

from collections.abc import Mapping

from assistant.comparing import same_line
from assistant.types import ComparedRow, Comparison
from retrieval.types import Product
from ui.languages import Texts, texts
from ui.markup import text

_ENGLISH = texts("en")

ROWS_SHOWN = 24
"""Rows of the table: a feed of technical attributes may state a hundred, and what was asked for stands first."""


def comparison_table(comparison: Comparison, products: Mapping[str, Product], words: Texts = _ENGLISH) -> str:
    """The section above the cards: a table with a head a product and a row a fact that differs, then what is the same.

    `products` by id; one that has left the catalogue is headed by its id. A narrow screen scrolls the table, with the
    facts' names kept in view; the better value is marked by a word, not by its colour alone.
    """
    heads = "".join(f'<th scope="col">{_head(id, products.get(id))}</th>' for id in comparison.product_ids)
    differing = [row for row in comparison.rows if row.differs]
    rows = "".join(_row(row, words) for row in differing[:ROWS_SHOWN])
    left = len(differing) - ROWS_SHOWN
    notes = [words("compare.more_one" if left == 1 else "compare.more_many", count=left)] if left > 0 else []
    alike = same_line(comparison.rows)
    notes += [alike] if alike else []
    said = "".join(f"<p>{text(sentence)}</p>" for sentence in comparison.verdict)
    return (
        f'<section class="compare" aria-labelledby="compare-title">'
        f'<h2 id="compare-title">{words.html("compare.title")}</h2>'
        f'<div class="compare-verdict">{said}</div>'
        '<div class="compare-scroll" role="region" aria-labelledby="compare-title" tabindex="0"><table>'
        f'<thead><tr><th scope="col"><span class="sr">{words.html("compare.fact")}</span></th>{heads}</tr></thead>'
        f"<tbody>{rows}</tbody></table></div>"
        f'<div class="compare-notes">{"".join(f"<p>{text(note)}</p>" for note in notes)}</div></section>'
    )


def _head(id: str, product: Product | None) -> str:
    return text(product.title if product is not None else id)


def _row(row: ComparedRow, words: Texts) -> str:
    asked = f"<small>{words.html('compare.asked')}</small>" if row.asked else ""
    cells = "".join(_cell(value, place in row.better, words) for place, value in enumerate(row.values))
    return f'<tr{" class=asked" if row.asked else ""}><th scope="row">{text(row.field)}{asked}</th>{cells}</tr>'


def _cell(value: str, better: bool, words: Texts) -> str:
    if not value:
        return f'<td class="unstated">{words.html("compare.unstated")}</td>'
    return (
        f'<td class="better">{text(value)} <small>{words.html("compare.better")}</small></td>'
        if better
        else f"<td>{text(value)}</td>"
    )
