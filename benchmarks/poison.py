"""What does every value of tests/poison.py in every place cost, those of a million characters in every place too?

    python benchmarks/poison.py [--long]

Extraction and cleaning read the pages, discovery reads the listings; with --long only the values of a million
characters. Prints how many combinations there were, what became of them, and the slowest; anything but a named reason
is a traceback. tests/test_poison.py does the same with the short values, and stores what comes of it.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from pathlib import Path

TESTS = Path(__file__).parent.parent / "tests"
sys.path.insert(0, str(TESTS))

from poison import GENUINE, LISTING_PLACES, LONG_VALUES, PAGE_PLACES, VALUES, Value  # noqa: E402

from newsbot.cleaning import CleaningError, clean_article  # noqa: E402
from newsbot.discovery import read_listing  # noqa: E402
from newsbot.extraction import ExtractionError, extract_article  # noqa: E402

ADDRESS = "https://example.org/2026/11/24/odd"
SLOWEST = 12
"""Combinations that are printed."""


def outcome_of(place: str, value: Value) -> str:
    """Return what becomes of a page or listing with a value in a place."""
    if place in LISTING_PLACES:
        channel, make = LISTING_PLACES[place]
        contents = read_listing(channel, make(value), "https://example.org/listing")
        is_there = any(candidate.url == GENUINE for candidate in contents.candidates)
        return "genuine entry there" if is_there else f"genuine entry LOST in {place}"
    try:
        clean_article(extract_article(PAGE_PLACES[place](value), ADDRESS, fetched_at="2026-11-25T10:00:00Z"))
    except (ExtractionError, CleaningError) as error:
        return f"page rejected: {error.reason}"
    return "page is an article"


def main() -> None:
    """Put the values into the places, and print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--long", action="store_true", help="only the values of a million characters")
    values = LONG_VALUES if parser.parse_args().long else {**VALUES, **LONG_VALUES}
    outcomes: Counter[str] = Counter()
    spent: list[tuple[float, str]] = []
    for place in (*PAGE_PLACES, *LISTING_PLACES):
        for name, value in values.items():
            started = time.process_time()
            outcomes[outcome_of(place, value)] += 1
            spent.append((time.process_time() - started, f"{place}: {name}"))
    print(f"{outcomes.total()} combinations, {sum(seconds for seconds, _ in spent):.0f} s of CPU")
    for outcome, count in outcomes.most_common():
        print(f"{count:7} {outcome}")
    for seconds, case in sorted(spent, reverse=True)[:SLOWEST]:
        print(f"{seconds:7.2f} s {case}")


if __name__ == "__main__":
    main()
