"""The small language in which the shop's shelves are described.

A *leaf* is one shelf of the shop ("Outdoor > Camping > Tents"). Its `build` function invents one model
with the help of a `Draw` (a seeded source of chance that knows the brand) and returns a `Draft`: the facts
of the model, a fair price for those facts, and the sizes it is sold in. Everything else (colours, titles,
ratings, stock) is the same for every shelf and lives in `catalogue.py`.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

Fact = str | bool | int | list[str]
Facts = dict[str, Fact]
T = TypeVar("T")


@dataclass(frozen=True)
class Brand:
    """An invented maker: `level` is its price level, 1.0 being the middle of the shop."""

    name: str
    level: float
    character: str
    models: tuple[str, ...]


@dataclass(frozen=True)
class Size:
    """One size a model is sold in: what the title adds, which facts change, how the price changes."""

    label: str
    facts: Facts
    factor: float = 1.0


@dataclass
class Draft:
    """One invented model before colours, ratings and stock are added."""

    title: str
    price: float
    facts: Facts
    mark: str = ""
    sizes: list[Size] = field(default_factory=list)
    #: Colours this model can have, where its material decides; empty means any colour of the shelf.
    colours: tuple[str, ...] = ()
    #: The design of its picture, where it does not look like the rest of the shelf.
    art: str = ""


class Draw:
    """Chance with a direction: dearer brands tend to draw better specifications."""

    def __init__(self, rng: random.Random, brand: Brand) -> None:
        self.rng = rng
        self.brand = brand
        self.fine = min(0.99, max(0.0, rng.gauss((brand.level - 0.65) / 0.85, 0.18)))

    def pick(self, *options: T) -> T:
        """Any of the options, all equally likely."""
        return self.rng.choice(options)

    def rise(self, *options: T) -> T:
        """One of the options, listed from plain to fine, near the model's own quality."""
        place = self.fine * len(options) + self.rng.gauss(0, 0.55)
        return options[min(len(options) - 1, max(0, int(place)))]

    def odds(self, chance: float) -> bool:
        """True with the given chance."""
        return self.rng.random() < chance

    def num(self, low: float, high: float, step: float = 1) -> float:
        """A number between the two, in whole steps."""
        return low + step * self.rng.randint(0, round((high - low) / step))

    def some(self, options: Sequence[str], low: int, high: int) -> list[str]:
        """A few of the options, in the order given."""
        chosen = set(self.rng.sample(range(len(options)), min(len(options), self.rng.randint(low, high))))
        return [option for place, option in enumerate(options) if place in chosen]

    def years(self) -> str:
        """A warranty that fits the brand."""
        return self.rise("1 year", "2 years", "2 years", "3 years", "5 years")


@dataclass(frozen=True)
class Leaf:
    """One shelf: where it is, how it is drawn, who makes its goods and in which colours."""

    code: str
    path: str
    art: str
    brands: tuple[str, ...]
    colours: tuple[str, ...]
    models: int
    build: Callable[[Draw], Draft]


def unit(value: float, name: str, places: int = 1) -> str:
    """A number with its unit, without needless zeros; two kilograms read "2 kg"."""
    text = f"{value:.{places}f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return f"{text} {name}"


def heft(kilograms: float) -> str:
    """A weight in the unit a shopper expects: grams below one kilogram, kilograms above."""
    if kilograms >= 0.995:
        return unit(kilograms, "kg", 1 if kilograms < 20 else 0)
    step = 5 if kilograms < 0.3 else 10
    return f"{max(step, round(kilograms * 1000 / step) * step)} g"


def many(count: int, noun: str) -> str:
    """A counted noun, with an s unless there is just one."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def wearable(sizes: str) -> list[Size]:
    """Sizes of clothing or shoes: they change nothing but the size itself."""
    return [Size(f"Size {size}", {"size": size}) for size in sizes.split()]


def shoe_sizes(owner: str) -> list[Size]:
    """Shoe sizes by who the last is made for."""
    return wearable({"women": "36 37 38 39 40 41", "men": "41 42 43 44 45"}.get(owner, "38 40 42 44"))
