"""What of a listing is compared, prepared once; and what a listing says it is for.

Knows one listing at a time, and nothing of numbers: `retrieval.pairs` makes those of two.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from retrieval.comparison import Fact
from retrieval.text import STOP_WORDS, fold, name_key, stem, words
from retrieval.types import AttributeValue, Product

RECORDS = frozenset(["ean", "gtin", "upc", "mpn", "sku", "model", "part number", "certification", "country of origin"])
"""Names whose values say nothing of what a thing does."""

_FITS = re.compile(
    r"^compatibility$|\bcompatible (?:with|products|models|printers|devices)\b|\bsuitable for\b|^for model"
)
_PLUGS = frozenset(
    """lc st sc fc mtrj rj11 rj45 usb usb-c vga dvi dvi-d dvi-i hdmi displayport sata esata sas scsi ide pata agp pci
    pcie pci-e ps/2 db9 db25 hd15 bnc rca svideo s-video firewire thunderbolt lightning sdram ddr ddr2 ddr3 ddr4 dimm
    so-dimm sodimm lto lto2 lto3 lto4 lto5 lto6 dds""".split()
)
"""What must match for two parts to serve in one another's place."""
_FOR = re.compile(r"\bfor\b(.+)$", re.IGNORECASE)
_COLOUR = re.compile(r"\bcolou?rs?\b")


@dataclass(frozen=True)
class Marks:
    """What of a listing is compared, prepared once."""

    product: Product
    goods: str

    @cached_property
    def title(self) -> str:
        return fold(self.product.title)

    @cached_property
    def stems(self) -> frozenset[str]:
        return frozenset(stem(w) for w in words(self.product.title) if w not in STOP_WORDS)

    @cached_property
    def codes(self) -> frozenset[str]:
        """Words of title and model that look like a model's: "cp2025dn", "e320"."""
        said = f"{self.product.title} {self.product.attributes.get('model', '')}"
        return frozenset(w for w in words(said) if len(w) > 2 and any(c.isdigit() for c in w) and not w.isdigit())

    @cached_property
    def facts(self) -> dict[str, Fact]:
        """Folded name -> fact, records and what it fits left out."""
        named = ((name_key(n), n, v) for n, v in self.product.attributes.items())
        return {f: Fact(n, v) for f, n, v in named if f not in RECORDS and not _FITS.search(f)}

    @cached_property
    def fits(self) -> frozenset[str]:
        """Model codes of what it says it is for: "e320", "cp3505n"."""
        tokens = (w for text in _fitted_texts(self.product) for word in words(text) for w in re.split(r"[/,;]", word))
        return frozenset(w for w in tokens if len(w) > 1 and any(c.isdigit() for c in w))

    @cached_property
    def plugs(self) -> frozenset[str]:
        return frozenset(w for word in words(self.product.title) for w in (word, *word.split("/"))) & _PLUGS

    @cached_property
    def colours(self) -> frozenset[str]:
        """Values of colours, where it states one; an ink's printing colour is the one that counts."""
        stated = {n: f.value for n, f in self.facts.items() if _COLOUR.search(n) and not isinstance(f.value, bool)}
        value = stated.get("printing colours", next(iter(stated.values()), ""))
        return (
            frozenset(map(fold, value)) if isinstance(value, tuple) else frozenset([fold(str(value))] if value else ())
        )

    @cached_property
    def title_numbers(self) -> frozenset[str]:
        return frozenset(re.findall(r"\d+(?:\.\d+)?", self.title))

    @cached_property
    def lists(self) -> dict[str, frozenset[str]]:
        return {n: frozenset(map(fold, f.value)) for n, f in self.facts.items() if isinstance(f.value, tuple)}


def _fitted_texts(product: Product) -> list[str]:
    """Where a listing says what it is for: its attributes of that kind, and its title after "for"."""
    said = [_text(v) for n, v in product.attributes.items() if _FITS.search(name_key(n))]
    after = _FOR.search(product.title)
    return [*said, after[1]] if after is not None else said


def stated_fit(product: Product, other: Product) -> tuple[str, str] | None:
    """(name, value) of the attribute by which a listing says that it is for the other's model; None without one.

    Of a list, the item that names it: the printers an ink is for may be fifty.
    """
    codes = Marks(other, "").codes
    fits = [(name, value) for name, value in product.attributes.items() if _FITS.search(name_key(name))]
    for name, value in fits:
        for item in value if isinstance(value, tuple) else re.split(r"[,;\n]", str(value)):
            if codes & {w for word in words(item) for w in re.split(r"[/,;]", word)}:
                return name, item.strip()
    return None


def common_fit(product: Product, other: Product) -> list[str]:
    """Devices that both listings say they are for, as the second one writes them; a short number alone is none: two
    things "for 10 people" share no device.
    """
    common = {w for w in Marks(product, "").fits & Marks(other, "").fits if len(w) > 2 or not w.isdigit()}
    written = [w for text in _fitted_texts(other) for word in re.split(r"[\s/,;]+", text) for w in [word.strip("().")]]
    return [w for w in dict.fromkeys(written) if fold(w) in common]


def _text(value: AttributeValue) -> str:
    return ", ".join(value) if isinstance(value, tuple) else str(value)
