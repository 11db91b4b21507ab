"""Sites whose pages are empty until their JavaScript has run."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from conftest import lines_of, run_scrapy, sources_file
from local_web import article_page, local_web

from newsbot.rendering import BROWSERS

FAST = ("-s", "DOWNLOAD_DELAY=0", "-s", "RETRY_TIMES=0", "-s", "NEWSBOT_EXTRACT_WORKERS=0")
SHELL = """<!doctype html><html lang="en"><head><title>Loading</title></head><body><div id="app">Loading</div>
<img src="/picture.png"><script>
fetch("%s").then(answer => answer.json()).then(page => {
  document.title = page.title; document.getElementById("app").outerHTML = page.html;
});
fetch("http://127.0.0.1:1/inside").catch(() => 0);
</script></body></html>"""


@pytest.mark.browser
@pytest.mark.skipif(not any(map(shutil.which, BROWSERS)), reason="no Chromium is installed")
def test_a_site_that_needs_javascript_is_read_in_a_browser(tmp_path: Path) -> None:
    pytest.importorskip("scrapy_playwright")
    with local_web() as web:
        links, urls = "", []
        for name in ("harbour", "museum"):
            whole = article_page(f"Money for the {name} after years of talk", f"the {name}")
            body = whole.partition("<body>")[2].partition("</body>")[0]
            page = {"title": f"Money for the {name} after years of talk", "html": body}
            web.put(f"/api/{name}", json.dumps(page), "application/json")
            url = web.put(f"/2026/11/20/money-for-the-{name}-after-years-of-talk", SHELL % f"/api/{name}")
            urls.append(url)
            links += f'<h2><a href="{url}">Money for the {name} after years of talk</a></h2>'
        web.put("/api/home", json.dumps({"title": "The Example", "html": f"<main>{links}</main>"}), "application/json")
        home = web.put("/", SHELL % "/api/home")
        web.put("/robots.txt", "User-agent: *\nDisallow: /private/\n", "text/plain")
        path = sources_file(tmp_path, a={"home": home, "render": True})
        run = run_scrapy(tmp_path / "output", "crawl", "news", "-a", f"sources={path}", *FAST)
        assert run.returncode == 0, run.stderr
        assert "/picture.png" not in web.paths()
    assert {line["url"] for line in lines_of(tmp_path / "output", "articles")} == set(urls)


def test_what_is_missing_for_it_is_said(tmp_path: Path) -> None:
    path = sources_file(tmp_path, a={"home": "https://example.org/", "render": True})
    news = ("crawl", "news", "-a", f"sources={path}", "-s", "NEWSBOT_CHROMIUM=/no/such/browser")
    run = run_scrapy(tmp_path / "output", *news)
    assert run.returncode == 2
    assert "render = true needs" in run.stderr
    assert "Traceback" not in run.stderr
