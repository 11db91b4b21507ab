"""Trackers: what an address says of how a reader came to a page, or who the reader is, and not of the page.

Parameters are of three kinds. Names that nobody gives to an article: the lists of AdGuard (TrackParamFilter),
ClearURLs, Firefox and miniflux agree on them, and a name is compared whole. Names that sites use both ways (sid, cid,
ref, source ...): they are marks where their value names a channel, and name a page in every other case. Session ids,
by their names.

What is kept wrongly costs one request, for redirects, rel=canonical and equal texts join what is one. What is left
out wrongly loses an article, for the address without it is the one that is asked.

Click trackers do nothing but lead to another address, which stands in them: the links of search engines and networks.
They are not asked, which their robots.txt mostly forbids anyway; the page is at the address inside.
"""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode
from binascii import Error
from collections.abc import Sequence
from functools import lru_cache
from urllib.parse import SplitResult, parse_qsl, unquote, unquote_plus


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


TRACKER_PREFIXES = (
    "utm_", "mtm_", "itm_", "hsa_", "bsft_", "vero_", "oly_", "adjust_", "guce_", "dpg_", "fb_action_", "at_custom",
    "at_link_", "cm_mmc", "__hs", "aspsessionid",
)  # fmt: skip
"""What the names of trackers begin with."""

TRACKERS = _words(
    """
    fbclid fb_source fb_ref fb_comment_id igsh igshid twclid ttclid tt_medium tt_content rdt_cid li_fat_id epik
    gclid gclsrc dclid gbraid wbraid gad_source gad_campaignid gps_adid srsltid usqp _ga _gl _gac
    ga_source ga_medium ga_campaign ga_term ga_content ga_place
    msclkid yclid ysclid _openstat openstat mindbox-click-id mindbox-message-key
    mc_cid mc_eid mc_tc mkt_tok ml_subscriber ml_subscriber_hash _hsenc _hsmi hsctatracking _kx _bhlid _cldee
    elq elqat elqaid elqtrack elqtrackid elqcampaignid spmailingid spreportid spjobid spuserid cndid bxid
    pk_campaign pk_cid pk_content pk_keyword pk_kwd pk_medium pk_source pk_vid piwik_campaign piwik_kwd matomo_campaign
    at_medium at_campaign at_campaign_type at_channel at_creation at_variant at_format at_ptr_name at_bbc_team
    at_emailtype at_recipient_id at_recipient_list at_send_date
    ns_mchannel ns_campaign ns_source ns_linkname ns_fee xtor wt_mc wt_zmc wt.mc_id cm_me cm_cr s_cid s_kwcid sc_cid
    sc_campaign sc_channel sc_content sc_medium sc_outcome sc_geo sc_country
    cmpid ncid intcmp int_cmp icmp nx_source adfrom guccounter campaign_id campaign_medium campaign_name
    campaign_source campaign_term campaign_content hmb_campaign hmb_medium hmb_source trkcampaign spm
    irclickid irgwc ir_adid ir_campaignid ir_partnerid cjevent cjdata awc admitad_uid sscid tduid zanpid wickedid
    rb_clickid ranmid raneaid ransiteid dicbo oborigurl tblci vc_lpp cx_click cx_recsorder cx_recswidget
    _branch_match_id _branch_referrer __readwiselocation nr_email_referer sr_share action_object_map action_ref_map
    action_type_map jsessionid phpsessid oscsid zenid
    """
)
"""Whole names of trackers and session ids."""

UNLESS_NUMBERED = _words("cmpid ncid intcmp int_cmp icmp campaign_id campaign_name s_cid sc_cid adfrom elq awc xtor")
"""Those of them that may number pages somewhere, where their value is a number."""

AMBIGUOUS = _words(
    """
    sid cid eid uid iid rid mid nid ref refid refno ref_src ref_source ref_url referer referrer source source_id
    sourceid src srcid from via origin partner partnerid feature session aff affid affiliate medium channel chan
    campaign camp cmp traffic_source trafficsource traffic_medium ocid icid n_cid cid_source mbid iref emc smid ito
    ftag share shared soc soc_src soc_trk social linksource maca ns wprss trk entry entrypoint click clicksource ncmp
    """
)
"""Names that mark a channel where their value names one, and may name a page otherwise."""

CHANNEL_WORDS = _words(
    """
    rss rss1 rss2 rssfeed rssfeeds atom feed feeds feedburner feedly feedspot inoreader newsletter newsletters nl email
    mail push pushnotification notification notifications twitter tw tweet facebook fb instagram ig linkedin whatsapp
    wa telegram tg reddit pinterest youtube yt tiktok threads bluesky bsky mastodon snapchat flipboard pocket line kakao
    kakaotalk vk vkontakte ok weibo wechat google googlenews gnews discover bing msn yahoo applenews socialflow echobox
    dlvrit hootsuite social share sharing shared sharebar home homepage frontpage startseite hp nav navbar navigation
    menu header footer sidebar related recommended mostread mostpopular trending amp
    """
)
"""Words for a way to an article."""

_FILLERS = _words(
    """
    news article articles story link links button btn bar media app apps web www com org net co int ext top main site
    page post box list teaser widget mobile desktop mob dsk rss20 xml publicfeed de en es fr it
    """
)
"""Words that may stand beside a channel's."""
_LOOKS_LIKE_ONE = re.compile(
    r"aff|campaign|cl?id|eid|g[al]|kwd|keyword|medium|partner|click|ref|session|sid|source|uid", re.IGNORECASE
)
"""What names of trackers often begin with, and names of pages too: newsbot 0.1.0 asked for pages without these."""
_SESSION = re.compile(
    r"[?&]((?:s|sid|sess|session|sessionid|session_id)=(?=[a-z]*\d)[a-z\d]{20,64})(?=&|$)", re.IGNORECASE
)
_SEVERAL = 3
_SPLIT = re.compile(r"[\s_.:|/,;+-]+")


@lru_cache(maxsize=4096)
def names_no_page(pair: str) -> bool:
    """Tell whether a parameter, as it stands in an address, marks a way to the page or a session.

    >>> [pair for pair in ("utm_id=3", "UTM_Source=x", "sid=17", "ref=rss", "ref=17", "12345") if names_no_page(pair)]
    ['utm_id=3', 'UTM_Source=x', 'ref=rss']
    >>> names_no_page("cid=article_share_facebook"), names_no_page("source=twitter-files"), names_no_page("gameId=4")
    (True, False, False)
    """
    name, _, value = pair.partition("=")
    name = name.lower()
    if name in TRACKERS or name.startswith(TRACKER_PREFIXES):
        return not (value.isdigit() and name in UNLESS_NUMBERED)
    return bool(value) and name in AMBIGUOUS and names_channel(value)


def session_among(addresses: Sequence[str]) -> str | None:
    """Return the parameter that all addresses of a listing have alike and that looks like a session of its reader.

    A story's own id differs from one to the next; the same sign at random in all of them, with each reading another
    one, is of the reading.

    >>> session_among([f"https://example.org/t.php?t={t}&sid=6d61fb14555341879a76bc30a3ddb8a1" for t in (1, 2, 3)])
    'sid=6d61fb14555341879a76bc30a3ddb8a1'
    """
    if len(addresses) < _SEVERAL or not (found := _SESSION.search(addresses[0])):
        return None
    return found[1] if all(found[1] in address for address in addresses) else None


def names_channel(value: str) -> bool:
    """Tell whether a value consists of words for a way to an article: one such word, and none that says more.

    >>> names_channel("rss"), names_channel("Top.News%20footer"), names_channel("news"), names_channel("facebook-ipo")
    (True, True, False, False)
    """
    words = [word for word in _SPLIT.split(unquote_plus(value).lower()) if word]
    return not CHANNEL_WORDS.isdisjoint(words) and all(word in CHANNEL_WORDS or word in _FILLERS for word in words)


@lru_cache(maxsize=4096)
def may_name_no_page(pair: str) -> bool:
    """Tell whether a parameter has a name that marks a channel at some sites, whatever its value.

    >>> may_name_no_page("ref=abc"), may_name_no_page("id=7")
    (True, False)
    """
    name, sign, _ = pair.partition("=")
    return bool(sign) and (name.lower() in AMBIGUOUS or _LOOKS_LIKE_ONE.match(name) is not None)


_GOOGLE = r"google\.(?:com|cat|[a-z]{2}|com?\.[a-z]{2})"
_GOOGLE_NEWS = re.compile(rf"news\.{_GOOGLE}")
WRAPPERS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    (rf"(?:[\w-]+\.)*{_GOOGLE}", r"/(?:news/)?url", ("url", "q")),
    (rf"news\.{_GOOGLE}", r"/.*", ("url",)),
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
    r"(?:[^/]+\.cdn\.ampproject\.org/[a-z]+|(?:www\.)?google\.(?:com|cat|[a-z]{2}|com?\.[a-z]{2})/amp|(?:www\.)?bing-amp\.com/[a-z])(?P<https>/s)?/(?P<rest>[^/]+\.[^/]+.*)"
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
    if f".{host}".endswith(".yahoo.com") and (found := _YAHOO.search(parts.path)):
        return _whole(unquote(found[1]) if "%" in found[1][:8] else found[1])
    if _GOOGLE_NEWS.fullmatch(host) and (coded := _NEWS_ARTICLE.search(parts.path)):
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
