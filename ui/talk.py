"""The page around the cards, as HTML: header, conversation, chips, status line, empty states."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.language import language_of
from assistant.types import Constraint
from assistant.wording import money
from ui import cards
from ui.languages import Texts, languages, texts
from ui.markup import prose, text
from ui.page import Page, Turn


def header(shop_name: str, language: str = "en", *, policies: bool = False) -> str:
    """The shop's name beside its initial, where its pages are, and the switch of languages. The page's script takes
    the document's language from it.
    """
    words = texts(language)
    initial = shop_name.strip()[:1].upper() or "S"
    link = f' <a href="/policies" target="_blank">{words.html("header.policies")}</a>' if policies else ""
    return (
        f'<header class="masthead" data-lang="{words.code}">'
        f'<span class="mark" aria-hidden="true">{text(initial)}</span>'
        f"<div><h1>{text(shop_name)}</h1><p>{words.html('header.tagline')}{link}</p></div>{_switch(words)}</header>"
    )


def _switch(words: Texts) -> str:
    """A button a language, each named in its own."""
    buttons = "".join(
        f'<button type="button" data-event="language" data-language="{code}" lang="{code}"'
        f' aria-pressed="{str(code == words.code).lower()}">{texts(code).html("language")}</button>'
        for code in languages()
    )
    return f'<div class="languages" role="group" aria-label="{words.html("header.languages")}">{buttons}</div>'


def conversation(page: Page, examples: Sequence[str]) -> str:
    """Bubbles, oldest first; before the first one a greeting with requests to click."""
    words = texts(page.language)
    bubbles = "".join(_bubble(turn, number, words) for number, turn in enumerate(page.turns))
    if not page.turns:
        bubbles = _greeting(words)
    if page.phase == "looking":
        bubbles += '<div class="bubble clerk typing" aria-hidden="true"><i></i><i></i><i></i></div>'
    return (
        f'<div class="talk" role="log" aria-label="{words.html("talk.label")}" tabindex="0">{bubbles}'
        f"{_waits(page, words)}{_all_offers(page, examples, words)}</div>"
    )


def offers(page: Page, examples: Sequence[str]) -> tuple[str, ...]:
    """The requests a click may send now: the examples at first, the answer's suggestions later."""
    if page.phase != "idle":
        return ()
    return page.offers if page.turns else tuple(examples)


def _greeting(words: Texts) -> str:
    return (
        f'<div class="bubble clerk greeting"><p><strong>{words.html("talk.hello")}</strong></p>'
        f"<p>{words.html('talk.how')}</p></div>"
    )


def _bubble(turn: Turn, number: int, words: Texts) -> str:
    lang = words.lang(language_of(turn.text))
    if turn.role == "shopper":
        you = f'<span class="sr">{words.html("talk.you")}</span>'
        return f'<div class="bubble shopper">{you}<p dir="auto"{lang}>{text(turn.text)}</p></div>'
    if turn.role == "notice":
        return f'<div class="bubble notice" role="alert"><p{lang}>{text(turn.text)}</p></div>'
    if turn.by:
        who = words.html("talk.person", name=turn.by)
        said = "".join(f'<p dir="auto">{text(line)}</p>' for line in turn.text.split("\n") if line.strip())
        return f'<div class="bubble clerk person"{lang}><p class="from"{words.lang(words.code)}>{who}</p>{said}</div>'
    more = ""
    if turn.more:
        names = text(" · ".join(turn.names) or words("compare.in_words"))
        more = f'<details class="more" data-panel="{number}"><summary>{names}</summary>{prose(turn.more)}</details>'
    clerk = f'<span class="sr">{words.html("talk.clerk")}</span>'
    question = f'<p class="question">{text(turn.question)}</p>' if turn.question else ""
    ticket = (
        f'<p class="ticket"><span>{words.html("talk.ticket")}</span> <strong>{text(turn.ticket)}</strong></p>'
        if turn.ticket
        else ""
    )
    return f'<div class="bubble clerk"{lang}>{clerk}{prose(turn.text)}{more}{question}{ticket}</div>'


def _waits(page: Page, words: Texts) -> str:
    """What becomes of a message sent while another is answered; seen only where one waits."""
    return "" if page.phase == "idle" else f'<p class="waiting" role="status">{words.html("talk.waiting")}</p>'


def _all_offers(page: Page, examples: Sequence[str], words: Texts) -> str:
    """The answers to the clerk's question, if it asked one, then what else a click may send."""
    requests = offers(page, examples)
    options = page.asked.options if page.asked is not None else ()
    answers = [index for index, request in enumerate(requests) if request in options]
    others = [index for index in range(len(requests)) if index not in answers]
    label = words("talk.offers" if page.turns else "talk.offers_first")
    asked = words("talk.answers", question=page.asked.text) if page.asked is not None else ""
    return _offers(requests, answers, asked, " answers", words) + _offers(requests, others, label, "", words)


def _offers(requests: Sequence[str], places: Sequence[int], label: str, kind: str, words: Texts) -> str:
    if not places:
        return ""
    buttons = "".join(
        f'<button type="button" class="offer" data-event="say" data-index="{index}"'
        f"{words.lang(language_of(requests[index]))}>{text(requests[index])}</button>"
        for index in places
    )
    return f'<div class="offers{kind}" role="group" aria-label="{text(label)}">{buttons}</div>'


def chips(page: Page) -> str:
    """What the request was taken to mean, each part removable; of several things, grouped by the thing."""
    if not page.constraints:
        return ""
    words = texts(page.language)
    things = dict.fromkeys(each.item for each in page.constraints if each.item)
    groups = "".join(_thing(thing, [c for c in page.constraints if c.item == thing], words) for thing in things)
    alone = [each for each in page.constraints if not each.item]
    notes = "".join(f"<p>{text(each.label)}: {text(each.note)}</p>" for each in page.constraints if each.note)
    return (
        f'<div class="understood"><h2>{words.html("talk.understood")}</h2>{groups}{_chips(alone, words)}'
        f'<div class="notes">{notes}</div></div>'
    )


def _thing(name: str, constraints: Sequence[Constraint], words: Texts) -> str:
    label = words.html("talk.thing", thing=name)
    more = " wishes" if len(constraints) > 1 else ""  # a frame holds what belongs together
    return f'<div class="thing{more}" role="group" aria-label="{label}">{_chips(constraints, words)}</div>'


def _chips(constraints: Sequence[Constraint], words: Texts) -> str:
    buttons = "".join(f"<li>{_chip(each, words)}</li>" for each in constraints)
    return f'<ul class="chips">{buttons}</ul>' if buttons else ""


def _chip(constraint: Constraint, words: Texts) -> str:
    wish = "" if constraint.hard else f"<small>{words.html('talk.if_possible')}</small>"
    kind = "" if constraint.hard else " soft"
    remove = words("talk.remove", label=constraint.label)
    if constraint.item and constraint.kind == "category" and not constraint.negated:
        kind, remove = " kind", words("talk.remove_thing", label=constraint.label)
    elif constraint.item:
        remove = words("talk.remove_of", label=constraint.label, thing=constraint.item)
    return (
        f'<button type="button" class="chip{kind}" data-event="remove"'
        f' data-key="{text(constraint.key)}" aria-label="{text(remove)}"'
        f' title="{words.html("talk.remove_title")}">{text(constraint.label)}{wish}'
        f'<svg viewBox="0 0 12 12" aria-hidden="true"><path d="M3 3l6 6M9 3l-6 6"/></svg></button>'
    )


def variety(page: Page) -> str:
    """The slider that asks for more alike or more varied products; only where there are products to choose anew: of
    several things asked for at once, the one page is what they come to together.
    """
    if not page.can_vary:
        return ""
    words = texts(page.language)
    step = round(page.variety * 10)
    return (
        f'<div class="variety"><label for="variety-range">{words.html("talk.variety")}</label>'
        f'<span aria-hidden="true">{words.html("talk.alike")}</span>'
        f'<input type="range" id="variety-range" data-event="vary" min="0" max="1" step="0.1"'
        f' value="{page.variety:g}" data-said="{words.html("talk.variety_step", step="%n")}"'
        f' aria-valuetext="{words.html("talk.variety_step", step=step)}">'
        f'<span aria-hidden="true">{words.html("talk.varied")}</span></div>'
    )


def status(page: Page) -> str:
    """One polite line for everyone, read aloud where a screen reader listens."""
    return f'<p class="status {page.phase}" role="status" aria-live="polite">{text(status_line(page))}</p>'


def status_line(page: Page) -> str:
    """What is going on, or what was done."""
    words = texts(page.language)
    if page.phase in ("looking", "checking"):
        return words(f"status.{page.phase}")
    if not page.recommendations:
        return ""
    count = len(page.recommendations)
    return words("status.one" if count == 1 else "status.many", count=count)


def results(page: Page, pictures: bool) -> str:
    """The cards, or what stands in their place."""
    words = texts(page.language)
    if page.recommendations is None:
        return _skeletons(words) if page.phase == "looking" else _welcome(words)
    if not page.recommendations:
        return _nothing(bool(page.constraints), words)
    looking = page.phase == "looking"
    drawn = cards.cards(
        page.recommendations,
        page.sentences,
        pictures=pictures,
        checking=page.phase == "checking",
        # A thumb given while the next answer is on its way would land under the wrong one.
        answer_id="" if looking else page.answer_id,
        thumbs=page.thumbs,
        words=words,
        catalogue=page.catalogue,
    )
    drawn = together(page, words) + drawn
    label, busy = words.html("shelf.label"), str(looking).lower()
    return f'<section class="results" aria-label="{label}" aria-busy="{busy}">{drawn}</section>'


def together(page: Page, words: Texts) -> str:
    """What several things come to, and whether that is within the sum; "" for one thing."""
    chosen = [each for each in page.recommendations or () if each.item and each.product.price is not None]
    if not chosen:
        return ""
    currency = chosen[0].product.currency
    spent = round(sum(each.count * (each.product.price or 0.0) for each in chosen), 2)
    limit = next((each.high for each in page.constraints if each.kind == "total"), None)
    count = sum(each.count for each in chosen)
    said = words("plan.one" if count == 1 else "plan.many", count=count)
    bound = ""
    if limit is not None:
        key = "plan.within" if spent <= limit else "plan.over"
        bound = f" <span>{words.html(key, limit=money(limit, currency, short=True))}</span>"
    return f'<p class="together">{text(said)} <strong>{text(money(spent, currency))}</strong>{bound}</p>'


def _welcome(words: Texts) -> str:
    return (
        '<div class="welcome"><svg viewBox="0 0 200 120" aria-hidden="true">'
        '<path class="shelf" d="M14 104h172M14 58h172"/>'
        '<path class="thing a" d="M30 102V74h26v28zM66 102V66h14v36zM92 102l16-30 16 30zM136 102V84h34v18z"/>'
        '<path class="thing b" d="M28 56V38h20v18zM60 56l10-26 10 26zM96 56V26h18v30zM128 56V40h14v16z'
        'M152 56V32h20v24z"/></svg>'
        f"<h2>{words.html('shelf.welcome')}</h2><p>{words.html('shelf.welcome_more')}</p></div>"
    )


def _nothing(constrained: bool, words: Texts) -> str:
    way_out = words.html("shelf.nothing_wider" if constrained else "shelf.nothing_again")
    return f'<div class="welcome nothing"><h2>{words.html("shelf.nothing")}</h2><p>{way_out}</p></div>'


def _skeletons(words: Texts) -> str:
    one = (
        '<li><div class="card skeleton"><div class="card-picture"></div>'
        '<div class="card-top"><i></i><i></i><i></i></div></div></li>'
    )
    return (
        f'<section class="results" aria-busy="true" aria-label="{words.html("shelf.label")}">'
        f'<ol class="cards" aria-hidden="true">{one * 3}</ol></section>'
    )
