"""Recommendation -> the HTML of its card. Pure functions; every value passes through `ui.markup.text`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from assistant.reasons import in_order
from assistant.types import Reason, Recommendation, Sentence
from assistant.wording import money
from retrieval.types import Product
from ui.languages import Texts, texts
from ui.markup import picture_url, text

_FEW_LEFT = 3  # from here down the count itself is worth knowing

_SOURCES = {"model": "card.by_model", "plain": "card.by_plain"}
_ACTS = {"not": "card.act_not", "like": "card.act_like", "compare": "card.act_compare"}
_ENGLISH = texts("en")


def cards(
    recommendations: Sequence[Recommendation],
    sentences: Sequence[Sentence],
    *,
    pictures: bool,
    checking: bool,
    answer_id: str,
    thumbs: Mapping[str, bool],
    words: Texts = _ENGLISH,
    catalogue: str = "en",
) -> str:
    """All cards of one answer, best first. `answer_id` "" means it cannot be rated yet; `words` is the page's
    language, `catalogue` the code of the products' own.
    """
    # One scale for the whole answer, so that bars can be compared from card to card.
    widest = max((abs(each) for rec in recommendations for each in rec.contributions.values()), default=0.0)
    drawn = [
        card(
            recommendation,
            in_order(sentences, recommendation.reasons),
            place=place,
            pictures=pictures,
            checking=checking,
            widest=widest,
            answer_id=answer_id,
            thumb=thumbs.get(recommendation.product.id),
            words=words,
            catalogue=catalogue,
            comparable=len(recommendations) > 1 and not recommendation.item,
        )
        for place, recommendation in enumerate(recommendations, start=1)
    ]
    return f'<ol class="cards">{"".join(f"<li>{each}</li>" for each in drawn)}</ol>'


def card(
    recommendation: Recommendation,
    sentences: Sequence[Sentence],
    *,
    place: int,
    pictures: bool,
    checking: bool,
    widest: float,
    answer_id: str,
    thumb: bool | None,
    words: Texts = _ENGLISH,
    catalogue: str = "en",
    comparable: bool = False,
) -> str:
    """One product: picture, facts, the sentences that passed the check, and the why panel. `comparable` where there
    is another of its kind beside it.
    """
    product, own = recommendation.product, words.lang(catalogue)
    brand = f'<p class="card-brand"{own}>{text(product.brand)}</p>' if product.brand else ""
    return (
        f'<article class="card" aria-labelledby="card-title-{place}">{picture(product, pictures, words)}'
        f'<div class="card-top">{for_which(recommendation, words)}<div class="card-head"><div>{brand}'
        f'<h3 id="card-title-{place}"{own}>{text(product.title)}</h3></div>{price(product, words)}</div>'
        f'<div class="card-facts">{rating(product, words)}{stock(product, words)}</div></div>'
        f'<div class="card-rest">{says(sentences, recommendation.reasons, checking, words)}'
        f'<div class="card-foot">{why(recommendation, sentences, widest, words)}'
        f'<div class="card-tools">{actions(recommendation, answer_id, comparable, words)}'
        f"{thumb_buttons(product, answer_id, thumb, words)}</div></div></div></article>"
    )


def for_which(recommendation: Recommendation, words: Texts = _ENGLISH) -> str:
    """Of several things asked for at once, the one it is for, and what as many of it come to."""
    if not recommendation.item:
        return ""
    product, times = recommendation.product, ""
    if recommendation.count > 1 and product.price is not None:
        one, all_of_it = (money(n * product.price, product.currency) for n in (1, recommendation.count))
        times = f" <strong>{recommendation.count} × {text(one)} = {text(all_of_it)}</strong>"
    return f'<p class="card-for"><span>{words.html("card.for_which", thing=recommendation.item)}</span>{times}</p>'


def actions(recommendation: Recommendation, answer_id: str, comparable: bool, words: Texts = _ENGLISH) -> str:
    """What may be said about this card with a click; absent while an answer is on its way."""
    if not answer_id:
        return ""
    kinds = ["not"] if recommendation.item else ["not", "like"]
    buttons = "".join(_action(recommendation.product, kind, words) for kind in kinds)
    if comparable:
        buttons += _action(recommendation.product, "compare", words)
    return f'<div class="card-acts">{buttons}</div>'


def _action(product: Product, kind: str, words: Texts) -> str:
    name = words.html(_ACTS[kind])
    pressed = f' aria-pressed="false" title="{words.html("card.act_compare_how")}"' if kind == "compare" else ""
    return (
        f'<button type="button" class="act" data-event="{"pick" if kind == "compare" else "act"}" data-act="{kind}"'
        f' data-product="{text(product.id)}" aria-label="{name}: {text(product.title)}"{pressed}>{name}</button>'
    )


def picture(product: Product, local: bool, words: Texts = _ENGLISH) -> str:
    """The picture over a lettered tile, which is what remains when there is no picture or it does not load."""
    letter = next((sign for sign in product.category[-1:] or (product.title,)), "")[:1].upper()
    address = picture_url(product.image_url, local)
    image = (
        f'<img src="{text(address)}" alt="{words.html("card.picture", title=product.title)}" width="320" height="320"'
        f' loading="lazy" decoding="async" referrerpolicy="no-referrer">'
        if address
        else ""
    )
    return f'<div class="card-picture"><span aria-hidden="true">{text(letter)}</span>{image}</div>'


def price(product: Product, words: Texts = _ENGLISH) -> str:
    """With its currency; a feed may leave it out."""
    if product.price is None:
        return f'<p class="card-price unstated">{words.html("card.no_price")}</p>'
    return f'<p class="card-price">{text(money(product.price, product.currency))}</p>'


def rating(product: Product, words: Texts = _ENGLISH) -> str:
    """Stars for the eye, the same in words for the ear."""
    if product.rating is None:
        return f'<p class="rating unrated">{words.html("card.no_ratings")}</p>'
    share = max(0.0, min(product.rating / 5, 1.0)) * 100
    count = ""
    if product.rating_count:
        key = "card.rating_one" if product.rating_count == 1 else "card.rating_many"
        count = f' <span class="count">{words.html(key, count=f"{product.rating_count:,}")}</span>'
    return (
        f'<p class="rating"><span class="stars" aria-hidden="true" style="--share:{share:.0f}%"></span>'
        f'<span class="number">{product.rating:.1f}<span class="sr">{words.html("card.out_of_five")}</span></span>'
        f"{count}</p>"
    )


def stock(product: Product, words: Texts = _ENGLISH) -> str:
    """The state in words; a feed that says nothing counts as available."""
    if not product.in_stock:
        return f'<p class="stock out">{words.html("card.out_of_stock")}</p>'
    if product.stock is not None and product.stock <= _FEW_LEFT:
        return f'<p class="stock few">{words.html("card.few_left", count=product.stock)}</p>'
    return f'<p class="stock">{words.html("card.in_stock")}</p>'


def says(sentences: Sequence[Sentence], reasons: Sequence[Reason], checking: bool, words: Texts = _ENGLISH) -> str:
    """The sentences shown so far; a trade-off is told apart by sign and word, not by colour alone."""
    against = {reason.id for reason in reasons if reason.contribution < 0}
    items = "".join(
        f'<li class="minus"><span class="sr">{words.html("card.trade_off")}</span>{text(each.text)}</li>'
        if each.reasons and set(each.reasons) <= against
        else f"<li>{text(each.text)}</li>"
        for each in sentences
    )
    if not items and checking:
        return '<div class="card-wait" aria-hidden="true"><i></i><i></i></div>'
    return f'<ul class="card-says"{words.lang("en")}>{items}</ul>' if items else ""


def why(recommendation: Recommendation, sentences: Sequence[Sentence], widest: float, words: Texts = _ENGLISH) -> str:
    """The panel that shows the arithmetic: reasons as bars, the facts under each sentence, the whole sum."""
    product = recommendation.product
    helped = [each for each in recommendation.reasons if each.contribution >= 0 and each.kind != "variety"]
    varied = [each for each in recommendation.reasons if each.kind == "variety"]
    counted_against = [each for each in recommendation.reasons if each.contribution < 0]
    return (
        f'<details class="why" data-panel="{text(product.id)}"><summary>{words.html("card.why")}'
        f'<span class="sr">{words.html("card.why_about", title=product.title)}</span></summary><div class="why-body">'
        f"{_bars('card.bars_up', helped, widest, words)}"
        f"{_bars('card.bars_variety', varied, widest, words)}"
        f"{_bars('card.bars_down', counted_against, widest, words)}"
        f"{_facts(sentences, words)}{_sum(recommendation, words)}</div></details>"
    )


def _bars(title: str, reasons: Sequence[Reason], widest: float, words: Texts) -> str:
    if not reasons:
        return ""
    rows = "".join(_bar(reason, widest) for reason in reasons)
    return f'<h4>{words.html(title)}</h4><ul class="bars"{words.lang("en")}>{rows}</ul>'


def _bar(reason: Reason, widest: float) -> str:
    share = min(abs(reason.contribution) / widest, 1.0) * 100 if widest else 0.0
    sign = "minus" if reason.contribution < 0 else "plus"
    return (
        f'<li class="{sign}"><span class="bar-text">{text(reason.text)}</span>'
        f'<span class="bar" aria-hidden="true"><i style="width:{max(share, 2.0):.0f}%"></i></span>'
        f'<span class="bar-number">{points(reason.contribution)}</span></li>'
    )


def points(contribution: float) -> str:
    """'+0.31', '−0.05': always with its sign, so that the direction does not hang on a colour."""
    return f"{'−' if contribution < 0 else '+'}{abs(contribution):.2f}"


def _facts(sentences: Sequence[Sentence], words: Texts) -> str:
    """What each sentence rests on in the catalogue, and who worded it."""
    if not sentences:
        return ""
    rows = "".join(
        f"<li><q{words.lang('en')}>{text(each.text)}</q>{_evidence(each.evidence)}"
        f'<span class="source {each.source}">{words.html(_SOURCES[each.source])}</span></li>'
        for each in sentences
    )
    return f'<h4>{words.html("card.facts")}</h4><ul class="facts">{rows}</ul>'


def _evidence(evidence: Sequence[tuple[str, str]]) -> str:
    pairs = "".join(
        f"<div><dt>{text(field.replace('_', ' '))}</dt><dd>{text(value)}</dd></div>" for field, value in evidence
    )
    return f"<dl>{pairs}</dl>" if pairs else ""


def _sum(recommendation: Recommendation, words: Texts) -> str:
    terms = "".join(
        f"<div><dt>{text(signal_name(signal))}</dt><dd>{points(value)}</dd></div>"
        for signal, value in sorted(recommendation.contributions.items(), key=lambda pair: -pair[1])
        if abs(value) >= 0.005  # shown with two decimals, a smaller one would read as nothing
    )
    return (
        f'<h4>{words.html("card.sum")}</h4><dl class="sum">{terms}'
        f'<div class="total"><dt>{words.html("card.together")}</dt><dd>{points(recommendation.score)}</dd></div></dl>'
    )


def signal_name(signal: str) -> str:
    """'attribute:pack_size' -> 'pack size'."""
    return signal.rpartition(":")[2].replace("_", " ")


def thumb_buttons(product: Product, answer_id: str, thumb: bool | None, words: Texts = _ENGLISH) -> str:
    """Two toggles and their acknowledgement; absent until there is an answer the thumb can be kept under."""
    if not answer_id:
        return '<div class="thumbs"></div>'
    thanks = "" if thumb is None else words.html("card.thanks")
    return (
        f'<div class="thumbs">{_thumb(product, True, thumb, words)}{_thumb(product, False, thumb, words)}'
        f'<span class="thanks" role="status">{thanks}</span></div>'
    )


def _thumb(product: Product, up: bool, thumb: bool | None, words: Texts) -> str:
    name = words.html("card.helps" if up else "card.helps_not")
    return (
        f'<button type="button" class="thumb {"up" if up else "down"}" data-event="thumb"'
        f' data-product="{text(product.id)}" data-up="{str(up).lower()}"'
        f' aria-pressed="{str(thumb is up).lower()}" aria-label="{name}: {text(product.title)}"'
        f' title="{name}"><svg viewBox="0 0 24 24" aria-hidden="true"><path d="{_THUMB}"/></svg></button>'
    )


_THUMB = "M4 11h3v9H4zM9 20v-9l4-8c1.5 0 2.5 1.1 2.2 2.6L14.6 9H19c1.3 0 2.2 1.2 1.9 2.4l-1.7 7c-.2.9-1 1.6-2 1.6z"
