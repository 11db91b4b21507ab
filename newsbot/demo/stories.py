"""News stories composed from a language's phrase stock: different for every key, always the same for one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from newsbot.demo.stock import Cast, Dice, Stock, Topic, load_stock


@dataclass(frozen=True, slots=True)
class Block:
    """One piece of an article's text: a paragraph, subheading, list item or block quotation."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Story:
    """What an author handed in, before any site has put it on a page."""

    topic: str
    headline: str
    summary: str
    section: str
    tags: tuple[str, ...]
    place: str
    blocks: tuple[Block, ...]
    dek: str
    """A standfirst of its own words, "" where the language's stock has none."""
    update: str
    """The paragraph that a later revision of the story adds."""
    later_headline: str
    """What the desk may call the same news later on."""

    @property
    def text(self) -> str:
        """Return the whole text, blocks parted by a blank line."""
        return "\n\n".join(block.text for block in self.blocks)


def write_story(language: str, key: tuple[object, ...], topic_number: int, published: datetime) -> Story:
    """Write the story that belongs to the key.

    Args:
        language: a language that has a phrase stock.
        key: what makes the story different from all others, for instance (seed, site, index).
        topic_number: which topic of the stock, counted round.
        published: the story names that day's weekday and no later year.
    """
    stock = load_stock(language)
    topic = stock.topics[topic_number % len(stock.topics)]
    dice = Dice("story", language, *key)
    weekday = stock.labels["weekdays"][published.weekday()]
    cast = Cast(stock=stock, dice=dice, topic=topic, weekday=weekday, year=published.year)
    angle = dice.between(0, len(topic.headlines) - 1)
    headline = cast.say(topic.headlines[angle], introduce=False, pin=True)
    # Headlines and leads tell the same news turn by turn: the third headline goes with the first lead.
    lead = cast.say(topic.leads[angle % len(topic.leads)], pin=True)
    blocks = (Block("paragraph", lead), *_compose(stock, topic, dice, cast))
    return Story(
        topic=topic.key,
        headline=headline,
        summary=_shorten(blocks[0].text, stock.joiner),
        section=topic.section,
        tags=(*topic.tags, cast.values["place"]),
        place=cast.values["place"],
        blocks=blocks,
        dek=cast.say(dice.pick(deks), introduce=False) if (deks := stock.labels.get("deks")) else "",
        update=cast.say(dice.pick(stock.labels["update"])),
        later_headline=cast.say(topic.headlines[angle - 1], introduce=False),
    )


def _compose(stock: Stock, topic: Topic, dice: Dice, cast: Cast) -> Iterator[Block]:
    """Lay out the paragraphs as a reporter would: news, details, voices, history, what comes next."""
    pools = {kind: iter(dice.shuffled(sentences)) for kind, sentences in stock.generic.items()}
    pools["topic"] = iter(dice.shuffled(topic.body))
    plan: list[str] = ["topic topic", "quotes", "figures topic", "background"]
    plan += dice.shuffled(["reaction", "quotes", "topic background", "reaction figures"])[: dice.between(2, 4)]
    plan += ["topic quotes" if dice.chance(50) else "topic", "outlook"]
    if dice.chance(30):
        plan += ["quotes", "outlook"]
    heading_at = dice.between(3, 5) if dice.chance(45) else None
    items_at = dice.between(2, 4) if topic.items and dice.chance(60) else None
    quote_at = dice.between(1, 6) if dice.chance(35) else None

    for number, kinds in enumerate(plan):
        if number == heading_at:
            yield Block("subheading", cast.say(next(pools["subheadings"]), introduce=False))
        sentences = [cast.say(template) for kind in kinds.split() if (template := next(pools[kind], None))]
        if not sentences:
            continue
        quoted = number == quote_at and kinds == "quotes"
        yield Block("quote" if quoted else "paragraph", stock.joiner.join(sentences))
        if number == items_at:
            yield Block("paragraph", cast.say(dice.pick(stock.labels["items_intro"])))
            for item in dice.shuffled(topic.items)[:3]:
                yield Block("item", cast.say(item, pin=True))


def _shorten(text: str, joiner: str, limit: int = 150) -> str:
    """Cut a lead to teaser length at a word, as content systems do."""
    if len(text) <= limit:
        return text
    head = text[:limit]
    return (head.rsplit(" ", 1)[0] if joiner else head[: limit // 2]) + "…"
