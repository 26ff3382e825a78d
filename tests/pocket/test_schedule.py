# SPDX-License-Identifier: MIT
"""The schedule: warm-up, a stable part, a decay; exercises only at first."""

from packages.pocket.training.schedule import Schedule

SCHEDULE = Schedule(1000, warm_steps=10, decay=0.5, least=0.02, drills=0.2, drilled=0.25)


def test_rate() -> None:
    assert SCHEDULE.rate(0, 0) == 0.1
    assert SCHEDULE.rate(9, 10) == SCHEDULE.rate(500, 500) == 1.0
    assert SCHEDULE.rate(700, 750) == 0.5
    assert SCHEDULE.rate(999, 1000) == SCHEDULE.rate(2000, 5000) == 0.02


def test_a_longer_schedule_is_the_same_before_the_decay() -> None:
    longer = Schedule(2000, warm_steps=10, decay=0.5)
    assert [longer.rate(n, n) for n in range(500)] == [SCHEDULE.rate(n, n) for n in range(500)]


def test_exercises_end() -> None:
    assert SCHEDULE.drill_share(0) == 0.2
    assert SCHEDULE.drill_share(125) == 0.1
    assert SCHEDULE.drill_share(250) == SCHEDULE.drill_share(900) == 0.0
