"""Sites whose pages are empty until their JavaScript has run, and what such pages try beside."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
from certificates import self_signed
from conftest import lines_of, run_scrapy, sources_file
from hostile_web import HostileWeb, hostile_web
from local_web import LocalWeb, article_page, local_web

from newsbot.downloader.rendering import BROWSERS

FAST = ("-s", "DOWNLOAD_DELAY=0", "-s", "RETRY_TIMES=0", "-s", "NEWSBOT_EXTRACT_WORKERS=0")
needs_browser = pytest.mark.skipif(not any(map(shutil.which, BROWSERS)), reason="no Chromium is installed")
SHELL = """<!doctype html><html lang="en"><head><title>Loading</title></head><body><div id="app">Loading</div>
<img src="/picture.png">%s<script>
fetch("%s").then(answer => answer.json()).then(page => {
  document.title = page.title; document.getElementById("app").outerHTML = page.html;
});
</script></body></html>"""
INTRUSIONS = """
<link rel="preconnect" href="http://INSIDE/"><link rel="dns-prefetch" href="http://INSIDE/">
<link rel="stylesheet" href="http://INSIDE/style.css"><link rel="prefetch" href="http://localhost:PORT/prefetch">
<script src="http://INSIDE/script.js"></script><script src="http://inside.test:PORT/named.js"></script>
<iframe src="http://INSIDE/frame"></iframe><iframe src="/to-inside"></iframe><img src="http://INSIDE/picture.png">
<object data="http://localhost:PORT/object"></object>
<form id="form" action="http://INSIDE/" method="post" target="out"></form>
<iframe name="out"></iframe><script>
for (const host of ["INSIDE", "localhost:PORT", "2130706433:PORT", "inside.test:PORT", "a.localhost:PORT"]) {
  fetch(`http://${host}/fetch`, {mode: "no-cors"}).catch(() => 0);
  fetch(`https://${host}/tls`, {mode: "no-cors"}).catch(() => 0);
  navigator.sendBeacon(`http://${host}/beacon`, "secret");
  new WebSocket(`ws://${host}/socket`);
  new EventSource(`http://${host}/events`);
}
fetch("/to-inside", {mode: "no-cors"}).catch(() => 0);
document.getElementById("form").submit();
for (let n = 0; n < 5; n++) window.open("http://INSIDE/window");
try { new WebTransport("https://INSIDE/transport").ready.catch(() => 0); } catch { }
const peer = new RTCPeerConnection({iceServers: [{urls: ["stun:INSIDE", "stun:localhost:PORT"]},
  {urls: ["turn:INSIDE?transport=tcp", "turn:INSIDE"], username: "a", credential: "b"}]});
peer.createDataChannel("a"); peer.createOffer().then(offer => peer.setLocalDescription(offer));
</script>"""


@dataclass
class Trap:
    """A port of loopback, TCP and UDP, that nobody may come to."""

    tcp: socket.socket
    udp: socket.socket
    port: int

    def visits(self) -> int:
        """Return how many connections or packets have come by now."""
        count = 0
        with suppress(BlockingIOError):
            while True:
                self.tcp.accept()[0].close()
                count += 1
        with suppress(BlockingIOError):
            while self.udp.recvfrom(2048):
                count += 1
        return count


@dataclass
class Crawl:
    """What a crawl with a browser came to."""

    run: subprocess.CompletedProcess[str]
    output: Path
    web: LocalWeb
    refused: dict[str, str]
    """Reason that the ledger must give, by address."""
    articles: set[str]
    visits: int
    """At the trap."""
    shut: HostileWeb
    """With a bad certificate, and no word of its source on that."""


def trap() -> Trap:
    tcp = socket.create_server(("127.0.0.1", 0), backlog=200)
    udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    udp.bind(tcp.getsockname())
    for opened in (tcp, udp):
        opened.setblocking(False)
    return Trap(tcp, udp, tcp.getsockname()[1])


def shell(web: LocalWeb, name: str, extra: str = "") -> str:
    """Put a page up whose article comes by JavaScript, and return its address."""
    title = f"Money for the {name} after years of talk"
    body = article_page(title, f"the {name}").partition("<body>")[2].partition("</body>")[0]
    web.put(f"/api/{name}", json.dumps({"title": title, "html": body}), "application/json")
    return web.put(f"/2026/11/20/money-for-the-{name}-after-years-of-talk", SHELL % (extra, f"/api/{name}"))


@pytest.fixture(scope="module")
def crawl(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crawl]:
    """Crawl, in one run, an honest site, a hostile one, and two with bad certificates, all of them rendered."""
    pytest.importorskip("scrapy_playwright")
    folder = tmp_path_factory.mktemp("browser")
    with ExitStack() as stack:
        forbidden = trap()
        stack.enter_context(closing(forbidden.tcp))
        stack.enter_context(closing(forbidden.udp))
        web, hostile = (stack.enter_context(local_web()) for _ in range(2))
        taken, shut = (stack.enter_context(hostile_web(self_signed(folder))) for _ in range(2))
        honest = {name: shell(web, name) for name in ("harbour", "museum")}
        links = "".join(f'<h2><a href="{u}">Money for the {n} after years of talk</a></h2>' for n, u in honest.items())
        web.put("/api/home", json.dumps({"title": "The Example", "html": f"<main>{links}</main>"}), "application/json")
        home = web.put("/", SHELL % ("", "/api/home"))
        web.put("/robots.txt", "User-agent: *\nDisallow: /private/\n", "text/plain")
        inside = f"127.0.0.1:{forbidden.port}"
        intrusions = INTRUSIONS.replace("INSIDE", inside).replace("PORT", str(forbidden.port))
        hostile.redirect("/to-inside", f"http://{inside}/redirected")
        article = shell(hostile, "bridge", intrusions)
        refused = {
            hostile.redirect("/number", f"http://{inside}/"): "private_address",
            hostile.redirect("/twice", "/to-localhost"): "private_address",
            hostile.redirect("/name", f"http://inside.test:{forbidden.port}/"): "private_address",
            hostile.redirect("/tls", f"https://{inside}/"): "private_address",
            hostile.put("/script", f'<script>location.href = "http://{inside}/"</script>'): "private_address",
            hostile.redirect("/certificate", f"{shut.base}/a"): "certificate",
            hostile.put("/download", b"\0" * 100_000, "application/octet-stream"): "error",
            hostile.redirect("/nowhere", "http://nowhere.test/"): "connection",
        }
        hostile.redirect("/to-localhost", f"http://localhost:{forbidden.port}/")
        own = taken.page("/a", article_page("News from under a strange lock", "the strange lock"))
        shut.page("/a", article_page("Never", "nothing"))
        sources = sources_file(
            folder,
            honest={"home": home, "render": True},
            hostile={"home": f"{hostile.base}/", "feeds": [hostile.feed("/feed", [article, *refused])], "render": True},
            taken={
                "home": f"{taken.base}/",
                "sections": [f"{taken.base}/"],
                "render": True,
                "verify_certificates": False,
            },
            shut={"home": f"{shut.base}/", "render": True},
        )
        taken.page("/", f'<main><h2><a href="{own}">News from under a strange lock by the river</a></h2></main>')
        resolver = (
            "-s",
            "TWISTED_DNS_RESOLVER=hostile_web.HostileResolver",
            "-s",
            "DNSCACHE_ENABLED=False",
            "-s",
            "DOWNLOAD_TIMEOUT=10",
        )
        output = folder / "output"
        run = run_scrapy(
            output, "crawl", "news", "-a", f"sources={sources}", *FAST, *resolver, PYTHONPATH=str(Path(__file__).parent)
        )
        articles = {*honest.values(), article, own}
        yield Crawl(run, output, web, refused, articles, forbidden.visits(), shut)


@pytest.mark.browser
@needs_browser
def test_sites_that_need_javascript_are_read_in_a_browser(crawl: Crawl) -> None:
    assert {line["url"] for line in lines_of(crawl.output, "articles")} == crawl.articles, crawl.run.stderr
    assert "/picture.png" not in crawl.web.paths()
    assert "Traceback" not in crawl.run.stderr


@pytest.mark.browser
@needs_browser
def test_no_page_leads_the_browser_inside(crawl: Crawl) -> None:
    assert crawl.visits == 0
    dropped = {line["url"]: line["reason"] for line in lines_of(crawl.output, "coverage", "*/*.dropped.jsonl")}
    assert dropped == crawl.refused
    assert crawl.shut.asked == []


def test_what_is_missing_for_it_is_said(tmp_path: Path) -> None:
    path = sources_file(tmp_path, a={"home": "https://example.org/", "render": True})
    news = ("crawl", "news", "-a", f"sources={path}", "-s", "NEWSBOT_CHROMIUM=/no/such/browser")
    run = run_scrapy(tmp_path / "output", *news)
    assert run.returncode == 1
    assert "render = true needs" in run.stderr
    assert "Traceback" not in run.stderr
