"""The page around the cards, as HTML: header, conversation, chips, status line, empty states."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.types import Constraint
from ui import cards
from ui.markup import prose, text
from ui.page import Page, Turn


def header(shop_name: str, *, policies: bool = False) -> str:
    """The shop's name beside its initial, and where its pages are."""
    initial = shop_name.strip()[:1].upper() or "S"
    link = ' <a href="/policies" target="_blank">Our policies</a>' if policies else ""
    return (
        f'<header class="masthead"><span class="mark" aria-hidden="true">{text(initial)}</span>'
        f"<div><h1>{text(shop_name)}</h1><p>Ask the clerk. Every reason is checked.{link}</p></div></header>"
    )


def conversation(page: Page, examples: Sequence[str]) -> str:
    """Bubbles, oldest first; before the first one a greeting with requests to click."""
    bubbles = "".join(_bubble(turn, number) for number, turn in enumerate(page.turns))
    if not page.turns:
        bubbles = _greeting()
    if page.phase == "looking":
        bubbles += '<div class="bubble clerk typing" aria-hidden="true"><i></i><i></i><i></i></div>'
    return (
        f'<div class="talk" role="log" aria-label="Conversation" tabindex="0">{bubbles}'
        f"{_offers(offers(page, examples), opening=not page.turns)}</div>"
    )


def offers(page: Page, examples: Sequence[str]) -> tuple[str, ...]:
    """The requests a click may send now: the examples at first, the answer's suggestions later."""
    if page.phase != "idle":
        return ()
    return page.offers if page.turns else tuple(examples)


def _greeting() -> str:
    return (
        '<div class="bubble clerk greeting"><p><strong>Hello! What are you looking for?</strong></p>'
        "<p>Say it in your own words: what it is for, what matters, what it may cost.</p></div>"
    )


def _bubble(turn: Turn, number: int) -> str:
    if turn.role == "shopper":
        return f'<div class="bubble shopper"><span class="sr">You: </span><p>{text(turn.text)}</p></div>'
    if turn.role == "notice":
        return f'<div class="bubble notice" role="alert"><p>{text(turn.text)}</p></div>'
    more = ""
    if turn.more:
        names = text(" · ".join(turn.names))
        more = f'<details class="more" data-panel="{number}"><summary>{names}</summary>{prose(turn.more)}</details>'
    return f'<div class="bubble clerk"><span class="sr">Clerk: </span>{prose(turn.text)}{more}</div>'


def _offers(requests: Sequence[str], opening: bool) -> str:
    if not requests:
        return ""
    buttons = "".join(
        f'<button type="button" class="offer" data-event="say" data-index="{index}">{text(request)}</button>'
        for index, request in enumerate(requests)
    )
    label = "Try one of these" if opening else "Go on with"
    return f'<div class="offers" role="group" aria-label="{label}">{buttons}</div>'


def chips(page: Page) -> str:
    """What the request was taken to mean, each part removable."""
    if not page.constraints:
        return ""
    buttons = "".join(f"<li>{_chip(each)}</li>" for each in page.constraints)
    notes = "".join(f"<p>{text(each.label)}: {text(each.note)}</p>" for each in page.constraints if each.note)
    return (
        f'<div class="understood"><h2>I understood</h2><ul class="chips">{buttons}</ul>'
        f'<div class="notes">{notes}</div></div>'
    )


def _chip(constraint: Constraint) -> str:
    wish = "" if constraint.hard else "<small>if possible</small>"
    return (
        f'<button type="button" class="chip{"" if constraint.hard else " soft"}" data-event="remove"'
        f' data-key="{text(constraint.key)}" aria-label="Remove: {text(constraint.label)}"'
        f' title="Remove and ask again">{text(constraint.label)}{wish}'
        f'<svg viewBox="0 0 12 12" aria-hidden="true"><path d="M3 3l6 6M9 3l-6 6"/></svg></button>'
    )


def variety(page: Page) -> str:
    """The slider that asks for more alike or more varied products; only where there are products to choose anew."""
    if not page.recommendations:
        return ""
    step = round(page.variety * 10)
    return (
        '<div class="variety"><label for="variety-range">Variety</label><span aria-hidden="true">alike</span>'
        f'<input type="range" id="variety-range" data-event="vary" min="0" max="1" step="0.1"'
        f' value="{page.variety:g}" aria-valuetext="{step} of 10, from alike to varied">'
        '<span aria-hidden="true">varied</span></div>'
    )


def status(page: Page) -> str:
    """One polite line for everyone, read aloud where a screen reader listens."""
    return f'<p class="status {page.phase}" role="status" aria-live="polite">{text(status_line(page))}</p>'


def status_line(page: Page) -> str:
    """What is going on, or what was done."""
    if page.phase == "looking":
        return "Looking along the shelves…"
    if page.phase == "checking":
        return "Checking each reason against the facts…"
    if not page.recommendations:
        return ""
    count = len(page.recommendations)
    return f"{count} {'product' if count == 1 else 'products'}, each reason checked against the catalogue."


def results(page: Page, pictures: bool) -> str:
    """The cards, or what stands in their place."""
    if page.recommendations is None:
        return _skeletons() if page.phase == "looking" else _welcome()
    if not page.recommendations:
        return _nothing(bool(page.constraints))
    looking = page.phase == "looking"
    drawn = cards.cards(
        page.recommendations,
        page.sentences,
        pictures=pictures,
        checking=page.phase == "checking",
        # A thumb given while the next answer is on its way would land under the wrong one.
        answer_id="" if looking else page.answer_id,
        thumbs=page.thumbs,
    )
    return f'<section class="results" aria-label="Products" aria-busy="{str(looking).lower()}">{drawn}</section>'


def _welcome() -> str:
    return (
        '<div class="welcome"><svg viewBox="0 0 200 120" aria-hidden="true">'
        '<path class="shelf" d="M14 104h172M14 58h172"/>'
        '<path class="thing a" d="M30 102V74h26v28zM66 102V66h14v36zM92 102l16-30 16 30zM136 102V84h34v18z"/>'
        '<path class="thing b" d="M28 56V38h20v18zM60 56l10-26 10 26zM96 56V26h18v30zM128 56V40h14v16z'
        'M152 56V32h20v24z"/></svg>'
        "<h2>Products will stand here, each with its reasons</h2>"
        "<p>A reason is shown only if the catalogue bears it out and it really counted in the ranking. "
        "Open <em>Why this?</em> on a card to see what counted, and how much.</p></div>"
    )


def _nothing(constrained: bool) -> str:
    way_out = (
        "Remove one of the points above to look wider, or say it another way."
        if constrained
        else "Try saying it another way."
    )
    return f'<div class="welcome nothing"><h2>Nothing here fits all of that</h2><p>{way_out}</p></div>'


def _skeletons() -> str:
    one = (
        '<li><div class="card skeleton"><div class="card-picture"></div>'
        '<div class="card-top"><i></i><i></i><i></i></div></div></li>'
    )
    return (
        '<section class="results" aria-busy="true" aria-label="Products">'
        f'<ol class="cards" aria-hidden="true">{one * 3}</ol></section>'
    )
