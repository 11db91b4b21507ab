"""Measure cleaning: what it takes out, what it must not, and what it costs.

    python benchmarks/cleaning.py [--dataset FOLDER ...] [--engines newsbot,trafilatura] [--parts bodies,paragraphs,...]

A dataset is a folder with pages.jsonl (one JSON object a line: id, url, html = path of a page below the folder,
plain or gzipped, text and, where known, title). Without one, the bundled newsroom is measured alone.

    bodies      precision and recall of extracted bodies before and after cleaning: 4-grams of words (`\\w+`),
                counted, means over pages. Each half of the pages (by a hash of their id) apart: rules are
                tuned on one only
    paragraphs  expected texts, which are the article alone, cleaned: how many of their paragraphs are lost, of
                --sample paragraphs of running text, and of --sample lines of any kind. Expected texts made by hand
                keep some lines that this project calls residue ("Also read: ...", credits, "Follow us on ...");
                --show prints every one lost, to be judged by eye
    newsroom    the bundled sites, extracted and cleaned, residue learned from the first 8 articles of each:
                lines left that their author did not write, and lines lost that he did
    learning    sites made of the expected texts with planted blocks: cost of learning, rows, memory
    speed       milliseconds of CPU for 5 KB, on clean texts, on texts with residue and on broken Unicode
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import re
import statistics
import time
import tracemalloc
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from newsbot.cleaning import Cleaned, clean_article, clean_text
from newsbot.cleaning.boilerplate import blocks_of, learn, site_blocks, strip, strip_within
from newsbot.cleaning.shapes import is_prose
from newsbot.cleaning.site_state import SiteState

WORD = re.compile(r"\w+")
PARTS = ("bodies", "paragraphs", "newsroom", "learning", "speed")
PLANTED = (
    "Our newsroom is paid for by its readers, and a year of it costs less than a pair of boots.",
    "The Morning Tide",
    "The writer has covered the coast for eleven years and lives within sight of it.",
    "Harbour calendar",
)
PLANTED_INSIDE = "This page keeps itself up to date while you are reading, there is no need to load it again."


@dataclass
class Page:
    """One page of a dataset."""

    id: str
    url: str
    html: bytes
    text: str
    title: str | None

    @property
    def half(self) -> str:
        """Name the half that the page's id falls into."""
        return "held out" if hashlib.sha1(self.id.encode(), usedforsecurity=False).digest()[0] % 2 else "tune"


def load(folder: Path) -> Iterator[Page]:
    """Read a dataset."""
    for line in (folder / "pages.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        data = (folder / row["html"]).read_bytes()
        html = gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data
        yield Page(row["id"], row["url"], html, row["text"], row.get("title"))


def with_newsbot(page: Page) -> tuple[str, str] | None:
    """Extract with this project; return the body before and after clean_article()."""
    from newsbot.extraction import ExtractionError, extract_article

    try:
        article = extract_article(page.html, page.url)
    except ExtractionError:
        return None
    return article.text, clean_article(article).text


def with_trafilatura(page: Page) -> tuple[str, str] | None:
    """Extract with plain trafilatura, a noisier body; return it before and after clean_text()."""
    from trafilatura import bare_extraction

    found = bare_extraction(page.html, url=page.url, with_metadata=True, include_comments=False)
    if found is None or isinstance(found, dict) or not found.text:
        return None
    return found.text, clean_text(found.text, title=found.title, site_name=found.sitename).text


ENGINES: dict[str, Callable[[Page], tuple[str, str] | None]] = {
    "newsbot": with_newsbot,
    "trafilatura": with_trafilatura,
}


def shingles(text: str) -> Counter[tuple[str, ...]]:
    """Count a text's 4-grams of words; a shorter text is one shingle.

    Composed and without soft hyphens: expected texts keep what their pages have, and cleaning repairs it.
    """
    words = WORD.findall(unicodedata.normalize("NFC", text).replace("\xad", ""))
    return Counter(tuple(words[i : i + 4]) for i in range(max(1, len(words) - 3))) if words else Counter()


def bodies(datasets: dict[str, list[Page]], engines: list[str]) -> None:
    """Print precision and recall before and after cleaning."""
    print(
        f"{'bodies':18}{'engine':13}{'half':10}{'pages':>5}  precision           recall              change of recall"
    )
    for name, pages in datasets.items():
        for engine in engines:
            rows: dict[str, list[tuple[float, float, float, float]]] = defaultdict(list)
            for page in pages:
                if not (bodies := ENGINES[engine](page)):
                    continue
                true = shingles(page.text)
                scores: list[float] = []
                for text in bodies:
                    got = shingles(text)
                    hits = (got & true).total()
                    scores += [hits / max(1, got.total()), hits / max(1, true.total())]
                rows[page.half].append((scores[0], scores[2], scores[1], scores[3]))
            for half, values in sorted(rows.items()):
                p, p2, r, r2 = (statistics.fmean(column) for column in zip(*values, strict=True))
                print(
                    f"{name[:17]:18}{engine:13}{half:10}{len(values):5}  {p:.4f} -> {p2:.4f}    {r:.4f} -> {r2:.4f}"
                    f"    {r2 - r:+.5f}"
                )


def paragraphs(datasets: dict[str, list[Page]], sample: int, show: bool) -> None:
    """Print how many paragraphs of expected texts cleaning removes: of running text, and of lines of any kind."""
    drawn: list[tuple[str, Page, str, str | None]] = []
    for page in (page for pages in datasets.values() for page in pages):
        lost = {removed.text: removed.reason for removed in clean_text(page.text, title=page.title).removed}
        for i, line in enumerate(filter(str.strip, page.text.split("\n"))):
            if any(map(str.isalpha, line)):
                order = hashlib.sha256(f"{page.id} {i}".encode()).hexdigest()
                drawn.append((order, page, line, lost.get(" ".join(line.split()))))
    drawn.sort(key=lambda row: row[0])
    print(f"\n{'paragraphs':18}{'half':10}{'drawn':>6}{'lost':>6}  in 10,000")
    for kind, pool in (("running text", [row for row in drawn if is_prose(row[2])]), ("lines of any kind", drawn)):
        for half in ("held out", "tune"):
            rows = [row for row in pool[:sample] if row[1].half == half]
            lost = sum(bool(row[3]) for row in rows)
            print(f"{kind:18}{half:10}{len(rows):6}{lost:6}  {lost / max(1, len(rows)) * 10_000:9.1f}")
    if show:
        for _, page, line, reason in drawn:
            if reason:
                print(f"  {page.half:9}{page.id[:12]:13}{reason:16}{line[:110]}")


def newsroom() -> None:
    """Print what is left of the residue of the bundled newsroom's sites, and what is lost of its articles."""
    from newsbot.demo import Newsroom
    from newsbot.demo.answers import Answers
    from newsbot.extraction import ExtractionError, extract_article

    room = Newsroom()
    answers = Answers(room)
    print(
        f"\n{'newsroom':18}{'articles':>8}  lines left over / lost, by stage: extracted, cleaned, site's blocks removed"
    )
    for name, outlet in room.outlets.items():
        pairs: list[tuple[str, Cleaned, list[str]]] = []
        for expected in (truth for truth in room.truth() if truth.source == name):
            target = expected.url.removeprefix(outlet.base)
            html = answers.body(outlet, target, answers.answer(outlet, target), gzipped=False)
            try:
                article = extract_article(html, expected.url)
            except ExtractionError:
                continue
            own = [" ".join(line.split()) for line in expected.text.split("\n\n")]
            pairs.append((article.text, Cleaned(text=clean_article(article).text), own))
        state = SiteState()
        for _, cleaned, _ in pairs[:8]:
            state = learn(state, blocks_of(cleaned.text))
        blocks = site_blocks(state)
        counts = [[0, 0] for _ in range(3)]
        for raw, cleaned, own in pairs:
            for count, text in zip(counts, (raw, cleaned.text, strip_within(cleaned.text, blocks)[0]), strict=True):
                lines = [" ".join(line.split()) for line in text.split("\n") if line.strip()]
                count[0] += sum(line not in own for line in lines)
                count[1] += sum(line not in lines for line in own)
        print(f"{name[:17]:18}{len(pairs):8}  " + "   ".join(f"{left:4} / {lost:<4}" for left, lost in counts))


def planted(text: str, site: int = 0) -> str:
    """Put a site's blocks around and into an article."""
    own = text.split("\n\n")
    middle = len(own) // 2
    blocks = [PLANTED[1], *own[:middle], PLANTED_INSIDE, *own[middle:], *PLANTED]
    return "\n\n".join(f"{block[:-1]} {site}x{block[-1]}" if site else block for block in blocks)


def learning(texts: list[str]) -> None:
    """Print what learning costs and how well it tells planted blocks from the articles."""
    state = SiteState()
    started = time.process_time()
    for text in texts:
        state = learn(state, blocks_of(planted(text)))
    cost = (time.process_time() - started) / len(texts) * 1000
    state = SiteState()
    for text in texts[:8]:
        state = learn(state, blocks_of(planted(text)))
    blocks = site_blocks(state)
    left = lost = 0
    for text in texts:
        lines = strip(planted(text), blocks)[0].split("\n\n")
        left += sum(block in lines for block in (*PLANTED, PLANTED_INSIDE))
        lost += sum(block not in lines for block in text.split("\n\n"))
    tracemalloc.start()
    states: list[SiteState] = []
    for host in range(100):
        state = SiteState()
        for i in range(30):
            state = learn(state, blocks_of(planted(texts[(host * 7 + i) % len(texts)], host + 1)))
        states.append(state)
    memory = tracemalloc.get_traced_memory()[0] * 10 / 1e6
    tracemalloc.stop()
    print(f"\nlearning           {cost:.3f} ms an article (target 0.3), {memory:.1f} MB for 1,000 hosts (target 20)")
    print(f"                   rows a host: at most {max(map(len, states))} (target 200)")
    print(f"                   {len(texts)} articles, learned from 8: {left} planted blocks left, {lost} own ones lost")


def speed(texts: list[str]) -> None:
    """Print the CPU time of clean_text() for 5 KB."""

    def measure(texts: list[str]) -> float:
        rounds = []
        for _ in range(5):
            started = time.process_time()
            for text in texts:
                clean_text(text)
            rounds.append(time.process_time() - started)
        return min(rounds) / sum(len(text.encode()) for text in texts) * 5_000_000

    broken = [text.encode().decode("latin-1") for text in texts[:40] if not text.isascii()]
    print(f"\nspeed              {measure(texts):.2f} ms for 5 KB of clean text (target 1)")
    print(f"                   {measure([planted(text) for text in texts]):.2f} ms with residue")
    print(f"                   {measure(broken):.2f} ms of broken Unicode")


def newsroom_texts() -> list[str]:
    """Return the bundled newsroom's articles."""
    from newsbot.demo import Newsroom

    return [expected.text for expected in Newsroom().truth()]


def main() -> None:
    """Run the parts asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dataset", action="append", type=Path, default=[], help="folder with pages.jsonl; repeatable")
    parser.add_argument("--engines", default="newsbot,trafilatura", help="extractors whose bodies are cleaned")
    parser.add_argument("--parts", default=",".join(PARTS), help=f"any of {', '.join(PARTS)}")
    parser.add_argument("--sample", type=int, default=5000, help="paragraphs drawn from the expected texts")
    parser.add_argument("--show", action="store_true", help="print every paragraph lost")
    options = parser.parse_args()
    parts = options.parts.split(",")
    datasets = {folder.name: list(load(folder)) for folder in options.dataset}
    texts = [clean_text(page.text).text for pages in datasets.values() for page in pages] or newsroom_texts()
    if datasets and "bodies" in parts:
        bodies(datasets, options.engines.split(","))
    if datasets and "paragraphs" in parts:
        paragraphs(datasets, options.sample, options.show)
    if "newsroom" in parts:
        newsroom()
    if "learning" in parts:
        learning(texts)
    if "speed" in parts:
        speed(texts)


if __name__ == "__main__":
    main()
