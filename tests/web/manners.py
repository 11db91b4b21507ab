"""Sites whose robots.txt is odd: what it means has to be obeyed."""

from __future__ import annotations

import gzip

from web.site import Answer, Site, oddity


@oddity("A group names newsbot with a version, another one a name that is part of ours.", feed="/feed.xml")
def group_with_version(site: Site) -> None:
    groups = "User-agent: newsbot/0.1.0\nDisallow: /hidden/\n\nUser-agent: News\nDisallow: /\n"
    site.put("/robots.txt", f"{groups}\nUser-agent: *\nDisallow: /\n", "text/plain")
    stories = site.stories()
    hidden = site.stories(2, "/hidden/{}")
    site.rss("/feed.xml", [*stories, *hidden])
    site.expected = stories


@oddity("Lines of robots.txt end as on an old Macintosh, behind a byte order mark.", feed="/feed.xml")
def old_line_ends(site: Site) -> None:
    site.put("/robots.txt", "\ufeffUser-agent: *\rDisallow: /hidden/\r", "text/plain")
    stories = site.stories()
    site.rss("/feed.xml", [*stories, *site.stories(2, "/hidden/{}")])
    site.expected = stories


@oddity("Two groups name newsbot, and one of them everybody.", feed="/feed.xml")
def groups_are_merged(site: Site) -> None:
    groups = (
        "User-agent: NewsBot\nDisallow: /hidden/",
        "User-agent: *\nDisallow: /",
        "User-Agent : newsbot\nDisallow:/x/",
    )
    site.put("/robots.txt", "\n\n".join(groups), "text/plain")
    stories = site.stories()
    site.rss("/feed.xml", [*stories, site.story("/hidden/1"), site.story("/x/1")])
    site.expected = stories


@oddity("robots.txt is UTF-16, compressed, and says that it is neither.", feed="/feed.xml")
def robots_written_oddly(site: Site) -> None:
    text = "User-agent: *\nDisallow: /hidden/\nAllow: /hidden/open\n".encode("utf-16")
    site.put("/robots.txt", gzip.compress(text), "text/plain")
    stories = [*site.stories(), site.story("/hidden/open")]
    site.rss("/feed.xml", [*stories, site.story("/hidden/1")])
    site.expected = stories


@oddity("robots.txt leads to another address, and its rules hold.", feed="/feed.xml")
def robots_elsewhere(site: Site) -> None:
    site.redirect("/robots.txt", "/seo/robots", status=301)
    site.put("/seo/robots", "User-agent: *\nCrawl-delay: 0.1\nDisallow: /*?print=\nDisallow: /*.php$\n", "text/plain")
    stories = site.stories(6, "/a/{}.html")
    site.rss("/feed.xml", [*stories, site.story("/a/7.php"), site.story("/a/8?print=1")])
    site.expected = stories


@oddity("robots.txt cannot be had for an hour.", feed="/feed.xml")
def robots_broken_for_an_hour(site: Site) -> None:
    site.rss("/feed.xml", site.stories())
    site.put("/robots.txt", "User-agent: *\nDisallow: /private\n", "text/plain")
    robots = site.served("/robots.txt")
    site.answer("/robots.txt", lambda asked: Answer(b"", 500) if asked.round == 1 else robots)
