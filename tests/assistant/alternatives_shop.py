"""A shop of tents whose alternatives are obvious at sight, and candidates as a test wants them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from assistant.alternative_types import Alternative, Alternatives
from assistant.alternatives import Wish, alternatives
from assistant.clerk import Clerk, open_clerk
from assistant.generators import ScriptedGenerator
from assistant.neighbours import Candidate, Neighbours
from assistant.settings import Settings
from retrieval.encoder import HashEncoder
from retrieval.index import build_index
from retrieval.relations import Relation
from retrieval.types import AttributeValue, Product, Quantity
from tests.toys import write_jsonl


def persons(value: float) -> Quantity:
    return Quantity(value, "persons")


def kg(value: float) -> Quantity:
    return Quantity(value, "kg")


def mm(value: float) -> Quantity:
    return Quantity(value, "mm")


USE = ("camping", "festival")


def tent(id: str, title: str, brand: str, price: float, stock: int = 3, **stated: AttributeValue) -> Product:
    """A six-person tent like `hall`, but for what is said otherwise; "" takes a fact off."""
    attributes: dict[str, AttributeValue] = {
        "capacity": persons(6), "weight": kg(9), "water column": mm(3000), "waterproof": True, "use": USE,
    }  # fmt: skip
    attributes |= {name.replace("_", " "): value for name, value in stated.items()}
    return Product(
        id,
        title,
        description="A tent.",
        brand=brand,
        category=("Outdoor", "Tents"),
        price=price,
        currency="USD",
        stock=stock,
        rating=4.0,
        rating_count=10,
        attributes={name: value for name, value in attributes.items() if value != ""},
    )


HALL = tent("hall", "Northlea Hall 6, Red", "Northlea", 500, 0, colour="red")
PRODUCTS = (
    HALL,
    tent("hall-blue", "Northlea Hall 6, Blue", "Northlea", 500, colour="blue"),
    tent("hall-a-green", "Northlea Hall 6, Green", "Northlea", 500, 0, colour="green"),
    tent("hall-x", "Hall H6X", "Northlea", 900),
    tent("dome", "Brindle Dome 6, Red", "Brindle", 450, colour="red"),
    tent("dome-blue", "Brindle Dome 6, Blue", "Brindle", 450, colour="blue"),
    tent("fort", "Woolbeck Fort 6", "Woolbeck", 600, water_column=mm(6000)),
    tent("palace", "Woolbeck Palace 6", "Woolbeck", 700, water_column=mm(9000)),
    tent("duo", "Brindle Duo 2", "Brindle", 520, capacity=persons(2), weight=kg(2), water_column=mm(9000)),
    tent("leaky", "Marlow Fete 6", "Marlow", 200, 0, waterproof=False),
    tent("silent", "Marlow Quiet", "Marlow", 300, capacity=""),
    tent("all-round", "Marlow Rover 6", "Marlow", 480, use=("hiking", *USE)),
    tent("yen", "Sonder Dome 6", "Sonder", 400, colour="red"),
    Product("bare", "Something", price=None),
    Product("bare-too", "Something else", brand="Brindle"),
    Product("bare-again", "Something more", brand="Brindle", price=9, currency="USD"),
    replace(tent("free", "Sonder Tarp 6", "Sonder", 10), price=None),
    Product("pegs", "Hall Pegs", "Ten pegs.", "Northlea", ("Outdoor", "Tent Pegs"), 12, "USD", stock=5,
            attributes={"compatible with": ("Tansy T2", "Hall H6X"), "material": "steel"}),
    Product("lamp", "Marlow Glow", "A lamp.", "Marlow", ("Outdoor", "Lanterns"), 30, "USD", stock=0),
    Product("mat", "Marlow Mat", "A mat.", "Marlow", ("Outdoor", "Mats"), 15, "USD", stock=5),
)  # fmt: skip
BY_ID = {p.id: p for p in PRODUCTS} | {"yen": replace(tent("yen", "Sonder Dome 6", "Sonder", 400), currency="JPY")}


class Given(Neighbours):
    """Neighbours that are what a test says they are."""

    def __init__(self, *candidates: Candidate) -> None:
        self.candidates = list(candidates)

    def of(self, product: Product) -> list[Candidate]:
        return self.candidates


def is_a(relation: Relation, *ids: str, chance: float = 0.8, cosine: float = 0.7) -> list[Candidate]:
    """Candidates that are alike but for what their listings state."""
    return [Candidate(BY_ID[id], relation, chance, cosine) for id in ids]


def with_neighbours(clerk: Clerk, *candidates: Candidate) -> Clerk:
    return replace(clerk, neighbours=Given(*candidates))


@contextmanager
def opened(folder: Path, products: Sequence[Product] = tuple(BY_ID.values())) -> Iterator[Clerk]:
    """A clerk over these products, with the fakes for its models."""
    build_index([write_jsonl(folder / "feed.jsonl", products)], folder / "data", HashEncoder())
    with open_clerk(Settings(data_dir=folder / "data"), encoder=HashEncoder(), generator=ScriptedGenerator()) as clerk:
        yield clerk


ALL = (
    *is_a("variant", "hall-blue", "hall-a-green"),
    *is_a("substitute", "dome", "dome-blue", "fort", "palace", "duo", "leaky", "silent", "all-round", "yen"),
    *is_a("complement", "pegs", "lamp", "mat"),
)
"""What a clerk would say of the hall's neighbours."""


def found(
    shop: Clerk,
    *candidates: Candidate,
    of: str = "hall",
    keep: str = "",
    cheaper: bool = False,
    in_stock: bool = False,
    each: int = 20,
) -> Alternatives:
    """Alternatives to `hall` among these candidates (`ALL`); `keep` names pins, with commas."""
    wish = Wish(tuple(filter(None, keep.split(","))), cheaper, in_stock, each)
    return alternatives(with_neighbours(shop, *(candidates or ALL)), of, wish)


def ids(alternatives: tuple[Alternative, ...]) -> str:
    return " ".join(sorted(a.product.id for a in alternatives))


def shown_of(result: Alternatives) -> list[Alternative]:
    return [each for group in result.groups for each in group.items]


def one(result: Alternatives, id: str) -> Alternative:
    return next(each for each in shown_of(result) if each.product.id == id)
