"""Sites whose sitemaps are odd."""

from __future__ import annotations

import gzip

from web.site import Answer, Asked, Site, oddity, urlset


@oddity("The day's sitemap grows, and the index says the same date of it all day.", sitemap="/index.xml")
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


@oddity("Undated sub-sitemaps are more than are read at once.", sitemap="/index.xml")
def many_undated_sub_sitemaps(site: Site) -> None:
    stories = site.stories(64, "/story/{}")
    for number, story in enumerate(stories):
        site.sitemap(f"/part-{number}.xml", [story])
    site.sitemap_index("/index.xml", [f"/part-{number}.xml" for number in range(64)])


@oddity("The index gives a date of long ago for a sitemap that grows.", sitemap="/index.xml")
def lastmod_stands_still(site: Site) -> None:
    stories = site.stories()
    site.answer("/posts.xml", lambda asked: Answer(urlset(site.base, stories[: 2 * asked.round + 2]).encode()))
    site.sitemap_index("/index.xml", {"/posts.xml": "2020-01-01T00:00:00Z"})


@oddity("Elements of a news sitemap have a prefix that is not declared.", news_sitemap="/news.xml")
def news_undeclared(site: Site) -> None:
    entries = "".join(
        f"<url><loc>{one.url}</loc><news:news><news:title>{one.title}</news:title>"
        f"<news:publication_date>2026-11-20</news:publication_date></news:news></url>"
        for one in site.stories()
    )
    site.put("/news.xml", f"<urlset>{entries}</urlset>", "text/xml")


@oddity(
    "Addresses stand in sections of characters, with line breaks, in elements of upper case.", sitemap="/sitemap.xml"
)
def loc_written_oddly(site: Site) -> None:
    written = ("<loc><![CDATA[{}]]></loc>", "<loc>\n  {}\n</loc>", "<LOC>{}</LOC>")
    entries = "".join(f"<url>{written[number % 3].format(one.url)}</url>" for number, one in enumerate(site.stories()))
    site.put("/sitemap.xml", f"<urlset>{entries}</urlset>", "text/xml")


@oddity("The sitemap is compressed twice, once by the server.", sitemap="/sitemap.xml.gz")
def compressed_twice(site: Site) -> None:
    body = gzip.compress(gzip.compress(urlset(site.base, site.stories()).encode()))
    site.put("/sitemap.xml.gz", body, "application/x-gzip", Content_Encoding="gzip")


@oddity("Ampersands in addresses are not escaped.", sitemap="/sitemap.xml")
def bare_ampersands(site: Site) -> None:
    entries = "".join(f"<url><loc>{one.url}</loc></url>" for one in site.stories(6, "/show?id={}&section=news"))
    site.put("/sitemap.xml", f'<?xml version="1.0"?><urlset>{entries}</urlset>', "text/xml")
