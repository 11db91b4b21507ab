"""One-oddity sites: small sites that are sane but for one thing, each of which has to be collected whole.

A site is a function under ``@oddity``: it gets a ``Site`` and puts up its listings and its stories. What is odd, and
how the site is crawled, stand in the decorator:

    @oddity("The parameter that names a story looks like a tracker.", feed="/feed.xml")
    def id_parameters(site: Site) -> None:
        site.rss("/feed.xml", [site.story(f"/article.php?sid={number}") for number in range(6)])

``feed``, ``sitemap``, ``news_sitemap`` and ``section`` name the listing of a source of `crawl news`; where none of
them is named, `crawl site` gets the home page. Every story that ``Site.story`` makes has to be collected, exactly
once, at the address, with the title and the date that it states; nothing else may be. ``Site.expected`` holds them.

All sites are crawled in two rounds, the second of them two hours later by the clock of the store; ``site.round`` and
``asked.round`` say which one it is. No story that was stored in the first round may be asked for in the second.

A site that is known to lose something is ``pending=True``: its test has to fail, until what it stands for is mended.

tests/test_web.py crawls them all in a few processes. A module here holds the sites whose oddity is of one kind.
"""
