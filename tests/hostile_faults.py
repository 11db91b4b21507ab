"""What is put up on a hostile web: every fault that an address or a listing can have."""

from __future__ import annotations

import gzip
from functools import cache

from hostile_web import Behaviour, HostileWeb, answer, bomb, drip, endless, raw, reset, rss, silent, sitemap
from local_web import article_page, paragraphs_on

OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n"
STORY = article_page("A story", "the tram line")


def faults(web: HostileWeb, forbidden: HostileWeb) -> dict[str, str]:
    """Put every fault up that an article's address can have, and return the reasons that the ledger must give."""
    base, port = web.base, forbidden.port
    inside = f"http://127.0.0.1:{port}/inside"
    behaviours = {
        "slow-headers": (drip(b"HTTP/1.1 200 OK\r\n", b"X-Slow: yes\r\n"), "timeout"),
        "slow-body": (drip(OK + b"Content-Length: 100000\r\n\r\n<p>", b"a"), "timeout"),
        "slow-status": (drip(b"HTTP", b"/"), "timeout"),
        "silent": (silent, "timeout"),
        "interim-for-ever": (drip(b"", b"HTTP/1.1 100 Continue\r\n\r\n"), "timeout"),
        "chunks-for-ever": (drip(OK + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\na\r\n"), "timeout"),
        "endless-body": (endless(OK + b"\r\n", b"<p>" + b"a" * 65536), "too_large"),
        "huge-length": (raw(OK + b"Content-Length: 9999999999999\r\n\r\n<p>a"), "too_large"),
        "reset-at-once": (reset(b""), "connection"),
        "reset-in-headers": (reset(b"HTTP/1.1 200 OK\r\nContent-"), "connection"),
        "reset-in-body": (reset(OK + b"Content-Length: 5000\r\n\r\n" + STORY.encode()[:900]), "cut_short"),
        "nothing": (raw(b""), "connection"),
        "no-http": (raw(b"220 smtp.example.org ESMTP\r\n" * 20), "connection"),
        "broken-chunks": (raw(OK + b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nzzz\r\nabc\r\n"), "cut_short"),
        "bad-length": (raw(OK + b"Content-Length: -5\r\n\r\nabc"), "not_html"),
        "one-long-header": (raw(OK + b"X-Long: " + b"a" * 3_000_000 + b"\r\n\r\nabc"), "connection"),
        "header-flood": (endless(OK, b"X-Flood: " + b"a" * 900 + b"\r\n"), "connection"),
        "gzip-bomb": (answer(bomb("gzip", 200), "Content-Encoding: gzip"), "too_large"),
        "deflate-bomb": (answer(bomb("deflate", 200), "Content-Encoding: deflate"), "too_large"),
        "brotli-bomb": (answer(bomb("br", 60), "Content-Encoding: br"), "too_large"),
        "nested-bomb": (answer(gzip.compress(bomb("gzip", 60)), "Content-Encoding: gzip, gzip"), "too_large"),
        "no-gzip": (answer("this is not gzip", "Content-Encoding: gzip"), "not_html"),
        "loop": (answer("", "Location: /loop", status="302 Found"), "too_many_redirects"),
        "cookie-wall": (
            answer("", "Set-Cookie: a=b", "Location: /cookie-wall?", status="302 Found"),
            "too_many_redirects",
        ),
        "hop/1": (answer("", "Location: /hop/2", status="301 Moved"), "too_many_redirects"),
        "to-file": (answer("", "Location: file:///etc/passwd", status="302 Found"), "bad_url"),
        "to-ftp": (answer("", "Location: ftp://127.0.0.1/a", status="302 Found"), "bad_url"),
        "to-data": (answer("", "Location: data:text/html,<p>a", status="302 Found"), "bad_url"),
        "to-javascript": (answer("", "Location: javascript:alert(1)", status="302 Found"), "bad_url"),
        "to-nothing": (answer("", "Location: http://[::1", status="302 Found"), "bad_url"),
        "to-20-kb": (answer("", f"Location: {base}/{'a' * 10_000}", status="302 Found"), "bad_url"),
        "to-metadata": (answer("", "Location: http://169.254.169.254/latest/", status="302 Found"), "private_address"),
        "to-ten": (answer("", "Location: http://10.0.0.1/", status="302 Found"), "private_address"),
        "to-other-port": (answer("", f"Location: {inside}", status="302 Found"), "private_address"),
        "to-v6": (answer("", f"Location: http://[::1]:{port}/", status="302 Found"), "private_address"),
        "to-mapped": (answer("", f"Location: http://[::ffff:7f00:1]:{port}/", status="302 Found"), "private_address"),
        "to-decimal": (answer("", f"Location: http://2130706433:{port}/", status="302 Found"), "private_address"),
        "to-octal": (answer("", f"Location: http://0177.1:{port}/", status="302 Found"), "private_address"),
        "to-user": (answer("", f"Location: http://e.org@127.0.0.1:{port}/", status="302 Found"), "private_address"),
        "to-localhost": (answer("", f"Location: http://localhost:{port}/", status="302 Found"), "private_address"),
        "to-name": (answer("", f"Location: http://inside.test:{port}/", status="302 Found"), "private_address"),
        "refresh-inside": (answer(f'<meta http-equiv="refresh" content="0;url={inside}">'), "private_address"),
        "refresh-file": (answer('<meta http-equiv="refresh" content="0;url=file:///etc/passwd">'), "no_body"),
        "error-200": (
            answer("<title>404 Not Found</title><h1>Page not found</h1><p>Sorry, nothing here.</p>"),
            "error_page",
        ),
        "status-999": (answer("blocked", status="999 No"), "http_999"),
        "status-418": (answer("teapot", status="418 \x1b[31mNo\x07"), "http_418"),
        "no-content": (raw(b"HTTP/1.1 204 No Content\r\n\r\n"), "http_204"),
        "not-modified": (raw(b"HTTP/1.1 304 Not Modified\r\n\r\n"), "http_304"),
        "no-location": (answer("", status="302 Found"), "http_302"),
        "zeros": (answer(b"\0" * 100_000), "not_html"),
        "picture": (answer(b"\x89PNG\r\n\x1a\n" + bytes(5000)), "not_html"),
        "deep": (answer("<div>" * 200_000 + "a"), "too_large"),
        "wide": (answer("<p " + "a='b' " * 300_000 + ">a"), "unreadable"),
        "ten-megabytes": (ten_megabytes(), "too_large"),
        "http-0.9": (raw(b"<html><body><h1>Hello</h1></body></html>"), "connection"),
    }
    for hop in range(2, 40):
        web.redirect(f"/hop/{hop}", f"/hop/{hop + 1}")
    web.redirect("/cookie-wall?", "/cookie-wall")
    return {web.at(f"/{path}", behave): reason for path, (behave, reason) in behaviours.items()}


@cache
def ten_megabytes() -> Behaviour:
    """Answer with an article that has 10 MB of text."""
    more = ("<p>" + "And so on, said the mayor. " * 34 + "</p>") * 11_000
    return answer(article_page("Ten", "ten megabytes").replace("</article>", f"{more}</article>"))


def survivors(web: HostileWeb, forbidden: HostileWeb) -> dict[str, str]:
    """Put up what is strange and an article all the same; return the topics by address."""
    latin = article_page("Wrong charset", "the café and the naïve façade").replace("utf-8", "iso-8859-1")
    evil = article_page("=cmd|'/c calc'!A0\nFAKE 2026 ERROR \x1b[31mred\x07\x00 <script>alert(1)</script>", "formulas")
    more = article_page("Goes on inside", "a story on two pages").replace(
        "</article>", f'</article><a rel="next" href="http://127.0.0.1:{forbidden.port}/page/2">Next page</a>'
    )
    flooded = [f"Set-Cookie: c{n}={'x' * 200}" for n in range(40)]
    long = article_page("Long", "length").replace("</article>", "<p>And so on, said the mayor.</p>" * 20_000)
    counted = {
        "/length-too-long": b"Content-Length: 99999",
        "/length-too-short": b"Content-Length: 12",
        "/no-length": b"Content-Length: many",
        "/two-lengths": b"Content-Length: 5\r\nContent-Length: 7",
        "/length-of-nothing": b"Content-Length: 0",
        "/other-coding": b"Transfer-Encoding: identity",
        "/long-header": b"Set-Cookie: a=" + b"a" * 50_000,
    }
    wrong = {
        web.at(
            path, raw(OK + head + b"\r\n\r\n" + article_page(path, f"the word {path[1:]}").encode())
        ): f"word {path[1:]}"
        for path, head in counted.items()
    }
    return wrong | {
        web.at("/http-1.0", raw(b"HTTP/1.0 200 OK\r\nContent-Type: text/html\r\n\r\n" + STORY.encode())): "tram line",
        web.at("/bare-newlines", raw(b"HTTP/1.1 200 OK\n\n" + article_page("Bare", "bare lines").encode())): "bare",
        web.page("/latin", latin.encode("latin-1"), "Content-Type: text/html; charset=utf-8"): "the café",
        web.page("/evil?a=1", evil): "formulas",
        web.page("/goes-on", more): "two pages",
        web.page("/cookies", article_page("Cookies", "biscuits"), *flooded): "biscuits",
        web.page("/long", long): "length",
        web.page("/nul%00byte", article_page("Nul", "nothing at all")): "nothing at all",
        web.page("/utf-16", article_page("Wide", "wide letters").encode("utf-16"), "Content-Type: text/html"): "wide",
    }


def listings(web: HostileWeb, forbidden: HostileWeb) -> dict[str, list[str]]:
    """Put up listings with every fault, and return their addresses by the field of a source."""
    entity = f'<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd"><!ENTITY y SYSTEM "{forbidden.base}/dtd">]>'
    laughs = '<!ENTITY a0 "ha">' + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    xml = "Content-Type: application/xml"
    inside = f"http://127.0.0.1:{forbidden.port}"
    web.page(
        "/index.xml", sitemap([f"{web.base}/index.xml", f"{inside}/map.xml", "file:///etc/passwd"], "sitemapindex")
    )
    web.page("/calendar", '<a href="/calendar?m=1">x</a><a rel="next" href="/calendar?m=1">Next</a>' + links("a"))
    for month in range(1, 60):
        after = f'<a rel="next" href="/calendar?m={month + 1}">Next</a>'
        web.page(f"/calendar?m={month}", after + links(f"m{month}"))
    return {
        "feeds": [
            web.page("/xxe", rss([f"{web.base}/&x;&y;"], entity), xml),
            web.page("/laughs", rss([f"{web.base}/&a9;"], f"<!DOCTYPE r [{laughs}]>"), xml),
            web.at("/endless-feed", endless(OK + b"\r\n<rss><channel>", b"<item><title>a</title></item>" * 2000)),
            web.page(
                "/long-feed", rss([f"{web.base}/{'a' * 20_000}", "javascript:alert(1)", "file:///etc/passwd"]), xml
            ),
            web.page("/log-feed", f'<rss version="2.0"><channel>\x1b[31m\x07<item><link>{web.base}/\r\nFAKE', xml),
            web.redirect("/moved-inside", f"{inside}/feed"),
        ],
        "sitemaps": [
            f"{web.base}/index.xml",
            web.page("/bomb.xml.gz", bomb("gzip", 200), "Content-Type: application/gzip"),
            web.page("/inside.xml", sitemap([f"{inside}/a", "http://10.1.1.1/a", "http://metadata.test/a"]), xml),
        ],
        "sections": [f"{web.base}/calendar", web.page("/links", links("z", 40_000))],
    }


def attacks(web: HostileWeb, genuine: dict[str, str]) -> dict[str, list[str]]:
    """Put up what is to take or spoil a neighbour's articles, given by address with their topics.

    Returns the addresses by the field of a source: feeds of copies, of pages that claim the articles' addresses, of
    redirects to them, and of the articles themselves as they never were; and sections that are none.
    """
    old = "Thu, 01 Jan 2026 00:00:00 GMT"
    named: list[str] = []
    for n, (url, topic) in enumerate(genuine.items()):
        copy = article_page(f"Copied {n}", topic)
        named += [
            web.page(f"/copy/{n}", copy.replace("T08:30", "T09:30")),
            web.page(f"/thief/{n}", claiming(article_page(f"Stolen {n}", f"a thief of {n}"), url)),
            web.page(f"/copy-of-a-claim/{n}", claiming(copy, url)),
            web.redirect(f"/leads-to/{n}", url),
        ]
    all_in_one = "".join(paragraphs_on(topic) for topic in genuine.values())
    named.append(web.page("/all-in-one", article_page("All", "all").replace("</article>", f"{all_in_one}</article>")))
    renamed = "".join(
        f"<item><title>Never happened</title><link>{url}</link><pubDate>{old}</pubDate><author>Rita</author></item>"
        for url in genuine
    )
    small_print = "".join(f"<p>{paragraphs_on(topic)}</p>" for topic in genuine.values())
    return {
        "feeds": [
            web.page("/attacks", rss(named), "Content-Type: application/rss+xml"),
            web.page("/renamed", f"<rss version='2.0'><channel>{renamed}</channel></rss>", "Content-Type: text/xml"),
        ],
        "sections": [
            *(web.redirect(f"/section/{n}", url) for n, url in enumerate(genuine)),
            web.page("/small-print", f"<main>{links('s')}</main><footer>{small_print}</footer>"),
        ],
    }


def claiming(page: str, url: str) -> str:
    """Let a page say that it is another address's."""
    return page.replace("<head>", f'<head><link rel="canonical" href="{url}">')


def links(prefix: str, count: int = 3) -> str:
    return "".join(f"<p><a href='/trap/{prefix}/{n}?sid={n}{n}'>go {n}</a></p>" for n in range(count))
