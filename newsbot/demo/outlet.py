"""One site's newsroom desk: which articles it has published, under which addresses, and when.

Beside them it lists traps: pages that are listed like articles and are none.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from urllib.parse import quote

from newsbot.demo.faults import WELL, Fault
from newsbot.demo.feeds import FEED_PATHS
from newsbot.demo.sites import SiteSpec
from newsbot.demo.stock import Dice, draw_person, load_stock
from newsbot.demo.stories import Block, Story, write_story

COPIES = 3
"""How many articles a site that takes agency copy takes."""
PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\n"
    b"trailer<</Root 1 0 R>>\n%%EOF\n"
)


@dataclass(frozen=True, slots=True)
class Trap:
    """One kind of trap: where it lies, how the server answers and what must become of it."""

    kind: str
    path: str
    status: int
    page: str
    """Template that fills the answer; "" for an answer that is no page."""
    outcome: str
    reason: str


TRAPS = {
    trap.kind: trap
    for trap in (
        Trap("section_in_feed", "/news/", 200, "listing", "rejected", "section_page"),
        Trap("video_in_feed", "/video/{id}", 200, "video", "rejected", "video_shell"),
        Trap("soft_404_in_feed", "/news/{id}/archive", 200, "missing", "rejected", "error_page"),
        Trap("gone_in_feed", "/articles/{id}-withdrawn", 404, "missing", "failed", "http_404"),
        Trap("private_in_feed", "/private/{id}", 200, "video", "skipped", "robots_txt"),
        Trap("pdf_in_feed", "/documents/{id}", 200, "", "rejected", "not_html"),
    )
}


@dataclass(slots=True)
class Piece:
    """One published article of one site."""

    number: int
    id: int
    path: str
    story: Story
    headline: str
    authors: list[str]
    published: datetime
    modified: datetime | None
    image: str
    walled: bool = False
    copy_of: int | None = None
    twin: str = ""
    revision: int = 1
    is_updated: bool = False
    removed: bool = False

    @property
    def blocks(self) -> tuple[Block, ...]:
        """Return the text as it stands now, with what an update has added."""
        return (*self.story.blocks, Block("paragraph", self.story.update)) if self.is_updated else self.story.blocks


@dataclass(frozen=True, slots=True)
class Snare:
    """One trap as this site lists it."""

    trap: Trap
    path: str
    title: str
    published: datetime


@dataclass
class Outlet:
    """The state of one site; ``base`` is its address without the final slash."""

    spec: SiteSpec
    seed: int
    articles: int
    today: date
    """The day on which the site opened, with its first articles."""
    shown: int | None = None
    """How many articles its lists name at most, the newest; None for all."""
    agency: Outlet | None = None
    base: str = ""
    version: int = 0
    now: datetime | None = None
    """What time it is; None as long as nobody has said so."""
    fault: Fault = WELL
    _frozen: int | None = None
    _pieces: list[Piece] = field(default_factory=list)
    _by_path: dict[str, Piece] = field(default_factory=dict)

    @property
    def pieces(self) -> list[Piece]:
        """Return every article ever published here, in the order of their numbers."""
        if not self._pieces:
            for number in range(self.articles):
                self._add(number)
        return self._pieces

    @property
    def listed(self) -> list[Piece]:
        """Return the articles that are online, newest first."""
        online = [piece for piece in self.pieces if not piece.removed]
        return sorted(online, key=lambda piece: piece.published, reverse=True)

    @property
    def named(self) -> list[Piece]:
        """Return the articles that the site's lists name, newest first."""
        return [piece for piece in self.listed if self._frozen is None or piece.number < self._frozen][: self.shown]

    @property
    def day(self) -> date:
        """Return the day that it is."""
        return self.now.astimezone(self.spec.zone).date() if self.now else self.today

    @property
    def sections(self) -> list[str]:
        """Return the keys of the sections in the menu; new articles do not change the menus of old pages."""
        return list(dict.fromkeys(piece.story.section for piece in self.pieces[: self.articles]))

    @property
    def snares(self) -> list[Snare]:
        """Return the traps that this site lists beside its articles."""
        found = []
        for number, kind in enumerate(name for name in self.spec.traps if name in TRAPS):
            trap = TRAPS[kind]
            when = self._local(timedelta(hours=7 * number + 3, minutes=11 * number, seconds=number))
            story = write_story(self.spec.language, (self.seed, self.spec.name, kind), number + 5, when)
            path = trap.path.format(id=9000 + 7 * number)
            latest = load_stock(self.spec.language).labels["latest"]
            title = latest if kind == "section_in_feed" else story.headline
            found.append(Snare(trap, path, title, when))
        return found

    def piece_at(self, path: str) -> Piece | None:
        """Return the article at this percent-encoded path with its query, or None."""
        _ = self.pieces
        return self._by_path.get(path)

    def url(self, path: str) -> str:
        """Return the absolute address of a path of this site."""
        return self.base + path

    def feed_path(self, kind: str) -> str:
        """Return where a feed of a kind (a key of FEED_PATHS) stands now."""
        return f"/feeds{FEED_PATHS[kind]}" if self.fault.lists in ("moved", "gone") else FEED_PATHS[kind]

    def set_clock(self, now: datetime) -> None:
        """Say what time it is: what is published and changed from now on says that it was just then."""
        _ = self.pieces
        self.now = now.astimezone(UTC).replace(microsecond=0)

    def break_down(self, fault: Fault) -> None:
        """Let a fault hide what it hides; ValueError of a fault of feeds where the site has none."""
        if fault.lists in ("moved", "gone") and not self.spec.feeds:
            raise ValueError(f"{self.spec.name} has no feed")
        self.fault = fault
        self._frozen = len(self.pieces) if fault.lists == "frozen" else None
        self.version += 1

    def publish(self, count: int) -> list[Piece]:
        """Publish ``count`` more articles and return them."""
        first = len(self.pieces)
        self.version += 1
        return [self._add(number) for number in range(first, first + count)]

    def revise(self, path: str) -> Piece:
        """Bring out a second version of an article: one more paragraph and a new time of change."""
        piece = self._known(path)
        piece.is_updated = True
        return self._changed(piece)

    def retitle(self, path: str) -> Piece:
        """Bring out a version of an article under its story's later headline, and with a new time of change."""
        piece = self._known(path)
        piece.headline = piece.story.later_headline
        return self._changed(piece)

    def remove(self, path: str) -> Piece:
        """Take an article offline: it leaves every list and its address answers 404."""
        piece = self._known(path)
        piece.removed = True
        self.version += 1
        return piece

    def _changed(self, piece: Piece) -> Piece:
        piece.revision += 1
        later = piece.published + timedelta(hours=5 * piece.revision, minutes=7)
        piece.modified = self.now.astimezone(self.spec.zone) if self.now else later
        self.version += 1
        return piece

    def _known(self, path: str) -> Piece:
        piece = self.piece_at(path)
        if piece is None:
            raise KeyError(f"{self.spec.name} has no article at {path}")
        return piece

    def _local(self, before: timedelta) -> datetime:
        """Return an instant before this day's evening edition, on the site's own clock."""
        return datetime.combine(self.today, time(18, 0), self.spec.zone) - before

    def _published(self, number: int, dice: Dice) -> datetime:
        if self.now and number >= self.articles:
            moment = (self.now - timedelta(seconds=dice.between(60, 3000))).astimezone(self.spec.zone)
            return moment.replace(second=0) if self.spec.precision == "minute" else moment
        if number >= self.articles:
            # Published after the newsroom opened: the next morning, one every 13 minutes.
            return self._local(timedelta(hours=-12, minutes=-13 * (number - self.articles)))
        age = timedelta(hours=5 * number, seconds=dice.between(60, 4 * 3600))
        when = self._local(age)
        return when.replace(second=0) if self.spec.precision == "minute" else when

    def _add(self, number: int) -> Piece:
        spec = self.spec
        dice = Dice("piece", self.seed, spec.name, number)
        published = self._published(number, dice)
        topic = number + 5 * spec.number
        story = write_story(spec.language, (self.seed, spec.name, number), topic, published)
        if spec.theme == "wire":
            story = _with_dateline(story, spec.title)
        authors = self._authors(dice)
        copy_of = None
        if self.agency is not None and number < self.articles and number % 4 == 1 and number // 4 < COPIES:
            copy_of = number // 4 * 2
            source = self.agency.pieces[copy_of]
            story, authors = source.story, source.authors
            published = (source.published + timedelta(minutes=dice.between(40, 170))).astimezone(spec.zone)
        elif self.agency is not None and self.now and number % 4 == 1:
            newest = self.agency.pieces[-1]
            if newest.number >= self.agency.articles and all(piece.copy_of != newest.number for piece in self._pieces):
                copy_of, story, authors = newest.number, newest.story, newest.authors
        identity = 104_000 + 1_000 * spec.number + 37 * number
        piece = Piece(
            number=number,
            id=identity,
            path=self._path(identity, story, published),
            story=story,
            headline=story.headline,
            authors=authors,
            published=published,
            modified=published + timedelta(seconds=dice.between(1800, 9000)) if dice.chance(30) else None,
            image=f"/media/{identity}.svg",
            walled="walled_articles" in spec.traps and number % 2 == 1,
            copy_of=copy_of,
        )
        if spec.precision != "second" or (self.now and number >= self.articles):
            piece.modified = None
        if spec.twins == "amp" and number == 0:
            piece.twin = f"/amp{piece.path}"
        elif spec.twins == "tracking" and number == 2:
            piece.twin = f"{piece.path}?utm_source=rss&utm_medium=feed&utm_campaign=morning"
        self._pieces.append(piece)
        self._by_path[piece.path] = piece
        if piece.twin:
            self._by_path[piece.twin] = piece
        return piece

    def _authors(self, dice: Dice) -> list[str]:
        staff = Dice("staff", self.seed, self.spec.name)
        names = [draw_person(load_stock(self.spec.language), staff).full for _ in range(7)]
        if dice.chance(12):
            return []
        return dice.shuffled(names)[: 2 if dice.chance(20) else 1]

    def _path(self, identity: int, story: Story, published: datetime) -> str:
        slug = slugify(story.headline)
        path = self.spec.path.format(
            section=story.section,
            year=published.year,
            month=f"{published.month:02d}",
            day=f"{published.day:02d}",
            slug=slug,
            id=identity,
        )
        stem, number = path, 2
        while path in self._by_path:
            path = stem.replace(slug, f"{slug}-{number}") if slug in stem else f"{stem}-{number}"
            number += 1
        return path


def _with_dateline(story: Story, agency: str) -> Story:
    """Begin the first paragraph as agencies do: place and agency before a dash."""
    lead, *rest = story.blocks
    opened = replace(lead, text=f"{story.place.upper()} ({agency}) — {lead.text}")
    return replace(story, blocks=(opened, *rest))


def slugify(headline: str) -> str:
    """Turn a headline into a URL's last part, percent-encoded where it is not ASCII.

    >>> slugify("Köln: 30 Kräne für den Hafen")
    'koln-30-krane-fur-den-hafen'
    """
    decomposed = unicodedata.normalize("NFKD", headline.lower())
    plain = "".join(char for char in decomposed if not unicodedata.combining(char))
    words = "".join(char if char.isalnum() else " " for char in plain).split()
    return quote("-".join(words[:10]))
