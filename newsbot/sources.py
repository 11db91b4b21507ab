"""The outlets to collect: a sources file (TOML, one ``[[source]]`` an outlet) read, checked, extended and mended."""

from __future__ import annotations

import hashlib
import os
import re
import stat
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, field_validator

from newsbot.process import UsageError
from newsbot.web.endpoints import Endpoint, endpoints_of, is_own_name
from newsbot.web.urls import InvalidURL, canonical_url, site_of, with_ascii_host

if TYPE_CHECKING:
    from tomlkit.items import Table

BUNDLED = Path(__file__).with_name("sources.toml")
"""The sources file that ships with newsbot."""
MAX_NAME = 64
"""Characters of a source's name: the width of its columns in the store."""


class SourcesError(UsageError):
    """A sources file that cannot be used; the message names file, line, field and what is allowed."""


def _http_url(value: str) -> str:
    try:
        canonical_url(value)
        return with_ascii_host(value)
    except InvalidURL:
        raise ValueError("must be an http:// or https:// address") from None


def _pattern(value: str) -> str:
    try:
        re.compile(value)
    except re.error as error:
        raise ValueError(f"must be a regular expression ({error})") from None
    return value


Url = Annotated[str, AfterValidator(_http_url)]
Pattern = Annotated[str, AfterValidator(_pattern)]


class Source(BaseModel):
    """One outlet, as the sources file describes it."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    name: str = Field(pattern=rf"^[a-z0-9][a-z0-9._-]{{0,{MAX_NAME - 1}}}$")
    title: str = ""
    home: Url
    language: str | None = Field(default=None, pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]+)*$")
    country: str | None = Field(default=None, pattern=r"^[a-z]{2}$")
    feeds: list[Url] = []
    news_sitemaps: list[Url] = []
    sitemaps: list[Url] = []
    sections: list[Url] = []
    allow: list[Pattern] = []
    deny: list[Pattern] = []
    delay: float | None = Field(default=None, ge=0, le=3600)
    render: bool = False
    verify_certificates: bool = True
    private_network: bool = False
    tags: list[str] = []
    max_pages: int | None = Field(default=None, ge=0)
    max_seconds: float | None = Field(default=None, ge=0)
    max_bytes: int | None = Field(default=None, ge=0)

    @field_validator("delay", "max_seconds", mode="before")
    @classmethod
    def _whole_seconds_too(cls, value: object) -> object:
        return float(value) if isinstance(value, int) and not isinstance(value, bool) else value

    def listings(self) -> list[tuple[str, str]]:
        """Return every address where this source announces articles, as (channel, address)."""
        named = [
            *(("feed", url) for url in self.feeds),
            *(("news_sitemap", url) for url in self.news_sitemaps),
            *(("sitemap", url) for url in self.sitemaps),
            *(("section", url) for url in self.sections),
        ]
        return named or [("section", self.home)]

    def endpoints(self) -> frozenset[Endpoint]:
        """Return host and port of every address that the file itself names for this source."""
        return endpoints_of([self.home, *(url for _, url in self.listings())])

    def sites(self) -> frozenset[str]:
        """Return the registrable hosts that the file itself names for this source."""
        return frozenset(site_of(url) for url in [self.home, *(url for _, url in self.listings())])

    def refuses(self, url: str) -> str | None:
        """Return the reason why the source's own patterns leave an address out, or None.

        >>> Source(name="x", home="https://x.org/", deny=["/sport/"]).refuses("https://x.org/sport/1")
        'denied_by_pattern'
        """
        return self.judged(url)[0]

    def judged(self, url: str) -> tuple[str | None, str | None]:
        """Return the same reason, and the pattern that decides: one that matches; None where none does.

        >>> Source(name="x", home="https://x.org/", allow=["/news/"]).judged("https://x.org/news/1")
        (None, '/news/')
        """
        if denied := next((pattern for pattern in self.deny if re.search(pattern, url)), None):
            return "denied_by_pattern", denied
        allowed = next((pattern for pattern in self.allow if re.search(pattern, url)), None)
        return "not_allowed_by_pattern" if self.allow and not allowed else None, allowed


def source_name(url: str) -> str:
    """Return the name of a source that has none yet: the site of its address, alike for crawls and sources files.

    Raises InvalidURL.

    >>> source_name("https://www.example.co.uk/news"), source_name("http://127.0.0.1:8600/"), source_name("http://[::1]/")
    ('example.co.uk', '127.0.0.1-8600', '1')
    """
    return bounded_name(re.sub(r"[^a-z0-9.]+", "-", site_of(canonical_url(url))).strip("-.") or "site")


def bounded_name(name: str) -> str:
    """Return a name that is no longer than MAX_NAME: of a longer one the start, and a digest that tells it from others.

    >>> bounded_name("example.org"), bounded_name("a" * 63 + ".example.org")[-12:]
    ('example.org', 'aaa-0844c94e')
    """
    if len(name) <= MAX_NAME:
        return name
    return f"{name[: MAX_NAME - 9]}-{hashlib.blake2b(name.encode(), digest_size=4).hexdigest()}"


def load_sources(path: Path | str = BUNDLED, only: Sequence[str] = (), tags: Sequence[str] = ()) -> list[Source]:
    """Read a sources file and return its sources in order, or only the named ones, or those with one of the tags.

    Raises SourcesError with every fault of the file, one a line, and reads nothing of a faulty file.
    """
    path = Path(path)
    try:
        text = path.read_text("utf-8")
        document = tomllib.loads(text)
    except OSError as error:
        raise SourcesError(f"{path}: cannot be read ({error.strerror})") from None
    except UnicodeDecodeError as error:
        raise SourcesError(f"{path}: is not UTF-8 text (byte {error.start})") from None
    except tomllib.TOMLDecodeError as error:
        raise SourcesError(f"{path}: not valid TOML: {error}") from None
    entries = document.pop("source", None)
    if document or not isinstance(entries, list) or not entries:
        stray = ", ".join(document) or "nothing"
        raise SourcesError(f"{path}: expected one or more [[source]] tables and nothing else, found {stray}")
    sources, faults = [], []
    numbers: dict[str, int] = {}
    for number, entry in enumerate(entries):
        try:
            source = Source.model_validate(entry)
        except ValidationError as error:
            faults += [_fault(path, text, number, detail) for detail in error.errors()]
            continue
        if source.name in numbers:
            line, first = (_line_of(text, one, "name") for one in (number, numbers[source.name]))
            faults.append(f"{path}:{line}: name: {source.name!r} is taken by the source of line {first}")
        numbers[source.name] = number
        sources.append(source)
    if faults:
        raise SourcesError("\n".join(faults))
    return choose(sources, only, tags, path)


def choose(sources: Sequence[Source], names: Sequence[str], tags: Sequence[str], path: Path | str) -> list[Source]:
    """Return all sources of a file, or the named ones, or those with one of the tags. Raises SourcesError."""
    unknown = sorted(set(names) - {source.name for source in sources})
    if unknown:
        known = ", ".join(source.name for source in sources[:20])
        nearest = did_you_mean(unknown[0], [source.name for source in sources])
        raise SourcesError(f"{path}: no source is named {', '.join(unknown)}{nearest}; there are: {known}")
    known_tags = {tag for source in sources for tag in source.tags}
    if strange := sorted(set(tags) - known_tags):
        known = ", ".join(sorted(known_tags)[:40]) or "none"
        nearest = did_you_mean(strange[0], known_tags)
        raise SourcesError(f"{path}: no source has the tag {', '.join(strange)}{nearest}; tags are: {known}")
    return [
        source
        for source in sources
        if (not names or source.name in names) and (not tags or set(tags) & set(source.tags))
    ]


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return a question in brackets that names the known name nearest to a wrong one; nothing where none is near.

    >>> did_you_mean("gaurdian", ["bbc", "guardian"]), did_you_mean("x", ["bbc"])
    (' (did you mean guardian?)', '')
    """
    nearest = get_close_matches(name, sorted(known), n=1)
    return f" (did you mean {nearest[0]}?)" if nearest else ""


def _fault(path: Path, text: str, number: int, detail: object) -> str:
    assert isinstance(detail, dict)
    location = detail["loc"]
    field = str(location[0]) if location else "source"
    message = detail["msg"].removeprefix("Value error, ")
    if detail["type"] == "extra_forbidden":
        message = f"no such field; allowed: {', '.join(Source.model_fields)}"
    elif detail["type"] == "missing":
        message = "is required"
    else:
        message = f"{message}, not {detail['input']!r:.80}"
    return f"{path}:{_line_of(text, number, field)}: {field}: {message}"


def _line_of(text: str, number: int, field: str) -> int:
    """Line of a field in the n-th [[source]] table; the table's own line where it has no such field."""
    table = -1
    header = 1
    for index, line in enumerate(text.splitlines(), 1):
        if re.match(r"\s*\[\[\s*[\"']?source[\"']?\s*\]\]", line):
            table += 1
            if table > number:
                break
            header = index
        elif table == number and re.match(rf"\s*[\"']?{re.escape(field)}[\"']?\s*=", line):
            return index
    return header


def with_free_name(source: Source, taken: Iterable[Source]) -> Source:
    """Return a source under its own name, or one that other sources leave free: with its country, then a number.

    >>> npr = Source(name="npr", home="https://npr.org/", country="us")
    >>> with_free_name(npr, [npr]).name
    'npr-us'
    """
    names = [source.name, f"{source.name}-{source.country}" if source.country else source.name]
    names += [f"{source.name}-{number}" for number in range(2, 1000)]
    used = {other.name for other in taken}
    return source.model_copy(update={"name": next(name for name in map(bounded_name, names) if name not in used)})


def read_text(path: Path) -> str:
    """Return the text of a sources file with the ends of its lines as they are."""
    return path.read_bytes().decode()


def toml_block(source: Source) -> str:
    """Return a source as it stands in a sources file.

    >>> print(toml_block(Source(name="x", home="https://x.org/", feeds=["https://x.org/rss"])))
    [[source]]
    name = "x"
    home = "https://x.org/"
    feeds = ["https://x.org/rss"]
    <BLANKLINE>
    """
    return f"[[source]]\n{_toml_table(source).as_string()}"


def append_source(path: Path, source: Source) -> None:
    """Append a source to a sources file, whose comments and order stay as they are; make the file if there is none.

    Raises SourcesError for a file that is faulty, with the new source or without it, and OSError; the file stays as
    it was then.
    """
    import tomlkit  # not above: crawls read sources files and write none
    from tomlkit.items import AoT

    document = tomlkit.parse(read_text(path) if path.exists() else "")
    blocks = document.get("source")
    if blocks is None:
        blocks = tomlkit.aot()
        document.append("source", blocks)
    assert isinstance(blocks, AoT)
    if len(blocks) and not blocks[-1].as_string().endswith("\n\n"):
        blocks[-1].add(tomlkit.nl())
    blocks.append(_toml_table(source))
    write_sources(path, tomlkit.dumps(document))


@dataclass(frozen=True, slots=True)
class Replacement:
    """An address in a source's block that gives way to another one, in the same field or in another."""

    field: str
    old: str | None
    """None: nothing gives way."""
    new_field: str
    new: str


def with_replacements(text: str, name: str, replacements: Iterable[Replacement]) -> str:
    """Return the text of a sources file in which addresses of one source are replaced, and nothing else is changed.

    >>> text = '[[source]] # mine\\nname = "x"\\nhome = "https://x.org/"\\nfeeds = ["https://x.org/a"] # all\\n'
    >>> text = with_replacements(text, "x", [Replacement("feeds", "https://x.org/a", "feeds", "https://x.org/b")])
    >>> print(with_replacements(text, "x", [Replacement("sections", None, "sections", "https://x.org/c")]))
    [[source]] # mine
    name = "x"
    home = "https://x.org/"
    sections = ["https://x.org/c"]
    feeds = ["https://x.org/b"] # all
    <BLANKLINE>
    """
    import tomlkit

    document: Any = tomlkit.parse(text)
    blocks = document["source"]
    number, block = next((number, block) for number, block in enumerate(blocks) if block["name"] == name)
    added: dict[str, list[str]] = {}
    for change in replacements:
        if change.field == "home":
            block["home"] = change.new
            continue
        known = [with_ascii_host(url) for url in block.get(change.field, ())]
        if change.old in known and change.field == change.new_field:
            block[change.field][known.index(change.old)] = change.new
            continue
        if change.old in known:
            del block[change.field][known.index(change.old)]
        if change.new_field in block:
            block[change.new_field].append(change.new)
        else:
            added.setdefault(change.new_field, []).append(change.new)
    lines = tomlkit.dumps(document).splitlines(keepends=True)
    below = _line_of("".join(lines), number, "home")
    ending = "\r\n" if lines[0].endswith("\r\n") else "\n"
    for field, urls in added.items():
        array = tomlkit.array()
        array.extend(urls)
        if lines[below - 1].endswith("\n"):
            lines.insert(below, f"{field} = {array.as_string()}{ending}")
        else:
            lines.append(f"{ending}{field} = {array.as_string()}")
    return "".join(lines)


def write_sources(path: Path, text: str) -> None:
    """Write a sources file in one step: whole or not at all, with the mode and owner that it has, behind a link too.

    Raises SourcesError for a text that is faulty, and OSError; the file stays as it was then.
    """
    path = path.resolve()
    temporary = path.with_name(f"{path.name}.new")
    try:
        with temporary.open("w", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        load_sources(temporary)
        if path.exists():
            was = path.stat()
            temporary.chmod(stat.S_IMODE(was.st_mode))
            if os.geteuid() == 0:
                os.chown(temporary, was.st_uid, was.st_gid)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def _toml_table(source: Source) -> Table:
    import tomlkit

    table = tomlkit.table()
    for name, value in source.model_dump(exclude_defaults=True).items():
        if isinstance(value, list):
            array = tomlkit.array()
            array.extend(value)
            table.add(name, array.multiline(len(value) > 1))
        else:
            table.add(name, value)
    return table


class Outlets:
    """The sources of a sources file, by the sites that are their homes."""

    def __init__(self, sources: Iterable[Source] = ()) -> None:
        self._at_home: dict[str, list[Source]] = {}
        for source in sources:
            self._at_home.setdefault(site_of(source.home), []).append(source)

    def owner(self, url: str, finder: str) -> str:
        """Return the name of the source that an article at an address is of: its outlet's, or the finder's.

        Of several sources of one site the finder comes first, then the one whose home has most of the address.

        >>> outlets = Outlets([Source(name="a", home="https://a.org/"), Source(name="sport", home="https://b.org/sport"),
        ...     Source(name="b", home="https://b.org/")])
        >>> [outlets.owner(f"https://{url}", finder="a") for url in ("b.org/1", "b.org/sport/2", "c.org/3")]
        ['b', 'sport', 'a']
        """
        homes = self._at_home.get(site_of(url), [])
        if not homes or any(source.name == finder for source in homes):
            return finder
        return max(homes, key=lambda source: (_shared_start(url, source.home), -homes.index(source))).name


def _shared_start(url: str, home: str) -> int:
    """Return the characters of a home address with which another one begins; 0 where it begins otherwise."""
    home = home.rstrip("/")
    return len(home) if f"{url}/".startswith(f"{home}/") else 0


@dataclass(frozen=True)
class Exemptions:
    """Hosts and ports that a guard of the downloader lets pass, because the sources file names them."""

    private_network: frozenset[Endpoint] = frozenset()
    """May be in a private network."""
    unverified: frozenset[Endpoint] = frozenset()
    """May show any certificate."""


def exemptions_of(sources: Iterable[Source]) -> Exemptions:
    """Return what some sources allow. Certificates stay verified where one of several sources of a host wants them so.

    >>> by_number = Source(name="a", home="http://127.0.0.1:8600/")
    >>> exemptions_of([by_number, Source(name="b", home="https://example.org/")])
    Exemptions(private_network=frozenset({('127.0.0.1', 8600)}), unverified=frozenset())
    """
    private_network: set[Endpoint] = set()
    unverified: set[Endpoint] = set()
    verified: set[Endpoint] = set()
    for source in sources:
        named = source.endpoints()
        private_network |= {endpoint for endpoint in named if source.private_network or is_own_name(endpoint[0])}
        (verified if source.verify_certificates else unverified).update(named)
    return Exemptions(frozenset(private_network), frozenset(unverified - verified))
