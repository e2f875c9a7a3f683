"""Long runs: started when asked, watched, cancelled, given up, in turns, with errors in words."""

import gc
import threading
import time
import weakref

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import jobs
from dashboard.blocks.long_run import lasting
from dashboard.turns import Gate
from models.engine.world import world_of
from models.errors import ScenarioError
from models.scenario.scenario import Scenario


def steps(count: int, pause: float, log: list[str] | None = None, name: str = ""):
    def work(progress):
        for i in range(count):
            time.sleep(pause)
            if log is not None:
                log.append(name)
            progress((i + 1) / count)
        return f"{count} steps"

    return work


def until(is_so, seconds: float = 10.0) -> None:
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.01)


def page(job: jobs.Job, seconds: float = 60.0, **more: object) -> AppTest:
    def script(job, seconds, more):
        import streamlit as st

        from dashboard import address
        from dashboard.blocks.long_run import long_run

        address.read()
        found = long_run(job, slot="test", words="Counting", seconds=seconds, **more)
        if found is not None:
            st.text(f"found {found}")

    return AppTest.from_function(script, args=(job, seconds, more), default_timeout=20)


def bars(app: AppTest) -> list[str]:
    return [bar.proto.text for bar in app.get("progress")]


def test_a_long_run_starts_when_asked_shows_progress_and_ends_in_its_result() -> None:
    gate = threading.Event()

    def work(progress):
        progress(0.25)
        gate.wait(10)
        return "an answer"

    job = jobs.Job(work)
    app = page(job).run()
    assert job.status == "idle" and not bars(app), "nothing runs before it is asked for"
    assert any("about 60 s" in c.value for c in app.caption)
    app.button(key="test:start").click().run()
    until(lambda: job.done == 0.25)
    app.run()
    assert bars(app)[0].startswith("Counting: 25%, about") and "left" in bars(app)[0]
    assert not app.text
    gate.set()
    until(lambda: job.status == "done")
    app.run()
    assert [t.value for t in app.text] == ["found an answer"] and not bars(app) and not app.exception
    again = page(job).run()
    assert [t.value for t in again.text] == ["found an answer"], "what was found is there for the next session"


def test_cancel_ends_the_work_and_offers_it_again() -> None:
    job = jobs.Job(steps(400, 0.02))
    app = page(job).run()
    app.button(key="test:start").click().run()
    until(lambda: job.done > 0)
    app.button(key="test:cancel").click().run()
    until(lambda: job.status == "idle")
    assert job.done < 1.0
    app.run()
    assert app.button(key="test:start") and not bars(app) and not app.exception


def test_a_quick_run_starts_by_itself() -> None:
    job = jobs.Job(steps(2, 0.01))
    app = page(job, seconds=1.0).run()
    until(lambda: job.status == "done")
    app.run()
    assert [t.value for t in app.text] == ["found 2 steps"]


def test_what_starts_by_itself_stays_cancelled_until_it_is_asked_for() -> None:
    job = jobs.Job(steps(400, 0.02))
    app = page(job, starts=True).run()
    until(lambda: job.done > 0)
    app.button(key="test:cancel").click().run()
    until(lambda: job.status == "idle")
    app.run().run()
    assert job.status == "idle" and not bars(app)
    app.button(key="test:start").click().run()
    until(lambda: job.status == "working")
    job.decline(app.session_state["assay"].name)
    until(lambda: job.status == "idle")


def test_what_must_settle_waits() -> None:
    job = jobs.Job(steps(2, 0.01))
    app = page(job, starts=True, settles=60.0).run()
    assert job.status == "idle" and [c.value for c in app.caption] == ["Counting..."] and not app.button


def test_what_is_quiet_says_so_in_words_and_leaves_the_start_to_another_place() -> None:
    job = jobs.Job(steps(2, 0.01))
    app = page(job, starts=True, is_quiet=True).run()
    assert job.status == "idle" and [c.value for c in app.caption] == ["Counting..."] and not app.button
    job.ask(patience=60.0)
    until(lambda: job.status == "done")
    assert not bars(app) and [t.value for t in app.run().text] == ["found 2 steps"]


def test_a_run_whose_page_was_left_is_given_up() -> None:
    def script(job):
        import streamlit as st

        from dashboard import address
        from dashboard.blocks.long_run import leave_unseen, long_run

        address.read()
        if not st.checkbox("another page", key="another"):
            long_run(job, slot="test", words="Counting", seconds=1.0)
        leave_unseen()

    job = jobs.Job(steps(2_000, 0.01))
    app = AppTest.from_function(script, args=(job,), default_timeout=20).run().run()
    until(lambda: job.done > 0)
    app.checkbox(key="another").check().run()
    until(lambda: job.status == "idle")
    assert job.done < 1.0


def test_a_run_of_a_reader_who_is_gone_is_given_up_after_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "GRACE", 0.2)
    is_here = [True]
    job = jobs.Job(steps(2_000, 0.01))
    job.ask("a", patience=60.0, is_here=lambda: is_here[0])
    until(lambda: job.done > 0)
    time.sleep(0.3)
    assert job.status == "working", "he is here"
    is_here[0] = False
    until(lambda: job.status == "idle")


def test_a_search_lets_readers_go_first_between_two_worlds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "COURTESY", 60.0)
    world, log = world_of(Scenario(), 64), list[str]()

    def work(progress):
        for _ in range(400):
            world.neighbor({})
            log.append("a world")
            time.sleep(0.005)

    job = jobs.Job(work)
    job.ask(patience=60.0)
    until(lambda: bool(log))
    with jobs.moves.inside():
        time.sleep(0.05)  # the world under way ends
        before = len(log)
        time.sleep(0.2)
        assert len(log) == before and job.status == "working"
    until(lambda: len(log) > before)
    job.leave("")
    until(lambda: job.status == "idle")


@pytest.mark.parametrize("fails", [False, True])
def test_what_was_given_up_or_failed_holds_no_paths(fails: bool) -> None:
    class Paths:
        pass

    held: list[weakref.ref[Paths]] = []

    def work(progress):
        paths = Paths()
        held.append(weakref.ref(paths))
        for _ in range(2_000):
            progress(0.5)
            time.sleep(0.005)
            if fails:
                raise RuntimeError

    job = jobs.Job(work)
    job.ask(patience=60.0)
    until(lambda: bool(held))
    job.leave("") if not fails else None
    until(lambda: job.status == ("failed" if fails else "idle"))
    until(lambda: gc.collect() >= 0 and held[0]() is None)
    if fails:
        assert job.future is not None and job.future.exception().__traceback__ is not None, "where it was stays known"


def test_readers_are_served_in_turn_a_few_at_a_time_and_may_walk_away() -> None:
    gate, inside, served = Gate(2), set[int](), list[int]()
    doors = [threading.Event() for _ in range(4)]

    class Moved(BaseException):
        pass

    def check_third() -> None:
        if doors[2].is_set():
            raise Moved

    def read(i: int) -> None:
        try:
            with gate.inside(check_third if i == 2 else lambda: None), gate.inside():
                inside.add(i)
                served.append(i)
                doors[i].wait(10)
                inside.remove(i)
        except Moved:
            served.append(-1)

    readers = [threading.Thread(target=read, args=(i,)) for i in range(4)]
    for i, reader in enumerate(readers):
        reader.start()
        until(lambda i=i: len(gate) == i + 1)
    assert inside == {0, 1}
    doors[2].set()
    until(lambda: served[-1] == -1)
    assert inside == {0, 1}, "who walked away never computed"
    doors[0].set()
    until(lambda: inside == {1, 3})
    for door in doors:
        door.set()
    for reader in readers:
        reader.join()
    assert served == [0, 1, -1, 3] and len(gate) == 0


@pytest.mark.parametrize(("error", "said", "again"), [
    (ScenarioError("demand.x: too high"), "demand.x: too high", False),  # the same question has the same answer
    (RuntimeError("secret"), "Something went wrong in this run.", True),
])
def test_a_failure_is_said_in_words_and_an_accident_can_be_tried_again(
    error: Exception, said: str, again: bool
) -> None:
    fails = [True]

    def work(progress):
        if fails:
            raise error
        return "better"

    job = jobs.Job(work)
    app = page(job, seconds=1.0).run()
    until(lambda: job.status == "failed")
    app.run()
    assert [t.value for t in app.text] == [said] and not app.exception
    assert [b.key for b in app.button] == ["test:again"] * again
    if not again:
        return
    fails.clear()
    app.button(key="test:again").click().run()
    until(lambda: job.status == "done")
    app.run()
    assert [t.value for t in app.text] == ["found better"]


def test_what_nobody_asks_for_any_more_is_given_up_and_what_somebody_else_awaits_goes_on() -> None:
    job = jobs.Job(steps(400, 0.01))
    job.ask("a", patience=60.0)
    job.ask("b", patience=60.0)
    until(lambda: job.done > 0)
    job.leave("a")
    now = job.done
    until(lambda: job.done > now + 0.01)
    job.leave("b")
    until(lambda: job.status == "idle")


def test_jobs_take_turns_so_that_a_short_one_never_waits_for_a_long_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs._turns, "quantum", 0.05)
    log: list[str] = []
    long, short = jobs.Job(steps(150, 0.01, log, "long")), jobs.Job(steps(10, 0.01, log, "short"))
    long.ask("a", patience=60.0)
    until(lambda: long.done > 0)
    short.ask("b", patience=60.0)
    until(lambda: short.status == "done")
    assert long.status == "working"
    long.leave("a")
    until(lambda: long.status == "idle")
    assert "long" in log[log.index("short") :], "the long one moved on between turns of the short one"
    until(lambda: jobs.under_way() == 0)


def test_one_job_computes_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs._turns, "quantum", 0.02)
    inside, most = [0], [0]

    def work(progress):
        for i in range(20):
            inside[0] += 1
            most[0] = max(most[0], inside[0])
            time.sleep(0.005)
            inside[0] -= 1
            progress((i + 1) / 20)

    running = [jobs.Job(work) for _ in range(4)]
    for job in running:
        job.ask("", patience=60.0)
    until(lambda: all(job.status == "done" for job in running))
    assert most == [1]


def test_times_are_said_as_people_say_them() -> None:
    assert [lasting(s) for s in (0.2, 7.4, 13, 47, 89, 200)] == ["1 s", "7 s", "15 s", "50 s", "90 s", "3 min"]
