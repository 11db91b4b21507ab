"""Sites whose addresses are odd."""

from __future__ import annotations

import html
from urllib.parse import quote

from web.site import Site, Story, oddity


@oddity("The parameter that names a story looks like a session or a tracker.", feed="/feed.xml")
def id_parameters(site: Site) -> None:
    names = ("sid", "cid", "eid", "uid", "gameId", "gallery", "refNo", "source_id")
    site.rss("/feed.xml", [story for name in names for story in site.stories(2, f"/view.php?{name}={{}}")])


@oddity("Names of parameters begin like HTML's old entities.", feed="/feed.xml")
def legacy_entities(site: Site) -> None:
    names = ("section", "region", "copy", "current", "parameter", "notify", "timestamp", "order")
    site.rss("/feed.xml", [site.story(f"/a.php?id={number}&{name}=x") for number, name in enumerate(names)])


@oddity("Addresses carry well-known trackers, others in each of two feeds.", feed="/feed.xml")
def trackers(site: Site) -> None:
    stories = site.stories()
    for number in range(6):
        site.pages[f"/story/{number}?utm_source=rss&fbclid={number}"] = site.pages[f"/story/{number}"]
    site.rss("/feed.xml", stories, lambda story: f"<link>{story.url}?utm_source=rss&amp;fbclid={story.url[-1]}</link>")


@oddity("Addresses are wrapped by a search engine's alert or news.", feed="/feed.xml")
def wrapped(site: Site) -> None:
    def link(story: Story) -> str:
        google = f"https://www.google.com/url?rct=j&sa=t&url={quote(story.url, safe=':/')}&ct=ga"
        bing = f"http://www.bing.com/news/apiclick.aspx?ref=FexRss&url={quote(story.url, safe='')}&c=1"
        return f"<link>{html.escape(google if int(story.url[-1]) % 2 else bing)}</link>"

    site.rss("/feed.xml", site.stories(), link)


@oddity("Slugs end like the names of files.", sitemap="/sitemap.xml")
def slugs_like_files(site: Site) -> None:
    slugs = ("moving-to-node.js", "the-end-of.zip", "harbour.xml", "a-company-called-booking.com", "notes-in.pdf.html")
    site.sitemap("/sitemap.xml", [site.story(f"/2026/11/{slug}") for slug in slugs])


@oddity("Paths hold spaces, umlauts and signs, escaped or not.", feed="/feed.xml")
def unescaped_paths(site: Site) -> None:
    slugs = ("über-uns", "eine neue brücke", "100%25-sicher", "a(b)c", "новости", "c'est-fini")
    stories = [site.story("/" + quote(slug, safe="%()'")) for slug in slugs]
    links = dict(zip([story.url for story in stories], slugs, strict=True))
    site.rss("/feed.xml", stories, lambda story: f"<link>{site.base}/{links[story.url]}</link>")


@oddity("The order of parameters matters to the server.", feed="/feed.xml")
def parameters_in_order(site: Site) -> None:
    site.rss("/feed.xml", site.stories(6, "/show?z={}&a=1"))


@oddity("Stories are told apart by a parameter of the home page's path.", feed="/feed.xml")
def parameters_of_the_root(site: Site) -> None:
    site.home()
    site.rss("/feed.xml", site.stories(6, "/?p={}"))


@oddity("Addresses differ in upper and lower case alone.", feed="/feed.xml")
def cases_matter(site: Site) -> None:
    site.rss("/feed.xml", [site.story(f"/s/{name}") for name in ("aB3", "Ab3", "AB3", "ab3")])


@oddity("A parameter without a value names the story, others are empty or come twice.", feed="/feed.xml")
def bare_parameters(site: Site) -> None:
    paths = ("/story.php?10017", "/story.php?10018", "/show?id=", "/show?id=1&id=2", "/show?id=1&id=3", "/show?a&b")
    site.rss("/feed.xml", [site.story(path) for path in paths])


@oddity("Escapes of reserved signs in paths and parameters mean something to the server.", feed="/feed.xml")
def reserved_escapes(site: Site) -> None:
    paths = ("/a%2Fb", "/a/b", "/q?u=a%26b", "/q?u=a&b", "/p?t=a+b", "/p?t=a%2Bb")
    site.rss("/feed.xml", [site.story(path) for path in paths])


@oddity("Every page names the home page as its canonical address.", feed="/feed.xml")
def canonical_is_the_home(site: Site) -> None:
    site.home()
    site.rss("/feed.xml", site.stories())
    for story in site.expected:
        body = site.served(site.path(story)).body.replace(b"</head>", b'<link rel="canonical" href="/"></head>', 1)
        site.put(site.path(story), body)


@oddity("Every page names one and the same other page as its canonical address.", feed="/feed.xml")
def canonical_is_the_same(site: Site) -> None:
    site.rss("/feed.xml", site.stories())
    for story in site.expected:
        link = (
            f'<link rel="canonical" href="{site.base}/article"><meta property="og:url" content="{site.base}/article">'
        )
        site.put(site.path(story), site.served(site.path(story)).body.replace(b"</head>", f"{link}</head>".encode(), 1))


@oddity("Two feeds give the same stories other channel marks.", feed="/feed.xml")
def marks_of_channels(site: Site) -> None:
    site.rss("/feed.xml", site.stories(), lambda story: f"<link>{story.url}?ref=rss</link>")
    for story in site.expected:
        path = site.path(story)
        page = site.served(path).body.replace(b"</head>", f'<link rel="canonical" href="{path}"></head>'.encode(), 1)
        site.put(path, page)
        site.put(f"{path}?ref=rss", page)


@oddity("Slashes are doubled, dots stand in the path, and the server minds.", feed="/feed.xml")
def odd_slashes(site: Site) -> None:
    site.rss("/feed.xml", [site.story(path) for path in ("/a//b", "/a/b", "/news//2026/11/x", "/v1.2/story", "/x;v=1")])
