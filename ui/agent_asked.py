"""What an agent asked for, as it stands in the address: every page of the support desk can be sent to a colleague."""

from __future__ import annotations

from urllib.parse import urlencode

from pydantic import BaseModel, ConfigDict, Field

from assistant.agent_replies import likely_reason
from assistant.alternatives import Wish
from assistant.lookup import LONGEST
from retrieval.types import Product

NO_REASON = "none"
"""The reason that is none: an empty field of a form reads as one that was not sent."""

MOST_EACH = 20
"""Alternatives a group may show; more is a catalogue page."""


class Asked(BaseModel):
    """Query or form of the desk; unknown fields are left out."""

    model_config = ConfigDict(frozen=True)

    product: str = ""
    """Whatever was pasted: an id, EAN, address, name, or a customer's words."""
    keep: list[str] = []
    """Names of pinned facts."""
    cheaper: bool = False
    in_stock: bool = False
    k: int = Field(default=5, ge=1, le=MOST_EACH)
    choose: list[str] = []
    """Ids of the alternatives for the reply."""
    tone: str = "friendly"
    reason: str | None = None
    """One of `agent_replies.REASONS`, the agent's own words, "none"; None for what the catalogue suggests."""
    worded: bool = False
    """Whether the model words the reasons."""
    compare: bool = False
    """Whether the chosen are set side by side."""
    ticket: str = ""
    """The ticket that this is for."""

    @property
    def said(self) -> str:
        """What was pasted, as much of it as is read."""
        return " ".join(self.product[:LONGEST].split())

    @property
    def chosen(self) -> list[str]:
        """The ids to choose, each once."""
        return list(dict.fromkeys(self.choose))

    def wish(self) -> Wish:
        return Wish(tuple(self.keep), cheaper=self.cheaper, in_stock=self.in_stock, each=self.k)

    def because(self, product: Product) -> str:
        """The reason as `agent_replies.reply` takes it."""
        if self.reason is None:
            return likely_reason(product)
        return "" if self.reason == NO_REASON else self.reason

    def address(self, **changes: object) -> str:
        """The page's address with some of it changed; what is as it is anyway is left out."""
        fields = Asked.model_fields
        values = {name: getattr(self, name) for name in fields} | changes
        said = {name: value for name, value in values.items() if value and value != fields[name].default}
        query = urlencode([(n, _plain(each)) for n, v in said.items() for each in (v if isinstance(v, list) else [v])])
        return f"/agent?{query}" if query else "/agent"


class ReplyForm(Asked):
    """The form of a reply: what is not in the address either goes no further or is kept without names."""

    customer: str = ""
    """Only for the greeting; never stored."""
    own: str = ""
    """The reason in the agent's own words, before any that was selected."""
    suggested: str = ""
    sent: str = ""

    def asked(self) -> Asked:
        """The part of it that stands in an address."""
        values = {name: getattr(self, name) for name in Asked.model_fields}
        return Asked(**values | ({"reason": own} if (own := " ".join(self.own.split())) else {}))


def _plain(value: object) -> str:
    return "1" if value is True else str(value)
