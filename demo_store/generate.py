"""Writes the demo shop: products.csv, images/*.svg and events.csv.

Run `python demo_store/generate.py`. Everything comes from the hand-written vocabularies beside this file and
from one fixed seed, so every run writes the same bytes.
"""

from __future__ import annotations

from pathlib import Path

from catalogue import stock_shop, write_products
from pictures import write_pictures
from prose import read_wording
from shoppers import write_events
from vocabulary import care, clothing, electronics, family, garden, home, kitchen, leisure, outdoor, work

HERE = Path(__file__).resolve().parent
SEED = "wren and pennyfold"
SHELVES = (outdoor, clothing, kitchen, electronics, home, garden, leisure, family, work, care)


def main() -> None:
    """Stock the shop, draw the pictures, let the shoppers in."""
    leaves = [leaf for shelf in SHELVES for leaf in shelf.LEAVES]
    products = stock_shop(leaves, read_wording(HERE / "wording"), SEED)
    write_products(products, HERE / "products.csv")
    pictures = write_pictures(products, HERE / "images")
    events = write_events(products, HERE / "events.csv", SEED)
    print(f"{len(products)} products, {pictures} pictures, {events} events")


if __name__ == "__main__":
    main()
