"""How well are the test corpora of other readers of feeds and sitemaps read?

    git clone https://github.com/kurtmckee/feedparser corpora/kurtmckee/feedparser
    git clone https://github.com/mmcdole/gofeed corpora/mmcdole/gofeed
    git clone https://github.com/feed-rs/feed-rs corpora/feed-rs/feed-rs
    git clone https://github.com/GateNLP/ultimate-sitemap-parser corpora/GateNLP/ultimate-sitemap-parser
    pip install feedparser
    python benchmarks/discovery.py --corpora corpora [--show]

Entries: those that feedparser finds the address of a page for, in every feed of the corpora; no enclosures, no
identities that are no addresses, no sitemap that names itself. Links, titles and dates: what the corpora's own tests
expect, and the layouts in their tests of dates. Where a test's entry has no address, as entries of tests mostly have,
it is given one before its title is read. What is no day of a newspaper is no date: a month alone, a day of the year
100. ``--show`` prints what was read otherwise.
"""

from __future__ import annotations

import ast
import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from urllib.parse import urldefrag

import feedparser

from newsbot.discovery import Feed, FeedError, SitemapError, parse_feed, parse_sitemap
from newsbot.items import Candidate
from newsbot.web.dates import EARLIEST, parse_date
from newsbot.web.text import plain_text
from newsbot.web.urls import InvalidURL, url_key

BASE = "https://corpus.example/feed"
"""Where every feed is said to have been found."""
SITEMAP = "https://corpus.example/sitemap.xml"
MOMENT = datetime(1999, 11, 20, 15, 4, 5, tzinfo=timezone(timedelta(hours=-7), "MST"))
"""What the layouts of dates are filled with: a day that is no month, a year that is no day: each is one date."""
_NO_DAY = re.compile(r"-?\d\d-?\d\d|\d{4}-\d\d")
"""What states a month or a year alone. feedparser takes its first day, newsbot takes none: nothing is invented."""
_GO = {
    "2006": "%Y", "06": "%y", "January": "%B", "Jan": "%b", "01": "%m", "1": "%-m", "Monday": "%A", "Mon": "%a",
    "02": "%d", "_2": "%e", "2": "%-d", "15": "%H", "03": "%I", "3": "%-I", "04": "%M", "4": "%-M", "05": "%S",
    "5": "%-S", "PM": "%p", "pm": "%p", "MST": "%Z", "-0700": "%z", "-07:00": "%z", "Z07:00": "%z", "-07": "%z",
}  # fmt: skip
"""The parts of Go's layouts, and strftime's."""
_EXPECT = re.compile(rb"Expect:\s*(.*)")
_ENTRY_IS = re.compile(
    r"entries\[(\d+)\]\[u?'(title|link|published_parsed|updated_parsed)'\]\s*==\s*(.+?)(?:\s+and\s|$)"
)
_START = re.compile(rb"<((?:[\w.-]+:)?)(item|entry)((?:\s[^<>]*[^/<>])?)>")
_FEEDS = (".xml", ".json", ".rss", ".atom", ".rdf")


@dataclass
class Tally:
    """What was read right and wrong of one corpus, by kind: entries, links, titles, dates."""

    right: Counter[str] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)
    misses: list[str] = field(default_factory=list)

    def count(self, kind: str, is_right: bool, miss: str) -> None:
        (self.right if is_right else self.wrong)[kind] += 1
        if not is_right:
            self.misses.append(f"{kind}: {miss}")


def report(folder: Path, show: bool) -> None:
    """Print what was read right and wrong of every corpus that lies in the folder."""
    parts = {
        "kurtmckee/feedparser": of_feedparser,
        "mmcdole/gofeed": of_gofeed,
        "feed-rs/feed-rs": of_feed_rs,
        "GateNLP/ultimate-sitemap-parser": of_sitemap_parser,
    }
    kinds = ("entries", "links", "titles", "dates", "layouts of dates")
    print(f"{'corpus':<34}" + "".join(f"{kind:>18}" for kind in kinds) + "   (right of all)")
    for name, part in parts.items():
        place = folder / name
        if not place.is_dir():
            print(f"{name:<34}is not in {folder}")
            continue
        tally = Tally()
        part(place, tally)
        shares = (f"{tally.right[kind]} of {tally.right[kind] + tally.wrong[kind]}" for kind in kinds)
        print(f"{name:<34}" + "".join(f"{share:>18}" for share in shares))
        for miss in tally.misses if show else ():
            print(f"    {miss[:300]}")


def of_feedparser(place: Path, tally: Tally) -> None:
    for path in sorted((place / "tests").rglob("*")):
        if path.suffix not in _FEEDS:
            continue
        body = path.read_bytes()
        name = str(path.relative_to(place / "tests"))
        count_entries(body, name, tally)
        if found := _EXPECT.search(body):
            expected = _ENTRY_IS.findall(found[1].decode("utf-8", "replace").rstrip())
            count_expected(body, name, [(int(at), what, _literal(text)) for at, what, text in expected], tally)
    for text, wanted in _date_tests(place / "tests" / "test_date_parsers.py"):
        moment = parse_date(text)
        if wanted and (_NO_DAY.fullmatch(text) or wanted.year < EARLIEST):
            wanted = None
        tally.count("layouts of dates", _is_told(moment, wanted), f"{text!r}: {moment}, not {wanted}")


def of_gofeed(place: Path, tally: Tally) -> None:
    for path in sorted((place / "testdata").rglob("*")):
        if path.suffix not in _FEEDS or path.name.endswith("_expected.json"):
            continue
        if path.suffix == ".json" and path.with_suffix(".xml").exists():
            continue
        body, name = path.read_bytes(), str(path.relative_to(place / "testdata"))
        count_entries(body, name, tally)
        wanted = path.with_suffix(".json") if path.suffix == ".xml" else path.with_name(f"{path.stem}_expected.json")
        if wanted.exists():
            count_expected(body, name, list(_of_json(json.loads(wanted.read_bytes()))), tally)
    for layout in _layouts(place / "internal" / "shared" / "dateparser.go"):
        text, wanted = _written(layout)
        moment = parse_date(text)
        right = moment is not None and (
            _utc(moment) == _utc(wanted) if _has_offset(moment) and _has_offset(wanted) else moment[:19] == wanted[:19]
        )
        tally.count("layouts of dates", right, f"{text!r}: {moment}, not {wanted}")


def of_feed_rs(place: Path, tally: Tally) -> None:
    for path in sorted(place.rglob("fixture/**/*")):
        if path.suffix in _FEEDS:
            count_entries(path.read_bytes(), str(path.relative_to(place)), tally)


def of_sitemap_parser(place: Path, tally: Tally) -> None:
    sitemaps = {str(path.relative_to(place)): path.read_text() for path in place.glob("docs/**/formats_examples/*.xml")}
    for path in sorted(place.glob("tests/tree/*.py")):
        for number, text in enumerate(_texts(path)):
            sitemaps[f"{path.name}, {number}"] = text
    for name, text in sitemaps.items():
        if not re.search(r"<(?:\w+:)?(?:urlset|sitemapindex)\b", text):
            continue
        entries = re.findall(r"<(?:\w+:)?(?:url|sitemap)>(.*?)</(?:\w+:)?(?:url|sitemap)>", text, re.S)
        wanted = {
            key for entry in entries if (loc := re.search(r"<loc>\s*(.*?)\s*</loc>", entry)) and (key := _key(loc[1]))
        } - {_key(SITEMAP)}
        try:
            sitemap = parse_sitemap(text.strip().encode(), SITEMAP)
            got = {url_key(one.url) for one in (*sitemap.candidates, *sitemap.children)}
        except SitemapError as error:
            got = set()
            name = f"{name} ({error})"
        for key in sorted(wanted):
            tally.count("entries", key in got, f"{name}: {key}")


def count_entries(body: bytes, name: str, tally: Tally) -> None:
    """Count the entries of a feed that feedparser finds a page's address in, one of which we find or not."""
    read = feedparser.parse(body, response_headers={"content-location": base_of(body)}, sanitize_html=False)
    feed = _read(body)
    got = {url_key(candidate.url) for candidate in feed.candidates} if feed else set()
    got |= {key.partition("/")[2] for key in got}  # relative to a feed that has no true address
    for entry in read.entries:
        links = [link.get("href", "") for link in entry.get("links", ()) if link.get("rel") == "alternate"]
        links += [entry[name] for name in ("feedburner_origlink",) if name in entry]
        if not links and entry.get("link", "").encode() in body:
            links = [entry.get("link")]
        if keys := {key for link in links if (key := _key(str(link)))}:
            keys |= {key.partition("/")[2] for key in keys if key.startswith("corpus.example/")}
            tally.count("entries", not got.isdisjoint(keys), f"{name}: {', '.join(sorted(keys))}")


def base_of(body: bytes) -> str:
    """Return the address at which a feed has to lie for what its test expects."""
    if found := re.search(rb"Header:\s+Content-Location:\s+(http\S+)", body):
        return found[1].decode()
    return "http://127.0.0.1:8097/feed" if b"http://127.0.0.1:8097/" in body else BASE


def count_expected(body: bytes, name: str, expected: list[tuple[int, str, object]], tally: Tally) -> None:
    """Count what the tests of a corpus expect of entries: (number, what, value)."""
    plain, feed = _read(body), _read(_with_links(body))
    for at, what, value in expected:
        where = f"{name}: entry {at}"
        if what == "link":
            if keys := {key for one in (value if isinstance(value, list) else [value]) if (key := _key(str(one)))}:
                got = {url_key(candidate.url) for candidate in plain.candidates} if plain else set()
                tally.count("links", not got.isdisjoint(keys), f"{where}: {sorted(keys)}, not in {sorted(got)[:3]}")
            continue
        candidate = feed.candidates[at] if feed and at < len(feed.candidates) else None
        if what == "title" and isinstance(value, str) and (title := plain_text(value)):
            got = candidate and candidate.title
            literally = plain_text(value, literal=True)  # feedparser keeps no word on whether it is markup or text
            tally.count("titles", _flat(got) in (_flat(title), _flat(literally)), f"{where}: {got!r}, not {title!r}")
        elif isinstance(value, datetime):
            moments = _moments(candidate) if candidate else []
            tally.count("dates", value.replace(microsecond=0) in moments, f"{where}: {moments}, not {value}")


def _read(body: bytes) -> Feed | None:
    try:
        return parse_feed(body, base_of(body))
    except FeedError:
        return None


def _with_links(body: bytes) -> bytes:
    """Give every entry an address of its own, in front of whatever it says."""
    numbers = iter(range(1_000_000))

    def link(found: re.Match[bytes]) -> bytes:
        address = f"https://corpus.example/{next(numbers)}".encode()
        prefix = found[1]
        if found[2] == b"entry":
            return found[0] + b'<%slink rel="alternate" href="%s"/>' % (prefix, address)
        return found[0] + b"<%slink>%s</%slink>" % (prefix, address, prefix)

    return _START.sub(link, body)


def _moments(candidate: Candidate) -> list[datetime]:
    return [_utc(moment) for moment in (candidate.published, candidate.modified) if moment]


def _of_json(feed: dict[str, object]) -> Iterator[tuple[int, str, object]]:
    """What gofeed's own JSON says of the entries of a feed."""
    entries = feed.get("items") or feed.get("entries") or []
    assert isinstance(entries, list)
    for at, entry in enumerate(entries):
        yield at, "title", entry.get("title")
        links = [entry.get("link")]
        for link in entry.get("links") or []:
            if isinstance(link, str):
                links.append(link)
            elif link.get("rel", "alternate") == "alternate":
                links.append(link.get("href"))
        yield at, "link", [link for link in links if link]
        for name in ("publishedParsed", "pubDateParsed", "updatedParsed"):
            if moment := entry.get(name):
                yield at, name, _utc(moment)


def _literal(text: str) -> object:
    """Read the right side of an expectation: a text, or a time as feedparser has it."""
    try:
        value = ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return None
    if isinstance(value, tuple) and len(value) == 9:
        return datetime(*value[:6], tzinfo=UTC)
    return value


def _is_told(moment: str | None, wanted: datetime | None) -> bool:
    """Whether a moment is the wanted one; without an offset in any zone, for feedparser takes Korea's for Korean."""
    if moment is None or wanted is None:
        return moment is wanted
    apart = _utc(moment) - wanted
    return not apart or (
        not _has_offset(moment) and abs(apart) <= timedelta(hours=14) and not apart % timedelta(hours=1)
    )


def _date_tests(path: Path) -> Iterator[tuple[str, datetime | None]]:
    """The texts of feedparser's tests of dates, each with what it is in UTC; None: no date."""
    for node in ast.walk(ast.parse(path.read_text())):
        if not isinstance(node, ast.Tuple) or len(node.elts) != 3 or not isinstance(node.elts[0], ast.Name):
            continue
        try:
            text, wanted = (ast.literal_eval(element) for element in node.elts[1:])
        except ValueError:
            continue
        if isinstance(text, str):
            yield text, _in_time(wanted) if wanted else None


def _in_time(parts: tuple[int, ...]) -> datetime:
    return datetime(*parts[:6], tzinfo=UTC)  # type: ignore[misc]


def _layouts(path: Path) -> list[str]:
    """The layouts of gofeed's reader of dates, those of Go's own library with them."""
    library = {
        "time.RFC822Z": "02 Jan 06 15:04 -0700", "time.RFC822": "02 Jan 06 15:04 MST",
        "time.RFC3339": "2006-01-02T15:04:05Z07:00", "time.RubyDate": "Mon Jan 02 15:04:05 -0700 2006",
        "time.RFC1123Z": "Mon, 02 Jan 2006 15:04:05 -0700", "time.RFC1123": "Mon, 02 Jan 2006 15:04:05 MST",
        "time.RFC850": "Monday, 02-Jan-06 15:04:05 MST", "time.UnixDate": "Mon Jan _2 15:04:05 MST 2006",
        "time.ANSIC": "Mon Jan _2 15:04:05 2006",
    }  # fmt: skip
    source = path.read_text()
    lists = re.findall(r"var dateFormats\w* = \[\]string\{(.*?)\n\}", source, re.S)
    found = re.findall(r'^\s*(?:"([^"]+)"|(time\.\w+)),', "\n".join(lists), re.M)
    return [quoted or library[named] for quoted, named in found]


def _written(layout: str) -> tuple[str, str]:
    """Write MOMENT as a layout of Go says, and return it with as much of it as the layout has, RFC 3339."""
    has: set[str] = set()

    def part(found: re.Match[str]) -> str:
        code = _GO[found[0]]
        has.add(code[-1])
        text = MOMENT.strftime(code)
        return text[:3] + ":" + text[3:] if ":" in found[0] else text[:3] if found[0] == "-07" else text

    text = re.sub("|".join(map(re.escape, sorted(_GO, key=len, reverse=True))), part, layout)
    if not has & set("HI"):
        return text, f"{MOMENT:%Y-%m-%d}"
    hour = MOMENT.hour % 12 if "I" in has and "p" not in has and "p.m." not in text else MOMENT.hour
    minute, second = MOMENT.minute if "M" in has else 0, MOMENT.second if "S" in has else 0
    moment = MOMENT.replace(hour=hour, minute=minute, second=second)
    if not has & set("zZ"):
        moment = moment.replace(tzinfo=UTC if re.search(r"\b(?:UTC?|GMT)\b|Z$", text) else None)
    return text, moment.isoformat()


def _has_offset(moment: str) -> bool:
    return datetime.fromisoformat(moment).tzinfo is not None


def _utc(moment: str) -> datetime:
    """Return a moment in UTC, which is meant where no offset is stated."""
    when = datetime.fromisoformat(moment)
    return when.astimezone(UTC) if when.tzinfo else when.replace(tzinfo=UTC)


def _texts(path: Path) -> Iterator[str]:
    """The texts of a Python file, with something in the place of what is put into them."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.JoinedStr):
            parts = node.values
            yield "".join(
                str(part.value) if isinstance(part, ast.Constant)
                else "https://corpus.example" if "URL" in ast.unparse(part) else "2009-12-17T12:04:56+02:00"
                for part in parts
            )  # fmt: skip


def _key(url: str) -> str | None:
    """Return the identity of a web address, None of what is none."""
    if not url.startswith(("http://", "https://")) or len(url) < 10:
        return None
    try:
        return url_key(urldefrag(url)[0])
    except InvalidURL:
        return None


def _flat(text: str | None) -> str:
    return re.sub(r"\s+", " ", text or "").strip()
