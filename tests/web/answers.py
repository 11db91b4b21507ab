"""Sites whose servers answer in odd ways."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable

from web.site import Answer, Asked, Site, Story, oddity, rss


def link(story: Story) -> str:
    return f"<link>{story.url}</link>"


@oddity("A cookie has to be brought back within the chain of redirects.", feed="/feed.xml")
def cookie_to_pass(site: Site) -> None:
    stories = site.stories()
    for story in stories:
        path = site.path(story)
        page = site.served(path)

        def passes(asked: Asked, page: Answer = page, path: str = path) -> Answer:
            has_cookie = "seen=1" in asked.headers.get("cookie", "")
            return page if has_cookie else Answer(b"", 302, {"Location": f"/setcookie?to={path}"})

        site.answer(path, passes)
        site.redirect(f"/setcookie?to={path}", path, Set_Cookie="seen=1; Path=/")
    site.rss("/feed.xml", stories)


@oddity("A page of its own gives every visitor a cookie, and knows by it where to send them back.", feed="/feed.xml")
def cookie_remembers_the_way(site: Site) -> None:
    stories = site.stories()
    for story in stories:
        path = site.path(story)
        page = site.served(path)

        def passes(asked: Asked, page: Answer = page, path: str = path) -> Answer:
            if "passed=1" in asked.headers.get("cookie", ""):
                return page
            return Answer(b"", 307, {"Location": "/gate", "Set-Cookie": f"back={path}; Path=/; HttpOnly"})

        site.answer(path, passes)

    def gate(asked: Asked) -> Answer:
        back = asked.headers.get("cookie", "").partition("back=")[2].partition(";")[0]
        return Answer(b"", 303, {"Location": back or "/", "Set-Cookie": "passed=1; Path=/; Max-Age=60"})

    site.answer("/gate", gate)
    site.home()
    site.rss("/feed.xml", stories)


@oddity("Every address sends whoever has no cookie back to itself, the feed too.", feed="/feed.xml")
def cookie_at_its_own_address(site: Site) -> None:
    site.rss("/feed.xml", site.stories())
    for path, page in list(site.pages.items()):
        assert isinstance(page, Answer)

        def passes(asked: Asked, page: Answer = page) -> Answer:
            if "cookie" in asked.headers:
                return page
            return Answer(b"", 302, {"Location": asked.path, "Set-Cookie": "id=a7; Domain=127.0.0.1; SameSite=Lax"})

        site.answer(path, passes)


@oddity("Story pages tell whoever has no scripts to go elsewhere, and have their text all the same.", feed="/feed.xml")
def refresh_without_scripts(site: Site) -> None:
    site.rss("/feed.xml", site.stories())
    for story in site.expected:
        page = site.served(site.path(story))
        refresh = b'<noscript><meta http-equiv="refresh" content="0; url=/enable-scripts"></noscript>'
        site.put(site.path(story), page.body.replace(b"<head>", b"<head>" + refresh, 1))
    site.put("/enable-scripts", "<h1>Please enable JavaScript</h1>")


@oddity("The feed has moved, and an HTML page and a header lead there.", feed="/old.xml")
def refresh_to_the_feed(site: Site) -> None:
    site.put("/old.xml", "<title>Moved</title><meta http-equiv='refresh' content='3;URL=/old2.xml'><p>We have moved.")
    site.put("/old2.xml", "Moved", "text/plain", Refresh="0; url=/feed.xml")
    site.rss("/feed.xml", site.stories())


@oddity("Locations are relative, spaced, in UTF-8 and in Latin-1.", feed="/feed.xml")
def raw_locations(site: Site) -> None:
    served = ["/text/a%20b", "/text/stra%C3%9Fe", "/text/stra%DFe", "/text/d", "/text/e?f=g", "/text/h"]
    stories = [site.story(path) for path in served]
    raw = [
        b"../text/a b",
        "/text/straße".encode(),
        "/text/straße".encode("latin-1"),
        b"./../text/d#e",
        f"//{site.base[7:]}/text/e?f=g".encode(),
    ]
    raw.append(site.base.replace("http:", "HTTP:").encode() + b"\\text\\h")
    for number, location in enumerate(raw):
        head = f"HTTP/1.1 {(301, 302, 303, 307, 308, 300)[number]} Odd\r\nContent-Length: 0\r\nLocation: ".encode()
        site.pages[f"/go/{number}"] = Answer(raw=head + location + b"\r\n\r\n")
    site.rss("/feed.xml", stories, lambda story: f"<link>{site.base}/go/{stories.index(story)}</link>")


@oddity("The feed is a page for whoever asks for HTML first.", feed="/feed.xml")
def feed_by_accept(site: Site) -> None:
    site.rss("/feed.xml", site.stories())
    feed = site.served("/feed.xml")
    page = Answer(b"<html><body>Our feed</body></html>", 200, {"Content-Type": "text/html"})
    site.answer("/feed.xml", lambda asked: page if asked.headers.get("accept", "").startswith("text/html") else feed)


@oddity("Sitemaps and robots.txt are pages for whoever takes HTML at all.")
def everything_by_accept(site: Site) -> None:
    site.home()
    site.sitemap("/named.xml", site.stories())
    site.put("/robots.txt", f"User-agent: *\nSitemap: {site.base}/named.xml\n", "text/plain")
    page = Answer(b"<html><body>For people</body></html>", 200, {"Content-Type": "text/html"})
    for path in ("/named.xml", "/robots.txt"):
        machine = site.served(path)

        def by_accept(asked: Asked, machine: Answer = machine) -> Answer:
            return page if "text/html" in asked.headers.get("accept", "") else machine

        site.answer(path, by_accept)


@oddity("The feed announces more bytes than it has.", feed="/feed.xml")
def length_too_long(site: Site) -> None:
    body = rss(site.base, site.stories(), link).encode()
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\nContent-Length: {len(body) + 100}\r\n\r\n"
    site.pages["/feed.xml"] = Answer(raw=head.encode() + body)


@oddity("The feed says that it is compressed, and is not.", feed="/feed.xml")
def encoding_is_a_lie(site: Site) -> None:
    site.put("/feed.xml", rss(site.base, site.stories(), link), "application/rss+xml", Content_Encoding="gzip")


@oddity("The feed is compressed and does not say so.", feed="/feed.xml")
def compressed_in_silence(site: Site) -> None:
    site.put("/feed.xml", gzip.compress(rss(site.base, site.stories(), link).encode()), "application/rss+xml")


@oddity("Story pages are compressed and do not say so, nor does robots.txt.", feed="/feed.xml")
def pages_compressed_in_silence(site: Site) -> None:
    site.rss("/feed.xml", site.stories())
    for story in site.expected:
        page = site.served(site.path(story))
        site.put(site.path(story), gzip.compress(page.body))
    site.put("/robots.txt", gzip.compress(b"User-agent: *\nDisallow: /private\n"), "text/plain")


@oddity("Story pages reload themselves every minute at the home page.", feed="/feed.xml")
def pages_reload_elsewhere(site: Site) -> None:
    site.rss("/feed.xml", site.stories())
    for story in site.expected:
        page = site.served(site.path(story))
        refresh = f'<head><meta http-equiv="refresh" content="60; url={site.base}/">'.encode()
        site.put(site.path(story), page.body.replace(b"<head>", refresh, 1))
    site.home()


@oddity("The server answers 304 although nothing was asked conditionally, once.", feed="/feed.xml")
def unasked_not_modified(site: Site) -> None:
    feed = rss(site.base, site.stories(), link).encode()

    def answer(asked: Asked) -> Answer:
        return Answer(b"", 304) if asked.round == 1 else Answer(feed, 200, {"Content-Type": "application/rss+xml"})

    site.answer("/feed.xml", answer)


@oddity("The feed comes in parts that nobody asked for, once.", feed="/feed.xml")
def unasked_part(site: Site) -> None:
    feed = rss(site.base, site.stories(), link).encode()

    def answer(asked: Asked) -> Answer:
        if asked.round == 1:
            return Answer(feed[:400], 206, {"Content-Range": f"bytes 0-399/{len(feed)}", "ETag": '"1"'})
        if asked.headers.get("if-none-match") == '"1"':
            return Answer(b"", 304)
        return Answer(feed, 200, {"Content-Type": "application/rss+xml", "ETag": '"1"'})

    site.answer("/feed.xml", answer)


@oddity("Answers are HTTP/1.0, of no stated length.", feed="/feed.xml")
def http_1_0(site: Site) -> None:
    site.rss("/feed.xml", site.stories())
    for path, page in list(site.pages.items()):
        assert isinstance(page, Answer)
        site.pages[path] = Answer(raw=b"HTTP/1.0 200 OK\r\n\r\n" + page.body)


@oddity("Story pages set a cookie and lead to themselves until it is brought back.", feed="/feed.xml")
def cookie_to_itself(site: Site) -> None:
    for story in site.stories():
        page, path = site.served(site.path(story)), site.path(story)
        again = Answer(b"", 302, {"Location": path, "Set-Cookie": "pass=yes; Path=/; HttpOnly"})
        site.answer(
            path, lambda asked, page=page, again=again: page if "pass=" in asked.headers.get("cookie", "") else again
        )  # type: ignore[misc]
    site.rss("/feed.xml", site.expected)


@oddity("The feed is sent in chunks, and the last one never comes.", feed="/feed.xml")
def last_chunk_missing(site: Site) -> None:
    body = rss(site.base, site.stories(), link).encode()
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nTransfer-Encoding: chunked\r\n\r\n"
    site.pages["/feed.xml"] = Answer(raw=head + f"{len(body):x}\r\n".encode() + body + b"\r\n")


@oddity("Hints come before every answer.", feed="/feed.xml")
def early_hints(site: Site) -> None:
    site.rss("/feed.xml", site.stories())
    for path, page in list(site.pages.items()):
        assert isinstance(page, Answer)
        hints = b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n"
        site.pages[path] = Answer(raw=hints + page.encoded())


@oddity("The feed is said to be an attachment of bytes.", feed="/feed.xml")
def feed_as_attachment(site: Site) -> None:
    body = rss(site.base, site.stories(), link)
    site.put("/feed.xml", body, "application/octet-stream", Content_Disposition="attachment; filename=feed.xml")


@oddity("Redirects name their targets relatively, with umlauts, spaces and fragments.", feed="/feed.xml")
def odd_locations(site: Site) -> None:
    targets = ("/neu/über", "/neu/ein wort", "?teil=2", "neu/drei#top", "//{host}/neu/vier", "/neu/../fünf")
    at = ("/neu/%C3%BCber", "/neu/ein%20wort", "/alt/2?teil=2", "/alt/neu/drei", "/neu/vier", "/f%C3%BCnf")
    host = site.base.removeprefix("http://")
    for number, (target, path) in enumerate(zip(targets, at, strict=True)):
        site.story(path)
        head = f"HTTP/1.1 302 Found\r\nLocation: {target.format(host=host)}\r\nContent-Length: 0\r\n\r\n"
        site.pages[f"/alt/{number}"] = Answer(raw=head.encode())
    site.rss("/feed.xml", site.expected, lambda story: f"<link>{site.base}/alt/{at.index(site.path(story))}</link>")


@oddity("The feed is empty for an hour and says so with an ETag.", feed="/feed.xml")
def empty_feed_for_an_hour(site: Site) -> None:
    feed = rss(site.base, site.stories(), link).encode()
    empty = rss(site.base, [], link).encode()

    def answer(asked: Asked) -> Answer:
        if asked.headers.get("if-none-match") == '"v1"':
            return Answer(b"", 304)
        return Answer(empty if asked.round == 1 else feed, 200, {"ETag": '"v1"'})

    site.answer("/feed.xml", answer)


@oddity("Lengths count letters, of which umlauts have two bytes, and the connection stays open.", feed="/feed.xml")
def length_in_letters(site: Site) -> None:
    for number in range(6):
        site.story(f"/story/{number}", title=f"Über die Brücke gehört {number}")
    site.rss(
        "/feed.xml", site.expected, lambda story: f"<description>{'Äußerst öde. ' * 90}</description>{link(story)}"
    )
    for path, page in list(site.pages.items()):
        assert isinstance(page, Answer)
        headers = {**page.headers, "Content-Length": str(len(page.body.decode()))}
        site.pages[path] = Answer(page.body, 200, headers)


@oddity("Heads of answers are as no server should write them.", feed="/feed.xml")
def careless_heads(site: Site) -> None:
    site.rss("/feed.xml", site.stories(8))
    heads = (
        "HTTP/1.1 200",
        "HTTP/1.0  200  OK",
        "HTTP/2 200 OK",
        "ICY 200 OK",
        "http/1.1 200 \xe9\xe8",
        "HTTP/1.1 200 OK\r\nServer: a\r\n\tfolded\r\nno colon here\r\nContent-Type : text/html\r\nX-\xe9: \xfc\x01",
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: identity\r\nContent-Length: twelve",
    )
    for story, head in zip(site.expected, heads, strict=True):
        page = site.served(site.path(story))
        site.pages[site.path(story)] = Answer(raw=head.encode("latin-1") + b"\r\n\r\n" + page.body)


@oddity("Compression is stated, missing, doubled or another one than is stated.", feed="/feed.xml")
def careless_compression(site: Site) -> None:
    site.rss("/feed.xml", site.stories(6))
    raw = zlib.compressobj(wbits=-15)
    packed: list[tuple[str, Callable[[bytes], bytes]]] = [
        ("gzip", lambda body: gzip.compress(gzip.compress(body))),
        ("deflate", lambda body: raw.compress(body) + raw.flush()),
        ("br", gzip.compress),
        ("utf-8", lambda body: body),
        ("gzip", lambda body: gzip.compress(body) + b"<!-- served in 3 ms -->"),
        ("br", lambda body: body),
    ]
    for story, (stated, pack) in zip(site.expected, packed, strict=True):
        page = site.served(site.path(story))
        site.put(site.path(story), pack(page.body), Content_Encoding=stated)
    feed = site.served("/feed.xml")
    site.put("/feed.xml", gzip.compress(feed.body), None, Content_Encoding="none")


@oddity("The feed has the status of a page that is not there.", feed="/feed.xml")
def feed_not_found(site: Site) -> None:
    site.rss("/feed.xml", site.stories())
    site.put("/feed.xml", site.served("/feed.xml").body, "application/rss+xml", 404)


@oddity("Story pages are put off once, and there when they are asked for again.", feed="/feed.xml")
def put_off_once(site: Site) -> None:
    site.rss("/feed.xml", site.stories())
    for number, story in enumerate(site.expected):
        page = site.served(site.path(story))
        seen: list[Asked] = []
        not_yet = Answer(b"<html>One moment" if number % 2 else b"", (202, 204, 206, 304, 202, 205)[number])

        def once(asked: Asked, page: Answer = page, not_yet: Answer = not_yet, seen: list[Asked] = seen) -> Answer:
            seen.append(asked)
            return not_yet if len(seen) == 1 else page

        site.answer(site.path(story), once)


@oddity("The named feed has the status of a page that is not there, the sitemap that of an error.")
def listings_with_wrong_status(site: Site) -> None:
    site.home('<link rel="alternate" type="application/rss+xml" href="/rss">')
    stories = site.stories()
    site.rss("/rss", stories[:3])
    site.put("/rss", site.served("/rss").body, "application/rss+xml", 404)
    site.sitemap("/sitemap.xml", stories[3:])
    site.put("/sitemap.xml", site.served("/sitemap.xml").body, "application/xml", 500)


@oddity("The server hangs up without a word at the first request for everything.", feed="/feed.xml")
def hangs_up_once(site: Site) -> None:
    site.rss("/feed.xml", site.stories())
    for path, page in list(site.pages.items()):
        assert isinstance(page, Answer)
        seen: list[Asked] = []

        def once(asked: Asked, page: Answer = page, seen: list[Asked] = seen) -> Answer:
            seen.append(asked)
            return Answer(raw=b"") if len(seen) == 1 else page

        site.answer(path, once)


@oddity("The feed says that it is a picture, its stories that they are programs.", feed="/feed.xml")
def wrong_types(site: Site) -> None:
    site.rss("/feed.xml", site.stories(), kind="image/png")
    for story, kind in zip(
        site.expected, ("application/javascript", "text/plain", "image/jpeg", "", "a", "html"), strict=True
    ):
        site.put(site.path(story), site.served(site.path(story)).body, kind)


@oddity("Every length is too long, and the connection stays open.", feed="/feed.xml")
def length_too_long_and_open(site: Site) -> None:
    site.rss("/feed.xml", site.stories(2))
    for path, page in list(site.pages.items()):
        assert isinstance(page, Answer)
        headers = {**page.headers, "Content-Length": str(len(page.body) + 7)}
        site.pages[path] = Answer(page.body, 200, headers)


@oddity("The home page wants its cookie back, and hands it out with a page that reloads itself.")
def cookie_by_reloading(site: Site) -> None:
    site.rss("/news-of-today", site.stories())
    site.home('<link rel="alternate" type="application/rss+xml" href="/news-of-today">')
    home = site.served("/")
    check = Answer(
        b"<html><meta http-equiv=refresh content=1><p>One moment, please.",
        200,
        {"Content-Type": "text/html", "Set-Cookie": "human=yes; Path=/"},
    )
    site.answer("/", lambda asked: home if "human" in asked.headers.get("cookie", "") else check)


@oddity("The server accepts no request that asks for a feed.", feed="/feed.xml")
def feed_not_acceptable(site: Site) -> None:
    site.rss("/feed.xml", site.stories())
    feed = site.served("/feed.xml")
    no = Answer(b"<h1>Not acceptable</h1>", 406, {"Content-Type": "text/html"})
    site.answer("/feed.xml", lambda asked: no if "rss" in asked.headers.get("accept", "") else feed)


@oddity("Bodies are chunked as old servers write chunks, or said to be.", feed="/feed.xml")
def careless_chunks(site: Site) -> None:
    site.rss("/feed.xml", site.stories(4))
    written = ("{:x}\n", "{:06X}  \r\n", "{:x}; a=b\r\n", "")
    for story, size in zip(site.expected, written, strict=True):
        body = site.served(site.path(story)).body
        last = f"\r\n{size.format(0)}\r\n".encode() if size else b""
        head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: Chunked\r\n\r\n"
        site.pages[site.path(story)] = Answer(raw=head + size.format(len(body)).encode() + body + last)


@oddity("robots.txt leads to itself for ever.", feed="/feed.xml")
def robots_in_a_loop(site: Site) -> None:
    site.rss("/feed.xml", site.stories(3))
    site.redirect("/robots.txt", "/robots.txt")


@oddity("Every answer has a status of success other than 200.")
def other_successes(site: Site) -> None:
    site.home('<link rel="alternate" type="application/rss+xml" href="/news-of-today">')
    site.rss("/news-of-today", site.stories(4))
    for number, (path, page) in enumerate(list(site.pages.items())):
        assert isinstance(page, Answer)
        site.pages[path] = Answer(page.body, (203, 202, 226, 201, 206)[number % 5], page.headers)


@oddity("Redirects and pages of errors break off.", feed="/old.xml")
def errors_break_off(site: Site) -> None:
    def cut(status: str) -> Answer:
        return Answer(raw=f"HTTP/1.1 {status}\r\nContent-Length: 999\r\n\r\n<p>See th".encode())

    site.rss("/feed.xml", site.stories(3))
    site.pages["/old.xml"] = cut("301 Moved\r\nLocation: /feed.xml")
    site.pages["/robots.txt"] = cut("404 Not Found")
    site.pages["/.well-known/tdmrep.json"] = cut("404 Not Found")


@oddity("The server breaks down at conditional requests.", feed="/feed.xml")
def conditions_break_it(site: Site) -> None:
    stories = site.stories()
    early, late = (rss(site.base, some, link).encode() for some in (stories[:3], stories))

    def answer(asked: Asked) -> Answer:
        if asked.headers.get("if-none-match"):
            return Answer(b"Warning: undefined index", 500)
        return Answer(early if asked.round == 1 else late, 200, {"ETag": '"v1"'})

    site.answer("/feed.xml", answer)


@oddity("Stories are for those who say which language they read.", feed="/feed.xml")
def language_wanted(site: Site) -> None:
    site.rss("/feed.xml", site.stories(3))
    no = Answer(b"<h1>No such variant</h1>", 406, {"Content-Type": "text/html"})
    for story in site.expected:
        page = site.served(site.path(story))
        site.answer(site.path(story), lambda asked, page=page: page if "accept-language" in asked.headers else no)  # type: ignore[misc]


@oddity("The server wants a rest of a second at the first request for everything.", feed="/feed.xml")
def rests_a_second(site: Site) -> None:
    site.rss("/feed.xml", site.stories(3))
    for path, page in list(site.pages.items()):
        assert isinstance(page, Answer)
        seen: list[Asked] = []
        rest = Answer(b"", 429 if path == "/feed.xml" else 503, {"Retry-After": "1"})

        def once(asked: Asked, page: Answer = page, rest: Answer = rest, seen: list[Asked] = seen) -> Answer:
            seen.append(asked)
            return rest if len(seen) == 1 else page

        site.answer(path, once)


@oddity("Stories are sent to another address with a slash and back, which gives them a cookie.", feed="/feed.xml")
def slash_and_back(site: Site) -> None:
    site.rss("/feed.xml", site.stories())
    for story in site.expected:
        page, path = site.served(site.path(story)), site.path(story)
        away = Answer(b"", 302, {"Location": f"{path}/"})
        back = Answer(b"", 302, {"Location": path, "Set-Cookie": "seen=1; Path=/; SameSite=Lax"})
        site.answer(
            path, lambda asked, page=page, away=away: page if "seen=1" in asked.headers.get("cookie", "") else away
        )  # type: ignore[misc]
        site.pages[f"{path}/"] = back
