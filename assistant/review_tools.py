"""Items of the review queue as Argilla and Label Studio want them, and what people said there back as judgements.

Both ask the same questions under the same names: `sentence_1_supported`, `sentence_1_on_topic`, the grades,
`preferred`, `note`, `corrected`. Which version wrote a text is not told there either; the texts of a pair stand in
the order drawn for it. Argilla: dictionaries as `rg.Dataset.records.to_json` writes them. Label Studio: its basic
JSON of tasks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from assistant.errors import ReviewError
from assistant.review_facts import text_of
from assistant.review_trace import facts_of_listing
from assistant.review_types import GRADES, QUESTIONS, Item, Judgement, Preferred, SentenceMark, Supported

Answers = Mapping[str, str]
"""Question -> what was answered, as text; what was left open is not there."""

OWN = "storeclerk"
"""Opens the ids of what we sent to Label Studio ourselves: it comes back with them, and is no new judgement."""

_SUPPORTED: tuple[Supported, ...] = ("yes", "no", "unsure")
_SIDES = ("one", "two", "tie")
_TEXTS = ("note", "corrected")


def answers_of(item: Item, judgement: Judgement) -> dict[str, str]:
    """A judgement as answers to the questions asked there."""
    told: dict[str, str] = {}
    for place, mark in enumerate(judgement.sentences, start=1):
        told[f"sentence_{place}_supported"] = mark.supported
        told[f"sentence_{place}_on_topic"] = "yes" if mark.on_topic else "no"
    told |= {question: str(grade) for question, grade in judgement.grades.items()}
    if judgement.preferred:
        told["preferred"] = _side(item, judgement.preferred)
    return told | {name: text for name in _TEXTS if (text := getattr(judgement, name))}


def judgement_of(item: Item, told: Answers) -> Judgement:
    """Answers as a judgement. Raises ReviewError naming what is missing or cannot be."""
    marks = []
    for place in range(1, len(item.snapshot.sentences(item.product_id)) + 1):
        supported = _one_of(told, f"sentence_{place}_supported", _SUPPORTED)
        on_topic = _one_of(
            {f"sentence_{place}_on_topic": "yes"} | dict(told), f"sentence_{place}_on_topic", ("yes", "no")
        )
        marks.append(SentenceMark(supported, on_topic == "yes"))
    grades = {question: int(_one_of(told, question, [str(grade) for grade in GRADES])) for question in QUESTIONS}
    preferred: Preferred = ""
    if item.other is not None:
        preferred = _stored(item, _one_of(told, "preferred", _SIDES))
    return Judgement(tuple(marks), grades, preferred, told.get("note", ""), told.get("corrected", ""))


def argilla_record(item: Item, held: Judgement | None) -> dict[str, Any]:
    """One record; what is held of the item is suggested, responses are left to people there."""
    told = answers_of(item, held) if held is not None else {}
    values = {name: int(value) if name in QUESTIONS else value for name, value in told.items() if name not in _TEXTS}
    return {
        "id": f"{OWN}-{item.id}",
        "fields": {name: text for name, text in _fields(item).items() if text},
        "metadata": {"item": item.id, "kind": item.kind, "strategy": item.strategy},
        "suggestions": {name: {"value": value, "score": None, "agent": "reviewers"} for name, value in values.items()},
        "responses": {},
        "vectors": {},
        "status": "pending",
    }


def labelstudio_task(item: Item, held: Judgement | None, said: Mapping[str, Judgement]) -> dict[str, Any]:
    """One task: what is held as a prediction, each reviewer's judgement as an annotation."""
    annotations = [
        {"result": _results(item, j, f"{OWN}-{name}"), "was_cancelled": False, "ground_truth": False}
        for name, j in said.items()
    ]
    predictions = [{"model_version": "reviewers", "result": _results(item, held, "held")}] if held is not None else []
    return {
        "data": {"item": item.id, **_fields(item)},
        "annotations": annotations,
        "predictions": predictions,
        "meta": {"kind": item.kind, "strategy": item.strategy},
    }


def labelstudio_config(sentences: int) -> str:
    """The labelling interface of a project for tasks with at most so many sentences."""
    lines = ["<View>", '  <Text name="request" value="$request"/>', '  <Text name="facts" value="$facts"/>']
    lines += ['  <Text name="text" value="$sentences"/>', '  <Text name="pair" value="$pair"/>']
    for place in range(1, sentences + 1):
        lines.append(_choices(f"sentence_{place}_supported", f"Sentence {place}: do the facts back it?", _SUPPORTED))
        lines.append(_choices(f"sentence_{place}_on_topic", f"Sentence {place}: is it on the topic?", ("yes", "no")))
    lines += [_choices(q, f"{said} (0 no, 1 partly, 2 yes)", [str(g) for g in GRADES]) for q, said in QUESTIONS.items()]
    lines.append(_choices("preferred", "Of two texts: which is better?", _SIDES))
    lines += [f'  <TextArea name="{name}" toName="text" placeholder="{name}" maxSubmissions="1"/>' for name in _TEXTS]
    return "\n".join([*lines, "</View>", ""])


def argilla_answers(record: Mapping[str, Any]) -> dict[str, Answers]:
    """User id -> answers, of one record as Argilla gives it back."""
    found: dict[str, dict[str, str]] = {}
    responses = record.get("responses")
    for question, given in responses.items() if isinstance(responses, dict) else ():
        for each in _list(given):
            if isinstance(each, dict) and each.get("value") is not None:
                found.setdefault(str(each.get("user_id") or "unknown"), {})[question] = str(each["value"])
    return dict(found)


def labelstudio_answers(task: Mapping[str, Any]) -> list[tuple[str, Answers, bool]]:
    """(who, answers, whether all of it was sent there by us) of each annotation that was not cancelled."""
    found: list[tuple[str, Answers, bool]] = []
    for annotation in _list(task.get("annotations")):
        if not isinstance(annotation, dict) or annotation.get("was_cancelled"):
            continue
        given = _list(annotation.get("result"))
        results = [r for r in given if isinstance(r, dict) and isinstance(r.get("value"), dict)]
        told = {str(r.get("from_name")): said for r in results if (said := _value(r["value"])) is not None}
        own = bool(results) and all(str(r.get("id", "")).startswith(f"{OWN}-") for r in results)
        found.append((_who(annotation.get("completed_by")), told, own))
    return found


def _list(value: object) -> list[Any]:
    """What should be a list; nothing of what is none."""
    return value if isinstance(value, list) else []


def _who(completed_by: object) -> str:
    if isinstance(completed_by, dict):  # the address is left behind: an id is enough to tell people apart
        completed_by = completed_by.get("id")
    return "unknown" if completed_by is None else str(completed_by)


def _value(value: Mapping[str, Any]) -> str | None:
    given = value.get("choices") or value.get("text")
    if isinstance(given, list):
        given = given[0] if given else None
    return None if given is None else str(given)


def _results(item: Item, judgement: Judgement, mark: str) -> list[dict[str, Any]]:
    return [
        {
            "id": f"{mark}-{name}",
            "from_name": name,
            "to_name": "text",
            "type": "textarea" if name in _TEXTS else "choices",
            "value": {"text": [said]} if name in _TEXTS else {"choices": [said]},
        }
        for name, said in answers_of(item, judgement).items()
    ]


def _choices(name: str, asked: str, values: Sequence[str]) -> str:
    inside = "".join(f'<Choice value="{value}"/>' for value in values)
    asks = f'  <Header value="{escape(asked)}"/>\n'
    return f'{asks}  <Choices name="{name}" toName="text" choice="single" showInLine="true">{inside}</Choices>'


def _fields(item: Item) -> dict[str, str]:
    """What is shown there, as plain text."""
    sentences = item.snapshot.sentences(item.product_id)
    pair = ""
    if item.other is not None:
        both = [text_of(sentences), text_of(item.other.sentences)]
        one, two = both[::-1] if item.other.flipped else both
        pair = f"One: {one}\n\nTwo: {two}"
    return {
        "request": item.snapshot.answer.message,
        "history": "\n".join(item.snapshot.history),
        "facts": "\n".join(_facts(item)),
        "sentences": "\n".join(f"{place}. {s.text}" for place, s in enumerate(sentences, start=1)),
        "pair": pair,
    }


def _facts(item: Item) -> list[str]:
    """What a reviewer at the desk has before them: the listing, whole, and what was asked for."""
    facts = item.snapshot.facts(item.product_id)
    told = [f"{fact.field}: {fact.value}" for fact in facts_of_listing(facts.product)]
    return told + [f"asked for: {constraint.label}" for constraint in facts.constraints]


def _side(item: Item, preferred: str) -> str:
    if preferred == "tie" or item.other is None:
        return "tie"
    return "one" if (preferred == "first") != item.other.flipped else "two"


def _stored(item: Item, side: str) -> Preferred:
    if side == "tie" or item.other is None:
        return "tie"
    return "first" if (side == "one") != item.other.flipped else "second"


def _one_of(told: Answers, name: str, allowed: Sequence[Any]) -> Any:
    value = told.get(name, "").strip()
    if value not in allowed:
        given = f"is {value[:20]!r}" if value else "is missing"
        raise ReviewError(f"{name} {given}: give {', '.join(allowed)}")
    return value
