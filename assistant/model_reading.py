"""One message read by a capable language model: the prompt, the schema, and its answer as a value, or nothing.

Knows what the model is told and how its answer must look; how much of the answer is believed is the business of
`model_merging`. Whatever the model gets wrong ends in None here, and the rules stand alone.
"""

from __future__ import annotations

import json
import logging
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from pydantic import BaseModel, ConfigDict, ValidationError
from rapidfuzz import fuzz, process

from assistant.constraints import Scope
from assistant.errors import GeneratorError
from assistant.prompting import load_prompt
from assistant.reading import Reader
from assistant.structured import StructuredGenerator
from assistant.types import Constraint, Intent
from assistant.vocabulary import MOST_VALUES
from retrieval.facets import Facets, Rows
from retrieval.text import fold, words

log = logging.getLogger(__name__)

PROMPT_NAME = "read_message"
SECONDS = 3.0
MAX_TOKENS = 700
"""A message with eight wishes takes about 500."""
LONGEST_MESSAGE = 1000
"""Characters sent: what is longer is no wish, and its end is read by the rules all the same."""

# How much of the shop the model is shown: enough for the usual shop whole, some 1,500 tokens at most.
_WIDEST, _NEAR, _BRANDS, _ATTRIBUTES, _VALUES = 25, 15, 25, 30, 8
_LONGEST_NAME = 60  # characters; the name of a product or a value, which are a supplier's words


class _Part(BaseModel):
    """Every field must be given and no other may be, which is what strict servers want of a schema."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


class ReadName(_Part):
    """A category or a brand."""

    name: str
    negated: bool
    evidence: str


class ReadAttribute(_Part):
    """A wish for a value, a yes, or a measure."""

    name: str
    value: str | None
    low: float | None
    high: float | None
    unit: str | None
    negated: bool
    soft: bool
    evidence: str


class ReadPrice(_Part):
    """A budget."""

    low: float | None
    high: float | None
    evidence: str


class ReadLabel(_Part):
    """A standing wish taken back."""

    label: str
    evidence: str


class ReadPlace(_Part):
    """A product of the page."""

    place: int
    evidence: str


class ModelReading(_Part):
    """What the model took the message to ask for. Nothing of it is checked yet but its shape."""

    intent: Intent
    category: ReadName | None
    brands: tuple[ReadName, ...]
    attributes: tuple[ReadAttribute, ...]
    price: ReadPrice | None
    taken_back: tuple[ReadLabel, ...]
    points_at: tuple[ReadPlace, ...]
    corrects: bool


def schema() -> Mapping[str, Any]:
    """The JSON schema of a reading, the same for every shop and message: servers prepare a schema once and keep it."""
    return ModelReading.model_json_schema()


def read_with(
    generator: StructuredGenerator,
    reader: Reader,
    message: str,
    standing: Sequence[Constraint],
    names: Sequence[str],
    *,
    category: Constraint | None = None,
    seconds: float = SECONDS,
) -> ModelReading | None:
    """The model's reading of the message; `standing` are the wishes that stand, `names` what the products of the
    page are called, in order, `category` the kind of thing whose attributes matter. None on any failure (no server, no
    time, no JSON, another shape): it is logged, and no shopper sees it.
    """
    prompt = prompt_for(reader, message, standing, names, category)
    try:
        text = generator.structured(prompt, schema(), title=PROMPT_NAME, max_tokens=MAX_TOKENS, seconds=seconds)
        return ModelReading.model_validate_json(text)
    except GeneratorError as error:
        log.warning("The message was read by the rules alone: %s", error)
    except ValidationError as error:  # its first line only: the rest quotes what a shopper wrote
        log.warning("The message was read by the rules alone: %s sent %s", generator.name, str(error).splitlines()[0])
    return None


def prompt_for(
    reader: Reader,
    message: str,
    standing: Sequence[Constraint],
    names: Sequence[str],
    category: Constraint | None = None,
) -> str:
    """The prompt; what shoppers and suppliers wrote stands in it as JSON strings, each list on one line."""
    facets = reader.facets
    message = message[:LONGEST_MESSAGE]
    scope = Scope.of(facets, category or kind_in(standing))
    blanks = {
        "categories": _shown(facets, _names_near(message, facets.categories)),
        "brands": _shown(facets, _nearest(message, facets.brands, _BRANDS)),
        "attributes": [_attribute(scope, name) for name in _usual_attributes(scope)],
        "standing": [c.label[:_LONGEST_NAME] for c in standing],
        "page": [name[:_LONGEST_NAME] for name in names],
        "message": message,
    }
    return load_prompt(PROMPT_NAME).fill(
        {name: json.dumps(value, ensure_ascii=False) for name, value in blanks.items()}
    )


def kind_in(wishes: Iterable[Constraint]) -> Constraint | None:
    """The kind of thing wanted, if that is sure."""
    return next((c for c in wishes if c.kind == "category" and not c.negated and c.hard), None)


def _shown(facets: Facets, keys: Iterable[str]) -> list[str]:
    return [facets.labels.get(key, key).lower()[:_LONGEST_NAME] for key in keys]


def _names_near(message: str, table: Mapping[str, Rows]) -> list[str]:
    """The largest, and of the others those most like the message."""
    widest = sorted(table, key=lambda name: (-len(table[name]), name))[:_WIDEST]
    return list(dict.fromkeys((*widest, *_nearest(message, table, _NEAR))))


def _nearest(message: str, table: Mapping[str, Rows], count: int) -> list[str]:
    """The names most like some stretch of the message; equal ones by how many products bear them."""
    names = sorted(table, key=lambda name: (-len(table[name]), name))
    return [found[0] for found in process.extract(fold(message), names, scorer=fuzz.partial_ratio, limit=count)]


def _usual_attributes(scope: Scope) -> list[str]:
    """The attributes that most listings of the scope state, without those that hold names and numbers of articles."""
    facets, stated = scope.facets, Counter[str]()
    for name, values in facets.texts.items():
        if len(values) <= MOST_VALUES:
            stated[name] += int(scope.mask[np.concatenate(list(values.values()))].sum())
    for name, (yes, no) in facets.flags.items():
        stated[name] += int(scope.mask[yes].sum() + scope.mask[no].sum())
    for (name, _base), (rows, _amounts) in facets.numbers.items():
        stated[name] += int(scope.mask[rows].sum())
    return sorted((n for n, count in stated.items() if count), key=lambda n: (-stated[n], n))[:_ATTRIBUTES]


def _attribute(scope: Scope, name: str) -> str:
    """ "colour: red, navy blue", "waterproof (yes or no)", "weight (a number)"."""
    facets = scope.facets
    label = " ".join(words(facets.labels.get(name, name)))[:_LONGEST_NAME]
    if name in facets.flags:
        return f"{label} (yes or no)"
    column = facets.texts.get(name, {}) if len(facets.texts.get(name, {})) <= MOST_VALUES else {}
    counts = {value: int(np.count_nonzero(scope.mask[rows])) for value, rows in column.items()}
    usual = sorted((v for v, n in counts.items() if n), key=lambda v: (-counts[v], v))[:_VALUES]
    return f"{label}: {', '.join(v[:_LONGEST_NAME] for v in usual)}" if usual else f"{label} (a number)"
