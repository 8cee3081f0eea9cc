"""Finding the product that someone means by whatever they paste: its id, its bar code, its address, its name, or a
customer's words.

The maps are built once, from the catalogue, and hold ids alone. What cannot be found is said, with what comes near.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from assistant.naming import LOOKED_THROUGH, holds
from assistant.wording import plural, shorten
from retrieval.comparison import model_key
from retrieval.similar import near_ids
from retrieval.text import STOP_WORDS, fold, index_terms, stem, words
from retrieval.types import AttributeValue, Product, Quantity

if TYPE_CHECKING:
    from assistant.clerk import Clerk

How = Literal["id", "ean", "url", "name", "words", ""]

LONGEST = 1_000
"""Characters that are read, as many as a message may have; an address or a question is shorter."""

LONGEST_SAID = 60
"""Characters of it that a note repeats."""

_CODE_FIELD = re.compile(r"\b(?:ean|gtin|upc|jan|isbn|bar ?codes?)s?[ _-]?(?:a|8|1[0234])?(?: ?(?:codes?|number))?\b")
_CODE_LENGTHS = (8, 12, 13, 14)  # GTIN-8, UPC-A, EAN-13, GTIN-14
_CODE = re.compile(r"\d(?:[ -]?\d){7,13}", re.ASCII)
_ADDRESS = re.compile(r"^(?:[a-z][a-z+.-]*://|//?|www\.|[\w-]+(?:\.[\w-]+)+/)\S+$", re.IGNORECASE)
_PAIRS = 20  # of a pasted address's query that are tried one by one
_TRACKING = re.compile(r"^(?:utm_.*|gclid|fbclid|msclkid|ref|srsltid)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Lookup:
    """What a product can be found by, each key with the ids it stands for, in the order of the catalogue."""

    ids: Mapping[str, tuple[str, ...]]
    """By folded id."""
    codes: Mapping[str, tuple[str, ...]]
    """By the digits of a bar code without leading zeros: a UPC and the EAN made of it are one code."""
    addresses: Mapping[str, tuple[str, ...]]
    """By "host/path?query", and without the host: a feed may leave it out, and a trial shop has another."""
    titles: Mapping[str, tuple[str, ...]]
    """By folded title."""


@dataclass(frozen=True, slots=True)
class Found:
    """What the text came to."""

    exact: Product | None
    """The one product it means; None where that is not sure."""
    how: How
    """What found it, or what the candidates were found by; "" if nothing was found."""
    candidates: tuple[Product, ...] = ()
    """Where there is no exact one: what may be meant, likeliest first."""
    note: str = ""
    """What whoever asked has to know: a wrong check digit, several listings, nothing found."""


def build_lookup(products: Iterable[Product]) -> Lookup:
    """Reads ids, bar codes, addresses and titles off the products, which are not kept."""
    ids: dict[str, list[str]] = defaultdict(list)
    codes: dict[str, list[str]] = defaultdict(list)
    addresses: dict[str, list[str]] = defaultdict(list)
    titles: dict[str, list[str]] = defaultdict(list)
    is_code: dict[str, bool] = {}  # a catalogue has some hundred names of attributes, and each thousands of times
    for product in products:
        ids[fold(product.id)].append(product.id)
        titles[fold(product.title)].append(product.id)
        for name, value in product.attributes.items():
            if name not in is_code:
                is_code[name] = _CODE_FIELD.search(fold(name)) is not None
            for digits in _codes_of(value) if is_code[name] else ():
                codes[digits].append(product.id)
        for key in _keys_of_url(product.url):
            addresses[key].append(product.id)
    return Lookup(*(_frozen(found) for found in (ids, codes, addresses, titles)))


def look_up(clerk: Clerk, text: str, limit: int = 8) -> Found:
    """The product that `text` means, or up to `limit` that it may mean."""
    said = " ".join(text[:LONGEST].replace("\x00", " ").split())
    if not said:
        return Found(None, "", note="Paste a product's id, EAN, address or name, or what the customer wrote.")
    maps = clerk.lookup()
    # 1) Its id, whatever it looks like; then a bar code, an address, the whole title.
    if ids := maps.ids.get(fold(said)):
        return _several(clerk, [said] if said in ids else ids, "id", limit, "id")
    notes: list[str] = []
    code = re.sub(r"[ -]", "", said) if _CODE.fullmatch(said) else ""
    if len(code) in _CODE_LENGTHS:
        if not has_right_check_digit(code):
            notes.append(f"The last digit of {code} does not fit the others: it may be mistyped.")
        if ids := maps.codes.get(code.lstrip("0")):
            found = _several(clerk, ids, "ean", limit, "bar code")
            return replace(found, note=" ".join([*notes, found.note]).strip())
        notes.append(f"No listing states the bar code {code}.")
    if _ADDRESS.match(said):
        if ids := _by_address(maps, said):
            return _several(clerk, ids, "url", limit, "address")
        if said.startswith(("/", "www.")) or "://" in said:  # "2.4/5GHz" only looks like one
            notes.append(f"No product has the address {_of(said)}.")
            return Found(None, "", note=" ".join([*notes, "Try its id or its name."]))
    if ids := maps.titles.get(fold(said)):
        return _several(clerk, ids, "name", limit, "title")
    # 2) Part of its name; failing that, what the search makes of the words.
    named = _by_name(clerk, said)
    if len(named) == 1:
        return Found(named[0], "name", note=" ".join(notes))
    if named:
        notes.append(f"{_of(said)} is part of the name of {plural(len(named), 'product')}.")
        return Found(None, "name", tuple(named[:limit]), " ".join(notes))
    if " " not in said and any(c.isdigit() for c in said):  # an id that is mistyped, or gone
        near = near_ids(said, clerk.searcher.index.ids)
        if near:
            notes.append(f"There is no product {_of(said)}. Did you mean {', '.join(near)}?")
            return Found(None, "id", _products(clerk, near)[:limit], " ".join(notes))
    candidates = () if code else _by_words(clerk, said, limit)
    if candidates:
        if not any(term in clerk.searcher.index.words.terms for term in index_terms(said)):
            notes.append(f"No listing has a word of {_of(said)}: these only come nearest in meaning.")
        return Found(None, "words", candidates, " ".join(notes))
    notes = notes or [f"Nothing in the catalogue fits {_of(said)}."]
    return Found(None, "", note=" ".join([*notes, "Try its id, part of its name, or what it is for."]))


def has_right_check_digit(code: str) -> bool:
    """Whether the last digit of a GTIN-8, -12, -13 or -14 is what the others ask for.

    GS1 General Specifications, 7.9: from the right, the others weigh 3, 1, 3, ...; with the last the sum is a multiple
    of ten.
    """
    weighed = (int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(reversed(code)))
    return sum(weighed) % 10 == 0


def _frozen(found: Mapping[str, list[str]]) -> Mapping[str, tuple[str, ...]]:
    return {key: tuple(dict.fromkeys(ids)) for key, ids in found.items()}


def _codes_of(value: AttributeValue) -> list[str]:
    """The codes that a value states, a feed's number or list included."""
    if isinstance(value, bool):
        return []
    if isinstance(value, Quantity):
        return [str(int(value.value))] if not value.unit and value.value >= 1 and value.value.is_integer() else []
    items = re.split(r"[,;|/]", value) if isinstance(value, str) else value
    bare = (re.sub(r"[\s-]", "", item).lstrip("0") for item in items)
    return [digits for digits in bare if digits.isascii() and digits.isdigit()]


def _address(text: str) -> tuple[str, str, str]:
    """(host, path, query without what only counts clicks), folded; all "" for what cannot be read."""
    try:
        parts = urlsplit(text if re.match(r"(?:[a-z][a-z+.-]*:)?/", text, re.IGNORECASE) else f"//{text}")
        host = (parts.hostname or "").removeprefix("www.")
        query = sorted(pair for pair in parse_qsl(parts.query) if not _TRACKING.match(pair[0]))
    except ValueError:
        return "", "", ""
    path = "/" + fold(unquote(parts.path)).strip("/")
    return host, path, fold(urlencode(query))


def _keys_of_url(url: str) -> list[str]:
    url = url.strip()
    relative = bool(url) and not re.match(r"[a-z][a-z+.-]*:|/", url, re.IGNORECASE)
    host, path, query = _address(f"/{url}" if relative else url)  # "p/tent-2" has no host
    if path in ("", "/") and not query:
        return []
    whole = f"{path}?{query}" if query else path
    return list(dict.fromkeys([f"{host}{whole}", whole]))


def _by_address(maps: Lookup, said: str) -> tuple[str, ...]:
    """By the product's own address, with its query or without; failing that, by an id in the pasted one."""
    host, path, query = _address(said)
    pairs = parse_qsl(query)[:_PAIRS]
    wholes = dict.fromkeys([f"{path}?{query}", *(f"{path}?{urlencode([pair])}" for pair in pairs), path])
    for whole in wholes:
        if found := maps.addresses.get(f"{host}{whole}") or maps.addresses.get(whole):
            return found
    last = path.rpartition("/")[2]
    for part in (last, last.rpartition(".")[0], *(value for _, value in pairs)):
        if part and (ids := maps.ids.get(part)):
            return ids
    return ()


def _by_name(clerk: Clerk, said: str) -> list[Product]:
    """The products whose title and brand have every word of it, one a model; none for a mere kind of thing."""
    wanted = [word for word in words(said) if word not in STOP_WORDS]
    kinds = {stem(word) for name in clerk.facets.categories for word in words(name)}
    if not wanted or all(stem(word) in kinds for word in wanted):
        return []
    ids = [id for id, _score in clerk.searcher.index.words.search(" ".join(wanted), LOOKED_THROUGH)]
    named = [p for p in _products(clerk, ids) if holds(replace(p, id="", attributes={}, category=()), wanted)]
    models = {model_key(p) for p in named}
    return named if len(named) == 1 or len(models) > 1 else sorted(named, key=lambda p: not p.in_stock)


def _by_words(clerk: Clerk, said: str, limit: int) -> tuple[Product, ...]:
    from assistant.recommending import ranked_for

    return tuple(ranked.product for ranked in ranked_for(clerk, said, limit))


def _several(clerk: Clerk, ids: Iterable[str], how: How, limit: int, what: str) -> Found:
    """The one product; or all that share what was pasted, and that they do."""
    found = _products(clerk, ids)
    if len(found) == 1:
        return Found(found[0], how)
    return Found(None, how, found[:limit], f"{plural(len(found), 'listing')} have this {what}.")


def _products(clerk: Clerk, ids: Iterable[str]) -> tuple[Product, ...]:
    wanted = list(ids)
    known = clerk.searcher.index.catalog.get(wanted)
    return tuple(known[id] for id in wanted if id in known)


def _of(said: str) -> str:
    return f"“{shorten(said, LONGEST_SAID)}”"
