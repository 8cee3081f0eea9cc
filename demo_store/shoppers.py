"""Invents shoppers with tastes and lets them loose in the shop, writing events.csv.

A shopper has a few favourite shelves, a price level, some brands and colours. Each visit is a hunt on one
shelf: a handful of views of goods close to the shopper's taste, sometimes a basket, sometimes a purchase of
one of the viewed goods, later perhaps a rating. A purchase makes a visit to a *companion* shelf likely, so
tents are followed by sleeping bags and grinders by coffee makers.
"""

from __future__ import annotations

import csv
import random
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from catalogue import Product
from vocabulary.brands import BRANDS

SHOPPERS = 280
FIRST = datetime(2026, 5, 20, tzinfo=UTC)
LAST = datetime(2026, 11, 19, tzinfo=UTC)
FEWEST, MOST = 6, 40

#: Groups of shelves that one kind of person shops from.
TASTES = (
    ("hill walker", "TENT SLBG SPAD STOV HDLP PACK POLE BOTL RAIN BOOT"),
    ("town cyclist", "HELM BLGT RAIN GLOV BOTL PACK"),
    ("runner", "RUNS TSHT WTCH BUDS YOGA BOTL HDLP"),
    ("cook", "FPAN KNIF FOOD BLND KETL"),
    ("coffee person", "GRIN CFMK KETL BOTL"),
    ("home worker", "CHAR DESK KEYB MONI LAMP LAPT HEAD NOTE"),
    ("nest builder", "LAMP THRW DUVT TOWL PLNT SLIP"),
    ("clean-air family", "AIRP VACU FANS DUVT BRIK SOFT"),
    ("gardener", "SECA HOSE MOWR PLNT SOLR GLOV BOOT"),
    ("parent", "BRIK GAME SOFT PUZZ HELM FOOD"),
    ("player", "GAME PUZZ KEYB MONI HEAD"),
    ("traveller", "SUIT NPIL CUBE PBNK BUDS HAIR TOBR"),
    ("dog person", "DBED HARN RAIN BOOT VACU"),
    ("cat person", "CATT THRW VACU AIRP"),
    ("home mechanic", "DRIL TSET LADR LAMP HDLP"),
    ("well groomed", "TRIM TOBR HAIR TOWL SWTR"),
    ("dresser", "SWTR TSHT TROU INSJ BEAN GLOV SLIP"),
    ("listener", "HEAD BUDS SPKR PBNK"),
)
#: What people tend to need next.
COMPANIONS = {
    "TENT": "SLBG SPAD STOV",
    "SLBG": "SPAD TENT",
    "SPAD": "SLBG",
    "STOV": "BOTL HDLP",
    "PACK": "POLE RAIN BOTL",
    "BOOT": "POLE PACK",
    "POLE": "BOOT",
    "RAIN": "BOOT GLOV",
    "GRIN": "CFMK KETL",
    "CFMK": "GRIN",
    "KETL": "GRIN",
    "FPAN": "KNIF FOOD",
    "KNIF": "FPAN",
    "BLND": "FOOD",
    "LAPT": "KEYB MONI HEAD",
    "MONI": "KEYB LAMP",
    "DESK": "CHAR LAMP MONI",
    "CHAR": "DESK KEYB",
    "SUIT": "CUBE NPIL",
    "NPIL": "BUDS PBNK",
    "CUBE": "SUIT",
    "DBED": "HARN",
    "HARN": "DBED",
    "CATT": "VACU",
    "DUVT": "THRW TOWL",
    "HELM": "BLGT GLOV",
    "BLGT": "HELM",
    "RUNS": "TSHT WTCH BUDS",
    "WTCH": "BUDS RUNS",
    "YOGA": "DUMB TSHT",
    "DUMB": "YOGA",
    "MOWR": "HOSE SECA",
    "SECA": "PLNT GLOV",
    "PLNT": "SOLR SECA",
    "DRIL": "TSET LADR",
    "TSET": "DRIL",
    "HEAD": "PBNK SPKR",
    "SWTR": "TROU BEAN",
    "BEAN": "GLOV",
    "INSJ": "BEAN GLOV",
    "AIRP": "FANS",
    "BRIK": "SOFT PUZZ",
    "GAME": "PUZZ",
    "TRIM": "TOBR",
    "TOBR": "HAIR",
    "LAMP": "THRW",
    "SOFT": "BRIK",
    "TROU": "TSHT",
    "NOTE": "LAMP",
}


@dataclass(frozen=True)
class Event:
    """One row of events.csv."""

    time: datetime
    kind: str
    product: Product
    rating: int | None = None


@dataclass(frozen=True)
class Shopper:
    """Taste: which shelves, how much to spend, which brands and colours appeal."""

    shelves: tuple[str, ...]
    level: float
    brands: frozenset[str]
    colours: frozenset[str]
    size: str
    cut: str

    def liking(self, product: Product) -> float:
        """How much a product appeals; 0.05 to about 12."""
        facts = product.facts
        score = 1.0 / (1 + 9 * abs(BRANDS[product.brand].level - self.level)) * 2
        score *= 2.6 if product.brand in self.brands else 1
        score *= 2.2 if facts.get("colour") in self.colours else 1
        score *= (product.rating or 3.8) / 4.1
        score *= 0.4 if product.stock == 0 else 1
        if "size" in facts and str(facts["size"]) in ("S", "M", "L", "XL"):
            score *= 2.5 if facts["size"] == self.size else 0.5
        if facts.get("gender") in ("women", "men"):
            score *= 1.6 if facts["gender"] == self.cut else 0.12
        return max(0.05, score)


def invent_shopper(products: list[Product], rng: random.Random) -> Shopper:
    """One or two kinds of person in one, with a purse and preferences to match."""
    shelves = [code for _, codes in rng.sample(TASTES, rng.choice((1, 1, 2, 2, 3))) for code in codes.split()]
    favourites = tuple(dict.fromkeys(rng.sample(shelves, min(len(shelves), rng.randint(4, 9)))))
    level = rng.choice((0.75, 0.9, 1.05, 1.2, 1.35))
    near = sorted(
        {p.brand for p in products if p.leaf.code in favourites and abs(BRANDS[p.brand].level - level) < 0.28}
    )
    colours = sorted({str(p.facts["colour"]) for p in products if "colour" in p.facts})
    return Shopper(
        shelves=favourites,
        level=level,
        brands=frozenset(rng.sample(near, min(len(near), rng.randint(1, 3)))),
        colours=frozenset(rng.sample(colours, rng.randint(2, 4))),
        size=rng.choice(("S", "M", "M", "L", "L", "XL")),
        cut=rng.choice(("women", "men")),
    )


def hunt(shopper: Shopper, shelf: list[Product], start: datetime, rng: random.Random) -> tuple[list[Event], bool]:
    """One visit to one shelf; also tells whether it ended in a purchase."""
    weights = [shopper.liking(product) for product in shelf]
    seen = list({one.id: one for one in rng.choices(shelf, weights, k=rng.randint(2, 6))}.values())
    moment = start
    events = []
    for product in seen:
        events.append(Event(moment, "view", product))
        moment += timedelta(seconds=rng.randint(25, 260))
    wanted = max((one for one in seen if one.stock), key=shopper.liking, default=None)
    if wanted is None or rng.random() < 0.35:
        return events, False
    events.append(Event(moment, "add_to_cart", wanted))
    moment += timedelta(seconds=rng.randint(40, 900))
    if rng.random() < 0.3:
        return events, False
    events.append(Event(moment, "buy", wanted))
    if rng.random() < 0.45:
        mood = rng.gauss((wanted.rating or 4) - 0.35 + 0.12 * min(3, shopper.liking(wanted) - 1), 1.0)
        later = moment + timedelta(days=rng.randint(4, 25), minutes=rng.randint(0, 600))
        events.append(Event(later, "rate", wanted, min(5, max(1, round(mood)))))
    return events, True


def live(shopper: Shopper, shelves: dict[str, list[Product]], rng: random.Random) -> list[Event]:
    """Everything one shopper does in six months, oldest first."""
    target = min(MOST, max(FEWEST, int(rng.lognormvariate(2.85, 0.45))))
    start = FIRST + timedelta(minutes=rng.randint(0, 60 * 24 * 110))
    gap = (LAST - start).days / max(2.0, target / 4.5)
    events: list[Event] = []
    code = rng.choice(shopper.shelves)
    bought: set[str] = set()
    while len(events) < target and start < LAST:
        found, purchase = hunt(shopper, shelves[code], start, rng)
        events += found
        choices = [one for one in shopper.shelves if one not in bought] or list(shopper.shelves)
        if purchase:
            bought.add(code)
            companions = [one for one in COMPANIONS.get(code, "").split() if one not in bought]
            code = rng.choice(companions) if companions and rng.random() < 0.65 else rng.choice(choices)
        elif rng.random() < 0.5:
            code = rng.choice(choices)
        day = start + timedelta(days=max(0.02, rng.expovariate(1 / gap)))
        start = day.replace(hour=rng.choice((7, 8, 12, 13, 17, 18, 19, 20, 20, 21, 21, 22)), minute=rng.randint(0, 59))
        start = max(start, found[-1].time if found[-1].kind != "rate" else found[-2].time) + timedelta(minutes=3)
    events = [event for event in sorted(events, key=lambda one: one.time) if event.time < LAST]
    return events[:MOST]


def write_events(products: list[Product], path: Path, seed: str) -> int:
    """events.csv, shopper by shopper, oldest event first."""
    shelves: dict[str, list[Product]] = defaultdict(list)
    for product in products:
        shelves[product.leaf.code].append(product)
    count = number = attempt = 0
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(("shopper", "time", "event", "product_id", "rating"))
        while number < SHOPPERS:
            attempt += 1
            rng = random.Random(f"{seed}/shopper/{attempt}")
            events = live(invent_shopper(products, rng), shelves, rng)
            if len(events) < FEWEST:
                continue
            number += 1
            for event in events:
                writer.writerow(
                    (
                        f"s{number:03d}",
                        event.time.strftime("%Y-%m-%dT%H:%M:%SZ"),
                        event.kind,
                        event.product.id,
                        "" if event.rating is None else event.rating,
                    )
                )
            count += len(events)
    return count
