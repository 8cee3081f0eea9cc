"""Time to cards, to the first sentence and to the whole answer, warm; and what became of the sentences.

    python -m benchmarks.latency [--data-dir DIR] [--requests 100]

The plain baseline, in the same run: the same requests answered without a language model.
"""

from __future__ import annotations

import argparse
import resource
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from tqdm import tqdm

from assistant.answer import answer
from assistant.clerk import Clerk, open_clerk
from assistant.settings import GeneratorSettings, load_settings
from assistant.types import Answer, Done
from benchmarks.requests import make_requests

_WARM_UP = 5


@dataclass(frozen=True)
class Figures:
    """What one pass over the requests gave."""

    answers: Sequence[Answer]
    cards: int

    def times(self, lap: str) -> list[float]:
        """Milliseconds to a milestone, of the answers that reached it."""
        return [a.timings_ms[lap] for a in self.answers if lap in a.timings_ms and a.recommendations]

    def budgets_broken(self) -> int:
        """Answers that show a product beyond the stated budget without a reason that says so."""
        return sum(any(_breaks(a, i) for i in range(len(a.recommendations))) for a in self.answers)


def _breaks(answer: Answer, place: int) -> bool:
    r = answer.recommendations[place]
    price = r.product.price
    limits = [c.high for c in answer.constraints if c.kind == "price" and c.high is not None]
    over = price is not None and any(price > limit + 1e-9 for limit in limits)
    return over and not any(reason.signal == "budget" and reason.contribution < 0 for reason in r.reasons)


def ask_all(clerk: Clerk, requests: Sequence[str]) -> Figures:
    """Each request in a conversation of its own."""

    def answers() -> Iterator[Answer]:
        for request in tqdm(requests):
            session = clerk.sessions.start()
            for event in answer(clerk, session, request):
                if isinstance(event, Done):
                    yield event.answer
            clerk.sessions.forget(session)

    return Figures(list(answers()), clerk.settings.cards)


def main() -> None:
    """Prints one Markdown table for the data folder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data-dir", type=Path, default=None)
    parser.add_argument("--requests", type=int, default=100)
    parser.add_argument("--show", type=int, default=0, help="print this many dropped sentences")
    options = parser.parse_args()
    settings = load_settings(options.data_dir)
    figures: dict[str, Figures] = {}
    size = 0
    for name in (settings.generator.kind, "none"):
        chosen = settings.model_copy(
            update={"generator": settings.generator if name != "none" else GeneratorSettings(kind="none")}
        )
        with open_clerk(chosen) as clerk:
            size = len(clerk.facets)
            products = list(clerk.searcher.index.catalog.all())
            requests = make_requests(products, clerk.facets, options.requests + _WARM_UP)
            del products
            ask_all(clerk, requests[:_WARM_UP])
            figures[name] = ask_all(clerk, requests[_WARM_UP:])
    _report(figures, size)
    dropped = [d for a in next(iter(figures.values())).answers for d in a.dropped]
    for d in dropped[: options.show]:
        print(f"    {d.why}: {d.text}")


def _report(figures: dict[str, Figures], size: int) -> None:
    print(f"{size:,} products, {len(next(iter(figures.values())).answers)} requests, one at a time, warm\n")
    print("| generator | milestone | median | 95% interval of the median | p95 |\n|---|---|---|---|---|")
    for name, figure in figures.items():
        for lap in ("understood", "cards", "first_sentence", "total"):
            times = figure.times(lap)
            low, high = _interval(times)
            print(
                f"| {name} | {lap.replace('_', ' ')} | {np.median(times):.0f} ms | {low:.0f} to {high:.0f} ms "
                f"| {np.quantile(times, 0.95):.0f} ms |"
            )
    print()
    for name, figure in figures.items():
        with_cards = [a for a in figure.answers if a.recommendations]
        sources = Counter(s.source for a in figure.answers for s in a.sentences)
        dropped = [d for a in figure.answers for d in a.dropped]
        shown = sum(sources.values())
        written = sources["model"] + len(dropped)
        print(
            f"- {name}: {len(with_cards)} answers with cards; {shown} sentences shown, "
            f"{sources['model']} worded by the model ({share(sources['model'], shown)}); "
            f"of {written} it wrote, {share(sources['model'], written)} survived the check; "
            f"answers that break a stated budget: {figure.budgets_broken()}"
        )
        whys = Counter(d.why.partition(":")[0] for d in dropped)
        if whys:
            print(f"  dropped for: {', '.join(f'{why} {n}' for why, n in whys.most_common())}")
    print(f"- peak memory of the process: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


def share(part: int, whole: int) -> str:
    """A percentage, or a dash where there is nothing to share."""
    return f"{100 * part / whole:.0f} %" if whole else "-"


def _interval(times: Sequence[float], rounds: int = 2000) -> tuple[float, float]:
    """95 % bootstrap interval of the median."""
    chance = np.random.default_rng(0)
    medians = np.median(chance.choice(np.asarray(times), size=(rounds, len(times))), axis=1)
    return float(np.quantile(medians, 0.025)), float(np.quantile(medians, 0.975))


if __name__ == "__main__":
    main()
