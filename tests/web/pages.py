"""Sites whose pages are odd: what stands at a story's address is not the story, for a while or for ever."""

from __future__ import annotations

from dataclasses import replace

from local_web import paragraphs_on

from web.site import Answer, Site, oddity


def for_one_round(site: Site, instead: Answer) -> None:
    """Let something else stand at the addresses of all stories in the first round."""
    for story in site.expected:
        path = site.path(story)
        page = site.served(path)
        site.answer(path, lambda asked, page=page: instead if asked.round == 1 else page)


def notice(title: str, text: str) -> Answer:
    body = f"<html><head><title>{title}</title></head><body><h1>{title}</h1><p>{text}</p></body></html>"
    return Answer(body.encode(), 200, {"Content-Type": "text/html; charset=utf-8"})


@oddity("Story pages are empty for an hour.", feed="/feed.xml")
def empty_for_an_hour(site: Site) -> None:
    site.rss("/feed.xml", site.stories())
    for_one_round(site, Answer(b"", 200, {"Content-Type": "text/html"}))


@oddity("Story pages are a check for robots for an hour.", feed="/feed.xml")
def bot_check_for_an_hour(site: Site) -> None:
    site.rss("/feed.xml", site.stories())
    for_one_round(site, notice("Just a moment...", "Checking your browser before you go on."))


@oddity("Story pages are JSON for an hour.", feed="/feed.xml")
def json_for_an_hour(site: Site) -> None:
    site.rss("/feed.xml", site.stories())
    for_one_round(site, Answer(b'{"error": "database is down"}', 200, {"Content-Type": "application/json"}))


def on_cookies(site: Site, title: str) -> str:
    """Return a page that is about no story, in words of its site's own: no two sites may have copies of one page."""
    body = f"<p>We and our partners store information on your device.</p>{paragraphs_on(f'cookies of {site.name}')}"
    return f"<html><head><title>{title}</title></head><body><article><h1>{title}</h1>{body}</article></body></html>"


@oddity("Every story leads to a page of consent that keeps the way back.", feed="/feed.xml")
def consent(site: Site) -> None:
    page = on_cookies(site, "Cookie choices")
    for story in site.stories():
        path = site.path(story)
        site.redirect(path, f"/consent?origin={path}")
        site.put(f"/consent?origin={path}", page)
    site.rss("/feed.xml", site.expected)
    site.expected = []


@oddity("Every story leads to one page for subscribers.", feed="/feed.xml")
def subscribe(site: Site) -> None:
    site.put("/subscribe", on_cookies(site, "Subscribe to the Bote"))
    for story in site.stories():
        site.redirect(site.path(story), "/subscribe")
    site.rss("/feed.xml", site.expected)
    site.expected = []


@oddity("For an hour every story leads to a notice.", feed="/feed.xml")
def notice_for_an_hour(site: Site) -> None:
    site.rss("/feed.xml", site.stories())
    site.put("/notice", on_cookies(site, "We are moving"))
    for_one_round(site, Answer(b"", 302, {"Location": "/notice"}))


@oddity("Stories have moved, each to a new address of its own.", feed="/feed.xml")
def moved_stories(site: Site) -> None:
    for number in range(6):
        site.story(f"/new/{number}")
        site.redirect(f"/old?id={number}", f"/new/{number}", status=301)
    site.rss("/feed.xml", site.expected, lambda story: f"<link>{site.base}/old?id={story.url[-1]}</link>")


@oddity("Stories are announced before their pages are there.", feed="/feed.xml")
def announced_too_early(site: Site) -> None:
    site.rss("/feed.xml", site.stories())
    for_one_round(site, Answer(b"<h1>Not found</h1>", 404, {"Content-Type": "text/html"}))


@oddity("Story pages are forbidden for an hour.", feed="/feed.xml")
def forbidden_for_an_hour(site: Site) -> None:
    site.rss("/feed.xml", site.stories())
    for_one_round(site, Answer(b"<h1>Forbidden</h1>", 403, {"Content-Type": "text/html"}))


@oddity("Story pages show an error of the database for an hour.", feed="/feed.xml")
def database_error_for_an_hour(site: Site) -> None:
    site.rss("/feed.xml", site.stories())
    for_one_round(site, notice("Database Error", "Error establishing a database connection"))


@oddity("Story pages show the home page for an hour.", feed="/feed.xml")
def home_for_an_hour(site: Site) -> None:
    site.rss("/feed.xml", site.stories())
    site.home(body="".join(f'<h2><a href="{story.url}">{story.title}</a></h2>' for story in site.expected))
    for_one_round(site, site.served("/"))


@oddity("One story of many leads to the page of consent.", feed="/feed.xml")
def one_consent(site: Site) -> None:
    stories = site.stories()
    lost = site.story("/story/lost")
    site.redirect("/story/lost", "/consent?origin=/story/lost")
    page = on_cookies(site, "Cookie choices")
    site.put("/consent?origin=/story/lost", page)
    site.rss("/feed.xml", [*stories, lost])
    site.expected = stories


@oddity("Two old addresses of one story lead to it.", feed="/feed.xml")
def two_ways_to_one_story(site: Site) -> None:
    stories = site.stories()
    for story in stories:
        number = story.url[-1]
        site.redirect(f"/?id={number}", site.path(story), status=301)
        site.redirect(f"/old/{number}", site.path(story), status=301)
    items = "".join(
        f"<item><title>{story.title}</title><link>{site.base}{path.format(story.url[-1])}</link></item>"
        for story in stories
        for path in ("/?id={}", "/old/{}")
    )
    site.put("/feed.xml", f'<rss version="2.0"><channel>{items}</channel></rss>', "application/rss+xml")


@oddity("Every story of a sitemap leads to a log-in whose address is another one each time.", sitemap="/sitemap.xml")
def log_in_with_sessions(site: Site) -> None:
    for number, story in enumerate(site.stories()):
        site.redirect(site.path(story), f"/login?session=3f{number}a")
        site.put(f"/login?session=3f{number}a", on_cookies(site, "Log in to the Bote"))
    site.sitemap("/sitemap.xml", site.expected)
    site.expected = []


@oddity("For an hour every story leads to the home page, which has an article of its own.", feed="/feed.xml")
def led_home_for_an_hour(site: Site) -> None:
    site.rss("/feed.xml", site.stories())
    site.put("/", on_cookies(site, "Good morning"))
    for_one_round(site, Answer(b"", 302, {"Location": "/"}))


@oddity("For an hour a page at every story's address asks for consent, and says that it stays there.", feed="/feed.xml")
def consent_in_place_for_an_hour(site: Site) -> None:
    site.rss("/feed.xml", site.stories())
    page = on_cookies(site, "Your privacy")
    for_one_round(site, Answer(page.encode(), 200, {"Content-Type": "text/html; charset=utf-8"}))


@oddity("Pages that go on to consent by themselves, for an hour.", feed="/feed.xml")
def refresh_to_consent_for_an_hour(site: Site) -> None:
    site.rss("/feed.xml", site.stories())
    site.put("/consent", on_cookies(site, "Before you go on"))
    page = b"<html><head><meta http-equiv='refresh' content='0; url=/consent'></head><body></body></html>"
    for_one_round(site, Answer(page, 200, {"Content-Type": "text/html"}))


@oddity("Half of the stories have moved, the others lead to an offer.", feed="/feed.xml")
def moved_and_walled(site: Site) -> None:
    moved = [site.story(f"/new/{number}") for number in range(3)]
    for number in range(3):
        site.redirect(f"/old/{number}", f"/new/{number}", status=301)
    walled = [site.story(f"/story/{number}") for number in range(3)]
    site.put("/offer", on_cookies(site, "Three months for nothing"))
    for story in walled:
        site.redirect(site.path(story), "/offer")
    site.rss("/feed.xml", site.expected, lambda story: f"<link>{story.url.replace('/new/', '/old/')}</link>")
    site.expected = moved


@oddity("Stories have moved, and a sitemap knows their old addresses alone.", sitemap="/sitemap.xml")
def moved_without_headlines(site: Site) -> None:
    for number in range(6):
        site.story(f"/new/{number}")
        site.redirect(f"/old/{number}", f"/new/{number}", status=301)
    site.sitemap("/sitemap.xml", [f"/old/{number}" for number in range(6)])


@oddity("Stories have moved, and have got other headlines.", feed="/feed.xml")
def moved_and_retitled(site: Site) -> None:
    for number in range(6):
        site.story(f"/new/{number}")
        site.redirect(f"/old/{number}", f"/new/{number}", status=301)
    items = "".join(
        f"<item><title>What we told you in the morning of item {number}</title>"
        f"<link>{site.base}/old/{number}</link></item>"
        for number in range(6)
    )
    site.put("/feed.xml", f'<rss version="2.0"><channel>{items}</channel></rss>', "application/rss+xml")


@oddity("Story pages name the section that they are in as og:url.", feed="/feed.xml")
def section_as_address(site: Site) -> None:
    for number, section in enumerate(("sport", "sport", "town", "town", "town", "sea")):
        story = site.story(f"/{section}/story-{number}")
        mark = f'<meta property="og:url" content="{site.base}/{section}/latest"></head>'.encode()
        site.put(site.path(story), site.served(site.path(story)).body.replace(b"</head>", mark, 1))
    site.expected[-1] = replace(site.expected[-1], url=f"{site.base}/sea/latest")  # one alone is believed
    site.rss("/feed.xml", [*site.expected[:-1], replace(site.expected[-1], url=f"{site.base}/sea/story-5")])


@oddity("Stories fail for an hour, each with another status.", feed="/feed.xml")
def failing_in_turn(site: Site) -> None:
    site.rss("/feed.xml", site.stories())
    for number, story in enumerate(site.expected):
        page, path = site.served(site.path(story)), site.path(story)
        faults = [Answer(b"no", status, {"Content-Type": "text/html"}) for status in (403, 404, 410, 451, 500, 401)]
        site.answer(path, lambda asked, page=page, fault=faults[number]: fault if asked.round == 1 else page)


@oddity("For an hour a page stands at every address of a sitemap, with the time in it.", sitemap="/sitemap.xml")
def notice_in_place_for_an_hour(site: Site) -> None:
    site.sitemap("/sitemap.xml", site.stories())
    for number, story in enumerate(site.expected):
        page, path = site.served(site.path(story)), site.path(story)
        notice = on_cookies(site, "We will be back").replace("</article>", f"<p>It is now 10:0{number}.</p></article>")
        other = Answer(notice.encode(), 200, {"Content-Type": "text/html"})
        site.answer(path, lambda asked, page=page, other=other: other if asked.round == 1 else page)


@oddity("For an hour story pages are made by a script that newsbot does not run.", feed="/feed.xml")
def redesigned_for_an_hour(site: Site) -> None:
    site.rss("/feed.xml", site.stories())
    for story in site.expected:
        page, path = site.served(site.path(story)), site.path(story)
        shell = (
            f"<html><head><title>{story.title}</title></head><body><div id='app'></div><script>load()</script></body>"
        )
        other = Answer(shell.encode(), 200, {"Content-Type": "text/html"})
        site.answer(path, lambda asked, page=page, other=other: other if asked.round == 1 else page)


@oddity("For an hour story pages are pictures, or parts of an archive.", feed="/feed.xml")
def binary_for_an_hour(site: Site) -> None:
    site.rss("/feed.xml", site.stories())
    for_one_round(site, Answer(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 9, 200, {"Content-Type": "text/html"}))


@oddity("For an hour stories lead to each other in a circle.", feed="/feed.xml")
def circle_for_an_hour(site: Site) -> None:
    site.rss("/feed.xml", site.stories())
    for number, story in enumerate(site.expected):
        page, path = site.served(site.path(story)), site.path(story)
        other = Answer(b"", 302, {"Location": f"/story/{(number + 1) % 6}"})
        site.answer(path, lambda asked, page=page, other=other: other if asked.round == 1 else page)


@oddity("One old story is moved to the home page, its neighbours to new addresses.", feed="/feed.xml")
def one_led_home(site: Site) -> None:
    moved = [site.story(f"/new/{number}") for number in range(5)]
    lost = site.story("/story/lost")
    for number in range(5):
        site.redirect(f"/old/{number}", f"/new/{number}", status=301)
    site.redirect("/story/lost", "/")
    site.put("/", on_cookies(site, "Good evening"))
    site.rss("/feed.xml", [*moved, lost], lambda story: f"<link>{story.url.replace('/new/', '/old/')}</link>")
    site.expected = moved


@oddity("Old addresses lead to stories whose pages show their own canonical address.", sitemap="/sitemap.xml")
def moved_by_number(site: Site) -> None:
    for number in range(6):
        story = site.story(f"/2026/11/20/what-happened-in-ward-{number}")
        path = site.path(story)
        link = f'<link rel="canonical" href="{path}"></head>'.encode()
        site.put(path, site.served(path).body.replace(b"</head>", link, 1))
        site.redirect(f"/?p={number}", path, status=301)
    site.sitemap("/sitemap.xml", [*(f"/?p={number}" for number in range(6)), *site.expected])


@oddity("For an hour a notice stands at every story's address, under the story's headline.", feed="/feed.xml")
def notice_under_every_headline(site: Site) -> None:
    site.rss("/feed.xml", site.stories())
    for story in site.expected:
        page, instead = site.served(site.path(story)), on_cookies(site, story.title).encode()
        wall = Answer(instead, 200, {"Content-Type": "text/html; charset=utf-8"})
        site.answer(site.path(story), lambda asked, page=page, wall=wall: wall if asked.round == 1 else page)  # type: ignore[misc]


@oddity("For an hour every story leads to a notice that robots.txt disallows.", feed="/feed.xml")
def closed_notice_for_an_hour(site: Site) -> None:
    site.rss("/feed.xml", site.stories())
    site.put("/robots.txt", "User-agent: *\nDisallow: /notice", "text/plain")
    site.put("/notice", on_cookies(site, "We are moving house"))
    for_one_round(site, Answer(b"", 302, {"Location": "/notice"}))


@oddity("A feed names stories by their pages for phones, which claim those for everybody.", feed="/feed.xml")
def amp(site: Site) -> None:
    site.rss("/feed.xml", site.stories(), lambda story: f"<link>{story.url.replace('/story/', '/amp/story/')}</link>")
    for story in site.expected:
        mark = f'<link rel="canonical" href="{story.url}"></head>'.encode()
        page = site.served(site.path(story)).body.replace(b"<html", b"<html amp", 1).replace(b"</head>", mark, 1)
        site.put(f"/amp{site.path(story)}", page)


@oddity("Two short links lead to every story, each with a mark of its own.", feed="/feed.xml")
def short_links(site: Site) -> None:
    items = []
    for number, story in enumerate(site.stories()):
        for mark in "ab":
            way = f"{site.path(story)}?utm_source={mark}"
            site.pages[way] = site.served(site.path(story))
            short = site.redirect(f"/{mark}{number}Xy", way, status=301)
            items.append(f"<item><title>{story.title}</title><link>{short}</link></item>")
    site.put("/feed.xml", f'<rss version="2.0"><channel>{"".join(items)}</channel></rss>', "application/rss+xml")


@oddity("For an hour there are scripts, frames or traces of programs where stories are.", feed="/feed.xml")
def shells_in_turn(site: Site) -> None:
    site.rss("/feed.xml", site.stories())
    legal = paragraphs_on(f"the terms of {site.name}")
    trace = "".join(f"#{n} /var/www/lib/part{n}.php({n}): load()\n" for n in range(60))
    shells = (
        "<html><frameset rows='*'><frame src='/ads'></frameset></html>",
        f"<html><body><noscript>{legal}</noscript><script src='/app.js'></script></body></html>",
        "<html><body><h1>{title}</h1><p>Loading…</p></body></html>",
        f"<html><body><b>Fatal error</b>: Uncaught PDOException in /var/www/db.php:12\n{trace}</body></html>",
        "%PDF-1.4 {title}",
        "GIF89a",
    )
    for story, shell in zip(site.expected, shells, strict=True):
        page, path = site.served(site.path(story)), site.path(story)
        body = shell.replace("{title}", story.title).encode()
        other = Answer(body, 200, {"Content-Type": "text/html"})
        site.answer(path, lambda asked, page=page, other=other: other if asked.round == 1 else page)
