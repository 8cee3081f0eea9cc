"""The shopper's page: Gradio parts wired to the clerk.

The server holds everything. The browser sends the new text, which button of the current page was pressed (an
index, a chip's key, a product's id), or where the slider stands. Each is looked up in the page the server drew,
which it keeps for each tab, or brought into its bounds; a conversation sent along is never read. The browser
keeps only the session's unguessable id; a reload draws the page again from the stored answers.
"""

from __future__ import annotations

import logging
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from typing import Any, cast

import gradio as gr

from assistant.answer import answer, remove_constraint, set_variety
from assistant.clerk import Clerk
from assistant.dialogue import variety_wish
from assistant.types import AnswerEvent
from retrieval.errors import StoreclerkError
from ui import talk
from ui.comparison import comparison_table
from ui.languages import DEFAULT, Texts, languages, texts, wanted
from ui.page import Page, advance, asked, failed, replayed, said_of_cards, told
from ui.theme import page_script

log = logging.getLogger(__name__)

MESSAGE_LIMIT = 1_000  # characters; a request is a sentence or two, and the models read 256 tokens
ANSWERS_AT_ONCE = 4  # more only slow each other down on a small machine
NEWS_SECONDS = 5.0  # between two looks for a person's answer: soon enough for who waits, and one small query each
ANSWERS_WAITING = 64  # beyond that a shopper is better told to come back than kept waiting for minutes

_ENGLISH = texts(DEFAULT)
CALM = _ENGLISH("notice.calm")
TOO_LONG = _ENGLISH("notice.too_long", limit=f"{MESSAGE_LIMIT:,}")
ENDED = _ENGLISH("notice.ended")

Update = tuple[Any, ...]


def shopper_page(clerk: Clerk) -> gr.Blocks:
    """The Blocks to mount; nothing in it is shared between two browsers but the clerk."""
    desk = Desk(clerk)
    empty = desk.blank()
    script = page_script()

    def part(value: str, elem_id: str) -> gr.HTML:
        return gr.HTML(value, elem_id=elem_id, js_on_load=script, apply_default_css=False)

    with gr.Blocks(title=clerk.settings.shop_name, analytics_enabled=False, fill_width=True) as page:
        state = gr.State(empty)
        tongue = gr.BrowserState("", storage_key="storeclerk-language", secret="not a secret, only a format")
        kept = gr.BrowserState("", storage_key="storeclerk-session", secret="not a secret, only a format")
        with gr.Row(elem_id="top"):
            masthead = part(desk.masthead(DEFAULT), "masthead")
            shopper = gr.Dropdown(
                desk.visitors(_ENGLISH),
                value="",
                label=_ENGLISH("header.shopping_as"),
                filterable=False,
                visible=bool(clerk.shoppers),
                elem_id="shopper",
                min_width=120,
            )
            again = gr.Button(_ENGLISH("header.start_over"), elem_id="again", size="sm", min_width=80)
        with gr.Row(elem_id="shop"):
            with gr.Column(elem_id="clerk"):
                conversation = part(talk.conversation(empty, clerk.examples), "conversation")
                with gr.Row(elem_id="composer"):
                    box = gr.Textbox(
                        label=_ENGLISH("composer.label"),
                        show_label=False,
                        placeholder=_ENGLISH("composer.placeholder"),
                        max_length=MESSAGE_LIMIT,
                        lines=1,
                        max_lines=4,
                        container=False,
                        autofocus=True,
                        elem_id="box",
                    )
                    send = gr.Button(_ENGLISH("composer.ask"), variant="primary", elem_id="send", min_width=72)
            with gr.Column(elem_id="shelf"):
                chips = part("", "chips")
                status = part(talk.status(empty), "status")
                cards = part(talk.results(empty, desk.pictures), "cards")

        news = gr.Timer(NEWS_SECONDS, active=False)  # it runs while the conversation has an open ticket
        drawn = [conversation, chips, status, cards]
        quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
        # One event for every way of asking, so that a second cannot start in this tab while one is answered.
        asking = gr.on(
            [box.submit, send.click, conversation.select, chips.select, cards.select],
            desk.respond,
            inputs=[state, box],
            outputs=[state, kept, box, send, *drawn],
            trigger_mode="once",
            concurrency_limit=ANSWERS_AT_ONCE,
            **quiet,
        )
        # Not queued: Gradio's client loses an event that joins the stream in the moment it closes after another,
        # so the stream is left to the answers, of which a tab has one at a time.
        quick: dict[str, Any] = {**quiet, "queue": False}
        cards.like(desk.thumb, inputs=[state], outputs=[state, cards], **quick)
        fresh = [state, kept, shopper, send, *drawn]
        started = again.click(desk.start, [shopper, state], fresh, cancels=[asking], **quick)
        # Not `input`, which Gradio's picker sends again whenever it loses the focus.
        switched = shopper.change(desk.switch, [state, shopper], fresh, cancels=[asking], **quick)
        # What Gradio draws itself follows once the page's language is settled, so that no two events set one part.
        furniture = [masthead, shopper, again, box, send]
        resumed = page.load(desk.resume, [kept, tongue], fresh, **quick)
        resumed = resumed.then(desk.furnish, [state], furniture, **quick)
        speaking = masthead.select(desk.speak, [state], [state, tongue, *drawn], **quick)
        speaking.then(desk.furnish, [state], furniture, **quick)
        for settled in (asking, started, switched, resumed):
            settled.then(desk.listen, [state], [news], **quick)
        news.tick(desk.news, [state], [state, conversation, news], **quick)
    page.queue(max_size=ANSWERS_WAITING, api_open=False)
    return page


class Desk:
    """The handlers behind the page. It holds no conversation: those are in the clerk's sessions."""

    def __init__(self, clerk: Clerk) -> None:
        self.clerk = clerk
        self.pictures = clerk.settings.images_dir is not None

    def blank(self, session: str = "", language: str = DEFAULT) -> Page:
        """A page with nothing on it yet."""
        return Page(session, language=language, catalogue=self.clerk.settings.catalogue_language)

    def masthead(self, language: str) -> str:
        """The shop's name, the link to its pages if it has any, and the switch of languages."""
        return talk.header(self.clerk.settings.shop_name, language, policies=bool(self.clerk.policies))

    def visitors(self, words: Texts) -> list[tuple[str, str]]:
        """(label, id) of whom one may shop as; "" is a new visitor."""
        return [(words("header.visitor"), ""), *((each.label, each.id) for each in self.clerk.shoppers)]

    def respond(self, page: Page, typed: str, event: gr.EventData) -> Iterator[Update]:
        """Answers what was typed, or the button that was pressed, and draws the page after each event."""
        shown: Page | None = None
        try:
            page = self._open(page)
            message, events = self._question(page, typed, _pressed(event))
            if events is not None:
                page = shown = asked(page, message)
                yield (page, page.session, "", gr.Button(interactive=False), *self._changes(None, page))
                # A closed tab ends this generator; the answer, and the turn it holds, must end with it.
                with closing(cast("Generator[AnswerEvent, None, None]", events)):
                    for each in events:
                        page = advance(page, each)
                        yield (page, *[gr.skip()] * 3, *self._changes(shown, page))
                        shown = page
        except Exception as error:
            page = failed(page, _line(error, texts(page.language)))
        yield (page, page.session, gr.skip(), gr.Button(interactive=True), *self._changes(shown, page))

    def thumb(self, page: Page, event: gr.EventData) -> tuple[Page, str]:
        """Keeps the thumb on the server; only for a product of the answer on this page."""
        data = _pressed(event)
        shown = {each.product.id for each in page.recommendations or ()}
        product, up = str(data.get("product")), data.get("up") is True
        if page.answer_id and product in shown:
            try:
                self.clerk.feedback.thumb(page.session, page.answer_id, product, up)
            except StoreclerkError as error:
                log.warning("thumb not kept: %s", error)
            else:
                page = replace(page, thumbs={**page.thumbs, product: up})
        return page, self._results(page)

    def start(self, shopper: str, page: Page | None = None) -> Update:
        """A new session, as the shopper chosen, in the language of the page left."""
        known = {each.id for each in self.clerk.shoppers}
        session = self.clerk.sessions.start(shopper if shopper in known else "")
        return self._whole(self.blank(session, page.language if page is not None else DEFAULT))

    def switch(self, page: Page, shopper: str) -> Update:
        """The same, if it is another shopper: a reload sets the picker too, and must not start anything."""
        return self._nothing() if self._shopper(page) == shopper else self.start(shopper, page)

    def resume(self, kept: object, chosen: object = "", request: gr.Request | None = None) -> Update:
        """The conversation this browser was in; an id that was never given out starts nothing. In the language
        `chosen` with the switch, or else the one the browser asks for.
        """
        asked_for = request.headers.get("accept-language", "") if request is not None else ""
        language = chosen if isinstance(chosen, str) and chosen in languages() else wanted(asked_for)
        session = kept if isinstance(kept, str) else ""
        if session and self.clerk.sessions.exists(session):
            answers, thumbs = self.clerk.sessions.answers(session), self.clerk.feedback.of(session)
            return self._whole(replayed(self.blank(session, language), answers, thumbs))
        return self._nothing() if language == DEFAULT else self._whole(self.blank(language=language))

    def speak(self, page: Page, event: gr.EventData) -> Update:
        """The page in another language; not while an answer is on its way, which would bring the old one back."""
        language = _pressed(event).get("language")
        if language not in languages() or page.phase != "idle" or not isinstance(language, str):
            return tuple(gr.skip() for _ in range(6))
        page = replace(page, language=language)
        return (page, language, *self._draw(page))

    def listen(self, page: Page) -> gr.Timer:
        """Whether the page looks for what people say: only while they may still answer."""
        return gr.Timer(active=bool(page.session) and self.clerk.tickets.is_open(page.session))

    def news(self, page: Page) -> Update:
        """(page, conversation, timer) with what people of the shop said since. A running answer is left alone: it
        draws the page itself, and the next look is a few seconds away.
        """
        nothing = (gr.skip(), gr.skip(), gr.skip())
        if not page.session or page.phase != "idle":
            return nothing
        listening = self.clerk.tickets.is_open(page.session)  # first: an answer may come with the ticket's end
        found = self.clerk.sessions.answers_of_people(page.session, page.told)
        for each in found:
            page = told(page, each)
        if not found:
            return nothing if listening else (gr.skip(), gr.skip(), gr.Timer(active=False))
        return page, talk.conversation(page, self.clerk.examples), gr.Timer(active=listening)

    def furnish(self, page: Page) -> Update:
        """What stands around the conversation: masthead, picker, the two buttons and the box."""
        words = texts(page.language)
        return (
            self.masthead(page.language),
            gr.Dropdown(choices=self.visitors(words), label=words("header.shopping_as")),
            gr.Button(words("header.start_over")),
            gr.Textbox(label=words("composer.label"), placeholder=words("composer.placeholder")),
            gr.Button(words("composer.ask")),
        )

    def _open(self, page: Page) -> Page:
        """The page as it stands; a new one if it has no session yet, or if that has expired meanwhile."""
        if page.session and self.clerk.sessions.exists(page.session):
            return replace(page, phase="idle")
        fresh = self.blank(self.clerk.sessions.start(), page.language)
        return failed(fresh, texts(page.language)("notice.ended")) if page.session else fresh

    def _question(self, page: Page, typed: str, pressed: dict[str, object]) -> tuple[str, Iterator[AnswerEvent] | None]:
        """(the shopper's bubble, the events of the answer); no events if there is nothing to answer."""
        if "key" in pressed:
            known = {each.key: each for each in page.constraints}.get(str(pressed["key"]))
            if known is None:
                return "", None
            return f"Without “{known.label}”", remove_constraint(self.clerk, page.session, known.key)
        if "variety" in pressed:
            value = _share(pressed["variety"])
            if value is None or value == page.variety or not page.can_vary:
                return "", None
            return variety_wish(page.variety, value), set_variety(self.clerk, page.session, value)
        message = str(typed or "").strip()
        if "act" in pressed or "compare" in pressed:
            message = said_of_cards(page, pressed)
        if "index" in pressed:
            offered = dict(enumerate(talk.offers(page, self.clerk.examples)))
            message = next((text for index, text in offered.items() if index == pressed["index"]), "")
        if len(message) > MESSAGE_LIMIT:
            raise StoreclerkError(texts(page.language)("notice.too_long", limit=f"{MESSAGE_LIMIT:,}"))
        return message, answer(self.clerk, page.session, message) if message else None

    def _draw(self, page: Page) -> tuple[str, str, str, str]:
        return (
            talk.conversation(page, self.clerk.examples),
            talk.chips(page) + talk.variety(page),
            talk.status(page),
            self._results(page),
        )

    def _results(self, page: Page) -> str:
        """The cards, below the table of what was last compared."""
        table = ""
        if page.comparison is not None:
            ids = page.comparison.product_ids
            table = comparison_table(page.comparison, self.clerk.searcher.index.catalog.get(ids), texts(page.language))
            if page.recommendations is None:
                return table  # in place of the welcome
        return table + talk.results(page, self.pictures)

    def _changes(self, shown: Page | None, page: Page) -> Sequence[Any]:
        """Only the parts that changed, so that a sentence costs one list of cards and not a whole page."""
        drawn = self._draw(page)
        if shown is None:
            return drawn
        return [new if new != old else gr.skip() for new, old in zip(drawn, self._draw(shown), strict=True)]

    def _whole(self, page: Page) -> Update:
        # The box is left alone: whoever types while the page is still loading must not lose it.
        return (page, page.session, self._shopper(page), gr.Button(interactive=True), *self._draw(page))

    def _nothing(self) -> Update:
        return tuple(gr.skip() for _ in self._whole(Page()))

    def _shopper(self, page: Page) -> str:
        """Whose past the session has; "" for a new visitor."""
        past = self.clerk.sessions.dialogue(page.session).history if page.session else ()
        return next((each.id for each in self.clerk.shoppers if each.history and each.history == past), "")


def _pressed(event: gr.EventData) -> dict[str, object]:
    """What the button carried; a client can send anything, so anything else counts as nothing."""
    data = getattr(event, "_data", None)
    return data if isinstance(data, dict) else {}


def _share(value: object) -> float | None:
    """A number of the client's brought into 0 to 1; None for what is no number."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool) and value == value
    return float(min(max(cast("float", value), 0.0), 1.0)) if is_number else None


def _line(error: Exception, words: Texts) -> str:
    """What the shopper reads; the log keeps what really happened."""
    if isinstance(error, StoreclerkError):
        return str(error)
    log.error("answering failed", exc_info=error)
    return words("notice.calm")
