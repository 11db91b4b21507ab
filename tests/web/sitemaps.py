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


@oddity("The sitemap's elements are of a namespace that nobody knows.", sitemap="/sitemap.xml")
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


@oddity(
    "Sixty sitemaps are numbered, the newest last; the index gives one moment for all, another one each time.",
    sitemap="/index.xml",
)
def one_lastmod_for_all(site: Site) -> None:
    stories = site.stories(64)
    for number in range(59):
        site.sitemap(f"/part-{number}.xml", [stories[number]])
    site.answer(
        "/part-59.xml", lambda asked: Answer(urlset(site.base, stories[59 : 60 if asked.round == 1 else 64]).encode())
    )

    def index(asked: Asked) -> Answer:
        site.sitemap_index(
            "/made", {f"/part-{number}.xml": f"2026-11-20T0{asked.round}:00:00Z" for number in range(60)}
        )
        return site.served("/made")

    site.answer("/index.xml", index)


@oddity("A sitemap for each day comes, in an index in an index; one fails the first time.", sitemap="/index.xml")
def day_sitemaps_come(site: Site) -> None:
    stories = site.stories()
    for day, number in (("24", 0), ("25", 2)):
        site.sitemap(f"/maps/2026-11-{day}.xml", stories[number : number + 2])
    late = Answer(urlset(site.base, stories[4:]).encode())
    site.answer("/maps/2026-11-23.xml", lambda asked: Answer(b"", 404) if asked.round == 1 else late)
    site.sitemap_index("/index.xml", {"/inner.xml": "2026-11-01T08:00:00Z"})

    def inner(asked: Asked) -> Answer:
        days = ("23", "24") if asked.round == 1 else ("23", "24", "25")
        site.sitemap_index("/made", [f"/maps/2026-11-{day}.xml" for day in days])
        return site.served("/made")

    site.answer("/inner.xml", inner)


@oddity("Numbers of sitemaps look like years that are over.", sitemap="/index.xml")
def numbers_like_years(site: Site) -> None:
    stories = site.stories()
    for number in range(1998, 2000):
        site.sitemap(f"/sitemap-{number}.xml", [stories[number - 1998]])
    site.answer("/sitemap-2000.xml", lambda asked: Answer(urlset(site.base, stories[2 : 2 + 2 * asked.round]).encode()))
    site.sitemap_index("/index.xml", [f"/sitemap-{number}.xml" for number in range(1998, 2001)])


@oddity("Sitemaps of pictures and films name the pages that these stand on.", sitemap="/index.xml.gz")
def pictures_and_films(site: Site) -> None:
    stories = site.stories()
    spaces = "".join(f' xmlns:{kind}="http://www.google.com/schemas/sitemap-{kind}/1.1"' for kind in ("image", "video"))
    for kind, own in (("image", stories[:3]), ("video", stories[3:])):
        entries = "".join(
            f"<url><loc>{one.url}</loc><{kind}:{kind}><{kind}:loc>{site.base}/media/{n}.jpg</{kind}:loc>"
            f"<{kind}:title>A {kind}</{kind}:title></{kind}:{kind}></url>"
            for n, one in enumerate(own)
        )
        site.put(f"/{kind}-sitemap.xml", f"<urlset{spaces}>{entries}</urlset>", "text/xml")
    site.sitemap_index("/index", ["/image-sitemap.xml", "/video-sitemap.xml"])
    site.put("/index.xml.gz", gzip.compress(site.served("/index").body), "application/octet-stream")


@oddity("The index is gone the second time, what it named is not.", sitemap="/index.xml")
def index_goes(site: Site) -> None:
    stories = site.stories()
    site.answer("/posts.xml", lambda asked: Answer(urlset(site.base, stories[: 3 * asked.round]).encode()))
    site.sitemap_index("/index.xml", ["/posts.xml"])
    first, gone = site.served("/index.xml"), Answer(b"<h1>Gone</h1>", 404)
    site.answer("/index.xml", lambda asked: first if asked.round == 1 else gone)


@oddity("The one sitemap that there is states one old date for all that comes; it is named by robots.txt.")
def dates_of_long_ago(site: Site) -> None:
    site.home()
    site.put("/robots.txt", f"Sitemap: {site.base}/all.xml", "text/plain")
    stories = site.stories()
    site.answer("/all.xml", lambda asked: Answer(urlset(site.base, stories[: 3 * asked.round], "2020-01-01").encode()))


@oddity("Every index names another one, without end.", sitemap="/index-0.xml")
def indexes_without_end(site: Site) -> None:
    site.sitemap("/posts.xml", site.stories())
    for number in range(30):
        site.sitemap_index(f"/index-{number}.xml", [f"/index-{number + 1}.xml", "/posts.xml"])
