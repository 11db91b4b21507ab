"""What a site of the newsroom answers, read by hand or over HTTP."""

from __future__ import annotations

import json
import re
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import lxml.html
from lxml import etree

from newsbot.demo import Expected
from newsbot.demo.answers import Answers


def page(answers: Answers, url: str) -> bytes:
    """Return what a site answers, without a server between."""
    for outlet in answers.newsroom.outlets.values():
        if url.startswith(outlet.base + "/"):
            target = url.removeprefix(outlet.base)
            return answers.body(outlet, target, answers.answer(outlet, target), gzipped=False)
    raise AssertionError(url)


def document(answers: Answers, expected: Expected) -> lxml.html.HtmlElement:
    charset = answers.newsroom.outlets[expected.source].spec.charset
    return lxml.html.document_fromstring(page(answers, expected.url).decode(charset))


def flat(text: str) -> str:
    return re.sub(r"\s+", " ", text)


def get(url: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    request = Request(url, headers={name.replace("_", "-"): value for name, value in headers.items()})
    try:
        with urlopen(request, timeout=60) as response:
            return response.status, dict(response.headers), response.read()
    except HTTPError as error:
        with error:
            return error.code, dict(error.headers), error.read()


def entries(feed: bytes) -> set[str]:
    """Return the addresses that a feed of any of the four kinds lists."""
    if feed.startswith(b"{"):
        return {item["url"] for item in json.loads(feed)["items"]}
    found = set()
    for node in etree.fromstring(feed).iter("item", "{*}item", "{*}entry"):
        (link,) = node.findall("{*}link")
        found.add(link.get("href") or link.text or "")
        assert any(node.find(f"{{*}}{name}") is not None for name in ("pubDate", "date", "published"))
    return found


def locations(sitemap: bytes) -> set[str]:
    root = etree.fromstring(sitemap)
    return {loc.text or "" for loc in root.iter("{http://www.sitemaps.org/schemas/sitemap/0.9}loc")}
