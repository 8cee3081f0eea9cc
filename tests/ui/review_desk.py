"""What the tests of the review desk share: a desk over the small shop, with answers it really gave in its queue."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from html import unescape
from pathlib import Path
from re import findall, search
from typing import Any

from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from assistant.accounts import Accounts
from assistant.clerk import Clerk
from assistant.database import Sessions, open_database
from assistant.dialogue import Dialogue
from assistant.review_sampling import sample
from assistant.review_types import QUESTIONS
from assistant.reviews import Reviews
from assistant.types import Answer
from tests.assistant.talk import Talk
from tests.ui.toy_clerk import QUICK
from ui.desks import add_assets, mount_desk
from ui.guard import Guard
from ui.review import review_app
from ui.signin import add_signin

PASSWORD = "a long enough password"
PEOPLE = {"robin": "reviewer", "ash": "reviewer", "quinn": "admin", "kit": "agent"}


def real_answers(clerk: Clerk) -> list[Answer]:
    """Of the small shop: tents, a kettle, and what came cheaper."""
    spoken = Talk(clerk, "a tent under $400", "cheaper"), Talk(clerk, "a kettle")
    return [each for talk in spoken for each in clerk.sessions.answers(talk.session)]


def as_model(given: Answer, version: str = "model-x", opening: str = "Note:") -> Answer:
    """As if a model had worded it, so that the plain wording is another one."""
    sentences = tuple(replace(s, source="model", text=f"{opening} {s.text}") for s in given.sentences)
    return replace(given, sentences=sentences, versions={**given.versions, "generator": version})


class Desk:
    """The application with the review desk alone, over a database of its own."""

    def __init__(self, clerk: Clerk, engine: Engine) -> None:
        self.engine = engine
        accounts = Accounts(engine, hasher=QUICK)
        self.reviews = Reviews(engine)
        self.clerk = replace(clerk, reviews=self.reviews, accounts=accounts, sessions=Sessions(engine))
        for name, role in PEOPLE.items():
            accounts.add(name, role, PASSWORD)
        self.app = FastAPI()
        add_assets(self.app)
        add_signin(self.app, self.clerk)
        mount_desk(self.app, "/review", review_app(self.clerk))
        self.app.add_middleware(Guard)

    def keep(self, answers: Sequence[Answer]) -> None:
        """Stores answers as a conversation had them."""
        session = self.clerk.sessions.start()
        for each in answers:
            self.clerk.sessions.keep(Dialogue(), replace(each, session=session))

    def fill(self, answers: Sequence[Answer], **how: Any) -> list[int]:
        """Puts them into the queue; ids of its items."""
        self.keep(answers)
        wanted: dict[str, Any] = {"strategy": "random", "count": 100, **how}
        sample(self.engine, **wanted)
        return sorted(queued.item.id for queued in self.reviews.queue(limit=1000))

    def person(self, name: str) -> Person:
        return Person(TestClient(self.app, raise_server_exceptions=False, follow_redirects=False), name)


class Person:
    """Somebody who is signed in."""

    def __init__(self, client: TestClient, name: str) -> None:
        self.client, self.name = client, name
        self.client.post("/signin", data={"name": name, "password": PASSWORD})
        found = search(r'name="form_token" value="([^"]+)"', self.client.get("/signin").text)
        assert found, f"{name} is not signed in"
        self.token = found[1]

    def get(self, path: str) -> Any:
        return self.client.get(path)

    def page(self, path: str) -> str:
        """What stands at an address, as text a person reads, tags left in."""
        response = self.client.get(path)
        assert response.status_code == 200, response.text
        return str(response.text)

    def post(self, path: str, data: Mapping[str, str] | None = None, **more: Any) -> Any:
        return self.client.post(path, data={"form_token": self.token, **(data or {})}, **more)

    def judge(self, item: int, **changes: str) -> Any:
        """Sends the form of an item, all yes but for `changes`; a mark that is "" is left out."""
        given = filled(self.page(f"/review/items/{item}")) | changes
        return self.post(f"/review/items/{item}", {name: value for name, value in given.items() if value})


def filled(page: str) -> dict[str, str]:
    """A form all of whose marks say yes."""
    given = dict.fromkeys(QUESTIONS, "2")
    for name in set(findall(r'name="((?:supported|topic)_\d+)"', page)):
        given[name] = "yes"
    if 'name="preferred"' in page:
        given["preferred"] = "left"
    found = search(r'name="round" value="(\d)"', page)
    return given | {"round": found[1] if found else "1"}


def chosen(page: str) -> dict[str, str]:
    """The marks that are filled in."""
    found = findall(r'<input type="radio" name="([^"]+)" value="([^"]+)"[^>]* checked>', page)
    return {name: unescape(value) for name, value in found}


@contextmanager
def open_desk(clerk: Clerk, folder: Path) -> Iterator[Desk]:
    engine = open_database(folder)
    yield Desk(clerk, engine)
    engine.dispose()
