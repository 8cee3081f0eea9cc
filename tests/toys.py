"""A toy shop whose right answers are obvious at sight: every colour of every kind of thing, once."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from retrieval.types import Product, Quantity

KINDS = ("tent", "lamp", "mug", "rope", "stove", "pillow")
COLOURS = ("red", "green", "blue", "black")


def toy_product(number: int, **changes: Any) -> Product:
    """Product p0 is the red tent, p1 the green tent, p4 the red lamp; later models from p24 on."""
    kind = KINDS[number // len(COLOURS) % len(KINDS)]
    colour = COLOURS[number % len(COLOURS)]
    model = number // (len(KINDS) * len(COLOURS))
    stated: dict[str, Any] = {
        "id": f"p{number}",
        "title": f"{colour} {kind}" + (f" model {model}" if model else ""),
        "description": f"A {kind} in {colour} for the road.",
        "brand": f"{kind.title()}works",
        "category": ("Outdoor", kind.title()),
        "price": 10.0 + number,
        "currency": "EUR",
        "rating": 4.0,
        "rating_count": 10 + number,
        "stock": number % 3,
        "attributes": {
            "colour": colour,
            "weight": Quantity(100.0 + number, "g"),
            "waterproof": number % 2 == 0,
            "uses": ("home", "road"),
        },
    }
    return Product(**(stated | changes))


def toy_products(count: int = 24) -> list[Product]:
    """Products p0 to p<count - 1>."""
    return [toy_product(number) for number in range(count)]


def write_jsonl(path: Path, products: Iterable[Product]) -> Path:
    """A feed with the canonical fields, one JSON object a line."""
    with path.open("w", encoding="utf-8") as out:
        for product in products:
            record = asdict(product) | {
                "category": " > ".join(product.category),
                "attributes": {
                    name: asdict(value) if isinstance(value, Quantity) else value
                    for name, value in product.attributes.items()
                },
            }
            out.write(json.dumps(record) + "\n")
    return path


def write_rows(path: Path, *rows: Iterable[object], encoding: str = "utf-8") -> Path:
    """A CSV file of these rows, the header first."""
    with path.open("w", encoding=encoding, newline="") as out:
        csv.writer(out).writerows(rows)
    return path
