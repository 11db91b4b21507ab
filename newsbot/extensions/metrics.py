"""Metrics for Prometheus: of the store and its last run in a file, of a run at work on a page.

Their names and labels are in docs/monitoring.md; all are gauges, as what they tell is the last run's and the store's.
"""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, timedelta
from pathlib import Path

from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest, start_http_server
from prometheus_client.core import GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy import Engine

from newsbot import __version__
from newsbot.atomic import atomic_file
from newsbot.crawl.checkup import HISTORY_DAYS, LEFT_DAYS
from newsbot.health import CHANGED, FAILING, SILENT, STATES, Finding, state_of
from newsbot.store.ledger import OF_DISCOVERED, OF_FETCHED, Account
from newsbot.store.told import CHANNEL
from newsbot.store.views.figures import Figures, figures_of

LOOPBACK = "127.0.0.1"
OUTCOMES = ("discovered", *OF_DISCOVERED, *OF_FETCHED)


class LiveRun(Collector):
    """What a run has come to so far; asked from another thread than the run's."""

    def __init__(self, accounts: Mapping[str, Account]) -> None:
        self.accounts = accounts
        self.started = time.time()

    def collect(self) -> Iterator[Metric]:
        yield _gauge("newsbot_run_started_timestamp_seconds", "When the run began.", self.started)
        yield from of_accounts(self.accounts)


class LastRun(Collector):
    """A store in figures."""

    def __init__(self, figures: Figures) -> None:
        self.figures = figures

    def collect(self) -> Iterator[Metric]:
        figures = self.figures
        yield InfoMetricFamily("newsbot", "This newsbot.", {"version": __version__})
        yield _gauge("newsbot_articles", "Articles in the store, copies left out.", figures.articles)
        yield _gauge("newsbot_store_bytes", "Size of the store.", figures.store_bytes)
        yield _gauge("newsbot_outbox_lines", "Lines that are stored and in no whole file yet.", figures.lines_waiting)
        yield from of_health(figures)
        if (run := figures.last_run) is not None:
            began, ended = (datetime.fromisoformat(at).timestamp() for at in (run.started_at, run.finished_at))
            yield _gauge("newsbot_last_success_timestamp_seconds", "When the last run's files were whole.", ended)
            yield _gauge("newsbot_run_started_timestamp_seconds", "When the run began.", began)
            yield _gauge("newsbot_run_duration_seconds", "How long it took.", ended - began)
            yield from of_accounts(run.accounts)


def of_health(figures: Figures) -> Iterator[Metric]:
    """Yield what is unlike normal: findings by state, and the one state of each source."""
    of_sources = [finding for finding in figures.findings if finding.source]
    by_source: defaultdict[str, list[Finding]] = defaultdict(list)
    for finding in of_sources:
        by_source[finding.source].append(finding)
    states = {
        source: state_of(by_source[source], figures.days.get(source, 0)) for source in {*figures.days, *by_source}
    }
    counts = Counter(finding.state for finding in of_sources)
    findings = GaugeMetricFamily("newsbot_findings", "Findings that are open, by what they say.", labels=["state"])
    for state in (FAILING, SILENT, CHANGED):
        findings.add_metric([state], counts[state])
    yield findings
    each = GaugeMetricFamily("newsbot_source_state", "1 for the state of a source.", labels=["source", "state"])
    for source, its in sorted(states.items()):
        for state in STATES:
            each.add_metric([source, state], state == its)
    yield each
    failing = sum(finding.kind == CHANNEL for finding in figures.findings)
    yield _gauge("newsbot_channels_failing", "Channels of alarms that fail.", failing)


def of_accounts(accounts: Mapping[str, Account]) -> Iterator[Metric]:
    """Yield what became of the addresses and listings of a run, by source, and what was spent on it."""
    outcome = ["source", "outcome"]
    addresses = GaugeMetricFamily("newsbot_run_addresses", "Addresses of the run, by outcome.", labels=outcome)
    reasons = GaugeMetricFamily("newsbot_run_reasons", "Why they came to that.", labels=[*outcome, "reason"])
    listings = GaugeMetricFamily("newsbot_run_listings", "Listings of the run, by outcome.", labels=outcome)
    spent = GaugeMetricFamily("newsbot_run_spent", "What was spent on a source.", labels=["source", "what"])
    for source, account in sorted(dict(accounts).items()):  # copied in one step each, as a run may be counting
        for name in OUTCOMES:
            addresses.add_metric([source, name], account.counts[name])
        for reason, count in sorted(dict(account.reasons).items()):
            reasons.add_metric([source, *reason.split(":", 1)], count)
        for family, counts in ((listings, account.listings), (spent, account.spent)):
            for name, count in sorted(dict(counts).items()):
                family.add_metric([source, name], count)
    yield from (addresses, reasons, listings, spent)


def write_file(path: Path, engine: Engine, now: str) -> None:
    """Write the metrics of a store into a file, whole or not at all. Raises StoreError or OSError."""
    today = date.fromisoformat(now[:10])
    since, asked_since = (str(today - timedelta(days=days)) for days in (HISTORY_DAYS, LEFT_DAYS))
    with atomic_file(path) as file:
        file.write(text_of(figures_of(engine, since=since, asked_since=asked_since)))


def text_of(figures: Figures) -> bytes:
    """Return the metrics of a store as Prometheus reads them."""
    registry = CollectorRegistry()
    registry.register(LastRun(figures))
    return generate_latest(registry)


def serve(accounts: Mapping[str, Account], port: int) -> Callable[[], None]:
    """Serve what a run has come to, and what its process takes, on loopback; return what ends that.

    Raises OSError for a port that is taken.
    """
    registry = CollectorRegistry()
    registry.register(LiveRun(accounts))
    ProcessCollector(registry=registry)
    server, thread = start_http_server(port, LOOPBACK, registry)

    def end() -> None:
        server.shutdown()
        server.server_close()
        thread.join()

    return end


def _gauge(name: str, told: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, told, value=value)
