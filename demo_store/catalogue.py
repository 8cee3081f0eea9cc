"""Stocks the shelves: models, their colours and sizes, ratings, stock and descriptions."""

from __future__ import annotations

import csv
import json
import random
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from prose import Line, choose, render
from shop import Brand, Draft, Draw, Facts, Leaf, Size
from vocabulary.brands import BRANDS

COLUMNS = (
    "id",
    "title",
    "description",
    "brand",
    "category",
    "price",
    "currency",
    "image_url",
    "url",
    "rating",
    "rating_count",
    "stock",
    "attributes",
)
#: How many colours a model comes in, and the most versions (colour and size) it may have.
COLOUR_COUNTS = (1, 2, 2, 2, 3, 3, 4)
MOST_VERSIONS = 4


@dataclass
class Product:
    """One row of products.csv."""

    id: str
    title: str
    description: str
    brand: str
    leaf: Leaf
    model: str
    price: float
    rating: float | None
    rating_count: int
    stock: int
    facts: Facts
    art: str

    @property
    def picture(self) -> str:
        """The file name of the drawing, shared by all goods of one shelf and colour."""
        colour = self.facts.get("colour")
        return f"{self.art}-{str(colour).replace(' ', '-')}.svg" if colour else f"{self.art}.svg"

    def row(self) -> list[str]:
        """The cells, in the order of COLUMNS."""
        return [
            self.id,
            self.title,
            self.description,
            self.brand,
            self.leaf.path,
            f"{self.price:.2f}",
            "USD",
            f"images/{self.picture}",
            f"/p/{self.id}",
            "" if self.rating is None else f"{self.rating:.1f}",
            str(self.rating_count),
            str(self.stock),
            json.dumps(self.facts, ensure_ascii=False),
        ]


def tidy_price(amount: float) -> float:
    """The kind of price a shop writes on a label."""
    if amount < 30:
        return max(3, round(amount * 2) / 2) - 0.05
    if amount < 100:
        return round(amount) - 0.05 if round(amount) % 2 else float(round(amount))
    return float(round(amount / 5) * 5 - 1) if amount < 600 else float(round(amount / 10) * 10 - 1)


def versions_of(leaf: Leaf, draft: Draft, rng: random.Random) -> list[tuple[str, Size]]:
    """The colour and size pairs a model is sold in; at most MOST_VERSIONS of them."""
    palette = draft.colours or leaf.colours
    colours = rng.sample(palette, min(len(palette), rng.choice(COLOUR_COUNTS))) or [""]
    pairs = [(colour, size) for colour in colours for size in draft.sizes or [Size("", {})]]
    if len(pairs) > MOST_VERSIONS:
        kept = set(rng.sample(range(len(pairs)), rng.choice((2, 3, 3, 4))))
        pairs = [pair for place, pair in enumerate(pairs) if place in kept]
    return pairs


def stock_of(rng: random.Random) -> int:
    """About one in twelve sold out, some nearly so, the rest on the shelf."""
    chance = rng.random()
    if chance < 0.08:
        return 0
    return rng.randint(1, 3) if chance < 0.17 else int(rng.triangular(4, 140, 18))


def thin_out(facts: Facts, keep: set[str], rng: random.Random) -> Facts:
    """Real listings have gaps: drop one or two facts that the text does not rely on."""
    spare = [name for name in facts if name not in keep]
    gone = set(rng.sample(spare, min(len(spare), rng.choice((1, 2)))))
    return {name: fact for name, fact in facts.items() if name not in gone}


def stock_shelf(leaf: Leaf, lines: list[Line], used: Counter[tuple[str, str]], rng: random.Random) -> list[Product]:
    """All products of one leaf."""
    worn: Counter[str] = Counter()
    earlier: list[set[str]] = []
    products: list[Product] = []
    here: set[tuple[str, str]] = set()
    brands = [BRANDS[name] for name in leaf.brands]
    for turn in range(leaf.models):
        brand = brands[turn % len(brands)]
        model = pick_model(brand, here, used, rng)
        draft = leaf.build(Draw(rng, brand))
        name = model + draft.mark
        pairs = versions_of(leaf, draft, rng)
        full: list[Facts] = [
            ({"colour": colour} if colour else {}) | draft.facts | size.facts for colour, size in pairs
        ]
        spoken = {"brand": brand.name, "model": f"{brand.name} {name}"}
        chosen = choose(lines, worn, [facts | spoken for facts in full], earlier, rng)
        topics = {topic for line in chosen for topic in line.topics} | {"colour", "size"}
        liking = min(4.8, max(2.9, rng.gauss(4.12 + (brand.level - 1) * 0.45, 0.32)))
        fame = rng.lognormvariate(3.6, 1.45)
        base = draft.price * brand.level**0.75 * rng.uniform(0.94, 1.07)
        for (colour, size), facts in zip(pairs, full, strict=True):
            count = min(2500, int(fame * rng.uniform(0.35, 1.3)))
            extras = ", ".join(part for part in (colour.title(), size.label) if part)
            products.append(
                Product(
                    id=f"{leaf.code}-{len(products) + 1:04d}",
                    title=f"{brand.name} {name} {draft.title}" + (f", {extras}" if extras else ""),
                    description=render(chosen, facts | spoken),
                    brand=brand.name,
                    leaf=leaf,
                    model=model,
                    price=tidy_price(base * size.factor),
                    rating=round(min(4.9, max(2.8, liking + rng.gauss(0, 0.12))), 1) if count else None,
                    rating_count=count,
                    stock=stock_of(rng),
                    facts=thin_out(facts, topics, rng) if rng.random() < 0.05 else facts,
                    art=draft.art or leaf.art,
                )
            )
    return products


def pick_model(brand: Brand, here: set[tuple[str, str]], used: Counter[tuple[str, str]], rng: random.Random) -> str:
    """A model name not yet on this shelf, preferring names the brand has used least elsewhere."""
    free = [name for name in brand.models if (brand.name, name) not in here]
    model = min(free, key=lambda name: (used[brand.name, name], rng.random()))
    here.add((brand.name, model))
    used[brand.name, model] += 1
    return model


def stock_shop(leaves: list[Leaf], book: dict[str, list[Line]], seed: str) -> list[Product]:
    """The whole catalogue. Each leaf has its own seed, so editing one shelf leaves the others alone."""
    used: Counter[tuple[str, str]] = Counter()
    products: list[Product] = []
    for leaf in leaves:
        products += stock_shelf(leaf, book[leaf.code], used, random.Random(f"{seed}/{leaf.code}"))
    return products


def write_products(products: list[Product], path: Path) -> None:
    """products.csv."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(product.row() for product in products)
