"""Advice: what to try about a finding, in one sentence."""

from __future__ import annotations

from dataclasses import replace

from newsbot.health.findings import FAILING, Finding

OF_KIND = {
    "unreachable": "open the address in a browser; if it is gone, `scrapy sources repair {source}` looks for another",
    "names_nothing": "open its listings in a browser; if they are empty, `scrapy sources repair {source}` finds others",
    "silent": "look at its home page: if it has news, `scrapy sources repair {source}` looks for its feed",
    "fewer": "compare its home page with its feeds: one may have been closed, or a deny pattern may match too much",
    "rejected": "open an example in a browser: after a redesign a newer newsbot may help, or render = true if the text "
    "comes by JavaScript; they are tried again by themselves",
    "failed": "open an example in a browser: if it opens there, the site may block newsbot; a longer delay and "
    "NEWSBOT_CONTACT help",
    "near_empty": "open an example in a browser: if the text is there, the site may need render = true or ask to pay",
    "length": "compare an example with its page: the text may go on behind a paywall, or residue may have come in",
    "field": "look at an example's page: if it states that no more, nothing is to be done; if it does, report it",
    "delay": "see that the schedule still runs as often as it did, and when its feed names an article",
    "revisits": "open an example in a browser: articles may be taken down, or second visits be blocked "
    "(NEWSBOT_REVISIT_HOURS)",
    "crashes": "look for {source} in the log of the workers, or try `scrapy crawl news -a only={source}` by hand; once "
    "its block in the sources file is changed, it is tried at once",
    "gap": "crawl more often, or add a news sitemap or section: its feed is too short for so much news",
}
"""By kind; {source} is its name."""


def advised(finding: Finding) -> Finding:
    """Return a finding with what to try about it.

    >>> advised(Finding("bbc", "delay", "", "changed", "300 min", "12 min", "2026-11-20")).advice
    'see that the schedule still runs as often as it did, and when its feed names an article'
    """
    advice = OF_KIND.get(finding.kind, "")
    if finding.kind == "names_nothing" and finding.state == FAILING:
        advice = "its addresses may be wrong: `scrapy sources check {source}` tries them"
    return replace(finding, advice=advice.replace("{source}", finding.source))
