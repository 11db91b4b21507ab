"""What a run says of its books: the accounting law in a line, and which source's pages come to nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from math import comb

from newsbot.store.ledger import OF_DISCOVERED, OF_FETCHED, Account

REFUSED = ("failed:http_4", "failed:leads_off_limits")
"""How what a server has but does not give begins (401, 403, 404, 410, 451 ...; or it leads where robots.txt forbids).
One that is down will be up again."""
USUAL_DAYS = 30
"""Days whose runs tell how many of a source's pages come to nothing usually."""
FEWEST = 3
"""Pages that have to come to nothing before that says anything of their source."""
FEWEST_KNOWN = 10
"""Pages of earlier runs without which a share is neither usual nor unusual, unless it is all: of a site that wants to
be paid, every second page may ask for that from the first run on."""
USUAL_OF_UNKNOWN = (2, 25)
"""Pages that came to nothing, and pages tried, that every source is taken to have had before: 8 %, a guess that a day
of its own pages outweighs."""
MOST_RECENT = 25
"""Pages up to which those of earlier runs are taken together with a run's own: about what an outlet brings in a day."""
CHANCE = 1e-4
"""Probability below which that many pages do not come to nothing by chance. In 58 simulated days of 173 outlets
(25 pages a day in runs of 1 to 25; 0 to 40 % come to nothing usually, half more or less on any day) there were 44 false
alarms, all of outlets of 20 % and more; with 1e-3 there were 165. Where all pages break, that is said at the 4th, at
the 8th where 30 % are usual."""


def accounting_line(account: Account) -> str:
    """Say where every discovered address went, in one line.

    >>> counts = Counter(discovered=3, fetched=2, already_known=1, new=1, rejected=1)
    >>> reasons = Counter({"rejected:section_page": 1, "already_known:collected": 1})
    >>> accounting_line(Account(counts, reasons))
    'discovered 3 = fetched 2 + already known 1; fetched 2 = new 1 + rejected 1 (section_page 1)'
    >>> accounting_line(Account(Counter(discovered=2, already_known=2), reasons + Counter({"already_known:failed": 1})))
    'discovered 2 = already known 2 (collected 1, failed 1); fetched 0 = 0'
    """
    return "; ".join(
        [
            f"discovered {account.counts['discovered']} = {_sum(account, OF_DISCOVERED)}",
            f"fetched {account.counts['fetched']} = {_sum(account, OF_FETCHED)}",
        ]
    )


def is_suspicious(tries: Mapping[str, int]) -> bool:
    """Whether half or more of what was tried for the first time came to nothing (see ledger.Account.first_tries)."""
    lost = _lost(tries)
    return lost > 0 and 2 * lost >= tries["tried"]


def complaint_on(tries: Mapping[str, int], earlier: Sequence[Mapping[str, int]] = ()) -> str | None:
    """Say that a run's new pages come to nothing more than usual, or None; ``earlier`` are those of runs before it.

    A run of one page says nothing; so its pages are also taken together with those of the runs before it, the latest
    first. Of a source that has never brought an article, FEWEST pages are enough.

    >>> complaint_on({"tried": 12, "rejected:not_html": 12}, [{"tried": 50, "rejected:section_page": 4}])
    '12 of 12 new pages rejected (not_html 12; usually 8 %): its pages may be broken, or its site may block newsbot'
    >>> complaint_on({"tried": 1, "failed:http_403": 1}, [{"tried": 1, "failed:http_403": 1}] * 2)
    'the last 3 new pages failed (http_403 3): its pages may be broken, or its site may block newsbot'
    >>> complaint_on({"tried": 12, "rejected:section_page": 2}, [{"tried": 50, "rejected:section_page": 4}])
    """
    recent: Counter[str] = Counter()
    usual: Counter[str] = Counter(tries)
    for some in earlier:
        usual.update(some)
    for number, some in enumerate([tries, *earlier], 1):
        recent.update(some)
        usual.subtract(some)
        if not is_suspicious(recent) or (number > 1 and recent["tried"] > MOST_RECENT):
            return None
        if _is_unusual(recent, usual):
            return _complaint(recent, usual, runs=number)
    return None


def _is_unusual(recent: Counter[str], usual: Counter[str]) -> bool:
    """Whether so many pages come to nothing for another reason than chance."""
    lost, tried = _lost(recent), recent["tried"]
    kinds = ["rejected", *REFUSED]
    if lost < tried:  # what is refused is a matter of its own as long as something is not
        kinds = ["rejected"]
        lost, tried = _lost(recent, *kinds), tried - _lost(recent, "failed")
        if usual["tried"] < FEWEST_KNOWN:
            return False
    elif _lost(usual) == usual["tried"]:
        return lost >= FEWEST
    few, many = USUAL_OF_UNKNOWN
    share = (_lost(usual, *kinds) + few) / (usual["tried"] + many)
    by_chance = sum(comb(tried, n) * share**n * (1 - share) ** (tried - n) for n in range(lost, tried + 1))
    return lost >= FEWEST and by_chance < CHANCE


def _complaint(recent: Counter[str], usual: Counter[str], *, runs: int) -> str:
    lost, tried = _lost(recent), recent["tried"]
    outcomes = [outcome for outcome in ("rejected", "failed") if _lost(recent, outcome)]
    reasons = [f"{name.partition(':')[2]} {count}" for name, count in recent.most_common() if ":" in name]
    before = f"; usually {100 * _lost(usual) / usual['tried']:.0f} %" if usual["tried"] > _lost(usual) else ""
    pages = f"{lost} of {tried} new pages" if runs == 1 else f"{lost} of the last {tried} new pages"
    pages = f"the last {tried} new pages" if runs > 1 and lost == tried else pages
    why = "its pages may be broken, or its site may block newsbot"
    return f"{pages} {' or '.join(outcomes)} ({', '.join(reasons)}{before}): {why}"


def _lost(tries: Mapping[str, int], *kinds: str) -> int:
    """Return how many of some tries were rejected, or refused by their servers."""
    return sum(count for name, count in tries.items() if name.startswith(kinds or ("rejected", *REFUSED)))


def _sum(account: Account, outcomes: Iterable[str]) -> str:
    terms = [
        f"{outcome.replace('_', ' ')} {account.counts[outcome]}{_reasons(account, outcome)}"
        for outcome in outcomes
        if account.counts[outcome]
    ]
    return " + ".join(terms) or "0"


def _reasons(account: Account, outcome: str) -> str:
    reasons = [
        f"{name.partition(':')[2]} {count}"
        for name, count in account.reasons.most_common()
        if name.startswith(f"{outcome}:")
    ]
    if outcome == "already_known" and account.reasons["already_known:collected"] == account.counts[outcome]:
        return ""  # as it should be
    return f" ({', '.join(reasons)})" if reasons else ""
