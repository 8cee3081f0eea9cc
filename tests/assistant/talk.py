"""One conversation, as tests hold it."""

from __future__ import annotations

from assistant.answer import answer
from assistant.clerk import Clerk
from assistant.dialogue import Dialogue
from assistant.types import Answer, Done


class Talk:
    """Says messages, one after the other, in a session of its own."""

    def __init__(self, clerk: Clerk, *messages: str, shopper: str = "") -> None:
        self.clerk, self.session = clerk, clerk.sessions.start(shopper)
        self.given: Answer
        for message in messages:
            self.say(message)

    def say(self, message: str) -> Answer:
        last = list(answer(self.clerk, self.session, message))[-1]
        assert isinstance(last, Done)
        self.given = last.answer
        return last.answer

    @property
    def dialogue(self) -> Dialogue:
        return self.clerk.sessions.dialogue(self.session)


def ids(given: Answer) -> str:
    """Ids of the products shown, in order."""
    return " ".join(r.product.id for r in given.recommendations)
