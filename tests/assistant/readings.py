"""Models that read messages, for tests: one that is right, one that is wrong wherever it can be, one that rambles."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, get_args

from assistant.intents import Guess
from assistant.message_reader import MessageReader
from assistant.reading import Reader
from assistant.types import Constraint, Intent
from assistant.understand import Request, understand
from retrieval.text import TOKEN, fold

EMPTY: Mapping[str, Any] = {
    "intent": "search", "category": None, "brands": [], "attributes": [], "price": None, "taken_back": [],
    "points_at": [], "corrects": False,
}  # fmt: skip
NO_IDEA = Guess("search", 0.4, "policy", 0.1, "product", 0.4, dict.fromkeys(get_args(Intent), 0.06))
"""The examples are unsure and rule nothing out: the model may choose."""


def attribute(name: str, evidence: str, **given: object) -> dict[str, Any]:
    """One wish for an attribute, what is not given left empty."""
    empty = {"value": None, "low": None, "high": None, "unit": None, "negated": False, "soft": False}
    return {**empty, "name": name, "evidence": evidence, **given}


def answer(**given: object) -> str:
    """A reading as a model sends it."""
    return json.dumps({**EMPTY, **given})


class Model:
    """Answers from the message, which it reads out of the prompt."""

    def __init__(self, name: str, reply: Callable[[str], str]) -> None:
        self.name = name
        self._reply = reply

    def structured(self, prompt: str, schema: Mapping[str, Any], *, title: str, max_tokens: int, seconds: float) -> str:
        """The reply to the last line of the prompt."""
        return self._reply(str(json.loads(prompt.rpartition("\nMESSAGE ")[2])))


def right(reader: Reader) -> Model:
    """Says what the rules themselves read: there is nothing to add."""

    def reply(message: str) -> str:
        request = understand(message, reader)
        wishes = [c for c in request.constraints if c.test is not None and c.test.any_of]
        price = next((c for c in request.constraints if c.kind == "price"), None)
        category = next((c for c in request.constraints if c.kind == "category"), None)
        return answer(
            intent=request.intent,
            category=category and {"name": category.label, "negated": category.negated, "evidence": message},
            attributes=[
                attribute(c.test.attribute, message, value=min(c.test.any_of), negated=c.negated)
                for c in wishes
                if c.test is not None
            ],
            price=price and {"low": price.low, "high": price.high, "evidence": message},
        )

    return Model("right", reply)


def wrong(reader: Reader) -> Model:
    """Claims everything the shop has of every word and of the whole message, turned round, and wants all forgotten."""
    facets = reader.facets

    def reply(message: str) -> str:
        numbers = [float(n) for n in re.findall(r"\d+(?:\.\d+)?", fold(message))] or [1.0]
        dice = random.Random(repr(message))
        quotes = [message, *(m.group() for m in TOKEN.finditer(message))][:12]
        claims = [
            attribute(name, dice.choice(quotes), value=value, negated=dice.random() < 0.3)
            for name, values in facets.texts.items()
            for value in values
        ]
        claims += [attribute(name, dice.choice(quotes), negated=dice.random() < 0.5) for name in facets.flags]
        claims += [
            attribute(name, dice.choice(quotes), low=dice.choice(numbers), unit=unit) for name, unit in facets.numbers
        ]
        dice.shuffle(claims)
        return answer(
            intent="forget",
            category={"name": dice.choice(sorted(facets.categories)), "negated": False, "evidence": quotes[-1]},
            brands=[{"name": b, "negated": dice.random() < 0.5, "evidence": message} for b in sorted(facets.brands)],
            attributes=claims[:15],
            price={"low": None, "high": min(numbers), "evidence": message},
            taken_back=[{"label": label, "evidence": message} for label in ("under $200", "not leather", "tents")],
            points_at=[{"place": 1, "evidence": message}],
            corrects=True,
        )

    return Model("wrong", reply)


def rambling(reader: Reader) -> Model:
    """Sends anything but a reading."""
    replies = (
        "", "null", "[]", "42", "I'm sorry, I can't do that.", "```json\n{}\n```", "{", "[" * 60_000, '{"a":' * 20_000,
        answer(intent="conquer"), answer(price="200"), answer(brands="Brindle"), answer(corrects="yes"),
        answer(points_at=[{"place": 10**400, "evidence": "a"}]), answer(extra="field"), answer(category=["tents"]),
        json.dumps({"intent": "search"}), answer(price={"low": float("nan"), "high": float("inf"), "evidence": "a"}),
        answer(attributes=[attribute("colour", "x" * 60_000)]), '{"intent": "\\ud800"}', answer()[:-9],
    )  # fmt: skip
    return Model("rambling", lambda message: replies[len(message) % len(replies)])


def read_beside(
    model: Model, message: str, reader: Reader, context: Sequence[Constraint], page: Sequence[str]
) -> Request:
    """The message as rules and model read it together, the way `hearing` does."""
    request = understand(message, reader, context=context, names=page)
    return MessageReader(model, reader).read(request, message, context, page, NO_IDEA)
