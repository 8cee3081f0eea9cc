"""False sentences made of true ones: none is true, none is made where its kind does not apply."""

from __future__ import annotations

import random
import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.checker_examples import make_examples, part_of, split
from assistant.facts import Facts
from assistant.perturbations import KINDS, perturb
from assistant.verify import verify
from assistant.vocabulary import build_vocabulary
from retrieval.errors import TrainingError
from retrieval.facets import build_facets
from retrieval.types import Quantity
from tests.assistant.shop import PRODUCTS
from tests.assistant.test_claims_page import DEAR, HEAVY
from tests.assistant.test_verify import (
    ABOUT,
    GENERATED_VOCABULARY,
    KETTLE,
    LAPTOP,
    OTHERS,
    PHONES,
    SWEATER,
    TENT,
    VOCABULARY,
    facts_of,
    flag,
    generated_facts,
    judged,
    rows,
)
from tests.assistant.test_verify import TRUE as TRUE_SENTENCES

ALL = [TENT, PHONES, KETTLE, SWEATER, LAPTOP, *OTHERS]
Some = st.randoms(use_true_random=False)

EXAMPLES = """
swapped value     | sweater | It is made of lambswool.                                | It is made of (?!lambswool)
wrong unit        | tent    | It weighs 2.8 kg and is freestanding.                   | 2.8 [gl]b? and
wrong number      | tent    | It weighs 2.8 kg and is freestanding.                   | (?!.*2.8)
wrong price       | tent    | It costs $144.00, within your limit of $150. | (?!.*144).*limit of .150
wrong name        | tent    | It is freestanding.                                     | The .* is freestanding
dropped negation  | phones  | It does not have a microphone, while you asked for one. | It has a microphone
dropped negation  | laptop  | The listing does not say whether it has a fingerprint reader. | says that
added negation    | tent    | It is freestanding.                                     | It is not freestanding
invented feature  | tent    | It is freestanding.                                     | , and it
puffery           | tent    | It is freestanding.                                     | It is freestanding, .*
invented promise  | tent    | It is freestanding.                                     | It is freestanding, .*
missed as met     | tent    | It comes in olive green, while you asked for red. | It comes in olive green, as you asked
missed as met     | kettle  | It costs $56.00, $6.00 over your limit of $50.          | within your limit of
missed as met     | phones  | It has no microphone.                                   | It has microphone, as you asked
wrong comparison  | kettle  | It is rated 3.4 out of 5, above the average of our shop. | below
"""


@pytest.mark.parametrize(("kind", "about", "sentence", "expected"), rows(EXAMPLES))
def test_each_kind_changes_what_it_says(kind: str, about: str, sentence: str, expected: str) -> None:
    made = {one.kind: one.text for one in perturb(sentence, ABOUT[about], ALL, random.Random(1))}
    assert made[kind] != sentence
    assert re.search(expected, made[kind]), made[kind]


@pytest.mark.parametrize(
    ("kind", "about", "sentence"),
    [
        ("swapped value", "tent", "It is freestanding."),
        ("wrong unit", "tent", "It is freestanding."),
        ("wrong number", "tent", "It costs $144.00."),
        ("wrong price", "tent", "It is freestanding."),
        ("dropped negation", "tent", "It is freestanding."),
        ("added negation", "phones", "It has no microphone."),
        ("missed as met", "tent", "It is freestanding."),
        ("wrong comparison", "tent", "It is freestanding."),
    ],
)
def test_where_a_kind_does_not_apply_nothing_is_made(kind: str, about: str, sentence: str) -> None:
    assert KINDS[kind](sentence, ABOUT[about], ALL, random.Random(1)) is None


def test_the_same_seed_makes_the_same() -> None:
    first, second = (perturb("It weighs 2.8 kg.", ABOUT["tent"], ALL, random.Random(3)) for _ in range(2))
    assert first == second
    assert make_examples(PRODUCTS, 60, 5) == make_examples(PRODUCTS, 60, 5)


def test_a_value_number_or_feature_of_its_own_is_never_put_in() -> None:
    twins = [replace(TENT, id="a"), replace(TENT, id="b", title="Brindle Tansy 2, Red", price=150.0)]
    facts = ABOUT["tent"]
    for seed in range(40):
        for one in perturb(
            "It is made of polyester, weighs 2.8 kg and costs $144.00.", facts, twins, random.Random(seed)
        ):
            assert one.kind not in ("swapped value", "wrong product", "invented feature", "wrong name"), one
            assert "150" not in one.text  # the other's price is this shopper's limit
    spare = replace(TENT, attributes={**TENT.attributes, "load": Quantity(5.6, "kg")})
    about = facts_of(spare, [flag("freestanding")])
    said = {
        KINDS["wrong number"]("It is freestanding and weighs 2.8 kg.", about, ALL, random.Random(s)) for s in range(60)
    }
    assert any(said)
    assert all(text is None or "5.6 kg" not in text for text in said)


@pytest.mark.parametrize(("about", "sentence"), rows(TRUE_SENTENCES))
def test_the_rules_let_few_of_them_through(about: str, sentence: str) -> None:
    """Most kinds are what the rules read; what they let through must at least not be known to be true by them."""
    for seed in range(3):
        for one in perturb(sentence, ABOUT[about], ALL, random.Random(seed)):
            assert not judged(about, one.text).supported, one


@settings(max_examples=40)
@given(generated_facts(), Some)
def test_no_perturbed_plain_wording_of_any_product_is_true(facts: Facts, chance: random.Random) -> None:
    for reason in facts.reasons:
        for one in perturb(reason.text, facts, ALL, chance):
            assert one.text != reason.text
            assert not verify(one.text, facts, GENERATED_VOCABULARY).supported, one


def test_comparisons_are_made_false_against_the_page() -> None:
    facts = replace(facts_of(TENT, [flag("freestanding")]), page=(HEAVY, DEAR))
    text = KINDS["wrong comparison"]("It is freestanding.", facts, ALL, random.Random(1))
    assert text == "It is freestanding, and it is the most expensive of the 3."
    assert not verify(text, facts, VOCABULARY).supported


def test_examples_are_balanced_and_their_true_ones_pass_the_rules() -> None:
    vocabulary = build_vocabulary(build_facets(PRODUCTS))
    made = make_examples(PRODUCTS, 300, 7)
    kinds = {one.kind for one in made}
    assert len(made) == 300
    assert len(kinds) > 10
    true = [one for one in made if one.supported]
    assert 80 < len(true) < 160
    passed = [verify(one.sentence, one.facts, vocabulary).supported for one in true]
    assert sum(passed) > 0.95 * len(true)


def test_whole_categories_are_held_out() -> None:
    many = [replace(TENT, id=f"{c}-{i}", category=("Shop", f"Kind {c}")) for c in range(40) for i in range(3)]
    parts = split(many, 7)
    kinds = {part: {p.category for p in products} for part, products in parts.items()}
    assert sum(map(len, parts.values())) == len(many)
    assert all(kinds.values())
    assert not kinds["train"] & kinds["dev"]
    assert not kinds["train"] & kinds["test"]
    assert part_of(many[0], True, 7) == part_of(many[1], True, 7)
    with pytest.raises(TrainingError, match="too few"):
        make_examples(many[:1], 10, 7)
