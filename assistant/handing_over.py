"""What is said when a conversation is handed over: the summary that a person at the shop reads, and the reply to the
shopper, which tells what happens next. Plain text, no model.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.dialogue import Dialogue
from assistant.order_turns import contact_section
from assistant.policies import PolicyPages
from assistant.policy_pages import passages
from assistant.privacy import redacted
from assistant.types import Answer
from assistant.wording import shorten
from retrieval.types import Encoder

_SAID = 6  # messages a summary ends with: what led to the request, and no more of what was said than that
SEEN = 8  # products a summary names
_LONGEST = 300  # characters of one message
_HOURS = re.compile(
    r"\b(?:mon|tues|wednes|thurs|fri|satur|sun)days?\b|\bweekdays\b|\bbusiness days?\b|[ap]\.m\.|\d ?[ap]m\b|营业",
    re.IGNORECASE,
)


def summary_of(
    dialogue: Dialogue,
    answers: Sequence[Answer],
    message: str,
    why: str,
    *,
    matter: str = "",
) -> str:
    """The conversation as a person at the shop should find it: what is wanted, seen, set aside, and said last.

    `answers` are the stored ones, oldest first, `message` the one that asks for a person, `matter` an order or a policy
    it is about.
    """
    wanted = ", ".join(c.label for c in dialogue.constraints) or dialogue.words
    names = {r.product.id: r.product.title for answer in answers for r in answer.recommendations}
    shown = [r.product.id for answer in answers for r in answer.recommendations]
    seen = list(dict.fromkeys([*reversed(dialogue.last), *reversed(shown)]))[:SEEN]
    rejected = [id for id in dict.fromkeys(shown) if dialogue.exclude_shown and id not in dialogue.last]
    sections = list(dict.fromkeys(answer.section for answer in answers if answer.section))
    lines = [f"Why: {why}"]
    if matter:
        lines.append(f"Matter: {matter}")
    if wanted:
        lines.append(f"Looking for: {shorten(wanted, _LONGEST)}")
    if seen:
        lines.append("Seen last: " + "; ".join(_named(id, names) for id in seen))
    if rejected:
        lines.append("Asked for something else than: " + "; ".join(_named(id, names) for id in rejected[-SEEN:]))
    if sections:
        lines.append(f"Policies quoted: {', '.join(sections)}")
    said = [answer.message for answer in answers[1 - _SAID :] if answer.message.strip()]
    lines.append("Said last:")
    lines += [f"- {shorten(' '.join(redacted(text).split()), _LONGEST)}" for text in [*said, message]]
    return "\n".join(lines)


def _named(id: str, names: dict[str, str]) -> str:
    return f"{names[id]} ({id})" if names.get(id) else id


def handed_over(number: str, pages: PolicyPages, encoder: Encoder, *, again: bool = False) -> str:
    """The reply to a shopper who asked for a person: what happens next, and that the chat goes on."""
    start = "I have added this to your ticket" if again else "I have written this down for a person at the shop: ticket"
    section = contact_section(pages, encoder)
    hours = [passage for passage in passages(section.text) if _HOURS.search(passage)] if section is not None else []
    reach = ""
    if section is not None:
        quote = "\n\n".join(hours[:2]) or pages.excerpt(section, "contact", encoder)
        link = f"[Read it on our page]({section.link})"
        reach = f"\n\nTo reach them, our page says, under **{section.title}**:\n\n{quote}\n\n{link}"
    return (
        f"{start} **{number}**. It says what you are looking for and what was said here, without e-mail addresses, "
        f"phone or card numbers, so please name the ticket when you contact them.{reach}\n\n"
        "Meanwhile I am still here: just go on asking."
    )
