"""URL identity: which addresses name the same page.

``canonical_url`` makes an address that can be fetched; ``url_key`` makes the identity of the page
behind it, which no longer tells http from https, www from the bare host or an AMP twin from its
original. Names and rules follow RFC 3986 (syntax), WHATWG URL (hosts) and courlan (trackers).
"""

from __future__ import annotations

import hashlib
import ipaddress
import re
from urllib.parse import urljoin, urlsplit, urlunsplit

from courlan.clean import TRACKERS_RE
from tldextract import TLDExtract
from w3lib.url import safe_url_string

MAX_URL_LENGTH = 2048
"""Longest address that newsbot takes; browsers and sitemaps.org stop there too."""

_registrable = TLDExtract(suffix_list_urls=(), cache_dir=None, include_psl_private_domains=True)
_CANONICAL = re.compile(
    r"https?://(?:[a-z0-9-]+\.)+[a-z]+/(?:[A-Za-z0-9_~-][A-Za-z0-9_.~-]*/)*(?:[A-Za-z0-9_~-][A-Za-z0-9_.~-]*)?"
)
"""Most addresses of articles are in their canonical form already; telling that costs a tenth of making it."""
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_ESCAPE = re.compile(r"%[0-9a-f]{2}", re.IGNORECASE)
_SESSION = re.compile(r";(?:jsessionid|phpsessid|sid)=[^/?#]*", re.IGNORECASE)
_SESSION_PARAMS = frozenset({"jsessionid", "phpsessid", "aspsessionid", "sessionid", "session_id", "sid"})
_INDEX = re.compile(r"/(?:index|default)\.(?:html?|php|aspx?|jsp)$", re.IGNORECASE)
_TWIN_HOST = re.compile(r"^(?:www\d?|m|mobile|touch|wap|amp)\.(?=[^.]+\.)")
_TWIN_PATH = re.compile(r"(?:/(?:amp|print)/?$|\.amp(?=\.html?$|$)|(?<=^)/(?:amp|print)(?=/))", re.IGNORECASE)
# Caches of AMP pages: the address that they hold a copy of is in their own.
_AMP_CACHE = re.compile(
    r"^https?://(?:[^/]+\.cdn\.ampproject\.org/[a-z]+|(?:www\.)?google\.[a-z.]+/amp)(?P<https>/s)?/(?P<rest>[^/]+\.[^/]+.*)"
)
_TWIN_PARAMS = frozenset({"amp", "outputtype", "print", "printable", "output"})
_TWIN_VALUES = frozenset({"", "1", "amp", "true", "print", "yes"})
_VIEW_PARAMS = frozenset({"view", "format", "mode", "layout", "display", "version"})
_VIEW_VALUES = frozenset({"amp", "mobile", "print", "printable"})


class InvalidURL(ValueError):
    """The text is no http(s) address that could be fetched."""


def canonical_url(url: str, base: str | None = None) -> str:
    """Return the absolute address in one normal form, without trackers and session ids.

    Raises InvalidURL for other schemes, missing hosts and addresses over 2,048 characters.

    >>> canonical_url("HTTP://Example.ORG:80/a/../b?utm_source=x&id=3#top")
    'http://example.org/b?id=3'
    >>> canonical_url("/news/1?page=2&fbclid=abc", base="https://example.org/feed")
    'https://example.org/news/1?page=2'
    >>> canonical_url("https://bücher.example/straße")
    'https://xn--bcher-kva.example/stra%C3%9Fe'
    >>> canonical_url("http://example.org/story.php?12345")
    'http://example.org/story.php?12345'
    >>> canonical_url("https://example.org/a;jsessionid=1A2B?PHPSESSID=3&b=2&a=1")
    'https://example.org/a?a=1&b=2'
    """
    if _CANONICAL.fullmatch(url) and len(url) <= MAX_URL_LENGTH:
        return url
    text = _CONTROL.sub("", url.strip())
    if base:
        try:
            text = urljoin(base, text)
        except ValueError as error:
            raise InvalidURL(f"{url!r:.200}: {error}") from None
    if len(text) > MAX_URL_LENGTH:
        raise InvalidURL(f"longer than {MAX_URL_LENGTH} characters: {text[:80]}…")
    try:
        parts = urlsplit(text)
        port = parts.port
        if parts.scheme.lower() not in ("http", "https"):
            raise InvalidURL(f"not an http or https address: {text[:200]}")
        host = _host(parts.hostname or "")
    except (ValueError, UnicodeError) as error:
        raise error if isinstance(error, InvalidURL) else InvalidURL(f"{text[:200]}: {error}") from None
    scheme = parts.scheme.lower()
    netloc = host if port in (None, {"http": 80, "https": 443}[scheme]) else f"{host}:{port}"
    path = _remove_dot_segments(_SESSION.sub("", parts.path)) or "/"
    query = "&".join(sorted(pair for pair in parts.query.split("&") if pair and not _names_no_page(pair)))
    safe = safe_url_string(urlunsplit((scheme, netloc, path, query, "")))
    return _ESCAPE.sub(lambda escape: escape[0].upper(), safe)


def url_key(url: str) -> str:
    """Return the identity of the page behind an address: twins of one article share it.

    >>> url_key("https://www.example.org/a/index.html") == url_key("http://example.org/a")
    True
    >>> url_key("https://m.example.org/2026/x.amp.html"), url_key("https://example.org/2026/x/amp/?amp=1")
    ('example.org/2026/x.html', 'example.org/2026/x')
    >>> url_key("https://example.org/story?id=7&print=1"), url_key("https://touch.example.org/a/print?view=mobile")
    ('example.org/story?id=7', 'example.org/a')
    >>> url_key("https://www-example-org.cdn.ampproject.org/c/s/www.example.org/a/amp")
    'example.org/a'
    >>> url_key("https://example.org/story?view=2"), url_key("https://example.org/amp")
    ('example.org/story?view=2', 'example.org')
    """
    parts = urlsplit(_uncached(canonical_url(url)))
    netloc = parts.netloc if _is_ip(parts.hostname or "") else _TWIN_HOST.sub("", parts.netloc)
    path = _INDEX.sub("/", _TWIN_PATH.sub("", parts.path)).rstrip("/")
    query = "&".join(pair for pair in parts.query.split("&") if not _names_a_twin(pair))
    return f"{netloc}{path}?{query}" if query else f"{netloc}{path}"


def article_id(url: str) -> str:
    """Return the stable identifier of the article at an address: 20 hexadecimal digits.

    >>> article_id("https://www.example.org/a/") == article_id("http://example.org/a?utm_medium=rss")
    True
    """
    return hashlib.blake2b(url_key(url).encode(), digest_size=10).hexdigest()


def site_of(url: str) -> str:
    """Return the site an address belongs to: its registrable domain, or host and port of an IP address.

    >>> site_of("https://news.example.co.uk/a"), site_of("http://127.0.0.1:8600/a")
    ('example.co.uk', '127.0.0.1:8600')
    """
    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    if _is_ip(host) or "." not in host:
        return parts.netloc.rpartition("@")[2].lower()
    return _registrable(host).top_domain_under_public_suffix or host


def _host(hostname: str) -> str:
    host = hostname.rstrip(".").lower()
    if not host or any(c in host for c in " %<>\"'\\^`{|}"):
        raise InvalidURL(f"no valid host name: {hostname[:100]!r}")
    if ":" in host:
        return f"[{ipaddress.IPv6Address(host)}]"
    return host if host.isascii() else host.encode("idna").decode()


def _is_ip(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _names_no_page(pair: str) -> bool:
    """Whether a parameter is a tracker or a session id (a bare ?12345 is neither: it names the page)."""
    name = pair.partition("=")[0].lower()
    return name in _SESSION_PARAMS or ("=" in pair and TRACKERS_RE.search(name) is not None)


def _uncached(address: str) -> str:
    """Return the address of the page that a cache of AMP pages holds a copy of."""
    cached = _AMP_CACHE.match(address)
    try:
        return canonical_url(f"http{'s' if cached['https'] else ''}://{cached['rest']}") if cached else address
    except InvalidURL:
        return address


def _names_a_twin(pair: str) -> bool:
    name, _, value = pair.lower().partition("=")
    if name.startswith("amp_"):  # for the scripts of AMP pages
        return True
    return (name in _TWIN_PARAMS and value in _TWIN_VALUES) or (name in _VIEW_PARAMS and value in _VIEW_VALUES)


def _remove_dot_segments(path: str) -> str:
    """RFC 3986, 5.2.4; urljoin does it for relative references only."""
    if "/." not in path:
        return path
    out: list[str] = []
    for segment in path.split("/"):
        if segment == "..":
            if len(out) > 1:
                out.pop()
        elif segment != ".":
            out.append(segment)
    if path.endswith(("/.", "/..")):
        out.append("")
    return "/".join(out)
