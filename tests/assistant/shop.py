"""A small camping-and-kitchen shop: every price, colour and size is here to be seen, so right answers are too."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from assistant.reading import Reader
from assistant.types import Constraint
from assistant.vocabulary import build_vocabulary
from retrieval.documents import for_words
from retrieval.facets import build_facets
from retrieval.types import AttributeValue, Product, Quantity

HOSTILE = "<img src=x onerror=alert(1)>${alert(1)}"

Attributes = dict[str, AttributeValue]


def _kg(value: float) -> Quantity:
    return Quantity(value, "kg")


def _litres(value: float) -> Quantity:
    return Quantity(value, "L")


def _persons(value: float) -> Quantity:
    return Quantity(value, "persons")


def _db(value: float) -> Quantity:
    return Quantity(value, "dB")


def _gb(value: float) -> Quantity:
    return Quantity(value, "GB")


def _of(
    category: str, id: str, title: str, brand: str, price: float | None, stock: int | None, attributes: Attributes
) -> Product:
    return Product(
        id=id,
        title=title,
        description=f"{title}, from our own shelves.",
        brand=brand,
        category=tuple(category.split(" > ")),
        price=price,
        currency="USD",
        stock=stock,
        rating=4.0,
        rating_count=10,
        attributes=attributes,
    )


def _tent(id: str, title: str, brand: str, price: float, stock: int, **stated: AttributeValue) -> Product:
    always: Attributes = {"material": "polyester", "use": ("hiking", "camping")}
    return _of("Outdoor > Camping > Tents", id, title, brand, price, stock, always | stated)


def _jacket(id: str, title: str, brand: str, price: float, **stated: AttributeValue) -> Product:
    return _of("Outdoor > Clothing > Jackets", id, title, brand, price, 5, stated)


def _boots(id: str, title: str, brand: str, price: float, **stated: AttributeValue) -> Product:
    return _of("Outdoor > Clothing > Hiking Boots", id, title, brand, price, 2, stated)


def _pack(id: str, title: str, brand: str, price: float, stock: int, **stated: AttributeValue) -> Product:
    always: Attributes = {"use": ("hiking", "travel")}
    return _of("Outdoor > Backpacks", id, title, brand, price, stock, always | stated)


def _bag(id: str, title: str, brand: str, price: float, **stated: AttributeValue) -> Product:
    return _of("Outdoor > Camping > Sleeping Bags", id, title, brand, price, 7, stated)


def _kettle(id: str, title: str, brand: str, price: float, **stated: AttributeValue) -> Product:
    return _of("Kitchen > Kettles", id, title, brand, price, 9, stated)


def _maker(id: str, title: str, brand: str, price: float, **stated: AttributeValue) -> Product:
    return _of("Kitchen > Coffee Makers", id, title, brand, price, 1, stated)


def _knife(id: str, title: str, brand: str, price: float, **stated: AttributeValue) -> Product:
    return _of("Kitchen > Kitchen Knives", id, title, brand, price, 12, {"material": "steel", **stated})


def _phones(id: str, title: str, brand: str, price: float, **stated: AttributeValue) -> Product:
    return _of("Electronics > Headphones", id, title, brand, price, 6, stated)


def _card(id: str, title: str, brand: str, price: float, **stated: AttributeValue) -> Product:
    return _of("Electronics > Memory Cards", id, title, brand, price, 30, stated)


PRODUCTS: tuple[Product, ...] = (
    _tent("tent-2", "Brindle Tansy 2", "Brindle", 120, 4, colour="forest green", capacity=_persons(2),
          weight=_kg(2.8), waterproof=True),
    _tent("tent-4", "Brindle Tansy 4", "Brindle", 180, 3, colour="navy blue", capacity=_persons(4),
          weight=_kg(4.5), waterproof=True),
    _tent("tent-light", "Northlea Burrow", "Northlea", 340, 2, colour="sand beige", capacity=_persons(2),
          weight=_kg(1.4), waterproof=False),
    _tent("tent-6", "Northlea Hall", "Northlea", 520, 0, colour="red", capacity=_persons(6),
          weight=_kg(9), waterproof=True),
    _bag("bag-summer", "Brindle Doze Sleeping Bag", "Brindle", 60, colour="navy blue", fill="synthetic",
         **{"comfort temperature": Quantity(10, "°C")}),
    _bag("bag-winter", "Northlea Eider Sleeping Bag", "Northlea", 220, colour="burgundy", fill="goose down",
         **{"comfort temperature": Quantity(-5, "°C")}),
    _pack("pack-30", "Brindle Thrift", "Brindle", 70, 8, colour="black", volume=_litres(30), weight=_kg(0.9)),
    _pack("pack-45", "Northlea Ramble", "Northlea", 130, 3, colour="forest green", volume=_litres(45),
          weight=_kg(1.4)),
    _pack("pack-65", "Northlea Trek", "Northlea", 210, 0, colour="navy blue", volume=_litres(65), weight=_kg(2.1)),
    _jacket("jacket-m", "Northlea Squall Rain Jacket", "Northlea", 150, colour="red", size="M", material="polyester",
            waterproof=True),
    _jacket("jacket-s", "Northlea Squall Rain Jacket", "Northlea", 150, colour="red", size="S", material="polyester",
            waterproof=True),
    _jacket("jacket-xl", "Woolbeck Fell Jacket", "Woolbeck", 190, colour="navy blue", size="XL",
            material="merino wool", waterproof=False),
    _jacket("jacket-l", "Harrow Rider Jacket", "Harrow", 260, colour="black", size="L", material="leather",
            waterproof=False),
    _boots("boots-42", "Harrow Crag Boots", "Harrow", 170, colour="chestnut brown", size="42", material="leather",
           waterproof=True),
    _boots("boots-43", "Brindle Path Boots", "Brindle", 95, colour="black", size="43", material="mesh",
           waterproof=False),
    _kettle("kettle-quiet", "Oakley Hush Kettle", "Oakley", 89, colour="white", capacity=_litres(1.7),
            material="steel", **{"noise level": _db(48)}),
    _kettle("kettle-plain", "Oakley Plain Kettle", "Oakley", 39, colour="black", capacity=_litres(1.5),
            material="plastic", **{"noise level": _db(66)}),
    _kettle("kettle-small", "Marlow Sip Kettle", "Marlow", 25, colour="red", capacity=_litres(0.8),
            material="plastic", **{"noise level": _db(70)}),
    _maker("maker-timer", "Oakley Dawn Coffee Maker", "Oakley", 110, colour="black", timer=True),
    _maker("maker-plain", "Marlow Drip Coffee Maker", "Marlow", 45, colour="white", timer=False),
    _knife("knife-chef", "Marlow Chef Knife", "Marlow", 55, use=("meat", "vegetables")),
    _knife("knife-paring", "Oakley Paring Knife", "Oakley", 18, use=("fruit", "vegetables")),
    _phones("phones-bt", "Sonder Loop Headphones", "Sonder", 99, colour="black", bluetooth=True,
            weight=Quantity(250, "g")),
    _phones("phones-wire", "Sonder Wire Headphones", "Sonder", 49, colour="grey", bluetooth=False,
            weight=Quantity(180, "g")),
    _phones("phones-big", "Sonder Studio Headphones", "Sonder", 199, colour="navy blue", bluetooth=True,
            weight=Quantity(310, "g")),
    _card("card-64", "Sonder Memory Card 64", "Sonder", 12, storage=_gb(64)),
    _card("card-256", "Sonder Memory Card 256", "Sonder", 35, storage=_gb(256)),
    _of("Kitchen > Mugs", "hostile", HOSTILE, "", None, None, {}),
)  # fmt: skip

BY_ID = {product.id: product for product in PRODUCTS}


def make_reader(products: Iterable[Product] = PRODUCTS, currency: str = "USD") -> Reader:
    """What `understand` needs to know of a shop, without an index on disk."""
    products = tuple(products)
    facets = build_facets(products)
    stems = frozenset(term for product in products for term in for_words(product))
    return Reader(build_vocabulary(facets), facets, currency, stems)


def by_key(constraints: Sequence[Constraint]) -> dict[str, Constraint]:
    """Constraints by what they are about; no two may be about the same."""
    found = {constraint.key: constraint for constraint in constraints}
    assert len(found) == len(constraints), [c.key for c in constraints]
    return found
