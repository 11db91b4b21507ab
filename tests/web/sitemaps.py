"""Sites whose sitemaps are odd."""

from __future__ import annotations

from web.site import Answer, Asked, Site, oddity, urlset


@oddity("The day's sitemap grows, and the index says the same date of it all day.", sitemap="/index.xml", pending=True)
def day_sitemap_grows(site: Site) -> None:
    stories = site.stories()

    def day(asked: Asked) -> Answer:
        return Answer(urlset(site.base, stories[: 2 if asked.round == 1 else 6]).encode())

    site.answer("/sitemap-2026-11-25.xml", day)
    site.sitemap_index("/index.xml", {"/sitemap-2026-11-25.xml": "2026-11-25"})


@oddity("The sitemap's elements are of a namespace that nobody knows.", sitemap="/sitemap.xml", pending=True)
def unknown_sitemap_namespace(site: Site) -> None:
    text = urlset(site.base, site.stories()).replace("http://www.sitemaps.org/", "http://www.sitemap.org/")
    site.put("/sitemap.xml", text, "application/xml")


@oddity("One of the sub-sitemaps is gone, one is a page, one is empty.", sitemap="/index.xml")
def bad_sub_sitemaps(site: Site) -> None:
    site.put("/page.xml", "<html><body>Moved</body></html>")
    site.put("/empty.xml", "", "application/xml")
    site.sitemap("/good.xml", site.stories())
    site.sitemap_index("/index.xml", ["/gone.xml", "/page.xml", "/empty.xml", "/good.xml"])


@oddity("Indexes stand in indexes, and name themselves and each other.", sitemap="/index.xml")
def nested_indexes(site: Site) -> None:
    site.sitemap_index("/index.xml", ["/index.xml", "/inner.xml"])
    site.sitemap_index("/inner.xml", ["/index.xml", "/good.xml"])
    site.sitemap("/good.xml", site.stories())


@oddity("A sitemap is a list of addresses, one a line.", sitemap="/sitemap.txt")
def text_sitemap(site: Site) -> None:
    site.put("/sitemap.txt", "\r\n".join(story.url for story in site.stories()), "text/plain")
