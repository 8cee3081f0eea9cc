"""What a past says, and what it does not: shelves on which each brand, colour and price is as frequent as another."""

from __future__ import annotations

import json
import random
from itertools import product as all_of
from math import comb
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from assistant.cli import cli
from assistant.interests import Profile, by_chance, profile_of, suggestions, traits_of, usual_of
from assistant.profile import Step, read_log
from retrieval.encoder import HashEncoder
from retrieval.index import build_index, open_index
from retrieval.search import open_searcher
from retrieval.types import AttributeValue, Product, Quantity
from tests.toys import write_jsonl, write_rows

KINDS = ("Jars", "Bowls", "Trays")
BRANDS = ("Oakley", "Marlow", "Sonder", "Harrow", "Woolbeck")
COLOURS = ("red", "green", "blue", "white", "black")
HEADER = ("shopper", "time", "event", "product_id", "rating")


def shelf(kind: str, brand: str, colour: str, size: int) -> Product:
    """One product of its own model; size 0 to 2 is its third of the prices."""
    return Product(
        id=f"{kind}-{brand}-{colour}-{size}".lower(),
        title=f"{brand} {colour} {kind} {size}",
        brand=brand,
        category=("Kitchen", kind),
        price=10.0 + 10 * size,
        currency="USD",
        stock=3,
        attributes={"colour": colour, "lid": size == 1},
    )


PRODUCTS = {p.id: p for p in (shelf(*one) for one in all_of(KINDS, BRANDS, COLOURS, range(3)))}
USUAL = usual_of(PRODUCTS.values())


def steps(*ids: str, event: str = "view") -> list[Step]:
    return [Step(f"2026-03-{day:02}", event, id) for day, id in enumerate(ids, start=1)]


def told(profile: Profile) -> set[tuple[str, str]]:
    return {(each.field, each.value) for each in (*profile.interests, *profile.price_level)}


def judged(past: list[Step], products: dict[str, Product] = PRODUCTS) -> Profile:
    return profile_of("ann", past, products, usual_of(products.values()))


OAKLEY = [f"{kind}-oakley-{colour}-{n % 3}" for n, (kind, colour) in enumerate(all_of(("jars", "bowls"), COLOURS))]
DEAR = [f"trays-{brand}-{colour}-2".lower() for brand, colour in zip(BRANDS * 2, COLOURS + COLOURS[1:], strict=False)]


class TestInterests:
    def test_a_brand_that_is_taken_again_and_again_is_told_with_its_evidence(self) -> None:
        profile = judged([*steps(*OAKLEY), Step("2026-03-20", "buy", OAKLEY[0])])
        (brand,) = [each for each in profile.interests if each.field == "brand"]
        assert (brand.value, brand.count, brand.of, brand.share) == ("Oakley", 10, 10, 1.0)
        assert brand.usual_share == pytest.approx(1 / 5)
        assert brand.events == {"view": 10, "buy": 1}
        assert brand.kinds == {"Jars": 5, "Bowls": 5}
        assert brand.chance == pytest.approx((1 / 5) ** 10)
        assert 1.5 <= brand.lift < 5

    def test_a_price_level_is_told_by_the_prices_of_each_kind(self) -> None:
        profile = judged(steps(*DEAR))
        assert [(each.field, each.value, each.count) for each in profile.price_level] == [("price", "dearest third", 9)]
        assert "price" not in {each.field for each in profile.interests}

    def test_a_kind_is_held_against_the_whole_catalogue(self) -> None:
        (kind,) = [each for each in judged(steps(*DEAR)).interests if each.field == "category"]
        assert kind.value == "Trays"
        assert kind.usual_share == pytest.approx(1 / 3)

    def test_what_every_product_of_a_kind_has_is_no_liking(self) -> None:
        one_brand = {p.id: p for p in PRODUCTS.values() if p.brand == "Oakley"}
        assert ("brand", "Oakley") not in told(judged(steps(*OAKLEY), one_brand))

    def test_a_shopper_without_a_pattern_has_no_interests(self) -> None:
        past = [f"{KINDS[n % 3]}-{BRANDS[n % 5]}-{COLOURS[n * 2 % 5]}-{n // 3 % 3}".lower() for n in range(15)]
        profile = judged(steps(*past))
        assert (told(profile), profile.models) == (set(), 15)

    def test_blind_shoppers_are_seldom_told_anything(self) -> None:
        rng = random.Random(7)
        blind = [judged(steps(*rng.sample(sorted(PRODUCTS), 15))) for _ in range(40)]
        assert sum(bool(told(profile)) for profile in blind) <= 6  # some 15 values each, one case in a hundred

    def test_nothing_is_said_of_two_products(self) -> None:
        profile = judged(steps(*OAKLEY[:2], event="buy"))
        assert (told(profile), profile.events, profile.models) == (set(), 2, 2)

    def test_variants_of_one_model_count_once(self) -> None:
        jars = {f"j{n}": Product(f"j{n}", f"Oakley Jar, {n}", brand="Oakley", category=("Jars",)) for n in range(8)}
        profile = judged(steps(*jars), PRODUCTS | jars)
        assert (profile.products, profile.models, told(profile)) == (8, 1, set())

    def test_what_displeased_speaks_for_nothing(self) -> None:
        sour = [Step("2026-04-01", "rate", id, stars=1.0) for id in OAKLEY]
        assert told(judged([*steps(*OAKLEY), *sour])) == set()
        better = [Step("2026-05-01", "rate", id, stars=5.0) for id in OAKLEY]
        assert ("brand", "Oakley") in told(judged([*steps(*OAKLEY), *sour, *better]))

    def test_a_liking_of_long_ago_has_faded(self) -> None:
        rng = random.Random(1)
        later = rng.sample([id for id in sorted(PRODUCTS) if "oakley" not in id], 20)
        assert ("brand", "Oakley") not in told(judged(steps(*OAKLEY, *later)))

    def test_later_and_stronger_steps_weigh_more(self) -> None:
        def share(past: list[Step]) -> float:
            return next(each.share for each in judged(past).interests if each.field == "brand")

        other = "jars-marlow-red-0"
        assert share(steps(other, *OAKLEY)) > share(steps(*OAKLEY, other))
        assert share(steps(*OAKLEY, other)) > share([*steps(*OAKLEY, other), Step("2026-03-11", "buy", other)])

    def test_unknown_products_are_counted(self) -> None:
        profile = judged(steps("gone", "gone", "lost", *OAKLEY))
        assert (profile.events, profile.products, profile.unknown_products) == (13, 10, 2)

    def test_no_events_say_nothing(self) -> None:
        assert judged([]) == Profile("ann", 0, 0, 0, 0, (), ())


def test_traits_are_counted_as_people_read_them() -> None:
    attributes: dict[str, AttributeValue] = {
        "Weight": Quantity(1000, "g"),
        "use": ("Home", "road"),
        "about": "x" * 80,
        "lid": True,
    }
    found = traits_of(Product("a", "A", category=("K",), price=5.0, attributes=attributes), USUAL)
    assert list(found.values()) == [
        ("category", "K"),
        ("Weight", "1000 g"),
        ("use", "Home"),
        ("use", "road"),
        ("lid", "yes"),
    ]
    heavy = traits_of(Product("b", "B", attributes={"weight": Quantity(1, "kg")}), USUAL)
    assert heavy.keys() <= found.keys()


def test_chance_is_that_of_the_binomial_where_all_draws_are_alike() -> None:
    assert by_chance(3, [0.25] * 8) == pytest.approx(sum(comb(8, k) * 0.25**k * 0.75 ** (8 - k) for k in range(3, 9)))
    assert by_chance(0, []) == 1.0
    assert by_chance(1, [0.0, 0.0]) == 0.0


def run(*args: str) -> Result:
    return CliRunner().invoke(cli, args)


def run_json(*args: str) -> Any:
    result = run(*args, "--json")
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


@pytest.fixture
def events(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The shelves indexed in the settings' folder, and a file of their events; one shopper owns a tray."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("STORECLERK_ENCODER__KIND", "hash")
    monkeypatch.setenv("STORECLERK_DATA_DIR", str(tmp_path / "data"))
    stock = [*PRODUCTS.values(), Product("sold-out", "Oakley red Jars 9", category=("Kitchen", "Jars"), stock=0)]
    build_index([write_jsonl(tmp_path / "shelves.jsonl", stock)], tmp_path / "data", HashEncoder())
    rows = [("ann-1", f"2026-03-{day:02}", "view", id, "") for day, id in enumerate(OAKLEY, start=1)]
    rows += [("ann-1", "2026-03-20", "buy", OAKLEY[0], ""), ("ann-1", "2026-03-21", "view", "gone", "")]
    rows += [("bob", "2026-03-01", "view", DEAR[0], ""), ("bob", "2026-03-02", "frown", DEAR[0], "")]
    return write_rows(tmp_path / "events.csv", HEADER, *rows)


class TestCommand:
    def test_one_shopper(self, events: Path) -> None:
        found = run_json("profile", "--events", str(events), "--shopper", "ann-1", "-k", "3")
        assert found.keys() >= {"shopper", "events", "interests", "price_level", "suggestions"}
        assert (found["shopper"], found["events"], found["unknown_products"]) == ("ann-1", 12, 1)
        assert ("brand", "Oakley") in {(each["field"], each["value"]) for each in found["interests"]}
        assert found["interests"][0].keys() >= {"field", "value", "count", "share", "usual_share", "lift"}
        assert len(found["suggestions"]) == 3
        assert found["suggestions"][0].keys() == {"product_id", "title", "resembles"}

    def test_suggestions_are_in_stock_and_new_and_resemble_the_past(self, events: Path) -> None:
        found = run_json("profile", "--events", str(events), "--shopper", "ann-1", "-k", "50")["suggestions"]
        ids = [each["product_id"] for each in found]
        assert len(ids) == len(set(ids)) == 50
        assert not {"sold-out", *OAKLEY} & set(ids)
        assert {each["resembles"] for each in found} <= {None, *OAKLEY}
        assert found[0]["resembles"] is not None

    def test_of_a_model_one_variant_is_suggested_and_none_of_what_is_had(self, tmp_path: Path) -> None:
        variants = [Product(f"{m}-{n}", f"{m}, {n}") for m in ("blue jar", "blue bowl") for n in range(3)]
        build_index([write_jsonl(tmp_path / "few.jsonl", variants)], tmp_path / "data", HashEncoder())
        known = {product.id: product for product in variants}
        with open_index(tmp_path / "data", HashEncoder()) as index:
            searcher = open_searcher(index, HashEncoder())
            found = suggestions(searcher, steps("blue jar-1", "gone"), known, 5)
            assert suggestions(searcher, steps("gone"), known, 5) == []
        assert [product.title.split(",")[0] for product, _past in found] == ["blue bowl"]

    def test_a_summary_over_all(self, events: Path) -> None:
        found = run_json("profile", "--events", str(events))
        assert {name: found[name] for name in ("shoppers", "events", "unknown_products", "unread_rows", "enough")} == {
            "shoppers": 2,
            "events": 13,
            "unknown_products": 1,
            "unread_rows": 1,
            "enough": 1,
        }
        assert [(each["kind"], each["events"]) for each in found["kinds"]] == [("Jars", 6), ("Bowls", 5), ("Trays", 1)]
        assert sum(each["share"] for each in found["kinds"]) == pytest.approx(1, abs=1e-5)

    def test_for_people(self, events: Path) -> None:
        said = run("profile", "--events", str(events), "--shopper", "ann-1").output
        assert "brand: Oakley  10 of 10 (viewed 10, bought 1)" in said
        assert "1 product of the events not in the catalogue, left out." in said
        assert "Too little to say" in run("profile", "--events", str(events), "--shopper", "bob").output
        assert "2 shoppers, 13 events" in run("profile", "--events", str(events)).output

    def test_the_file_of_the_settings(self, events: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("STORECLERK_EVENTS", str(events))
        assert run_json("profile")["shoppers"] == 2

    @pytest.mark.parametrize(
        ("args", "says"),
        [
            ((), "--events FILE"),
            (("--events", "gone.csv"), "gone.csv cannot be read"),
            (("--events", "shelves.jsonl"), "has no column"),
            (("--events", "events.csv", "--shopper", "an-1"), "did you mean 'ann-1'?"),
            (("--events", "events.csv", "--shopper", "zzz"), "no shopper 'zzz'"),
        ],
    )
    def test_what_goes_wrong_is_one_line(self, events: Path, args: tuple[str, ...], says: str) -> None:
        result = run("profile", *args)
        assert (result.exit_code, result.stdout) == (1, "")
        assert says in result.stderr
        assert result.stderr.count("\n") == 1

    def test_an_empty_file_has_no_shoppers(self, events: Path, tmp_path: Path) -> None:
        empty = write_rows(tmp_path / "empty.csv", HEADER)
        assert run_json("profile", "--events", str(empty))["shoppers"] == 0
        assert run("profile", "--events", str(empty), "--shopper", "ann").exit_code == 1


class TestReadingTheLog:
    def test_ratings_are_read_where_they_are_stars(self, tmp_path: Path) -> None:
        stars = ("4", "4.5", "", "nan", "many", "-1", "9")
        rows = [("ann", n, "rate", "a", given) for n, given in enumerate(stars)]
        log = read_log(write_rows(tmp_path / "events.csv", HEADER, *rows))
        assert [step.stars for step in log.steps["ann"]] == [4.0, 4.5, None, None, None, None, None]

    def test_rows_that_say_too_little_are_counted(self, tmp_path: Path) -> None:
        rows = [
            ("", 1, "view", "a"),
            ("ann", "", "view", "a"),
            ("ann", 1, "frown", "a"),
            ("ann", 1, "view", ""),
            ("ann",),
        ]
        log = read_log(write_rows(tmp_path / "events.csv", HEADER, *rows))
        assert (log.unread, dict(log.steps)) == (5, {})

    def test_a_broken_file_is_one_line(self, tmp_path: Path, events: Path, small_cells: None) -> None:
        path = tmp_path / "broken.csv"
        path.write_text('shopper,time,event,product_id\nann,1,view,"' + "x" * 200_000 + '"\n', encoding="utf-8")
        result = run("profile", "--events", str(path))
        assert result.exit_code == 1
        assert "cannot be read" in result.stderr
