"""`storeclerk alternatives`: what can take a product's place, from the command line. The desk gives the same JSON."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from assistant.console import SHOWN_FACTS, common, opened_clerk, print_result

if TYPE_CHECKING:
    from assistant.alternative_types import Alternative, Alternatives, Changed
    from assistant.clerk import Clerk
    from retrieval.types import Product


@click.command()
@click.argument("product")
@click.option("-k", default=5, show_default=True, type=click.IntRange(1, 50), help="How many a group shows.")
@click.option("--in-stock", is_flag=True, help="Only what can be had now.")
@click.option("--cheaper", is_flag=True, help="Only what costs less.")
@click.option("--keep", multiple=True, metavar="FACT", help="A fact that must stay, e.g. capacity; repeatable.")
@click.option("--worded", is_flag=True, help="Let the language model word the reasons; each sentence is checked.")
@common
def alternatives(
    product: str,
    k: int,
    in_stock: bool,
    cheaper: bool,
    keep: tuple[str, ...],
    worded: bool,
    data_dir: Path | None,
    as_json: bool,
) -> None:
    """What can take the place of PRODUCT: an id, an EAN, a URL or a name."""
    from assistant.alternatives import Wish
    from assistant.alternatives import alternatives as find
    from assistant.matters import check_pins

    with opened_clerk(data_dir, words_only=not worded) as clerk:
        wish = Wish(keep, cheaper=cheaper, in_stock=in_stock, each=k)
        found = find(clerk, id_meant(clerk, product), wish, worded=worded)
    check_pins(found.matters, keep)
    print_result(alternatives_json(found), list(_lines(found)), as_json)


def id_meant(clerk: Clerk, text: str) -> str:
    """The id of the one product that `text` means, or `text` itself if nothing is found. Raises UnknownProduct, with
    their ids, where several may be meant.
    """
    from assistant.lookup import look_up
    from retrieval.errors import UnknownProduct

    looked_up = look_up(clerk, text)
    if looked_up.exact is None and looked_up.how != "" and looked_up.candidates:
        ids = [each.id for each in looked_up.candidates]
        note = looked_up.note or "That is no one product."
        raise UnknownProduct(note if ids[0] in note else f"{note} Give one of their ids: {', '.join(ids)}.")
    return looked_up.exact.id if looked_up.exact is not None else text.strip()


def alternatives_json(found: Alternatives) -> dict[str, Any]:
    """Alternatives as the command line and the desk's JSON give them."""
    return {
        "product": {
            "product_id": found.product.id,
            "title": found.product.title,
            "price": found.product.price,
            "currency": found.product.currency,
            "in_stock": found.product.in_stock,
        },
        "groups": [{"kind": g.kind, "items": [_item(each) for each in g.items]} for g in found.groups],
        "matters": [asdict(matter) for matter in found.matters],
        "set_aside": dict(found.set_aside),
        "notes": list(found.notes),
    }


def _item(each: Alternative) -> dict[str, Any]:
    from assistant.answer import sentence_json

    return {
        "product_id": each.product.id,
        "title": each.product.title,
        "price": each.product.price,
        "currency": each.product.currency,
        "in_stock": each.product.in_stock,
        "relation": each.relation,
        "confidence": round(each.confidence, 4),
        "score": round(each.score, 6),
        "contributions": {name: round(value, 6) for name, value in each.contributions.items()},
        "differences": [asdict(changed) for changed in each.differences],
        "reasons": [asdict(reason) for reason in each.reasons],
        "sentences": [sentence_json(sentence) for sentence in each.sentences],
    }


def _lines(found: Alternatives) -> Iterator[str]:
    from assistant.alternative_types import GROUPS
    from assistant.wording import money

    def priced(product: Product) -> str:
        price = f"  {money(product.price, product.currency)}" if product.price is not None else ""
        return f"{product.id:<12} {product.title}{price}{'' if product.in_stock else '  (out of stock)'}"

    yield f"In place of {priced(found.product)}"
    for group in found.groups:
        yield f"\n{GROUPS[group.kind]}:"
        for each in group.items:
            yield f"  {each.confidence:4.0%}  {priced(each.product)}"
            if each.sentences:
                yield f"        {' '.join(s.text for s in each.sentences)}"
            if each.differences:
                told = [_difference(d) for d in each.differences[:SHOWN_FACTS]]
                more = len(each.differences) - len(told)
                yield f"        differs: {'; '.join(told)}{f' and {more} more' if more > 0 else ''}"
    yield from (f"\n{line}" for line in (*set_aside(found), *found.notes))


def set_aside(found: Alternatives) -> list[str]:
    """What each pinned fact alone kept out: "4 set aside: capacity is not kept."."""
    lines = []
    for field, count in found.set_aside.items():
        name = field.removesuffix(" (not stated)")
        how = "is not kept" if name == field else "is not stated there"
        lines.append(f"{count} set aside: {name} {how}.")
    return lines


def _difference(changed: Changed) -> str:
    mark = {True: " (better)", False: " (worse)", None: ""}[changed.better]
    return f"{changed.field} {changed.after or 'not stated'} instead of {changed.before or 'not stated'}{mark}"
