"""Decisions side by side come to what they would come to one by one, on every database."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from sqlalchemy import Connection, Engine, text
from store_checks import Deed, bring, broken, deeds, order, outcome

from newsbot.store import StoreError, deciding
from newsbot.store.database import open_engine, persistently, watch

AT_ONCE, STORIES = 4, 5


def test_stories_that_come_from_all_sides_at_once_are_told_as_one_by_one(store: Engine, tmp_path: Path) -> None:
    stories = [deeds(story, AT_ONCE) for story in range(STORIES)]
    together = Barrier(AT_ONCE)

    def bring_all(who: int) -> dict[str, Deed]:
        brought = {}
        for story, everyone in enumerate(stories):
            together.wait(timeout=60)
            for number, deed in enumerate(everyone[who]):
                run_id = f"run-{who}-{story}-{number}"
                bring(store, deed, run_id)
                brought[run_id] = deed
        return brought

    with ThreadPoolExecutor(AT_ONCE) as processes:
        brought = {run_id: deed for some in processes.map(bring_all, range(AT_ONCE)) for run_id, deed in some.items()}
    assert broken(store) == []
    one_by_one = open_engine(f"sqlite:///{tmp_path / 'one-by-one.db'}")
    for run_id in order(store):
        bring(one_by_one, brought[run_id], run_id)
    assert outcome(store) == outcome(one_by_one)
    one_by_one.dispose()


@pytest.mark.parametrize("begun", ["a decision", "what is noted"])
def test_what_two_keep_from_each_other_is_begun_anew_and_no_fault_of_the_store(store: Engine, begun: str) -> None:
    faults: list[StoreError] = []
    watch(store, faults.append)
    with store.begin() as connection:
        for site in "ab":
            connection.execute(text(f"insert into sites (site, seen) values ('{site}', 0)"))
    both = Barrier(2)

    def count(sites: str) -> None:
        is_first = True

        def decide(connection: Connection) -> None:
            nonlocal is_first
            connection.execute(text(f"update sites set seen = seen + 1 where site = '{sites[0]}'"))
            if is_first and store.dialect.name == "postgresql":  # SQLite has one writer at a time
                is_first = False
                both.wait(timeout=60)
            connection.execute(text(f"update sites set seen = seen + 1 where site = '{sites[1]}'"))

        if begun == "a decision":
            deciding.together(store, [sites], decide)
        else:
            persistently(store, decide)

    with ThreadPoolExecutor(2) as processes:
        list(processes.map(count, ["ab", "ba"]))
    with store.connect() as connection:
        assert connection.execute(text("select min(seen), max(seen) from sites")).one() == (2, 2)
    assert faults == []


def test_who_decides_alone_waits_for_all_others_and_they_for_it(store: Engine) -> None:
    steps: list[str] = []
    entered = Barrier(2)

    def beside(connection: Connection) -> None:
        entered.wait(timeout=60)
        time.sleep(0.1)
        steps.append("one of many")

    def by_itself() -> None:
        entered.wait(timeout=60)
        with store.begin() as connection:
            deciding.alone(connection)
            steps.append("alone")
            time.sleep(0.1)
            steps.append("alone still")

    def later() -> None:
        while "alone" not in steps:
            time.sleep(0.01)
        deciding.together(store, ["b"], lambda _: steps.append("another one"))

    with ThreadPoolExecutor(3) as processes:
        done = [
            processes.submit(deciding.together, store, ["a"], beside),
            processes.submit(by_itself),
            processes.submit(later),
        ]
        for one in done:
            one.result(timeout=60)
    assert steps == ["one of many", "alone", "alone still", "another one"]


@pytest.mark.parametrize("store", [pytest.param("postgresql", marks=pytest.mark.services)], indirect=True)
def test_who_has_waited_sees_what_others_stored_whatever_the_server_prefers(store: Engine) -> None:
    preferred = f"{store.url.query['options']} -cdefault_transaction_isolation=serializable"
    engine = open_engine(store.url.update_query_dict({"options": preferred}).render_as_string(hide_password=False))
    with engine.connect() as connection:
        assert connection.execute(text("show transaction_isolation")).scalar_one() == "read committed"
    engine.dispose()
