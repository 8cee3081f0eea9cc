"""What would change the first place: each change of one wish run, and told only as it was run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from assistant import contrasts
from assistant.clerk import Clerk
from assistant.contrast_facts import TOLD, Told, called, offers
from assistant.contrasts import Shelf, budget_of, page_again, try_change, try_changes
from assistant.dialogue import apply
from assistant.explain import short_name
from assistant.questions import Question
from assistant.replies import WHAT_IF
from assistant.types import Contrast, Outcome, Trial
from assistant.understand import understand
from assistant.wording import listed, money, plural
from retrieval.types import Product


def what_if(clerk: Clerk, shelf: Shelf, question: Question, target: Product | None) -> Told:
    """The changes of one wish that change the first place, or put `target` there; or the one change supposed."""
    if question.amount is not None or question.wish:
        return _supposed(clerk, shelf, question)
    if question.supposes:
        return _imagined(clerk, shelf, question.supposes)
    first = shelf.page[0].product
    if target is not None and target.id == first.id:
        line = f"The first place is that of {called(target)} already."
        return Told(line, Contrast("what_if", "shown", reruns=1), (WHAT_IF,))
    trials = try_changes(clerk, shelf, contrasts.changes(clerk, shelf, target), product=target)
    fitting = [t for t in trials if t.first and not t.given_up]
    wanted = [t for t in fitting if (t.first == target.id if target is not None else t.first != first.id)]
    standings = tuple(s for p in (first, target) if p is not None and (s := shelf.standing(p.id)) is not None)
    outcome: Outcome = "changed" if wanted else "unchanged"
    contrast = Contrast("what_if", outcome, standings=standings, trials=trials, reruns=1 + len(trials))
    if not wanted:
        return Told(_nothing_changes(called(first), target, trials), contrast, offers())
    if target is None:  # the same product by a smaller change is the better advice
        wanted = [t for n, t in enumerate(wanted) if t.first not in {u.first for u in wanted[:n]}]
    lines = [f"{trial.condition}, {_title(clerk, trial, first)} would come first." for trial in wanted[:TOLD]]
    lines.append(f"I tried {plural(len(trials), 'change')} in all.")
    return Told(f"In first place now: {called(first)}. {' '.join(lines)}", contrast, offers(wanted))


def _nothing_changes(first: str, target: Product | None, trials: Sequence[Trial]) -> str:
    if not trials:
        return f"There is no wish to take off or to change: the first place stays that of {first}."
    tried = f"I tried {plural(len(trials), 'change')}."
    if target is not None:
        return f"No single change that I know of puts {called(target)} first: {tried}"
    return f"Nothing you could drop changes the first place, {first}: {tried}"


def _supposed(clerk: Clerk, shelf: Shelf, question: Question) -> Told:
    """ "What if I had $20 more?", "what if quiet did not matter?": that one change, run."""
    currency = clerk.settings.currency
    budget = budget_of(shelf.dialogue)
    wish = next((c for c in shelf.dialogue.constraints if c.key == question.wish), None)
    first = shelf.page[0].product
    if wish is not None:
        change, message = f"without: {wish.label}", contrasts.without_message(wish)
        condition = f"If “{wish.label}” did not matter"
    elif budget is not None and budget.high is not None and question.amount is not None:
        limit = round(budget.high + question.amount if question.relative else question.amount, 2)
        change, message = f"price: up to {money(limit, currency)}", contrasts.limit_message(limit, currency)
        condition = contrasts.limit_condition(budget, limit, currency)
        if limit > 0:
            condition = f"{condition}, up to {money(limit, currency, short=True)}"
        if limit == budget.high:
            return Told("That is the limit you have named already.", Contrast("what_if", "unchanged", reruns=1))
    else:
        line = f"You have named no limit, so money held nothing back when {called(first)} came first."
        if any(c.kind == "price" and c.high is not None for c in shelf.dialogue.constraints):
            line = "You have named no limit of your own. Name one, and I can say what more would change."
        return Told(line, Contrast("what_if", "unchanged", reruns=1), offers())
    trial = try_change(clerk, shelf, change, message, condition)
    if trial is None:
        line = "That leaves nothing that I could search for."
        return Told(line, Contrast("what_if", "unchanged", reruns=1), offers())
    contrast = Contrast("what_if", "unchanged", trials=(trial,), reruns=2)
    if not trial.first or trial.given_up:
        nearest = f"; {_title(clerk, trial, first)} would be the nearest" if trial.first else ""
        return Told(f"{condition}, nothing would fit{nearest}.", contrast, offers())
    if trial.first == first.id:
        return Told(f"{condition}, {called(first)} would still come first.", contrast, offers([trial]))
    line = f"{condition}, {_title(clerk, trial, first)} would come first, before {called(first)}."
    return Told(line, replace(contrast, outcome="changed"), offers([trial]))


def _imagined(clerk: Clerk, shelf: Shelf, supposes: str) -> Told:
    """ "What if 150 lumens were enough?": any wish in the shopper's words, read as a message would be, and run."""
    dialogue, first = shelf.dialogue, shelf.page[0].product
    request = replace(understand(supposes, clerk.reader, context=dialogue.constraints), intent="refine")
    state = apply(dialogue, request, [r.product for r in shelf.page], clerk.facets, clerk.settings.currency)
    new = [c.label for c in state.constraints if c not in dialogue.constraints]
    gone = [c.label for c in dialogue.constraints if c.key not in {s.key for s in state.constraints}]
    if not new and not gone:
        line = "I could not read a wish in that, so I cannot say what would change."
        return Told(line, Contrast("what_if", "unchanged", reruns=1), offers())
    said = [f"With {listed([f'“{label}”' for label in new])}"] if new else []
    said += [f"{'w' if new else 'W'}ithout {listed([f'“{label}”' for label in gone])}"] if gone else []
    condition = " and ".join(said)
    after = page_again(clerk, replace(state, exclude_shown=False))
    then = after.page[0].product if after.page else None
    trial = Trial(condition, supposes, condition, then.id if then else "", short_name(then.title) if then else "", None)
    contrast = Contrast("what_if", "unchanged", trials=(trial,), reruns=2)
    if then is None or after.found.given_up:
        return Told(f"{condition}, nothing would fit.", contrast, offers())
    if then.id == first.id:
        return Told(f"{condition}, {called(first)} would still come first.", contrast, offers())
    line = f"{condition}, {called(then, first)} would come first, before {called(first)}."
    return Told(line, replace(contrast, outcome="changed"), offers())


def _title(clerk: Clerk, trial: Trial, first: Product) -> str:
    """What comes first after a change, told apart from what comes first now."""
    found = clerk.searcher.index.catalog.get([trial.first]).get(trial.first)
    return called(found, first) if found is not None else trial.first_title
