"""The store: the last few, each made once however many ask, nothing left behind by an error, gone with its owner."""

import gc
import weakref
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from models.basis.store import Store


class Owner:
    pass


def test_it_keeps_what_was_read_last() -> None:
    store, made = Store[str](2), list[str]()

    def get(key: str) -> str:
        return store.get(key, lambda: made.append(key) or key)

    assert [get(key) for key in "abacab"] == list("abacab")
    assert made == ["a", "b", "c", "b"], "b was not read for longest when c came"


def test_threads_that_want_the_same_wait_for_the_one_that_makes_it() -> None:
    store, together, made = Store[object](4), Barrier(8), list[int]()

    def ask(i: int) -> object:
        together.wait()
        return store.get("one", lambda: made.append(i) or object())

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(ask, range(8)))) == 1 and len(made) == 1


def test_an_error_leaves_nothing_behind() -> None:
    store = Store[int](1)
    with pytest.raises(ZeroDivisionError):
        store.get("key", lambda: 1 // 0)
    assert store.get("key", lambda: 3) == 3


def test_what_is_kept_beside_an_object_goes_with_it() -> None:
    store, owner = Store[Owner](1), Owner()
    thing = weakref.ref(store.beside(owner).get("thing", Owner))
    assert store.beside(owner).get("thing", Owner) is thing()
    del owner
    gc.collect()
    assert thing() is None
