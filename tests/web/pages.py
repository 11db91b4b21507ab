"""Sites whose pages are odd: what stands at a story's address is not the story, for a while or for ever."""

from __future__ import annotations

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


@oddity("Every story leads to a page of consent that keeps the way back.", feed="/feed.xml", pending=True)
def consent(site: Site) -> None:
    page = on_cookies(site, "Cookie choices")
    for story in site.stories():
        path = site.path(story)
        site.redirect(path, f"/consent?origin={path}")
        site.put(f"/consent?origin={path}", page)
    site.rss("/feed.xml", site.expected)
    site.expected = []


@oddity("Every story leads to one page for subscribers.", feed="/feed.xml", pending=True)
def subscribe(site: Site) -> None:
    site.put("/subscribe", on_cookies(site, "Subscribe to the Bote"))
    for story in site.stories():
        site.redirect(site.path(story), "/subscribe")
    site.rss("/feed.xml", site.expected)
    site.expected = []


@oddity("For an hour every story leads to a notice.", feed="/feed.xml", pending=True)
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


@oddity("One story of many leads to the page of consent.", feed="/feed.xml", pending=True)
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
