"""Which pages are read otherwise after a change than before it? Every page that a rule moves is shown.

    make regress                                   # the working tree against main, on the project's own pages
    make regress BASE=HEAD~3 PAGES=../shared/benchmarks
    python benchmarks/regress.py --base main [--pages FOLDER ...] [--field title,text] [--report regress.html]

Two trees read the same pages with the same Python: the base as git has it, in a worktree of its own that is gone at the
end, and the project as it stands here, committed or not. A page that is read otherwise is shown field by field, with
what speaks for either reading (newsbot/bulk/reextraction), as `scrapy reextract` shows what it would change. Exits
with 1 if any page moved, with 0 if none did.

The frozen set is our own: the cases of tests/pages, the newsroom's pages, the made pages of 18 languages, and one page
of every variant of benchmarks/kinds.py. It is made once, by the tree that stands here, so that both read the same.
--pages takes folders instead: such as benchmarks/scored_pages.py tells of, or with pages (.html, .htm, .gz of them) or
WARC files in them.
"""

from __future__ import annotations

import argparse
import gzip
import json
import logging
import os
import random
import signal
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import Pool
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
SECONDS = 30
"""That a page may take; one that takes longer counts as rejected for that."""
SLICE = 20
"""Pages that a process takes at a time."""
MOST_LINES = 200
"""Pages that are named on the terminal; the page that is written has all."""
FETCHED_AT = "2026-11-29T00:00:00Z"
"""When pages were fetched that do not say so: nothing was published after it."""
WARCS = (".warc", ".warc.gz", ".warc.zst", ".arc", ".arc.gz")


@dataclass(frozen=True, slots=True)
class Frozen:
    """A page as both trees read it."""

    name: str
    url: str
    html: bytes
    charset: str | None = None
    fetched_at: str = FETCHED_AT


# The pages.


def own_pages() -> Iterator[Frozen]:
    """Give the project's own pages."""
    from kinds import KINDS, drawn
    from made_pages import made_pages, whole_pages

    for folder in sorted((ROOT / "tests" / "pages").iterdir()):
        told = json.loads((folder / "expected.json").read_text("utf-8"))
        yield _of_case(folder, told)
    made, whole = list(made_pages()), list(whole_pages())
    for page in [*made, *(one for one in whole if one.name.startswith("newsroom/"))]:
        yield Frozen(page.name, page.url, page.render())
    for kind, variants in KINDS.items():
        for variant in variants():
            for page in drawn(variant, made, 1, seed=1):
                yield Frozen(f"{kind}: {variant.name}", page.url, page.render())


def pages_in(folder: Path) -> Iterator[Frozen]:
    """Give the pages of a folder, whatever form they have there."""
    from scored_pages import datasets, load

    found = [one for one in datasets(folder) if (one / "pages.jsonl").exists()]
    for dataset in found:
        for page in load(dataset):
            yield Frozen(f"{dataset.name}/{page.id}", page.url, page.html)
    if found:
        return
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        case = path.parent / "expected.json"
        if path.name.endswith(WARCS):
            yield from _captures(path)
        elif path.name == "page.html" and case.exists():
            yield _of_case(path.parent, json.loads(case.read_text("utf-8")))
        elif path.name.removesuffix(".gz").endswith((".html", ".htm")):
            data = path.read_bytes()
            html = gzip.decompress(data) if path.suffix == ".gz" else data
            yield Frozen(str(path.relative_to(folder)), "", html)


def _of_case(folder: Path, told: dict[str, Any]) -> Frozen:
    page, fetched_at = (folder / "page.html").read_bytes(), told.get("fetched_at") or FETCHED_AT
    return Frozen(f"tests/pages/{folder.name}", told["url"], page, told.get("charset"), fetched_at)


def _captures(path: Path) -> Iterator[Frozen]:
    from newsbot.archive.reading import Capture, captured_at, read
    from newsbot.bulk.captures import page_of
    from newsbot.items import Page
    from newsbot.web.urls import InvalidURL

    with path.open("rb") as file:
        for number, capture in enumerate(read(file)):
            if not isinstance(capture, Capture):
                continue
            try:
                page = page_of(capture, captured_at(capture.date, FETCHED_AT))
            except InvalidURL:
                continue
            if isinstance(page, Page):
                yield Frozen(f"{path.name} {number}", page.url, page.html, page.charset, page.fetched_at or FETCHED_AT)


# A tree reads them, in processes of its own: nothing below may import what an older newsbot has not.


def read_all(pages: Path, to: Path, names: Sequence[str], jobs: int) -> None:
    """Read the pages of a folder, and write what is said of each, a line a page, in their order."""
    numbers = range(len(list(pages.glob("*.html"))))
    with Pool(jobs, _begin) as pool, to.open("w", encoding="utf-8") as file:
        told = pool.imap(_read, ((pages, number, names) for number in numbers), SLICE)
        for line in told:
            file.write(json.dumps(line) + "\n")


def _begin() -> None:
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")


def _read(asked: tuple[Path, int, Sequence[str]]) -> dict[str, Any]:
    from newsbot.cleaning import clean_article
    from newsbot.dedupe import facts_of
    from newsbot.extraction import extract_article

    pages, number, names = asked
    told = json.loads((pages / f"{number}.json").read_bytes())
    signal.signal(signal.SIGALRM, _give_up)
    signal.alarm(SECONDS)
    try:
        html = (pages / f"{number}.html").read_bytes()
        article = clean_article(
            extract_article(html, told["url"], charset=told["charset"], fetched_at=told["fetched_at"])
        )
        said = {name: getattr(article, name, None) for name in names}
        return {**said, "agency": facts_of(article.text, article.authors).agency}
    except Exception as fault:  # noqa: BLE001 - an older tree may fail in any way; that is what is compared
        return {"rejected": getattr(fault, "reason", None) or f"failed: {fault!r}"}
    finally:
        signal.alarm(0)


def _give_up(_number: int, _frame: object) -> None:
    raise TimeoutError(f"over {SECONDS} s")


# Both, side by side.


def said_by(tree: Path, pages: Path, to: Path, names: Sequence[str], jobs: int) -> list[dict[str, Any]]:
    """Let a tree read the pages, and return what it says of them."""
    task = ["--read", str(pages), "--to", str(to), "--names", ",".join(names), "--jobs", str(jobs)]
    command = [sys.executable, __file__, *task]
    subprocess.run(command, check=True, env={**os.environ, "PYTHONPATH": str(tree)}, cwd=tree)
    return [json.loads(line) for line in to.read_text("utf-8").splitlines()]


@contextmanager
def tree_of(revision: str, folder: Path) -> Iterator[Path]:
    """Yield a worktree of a revision, and take it away again."""
    tree = folder / "base"
    git = ["git", "-C", str(ROOT), "worktree"]
    subprocess.run([*git, "add", "--quiet", "--detach", str(tree), revision], check=True)
    try:
        yield tree
    finally:
        subprocess.run([*git, "remove", "--force", str(tree)], check=True)


def freeze(pages: Sequence[Frozen], folder: Path) -> None:
    """Write pages down for both trees."""
    folder.mkdir()
    for number, page in enumerate(pages):
        (folder / f"{number}.html").write_bytes(page.html)
        told = {"url": page.url, "charset": page.charset, "fetched_at": page.fetched_at}
        (folder / f"{number}.json").write_text(json.dumps(told), "utf-8")


def compared(pages: Sequence[Frozen], before: list[dict[str, Any]], after: list[dict[str, Any]], fields: Sequence[str]):
    """Return what the pages come to that two trees have read."""
    from newsbot.bulk.reextraction.comparison import differences
    from newsbot.bulk.reextraction.tally import GAINED, LOST, Moved, Tally, changed
    from newsbot.bulk.reextraction.yardstick import yardstick_of

    tally = Tally(most=None, most_status=None)
    for page, old, new in zip(pages, before, after, strict=True):
        url = page.url or page.name
        if ("rejected" in old) != ("rejected" in new):
            what, article, reason = (GAINED, new, old) if "rejected" in old else (LOST, old, new)
            tally.moved(Moved(what, url, page.name, article["title"], article["language"], reason["rejected"]))
        elif "rejected" in old:
            if old != new:
                reason = f"{old['rejected']}, now {new['rejected']}"
                tally.notes.append(f"{page.name}: rejected for another reason: {reason}")
            tally.same()
        elif differing := differences(old, new, fields):
            yardstick = yardstick_of(page.html, page.url, page.charset)
            tally.moved(changed(differing, old, new, yardstick, url=url, source=page.name))
        else:
            tally.same()
    return tally


def main() -> int:
    """Run the tool from the command line; return its exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--base", default="main", help="revision that is compared with (default: main)")
    parser.add_argument("--pages", nargs="*", type=Path, default=[], help="folders of pages (default: our own)")
    parser.add_argument("--field", default="", help="these fields alone, parted by commas")
    parser.add_argument("--report", type=Path, default=ROOT / "output" / "regress.html", help="page to write")
    parser.add_argument(
        "--jobs", type=int, default=len(os.sched_getaffinity(0)), help="processes (default: one a core)"
    )
    for name in ("--read", "--to", "--names"):  # of the processes that read for one of the trees
        parser.add_argument(name, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.read:
        read_all(Path(options.read), Path(options.to), options.names.split(","), options.jobs)
        return 0
    from newsbot.bulk.reextraction.comparison import FIELDS, PRECISION

    _begin()
    random.seed(1)
    fields = options.field.split(",") if options.field else FIELDS
    if unknown := set(fields) - set(FIELDS):
        parser.error(f"no field is named {', '.join(sorted(unknown))}; there are: {', '.join(FIELDS)}")
    if missing := [str(folder) for folder in options.pages if not folder.is_dir()]:
        parser.error(f"no folder: {', '.join(missing)}")
    pages = [page for folder in options.pages for page in pages_in(folder)] if options.pages else list(own_pages())
    if not pages:
        parser.error("there is no page in these folders")
    with tempfile.TemporaryDirectory() as name, tree_of(options.base, Path(name)) as base:
        freeze(pages, frozen := Path(name) / "pages")
        before, after = (
            said_by(tree, frozen, Path(name) / f"{tree.name}.jsonl", [*FIELDS, PRECISION], options.jobs)
            for tree in (base, ROOT)
        )
    return shown(compared(pages, before, after, fields), options)


def moved(tally) -> Iterator[str]:
    """Yield a line for every page that moved: its name and the fields, or what became of it."""
    for page in tally.examples:
        what = ", ".join(f"{one.field} {one.verdict}" for one in page.fields) or f"{page.what} ({page.reason})"
        yield f"{page.source}: {what}"


def shown(tally, options: argparse.Namespace) -> int:
    """Print what moved, and write the page; return the exit status."""
    from newsbot.bulk.reextraction.page import write
    from newsbot.commands._comparison import picture
    from newsbot.commands._terminal import screen
    from newsbot.process import utc_now

    console = screen()
    names = (options.base, "here")
    for line in picture(tally, names, width=console.width):
        console.print(line)
    lines = list(moved(tally))
    if lines:
        print("", "every page that moved:", *lines[:MOST_LINES], sep="\n")
    if len(lines) > MOST_LINES:
        print(f"and {len(lines) - MOST_LINES:,} more, which are on the page")
    write(options.report, tally, now=utc_now(), subject=f"{options.base} and the tree that stands here", names=names)
    print(f"side by side: {options.report}")
    return 1 if tally.has_moved else 0


if __name__ == "__main__":
    sys.exit(main())
