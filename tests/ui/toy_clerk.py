"""A clerk with a shop of five products and canned answers, whose right pages are obvious at sight.

It offers the surface the pages use, so that they are tested without an index or a model: any request finds
three tents, "under $150" only the two cheap ones, "unicorn" nothing, and "thanks" searches nothing.
"""

from __future__ import annotations

import secrets
import shutil
import tempfile
import time
import weakref
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from sqlalchemy import Engine

from assistant.database import open_database
from assistant.dialogue import Dialogue, variety_wish
from assistant.errors import SessionError
from assistant.policies import PolicyPages
from assistant.policy_pages import PolicyPage, Section
from assistant.profile import Shopper
from assistant.reviews import Reviews
from assistant.types import (
    Answer,
    AnswerEvent,
    Constraint,
    Done,
    Found,
    Intent,
    PastItem,
    Reason,
    ReasonKind,
    Recommendation,
    Sentence,
    Understood,
    Worded,
)
from retrieval.encoder import HashEncoder
from retrieval.types import Product, Quantity

HOSTILE = '<img src=x onerror="alert(1)">${alert(2)}`'

GREEN = Product(
    "t1", "Brindle Lark 2 tent, forest green", "A light tent for two.", "Brindle", ("Camping", "Tents"), 129.0,
    "USD", "images/tent-green.svg", "", 4.6, 132, 12,
    {"colour": "forest green", "weight": Quantity(1.9, "kg"), "waterproof": True},
)  # fmt: skip
DEAR = Product(
    "t2", "Harrow & Vale Fellside Expedition 3 four-season geodesic tent with extended porch and footprint",
    "For winter.", "Harrow & Vale", ("Camping", "Tents"), 1349.5, "USD", "images/missing.png", "", 4.9, 1, 2,
    {"weight": Quantity(3.4, "kg")},
)  # fmt: skip
PLAIN = Product("t3", "Day shelter", "", "", ("Camping", "Tents"), 49.0, "USD", "", "", None, 0, 0)
EVIL = Product("t4", f"Evil {HOSTILE}", HOSTILE, HOSTILE, ("Camping",), 5.0, "USD", "javascript:alert(3)", "", 3.0, 7)


PRODUCTS = (GREEN, DEAR, PLAIN, replace(EVIL, image_url=""))
"""As a feed: one that is read refuses the address of the evil picture."""

SHOPPERS = (
    Shopper("s012", "s012: camping, Brindle tents", (PastItem("t1", "bought"),)),
    Shopper("s040", "s040: trail running", (PastItem("t3"),)),
)


_PAGE = f"# Our policies\n\nHello {HOSTILE}\n\n## Returns\n\n| a | b |\n|---|---|\n| 30 days | **free** |\n"
POLICIES = (
    [PolicyPage("Our policies", _PAGE, ((4, "returns"),))],
    [Section("Returns", "30 days, free", "Our policies", "returns")],
)


@dataclass
class ToySettings:
    shop_name: str = "Larkspur Outfitters"
    images_dir: Path | None = None
    catalogue_language: str = "en"


@dataclass
class ToySessions:
    started: dict[str, str] = field(default_factory=dict)
    answered: dict[str, list[Answer]] = field(default_factory=dict)
    constraints: dict[str, tuple[Constraint, ...]] = field(default_factory=dict)
    variety: dict[str, float] = field(default_factory=dict)

    def start(self, shopper: str = "") -> str:
        session = secrets.token_urlsafe(16)
        self.started[session], self.answered[session], self.constraints[session] = shopper, [], ()
        return session

    def exists(self, session: str) -> bool:
        return session in self.started

    def answers(self, session: str) -> list[Answer]:
        return self.answered[session]

    def dialogue(self, session: str) -> Dialogue:
        shopper = next((each for each in SHOPPERS if each.id == self.started[session]), None)
        return Dialogue(history=shopper.history if shopper else ())


@dataclass
class ToyFeedback:
    kept: dict[tuple[str, str, str], bool] = field(default_factory=dict)

    def thumb(self, session: str, answer_id: str, product_id: str, up: bool) -> None:
        self.kept[session, answer_id, product_id] = up

    def of(self, session: str) -> dict[tuple[str, str], bool]:
        return {(answer, product): up for (owner, answer, product), up in self.kept.items() if owner == session}


def toy_database() -> Engine:
    """A real conversations' database in a folder that goes with it."""
    folder = tempfile.mkdtemp(prefix="toy-clerk-")
    engine = open_database(Path(folder))
    weakref.finalize(engine, shutil.rmtree, folder, ignore_errors=True)
    return engine


@dataclass
class ToyClerk:
    settings: ToySettings = field(default_factory=ToySettings)
    sessions: ToySessions = field(default_factory=ToySessions)
    feedback: ToyFeedback = field(default_factory=ToyFeedback)
    shoppers: tuple[Shopper, ...] = SHOPPERS
    policies: PolicyPages = field(default_factory=lambda: PolicyPages(*POLICIES, HashEncoder()))
    examples: tuple[str, ...] = (
        "a light tent for two under $150",
        "something warm for a winter hut",
        "a gift for a birdwatcher",
    )
    pause: float = 0.0
    """Seconds between two events."""
    reviews: Reviews = field(default_factory=lambda: Reviews(toy_database()))


def answer(clerk: ToyClerk, session: str, message: str, *, variety: float | None = None) -> Iterator[AnswerEvent]:
    if not clerk.sessions.exists(session):
        raise SessionError("This conversation has ended; please start over.")
    if variety is not None:
        clerk.sessions.variety[session] = variety
    if "explode" in message:
        raise RuntimeError("secret internals")
    if "150" in message:
        clerk.sessions.constraints[session] = (
            Constraint("price", "price", "under $150", high=150.0),
            Constraint("category", "category", "tents", values=("tents",)),
            Constraint("attribute:colour", "attribute", "green", hard=False, note="green: any shade of it"),
        )
    if "thanks" in message:
        reply = "You are welcome."
        yield from _finish(clerk, session, message, "thanks", reply, (), ())
        return
    yield from _search(clerk, session, message)


def remove_constraint(clerk: ToyClerk, session: str, key: str) -> Iterator[AnswerEvent]:
    kept = tuple(each for each in clerk.sessions.constraints[session] if each.key != key)
    clerk.sessions.constraints[session] = kept
    yield from _search(clerk, session, f"Without “{key}”")


def set_variety(clerk: ToyClerk, session: str, value: float) -> Iterator[AnswerEvent]:
    message = variety_wish(clerk.sessions.variety.get(session, 0.0), value)
    clerk.sessions.variety[session] = value
    yield from _search(clerk, session, message)


def as_json(answer: Answer) -> dict[str, object]:
    return {
        "session": answer.session,
        "intent": answer.intent,
        "reply": answer.reply,
        "recommendations": [{"product_id": each.product.id} for each in answer.recommendations],
    }


def _search(clerk: ToyClerk, session: str, message: str) -> Iterator[AnswerEvent]:
    constraints = clerk.sessions.constraints[session]
    cheap = any(each.key == "price" for each in constraints)
    products = [GREEN, PLAIN] if cheap else [GREEN, DEAR, PLAIN]
    if "evil" in message:
        products = [EVIL, GREEN]
    if "unicorn" in message:
        yield from _finish(clerk, session, message, "search", "We carry nothing like that.", (), ())
        return
    recommendations = tuple(_recommend(product, place) for place, product in enumerate(products))
    opening = f"These {len(products)} fit best."
    time.sleep(clerk.pause)
    yield Understood(session, "search", constraints, message, clerk.sessions.variety.get(session, 0.0))
    time.sleep(clerk.pause)
    yield Found(opening, recommendations)
    sentences = tuple(sentence for each in recommendations for sentence in _sentences(each))
    for sentence in sentences:
        time.sleep(clerk.pause)
        yield Worded(sentence)
    time.sleep(clerk.pause)
    lines = "\n".join(f"- **{each.product.title}**" for each in recommendations)
    reply = f"{opening}\n\n{lines}".strip()
    yield from _finish(clerk, session, message, "search", reply, recommendations, sentences)


def _finish(
    clerk: ToyClerk,
    session: str,
    message: str,
    intent: Intent,
    reply: str,
    recommendations: tuple[Recommendation, ...],
    sentences: tuple[Sentence, ...],
) -> Iterator[AnswerEvent]:
    if not recommendations:
        variety = clerk.sessions.variety.get(session, 0.0)
        yield Understood(session, intent, clerk.sessions.constraints[session], "", variety)
    done = Answer(
        secrets.token_hex(4), session, message, intent, clerk.sessions.constraints[session], reply,
        recommendations, sentences, suggestions=("cheaper", "in blue") if recommendations else (),
        variety=clerk.sessions.variety.get(session, 0.0),
    )  # fmt: skip
    clerk.sessions.answered[session].append(done)
    yield Done(done)


def _recommend(product: Product, place: int) -> Recommendation:
    contributions = {"relevance": 0.52 - place / 10, "price": 0.21, "rating": 0.08, "attribute:weight": -0.12}

    def reason(number: int, kind: ReasonKind, signal: str, value: str, text: str) -> Reason:
        name = signal.rpartition(":")[2]
        return Reason(f"{product.id}-r{number}", kind, product.id, signal, name, value, text, contributions[signal])

    reasons = (
        reason(1, "relevance", "relevance", "", "It is close to what you asked for."),
        reason(2, "request_met", "price", "$129.00", "Its price is within your $150."),
        reason(3, "request_missed", "attribute:weight", "1.9 kg", "It is heavier than most at 1.9 kg."),
    )
    return Recommendation(product, sum(contributions.values()), contributions, reasons)


def _sentences(recommendation: Recommendation) -> tuple[Sentence, ...]:
    id = recommendation.product.id
    praise = "At $129.00 it stays well within your $150, and it is forest green."
    if id == EVIL.id:
        praise = HOSTILE
    facts = (("price", "$129.00"), ("colour", "forest green"))
    trade_off = "It is heavier than most at 1.9 kg."
    return (
        Sentence(id, praise, (f"{id}-r1", f"{id}-r2"), True, "model", facts),
        Sentence(id, trade_off, (f"{id}-r3",), True, "plain", (("weight", "1.9 kg"),)),
    )
