"""The model of many machines (benchmarks/scale_model.py): it agrees with queueing theory, and loses nothing."""

from __future__ import annotations

import math
import random
from dataclasses import replace

import pytest
import simpy
from scale_model import Costs, Load, Setup, Simulation, Station, World, breaks, needs

SMALL = World(feeds=100, articles=5_000)


def waits(servers: int, arrivals: float, *, number: int = 30_000) -> list[float]:
    """Return how long customers wait who come at random to servers that take a second in the mean, at random."""
    env, dice, waited = simpy.Environment(), random.Random(1), []
    station = Station(env, servers)

    def customer():
        came, seconds = env.now, dice.expovariate(1)
        yield from station.use(seconds)
        waited.append(env.now - came - seconds)

    def come():
        for _ in range(number):
            yield env.timeout(dice.expovariate(arrivals))
            env.process(customer())

    env.process(come())
    env.run()
    return waited


def test_a_station_is_waited_for_as_erlang_says():
    servers, arrivals = 5, 3.5
    some = sum(arrivals**n / math.factorial(n) for n in range(servers))
    last = arrivals**servers / math.factorial(servers) * servers / (servers - arrivals)
    share = last / (some + last)  # Erlang's C: of those who wait at all
    mean, p99 = share / (servers - arrivals), math.log(share / 0.01) / (servers - arrivals)

    waited = sorted(waits(servers, arrivals))

    assert sum(waited) / len(waited) == pytest.approx(mean, rel=0.1)
    assert waited[int(0.99 * len(waited))] == pytest.approx(p99, rel=0.1)


@pytest.mark.parametrize("way", ["jobs", "runs"])
def test_what_is_published_is_stored_or_still_at_work(way):
    day = Simulation(Costs(), SMALL, Setup(way=way, cores=20), thin=1, hours=2).run()
    assert day.stored > 200
    assert abs(day.published - day.stored) <= 0.05 * day.published, "but for what is fetched at the two ends"


def test_more_workers_never_make_it_later():
    lags = []
    for cores in (1, 10):
        day = Simulation(replace(Costs(), start=2.0), SMALL, Setup(cores=cores), thin=1, hours=2).run()
        lags.append(sorted(day.lags)[int(0.99 * len(day.lags))])
    assert lags[0] > lags[1] + 5
    assert lags[1] < 15, "a look of the beat and the start of a process"


def test_nothing_published_is_nothing_stored():
    day = Simulation(Costs(), replace(SMALL, articles=0), Setup(cores=10), thin=1, hours=10).run()
    assert (day.published, day.stored, day.looks, day.with_pages) == (0, 0, 0, 0)
    assert day.visits > 0


def test_the_sum_of_what_is_needed_is_what_the_simulation_uses():
    setup = Setup(cores=20)
    simulation = Simulation(Costs(), SMALL, setup, thin=1, hours=4)
    day = simulation.run()
    reckoned = needs(Costs(), SMALL, setup, Load.of(day, 1, 3 * 3600.0))
    for name, of in {"cores": "cores", "lock of who plans files": "gate", "beat": "beat"}.items():
        assert reckoned[name].share == pytest.approx(day.used[of], rel=0.1), name


def test_a_dearer_cost_breaks_its_part_sooner():
    load = Load(visits=170, polls=60, new=90, looks=330, requests=560, with_pages=120)
    usual = breaks(Costs(), World(), Setup(), load)
    dearer = breaks(replace(Costs(), gate=2 * Costs().gate), World(), Setup(), load)
    assert dearer["lock of who plans files"] == pytest.approx(usual["lock of who plans files"] / 2, rel=0.01)
