"""Where an answer sends a request on: by its status, by a Refresh header, by a page that reloads as another one.

A chain of redirects keeps the cookies that it sets, and ends with its page: a site that asks every visitor for a cookie
can be read, and no article differs because another one was read before.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.cookiejar import DefaultCookiePolicy
from urllib.parse import quote, urldefrag, urljoin

from lxml import etree, html
from scrapy import Request
from scrapy.downloadermiddlewares.redirect import RedirectMiddleware
from scrapy.http import HtmlResponse, Response
from scrapy.http.cookies import CookieJar

from newsbot.downloader.errors import Skipped
from newsbot.downloader.fetch import charset_of, header_of
from newsbot.downloader.ssrf import check_redirect
from newsbot.web.encoding import to_utf8
from newsbot.web.urls import InvalidURL, canonical_url, site_of, with_ascii_host

REDIRECTS = (300, 301, 302, 303, 307, 308)
"""Statuses with a Location that is followed (RFC 9110, 15.4)."""
REFRESH = "refresh"
"""Stands among the statuses of ``request.meta["redirect_reasons"]`` for a page that goes on to another one."""
MAX_DELAY = 5
"""Seconds after which a page may go on to another one; what stays longer is there to be read."""
SHELL = 200
"""Characters of text up to which a page is nothing without its scripts, and may say where to go without them."""
REACH = 65_536
"""Bytes of a page in which it may say so."""
MOST_COOKIES = 16_384
"""Bytes of cookies that are brought back, about what servers take."""
REPEATS = 2
"""How often one address is asked with the same cookies in one chain; another time is a loop."""

_REFRESHES = re.compile(rb"""http-equiv\s*=\s*["']?\s*refresh""")
"""In a page in lower case."""
_LISTING = re.compile(rb"<(?:rss|feed|rdf:RDF|urlset|sitemapindex)[\s>]", re.I)
_DECLARED = re.compile(
    r"""\s*(?P<seconds>\d+|(?=\.))[\d.]*"""
    r"""(?:\Z|(?:\s*[;,]\s*|\s+)(?:url\s*=\s*)?+(?:"(?P<double>[^"]*)|'(?P<single>[^']*)|(?P<bare>[^\s"'].*))?)""",
    re.I | re.S,
)
_NEVER_SHOWN = frozenset({"script", "style", "template", "textarea", "title", "xmp", "iframe", "svg"})
_ODD_SLASHES = re.compile(r"^(?P<scheme>https?:)?/{3,}", re.I)
_PARTS = re.compile(r"((?:\s*[a-z]+:)?//[^/?#]*)?(.*)", re.I | re.S)
"""Of a Location: its host, and what is behind it."""
_INVISIBLE = re.compile(r"[\x00-\x1f\x7f]")
_ASCII = "".join(map(chr, range(0x20, 0x7F)))


@dataclass(frozen=True, slots=True)
class Chain:
    """The redirects that have led to a request so far."""

    asked: tuple[tuple[str, bytes], ...] = ()
    """Every address that was asked, without its fragment, and the cookies that it was asked with."""
    jars: dict[str, CookieJar] = field(default_factory=dict)
    """Cookies by the site that set them: none goes to another one, whatever a cookie says of itself (RFC 6265, 5.3)."""

    def went(self, request: Request, response: Response) -> Chain:
        """Return the chain with one more answer, and the cookies that it sets."""
        if "Set-Cookie" in response.headers:
            policy = DefaultCookiePolicy(strict_ns_domain=DefaultCookiePolicy.DomainStrictNonDomain)
            self.jars.setdefault(site_of(request.url), CookieJar(policy)).extract_cookies(response, request)
        asked = (urldefrag(request.url)[0], request.headers.get("Cookie") or b"")
        return Chain((*self.asked, asked), self.jars)

    def prepare(self, request: Request) -> None:
        """Give the next request of the chain the cookies that its site has set."""
        request.headers.pop("Cookie", None)
        if jar := self.jars.get(site_of(request.url)):
            jar.add_cookie_header(request)
            if len(request.headers.get("Cookie") or b"") > MOST_COOKIES:
                del request.headers["Cookie"]
        request.meta["redirect_chain"] = self

    def is_loop(self, request: Request) -> bool:
        """Whether the next request was made before, so that its answer will be the same."""
        return self.asked.count((urldefrag(request.url)[0], request.headers.get("Cookie") or b"")) >= REPEATS

    def has_met(self, request: Request) -> bool:
        """Whether the address of the next request was asked before, with cookies of the same names."""
        url, names = urldefrag(request.url)[0], _names(request.headers.get("Cookie"))
        return any(met == url and names <= _names(cookies) for met, cookies in self.asked)


class ChainMiddleware(RedirectMiddleware):
    """Follows redirects as browsers do, with the cookies of their chain (in the place of two of Scrapy's middlewares).

    Notes in ``request.meta["redirect_chain"]`` what the chain has met. A redirect that leads nowhere on the web raises
    Skipped, and so does a loop; a refresh that does is none.
    """

    def process_response(self, request: Request, response: Response) -> Request | Response:  # type: ignore[override]
        if response.status in request.meta.get("handle_httpstatus_list", ()) or request.meta.get("playwright"):
            return response
        reason: int | str
        if response.status in REDIRECTS and (location := response.headers.get("Location")):
            url, reason = address_in(request.url, location), response.status
            check_redirect(request.url, url)
        elif (response.status < 300 or response.status in REDIRECTS) and (target := refresh_of(response)):
            url, reason = target, REFRESH
        else:
            return response
        headers = response.headers.copy()
        headers["Location"] = url
        going = super().process_response(request, Response(response.url, status=302, headers=headers))
        if not isinstance(going, Request):
            return response
        chain = request.meta.get("redirect_chain", Chain()).went(request, response)
        chain.prepare(going)
        if reason == REFRESH and chain.has_met(going):
            return response  # it shows what it has
        if chain.is_loop(going):
            raise Skipped("too_many_redirects", f"a loop at {going.url[:200]}")
        going.meta["redirect_reasons"][-1] = reason
        return going


def address_in(base: str, location: bytes) -> str:
    """Return the address that a Location header means, with a host in ASCII; as it stands where it means none.

    Bytes above ASCII are UTF-8 or, if they are none, kept as they are in a path and read as Latin-1 in a host.

    >>> address_in("https://example.org/a?b=1", "//straße.example/über uns?q=ä".encode())
    'https://xn--strae-oqa.example/über uns?q=ä'
    >>> address_in("https://example.org/a/b", "../straße".encode("latin-1"))
    'https://example.org/stra%DFe'
    """
    try:
        text = location.decode()
    except UnicodeDecodeError:
        host, rest = _PARTS.fullmatch(location.decode("latin-1")).groups("")  # type: ignore[union-attr] # matches all
        text = host + quote(rest, safe=_ASCII, encoding="latin-1")
    text = _INVISIBLE.sub("", text.strip())
    way, mark, query = text.partition("?")
    way = _ODD_SLASHES.sub(lambda found: f"{found['scheme'] or ''}//", way.replace("\\", "/"))
    try:
        return with_ascii_host(urljoin(base, way + mark + query))
    except (InvalidURL, ValueError):
        return text


def refresh_of(response: Response) -> str | None:
    """Return where a page goes on to within MAX_DELAY seconds: to another page, or to itself with a cookie.

    By its Refresh header, or HTML, 4.2.5.3 (http-equiv=refresh). What stands in comments, scripts and other text is not
    meant, and what is meant for browsers without scripts holds where the page has no text of its own.
    """
    declared = [(header_of(response, "Refresh") or "", response.url), *_declared_in(response)]
    for content, base in declared:
        found = _DECLARED.match(content)
        if not found or float(found["seconds"] or 0) > MAX_DELAY:
            continue
        target = (found["double"] or found["single"] or found["bare"] or response.url).strip()
        try:
            is_another = canonical_url(target, base) != canonical_url(response.url)
            if is_another or "Set-Cookie" in response.headers:
                return with_ascii_host(urljoin(base, target))
        except (InvalidURL, ValueError):
            continue
    return None


def _declared_in(response: Response) -> Iterator[tuple[str, str]]:
    """Yield what the meta elements of an HTML page say of a refresh, each with the base of its address."""
    head = response.body[:REACH]
    is_html = isinstance(response, HtmlResponse) or "Content-Type" not in response.headers
    if not is_html or not _REFRESHES.search(head.lower().replace(b"\0", b"")) or _LISTING.search(head[:2000]):
        return
    parser = html.HTMLParser(encoding="utf-8", remove_comments=True)
    try:
        tree = html.document_fromstring(to_utf8(head, charset_of(response)).data, parser=parser)
    except etree.LxmlError:
        return
    url = response.url
    base = next((urljoin(url, href) for href in tree.xpath("//base/@href")), url)
    for meta in tree.iter("meta"):
        around = {str(element.tag) for element in meta.iterancestors()}
        is_meant = not around & _NEVER_SHOWN and ("noscript" not in around or _is_shell(tree))
        if is_meant and (meta.get("http-equiv") or "").strip().lower() == "refresh":
            yield meta.get("content") or "", base


def _is_shell(tree: html.HtmlElement) -> bool:
    """Whether a page has next to no text of its own, and leads nowhere."""
    hidden = "ancestor::noscript or ancestor::script or ancestor::style or ancestor::title"
    text = " ".join(tree.xpath(f"//text()[not({hidden})]"))
    ways = tree.xpath(f"//a[@href][not({hidden})] | //link[contains(@rel, 'alternate')]")
    return not ways and len(" ".join(text.split())) <= SHELL


def _names(cookies: bytes | None) -> set[bytes]:
    return {cookie.partition(b"=")[0].strip() for cookie in (cookies or b"").split(b";")} - {b""}
