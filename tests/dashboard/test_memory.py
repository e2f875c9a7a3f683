"""Memory of the server: given back in a pause after work alone; nothing breaks where the library has no such call."""

import ctypes

import pytest

from dashboard import memory


class Enough(Exception):
    pass


def test_memory_is_given_back_once_after_work_and_only_when_it_is_quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    looks = iter([(0, True), (3, False), (3, True), (3, True), (5, True)])
    now, given = [(0, True)], list[int]()

    def sleep(_: float) -> None:
        try:
            now[0] = next(looks)
        except StopIteration:
            raise Enough from None

    monkeypatch.setattr(memory.time, "sleep", sleep)
    monkeypatch.setattr(memory, "give_back", lambda: given.append(now[0][0]))
    with pytest.raises(Enough):
        memory.keep_low(lambda: now[0][0], lambda: now[0][1])
    assert given == [3, 5]


def test_a_system_without_these_calls_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    class Bare:
        pass

    monkeypatch.setattr(ctypes, "CDLL", lambda name: Bare())
    memory.share()
    memory.give_back()
