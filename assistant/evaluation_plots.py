"""The two pictures of a report, as SVG to stand inside a page: means with intervals, and query by query.

Text and axes take the page's own text colour, so one picture serves light and dark.
"""

from __future__ import annotations

import io
import re
import warnings
from typing import Any

import numpy as np

from assistant.evaluate import Evaluation
from retrieval.measures import RELEVANCE

INK = "#010203"  # stands for the page's text colour until the picture is drawn
OWN = "#2e8b6d"
OTHERS = ("#8d8272", "#c08a2d", "#7a8fb5")  # tell apart on light and dark, and by their lightness without colour
_STYLE = {
    "svg.fonttype": "none",  # letters stay text: small, searchable, in the page's own font
    "text.parse_math": False,  # a file's name may hold a $
    "font.family": "sans-serif",
    "font.size": 10,
    "text.color": INK,
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
}


def plot_means(evaluation: Evaluation) -> str:
    """A group of bars a measure, a bar a system, with the 95 % interval as a whisker."""
    with drawing() as picture:
        axes = picture.axes(9, 3.6)
        width = 0.8 / len(evaluation.systems)
        for place, system in enumerate(evaluation.systems):
            means = [evaluation.means[system][m] for m in RELEVANCE]
            heights = np.array([m.mean for m in means])
            reach = np.abs(np.array([[m.mean - m.low for m in means], [m.high - m.mean for m in means]]))
            axes.bar(
                np.arange(len(means)) + (place - (len(evaluation.systems) - 1) / 2) * width,
                heights,
                width * 0.92,
                yerr=reach,
                label=system if not system.startswith("_") else f" {system}",  # matplotlib hides such labels
                color=OWN if place == 0 else OTHERS[(place - 1) % len(OTHERS)],
                error_kw={"ecolor": INK, "elinewidth": 1, "capsize": 2.5},
            )
        axes.set_xticks(range(len(RELEVANCE)), RELEVANCE)
        axes.set_ylim(0, 1)
        axes.legend(frameon=False, ncols=len(evaluation.systems), loc="lower center", bbox_to_anchor=(0.5, 1.0))
        return picture.svg("means", "Means of every measure by system, with intervals")


def plot_differences(evaluation: Evaluation) -> str:
    """nDCG@10 of the system under test less that of the best baseline, a bar a query; "" without a baseline."""
    best = evaluation.best_baseline("nDCG@10")
    if best is None:
        return ""
    own, other = evaluation.per_query[evaluation.subject], evaluation.per_query[best]
    gaps = np.sort([own[qid]["nDCG@10"] - other[qid]["nDCG@10"] for qid in own])[::-1]
    with drawing() as picture:
        axes = picture.axes(9, 2.8)
        # One filled step line rather than a bar a query: thousands of queries stay a few kilobytes.
        edges = np.arange(len(gaps) + 1)
        steps = np.append(gaps, gaps[-1])
        axes.fill_between(edges, steps, 0, where=steps >= 0, step="post", color=OWN, linewidth=0)
        axes.fill_between(edges, steps, 0, where=steps <= 0, step="post", color=OTHERS[1], linewidth=0)
        axes.axhline(0, color=INK, linewidth=0.8)
        axes.set_xlim(0, len(gaps))
        axes.set_ylim(-1, 1)
        axes.set_xlabel("queries")
        axes.set_ylabel("difference in nDCG@10")
        return picture.svg("differences", "Difference in nDCG@10 by query, sorted")


class drawing:  # noqa: N801  (reads as what happens inside the `with`)
    """Matplotlib without its global state: a figure, its style, and the SVG of it."""

    def __enter__(self) -> drawing:
        import matplotlib

        self._context = matplotlib.rc_context(_STYLE)
        self._context.__enter__()
        return self

    def __exit__(self, *raised: Any) -> None:
        self._context.__exit__(*raised)

    def axes(self, width: float, height: float) -> Any:
        """Axes of a fresh figure, in inches."""
        from matplotlib.figure import Figure

        self._figure = Figure(figsize=(width, height), layout="constrained")
        return self._figure.add_subplot()

    def svg(self, name: str, says: str) -> str:
        """The figure as one <svg> element; ids get `name` in front, since two pictures share a page."""
        import matplotlib

        out = io.StringIO()
        with warnings.catch_warnings(), matplotlib.rc_context({"svg.hashsalt": name}):
            warnings.simplefilter("ignore")  # a letter its font lacks is drawn by the reader's
            self._figure.savefig(out, format="svg", transparent=True, metadata={"Date": None})
        drawn = out.getvalue()
        drawn = re.sub(r"<metadata>.*?</metadata>", "", drawn[drawn.index("<svg") :], flags=re.DOTALL)
        drawn = re.sub(r'\b(id="|href="#|url\(#)', rf"\g<1>{name}-", drawn)
        return drawn.replace("<svg ", f'<svg role="img" aria-label="{says}" ', 1).replace(INK, "currentColor")
