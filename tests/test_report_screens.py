"""The report in a browser: light and dark, wide and narrow, with scripts and without, for everybody."""

from __future__ import annotations

import random
import shutil
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from conftest import NOW, collected
from playwright.sync_api import Browser, Page, expect, sync_playwright
from sqlalchemy import Engine, insert

from newsbot.downloader.rendering import BROWSERS
from newsbot.health.findings import CHANGED, FAILING, Finding
from newsbot.health.measures import Measures
from newsbot.report import write
from newsbot.store import articles, health, schema
from newsbot.store.database import as_json, open_engine
from newsbot.store.ledger import Account, Entry
from newsbot.web.urls import url_key

CHROMIUM = next(filter(None, map(shutil.which, BROWSERS)), None)
pytestmark = [pytest.mark.browser, pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed")]

HOSTILE = "</script><script>document.title = 'taken'</script>"
HEADLINES = {
    "en": f"Harbour wall to be raised {HOSTILE}",
    "ar": "المجلس يقرر رفع جدار الميناء",
    "ja": "港の防潮堤をかさ上げへ",
}
LONG = "a-name-of-an-outlet-that-is-as-long-as-any-name-of-one-may-be"


def fill(engine: Engine) -> None:
    dice = random.Random(1)
    names = ["al-mina", "cimes", "gazette", "herald", "kontinent", LONG, "northwire", "shimbun", "tideline", "valle"]
    rows = []
    for ago in range(90):
        for name in names:
            hours = Counter({f"{hour:02}": dice.randrange(9) for hour in range(6, 20 if ago else 8)})
            count = hours.total()
            measures = Measures(
                runs=9, articles=count, hours=+hours, filled=Counter(authors=count // 2, published=count)
            )
            measures.counts.update(fetched=count + 1, new=count, rejected=1)
            measures.spent.update(requests=count, seconds=count * dice.randrange(1, 9), bytes=count * 90_000)
            day = (date.fromisoformat(NOW[:10]) - timedelta(days=ago)).isoformat()
            rows.append({"source": name, "day": day, "measures": as_json(measures.as_dict())})
    run = {"id": "20261120T075500Z-1c9a07e3", "place": "x", "spider": "news", "version": "1"}
    run |= {"started_at": "2026-11-20T07:55:00Z", "finished_at": "2026-11-20T07:59:00Z", "status": "finished"}
    with engine.begin() as connection:
        connection.execute(insert(schema.days), rows)
        connection.execute(insert(schema.runs).values(run))
        counts = as_json(Account(Counter(discovered=9, fetched=9, new=9)).as_dict())
        connection.execute(insert(schema.coverage).values(run_id=run["id"], source="herald", counts=counts))
    for kind, subject, state in (("rejected", "no_body", FAILING), ("field", "authors", CHANGED)):
        address = f"https://example.org/{'long/' * 40}"
        finding = Finding(
            LONG, kind, subject, state, "100 % of 18 pages", "3 %", NOW, (address,), "Look at one of them."
        )
        health.raise_finding(engine, finding, now=NOW)
    for number, (language, title) in enumerate(HEADLINES.items()):
        for source in ("herald", "gazette"):
            url = f"https://{source}.example/{number}"
            brought = collected(url, f"{title}. " * 40, title=title, language=language)
            articles.save(engine, brought, Entry("", source, url, "feed", url_key(url)), source=source, now=NOW)


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The report of ten sources, with Vega, as the address of its file."""
    folder = tmp_path_factory.mktemp("report")
    engine = open_engine(f"sqlite:///{folder / 'newsbot.db'}")
    fill(engine)
    write(engine, folder / "report.html", now=NOW)
    engine.dispose()
    return (folder / "report.html").as_uri()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield chromium
        chromium.close()


def opened(browser: Browser, report: str, **options: Any) -> tuple[Page, list[str]]:
    """Open the report, and return it with all that Chromium complains of, and all that it asks anybody for."""
    context = browser.new_context(**options)
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: complaints.extend([request.url] * (request.url != report)))
    page.goto(report)
    return page, complaints


@pytest.mark.parametrize("scripts", [True, False])
def test_it_says_all_with_scripts_and_without(browser: Browser, report: str, scripts: bool) -> None:
    page, complaints = opened(browser, report, java_script_enabled=scripts)
    expect(page.get_by_role("heading", level=1)).to_have_text("1 of 10 sources needs a look")
    still, drawn = page.locator("#by-day .still svg"), page.locator("#by-day .chart svg")
    (expect(drawn) if scripts else expect(still)).to_be_visible()
    (expect(still) if scripts else expect(drawn)).not_to_be_visible()
    expect(page.locator("#sources tbody tr")).to_have_count(10)
    expect(page.locator("#sources .spark").first).to_be_visible()
    expect(page.locator("#hours .grid svg")).to_be_visible()
    expect(page).to_have_title("(1) Report | newsbot")
    expect(page.locator(".headline:lang(en)").first).to_have_text(HEADLINES["en"])
    assert complaints == []
    page.context.close()


def test_a_source_can_be_chosen_by_the_keyboard(browser: Browser, report: str) -> None:
    page, complaints = opened(browser, report)
    expect(page.locator("#by-day .chart svg")).to_be_visible()
    piled = page.locator("#by-day .chart svg .mark-rect path").count()
    page.get_by_label("Show").focus()
    page.keyboard.type("herald")
    expect(page.get_by_label("Show")).to_have_value("herald")
    expect(page.locator("#by-day .chart svg .mark-rect path")).to_have_count(90)
    assert piled > 90
    assert complaints == []
    page.context.close()


def test_the_keyboard_gets_past_the_links_and_into_what_scrolls(browser: Browser, report: str) -> None:
    page, _ = opened(browser, report, java_script_enabled=True)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    expect(page.get_by_role("link", name="Skip to the content")).to_be_in_viewport()
    reached = set()
    for _ in range(60):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("document.activeElement.getAttribute('aria-labelledby')"))
    assert {"h-runs", "h-sources", "h-slowest"} <= reached
    page.context.close()


def test_it_is_never_wider_than_its_screen(browser: Browser, report: str) -> None:
    page, _ = opened(browser, report, java_script_enabled=False)
    for width in (1280, 360):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.context.close()


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 360)])
def test_nothing_keeps_an_operator_out(
    browser: Browser, report: str, scheme: Literal["light", "dark"], width: int
) -> None:
    page, _ = opened(browser, report, color_scheme=scheme, viewport={"width": width, "height": 800})
    expect(page.locator("#by-day .chart svg")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.evaluate("document.querySelectorAll('details').forEach(part => part.open = true)")
    found = Axe().run(page).response
    page.context.close()
    assert found["passes"]
    grave = [rule for rule in found["violations"] if rule["impact"] in ("serious", "critical")]
    assert [(rule["id"], [node["html"] for node in rule["nodes"]]) for rule in grave] == []


def test_every_script_is_set_as_its_readers_have_it(browser: Browser, report: str) -> None:
    page, _ = opened(browser, report)
    expect(page.locator(".headline:lang(ar)").first).to_have_css("direction", "rtl")
    expect(page.locator(".headline:lang(ja)").first).to_have_css("line-break", "strict")
    expect(page.locator(".headline:lang(en)").first).to_have_css("direction", "ltr")
    page.context.close()
