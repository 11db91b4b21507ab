"""The accounting law: every discovered address ends in exactly one outcome."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsbot.crawl.accounting import accounting_line
from newsbot.store.ledger import OF_DISCOVERED, OF_FETCHED, Ledger, LedgerError

URLS = st.lists(
    st.tuples(st.sampled_from("ab"), st.integers(0, 5), st.sampled_from([*OF_DISCOVERED[1:], *OF_FETCHED])),
    max_size=30,
)


@given(URLS)
def test_the_law_holds_whatever_is_met_and_however_often(met: list[tuple[str, int, str]]) -> None:
    ledger = Ledger("run", "ab")
    for source, number, outcome in met:
        entry = ledger.discover(source, f"https://example.org/{number}", "feed")
        if entry is None:
            continue
        if outcome in OF_FETCHED:
            ledger.fetched(entry)
        ledger.close(entry, outcome, "why" if outcome in ("skipped", "failed", "rejected") else None)
    ledger.check()
    pairs = {(source, number) for source, number, _ in met}
    assert ledger.total().counts["discovered"] == len(pairs)


def test_an_address_of_two_sources_belongs_to_the_first() -> None:
    ledger = Ledger("run", ["a", "b"])
    assert ledger.discover("a", "https://example.org/1", "feed")
    assert ledger.discover("b", "https://www.example.org/1?utm_source=x", "feed") is None
    assert ledger.accounts["b"].reasons == {"skipped:found_by_another_source": 1}


def test_no_address_can_end_twice_or_in_an_outcome_of_another_stage() -> None:
    ledger = Ledger("run", ["a"])
    entry = ledger.discover("a", "https://example.org/1", "feed")
    assert entry
    with pytest.raises(LedgerError):
        ledger.close(entry, "new")
    ledger.fetched(entry)
    with pytest.raises(LedgerError):
        ledger.close(entry, "skipped", "robots_txt")
    ledger.close(entry, "new")
    with pytest.raises(LedgerError):
        ledger.close(entry, "new")


def test_an_address_without_outcome_breaks_the_law() -> None:
    ledger = Ledger("run", ["a"])
    ledger.discover("a", "https://example.org/1", "feed")
    with pytest.raises(LedgerError, match=r"example\.org/1"):
        ledger.check()


def test_the_line_names_every_reason() -> None:
    ledger = Ledger("run", ["a"])
    for number, reason in enumerate(["robots_txt", "robots_txt", "over_limit"]):
        entry = ledger.discover("a", f"https://example.org/{number}", "feed")
        assert entry
        ledger.close(entry, "skipped", reason)
    line = accounting_line(ledger.total())
    assert line == "discovered 3 = skipped 3 (robots_txt 2, over_limit 1); fetched 0 = 0"


def test_a_source_is_done_when_its_listings_answered_and_its_addresses_ended() -> None:
    ledger = Ledger("run", ["a"])
    account = ledger.accounts["a"]
    assert not account.is_done(), "nor has it begun"
    ledger.listing_asked("a")
    assert not account.is_done()
    ledger.listing("a", "read")
    assert account.is_done()
    entry = ledger.discover("a", "https://example.org/1", "feed")
    assert entry
    assert not account.is_done()
    ledger.fetched(entry)
    assert not account.is_done()
    ledger.close(entry, "new")
    assert account.is_done()
