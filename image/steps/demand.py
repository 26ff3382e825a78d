# SPDX-License-Identifier: MIT
"""Which steps a call has to do: what its goals need, and a shared store does not have."""

import threading
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from image import fetch
from image.plan.graph import Plan
from image.plan.step import Step
from image.recipes.source import Named, Source
from image.steps import sharing
from image.store.store import Entry, Store


@dataclass(frozen=True)
class Wanted:
    """The steps that goals need, by their names, and of these what a store has.

    What is before a step that is there, here or in the store, is not among them.
    """

    steps: frozenset[str]
    shared: Mapping[str, Entry]


def look(plan: Plan, goals: Iterable[Step], store: Store) -> Wanted:
    """Look for what is nearest to the goals."""
    found = dict[str, Entry]()
    seen = set[str]()
    wave = list(goals)
    with ThreadPoolExecutor(sharing.AT_ONCE) as pool:
        while wave:
            seen |= {step.name for step in wave}
            missing = [step for step in wave if not sharing.is_here(plan, step)]
            entries = list(pool.map(lambda step: sharing.ask(plan, step, store), missing))
            found |= {s.name: e for s, e in zip(missing, entries, strict=True) if e}
            names = [name for step in missing if step.name not in found for name in step.needs]
            wave = [plan.steps[name] for name in dict.fromkeys(names) if name not in seen]
    return Wanted(frozenset(seen), found)


@dataclass
class Demand:
    """What is wanted for some goals, at any time of a call.

    Which file a source is may be known only once it is fetched. Other keys follow from that, and
    the store may have the results of these, so it is asked again then.
    """

    plan: Plan
    goals: tuple[Step, ...]
    store: Store
    _sources: list[Named | None] = field(default_factory=list)
    _wanted: Wanted | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __contains__(self, step: Step) -> bool:
        """Whether this is a step of these goals' plan."""
        return self.plan.steps.get(step.name) == step

    @property
    def wanted(self) -> Wanted:
        """As far as can be known now."""
        with self._lock:
            sources = [fetch.named(source, self.plan.project.fetch) for source in self._unsure]
            if self._wanted is None or sources != self._sources:
                self._sources = sources
                self.plan.renew()
                self._wanted = look(self.plan, self.goals, self.store)
            return self._wanted

    @property
    def _unsure(self) -> list[Source]:
        """The sources that may turn out to be others than the recipe says."""
        loads = [step.package for step in self.plan.steps.values() if step.kind == "fetch"]
        return [s for package in loads if package for s in package.sources if s.fallback]
