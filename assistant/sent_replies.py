"""What agents sent, beside what they were offered: the difference is what the suggestions lack."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Sequence, Set
from dataclasses import asdict, dataclass

from rapidfuzz.distance import Indel
from sqlalchemy import Engine, RowMapping, insert, select

from assistant.agent_patterns import greeted
from assistant.privacy import redacted
from assistant.tables import agent_replies

LONGEST = 8_000
"""Characters kept of a text: a reply with three alternatives has some 1,500."""

CUSTOMER = "[customer]"

_NO_SPACES = 0x2E80  # from here on lie the signs of Chinese and Japanese, whose words have no spaces between them


@dataclass(frozen=True, slots=True)
class SentReply:
    """One reply that an agent took away."""

    id: int
    account: str
    product_id: str
    alternatives: tuple[str, ...]
    """Product ids, as they were offered."""
    kept: tuple[str, ...]
    """The facts that were pinned."""
    tone: str
    suggested: str
    sent: str
    time: float
    """Seconds since 1970."""

    @property
    def unchanged(self) -> bool:
        return " ".join(self.suggested.split()) == " ".join(self.sent.split())

    @property
    def similarity(self) -> float:
        """1 for the same text, 0 for nothing in common: the share of characters that stay (normalised Indel)."""
        return Indel.normalized_similarity(self.suggested, self.sent)


@dataclass(frozen=True, slots=True)
class Change:
    """How much agents change."""

    replies: int
    unchanged: float | None
    """Share that went out as suggested; None without replies."""
    similarity: float | None
    """The mean of all."""


class SentReplies:
    """The replies of a shop's agents, in the conversations' database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def keep(
        self,
        account: str,
        product_id: str,
        alternatives: Sequence[str],
        kept: Sequence[str],
        tone: str,
        suggested: str,
        sent: str,
        *,
        customer: str = "",
        session: str | None = None,
    ) -> int:
        """The id of what was kept, without e-mail addresses, phone and card numbers, the customer's name and whomever a
        greeting names: the field may have been changed after the reply was made. It goes when `session` is forgotten.
        """
        names = {name for each in (customer, greeted(suggested)) if (name := " ".join(each.split()))}
        values = {
            "account": account,
            "product_id": product_id,
            "alternatives": json.dumps(list(alternatives)),
            "kept": json.dumps(list(kept), ensure_ascii=False),
            "tone": tone,
            "suggested": _nameless(suggested, names),
            "sent": _nameless(sent, names),
            "time": time.time(),
            "session": session,
        }
        with self._engine.begin() as db:
            return int(db.execute(insert(agent_replies).values(**values).returning(agent_replies.c.id)).scalar_one())

    def all(self) -> list[SentReply]:
        """Oldest first."""
        with self._engine.connect() as db:
            return [_sent(row) for row in db.execute(select(agent_replies).order_by(agent_replies.c.id)).mappings()]

    def changed_share(self) -> Change:
        """How many went out as suggested, and how much of the suggestions stayed."""
        found = self.all()
        if not found:
            return Change(0, None, None)
        unchanged = sum(each.unchanged for each in found) / len(found)
        return Change(len(found), unchanged, sum(each.similarity for each in found) / len(found))

    def as_jsonl(self) -> str:
        """One JSON object a line, with how alike the two texts are."""
        lines = (asdict(each) | {"similarity": round(each.similarity, 4)} for each in self.all())
        return "".join(f"{json.dumps(line, ensure_ascii=False)}\n" for line in lines)


def _nameless(text: str, names: Set[str]) -> str:
    """Names go as whole words ("An" is not in "answer"). In the greeting any part of one does ("Hi Robin,"), and
    whatever an agent put there by hand ("Hello there," costs nothing).
    """
    greeting, *rest = redacted(text[:LONGEST]).split("\n", 1)
    parts = {part for name in (*names, greeted(greeting)) for part in name.split()}
    bare = [_without(greeting, names | parts, re.IGNORECASE), *(_without(each, names) for each in rest)]
    return "\n".join(bare)


def _without(text: str, names: Set[str], flags: int = 0) -> str:
    for name in sorted(names, key=len, reverse=True):
        before = r"(?<!\w)" if ord(name[0]) < _NO_SPACES else ""
        after = r"(?!\w)" if ord(name[-1]) < _NO_SPACES else ""
        text = re.sub(f"{before}{re.escape(name)}{after}", CUSTOMER, text, flags=flags)
    return text


def _sent(row: RowMapping) -> SentReply:
    return SentReply(
        row["id"],
        row["account"],
        row["product_id"],
        tuple(json.loads(row["alternatives"])),
        tuple(json.loads(row["kept"])),
        row["tone"],
        row["suggested"],
        row["sent"],
        row["time"],
    )
