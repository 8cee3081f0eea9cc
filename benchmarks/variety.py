"""What variety costs in relevance and what it brings: pages of ten at every setting, by both methods.

    python -m benchmarks.variety --queries FILE --qrels FILE [--data-dir DIR] [--svg docs/variety.svg]
                                 [--page 10] [--most-lost 0.25] [--named]

Queries: a query a line, or qid<TAB>query. Judgements: a TREC file (qid 0 product_id grade) or a TSV with the columns
query, product_id and grade, where query is the qid or the query itself. Each query is searched and ranked once; only
the choice of the page is repeated. Variety 0 is the baseline, in the same run. --named adds the shop's rule that what
comes in must differ from all others shown in a fact that can be named; of ten cards hardly any does, of three most.
"""

from __future__ import annotations

import argparse
import csv
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from tqdm import tqdm

from assistant.clerk import Clerk, open_clerk
from assistant.console import lines_of, queries_of
from assistant.ranking import Ranked, models
from assistant.recommending import ranked_for
from assistant.settings import GeneratorSettings, load_settings
from assistant.types import Constraint
from assistant.understand import understand
from assistant.variety import MOST_LOST, POOL, Method, varied
from retrieval.errors import StoreclerkError
from retrieval.search import CANDIDATES
from retrieval.text import fold
from retrieval.types import Product, Vectors

STEPS = tuple(step / 10 for step in range(11))
METHODS: tuple[Method, ...] = ("mmr", "dpp")
_POPULAR = 0.2  # share of the catalogue that is not long tail, by number of ratings
_ROUNDS = 2000  # of the bootstrap


@dataclass(frozen=True, slots=True)
class Rules:
    """How a page is chosen, but for method and variety."""

    page: int = 10
    most_lost: float = MOST_LOST
    named: bool = False


@dataclass(frozen=True, slots=True)
class Case:
    """One query, ranked once."""

    grades: Mapping[str, float]
    ranked: Sequence[Ranked]
    constraints: Sequence[Constraint]
    vectors: Mapping[str, Vectors]


@dataclass(frozen=True, slots=True)
class Figures:
    """Of one page; means over the queries make a row of the table."""

    ndcg: float
    diversity: float
    """1 - mean cosine of its pairs."""
    brands: float
    tail: float
    """Share of products outside the popular fifth; NaN where the catalogue gives no ratings."""
    changed: float
    """Share of the page that would not be there at variety 0."""


def read_grades(path: Path) -> dict[str, dict[str, float]]:
    """Folded query or qid -> product id -> grade. Raises StoreclerkError for a line that is neither form."""
    found: dict[str, dict[str, float]] = defaultdict(dict)
    lines = lines_of(path)
    if "\t" in lines[0] and {"query", "product_id", "grade"} <= set(lines[0].split("\t")):
        for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE):
            found[fold(row["query"])][row["product_id"]] = float(row["grade"])
        return found
    for number, line in enumerate(lines, start=1):
        parts = line.split()
        if len(parts) != 4:
            raise StoreclerkError(f"{path}, line {number}: expected `qid 0 product_id grade`, got {line[:60]!r}.")
        found[fold(parts[0])][parts[2]] = float(parts[3])
    return found


def ndcg(ids: Sequence[str], grades: Mapping[str, float], k: int) -> float:
    """Gain 2^grade - 1, discount log2(rank + 1), over the best possible; 0 if nothing is relevant."""

    def gained(values: Iterable[float]) -> float:
        return sum((2**grade - 1) / math.log2(place + 1) for place, grade in enumerate(list(values)[:k], start=1))

    best = gained(sorted(grades.values(), reverse=True))
    return gained(grades.get(id, 0.0) for id in ids) / best if best > 0 else 0.0


def diversity(vectors: Vectors) -> float:
    """1 - mean cosine of all pairs of rows, shape (n, d); 0 for fewer than two."""
    n = len(vectors)
    if n < 2:
        return 0.0
    cosines = vectors @ vectors.T
    return 1 - float((cosines.sum() - np.trace(cosines)) / (n * (n - 1)))


def popular_ids(products: Sequence[Product]) -> frozenset[str]:
    """The fifth of the catalogue that most people have rated; empty where nobody has rated anything."""
    rated = sorted((p for p in products if p.rating_count), key=lambda p: (-p.rating_count, p.id))
    return frozenset(p.id for p in rated[: max(int(len(products) * _POPULAR), 1)])


def prepare(clerk: Clerk, query: str, grades: Mapping[str, float], page: int) -> Case:
    """Search and rank once; fetch the vectors of all that any page could show."""
    ranked = ranked_for(clerk, query, CANDIDATES)
    near = [r.product.id for r in [*models(ranked)[: max(POOL, page)], *ranked]]
    vectors = clerk.searcher.index.store.vectors(near)
    return Case(grades, ranked, understand(query, clerk.reader).constraints, vectors)


def figures_of(case: Case, variety: float, method: Method, rules: Rules, popular: frozenset[str]) -> Figures:
    """One page of one query."""

    def page_at(value: float) -> list[Product]:
        page = varied(
            case.ranked,
            rules.page,
            case.constraints,
            variety=value,
            method=method,
            vectors_of=lambda _: case.vectors,
            most_lost=rules.most_lost,
            named=rules.named,
        )
        return [r.product for r in page]

    page, plain = page_at(variety), {product.id for product in page_at(0.0)}
    ids = [product.id for product in page]
    known = [case.vectors[id] for id in ids if id in case.vectors]
    return Figures(
        ndcg=ndcg(ids, case.grades, rules.page),
        diversity=diversity(np.stack(known)) if known else 0.0,
        brands=float(len({fold(product.brand) for product in page if product.brand})),
        tail=float(np.mean([id not in popular for id in ids])) if popular and ids else float("nan"),
        changed=float(np.mean([id not in plain for id in ids])) if ids else 0.0,
    )


def interval(differences: Sequence[float]) -> tuple[float, float]:
    """95 % bootstrap interval of a mean."""
    chance = np.random.default_rng(0)
    means = chance.choice(np.asarray(differences), size=(_ROUNDS, len(differences))).mean(axis=1)
    return float(np.quantile(means, 0.025)), float(np.quantile(means, 0.975))


def table(pages: Mapping[tuple[Method, float], Sequence[Figures]], page: int) -> list[str]:
    """A Markdown table, a row for each method and setting; what is lost and gained is against variety 0."""
    lines = [
        f"| method | variety | nDCG@{page} | lost (95 %) | diversity | gained | brands | long tail | changed |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for (method, step), found in pages.items():
        plain = pages[method, 0.0]
        lost = [base.ndcg - each.ndcg for base, each in zip(plain, found, strict=True)]
        low, high = interval(lost)
        tail = [each.tail for each in found if each.tail == each.tail]
        gained = np.mean([each.diversity for each in found]) - np.mean([each.diversity for each in plain])
        lines.append(
            f"| {method} | {step:.1f} | {np.mean([each.ndcg for each in found]):.4f} "
            f"| {np.mean(lost):.4f} ({low:.4f} to {high:.4f}) "
            f"| {np.mean([each.diversity for each in found]):.4f} | {gained:+.4f} "
            f"| {np.mean([each.brands for each in found]):.2f} | {f'{np.mean(tail):.1%}' if tail else '-'} "
            f"| {np.mean([each.changed for each in found]):.1%} |"
        )
    return lines


def draw(pages: Mapping[tuple[Method, float], Sequence[Figures]], page: int, path: Path) -> None:
    """The trade as a curve a method: nDCG lost to the right, diversity gained upwards."""
    import matplotlib

    matplotlib.use("svg")
    matplotlib.rcParams["svg.hashsalt"] = "storeclerk"  # the same figures give the same file
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(7, 4.5))
    for method, colour in zip(METHODS, ("#1f5c49", "#b9770e"), strict=True):
        rows = [pages[method, step] for step in STEPS]
        lost = [float(np.mean([f.ndcg for f in rows[0]]) - np.mean([f.ndcg for f in row])) for row in rows]
        gained = [float(np.mean([f.diversity for f in row]) - np.mean([f.diversity for f in rows[0]])) for row in rows]
        axes.plot(lost, gained, marker="o", color=colour, label=method.upper())
        for step, x, y in zip(STEPS, lost, gained, strict=True):
            axes.annotate(f"{step:.1f}", (x, y), textcoords="offset points", xytext=(5, -11), fontsize=8)
    axes.set_xlabel(f"nDCG@{page} lost")
    axes.set_ylabel("diversity gained (1 - mean cosine of a page)")
    axes.set_title(f"Variety 0 to 1, pages of {page}, {len(next(iter(pages.values())))} queries")
    axes.grid(alpha=0.3)
    axes.legend()
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None})
    pyplot.close(figure)


def main() -> None:
    """Prints one Markdown table and writes the curve."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--queries", type=Path, required=True)
    parser.add_argument("--qrels", type=Path, required=True)
    parser.add_argument("--data-dir", type=Path, default=None)
    parser.add_argument("--svg", type=Path, default=Path("docs/variety.svg"))
    parser.add_argument("--page", type=int, default=10, help="cards a page")
    parser.add_argument("--most-lost", type=float, default=MOST_LOST, help="share of the best score")
    parser.add_argument("--named", action="store_true")
    options = parser.parse_args()
    rules = Rules(options.page, options.most_lost, options.named)
    grades = read_grades(options.qrels)
    settings = load_settings(options.data_dir).model_copy(update={"generator": GeneratorSettings(kind="none")})
    with open_clerk(settings) as clerk:
        popular = popular_ids(list(clerk.searcher.index.catalog.all()))
        cases: list[Case] = []
        for qid, query in tqdm(queries_of(options.queries), desc="ranking"):
            judged = grades.get(fold(qid)) or grades.get(fold(query))
            if judged:
                cases.append(prepare(clerk, query, judged, rules.page))
        size = len(clerk.facets)
    if not cases:
        raise SystemExit("None of the queries has a judgement: the first column of --qrels must be their id or text.")
    pages = {
        (method, step): [figures_of(case, step, method, rules, popular) for case in cases]
        for method in METHODS
        for step in tqdm(STEPS, desc=method)
    }
    print(f"{size:,} products, {len(cases):,} judged queries\n")
    print("\n".join(table(pages, rules.page)))
    draw(pages, rules.page, options.svg)


if __name__ == "__main__":
    main()
