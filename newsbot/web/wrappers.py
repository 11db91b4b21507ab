"""Addresses that do nothing but lead to another one, which stands in them: the links of search engines and networks.

They are not asked. The page is at the address inside, and robots.txt of the ones that wrap mostly forbids to ask them.
"""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode
from binascii import Error
from urllib.parse import SplitResult, parse_qsl, unquote

WRAPPERS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    (r"(?:[\w-]+\.)*google\.[a-z.]{2,6}", r"/(?:news/)?url", ("url", "q")),
    (r"news\.google\.[a-z.]{2,6}", r"/.*", ("url",)),
    (r"(?:[\w-]+\.)*bing\.com", r"/news/apiclick\.aspx|/alink/link|/ck/a", ("url", "u")),
    (r"(?:[\w-]+\.)*(?:facebook|instagram|messenger)\.com", r"/(?:l\.php|flx/warn/?|linkshim/?)?", ("u",)),
    (r"(?:www\.)?youtube\.com", r"/redirect", ("q",)),
    (r"(?:[\w-]+\.)*linkedin\.com", r"/(?:redir/redirect|redir/general-malware-page|safety/go|authwall)/?", ("url",)),
    (r"(?:[\w-]+\.)*(?:vk|vkontakte)\.(?:com|ru)", r"/away(?:\.php)?", ("to",)),
    (r"out\.reddit\.com", r"/.*", ("url",)),
    (r"(?:[\w-]+\.)*duckduckgo\.com", r"/l/?", ("uddg",)),
    (r"(?:www\.)?flipboard\.com", r"/redirect", ("url",)),
    (r"t\.umblr\.com|href\.li", r"/redirect|/", ("z",)),
    (r"(?:[\w-]+\.)?safelinks\.protection\.outlook\.com", r"/.*", ("url",)),
    (r"(?:[\w-]+\.)*yandex\.[a-z.]{2,6}", r"/clck/jsredir|/redir/.*", ("url", "to")),
    (r"link\.zhihu\.com|c\.pc\.qq\.com", r"/.*", ("target", "url", "pfurl")),
    (r"feedproxy\.google\.com|feeds\.feedburner\.com|feedproxy\.feedly\.com", r"/.*", ("url",)),
)
"""Hosts, paths (both whole, as patterns) and the parameters that the address stands in, the first that has one."""

_WRAPPERS = tuple((re.compile(host), re.compile(path), names) for host, path, names in WRAPPERS)
_MAY_WRAP = re.compile(
    r"google\.|ampproject\.|bing\.|facebook\.|instagram\.|messenger\.|youtube\.|linkedin\.|vk\.|vkontakte\.|reddit\.|"
    r"duckduckgo\.|flipboard\.|umblr\.|outlook\.|bing-amp\.|yandex\.|zhihu\.|qq\.|feedburner\.|feedly\.|yahoo\."
)
_AMP_CACHE = re.compile(
    r"(?:[^/]+\.cdn\.ampproject\.org/[a-z]+|(?:www\.)?google\.[a-z.]+/amp|(?:www\.)?bing-amp\.com/[a-z])(?P<https>/s)?/(?P<rest>[^/]+\.[^/]+.*)"
)
"""Caches of AMP pages: the address that they hold a copy of is in their own."""
_NEWS_ARTICLE = re.compile(r"/(?:rss/|__i/rss/rd/)?articles/(?:\d+/)?(CB[\w-]{20,2000}=*)$")
_BEHIND = re.compile(r"/~r/.*?/(https?:/{1,2}[^/]+\..+)$")
_STORED = re.compile(rb"https?://[\x21-\x7e]+")
_YAHOO = re.compile(r"(?:/\*|/RU=)(https?(?::|%3a)[^?#]+?)(?:/R[KS]=.*)?$", re.IGNORECASE)


def address_inside(parts: SplitResult) -> str | None:
    """Return the address that another one wraps; None for one that is nothing but itself.

    >>> from urllib.parse import urlsplit
    >>> address_inside(urlsplit("https://www.google.com/url?rct=j&url=https://example.org/1%3Fa%3Db&ct=ga"))
    'https://example.org/1?a=b'
    >>> address_inside(urlsplit("https://example-org.cdn.ampproject.org/c/s/example.org/a/amp"))
    'https://example.org/a/amp'
    >>> address_inside(urlsplit("https://example.org/redirect?url=https://example.net/"))
    """
    host = (parts.hostname or "").lower()
    if not _MAY_WRAP.search(host):
        return None
    if (cached := _AMP_CACHE.fullmatch(host + parts.path)) and not _is_bare(cached["rest"]):
        query = f"?{parts.query}" if parts.query else ""
        return f"http{'s' if cached['https'] else ''}://{cached['rest']}{query}"
    if host.endswith("yahoo.com") and (found := _YAHOO.search(parts.path)):
        return _whole(unquote(found[1]) if "%" in found[1][:8] else found[1])
    if host.startswith("news.google.") and (coded := _NEWS_ARTICLE.search(parts.path)):
        return _stored(coded[1])
    if host in ("feedproxy.google.com", "feeds.feedburner.com") and (behind := _BEHIND.search(parts.path)):
        return _whole(re.sub(r":/+", "://", behind[1], count=1))
    if not parts.query:
        return None
    for hosts, paths, names in _WRAPPERS:
        if hosts.fullmatch(host) and paths.fullmatch(parts.path):
            values = dict(reversed(parse_qsl(parts.query)))
            for name in names:
                if address := _whole(values.get(name, "")):
                    return address
    return None


def _whole(text: str) -> str | None:
    """Return a text that is an address, as it is or in base64 behind a1, as Bing has it."""
    if text.startswith("a1"):
        return _stored(text[2:])
    text = text.strip()
    return text if re.match(r"https?://[^/?#\s]+\.", text, re.IGNORECASE) else None


def _stored(text: str) -> str | None:
    """Return the first address in a text in base64."""
    try:
        found = _STORED.search(urlsafe_b64decode(text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4)))
    except (Error, ValueError):
        return None
    return found[0].decode("ascii") if found else None


def _is_bare(rest: str) -> bool:
    return not rest.strip("/")
