"""What the language model makes of the reasons: how much survives the check, how varied, and whether a fact is wrong.

    python -m benchmarks.explanations [--data-dir DIR] [--requests 500] [--usual 60] [--free-text FILE] [--save FILE]

Many answers are worded in one batch, which gives the same sentences in less time; benchmarks.latency has the times.
The contrast, in the same run and under the same checker: the same base, untuned, by the prompt with examples; and the
usual way, asked in one prompt to explain a product. --free-text words single attributes of a file like semiPQA's
(tabs; `data`, `text`), whose names and values no catalogue here has.
"""

from __future__ import annotations

import argparse
import csv
import json
import re
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from tqdm import tqdm

from assistant.clerk import Clerk, adapter_of, open_clerk
from assistant.explain import explain
from assistant.facts import Facts
from assistant.generators import LocalGenerator
from assistant.labels import labelled_row
from assistant.models import generator_folder
from assistant.ranking import Context, rank
from assistant.reasons import every_reason
from assistant.recommending import facts_of, shown_for
from assistant.settings import GeneratorSettings, load_settings
from assistant.types import Constraint, Dropped, Sentence
from assistant.verify import split_sentences, verify
from assistant.wording import money, shown
from benchmarks.latency import share
from benchmarks.requests import make_requests
from retrieval.text import fold, words
from retrieval.types import AttributeTest, AttributeValue, Hit, Product

_TOGETHER = 10
"""Answers worded in one batch, about 50 rows."""
_LONG = 600.0  # seconds: the time limit is not what is measured here


@dataclass
class Tally:
    """What one way of explaining gave."""

    name: str
    answers: int = 0
    explained: int = 0
    """Products explained."""
    sentences: list[tuple[Facts, Sentence]] = field(default_factory=list)
    dropped: list[tuple[Facts, Dropped]] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def worded(self) -> list[tuple[Facts, Sentence]]:
        return [(f, s) for f, s in self.sentences if s.source == "model"]

    def row(self) -> str:
        worded = len(self.worded)
        written = worded + len(self.dropped)
        texts = [s.text for _, s in self.worded]
        wrong = sum(bool(wrong_fact(f, s.text)) for f, s in self.sentences)
        return (
            f"| {self.name} | {self.answers:,} | {self.explained:,} | {len(self.sentences):,} "
            f"| {share(worded, written)} of {written:,} | {share(worded, len(self.sentences))} "
            f"| {wrong} | {distinct_2(texts):.3f} | {most_repeated_opening(texts)} |"
        )


def word_all(tally: Tally, pages: Sequence[Sequence[Facts]], clerk: Clerk, generator: LocalGenerator | None) -> None:
    """Words the pages, `_TOGETHER` at a time."""
    started = time.perf_counter()
    voice = clerk.settings.voice
    for first in tqdm(range(0, len(pages), _TOGETHER), desc=tally.name):
        subjects = [facts for page in pages[first : first + _TOGETHER] for facts in page]
        # Ids of reasons count anew on each page; here they must be told apart.
        subjects = [
            replace(f, reasons=[replace(r, id=f"{n}-{r.id}") for r in f.reasons]) for n, f in enumerate(subjects)
        ]
        by_reason = {r.id: f for f in subjects for r in f.reasons}
        by_product = {f.product.id: f for f in subjects}
        for result in explain(subjects, generator, clerk.vocabulary, seconds=_LONG, voice=voice, gate=clerk.gate):
            if isinstance(result, Sentence):
                tally.sentences.append((by_reason[result.reasons[0]], result))
            else:
                tally.dropped.append((by_product[result.product_id], result))
    tally.answers, tally.explained = len(pages), sum(map(len, pages))
    tally.seconds = time.perf_counter() - started


def the_usual_way(pages: Sequence[Sequence[Facts]], clerk: Clerk, generator: LocalGenerator) -> Tally:
    """One prompt a product, all its facts in it; each sentence of what comes back is checked."""
    tally = Tally("the usual way: untuned, one prompt", answers=len(pages), explained=sum(map(len, pages)))
    started = time.perf_counter()
    subjects = [facts for page in pages for facts in page]
    for first in tqdm(range(0, len(subjects), 20), desc="the usual way"):
        chunk = subjects[first : first + 20]
        texts = [""] * len(chunk)
        for row, piece in generator.generate([_usual_prompt(f) for f in chunk], max_tokens=90, seconds=_LONG):
            texts[row] += piece
        for facts, text in zip(chunk, texts, strict=True):
            for said in split_sentences(text):
                verdict = verify(said, facts, clerk.vocabulary)
                if verdict.supported:
                    tally.sentences.append((facts, Sentence(facts.product.id, said, verdict.reasons, True, "model")))
                else:
                    tally.dropped.append((facts, Dropped(facts.product.id, said, verdict.why)))
    tally.seconds = time.perf_counter() - started
    return tally


def _usual_prompt(facts: Facts) -> str:
    product = facts.product
    listing = "; ".join(f"{name}: {shown(value)}" for name, value in list(product.attributes.items())[:12])
    price = money(product.price, product.currency) if product.price is not None else "unknown"
    rating = f" Rating: {product.rating:g} out of 5 by {product.rating_count} customers." if product.rating else ""
    return (
        "<|im_start|>user\nA shopper asks for: "
        f"{facts.request}\nProduct: {product.title}. Price: {price}. {listing}.{rating}\n"
        "Explain in two or three short sentences why this product fits the request. Use only these facts."
        "<|im_end|>\n<|im_start|>assistant\n"
    )


def wrong_fact(facts: Facts, text: str) -> str:
    """A price that is none, or another product's name; looked for without the checker. "" if all is right."""
    product = facts.product
    known = {product.price or 0.0}
    for c in facts.constraints:
        if c.kind == "price":
            for bound in (c.low, c.high):
                if bound is not None:
                    known |= {bound, bound + 0.01, abs((product.price or 0.0) - bound)}
    quoted = re.sub(r"“[^”]*”", " ", text)
    for notes in (c.note for c in facts.constraints if c.note):
        quoted = quoted.replace(notes, " ")
    for title in (product.title, *facts.past_titles):
        quoted = quoted.replace(title, " ").replace(title.split(",")[0].strip(), " ")
    for amount in re.findall(r"[$€£]\s?(\d[\d,]*(?:\.\d+)?)", quoted):
        if not any(abs(float(amount.replace(",", "")) - k) < 0.006 for k in known):
            return f"price {amount}"
    others = [p.title.split(",")[0].strip() for p in facts.page if p.title.split(",")[0] != product.title.split(",")[0]]
    # A title may be no more than a brand, which is no other product's name.
    return next((f"name {name}" for name in others if len(name) > 8 and name in quoted and name != product.brand), "")


def distinct_2(texts: Sequence[str]) -> float:
    """Different pairs of neighbouring words as a share of all; Li et al., NAACL 2016."""
    pairs = [pair for text in texts for pair in zip(words(text), words(text)[1:], strict=False)]
    return len(set(pairs)) / len(pairs) if pairs else 0.0


def most_repeated_opening(texts: Sequence[str]) -> str:
    """The first three words that most sentences open with, and how many do."""
    openings = Counter(" ".join(text.split()[:3]) for text in texts)
    if not openings:
        return "-"
    [(opening, count)] = openings.most_common(1)
    return f"“{opening}” {share(count, len(texts))}"


def free_text(file: Path, count: int) -> list[list[Facts]]:
    """Each attribute of the file as a product of its own, asked for; its names are new to the model."""
    pages: list[list[Facts]] = []
    with file.open(encoding="utf-8", newline="") as rows:
        for row in csv.DictReader(rows, delimiter="\t"):
            name, value = _attribute(row["data"])
            if not name or value == "":
                continue
            product = Product(f"q{len(pages)}", "Item", attributes={name: value})
            test = (
                AttributeTest(name, flag=True)
                if isinstance(value, bool)
                else AttributeTest(name, any_of=frozenset([fold(str(value))]))
            )
            wish = Constraint(
                f"attribute:{name}", "attribute", name if isinstance(value, bool) else str(value), test=test
            )
            [ranked] = rank([Hit(product, 0.5, 0.5)], Context((wish,), 4.0))
            reasons = [replace(r, id=f"r{n}") for n, r in enumerate(every_reason(ranked, [wish], None))]
            pages.append([Facts(product, reasons, [wish], name)])
    step = max(1, len(pages) // count)
    return pages[::step][:count]


def _attribute(data: str) -> tuple[str, AttributeValue]:
    """`color: { value:"Red" }` -> ("color", "Red"); ("", "") for what has no single value."""
    name, _, rest = data.partition(":")
    values = re.findall(r"(?<![\w_])value:(\"[^\"]*\"|true|false|[\w.]+)", rest)
    if len(values) != 1 or "unit:" in rest:
        return "", ""
    said = values[0].strip('"').strip()
    if said in ("true", "false"):
        return name.replace("_", " "), said == "true"
    return name.replace("_", " ").strip(), said if len(said) <= 60 else ""


def pages_of(clerk: Clerk, count: int, seed: int) -> Iterator[list[Facts]]:
    """The pages of made requests that find something."""
    products = list(clerk.searcher.index.catalog.all())
    for request in tqdm(make_requests(products, clerk.facets, count, seed), desc="searching"):
        found = shown_for(clerk, request)
        if found is not None:
            yield facts_of(found.dialogue, found.recommendations)


def main() -> None:
    """Prints one Markdown table for the data folder."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data-dir", type=Path, default=None)
    parser.add_argument("--requests", type=int, default=500)
    parser.add_argument("--seed", type=int, default=7, help="of the requests")
    parser.add_argument("--usual", type=int, default=60, help="requests that the untuned model explains; 0 for none")
    parser.add_argument("--free-text", type=Path, default=None, help="a file like semiPQA's data-to-text")
    parser.add_argument("--save", type=Path, default=None, help="write sentences to be labelled, a line each")
    options = parser.parse_args()
    settings = load_settings(options.data_dir)
    folder = generator_folder(settings.generator.model, settings.models_dir)
    quiet = settings.model_copy(update={"generator": GeneratorSettings(kind="none")})
    tallies: list[Tally] = []
    with open_clerk(quiet) as clerk:
        pages = list(pages_of(clerk, options.requests, options.seed))
        adapter = adapter_of(settings.generator, "generator")
        tuned = LocalGenerator(folder, adapter, temperature=settings.generator.temperature)
        tallies.append(Tally(tuned.name))
        word_all(tallies[-1], pages, clerk, tuned)
        if options.free_text is not None:
            tallies.append(Tally("the same, free text"))
            word_all(tallies[-1], free_text(options.free_text, options.requests), clerk, tuned)
        if options.usual:
            untuned = LocalGenerator(folder)
            tallies.append(Tally("untuned, by reasons and examples"))
            word_all(tallies[-1], pages[: options.usual], clerk, untuned)
            tallies.append(the_usual_way(pages[: options.usual], clerk, untuned))
    print("| system | answers | products | sentences shown | passed the check | worded by the model | wrong facts "
          "| distinct-2 | most repeated opening |\n|---|---|---|---|---|---|---|---|---|")  # fmt: skip
    for tally in tallies:
        print(tally.row())
    print()
    for tally in tallies:
        whys = Counter(d.why.partition(":")[0] for _, d in tally.dropped).most_common(8)
        print(f"- {tally.name}: {tally.seconds:.0f} s; dropped for: {', '.join(f'{why} {n}' for why, n in whys)}")
        for facts, sentence in tally.sentences:
            wrong = wrong_fact(facts, sentence.text)
            if wrong:
                print(f"  wrong: {wrong}: {sentence.text}")
    if options.save is not None:
        _save(tallies, options.save)


def _save(tallies: Sequence[Tally], path: Path) -> None:
    with path.open("w", encoding="utf-8") as file:
        for tally in tallies:
            said = [(facts, s.text, "") for facts, s in tally.worded]
            for facts, text, why in (*said, *((facts, d.text, d.why) for facts, d in tally.dropped)):
                row = labelled_row(facts, text) | {"from": tally.name, "why": why}
                file.write(json.dumps(row, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
