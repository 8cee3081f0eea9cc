"""`storeclerk profile`: what shoppers seem to like, by their past, and what the search would make of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from assistant.console import common, print_result, progress_bars
from retrieval.errors import StoreclerkError

if TYPE_CHECKING:
    from assistant.interests import Interest, Profile
    from assistant.profile import Log
    from retrieval.types import Product

_SHOWN_KINDS = 10
"""Kinds the summary names for people; the JSON has all of them."""

_SAID = {"view": "viewed", "add_to_cart": "put in cart", "buy": "bought", "rate": "rated"}


@click.command()
@click.option(
    "--events", type=click.Path(path_type=Path), default=None, help="An events file.  [default: the settings']"
)
@click.option("--shopper", default="", help="One shopper of the file; without it, a summary over all.")
@click.option("-k", default=5, show_default=True, type=click.IntRange(1, 50), help="How many suggestions.")
@common
def profile(events: Path | None, shopper: str, k: int, data_dir: Path | None, as_json: bool) -> None:
    """What shoppers seem to like: what they turn to more often than by chance, with the evidence."""
    from assistant.clerk import open_encoder
    from assistant.errors import SettingsError
    from assistant.interests import profile_of, suggestions, usual_of
    from assistant.profile import read_log
    from assistant.settings import load_settings
    from retrieval.index import open_index
    from retrieval.search import open_searcher

    settings = load_settings(data_dir)
    path = events or settings.events
    if path is None:
        raise SettingsError("There is no events file: name one with --events FILE, or set `events` in storeclerk.toml.")
    log = read_log(path)
    if shopper and shopper not in log.steps:
        raise StoreclerkError(_unknown(shopper, path, log))
    encoder = open_encoder(settings.encoder)  # only its name is needed: the vectors are there
    with (
        progress_bars() as progress,
        open_index(settings.data_dir, encoder, progress=progress, chroma_url=settings.chroma_url) as index,
    ):
        products = {product.id: product for product in index.catalog.all()}
        if not shopper:
            result = _summary(log, products)
            print_result(result, list(_summary_lines(result, path)), as_json)
            return
        steps = log.steps[shopper]
        found = profile_of(shopper, steps, products, usual_of(products.values()))
        offered = suggestions(open_searcher(index, encoder), steps, products, k)
    print_result(_profile_json(found, offered), list(_profile_lines(found, offered, products)), as_json)


def _unknown(shopper: str, path: Path, log: Log) -> str:
    from retrieval.similar import near_ids

    near = near_ids(shopper, sorted(log.steps))
    way_out = f"did you mean {', '.join(map(repr, near))}?" if near else "`storeclerk profile` sums up who is there."
    return f"no shopper {shopper!r} in {path}: {way_out}"


def _summary(log: Log, products: dict[str, Product]) -> dict[str, Any]:
    from assistant.interests import LEAST
    from retrieval.comparison import model_key

    kinds: Counter[str] = Counter()
    enough = 0
    unknown: set[str] = set()
    for steps in log.steps.values():
        known = [products[step.product_id] for step in steps if step.product_id in products]
        kinds.update(product.category[-1] for product in known if product.category)
        unknown.update(step.product_id for step in steps if step.product_id not in products)
        enough += len({model_key(product) for product in known}) >= LEAST
    total = sum(kinds.values())
    return {
        "shoppers": len(log.steps),
        "events": sum(map(len, log.steps.values())),
        "unknown_products": len(unknown),
        "unread_rows": log.unread,
        "enough": enough,
        "kinds": [
            {"kind": kind, "events": count, "share": round(count / total, 6)}
            for kind, count in sorted(kinds.items(), key=lambda item: (-item[1], item[0]))
        ],
    }


def _summary_lines(result: dict[str, Any], path: Path) -> Iterator[str]:
    from assistant.interests import LEAST
    from assistant.wording import plural

    yield f"{path}: {plural(result['shoppers'], 'shopper')}, {plural(result['events'], 'event')}."
    yield f"Shoppers with enough of a past to judge by ({LEAST} models or more): {result['enough']:,}."
    yield from _left_out(result["unknown_products"])
    if result["unread_rows"]:
        yield (
            f"{plural(result['unread_rows'], 'row')} could not be used: no shopper, time or product, or an event "
            "other than view, add_to_cart, buy and rate."
        )
    kinds = result["kinds"]
    yield from (f"  {each['share']:6.1%}  {each['kind']}" for each in kinds[:_SHOWN_KINDS])
    if len(kinds) > _SHOWN_KINDS:
        yield f"  and {plural(len(kinds) - _SHOWN_KINDS, 'kind')} more"


def _profile_json(found: Profile, offered: list[tuple[Product, str | None]]) -> dict[str, Any]:
    return {
        "shopper": found.shopper,
        "events": found.events,
        "products": found.products,
        "models": found.models,
        "unknown_products": found.unknown_products,
        "interests": [_interest_json(each) for each in found.interests],
        "price_level": [_interest_json(each) for each in found.price_level],
        "suggestions": [
            {"product_id": product.id, "title": product.title, "resembles": past} for product, past in offered
        ],
    }


def _interest_json(interest: Interest) -> dict[str, Any]:
    return {name: round(value, 6) if isinstance(value, float) else value for name, value in asdict(interest).items()}


def _profile_lines(
    found: Profile, offered: list[tuple[Product, str | None]], products: dict[str, Product]
) -> Iterator[str]:
    from assistant.interests import LEAST
    from assistant.wording import money, plural

    yield f"{found.shopper}: {plural(found.events, 'event')}, {plural(found.products, 'product')}."
    yield from _left_out(found.unknown_products)
    told = (*found.interests, *found.price_level)
    if told:
        yield "\nTurned to more often than by chance:"
    elif found.models < LEAST:
        yield f"\nToo little to say what they like: {plural(found.models, 'model')}, and it takes {LEAST}."
    else:
        yield "\nNothing that they turn to more often than by chance."
    for each in told:
        done = ", ".join(f"{_SAID[event]} {times}" for event, times in each.events.items())
        yield (
            f"  {each.field}: {each.value}  {each.count} of {each.of} ({done}); "
            f"weighted {each.share:.0%}, usual {each.usual_share:.0%}, lift {each.lift:.1f}"
        )
    if offered:
        yield "\nNearest to their taste, in stock, not seen before:"
    for product, past in offered:
        price = f"  {money(product.price, product.currency)}" if product.price is not None else ""
        like = f"  (like {past}, {products[past].title})" if past is not None else ""
        yield f"  {product.id:<12} {product.title}{price}{like}"


def _left_out(unknown: int) -> Iterator[str]:
    from assistant.wording import plural

    if unknown:
        yield f"{plural(unknown, 'product')} of the events not in the catalogue, left out."
