"""Shares of a source's pages that went bad: rejected, refused, near-empty, without a field, lost at a second look."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, groupby

from newsbot.health.findings import CHANGED, FAILING
from newsbot.health.measures import FIELDS, Day, Measures
from newsbot.health.normal import Pair, Share, usual_share
from newsbot.health.pace import is_weekend

BASELINE = 42
"""Days before those that are looked at that tell what is usual."""
LEAST_BASELINE = 8
"""Pages without which nothing is usual."""
LEAST_DAYS, LEAST_WEEKS = 4, 14
"""Days without which nothing is usual, of what makes a source fail and of what does not: a weekend whose articles name
no author is no change on the second one."""
WEEKEND = 2
"""Days for which a field may be away by itself."""
NEARLY_AS = 0.7
"""The share of today's bad ones that is nearly as bad."""
AS_BAD = 0.05
"""Share of the days before that may have been as bad."""
FEWEST = 4
"""Bad pages that are the least that can tell."""
ENOUGH = 60
"""Pages that can tell: no further days are taken together."""
MOST_DAYS = 28
"""Days that are taken together at most, of a source that has few pages a day."""
CHANCE = -5.0
"""Logarithm (base 10) of the chance below which pages do not go bad by themselves."""
PARTLY = -7.0
"""The same of a field that some of the articles of one or two days still have: an evening desk, a weekend."""
LEFT = 0.6
"""Share of the good pages that may be left at most, for a finding ..."""
RISEN = 0.25
"""... or how far the share of the bad ones has to have risen."""
HALF = 0.5
"""Share of the pages that come to nothing from which on a source fails."""
A_RUN, NEARLY_ALL = 6, 0.9
"""Pages that a single run has to have tried, and the share of them that has to have come to nothing, to tell."""
OVER, OVER_FAILING = -2.0, -1.3
"""Logarithm of the chance of so few bad pages in what goes on being broken, below which it is over; and for a source
that fails, of which five good pages are enough."""
STEADY = 0.05
"""How alike the pages of a day are taken to be while something is broken."""

LOST = ("rejected", "failed")
"""Kinds of pages that come to nothing, which have reasons."""
TRANSIENT = (
    "http_5", "http_429", "http_408", "timeout", "connection", "refused", "dns", "robots_unreachable", "retry_later",
    "host_given_up", "cut_short",
)  # fmt: skip
"""How the reasons of what may be over in an hour begin: it takes a day to be told."""


@dataclass(frozen=True, slots=True)
class Watch:
    """A share that is looked at."""

    kind: str
    subject: str
    pair: Callable[[Measures], Pair]
    """How many pages of a day were bad, of how many."""
    noun: str
    """What the pages are called: "24 articles"."""
    says_good: bool = False
    """Whether the share of the good ones is told, as of a field that is filled."""
    least_days: int = 1
    """Days that have to be taken together, today among them."""
    chance: float = CHANCE
    """Logarithm (base 10) of the chance below which they do not go bad by themselves."""
    holds_back: bool = False
    """Whether a day or two are left alone that may be an evening desk or a weekend."""
    may_fail: bool = False
    """Whether the source fails where half of its pages are bad."""

    def state(self, share: float) -> str:
        """Return what is to be said of a source with such a share of bad pages."""
        return FAILING if self.may_fail and share >= HALF else CHANGED

    def is_about(self, subject: str) -> bool:
        """Whether a finding of its kind is of this share: of what may pass by itself, or of what does not."""
        return self.kind != "failed" or subject.startswith(TRANSIENT) is self.is_transient

    @property
    def least_baseline(self) -> int:
        """Days without which nothing is usual."""
        return LEAST_DAYS if self.may_fail else LEAST_WEEKS

    @property
    def is_transient(self) -> bool:
        """Whether its pages failed for what may pass by itself."""
        return self.kind == "failed" and self.least_days > 1

    def subject_of(self, days: Sequence[Day]) -> str:
        """Return what a finding is about: the most frequent reason of pages that came to nothing, or the subject."""
        reasons = reasons_of(days, self.kind, transient=self.is_transient) if self.kind in LOST else iter(())
        return next(reasons, self.subject)

    def example_keys(self, days: Sequence[Day]) -> list[str]:
        """Return the kinds of examples that show it (see Measures.examples)."""
        if self.kind in LOST:
            return [f"{self.kind}:{reason}" for reason in reasons_of(days, self.kind, transient=self.is_transient)]
        return ["near_empty"] if self.kind == "near_empty" else []

    def figure(self, share: float) -> str:
        """Say a share of bad pages as people think of it.

        >>> FIELD_WATCHES["authors"].figure(0.97), WATCHES[0].figure(0.004)
        ('3 %', '0.4 %')
        """
        told = 100 * (1 - share if self.says_good else share)
        return f"{told:.1f} %" if 0 < round(told, 1) < 1 else f"{told:.0f} %"


@dataclass(frozen=True, slots=True)
class Shift:
    """A share that is not what it was."""

    first: int
    """Index of the first day on which it was bad."""
    bad: int
    of: int
    usual: float
    """Share of bad ones before."""


def lost(measures: Measures, outcome: str, *, transient: bool = False) -> Counter[str]:
    """Return why new pages of a day came to nothing by one outcome (rejected, failed), by reason."""
    tries = measures.first_tries if measures.first_tries["tried"] else measures.reasons
    found: Counter[str] = Counter()
    for name, count in tries.items():
        if name.startswith(outcome) and name != "failed:run_ended":
            reason = name.partition(":")[2]
            if outcome == "rejected" or reason.startswith(TRANSIENT) is transient:
                found[reason] += count
    return found


def tried(measures: Measures) -> int:
    """Return how many new pages a day has tried."""
    counts = measures.counts
    return measures.first_tries["tried"] or counts["fetched"] + counts["failed"]


def mended(measures: Measures) -> int:
    """Return how many pages of a day had come to nothing, and were articles when they were tried again.

    >>> mended(Measures(counts=Counter(fetched=12, new=6), first_tries=Counter({"tried": 6, "rejected:no_body": 6})))
    6
    """
    counts, tries = measures.counts, measures.first_tries
    again = counts["fetched"] + counts["failed"] - tries["tried"] - measures.revisits.total()
    good = tries["tried"] - sum(count for name, count in tries.items() if name != "tried")
    return max(min(again, counts["new"] + counts["duplicate"] - good), 0) if tries["tried"] else 0


def _rejected(measures: Measures) -> Pair:
    tries = measures.first_tries if measures.first_tries["tried"] else measures.reasons
    rejected = sum(lost(measures, "rejected").values())
    failed = sum(count for name, count in tries.items() if name.startswith("failed:"))
    return max(rejected - mended(measures), 0), max(tried(measures) - failed, 0)


def _refused(measures: Measures) -> Pair:
    refused = sum(lost(measures, "failed").values())
    return max(refused - mended(measures), 0), tried(measures)


def _down(measures: Measures) -> Pair:
    down = sum(lost(measures, "failed", transient=True).values())
    return max(down - mended(measures), 0), tried(measures)


def _listings(measures: Measures) -> Pair:
    return measures.listings["failed"], measures.listings.total() - measures.listings["postponed"]


def _near_empty(measures: Measures) -> Pair:
    return measures.near_empty, measures.articles


def _revisits(measures: Measures) -> Pair:
    seen = measures.revisits
    return seen["failed"] + seen["rejected"], seen.total() - seen["skipped"]


def _without(name: str) -> Callable[[Measures], Pair]:
    return lambda measures: (max(measures.articles - measures.filled[name], 0), measures.articles)


WATCHES = (
    Watch("failed", "", _refused, "new pages", may_fail=True),
    Watch("failed", "", _down, "new pages", least_days=2, may_fail=True),
    Watch("rejected", "", _rejected, "new pages", may_fail=True),
    Watch("near_empty", "", _near_empty, "articles", chance=-4.0),
    Watch("revisits", "", _revisits, "second looks"),
)
LISTINGS = Watch("unreachable", "", _listings, "readings of its listings", least_days=2, may_fail=True)
"""Where nothing is known of the listings but how often they could be read."""
FIELD_WATCHES = {
    name: Watch("field", name, _without(name), "articles", says_good=True, holds_back=True) for name in FIELDS
}


def shifted(watch: Watch, history: Sequence[Day]) -> Shift | None:
    """Return how a share has gone bad of late, or None: as few days together as can tell, of those before today.

    >>> sound, broken = Measures(articles=9, filled=Counter(authors=9)), Measures(articles=9)
    >>> days = [Day(f"2026-11-{day:02}", broken if day == 20 else sound) for day in range(1, 21)]
    >>> shifted(FIELD_WATCHES["authors"], days)
    Shift(first=19, bad=9, of=9, usual=0.0)
    """
    if _bad_lately(watch, history) < FEWEST:
        return None
    history_start = max(len(history) - MOST_DAYS - BASELINE, 0)
    pairs = _pairs(watch, history[history_start:])
    bads, ofs = _sums(pairs)
    end, last = len(pairs), len(history) - 1
    has_run = end > last - history_start + 1
    for number in range(watch.least_days, min(MOST_DAYS, end - 1) + 1):
        start = end - number
        bad, of = bads[end] - bads[start], ofs[end] - ofs[start]
        is_run = has_run and number == 1
        if bad < FEWEST or (is_run and (of < A_RUN or bad < NEARLY_ALL * of)):
            continue
        if not is_run and start < watch.least_baseline:
            break
        days_before: Sequence[Pair] = pairs[max(start - BASELINE, 0) : start]
        if watch.holds_back:
            days_before = _alike(days_before, [day.day for day in history[history_start : history_start + end]], start)
        usual_bad, usual_of = _total(days_before)
        if usual_of < LEAST_BASELINE:
            break
        is_held_back = False
        if _is_far(bad / of, usual_bad / usual_of) and _are_fewer(days_before, bad / of):
            chance, first = usual_share(days_before).log_chance_of(pairs[start:]), min(history_start + start, last)
            if chance < watch.chance:
                is_held_back = watch.holds_back and _may_pass(pairs[start:], days_before, chance)
                if not is_held_back and still_shifted(watch, history, first):
                    return Shift(first, bad, of, usual_bad / usual_of)
        if of >= ENOUGH and not is_held_back:
            break
    return None


def still_shifted(watch: Watch, history: Sequence[Day], first: int) -> Shift | None:
    """Return how a share stands that has gone bad on a day (its index), or None if that is clearly over.

    It is over if the latest pages are nearer to what was usual than to what was broken, and so many good ones would
    not come by chance of what goes on being broken.
    """
    pairs = _pairs(watch, history)
    bads, ofs = _sums(pairs)
    end, before = len(pairs), max(first - BASELINE, 0)
    usual_bad, usual_of = bads[first] - bads[before], ofs[first] - ofs[before]
    usual = usual_bad / usual_of if usual_of else 0.0
    bad, of = bads[end] - bads[first], ofs[end] - ofs[first]
    if not of:
        return Shift(first, 0, 0, usual)
    if not bad:
        return None  # all that was bad was good when it was tried again
    over = OVER_FAILING if watch.may_fail else OVER
    for start in range(end - 1, first - 1, -1):
        late_bad, late_of = bads[end] - bads[start], ofs[end] - ofs[start]
        if late_of < FEWEST:
            continue
        broken_bad, broken_of = bads[start] - bads[first], ofs[start] - ofs[first]
        if broken_of < FEWEST:
            broken_bad, broken_of = bad, of
        broken = (broken_bad + 0.5) / (broken_of + 1)
        is_nearer = late_bad / late_of < (usual + broken) / 2
        if is_nearer and Share(1 - broken, STEADY).log_chance(late_of - late_bad, late_of) < over:
            return None
        if late_of >= ENOUGH:
            break
    if not _is_far(bad / of, usual) and of >= ENOUGH:
        return None
    last = next((index for index in range(end - 1, first - 1, -1) if pairs[index][1] >= FEWEST), first)
    return Shift(first, bads[end] - bads[last], ofs[end] - ofs[last], usual)


def _is_far(share: float, usual: float) -> bool:
    return share > usual and (1 - share <= LEFT * (1 - usual) or share - usual >= RISEN)


def _pairs(watch: Watch, history: Sequence[Day]) -> list[Pair]:
    """Return how many pages were bad, day by day; of pages that come to nothing, the day's latest run by itself."""
    pairs = [watch.pair(day.measures) for day in history]
    latest = history[-1].measures.latest_tries if history and watch.kind in LOST else None
    if latest:
        bad, of = watch.pair(Measures(first_tries=latest))
        all_bad, all_of = pairs.pop()
        bad = min(bad, all_bad)  # the rest was good when it was tried again
        pairs += [(all_bad - bad, max(all_of - of, 0)), (bad, of)]
    return pairs


def _bad_lately(watch: Watch, history: Sequence[Day]) -> int:
    """Return how many pages were bad on the days that can tell: most sources have none, and need no further look."""
    bad, of = 0, 0
    for number, day in enumerate(reversed(history[-MOST_DAYS:]), 1):
        some, pages = watch.pair(day.measures)
        bad, of = bad + some, of + pages
        if of >= ENOUGH and number >= watch.least_days:
            break
    return bad


def _are_fewer(days: Sequence[Pair], share: float) -> bool:
    """Whether next to none of some days was as bad as that, of those that had pages enough to tell."""
    telling = [bad / of for bad, of in days if of >= FEWEST]
    return sum(one >= 0.85 * share for one in telling) <= max(AS_BAD * len(telling), 1)


def _may_pass(days: Sequence[Pair], days_before: Sequence[Pair], chance: float) -> bool:
    """Whether what a weekend is long enough for may be an evening desk's, or has come and gone before.

    Where next to all of the days' pages are bad, or by too little a chance, the former is out of the question.
    """
    bad, of = _total(days)
    earlier_bad, earlier_of = _total(days[:-WEEKEND])
    usual_bad, usual_of = _total(days_before)
    if earlier_of and _is_far(earlier_bad / earlier_of, usual_bad / usual_of):
        return False  # it is longer
    return (bad < NEARLY_ALL * of and chance >= PARTLY) or _comes_and_goes(days_before, bad / of)


def _total(days: Sequence[Pair]) -> Pair:
    return sum(bad for bad, _ in days), sum(of for _, of in days)


def _alike(days_before: Sequence[Pair], days: Sequence[str], start: int) -> Sequence[Pair]:
    """Return those of the days before that are of the same part of the week, if the latest days are of one.

    Of few pages there, all of them: who fills which field is another desk on weekends.
    """
    late = {is_weekend(day) for day in days[start:]}
    named = zip(days[start - len(days_before) : start], days_before, strict=True)
    alike = [pair for day, pair in named if is_weekend(day) in late]
    is_enough = sum(of for _, of in alike) >= LEAST_BASELINE and sum(of > 0 for _, of in alike) >= LEAST_DAYS
    return alike if is_enough else days_before


def _comes_and_goes(days_before: Sequence[Pair], share: float) -> bool:
    """Whether days have been nearly as bad before, and passed by themselves.

    More days in a row than a weekend has were another breakage.
    """
    were_bad = [bad >= NEARLY_AS * share * of for bad, of in days_before if of >= FEWEST]
    while were_bad and were_bad[-1]:
        were_bad.pop()  # has not passed
    return any(is_bad and len(list(row)) <= WEEKEND for is_bad, row in groupby(were_bad))


def _sums(pairs: Sequence[Pair]) -> tuple[list[int], list[int]]:
    return [0, *accumulate(bad for bad, _ in pairs)], [0, *accumulate(of for _, of in pairs)]


def reasons_of(history: Sequence[Day], outcome: str, *, transient: bool = False) -> Iterator[str]:
    """Yield why pages of some days came to nothing, the most frequent reason first."""
    found: Counter[str] = Counter()
    for day in history:
        found.update(lost(day.measures, outcome, transient=transient))
    for reason, _ in found.most_common():
        yield reason
