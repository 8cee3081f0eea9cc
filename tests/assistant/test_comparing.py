from __future__ import annotations

from dataclasses import replace

from assistant.clerk import Clerk
from assistant.comparing import compare, compared_for, difference
from assistant.types import ComparedRow, Comparison, Constraint
from retrieval.types import AttributeTest, AttributeValue, Product, Quantity
from tests.assistant.shop import BY_ID

TENTS = ("Outdoor", "Tents")


def tent(
    id: str, price: float | None, kilos: float | None, rating: float = 4.0, count: int = 100, **more: AttributeValue
) -> Product:
    attributes: dict[str, AttributeValue] = {"waterproof": True, "season": "3-season", **more}
    if kilos is not None:
        attributes["weight"] = Quantity(kilos, "kg")
    return Product(id, f"Fell {id.title()} Tent", "", "Fell", TENTS, price, "USD", "", "", rating, count, 3, attributes)


LARK, ROOK = tent("lark", 100, 1.3), tent("rook", 60, 1.7)
BUDGET = Constraint("price", "price", "under $150", high=150.0)
LIGHT = Constraint(
    "attribute:weight", "attribute", "light", hard=False, test=AttributeTest("weight", high=1.5, unit="kg")
)  # fmt: skip
HEAVY = replace(LIGHT, label="heavy", test=AttributeTest("weight", low=1.5, unit="kg"))


def rows_of(*products: Product, wishes: tuple[Constraint, ...] = ()) -> dict[str, ComparedRow]:
    comparison = compared_for(products, wishes, 4.0).comparison
    assert comparison is not None
    return {row.field: row for row in comparison.rows}


def told(*products: Product, wishes: tuple[Constraint, ...] = ()) -> tuple[str, Comparison]:
    result = compared_for(products, wishes, 4.0)
    assert result.comparison is not None
    return result.reply, result.comparison


def test_what_differs_comes_first_and_of_that_what_was_asked() -> None:
    _, comparison = told(LARK, ROOK, wishes=(LIGHT,))
    assert [r.field for r in comparison.rows][:2] == ["weight", "price"]
    assert comparison.rows[0].asked
    assert [r.differs for r in comparison.rows] == sorted((r.differs for r in comparison.rows), reverse=True)


def test_the_rest_is_said_in_one_line() -> None:
    reply, _ = told(LARK, ROOK)
    assert "Same for both: rating 4 (100), brand Fell, waterproof, season 3-season." in reply


def test_the_verdict_is_about_what_was_asked() -> None:
    reply, comparison = told(LARK, ROOK, wishes=(BUDGET, LIGHT))
    assert comparison.verdict[0] == "The Fell Lark Tent is 400 g lighter; you asked for “light”."
    assert comparison.verdict[1] == "Both fit your “under $150”; the Fell Rook Tent costs $40.00 less."
    assert reply.startswith(comparison.verdict[0])


def test_without_a_wish_price_and_rating_decide() -> None:
    rated = replace(LARK, rating=4.8)
    assert told(rated, ROOK)[1].verdict == (
        "The Fell Rook Tent costs $40.00 less.",
        "The Fell Lark Tent is rated higher, 4.8 (100) against 4 (100).",
    )


def test_a_wish_turns_what_is_better() -> None:
    assert rows_of(LARK, ROOK)["weight"].better == (0,)
    assert rows_of(LARK, ROOK, wishes=(HEAVY,))["weight"].better == (1,)
    dumbbells = [replace(p, category=("Sports", "Dumbbells")) for p in (LARK, ROOK)]
    assert rows_of(*dumbbells)["weight"].better == ()


def test_of_those_that_meet_a_wish_the_best_is_better() -> None:
    three = (LARK, ROOK, tent("jay", 900, 1.4))
    assert rows_of(*three, wishes=(BUDGET,))["price"].better == (1,)
    assert rows_of(*three, wishes=(LIGHT,))["weight"].better == (0,)


def test_nothing_is_better_where_nobody_knows() -> None:
    one, two = (
        tent("lark", 100, 1.3, doors=Quantity(1), colour="red"),
        tent("rook", 100, 1.3, doors=Quantity(2), colour="blue"),
    )
    rows = rows_of(one, two)
    assert rows["doors"].better == rows["colour"].better == rows["price"].better == ()
    assert rows["doors"].differs


def test_only_one_meets_a_wish() -> None:
    wish = Constraint("attribute:porch", "attribute", "porch", test=AttributeTest("porch", flag=True))
    _, comparison = told(tent("lark", 100, 1.3, porch=True), tent("rook", 60, 1.7, porch=False), wishes=(wish,))
    assert comparison.verdict[0] == "Only the Fell Lark Tent meets your “porch”."
    neither = told(LARK, ROOK, wishes=(wish,))[1]
    assert neither.verdict[0] == "Neither of them meets your “porch”."


def test_few_ratings_do_not_win_and_equal_stars_are_no_lead() -> None:
    assert rows_of(tent("lark", 1, 1, 4.9, 1), tent("rook", 1, 1, 4.7, 900))["rating"].better == ()
    assert rows_of(tent("lark", 1, 1, 4.5, 10), tent("rook", 1, 1, 4.5, 900))["rating"].better == ()
    assert rows_of(tent("lark", 1, 1, 4.2, 500), tent("rook", 1, 1, 4.7, 900))["rating"].better == (1,)


def test_units_are_made_one_and_what_is_missing_says_so() -> None:
    pounds = replace(ROOK, attributes=dict(ROOK.attributes) | {"weight": Quantity(2, "lb")})
    assert rows_of(LARK, pounds)["weight"].better == (1,)
    silent = tent("jay", None, None)
    reply, _ = told(LARK, silent)
    assert rows_of(LARK, silent)["weight"].values == ("1.3 kg", "")
    assert "- **weight**: 1.3 kg · not stated" in reply


def test_different_kinds_share_only_what_both_state() -> None:
    kettle = replace(
        ROOK,
        id="kettle",
        title="Fell Kettle",
        category=("Kitchen", "Kettles"),
        attributes={"weight": Quantity(1, "kg")},
    )
    reply, _ = told(LARK, kettle)
    assert reply.startswith("These are different kinds of things (Tents and Kettles)")
    rows = rows_of(LARK, kettle)
    assert "waterproof" not in rows
    assert rows["weight"].better == ()


def test_fewer_than_two_and_more_than_four() -> None:
    assert compared_for([LARK, LARK], (), 4.0).comparison is None
    five = [tent(name, 100, 1.3) for name in ("lark", "rook", "jay", "wren", "kite")]
    reply, comparison = told(*five)
    assert comparison.product_ids == ("lark", "rook", "jay", "wren")
    assert "the first 4 of 5" in reply


def test_twins_are_told_apart_and_product_text_stays_text() -> None:
    evil = replace(LARK, id="evil", title="**Evil** Tent", attributes={"lid": "**x** <b>", "weight": Quantity(1, "kg")})
    assert "\\*\\*Evil" in told(evil, ROOK)[0]
    reply, _ = told(LARK, replace(LARK, id="lark-2", price=90.0))
    assert "(lark-2)" in reply.split("\n")[0]


def test_a_promise_in_a_wish_is_not_repeated() -> None:
    wish = replace(BUDGET, label="free shipping guaranteed")
    verdict = told(LARK, ROOK, wishes=(wish,))[1].verdict
    assert all("guaranteed" not in s.replace("“free shipping guaranteed”", "") for s in verdict)


def test_differences() -> None:
    assert difference(Quantity(1.3, "kg"), Quantity(1.7, "kg")) == "400 g"
    assert difference(Quantity(40, "L"), Quantity(38, "L")) == "2 L"
    assert difference(Quantity(64, "dB"), Quantity(1, "kg")) is None


def test_from_the_opened_shop(clerk: Clerk) -> None:
    result = compare(clerk, [BY_ID["phones-bt"], BY_ID["phones-wire"]], ())
    assert result.comparison is not None
    assert "The Sonder Wire Headphones costs $50.00 less." in result.comparison.verdict
