"""Sites that bug reports of feed readers, sitemap parsers and news crawlers describe."""

from __future__ import annotations

import json

from web.site import Site, oddity

ATOM = "http://www.w3.org/2005/Atom"


def channel(items: str, before: str = '<?xml version="1.0"?>', root: str = '<rss version="2.0">') -> str:
    return f"{before}{root}<channel><title>Feed</title>{items}</channel></rss>"


def items(site: Site, link: str = "<link>{}</link>") -> list[str]:
    """Put six stories up and return an item for each; their pages do not tell their titles."""
    stories = [site.story(f"/story/{n}", title=f"Café Ñandú opens the “harbour” {n}", bare=True) for n in range(6)]
    return [f"<item><title>{story.title}</title>{link.format(story.url)}</item>" for story in stories]


@oddity("Links are written with backslashes, as paths of Windows are.", feed="/feeds/feed.xml")
def backslashes(site: Site) -> None:
    site.rss("/feeds/feed.xml", site.stories(), lambda story: rf"<link>\story\{story.url[-1]}</link>")


@oddity("A feed, its entries and their links have an xml:base each.", feed="/feed.xml")
def bases_in_bases(site: Site) -> None:
    entries = "".join(
        f'<entry xml:base="b/"><title>{story.title}</title><link xml:base="c/" href="{number}.html"/></entry>'
        for number, story in enumerate(site.stories(6, "/a/b/c/{}.html"))
    )
    site.put("/feed.xml", f'<feed xmlns="{ATOM}" xml:base="/a/">{entries}</feed>', "application/atom+xml")


@oddity("Items stand outside of the channel, and their addresses in rdf:about alone.", feed="/feed.xml")
def rdf_about(site: Site) -> None:
    listed = "".join(f'<item rdf:about="{story.url}"><title>{story.title}</title></item>' for story in site.stories())
    root = '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/">'
    site.put("/feed.xml", f"{root}<channel><title>Feed</title></channel>{listed}</rdf:RDF>", "application/rdf+xml")


@oddity("The file is several feeds, one behind the other.", feed="/feed.xml")
def feeds_in_a_row(site: Site) -> None:
    site.put("/feed.xml", "\n".join(channel(item) for item in items(site)), "text/xml")


@oddity("A byte order mark says UTF-8, the declaration ISO-8859-1.", feed="/feed.xml")
def mark_and_declaration(site: Site) -> None:
    text = channel("".join(items(site)), '<?xml version="1.0" encoding="ISO-8859-1"?>')
    site.put("/feed.xml", text.encode("utf-8-sig"), "text/xml")


@oddity("The feed is UTF-32.", feed="/feed.xml")
def utf_32(site: Site) -> None:
    text = channel("".join(items(site)), '<?xml version="1.0" encoding="UTF-32"?>')
    site.put("/feed.xml", text.encode("utf-32"), "text/xml")


@oddity("Declaration and header say UTF-16 of a feed that is UTF-8.", feed="/feed.xml")
def said_to_be_utf_16(site: Site) -> None:
    text = channel("".join(items(site)), '<?xml version="1.0" encoding="utf-16"?>')
    site.put("/feed.xml", text, "text/xml; charset=utf-16")


@oddity("Quotation marks of windows-1252 stand in a feed that is UTF-8.", feed="/feed.xml")
def two_encodings(site: Site) -> None:
    quoting = "<link>{}</link><description>It§s quoted</description>"
    text = channel("".join(items(site, quoting)), '<?xml version="1.0" encoding="utf-8"?>')
    site.put("/feed.xml", text.encode().replace("§".encode(), b"\x92"), "text/xml")


@oddity("The only address is in a guid that says that it is none.", feed="/feed.xml")
def guid_is_denied(site: Site) -> None:
    listed = items(site, '<link></link><guid isPermaLink="false">{}</guid>')
    site.put("/feed.xml", channel("".join(listed)), "application/rss+xml")


@oddity("Links begin with an entity of the feed's own.", feed="/feed.xml")
def own_entities(site: Site) -> None:
    listed = "".join(items(site)).replace(site.base, "&base;")
    before = f'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY base "{site.base}">]>'
    site.put("/feed.xml", channel(listed, before), "text/xml")


@oddity("A picture's title stands before that of its story, an address of it before the story's.", feed="/feed.xml")
def titles_of_pictures(site: Site) -> None:
    picture = (
        "<m:content url='/x.jpg'><m:title>The harbour by night</m:title></m:content><image><link>/x</link></image>"
    )
    listed = "".join(items(site)).replace("<item>", f"<item>{picture}")
    root = '<rss version="2.0" xmlns:m="http://search.yahoo.com/mrss/">'
    site.put("/feed.xml", channel(listed, root=root), "text/xml")


@oddity("Relations of links are addresses of IANA's registry.", feed="/feed.xml")
def relations_by_address(site: Site) -> None:
    relation = "http://www.iana.org/assignments/relation/"
    entries = "".join(
        f'<entry><title>{story.title}</title><link rel="{relation}self" href="/api/{number}"/>'
        f'<link rel="{relation}alternate" href="{story.url}"/></entry>'
        for number, story in enumerate(site.stories())
    )
    site.put("/feed.xml", f'<feed xmlns="{ATOM}">{entries}</feed>', "application/atom+xml")


@oddity("Items of a JSON feed name the page that they are about beside their own.", feed="/feed.json")
def external_urls(site: Site) -> None:
    listed = [
        {"id": number, "title": story.title, "external_url": "https://example.com/", "url": story.url}
        for number, story in enumerate(site.stories())
    ]
    feed = {"version": "https://jsonfeed.org/version/1", "title": "Feed", "items": listed}
    site.put("/feed.json", json.dumps(feed), "application/feed+json")


@oddity("An index names an Atom feed with parameters, as Blogger does.", sitemap="/sitemap.xml")
def feed_of_an_index(site: Site) -> None:
    entries = "".join(
        f'<entry><title>{story.title}</title><link href="{story.url}"/></entry>' for story in site.stories()
    )
    part = "/atom.xml?redirect=false&start-index=1&max-results=500"
    site.put(part, f'<feed xmlns="{ATOM}">{entries}</feed>', "application/atom+xml")
    site.sitemap_index("/sitemap.xml", [part])


@oddity("Before each address stands an entry that has a title and a date, and no address.", news_sitemap="/sitemap.xml")
def entries_without_address(site: Site) -> None:
    news = "<n:title>The harbour by night</n:title><n:publication_date>2020-01-01</n:publication_date>"
    urls = "".join(f"<url><n:news>{news}</n:news></url><url><loc>{story.url}</loc></url>" for story in site.stories())
    spaces = 'xmlns:n="http://www.google.com/schemas/sitemap-news/0.9"'
    site.put(
        "/sitemap.xml",
        f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" {spaces}>{urls}</urlset>',
        "text/xml",
    )


@oddity("The feed is named by a header alone, behind a style sheet, and its title has a comma.")
def feed_by_a_header_among_others(site: Site) -> None:
    site.rss("/x/rss", site.stories())
    named = '</style.css>; rel=preload; as=style, </x/rss>; rel="alternate"; type="application/rss+xml"; title="a, b"'
    site.put("/", "<html><body><h1>Home</h1></body></html>", Link=named)


@oddity("The home page leads to another by its head, whose feed is relative to that.")
def home_is_elsewhere(site: Site) -> None:
    site.rss("/en/rss", site.stories())
    site.put("/", '<html><head><meta http-equiv="refresh" content="0; url=/en/"></head></html>')
    feed = '<link rel="alternate" type="application/rss+xml" href="rss">'
    site.put("/en/", f"<html><head>{feed}</head><body>Home</body></html>")
