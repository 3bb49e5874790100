"""Runs looks at states side by side, in processes of their own: a browser each, and a tab for each language."""

from __future__ import annotations

import itertools
import multiprocessing
from collections.abc import Iterator
from multiprocessing.queues import Queue

from playwright.sync_api import Error, sync_playwright

from tests.access.states import STATES
from tests.access.walk import LANGUAGES, SIZES, THEMES, Fault, Walker
from tests.e2e.conftest import ARGUMENTS, browser_path

Look = tuple[str, int]
"""A theme and a width."""
Job = tuple[int, str, tuple[Look, ...]]
"""A state, a language, and the looks to take."""
EVERY_LOOK: tuple[Look, ...] = tuple(itertools.product(THEMES, SIZES))


def every_look(indices: list[int], languages: list[str]) -> list[Job]:
    return [(index, language, EVERY_LOOK) for index in indices for language in languages]


def one_look_each() -> list[Job]:
    """Every state once, and over neighbouring states each pair of a language, a theme and a width."""
    pairs = [(language, look) for look in EVERY_LOOK for language in LANGUAGES]
    half = len(pairs) // 2
    # Widths follow each other fastest; the language changes with the theme in one half of them, against it in the
    # other.
    order = sorted(range(len(pairs)), key=lambda at: (at % 2 != (at // 2 // len(SIZES)) % 2, at))
    return [
        (index, pairs[at][0], (pairs[at][1],))
        for index, at in zip(range(len(STATES)), itertools.cycle(order[:half] + order[half:]), strict=False)
    ]


def run(base: str, todo: list[Job], workers: int) -> Iterator[tuple[int, list[Fault]]]:
    """How many looks were taken, and what is wrong in them, as it comes."""
    start = multiprocessing.get_context("spawn")
    jobs, found = start.Queue(), start.Queue()
    # One worker for a language, as far as that goes: pages of one language follow each other without being loaded anew.
    for job in [*sorted(todo, key=lambda one: one[1]), *[None] * workers]:
        jobs.put(job)
    processes = [start.Process(target=_work, args=(base, jobs, found), daemon=True) for _ in range(workers)]
    for process in processes:
        process.start()
    left = sum(len(looks) for _, _, looks in todo)
    while left > 0:
        count, faults = found.get(timeout=600)
        left -= count
        yield count, faults
    for process in processes:
        process.join()


def _work(base: str, jobs: Queue[Job | None], found: Queue[tuple[int, list[Fault]]]) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path(), args=list(ARGUMENTS))
        walkers: dict[str, Walker] = {}
        for index, language, looks in iter(jobs.get, None):
            if language not in walkers:
                walkers[language] = Walker(browser, base, language)
            walker, taken = walkers[language], 0
            try:
                walker.look(looks[0][0], max(SIZES))
                walker.go(STATES[index])
                for theme, width in looks:
                    walker.look(theme, width)
                    found.put((1, walker.faults(STATES[index], theme, width)))
                    taken += 1
            except (Error, AssertionError) as error:
                words = " ".join(str(error).split())[:400]
                theme, width = looks[min(taken, len(looks) - 1)]
                found.put(
                    (len(looks) - taken, [Fault(STATES[index].name, language, theme, width, "not reached", "", words)])
                )
                walkers.pop(language).close()
        browser.close()
