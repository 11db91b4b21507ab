"""JSON Feed 1.0 and 1.1 (jsonfeed.org), whole or cut off."""

from __future__ import annotations

import html
import re
from typing import Any

from newsbot.discovery.feed_record import Entry, Feed, FeedError, Stated, names
from newsbot.items import Candidate
from newsbot.web.dates import parse_date
from newsbot.web.jsonld import DECODER, scalar
from newsbot.web.links import link_address
from newsbot.web.text import language_tag, plain_text
from newsbot.web.urls import site_of

MAX_FAILURES = 50
"""Broken objects that are passed over in a broken document."""

_ITEMS = re.compile(r'"items"\s*:\s*\[')
_LAST_COMMA = re.compile(r'("(?:[^"\\]|\\.)*+")|,(?=\s*[}\]])', re.S)
"""A text, which stays as it is, or a comma behind the last part of a list or an object, which is none of JSON's."""
_NESTING = re.compile(r'"(?:[^"\\]|\\.)*+"|[{}\[\]]', re.S)
_FIELD_BEFORE = re.compile(r'"(title|language|home_page_url|next_url)"\s*:\s*"((?:[^"\\]|\\.)*)"')


def read_json_feed(text: str, url: str) -> Feed:
    """Read a JSON Feed; raises FeedError("not_a_feed") for JSON that has no list of items.

    >>> read_json_feed('{"title": "T", "items": [{"url": "/a", "title": "A"}]}', "https://example.org/f").entries[0].candidate.url
    'https://example.org/a'
    """
    feed = Feed(kind="json")
    try:
        data: Any = DECODER.decode(text)
    except (ValueError, RecursionError) as error:
        data = _salvaged(_LAST_COMMA.sub(lambda found: found[1] or "", text))
        feed.note(f"json_error: {str(error)[:120]}")
    if isinstance(data, list):
        data = {"items": data}
    items = data.get("items") if isinstance(data, dict) else None
    if not isinstance(items, list):
        raise FeedError("not_a_feed", "JSON without a list of items")
    if items and not any(isinstance(item, dict) and ({"url", "id", "external_url"} & item.keys()) for item in items):
        raise FeedError("not_a_feed", "JSON whose items have neither url nor id")
    feed.title = plain_text(_string(data, "title"))
    feed.language = language_tag(_string(data, "language"))
    feed.home = link_address(_string(data, "home_page_url"), url)
    feed.next_url = link_address(_string(data, "next_url"), url)
    for hub in _objects(data, "hubs"):
        feed.hub = feed.hub or link_address(_string(hub, "url"), url)
    owners = [name for name in names(_people(data)) if name != feed.title]
    sites = frozenset(site_of(address) for address in (url, feed.home) if address)
    for number, item in enumerate(items, 1):
        if not isinstance(item, dict):
            feed.note(f"unreadable_entry: entry {number} is no object")
            continue
        entry = _read_item(feed, item, number, url, sites, owners)
        if entry:
            feed.entries.append(entry)
    return feed


def _read_item(
    feed: Feed, item: dict[str, Any], number: int, base: str, sites: frozenset[str], owners: list[str]
) -> Entry | None:
    title = plain_text(_string(item, "title"), literal=True)
    name = f"entry {number}" + (f" {title[:60]!r}" if title else "")
    links = [(text, True)] if (text := _string(item, "url")) else []
    guesses = [text for key in ("id", "external_url") if (text := _string(item, key))]
    stated = Stated(links, guesses, base, sites)
    found = next(stated.linked(), None)
    if found is None:
        found = next(stated.guessed(), None)
        feed.note(f"link_from_id: {name}" if found else f"no_link: {name}")
    if found is None:
        return None
    content = _string(item, "content_html")
    plain = _string(item, "content_text")
    if not content and plain:
        content = "".join(f"<p>{html.escape(part, quote=False)}</p>" for part in re.split(r"\n\s*\n", plain.strip()))
    tags = item.get("tags")
    candidate = Candidate(
        url=found[0],
        via="feed",
        title=title,
        published=_date(feed, item, "date_published", number),
        modified=_date(feed, item, "date_modified", number),
        authors=names(_people(item)) or list(owners),
        tags=[tag for tag in map(plain_text, filter(_is_text, tags)) if tag] if isinstance(tags, list) else [],
        summary=plain_text(_string(item, "summary")),
        language=language_tag(_string(item, "language")) or feed.language,
        html=content,
    )
    return Entry(candidate, found[1], stated, (_string(item, "date_published"), _string(item, "date_modified")))


def _salvaged(text: str) -> dict[str, Any]:
    """The items of a document that is cut off or broken, as far as each can be read."""
    start = _ITEMS.search(text)
    if not start:
        return {}
    data: dict[str, Any] = {key: _unquoted(value) for key, value in _FIELD_BEFORE.findall(text[: start.start()])}
    items: list[Any] = []
    position = text.find("{", start.end())
    failures = 0
    while position != -1 and failures < MAX_FAILURES:
        try:
            item, end = DECODER.raw_decode(text, position)
        except RecursionError:  # nothing in it is an item: the next one comes behind it
            failures += 1
            end = _end_of(text, position)
        except ValueError:
            failures += 1
            end = position + 1
        else:
            if {"url", "id"} & item.keys():
                items.append(item)
        position = text.find("{", end)
    return {**data, "items": items}


def _end_of(text: str, start: int) -> int:
    """Return where the object ends that begins at start, or the text."""
    depth = 0
    for token in _NESTING.finditer(text, start):
        depth += {"{": 1, "[": 1, "}": -1, "]": -1}.get(token[0], 0)
        if depth == 0:
            return token.end()
    return len(text)


def _unquoted(value: str) -> str:
    try:
        return str(DECODER.decode(f'"{value}"'))
    except ValueError:
        return value


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _string(data: dict[str, Any], key: str) -> str | None:
    """Return a field that is a text or a number, as a text that can be encoded."""
    return value if (value := scalar(data.get(key))).strip() else None


def _objects(data: dict[str, Any], key: str) -> list[dict[str, Any]]:
    value = data.get(key)
    return [part for part in value if isinstance(part, dict)] if isinstance(value, list) else []


def _people(data: dict[str, Any]) -> list[str | None]:
    people = _objects(data, "authors")
    single = data.get("author")
    if not people and isinstance(single, dict):
        people = [single]
    found = [_string(person, "name") for person in people]
    if not people and isinstance(single, str):
        found = [single]
    return found


def _date(feed: Feed, item: dict[str, Any], key: str, number: int) -> str | None:
    text = _string(item, key)
    date = parse_date(text, language=feed.language)
    if text and not date:
        feed.note(f"bad_date: entry {number}: {text[:60]!r}")
    return date
