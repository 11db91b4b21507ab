"""The files of a day become one, with the same lines; at no instant is one missing or there twice."""

from __future__ import annotations

import shutil
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import orjson
import pytest
from conftest import collected, lines_of, scrapy_here
from sqlalchemy import Engine, func, select

from newsbot import atomic
from newsbot.crawl.outbox.recovery import heal, names_of, refuse_anothers_files
from newsbot.crawl.run import Run
from newsbot.export import compaction
from newsbot.export.compaction import Busy, Day, Joined
from newsbot.items import Candidate
from newsbot.sources import Source
from newsbot.store import StoreError, schema
from newsbot.store.database import open_engine
from newsbot.store.listings import Listing

DAY, NEXT, AFTER = "2026-11-20", "2026-11-21", "2026-11-22"
SOURCE = Source(name="example", home="https://example.org/")
TEXT = "The council voted to raise the wall.\n\nIt will be a metre higher.\n\nWork begins in {n} weeks, it said."


@pytest.fixture
def run(store: Engine, tmp_path: Path) -> Iterator[Callable[..., Run]]:
    """Let runs bring articles, each with a copy of it, and end, unless they are to go on."""
    opened: list[Run] = []

    def run(*numbers: int, day: str = DAY, ends: bool = True) -> Run:
        at_work = Run(store, tmp_path, [SOURCE], spider="news", now=lambda: f"{day}T08:00:00Z")
        opened.append(at_work)
        for url, number in [(f"{SOURCE.home}{number}{of}", number) for number in numbers for of in ("", "/copy")]:
            at_work.intake.discover(SOURCE, [Candidate(url=url, via="feed")], Listing(SOURCE.name, "f"))
            at_work.verdicts.fetched(url)
            text = " ".join(TEXT.format(n=number * 7 + n) for n in range(number * 3 + 1))
            at_work.verdicts.save(collected(url, text=text, title=str(number)))
        if ends:
            at_work.finish()
        return at_work

    yield run
    for one in opened:
        one.abandon()


def compact(engine: Engine, output: Path, *, before: str = AFTER) -> list[Joined]:
    days = compaction.days_to_join(engine, output, names_of(output), before=before)
    return [compaction.join(engine, output, day) for day in days]


def the_day(engine: Engine, output: Path) -> Day:
    return compaction.days_to_join(engine, output, names_of(output), before=AFTER)[0]


def content_of(output: Path, folder: str = "articles") -> list[bytes]:
    """Return all lines that a reader finds, in no order."""
    return sorted(line for path in output.glob(f"{folder}/*/*.jsonl") for line in path.read_bytes().splitlines(True))


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def outbox(engine: Engine, output: Path) -> Iterator[tuple[str, int, str]]:
    """Yield id and revision of every delivered version as the outbox has it, and as the line of its file says."""
    table, exports = schema.outbox, schema.exports
    number = func.row_number().over(partition_by=table.c.export_id, order_by=table.c.seq)
    query = select(table.c.article_id, table.c.revision, exports.c.path, exports.c.first_line + number - 1).join(
        exports, exports.c.id == table.c.export_id
    )
    with engine.connect() as connection:
        for article_id, revision, path, line in connection.execute(query).all():
            record = orjson.loads((output / path).read_bytes().splitlines()[line - 1])
            yield f"{article_id} {revision}", line, f"{record['id']} {record['revision']}"


def assert_whole(engine: Engine, output: Path, lines: list[bytes]) -> None:
    """See to it that a reader finds all lines once, the store finds each where it says, and nothing is left behind."""
    assert content_of(output) == lines
    assert [stored for stored, _, _ in outbox(engine, output)] == [told for _, _, told in outbox(engine, output)]
    assert not (output / ".compacting").exists()
    assert not [path for path in output.rglob("*") if path.name in (".joined", "lock") or path.suffix == ".old"]


def test_the_files_of_a_day_become_one_with_the_same_lines_and_the_store_knows_where(
    run: Callable[..., Run], store: Engine, tmp_path: Path
) -> None:
    written = [run(1, 2), run(3), run(4), run(5, day=NEXT), run(6, day=NEXT)]
    before = {folder: content_of(tmp_path, folder) for folder in ("articles", "duplicates", "coverage")}
    in_order = b"".join((tmp_path / f"articles/{DAY}/{one.id}.jsonl").read_bytes() for one in written[:3])
    assert [(joined.path, joined.lines) for joined in compact(store, tmp_path)] == [
        (f"articles/{DAY}/{DAY}.jsonl", 4),
        (f"duplicates/{DAY}/{DAY}.jsonl", 4),
        (f"articles/{NEXT}/{NEXT}.jsonl", 2),
        (f"duplicates/{NEXT}/{NEXT}.jsonl", 2),
    ]
    assert {folder: content_of(tmp_path, folder) for folder in before} == before
    assert (tmp_path / f"articles/{DAY}/{DAY}.jsonl").read_bytes() == in_order
    assert names_in(tmp_path / "articles" / DAY) == [f"{DAY}.jsonl"]
    assert_whole(store, tmp_path, before["articles"])
    assert compact(store, tmp_path) == []


def test_what_comes_later_is_joined_with_what_was(run: Callable[..., Run], store: Engine, tmp_path: Path) -> None:
    run(1, 2)
    run(3)
    compact(store, tmp_path)
    run(4)
    lines = content_of(tmp_path)
    assert len(names_in(tmp_path / "articles" / DAY)) == 2
    compact(store, tmp_path)
    assert names_in(tmp_path / "articles" / DAY) == [f"{DAY}.jsonl"]
    assert_whole(store, tmp_path, lines)
    assert sorted(line for _, line, _ in outbox(store, tmp_path)) == [1, 1, 2, 2, 3, 3, 4, 4]


def test_what_is_not_to_be_joined_stays_as_it_is(run: Callable[..., Run], store: Engine, tmp_path: Path) -> None:
    for number in range(1, 3):
        run(number)
    folder = tmp_path / "articles" / DAY
    at_work = run(3, ends=False)
    at_work.delivery.early({SOURCE.name})
    edited = run(4).id
    (folder / f"{edited}.jsonl").write_bytes(b'{"id": "by hand"}')
    (folder / f"{DAY}.jsonl").write_bytes(b'{"id": "of a user"}\n')
    (folder / "notes.txt").write_text("Look at this day.")
    (folder / "charts").mkdir()
    (folder / "charts" / "1.png").write_bytes(b"PNG")
    (folder / "latest").symlink_to("notes.txt")
    lines = content_of(tmp_path)
    inode = (folder / "notes.txt").stat().st_ino
    assert compact(store, tmp_path)[0].path == f"articles/{DAY}/{DAY}.2.jsonl"
    assert content_of(tmp_path) == lines
    assert names_in(folder) == sorted(
        [f"{DAY}.2.jsonl", f"{DAY}.jsonl", f"{at_work.id}.jsonl", f"{edited}.jsonl", "charts", "latest", "notes.txt"]
    )
    assert (folder / "notes.txt").stat().st_ino == inode, "whoever has it open writes to the same file"
    assert (folder / "charts" / "1.png").exists()
    assert (folder / "latest").is_symlink()


def test_days_that_are_not_over_and_files_of_another_folder_are_left(
    run: Callable[..., Run], store: Engine, tmp_path: Path
) -> None:
    for number, day in enumerate((DAY, DAY, NEXT, NEXT)):
        run(number, day=day)
    assert compact(store, tmp_path, before=DAY) == []
    assert {joined.path for joined in compact(store, tmp_path, before=NEXT)} == {
        f"articles/{DAY}/{DAY}.jsonl", f"duplicates/{DAY}/{DAY}.jsonl"
    }  # fmt: skip
    assert compaction.days_to_join(store, tmp_path, {"elsewhere"}, before=AFTER) == []


def test_a_day_in_which_somebody_writes_is_left_for_another_time(
    run: Callable[..., Run], store: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(2):
        run(number)
    dead = run(2, ends=False)
    lines = content_of(tmp_path)
    with monkeypatch.context() as patch, pytest.raises(ZeroDivisionError):
        patch.setattr("newsbot.crawl.outbox.delivery.write_run_files", lambda *_args, **_kwargs: 1 / 0)
        dead.finish()
    day = the_day(store, tmp_path)
    with pytest.raises(Busy, match=f"articles/{DAY}: a run is writing there"):
        compaction.join(store, tmp_path, day)
    assert content_of(tmp_path) == lines
    dead.abandon()
    heal(store, tmp_path, now=f"{AFTER}T00:00:00Z")
    with atomic.atomic_file(tmp_path / "articles" / DAY / f"{dead.id}.jsonl") as file:
        file.write(b"{}\n")
        with pytest.raises(Busy, match="somebody is changing it"):
            compaction.join(store, tmp_path, the_day(store, tmp_path))
        file.seek(0)
        file.truncate()
        file.write((tmp_path / "articles" / DAY / f"{dead.id}.jsonl").read_bytes())
    day = the_day(store, tmp_path)
    (tmp_path / ".compacting").mkdir()
    with atomic.locked(tmp_path / ".compacting" / "lock"), pytest.raises(Busy, match="another process is joining"):
        compaction.join(store, tmp_path, day)
    lines = content_of(tmp_path)
    compaction.join(store, tmp_path, day)
    assert_whole(store, tmp_path, lines)
    with pytest.raises(Busy, match="another process has joined it"):
        compaction.join(store, tmp_path, day)


@pytest.mark.parametrize("moment", ["before", "after"])
def test_what_is_put_there_in_the_last_moment_is_kept(
    run: Callable[..., Run], store: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    for number in range(2):
        run(number)
    folder = tmp_path / "articles" / DAY

    def meanwhile(one: Path, other: Path) -> None:
        there = other if moment == "before" else one
        if moment == "after":
            atomic.exchange(one, other)
        (there / "new.txt").write_text("new")
        if moment == "before":
            atomic.exchange(one, other)

    monkeypatch.setattr(compaction, "exchange", meanwhile)
    compaction.join(store, tmp_path, the_day(store, tmp_path))
    assert names_in(folder) == [f"{DAY}.jsonl", "new.txt"]
    run(7)
    changed = folder / f"{DAY}.jsonl"

    def change(one: Path, other: Path) -> None:
        with (other / changed.name).open("ab") as file:
            file.write(b'{"id": "one more"}\n')
        monkeypatch.setattr(compaction, "exchange", atomic.exchange)
        atomic.exchange(one, other)

    monkeypatch.setattr(compaction, "exchange", change)
    with pytest.raises(Busy, match="somebody has changed it"):
        compaction.join(store, tmp_path, the_day(store, tmp_path))
    assert changed.read_bytes().endswith(b'"one more"}\n')
    assert len(names_in(folder)) == 3
    assert not (tmp_path / ".compacting").exists()


class Watch:
    """Calls something before every change that this process makes to a file system."""

    def __init__(self) -> None:
        self.told: Callable[[], object] | None = None
        sys.addaudithook(self._hear)  # which cannot be taken away again

    def _hear(self, event: str, _arguments: tuple[object, ...]) -> None:
        if self.told and (event.startswith(("os.", "shutil.")) or event == "open"):
            told, self.told = self.told, None
            try:
                told()
            finally:
                self.told = told

    @contextmanager
    def calling(self, told: Callable[[], object]) -> Iterator[None]:
        self.told = told
        try:
            yield
        finally:
            self.told = None


WATCH = Watch()


@pytest.fixture
def three_runs(tmp_path: Path) -> Path:
    """An output folder with the files of three runs of a day, and of others."""
    output = tmp_path / "output"
    output.mkdir()
    store = open_engine(f"sqlite:///{output / 'newsbot.db'}")
    for number in range(1, 4):
        at_work = Run(store, output, [SOURCE], spider="news", now=lambda: f"{DAY}T08:00:00Z")
        url = f"{SOURCE.home}{number}"
        at_work.intake.discover(SOURCE, [Candidate(url=url, via="feed")], Listing(SOURCE.name, "f"))
        at_work.verdicts.fetched(url)
        at_work.verdicts.save(collected(url, text=" ".join([TEXT.format(n=number)] * number), title=str(number)))
        at_work.finish()
    (output / "articles" / DAY / "other.jsonl").write_bytes(b'{"id": "of a user"}\n')
    (output / "articles" / DAY / "charts").mkdir()
    store.dispose()
    return output


@pytest.mark.parametrize("in_one_step", [True, False], ids=["in one step", "where there is no such step"])
def test_whatever_instant_it_is_killed_at_the_next_start_heals_and_no_line_is_lost(
    three_runs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, in_one_step: bool
) -> None:
    if not in_one_step:
        monkeypatch.setattr(atomic, "_exchanged", lambda _one, _other: False)
    lines, instants, seen = content_of(three_runs), [], []

    def keep() -> None:
        """Keep what a kill at this instant would leave."""
        instants.append(shutil.copytree(three_runs, tmp_path / f"at-{len(instants)}", symlinks=True))
        seen.append(content_of(three_runs))

    store = open_engine(f"sqlite:///{three_runs / 'newsbot.db'}")
    day = the_day(store, three_runs)
    with WATCH.calling(keep):
        compaction.join(store, three_runs, day)
    assert_whole(store, three_runs, lines)
    store.dispose()
    if in_one_step:
        assert seen == [lines] * len(seen), "a reader sees every line once, at any instant"
    joined = 0
    for output in instants:
        store = open_engine(f"sqlite:///{output / 'newsbot.db'}")
        heal(store, output, now=f"{AFTER}T00:00:00Z")
        assert_whole(store, output, lines)
        joined += (output / "articles" / DAY / f"{DAY}.jsonl").exists()
        assert (output / "articles" / DAY / "charts").is_dir()
        compact(store, output)
        assert names_in(output / "articles" / DAY) == [f"{DAY}.jsonl", "charts", "other.jsonl"]
        store.dispose()
    assert 5 < joined < len(instants) - 5, "it is carried out where it had taken place, and taken away otherwise"


def test_a_store_that_breaks_after_the_exchange_is_told_by_the_next_start(
    run: Callable[..., Run], store: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(1, 4):
        run(number)
    lines = content_of(tmp_path)

    def exchange(one: Path, other: Path) -> None:
        atomic.exchange(one, other)
        raise StoreError("the server is gone")

    with monkeypatch.context() as patch, pytest.raises(StoreError, match="is gone"):
        patch.setattr(compaction, "exchange", exchange)
        compact(store, tmp_path)
    assert content_of(tmp_path) == lines
    other = open_engine(f"sqlite:///{tmp_path / 'other.db'}")
    compaction.heal(other, tmp_path)
    other.dispose()
    heal(store, tmp_path, now=f"{AFTER}T00:00:00Z")
    assert_whole(store, tmp_path, lines)


def test_a_folder_of_joined_files_is_still_known_for_whose_it_is(
    run: Callable[..., Run], store: Engine, tmp_path: Path
) -> None:
    for number in range(2):
        run(number)
    compact(store, tmp_path)
    refuse_anothers_files(store, tmp_path)
    other = open_engine(f"sqlite:///{tmp_path / 'other.db'}")
    with pytest.raises(StoreError, match="has articles of another store, such as those of run 20261120T080000Z-"):
        refuse_anothers_files(other, tmp_path)
    other.dispose()


def test_the_command_says_what_became_of_each_day_and_prune_does_it_too(
    three_runs: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def said(*command: str) -> list[str]:
        assert scrapy_here(monkeypatch, three_runs, *command) == 0
        return capsys.readouterr().out.splitlines()

    assert said("compact", "--before", DAY) == [
        f"nothing to join: no day before {DAY} has more than one file of runs that have ended"
    ]
    assert said("compact", "--before", NEXT) == [f"articles/{DAY}: 3 files into 1, 3 lines"]
    assert "nothing to join" in said("compact", "--before", NEXT)[0]
    (three_runs / "articles" / DAY).rename(three_runs / "articles" / "2026-11-19")
    assert "nothing to join" in said("compact", "--before", NEXT)[0], "what somebody has moved is not ours any more"
    assert len(said("prune")) == 1


def test_prune_joins_the_days_that_are_over(
    three_runs: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("newsbot.commands.operators.prune.utc_now", lambda: f"{NEXT}T00:00:00Z")
    lines = Counter(line["title"] for line in lines_of(three_runs, "articles") if "title" in line)
    assert scrapy_here(monkeypatch, three_runs, "prune") == 0
    assert capsys.readouterr().out.splitlines()[1:] == [f"articles/{DAY}: 3 files into 1, 3 lines"]
    assert Counter(line["title"] for line in lines_of(three_runs, "articles") if "title" in line) == lines
