"""URL identity: which addresses name the same page.

``canonical_url`` makes an address that can be fetched; ``url_key`` makes the identity of the page
behind it, which no longer tells http from https, www from the bare host or an AMP twin from its
original. What an address says is asked as it says it: parameters keep their order, for servers may mind it; their
order, and the case of escapes, are no part of the identity. Names and rules follow RFC 3986 (syntax) and, for hosts,
WHATWG URL with UTS 46 as browsers do: straße.example is asked at xn--strae-oqa.example, where strasse.example is
another owner's. web/trackers.py knows which parameters name no page, and which addresses lead to another one.
"""

from __future__ import annotations

import hashlib
import ipaddress
import re
from functools import cache, lru_cache
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import SplitResult, unquote, urljoin, urlsplit, urlunsplit

import idna
from w3lib.url import safe_url_string

from newsbot.web.text import well_formed
from newsbot.web.trackers import address_inside, may_name_no_page, names_no_page

MAX_URL_LENGTH = 2048
"""Longest address that newsbot takes; browsers and sitemaps.org stop there too."""

_CANONICAL = re.compile(
    r"https?://(?![^/]*(?:google|ampproject|yahoo|feedburner|bing-amp)\.)(?![^/]{254})(?:[a-z0-9-]{1,63}\.)+[a-z]{1,63}/(?:[A-Za-z0-9_~-][A-Za-z0-9_.~-]*/)*(?:[A-Za-z0-9_~-][A-Za-z0-9_.~-]*)?"
)
"""Most addresses of articles are in their canonical form already; telling that costs a tenth of making it."""
_NO_HOST = re.compile(r"""[\x00-\x20\x7f"#%'/:<>?@\[\\\]^`{|}]""")
"""What no name of a host has: WHATWG's forbidden domain code points, and those that mark a broken link."""
_MAX_HOST, _MAX_LABEL = 253, 63
"""Characters of a host's name and of each of its parts in ASCII (RFC 1035, 2.3.4)."""
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_ESCAPE = re.compile(r"%[0-9a-f]{2}", re.IGNORECASE)
_SESSION = re.compile(r";(?:jsessionid|phpsessid|sid(?==[^/?#]{16}))=[^/?#]*", re.IGNORECASE)
_INDEX = re.compile(r"/(?:index|default)\.(?:html?|php|aspx?|jsp)$", re.IGNORECASE)
_BEFORE_QUERY = re.compile(r"[^?#]*")
"""Where a backslash is a slash, as browsers have it (WHATWG URL, 4.4, "relative slash state" and after)."""
_TWIN_HOST = re.compile(r"^(?:www\d?|m|mobile|touch|wap|amp)\.(?=[^.]+\.)")
_TWIN_PATH = re.compile(r"(?:/(?:amp|print)/?$|\.amp(?=\.html?$|$)|(?<=^)/(?:amp|print)(?=/))", re.IGNORECASE)
_TWIN_PARAMS = frozenset({"amp", "outputtype", "print", "printable", "output"})
_TWIN_VALUES = frozenset({"", "1", "amp", "true", "print", "yes"})
_VIEW_PARAMS = frozenset({"view", "format", "mode", "layout", "display", "version"})
_VIEW_VALUES = frozenset({"amp", "mobile", "print", "printable"})


class InvalidURL(ValueError):
    """The text is no http(s) address that could be fetched."""


def canonical_url(url: str, base: str | None = None) -> str:
    """Return the absolute address in one normal form, without trackers, session ids and what wraps it.

    What is left of it is as it was written, so that it can be asked. Raises InvalidURL for other schemes, missing
    hosts and addresses over 2,048 characters, as they are asked: ü has six.

    >>> canonical_url("HTTP://Example.ORG:80/a/../b?utm_source=x&id=3#top")
    'http://example.org/b?id=3'
    >>> canonical_url("/news/1?page=2&fbclid=abc", base="https://example.org/feed")
    'https://example.org/news/1?page=2'
    >>> canonical_url("\\\\news\\\\1", base="https://example.org/feeds/rss")
    'https://example.org/news/1'
    >>> canonical_url("https://straße.example/straße")
    'https://xn--strae-oqa.example/stra%C3%9Fe'
    >>> canonical_url("http://example.org/story.php?12345")
    'http://example.org/story.php?12345'
    >>> canonical_url("https://example.org/a;jsessionid=1A2B?PHPSESSID=3&b=2&sid=1&ref=rss")
    'https://example.org/a?b=2&sid=1'
    >>> canonical_url("https://www.google.com/url?sa=t&url=https://example.org/1&ct=ga")
    'https://example.org/1'
    """
    if _CANONICAL.fullmatch(url) and len(url) <= MAX_URL_LENGTH:
        return url
    text = _CONTROL.sub("", well_formed(url).strip())
    if "\\" in text:
        text = _BEFORE_QUERY.sub(lambda part: part[0].replace("\\", "/"), text, count=1)
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
        host = _host_of(parts)
    except (ValueError, UnicodeError) as error:
        raise error if isinstance(error, InvalidURL) else InvalidURL(f"{text[:200]}: {error}") from None
    scheme = parts.scheme.lower()
    netloc = host if port in (None, {"http": 80, "https": 443}[scheme]) else f"{host}:{port}"
    path = _remove_dot_segments(_SESSION.sub("", parts.path)) or "/"
    inside = address_inside(parts)
    if inside:
        try:
            return canonical_url(inside)
        except InvalidURL:
            pass  # what looked like an address is none: the outer one is
    address = safe_url_string(urlunsplit((scheme, netloc, path, _page_query(parts.query), "")))
    if len(address) > MAX_URL_LENGTH:
        raise InvalidURL(f"longer than {MAX_URL_LENGTH} characters in ASCII: {address[:80]}…")
    return address


@lru_cache(maxsize=4096)
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
    >>> url_key("https://example.org/?b=2&a=%c3%a9") == url_key("https://example.org/?a=%C3%A9&b=2")
    True
    """
    address = canonical_url(url)
    parts = urlsplit(_ESCAPE.sub(lambda escape: escape[0].upper(), address) if "%" in address else address)
    netloc = parts.netloc if _is_ip(parts.hostname or "") else _TWIN_HOST.sub("", parts.netloc)
    path = _INDEX.sub("/", _TWIN_PATH.sub("", parts.path)).rstrip("/")
    query = "&".join(sorted(pair for pair in parts.query.split("&") if pair and not _names_a_twin(pair)))
    return f"{netloc}{path}?{query}" if query else f"{netloc}{path}"


def twin_key(url: str) -> str | None:
    """Return the identity of the page that is behind an address if all that may mark a channel does; None without any.

    Whether it is the same page, its text tells.

    >>> twin_key("https://example.org/a?id=7&ref=abc"), twin_key("https://example.org/a?id=7")
    ('example.org/a?id=7', None)
    """
    if "?" not in url:
        return None
    start, _, query = url.partition("?")
    kept = [pair for pair in query.split("&") if not may_name_no_page(pair)]
    if len(kept) == query.count("&") + 1:
        return None
    return url_key(f"{start}?{'&'.join(kept)}")


def without_parameter(url: str, pair: str) -> str:
    """Return an address without one of its parameters.

    >>> without_parameter("https://example.org/a?s=1&id=7", "s=1")
    'https://example.org/a?id=7'
    """
    start, _, query = url.partition("?")
    kept = "&".join(other for other in query.split("&") if other != pair)
    return f"{start}?{kept}" if kept else start


def article_id(url: str) -> str:
    """Return the stable identifier of the article at an address: 20 hexadecimal digits.

    >>> article_id("https://www.example.org/a/") == article_id("http://example.org/a?utm_medium=rss")
    True
    """
    return key_id(url_key(url))


def key_id(key: str) -> str:
    """Return the same for the identity of the page that is there (url_key)."""
    return hashlib.blake2b(key.encode(errors="surrogatepass"), digest_size=10).hexdigest()


def ascii_host(host: str) -> str:
    """Return the name of a host as resolvers take it: UTS 46, non-transitional, without trailing dots.

    Symbols, underscores and hyphens anywhere stay, as in browsers; labels in ASCII, the punycode of others with
    them, are not looked into. No IPv6 addresses. Raises InvalidURL for what could not be looked up.

    >>> ascii_host("STRAẞE.example."), ascii_host("stra%C3%9Fe。ｅｘａｍｐｌｅ"), ascii_host("☕.example")
    ('xn--strae-oqa.example', 'xn--strae-oqa.example', 'xn--53h.example')
    >>> ascii_host("a／b.example")
    Traceback (most recent call last):
    newsbot.web.urls.InvalidURL: no valid host name: 'a／b.example'
    """
    name = host if host.isascii() and "%" not in host else _mapped(host)
    name = name.rstrip(".").lower()
    if not name or len(name) > _MAX_HOST or _NO_HOST.search(name) or max(map(len, name.split("."))) > _MAX_LABEL:
        raise InvalidURL(f"no valid host name: {host[:100]!r}")
    return name


def with_ascii_host(url: str) -> str:
    """Return an address as it is, but for a host that has to be written in ASCII to be asked by all alike.

    Raises InvalidURL.

    >>> with_ascii_host("https://Straße.example:8080/Zeitung#top"), with_ascii_host("HTTP://Example.org")
    ('https://xn--strae-oqa.example:8080/Zeitung#top', 'HTTP://Example.org')
    """
    try:
        parts = urlsplit(url)
        if parts.netloc.isascii() and "%" not in parts.netloc:
            return url
        user, at, _ = parts.netloc.rpartition("@")
        host, port = _host_of(parts), parts.port
    except ValueError as error:
        raise error if isinstance(error, InvalidURL) else InvalidURL(f"{url[:200]}: {error}") from None
    return parts._replace(netloc=f"{user}{at}{host}{f':{port}' if port is not None else ''}").geturl()


@lru_cache(maxsize=4096)
def site_of(url: str) -> str:
    """Return the site an address belongs to: its registrable domain, or host and port of an IP address.

    >>> site_of("https://news.example.co.uk/a"), site_of("http://127.0.0.1:8600/a")
    ('example.co.uk', '127.0.0.1:8600')
    """
    parts = urlsplit(url)
    if not parts.netloc.isascii() or "%" in parts.netloc:
        parts = urlsplit(with_ascii_host(url))
    host = parts.hostname or ""
    if _is_ip(host) or "." not in host:
        return parts.netloc.rpartition("@")[2].lower()
    return _registrable(host) or host


def is_domain(host: str) -> bool:
    """Tell whether a name is a domain, or a host of one, under a suffix that is known to be public.

    >>> is_domain("news.example.co.uk"), is_domain("story.html"), is_domain("com")
    (True, False, False)
    """
    return _registrable(host) is not None


@lru_cache(maxsize=4096)
def _registrable(host: str) -> str | None:
    """Return the domain of a host that somebody can own; None where it is a public suffix, or under none.

    As publicsuffix.org/list has it, exceptions first, then the longest rule; a top level that no rule names is no
    suffix.
    """
    rules = _suffix_rules()
    labels = host.lower().rstrip(".").split(".")
    rest = ".".join(map(_readable, labels))
    for start in range(len(labels)):
        parent = rest.partition(".")[2]
        if f"!{rest}" in rules:
            return ".".join(labels[start:])
        if rest in rules or f"*.{parent}" in rules:
            return ".".join(labels[start - 1 :]) if start and labels[start - 1] else None
        rest = parent
    return None


@cache
def _suffix_rules() -> frozenset[str]:
    """Read the rules of the Public Suffix List, private domains with them, between comments that no host is like.

    The list is tldextract's; tldextract itself would bring an HTTP client, and take ten times as long.
    """
    package = find_spec("tldextract")
    assert package is not None
    assert package.submodule_search_locations is not None
    snapshot = Path(package.submodule_search_locations[0], ".tld_set_snapshot")
    return frozenset(snapshot.read_text("utf-8").splitlines())


def _readable(label: str) -> str:
    """Return a label as the list has it, not in punycode."""
    if label.startswith("xn--"):
        try:
            return idna.decode(label)
        except (UnicodeError, IndexError):
            pass
    return label


def _host_of(parts: SplitResult) -> str:
    """Return the host of an address, an IPv6 address in brackets. Raises InvalidURL, ValueError for a wrong number."""
    name = parts.netloc.rpartition("@")[2]
    if name.startswith("["):
        return f"[{ipaddress.IPv6Address(parts.hostname or '')}]"
    return ascii_host(name.partition(":")[0])  # parts.hostname is lowered as text is: Σ at the end of a word to ς


@lru_cache(maxsize=4096)
def _mapped(host: str) -> str:
    """Map a host by UTS 46, 4, and write its labels in punycode; idna.encode would refuse symbols and underscores."""
    try:
        text = idna.uts46_remap(unquote(host, errors="strict"), std3_rules=False)
        return ".".join(label if label.isascii() else _punycode(label) for label in text.split("."))
    except ValueError:
        raise InvalidURL(f"no valid host name: {host[:100]!r}") from None


def _punycode(label: str) -> str:
    """Return a mapped label in ASCII (UTS 46, 4.1: validity, with CheckJoiners and CheckBidi). Raises ValueError."""
    idna.check_initial_combiner(label)
    idna.check_bidi(label)
    joined = all(idna.valid_contextj(label, at) for at, sign in enumerate(label) if sign in "\u200c\u200d")
    written = f"xn--{label.encode('punycode').decode()}"
    if not joined or label.startswith("xn--") or len(written) > _MAX_LABEL:
        raise ValueError(label)
    return written


def _is_ip(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _page_query(query: str) -> str:
    """Return a query as it is, or without those of its parameters that name no page."""
    pairs = query.split("&")
    kept = [pair for pair in pairs if not names_no_page(pair)]
    return query if len(kept) == len(pairs) else "&".join(pair for pair in kept if pair)


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
