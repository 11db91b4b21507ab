"""AutoThrottle slows down for slow hosts, and never goes below a delay that was stated."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from scrapy.core.downloader import Slot
from scrapy.http import Response

from newsbot.extensions.throttle import PoliteThrottle


@pytest.mark.parametrize(
    ("stated", "latency", "expected"),
    [
        (None, 0.1, 1.05),  # towards the host's own pace, as Scrapy has it
        (5.0, 0.1, 5.0),  # a quick answer is no leave to come sooner than was stated
        (5.0, 9.0, 9.0),  # a slow host is asked less often still
    ],
)
def test_a_stated_delay_is_the_floor(stated: float | None, latency: float, expected: float) -> None:
    slot = Slot(concurrency=1, delay=stated or 2.0, jitter=0)
    settings: dict[str, Any] = {"example.org": {"delay": stated}} if stated else {}
    downloader = SimpleNamespace(slots={"example.org": slot}, per_slot_settings=settings)
    throttle = PoliteThrottle.__new__(PoliteThrottle)
    throttle.crawler = SimpleNamespace(engine=SimpleNamespace(downloader=downloader))  # type: ignore[assignment]
    throttle.target_concurrency, throttle.mindelay, throttle.maxdelay = 1.0, 0.0, 60.0
    throttle._adjust_delay(slot, latency, Response("https://example.org/"))
    assert slot.delay == pytest.approx(expected)
