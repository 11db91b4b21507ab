"""Sites whose listings have to be found: they are given by their home page alone."""

from __future__ import annotations

from web.site import Answer, Asked, Site, oddity

LINK = '<link rel="alternate" type="application/rss+xml" href="{}">'


@oddity("The home page and robots.txt name listings that are gone; others stand where they mostly do.")
def named_listings_dead(site: Site) -> None:
    site.home(LINK.format("/old.rss"))
    site.put("/robots.txt", f"User-agent: *\nSitemap: {site.base}/old-sitemap.xml\n", "text/plain")
    stories = site.stories()
    site.rss("/feed", stories[:3])
    site.sitemap("/sitemap.xml", stories[3:])


@oddity("What is not there is answered with 200 and a little JSON.")
def soft_404_json(site: Site) -> None:
    site.home()
    site.otherwise = Answer(b'{"error":"not found"}', 200, {"Content-Type": "application/json"})
    site.rss("/rss.xml", site.stories())


@oddity("What is not there is answered with 200 and nothing.")
def soft_404_empty(site: Site) -> None:
    site.home()
    site.otherwise = Answer(b"", 200, {"Content-Type": "text/html"})
    site.sitemap("/sitemap_index.xml", site.stories())


@oddity("An item of the feed describes itself in whole HTML pages.")
def html_in_a_feed(site: Site) -> None:
    site.home()
    page = "<description><![CDATA[<html><body>x</body></html>]]></description>"
    site.rss("/feed", site.stories(), lambda story: f"<link>{story.url}</link>{page}")


@oddity("The home page is refused, and robots.txt names a sitemap.")
def home_disallowed(site: Site) -> None:
    site.home()
    site.put("/robots.txt", f"User-agent: *\nDisallow: /$\nSitemap: {site.base}/s.xml\n", "text/plain")
    site.sitemap("/s.xml", site.stories())


@oddity("The home page is forbidden, and the feed is where it mostly is.")
def home_forbidden(site: Site) -> None:
    site.put("/", "<h1>Forbidden</h1>", status=403)
    site.rss("/feed", site.stories())


@oddity("The home page reloads itself every minute.")
def home_reloads(site: Site) -> None:
    site.home(f'<meta http-equiv="refresh" content="60; url={site.base}/">', LINK.format("/news.rss"))
    site.rss("/news.rss", site.stories())


@oddity("Feeds have names and titles that comment feeds and pages have.")
def feeds_left_out(site: Site) -> None:
    site.home(
        LINK.format("/rss.html"),
        '<link rel=alternate type=application/rss+xml href=/comment/feed title="Comment">',
        '<link rel="alternate" type="application/xml+rss" href="/f2">',
    )
    stories = site.stories()
    for number, path in enumerate(("/rss.html", "/comment/feed", "/f2")):
        site.rss(path, stories[2 * number : 2 * number + 2])


@oddity("Nothing but section pages, with a link to the next page.")
def sections_alone(site: Site) -> None:
    stories = site.stories(6, "/news/2026/11/20/a-long-headline-of-story-{}")
    links = [f'<h2><a href="{story.url}">{story.title}</a></h2>' for story in stories]
    site.home(body=f'<main>{"".join(links[:3])}<a rel="next" href="/page/2">Next</a></main>')
    site.put("/page/2", f"<html><body><main>{''.join(links[3:])}</main></body></html>")


@oddity("robots.txt names a sitemap in quotes and brackets, without a scheme.")
def sitemap_lines(site: Site) -> None:
    site.home()
    host = site.base.removeprefix("http://")
    lines = f'Sitemap: <{site.base}/a.xml>\nSitemap: "{site.base}/b.xml"\nSitemap: {host}/c.xml, {site.base}/d.xml\n'
    site.put("/robots.txt", f"User-agent: *\nDisallow:\n{lines}", "text/plain")
    stories = site.stories(8)
    for number, name in enumerate("abcd"):
        site.sitemap(f"/{name}.xml", stories[2 * number : 2 * number + 2])


@oddity("robots.txt is a page that answers for everything.")
def robots_is_a_page(site: Site) -> None:
    site.home(LINK.format("/news.rss"))
    site.otherwise = Answer(b"<!doctype html><title>Oops</title><p>No such page.", 200, {"Content-Type": "text/html"})
    site.rss("/news.rss", site.stories())


@oddity("The home page fails once.")
def home_fails_once(site: Site) -> None:
    site.home(LINK.format("/news.rss"))
    home = site.served("/")
    seen: list[Asked] = []

    def once(asked: Asked) -> Answer:
        seen.append(asked)
        return Answer(b"", 502) if len(seen) == 1 else home

    site.answer("/", once)
    site.rss("/news.rss", site.stories())


@oddity("The home page is gone, and robots.txt names a news sitemap.")
def home_gone(site: Site) -> None:
    site.put("/robots.txt", f"Sitemap: {site.base}/news.xml\n", "text/plain")
    site.sitemap("/news.xml", site.stories())


@oddity("The home page is empty, and the feed is where it mostly is.")
def home_empty(site: Site) -> None:
    site.put("/", "")
    site.rss("/feed/", site.stories())


@oddity("The home page sends its readers to their language at once.")
def home_by_language(site: Site) -> None:
    site.home(f'<meta http-equiv="refresh" content="0; url={site.base}/en/">')
    site.put("/en/", f"<html><head>{LINK.format('news.rss')}</head><body><h1>Home</h1></body></html>")
    site.rss("/en/news.rss", site.stories())


@oddity("Every path that is not there shows the home page.")
def home_for_everything(site: Site) -> None:
    site.home()
    site.otherwise = site.served("/")
    site.sitemap("/sitemap.xml", site.stories())


@oddity("Feeds are named in odd ways: capitals, no quotes, a feed: address, behind a base.")
def feeds_named_oddly(site: Site) -> None:
    host = site.base.removeprefix("http://")
    site.home(
        "<base href=/deep/>",
        "<LINK REL=Alternate TYPE=Application/RSS+XML HREF=a.rss>",
        f'<link rel="alternate" type="application/atom+xml" href="feed://{host}/b.rss">',
        '<link title="News" href="&#47;c.rss" type=" application/rss+xml;charset=utf-8" rel="home alternate">',
    )
    stories = site.stories()
    for number, path in enumerate(("/deep/a.rss", "/b.rss", "/c.rss")):
        site.rss(path, stories[2 * number : 2 * number + 2])


@oddity("The feed that the home page names is one of comments, the stories' is where it mostly is.")
def comments_named(site: Site) -> None:
    site.home('<link rel="alternate" type="application/rss+xml" title="Comments" href="/comments/feed/">')
    stories = site.stories()
    site.rss("/comments/feed/", stories, lambda story: f"<link>{story.url}#comment-1</link>")
    site.rss("/feed/", stories)


@oddity("The feed is named in a header of the home page.")
def feed_in_a_header(site: Site) -> None:
    site.put("/", "<h1>Home</h1>", Link='</odd/place>; rel="alternate"; type="application/rss+xml"')
    site.rss("/odd/place", site.stories())


@oddity("The home page hangs up, and robots.txt names a sitemap.")
def home_hangs_up(site: Site) -> None:
    site.pages["/"] = Answer(raw=b"")
    site.put("/robots.txt", f"Sitemap: {site.base}/s.xml\n", "text/plain")
    site.sitemap("/s.xml", site.stories())


@oddity("Nothing is at the site but one feed, where it mostly is: no home page, no robots.txt.")
def feed_alone(site: Site) -> None:
    site.otherwise = Answer(b"no", 403)
    site.rss("/rss.xml", site.stories())


@oddity("Nothing is at the site at all.", exit_status=3)
def nothing_at_all(site: Site) -> None:
    site.otherwise = Answer(b"no", 403)


@oddity("Readers are sent to a folder, whose page is a script and whose feed is where it mostly is, in that folder.")
def feed_in_a_folder(site: Site) -> None:
    site.redirect("/", "/en/")
    site.put("/en/", "<html><body><div id=app></div><script src=/app.js></script></body></html>")
    site.rss("/en/feed", site.stories())


@oddity("The sitemap is named in the head, one more in a header, one in a link of the foot.")
def sitemap_in_the_head(site: Site) -> None:
    head = '<link rel="sitemap" type="application/xml" title="Sitemap" href="/maps/a">'
    foot = '<footer><a href="/maps/sitemap-all.xml">Sitemap</a> <a href="/site-map/">All sections</a></footer>'
    site.put(
        "/", f"<html><head>{head}</head><body>{foot}</body></html>", Link="</maps/b>; rel=sitemap, </x.css>; rel=x"
    )
    stories = site.stories()
    for number, path in enumerate(("/maps/a", "/maps/b", "/maps/sitemap-all.xml")):
        site.sitemap(path, stories[2 * number : 2 * number + 2])


@oddity("robots.txt is a page that shows the lines of one, with a note behind a sitemap.")
def robots_in_a_page(site: Site) -> None:
    site.home()
    lines = f"User-agent: *\nDisallow:\n\nSitemap: {site.base}/odd.xml # all of it\nSitemap:\n"
    site.put("/robots.txt", f"<!doctype html><html><body><pre>{lines}</pre></body></html>")
    site.sitemap("/odd.xml", site.stories())


@oddity("robots.txt names its sitemaps without a slash, a scheme, or a colon.")
def sitemap_lines_bare(site: Site) -> None:
    site.home()
    host = site.base.removeprefix("http://")
    lines = f"Sitemap: a.xml\nSitemap: //{host}/b.xml\nSite-Map {site.base}/c.xml\nSITEMAP: ('{site.base}/d.xml')\n"
    site.put("/robots.txt", f"\ufeffUser-agent: *\r\nDisallow:\r\n{lines}", "text/plain")
    stories = site.stories(8)
    for number, name in enumerate("abcd"):
        site.sitemap(f"/{name}.xml", stories[2 * number : 2 * number + 2])


@oddity("The feed that was found by itself is gone the next time, and another has come.")
def found_feed_moves(site: Site) -> None:
    site.home()
    stories = site.stories()
    site.rss("/feed", stories[:3])
    first = site.served("/feed")
    site.rss("/atom.xml", stories[3:])
    second = site.served("/atom.xml")
    gone = Answer(b"<h1>Gone</h1>", 404)
    site.answer("/feed", lambda asked: first if asked.round == 1 else gone)
    site.answer("/atom.xml", lambda asked: gone if asked.round == 1 else second)


@oddity("One feed is named at three addresses, and one address answers 410.")
def one_feed_thrice(site: Site) -> None:
    stories = site.stories()
    site.home(*(LINK.format(path) for path in ("/feed", "/feed/", "/rss", "/old")))
    for path in ("/feed", "/feed/", "/rss"):
        site.rss(path, stories)
    site.put("/old", "gone", status=410)


@oddity("The page that a feed link leads to names the feeds; its name is that of a page.")
def page_of_feeds(site: Site) -> None:
    site.home(body='<a href="/rss.html">RSS</a>')
    site.put("/rss.html", '<html><body><a type="application/rss+xml" href="/x?id=5">All</a></body></html>')
    site.rss("/x?id=5", site.stories())


@oddity("What is not there is answered with 200 and a feed that has nothing in it.")
def soft_404_feed(site: Site) -> None:
    site.home()
    site.rss("/nothing", [])
    site.otherwise = site.served("/nothing")
    stories = site.stories()
    site.rss("/feed.xml", stories[:3])
    site.sitemap("/news-sitemap.xml", stories[3:])


@oddity("The address that is given is that of a feed.")
def feed_for_a_home_page(site: Site) -> None:
    site.rss("/", site.stories())


@oddity("The home page leads to a notice on another site; robots.txt and the feed stay.")
def home_leads_away(site: Site) -> None:
    site.redirect("/", f"{site.base.replace('127.0.0.1', 'localhost')}/notice")
    site.put("/notice", "<h1>May we store cookies?</h1>")
    stories = site.stories()
    site.rss("/feed", stories[:3])
    site.put("/robots.txt", f"Sitemap: {site.base}/s.xml", "text/plain")
    site.sitemap("/s.xml", stories[3:])


@oddity("Everything is answered with 404, the home page that names the feed and the feed as well.")
def all_with_404(site: Site) -> None:
    site.home(LINK.format("/odd"))
    site.rss("/odd", site.stories())
    for path in ("/", "/odd"):
        page = site.served(path)
        site.pages[path] = Answer(page.body, 404, page.headers)


@oddity("robots.txt is written in UTF-16.")
def robots_in_utf16(site: Site) -> None:
    site.home()
    site.put("/robots.txt", f"User-agent: *\nDisallow:\nSitemap: {site.base}/odd.xml\n".encode("utf-16"), "text/plain")
    site.sitemap("/odd.xml", site.stories())


@oddity("The feed is behind a picture, at an address of any name.")
def feed_behind_a_picture(site: Site) -> None:
    site.home(body='<a href="/export/x2/?a=1&amp;b=2" title="RSS"><img src="/r.png"></a>')
    site.rss("/export/x2/?a=1&b=2", site.stories())


@oddity("What is not there is answered with 200 and a feed whose one item is the home page.")
def soft_404_feed_of_home(site: Site) -> None:
    site.home()
    item = f"<item><title>Page not found</title><link>{site.base}/</link></item>"
    feed = f'<rss version="2.0"><channel><title>Oops</title>{item}</channel></rss>'
    site.otherwise = Answer(feed.encode(), 200, {"Content-Type": "application/rss+xml"})
    site.rss("/feed.xml", site.stories())


@oddity("The site has a home page, and names no article anywhere.", exit_status=3)
def names_nothing(site: Site) -> None:
    site.home()


@oddity("Readers are sent to their language, whose page sends back whoever has no cookie.")
def home_by_language_cookie(site: Site) -> None:
    site.put("/de/", f"<html><head>{LINK.format('rss')}</head><body>Start</body></html>")
    page = site.served("/de/")
    site.redirect("/", "/de/")
    site.redirect("/?choose", "/de/", Set_Cookie="lang=de; Path=/")
    choose = Answer(b"", 302, {"Location": "/?choose"})
    site.answer("/de/", lambda asked: page if "lang" in asked.headers.get("cookie", "") else choose)
    site.rss("/de/rss", site.stories())


@oddity("The feed's link is one of any type, over several lines, with RSS in its title and its query.")
def feed_by_title(site: Site) -> None:
    site.home("<LINK\n REL='alternate'\n TITLE='RSS'\n TYPE='text/xml'\n HREF='/backend.php?op=latest'>")
    site.rss("/backend.php?op=latest", site.stories())


@oddity("The page that lists the feeds calls them by their subjects.")
def feeds_by_subject(site: Site) -> None:
    site.home(body='<footer><a href="/service/overview">RSS-Feeds</a></footer>')
    links = '<li><a href="/x/politics.xml">Politics</a><li><a href="/x/sport.xml">Sport</a>'
    site.put("/service/overview", f"<html><body><h1>Our RSS feeds</h1><ul>{links}</ul></body></html>")
    stories = site.stories()
    site.rss("/x/politics.xml", stories[:3])
    site.rss("/x/sport.xml", stories[3:])


@oddity("The named feed is a page that names itself and another that is gone, as every page that is not there.")
def soft_404_names_feeds(site: Site) -> None:
    site.home(LINK.format("/gone"))
    page = f"<html><head>{LINK.format('/gone')}{LINK.format('/gone2')}</head><body>Not found</body></html>"
    site.otherwise = Answer(page.encode(), 200, {"Content-Type": "text/html"})
    site.rss("/atom.xml", site.stories())


@oddity("The feed that nothing names is out of order for an hour.")
def usual_feed_broken(site: Site) -> None:
    site.home()
    site.rss("/feed", site.stories())
    feed = site.served("/feed")
    site.answer("/feed", lambda asked: Answer(b"", 503) if asked.round == 1 else feed)
