"""The pictures of the review desk, as SVG to stand inside a page: shares by version and by week, and agreement.

Drawn as those of a measurement are (`assistant.evaluation_plots`): text stays text and takes the page's own colour.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import numpy as np

from assistant.agreement import Agreement
from assistant.evaluation_plots import INK, OTHERS, OWN, drawing
from assistant.review_figures import Figures
from assistant.review_statistics import Rate

MOST = 20
"""Versions or weeks in one picture, the newest: more can be read in the table."""
_LONGEST = 40
"""Characters of a version's name beside the axis."""


@dataclass(frozen=True, slots=True)
class Plot:
    """A picture and what it shows in words, for who cannot see it."""

    svg: str
    alt: str


def plot_versions(found: Sequence[Figures]) -> Plot | None:
    """Support rate by version, a line each with its interval; None where nothing was judged."""
    return _shares("versions", "Supported sentences by version", found)


def plot_weeks(found: Sequence[Figures]) -> Plot | None:
    """The same by week, the oldest first."""
    return _shares("weeks", "Supported sentences by week", found)


def plot_agreement(found: Sequence[Agreement]) -> Plot | None:
    """Krippendorff's alpha a question with its interval; None where no question has one."""
    known = [a for a in found if a.alpha is not None and a.low is not None and a.high is not None]
    if not known:
        return None
    rows = [(_words(a.question), a.alpha or 0.0, a.low or 0.0, a.high or 0.0) for a in known]
    told = [f"{name} {value:.2f} ({low:.2f} to {high:.2f})" for name, value, low, high in rows]
    alt = f"Krippendorff's alpha by question: {'; '.join(told)}"
    lowest = min(0.0, *(low - 0.05 for _name, _value, low, _high in rows))
    return _drawn("agreement", alt, rows, "Krippendorff's alpha", (lowest, 1.0), marks=(0.667, 0.8))


def _shares(name: str, title: str, found: Sequence[Figures]) -> Plot | None:
    known = [(f.group, f.supported) for f in found if f.supported is not None][-MOST:]
    if not known:
        return None
    alt = f"{title}: {'; '.join(f'{group} {_told(share)}' for group, share in known)}"
    rows = [(group, share.share, share.low, share.high) for group, share in known]
    lowest = max(0.0, min(0.8, *(low - 0.05 for _g, _v, low, _h in rows)))
    return _drawn(name, alt, rows, "supported sentences, by people", (lowest, 1.0), percent=True)


def _told(share: Rate) -> str:
    return f"{share.share:.1%} ({share.low:.1%} to {share.high:.1%})"


def _drawn(
    name: str,
    alt: str,
    rows: Sequence[tuple[str, float, float, float]],
    label: str,
    ends: tuple[float, float],
    *,
    marks: Sequence[float] = (),
    percent: bool = False,
) -> Plot:
    """A point with a whisker a row, the first on top."""
    with drawing() as picture:
        axes = picture.axes(9, 0.9 + 0.36 * len(rows))
        places = np.arange(len(rows))[::-1]
        values = np.array([value for _name, value, _low, _high in rows])
        reach = np.array([[max(v - low, 0.0), max(high - v, 0.0)] for _name, v, low, high in rows]).T
        for mark in marks:  # Krippendorff 2004: conclusions from .8 on, tentative ones from .667 on
            axes.axvline(mark, color=OTHERS[0], linewidth=0.8, linestyle=(0, (3, 3)))
        axes.errorbar(values, places, xerr=reach, fmt="o", color=OWN, ecolor=INK, elinewidth=1.2, capsize=3)
        axes.set_yticks(places, [_short(row[0]) for row in rows])
        axes.set_ylim(-0.6, len(rows) - 0.4)
        axes.set_xlim(ends[0], ends[1] + 0.02 * (ends[1] - ends[0]))
        if percent:
            axes.xaxis.set_major_formatter(lambda value, _place: f"{round(100 * value, 1):g} %")
        axes.set_xlabel(label)
        return Plot(picture.svg(name, escape(alt)), alt)


def _short(name: str) -> str:
    return name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1]}…"


def _words(question: str) -> str:
    return question.replace("_", " ")


def standalone(plot: Plot) -> str:
    """The picture as a file of its own: dark on light, or light on dark where that is how the reader reads."""
    colours = "svg{color:#1b1f23}@media(prefers-color-scheme:dark){svg{color:#e6e8ea;background:#1b1f23}}"
    opened = plot.svg.index(">", plot.svg.index("<svg ")) + 1
    inside = f"<title>{escape(plot.alt)}</title><style>{colours}</style>"
    return f"{plot.svg[:opened]}{inside}{plot.svg[opened:]}"
