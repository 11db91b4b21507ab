"""Sites whose addresses are odd."""

from __future__ import annotations

import html
from urllib.parse import quote

from web.site import Answer, Asked, Site, Story, oddity, rss


@oddity("The parameter that names a story looks like a session or a tracker.", feed="/feed.xml")
def id_parameters(site: Site) -> None:
    names = ("sid", "cid", "eid", "uid", "gameId", "gallery", "refNo", "source_id")
    site.rss("/feed.xml", [story for name in names for story in site.stories(2, f"/view.php?{name}={{}}")])


@oddity("Names of parameters begin like HTML's old entities.", feed="/feed.xml")
def legacy_entities(site: Site) -> None:
    names = ("section", "region", "copy", "current", "parameter", "notify", "timestamp", "order")
    site.rss("/feed.xml", [site.story(f"/a.php?id={number}&{name}=x") for number, name in enumerate(names)])


@oddity("Pages name addresses of their own whose parameters begin like HTML's old entities.", feed="/feed.xml")
def legacy_entities_in_pages(site: Site) -> None:
    tags = (
        '<meta property="og:url" content="{}">',
        '<link rel="canonical" href="{}">',
        '<script type="application/ld+json">{"@type": "NewsArticle", "url": "{}", "mainEntityOfPage": "{}"}</script>',
    )
    names = ("section", "region", "copy")
    site.rss("/feed.xml", [site.story(f"/a.php?id={number}&{name}=x") for number, name in enumerate(names)])
    for story, tag in zip(site.expected, tags, strict=True):
        path = site.path(story)
        named = tag.replace("{}", story.url if "script" in tag else html.escape(story.url))
        site.put(path, site.served(path).body.replace(b"</head>", f"{named}</head>".encode(), 1))


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


@oddity("Slugs of a section page's stories end like the names of files.", section="/news")
def slugs_like_files_in_a_section(site: Site) -> None:
    slugs = ("moving-to-node.js", "the-very-end-of.zip", "why-we-left-it.json", "a-company-called-booking.com")
    stories = [site.story(f"/2026/11/{slug}") for slug in slugs]
    cards = "".join(f'<article><h2><a href="{site.path(one)}">{one.title}</a></h2></article>' for one in stories)
    files = '<a href="/assets/one-two-three.zip">The whole archive as one file</a>'
    site.put("/news", f"<!doctype html><html><body><main>{cards}</main><footer>{files}</footer></body></html>")


@oddity("Stories of a section page are told apart by parameters that look like trackers.", section="/news")
def id_parameters_in_a_section(site: Site) -> None:
    stories = [site.story(f"/view.php?copy=1&{name}={number}") for number in range(3) for name in ("sid", "refNo")]
    cards = "".join(f'<article><h2><a href="{site.path(one)}">{one.title}</a></h2></article>' for one in stories)
    site.put("/news", f"<!doctype html><html><body><main>{cards}</main></body></html>")


@oddity(
    "Stories of a sitemap are told apart by parameters that look like trackers or entities.", sitemap="/sitemap.xml"
)
def id_parameters_in_a_sitemap(site: Site) -> None:
    names = ("uid", "ref", "source", "session", "section", "copy", "ncid", "campaign_id")
    site.sitemap("/sitemap.xml", [story for name in names for story in site.stories(2, f"/s?x=1&{name}=1{{}}")])


@oddity("Every reading of the feed gives its links another session.", feed="/feed.xml")
def session_in_links(site: Site) -> None:
    stories = site.stories(6, "/topic.php?t={}")
    for story in stories:
        for visit in (1, 2):
            site.pages[f"{site.path(story)}&sid={visit}d61fb14555341879a76bc30a3ddb8a1"] = site.served(site.path(story))

    def listed(asked: Asked) -> Answer:
        session = f"&amp;sid={asked.round}d61fb14555341879a76bc30a3ddb8a1"
        text = rss(site.base, stories, lambda story: f"<link>{html.escape(story.url)}{session}</link>")
        return Answer(text.encode(), 200, {"Content-Type": "application/rss+xml"})

    site.answer("/feed.xml", listed)


@oddity(
    "One story stands there plain and with a mark that nobody knows, and names no canonical address.", feed="/feed.xml"
)
def unknown_marks(site: Site) -> None:
    stories = site.stories(3)
    for story in stories:
        site.pages[f"{site.path(story)}?ref=abc"] = site.served(site.path(story))
    plain = "".join(f"<item><title>{one.title}</title><link>{one.url}</link></item>" for one in stories)
    marked = plain.replace("</link>", "?ref=abc</link>")
    site.put("/feed.xml", f'<rss version="2.0"><channel>{plain}{marked}</channel></rss>', "application/rss+xml")


@oddity("Addresses are wrapped by the outlet's own counter of clicks, on another host.", feed="/feed.xml")
def wrapped_by_a_counter(site: Site) -> None:
    site.rss(
        "/feed.xml",
        site.stories(),
        lambda story: f"<link>https://click.example/r?id=7&amp;url={quote(story.url, safe='')}</link>",
    )


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
