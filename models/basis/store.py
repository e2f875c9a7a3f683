"""What is kept between calls: the last few results by key, each made once however many threads ask for it."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import RLock
from typing import Generic, TypeVar
from weakref import WeakKeyDictionary

Kept = TypeVar("Kept")


class _Slot(Generic[Kept]):
    """A result, or the promise of one: who finds it locked waits for the thread that makes it."""

    def __init__(self) -> None:
        self.lock, self.results = RLock(), list[Kept]()


class Store(Generic[Kept]):
    """The last few results by key; what was not read for longest goes first.

    Sessions and jobs are threads that share it. A result is made outside the lock of the store, so that nobody who
    wants another one waits; two threads that want the same one get the same object. Keys must not read one another in
    a circle.

    Parameters
    ----------
    size : int
        Results that are kept, at least one.
    """

    def __init__(self, size: int) -> None:
        self.size = size
        self._lock = RLock()
        self._slots: OrderedDict[Hashable, _Slot[Kept]] = OrderedDict()
        self._beside: WeakKeyDictionary[object, Store[Kept]] = WeakKeyDictionary()

    def find(self, key: Hashable) -> list[Kept]:
        """The result under a key if it is kept and made, else nothing; never waits for whoever makes it."""
        with self._lock:
            if key not in self._slots:
                return []
            self._slots.move_to_end(key)
            return list(self._slots[key].results)

    def get(self, key: Hashable, make: Callable[[], Kept]) -> Kept:
        """Result under a key, made now if it is not kept; an error of ``make`` is raised and leaves nothing behind."""
        with self._lock:
            slot = self._slots.setdefault(key, _Slot())
            self._put(key, slot)
        with slot.lock:
            if not slot.results:
                try:
                    slot.results.append(make())
                    with self._lock:  # it may have been pushed out, or taken out by an error of who tried before
                        self._put(key, self._slots.setdefault(key, slot))
                except BaseException:
                    with self._lock:
                        if self._slots.get(key) is slot:
                            del self._slots[key]
                    raise
            return slot.results[0]

    def _put(self, key: Hashable, slot: _Slot[Kept]) -> None:
        self._slots[key] = slot
        self._slots.move_to_end(key)
        while len(self._slots) > self.size:
            self._slots.popitem(last=False)

    def beside(self, owner: object) -> Store[Kept]:
        """A store of the same size of its own for an object, gone with it."""
        with self._lock:
            return self._beside.setdefault(owner, Store(self.size))
