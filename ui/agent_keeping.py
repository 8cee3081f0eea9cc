"""What an agent takes away from the desk is kept beside what was suggested."""

from __future__ import annotations

from assistant.accounts import Signed
from assistant.agent_patterns import TONES
from assistant.agent_replies import MOST
from assistant.clerk import Clerk
from assistant.errors import ReplyError
from assistant.tickets import Ticket
from retrieval.errors import UnknownProduct
from retrieval.similar import unknown_id
from retrieval.types import Product
from ui.agent_asked import ReplyForm


def known(clerk: Clerk, product_id: str) -> Product:
    """The product of a form. Raises UnknownProduct."""
    product = clerk.searcher.index.catalog.get([product_id]).get(product_id)
    if product is None:
        raise UnknownProduct(unknown_id(product_id[:60], clerk.searcher.index.ids))
    return product


def keep_sent(clerk: Clerk, signed: Signed, form: ReplyForm, ticket: Ticket | None = None) -> int:
    """Keeps what an agent takes away beside what was suggested; its id. With a ticket it goes when that conversation is
    forgotten. Raises ReplyError, UnknownProduct.
    """
    suggested, text = (each.replace("\r\n", "\n").strip() for each in (form.suggested, form.sent))
    if not text or not suggested:
        raise ReplyError("There is no reply to keep yet: choose an alternative and make one.")
    if not 1 <= len(form.chosen) <= MOST:
        raise ReplyError(f"A reply names one to {MOST} alternatives, not {len(form.chosen)}: choose some.")
    for id in (form.product, *form.chosen):
        known(clerk, id)
    if form.tone not in TONES:
        raise ReplyError(f"There is no tone {form.tone[:40]!r}: choose one of {', '.join(TONES)}.")
    return clerk.sent_replies.keep(
        signed.name,
        form.product,
        form.chosen,
        form.keep,
        form.tone,
        suggested,
        text,
        customer=form.customer,
        session=None if ticket is None else ticket.session,
    )
