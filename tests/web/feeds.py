"""Sites whose feeds are odd."""

from __future__ import annotations

import json

from web.site import Site, Story, oddity


@oddity("The feed's elements are of a namespace that nobody knows.", feed="/feed.xml")
def unknown_namespace(site: Site) -> None:
    site.rss("/feed.xml", site.stories(), root='<rss version="2.0" xmlns="http://blogs.law.harvard.edu/tech/rss">')


@oddity("Links say nothing of use, and guids are good addresses.", feed="/feed.xml")
def guids_know_better(site: Site) -> None:
    links = ("N/A", "N/A", f"{site.base}/", f"{site.base}/", "http://https://{}", "{}")
    stories = site.stories()

    def link(story: Story) -> str:
        url = story.url
        written = links[int(url[-1])].format(url.removeprefix("http://"))
        return f'<link>{written}</link><guid isPermaLink="true">{url}</guid>'

    site.rss("/feed.xml", stories, link)


@oddity("Every link leads to a proxy of feeds that is no more, and guids are good addresses.", feed="/feed.xml")
def proxy_is_no_more(site: Site) -> None:
    link = "<link>http://feedproxy.google.com/~r/bote/~3/{}/</link><guid isPermaLink='true'>{}</guid>"
    site.rss("/feed.xml", site.stories(), lambda story: link.format(story.url[-1], story.url))


@oddity("Links are escaped twice, without a scheme or in pieces.", feed="/feed.xml")
def links_in_pieces(site: Site) -> None:
    def link(story: Story) -> str:
        url = story.url.replace("&", "&amp;amp;")
        ways = (url, url.removeprefix("http://"), f"\n{url[:30]}\n   {url[30:]}\n", f"http://{url}", f"'{url}'")
        return f"<link>{ways[int(story.url[-1]) % len(ways)]}</link>"

    site.rss("/feed.xml", site.stories(6, "/show?section=3&copy=1&id={}"), link)


@oddity("All elements are of a namespace that nobody knows, by a prefix, and the feed is broken.", feed="/feed.xml")
def unknown_prefix_broken(site: Site) -> None:
    items = "".join(
        f"<q:item><q:title>{one.title}</q:title><q:link>{one.url}</q:link><q:description>A & B</q:description></q:item>"
        for one in site.stories()
    )
    root = '<q:rss version="2.0" xmlns:q="urn:bote">'
    site.put("/feed.xml", f"{root}<q:channel><q:title>Feed</q:title>{items}</q:channel></q:rss>", "text/xml")


@oddity("Links of an Atom feed are all the home page, and ids are addresses.", feed="/feed.xml")
def home_for_all(site: Site) -> None:
    entries = "".join(
        f"<entry><title>{one.title}</title><link href='{site.base}'/><id>{one.url}</id></entry>"
        for one in site.stories()
    )
    feed = f'<feed xmlns="http://www.w3.org/2005/Atom"><title>Feed</title><link href="{site.base}/"/>{entries}</feed>'
    site.put("/feed.xml", feed, "application/atom+xml")


@oddity("Every item has one and the same link.", feed="/feed.xml")
def one_link_for_all(site: Site) -> None:
    link = f"<link>{site.base}/news</link>"
    site.rss("/feed.xml", site.stories(), lambda story: f"{link}<guid>{story.url}</guid>")


@oddity("Links are relative to an xml:base, in a feed that is not well-formed.", feed="/feeds/feed.xml")
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


@oddity("Invisible characters stand before the links.", feed="/feed.xml")
def invisible_characters(site: Site) -> None:
    site.rss("/feed.xml", site.stories(), lambda story: f"<link>\ufeff\u200b {story.url}\u200b\n</link>")


@oddity("Warnings of a program stand before the feed.", feed="/feed.xml")
def words_before_the_feed(site: Site) -> None:
    site.rss("/feed.xml", site.stories())
    warning = b"<br />\n<b>Warning</b>: Cannot modify header in <b>/srv/a.php</b> on line <b>2</b><br />\n"
    site.put("/feed.xml", warning + site.served("/feed.xml").body, "text/html")


@oddity("The feed is cut off in its last item, behind the item's link.", feed="/feed.xml")
def cut_off(site: Site) -> None:
    site.rss("/feed.xml", site.stories(), lambda story: f"<link>{story.url}</link><description>Long.</description>")
    body = site.served("/feed.xml").body
    site.put("/feed.xml", body[: body.rindex(b"<description>") + 15], "application/rss+xml")


@oddity("Named entities of HTML and bare ampersands stand in the feed.", feed="/feed.xml")
def entities_of_html(site: Site) -> None:
    site.rss(
        "/feed.xml",
        site.stories(6, "/show?id={}&lang=en"),
        lambda story: f"<link>{story.url}</link><description>Caf&eacute;&nbsp;& bar</description>",
    )


@oddity("Items stand beside the channel, and each in a channel of its own.", feed="/feed.xml")
def items_anywhere(site: Site) -> None:
    items = [f"<item><title>{one.title}</title><link>{one.url}</link></item>" for one in site.stories()]
    channels = "".join(f"<channel><title>Feed</title>{item}</channel>" for item in items[:3])
    site.put("/feed.xml", f'<rss version="2.0">{channels}{"".join(items[3:])}</rss>', "text/xml")


@oddity("Items of RSS 1.0 have no link, but an address that they are about.", feed="/feed.xml")
def about_alone(site: Site) -> None:
    items = "".join(f'<item rdf:about="{one.url}"><title>{one.title}</title></item>' for one in site.stories())
    names = 'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"'
    site.put("/feed.xml", f"<rdf:RDF {names}><channel><title>Feed</title></channel>{items}</rdf:RDF>", "text/xml")


@oddity("Links are written as in HTML: empty elements with the address behind them, or attributes.", feed="/feed.xml")
def links_like_html(site: Site) -> None:
    def link(story: Story) -> str:
        return f'<link href="{story.url}"/>' if int(story.url[-1]) % 2 else f"<LINK>{story.url}</LINK>"

    site.rss("/feed.xml", site.stories(), link)


@oddity("All items have one guid.", feed="/feed.xml")
def one_guid_for_all(site: Site) -> None:
    site.rss("/feed.xml", site.stories(), lambda story: f"<link>{story.url}</link><guid>tag:bote,2026:1</guid>")


@oddity("Items say in a link of their own where their comments are, before their address.", feed="/feed.xml")
def comments_first(site: Site) -> None:
    comments = "<comments>{0}#comments</comments><source url='{0}/feed'>Other</source><link>{0}</link>"
    site.rss("/feed.xml", site.stories(), lambda story: comments.format(story.url))


@oddity("The feed is JSON, with addresses in ids alone and an item that has none.", feed="/feed.json")
def json_feed(site: Site) -> None:
    items = [{"id": story.url, "title": story.title} for story in site.stories()]
    feed = {"version": "https://jsonfeed.org/version/1.1", "title": "Feed", "items": [{"id": "17"}, *items]}
    site.put("/feed.json", json.dumps(feed), "application/feed+json")


@oddity("The feed has the prefix of a namespace that it does not declare.", feed="/feed.xml")
def prefix_undeclared(site: Site) -> None:
    encoded = "<content:encoded><![CDATA[<p>Text</p>]]></content:encoded><media:content url='/a.jpg'/>"
    site.rss("/feed.xml", site.stories(), lambda story: f"{encoded}<link>{story.url}</link>")


@oddity("All elements have a prefix.", feed="/feed.xml")
def prefixed(site: Site) -> None:
    items = "".join(
        f"<r:item><r:title>{one.title}</r:title><r:link>{one.url}</r:link></r:item>" for one in site.stories()
    )
    root = '<r:rss version="2.0" xmlns:r="http://backend.userland.com/rss2">'
    site.put("/feed.xml", f"{root}<r:channel><r:title>Feed</r:title>{items}</r:channel></r:rss>", "text/xml")


@oddity("Addresses that differ in their fragments alone are one page.", feed="/feed.xml")
def fragments(site: Site) -> None:
    (live,) = site.stories(1, "/live/{}")
    items = "".join(f"<item><title>{live.title}</title><link>{live.url}#{name}</link></item>" for name in "abc")
    site.put("/feed.xml", f'<rss version="2.0"><channel>{items}</channel></rss>', "application/rss+xml")


@oddity(
    "The feed is JSON as people write it: with commas behind what is last, and line breaks in texts.", feed="/feed.json"
)
def json_with_last_commas(site: Site) -> None:
    items = "".join(
        f'{{"id": "{story.url}", "title": "{story.title}", "content_text": "One,]\nand two,",}},'
        for story in site.stories()
    )
    site.put("/feed.json", f'{{"title": "Feed", "items": [{items}],}}', "application/feed+json")
