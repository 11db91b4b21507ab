"""Sites whose feeds are odd."""

from __future__ import annotations

from web.site import Site, Story, oddity


@oddity("The feed's elements are of a namespace that nobody knows.", feed="/feed.xml", pending=True)
def unknown_namespace(site: Site) -> None:
    site.rss("/feed.xml", site.stories(), root='<rss version="2.0" xmlns="http://blogs.law.harvard.edu/tech/rss">')


@oddity("Links say nothing of use, and guids are good addresses.", feed="/feed.xml", pending=True)
def guids_know_better(site: Site) -> None:
    links = ("N/A", "N/A", f"{site.base}/", f"{site.base}/", "http://https://{}", "{}")
    stories = site.stories()

    def link(story: Story) -> str:
        url = story.url
        written = links[int(url[-1])].format(url.removeprefix("http://"))
        return f'<link>{written}</link><guid isPermaLink="true">{url}</guid>'

    site.rss("/feed.xml", stories, link)


@oddity("Every item has one and the same link.", feed="/feed.xml", pending=True)
def one_link_for_all(site: Site) -> None:
    link = f"<link>{site.base}/news</link>"
    site.rss("/feed.xml", site.stories(), lambda story: f"{link}<guid>{story.url}</guid>")


@oddity("Links are relative to an xml:base, in a feed that is not well-formed.", feed="/feeds/feed.xml", pending=True)
def base_in_a_broken_feed(site: Site) -> None:
    stories = site.stories(6, "/news/{}.html")
    entries = "".join(
        f'<entry><title>{story.title}</title><link href="{number}.html"/><summary>A & B</summary></entry>'
        for number, story in enumerate(stories)
    )
    root = f'<feed xmlns="http://www.w3.org/2005/Atom" xml:base="{site.base}/news/">'
    site.put("/feeds/feed.xml", f"{root}<title>Feed</title>{entries}</feed>", "application/atom+xml")


@oddity("Atom entries have several links, the alternate one not first.", feed="/feed.xml")
def several_links(site: Site) -> None:
    entries = "".join(
        f"<entry><title>{story.title}</title><link rel='self' href='/api/{number}'/>"
        f"<link rel='replies' href='/comments/{number}'/><link rel='enclosure' href='/{number}.mp3'/>"
        f"<link rel='alternate' type='text/html' href='{story.url}'/><link rel='edit' href='/edit/{number}'/></entry>"
        for number, story in enumerate(site.stories())
    )
    feed = f'<feed xmlns="http://www.w3.org/2005/Atom"><title>Feed</title>{entries}</feed>'
    site.put("/feed.xml", feed, "application/atom+xml")


@oddity("Invisible characters stand before the links.", feed="/feed.xml", pending=True)
def invisible_characters(site: Site) -> None:
    site.rss("/feed.xml", site.stories(), lambda story: f"<link>\ufeff\u200b {story.url}\u200b\n</link>")
