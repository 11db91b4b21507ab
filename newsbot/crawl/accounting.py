"""The accounting law, in one line."""

from __future__ import annotations

from newsbot.store.ledger import OF_DISCOVERED, OF_FETCHED, Account


def accounting_line(account: Account) -> str:
    """Say where every discovered address went, in one line.

    >>> from collections import Counter
    >>> counts = Counter(discovered=3, fetched=2, already_known=1, new=1, rejected=1)
    >>> accounting_line(Account(counts, Counter({"rejected:section_page": 1})))
    'discovered 3 = fetched 2 + already known 1; fetched 2 = new 1 + rejected 1 (section_page 1)'
    """
    return "; ".join(
        [
            f"discovered {account.counts['discovered']} = {_sum(account, OF_DISCOVERED)}",
            f"fetched {account.counts['fetched']} = {_sum(account, OF_FETCHED)}",
        ]
    )


def _sum(account: Account, outcomes: tuple[str, ...]) -> str:
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
    return f" ({', '.join(reasons)})" if reasons else ""
