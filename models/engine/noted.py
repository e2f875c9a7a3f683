"""Layers of the model kept by what they read of a scenario.

What a layer reads is noted while it is built, not declared, so a new slice can never be forgotten: a result serves
every scenario in which all that it read is the same.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from contextlib import AbstractContextManager
from dataclasses import fields
from threading import RLock
from typing import Any, Generic, TypeVar, cast
from weakref import ref

from models.basis.store import Store
from models.market.simulate import Setting
from models.scenario.scenario import Scenario

Layer = TypeVar("Layer")
Names = tuple[str, ...]
BY_FIELD = ("rates",)
"""Slices that are read field by field."""


class Value:
    """A part as a key: hashed once, however many layers are looked up by it. Slices have many fields each."""

    __slots__ = ("_hash", "_of")

    def __init__(self, of: Hashable) -> None:
        self._of, self._hash = of, hash(of)

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Value):
            return NotImplemented
        return self._of is other._of or (self._hash == other._hash and self._of == other._of)


class Parts:
    """Parts of one scenario by dotted name, each taken once, as values that can be compared."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self._known: dict[str, Any] = {}
        self._values: dict[str, Value] = {}

    def part(self, name: str) -> Any:
        """A part such as ``rates`` or ``neutral.calm.setting``."""
        if name not in self._known:
            owner, _, last = name.rpartition(".")
            self._known[name] = getattr(self.part(owner) if owner else self.scenario, last)
        return self._known[name]

    def values(self, names: Names) -> tuple[Value, ...]:
        """Parts as values that equal those of another scenario when nothing in them differs."""
        return tuple([self._value(name) for name in names])

    def _value(self, name: str) -> Value:
        if name not in self._values:
            part = self.part(name)
            whole = tuple(getattr(part, f.name) for f in fields(part)) if isinstance(part, Setting) else part
            self._values[name] = Value(whole)
        return self._values[name]


class Reading:
    """A scenario that notes which of its parts are read; `as_scenario` is what a layer is built from."""

    def __init__(
        self, parts: Parts, read: set[str], prefix: str = "", replaced: Mapping[str, Any] | None = None
    ) -> None:
        self.parts, self.read, self._prefix, self._replaced = parts, read, prefix, replaced or {}

    @property
    def as_scenario(self) -> Scenario:
        """Itself, in the eyes of whoever reads it."""
        return cast(Scenario, self)

    def derived(self, **values: Any) -> Reading:
        """The same with some slices replaced by values, which whoever made them has read already."""
        return Reading(self.parts, self.read, self._prefix, {**self._replaced, **values})

    def __getattr__(self, name: str) -> Any:
        whole = f"{self._prefix}{name}"
        if name in self._replaced:
            return self._replaced[name]
        if name == "in_force" and "in_force." in self._prefix:
            return self  # what has moved does not move again
        if self._replaced and name not in Scenario.model_fields:
            if name == "setting":
                return cast(property, Scenario.__dict__[name]).fget(self)  # type: ignore[misc]  # noted slice by slice
            self.read.add(f"{self._prefix}model_dump")  # a method equals no other: nothing is kept
            owner = self.parts.part(self._prefix[:-1]) if self._prefix else self.parts.scenario
            return getattr(owner.derived(**self._replaced), name)
        if name in ("neutral", "calm", "in_force"):
            return Reading(self.parts, self.read, f"{whole}.")
        if name in BY_FIELD:
            return ReadSlice(self.parts.part(whole), self.read, whole)
        self.read.add(whole)
        return self.parts.part(whole)


class ReadSlice:
    """A slice that notes which of its fields are read: one concerns the assets, others those who hold them."""

    def __init__(self, of: Any, read: set[str], name: str) -> None:
        self._of, self._read, self._name = of, read, name

    def __getattr__(self, name: str) -> Any:
        self._read.add(f"{self._name}.{name}" if name in type(self._of).model_fields else self._name)
        return getattr(self._of, name)


class Noted(Generic[Layer]):
    """The last few results of a layer by what each of them read.

    Sessions are threads: who wants what somebody else is about to make waits for him, nobody waits for others.

    Parameters
    ----------
    size : int
        Results that are kept: paths are large, so neighbors are best visited such that few suffice.
    is_held : bool
        Whether they are kept for their own sake; else each is found only while somebody else holds it.
    """

    def __init__(self, size: int, is_held: bool = True) -> None:
        self.size, self.is_held, self.lock = size, is_held, RLock()
        self._kept: OrderedDict[tuple[Names, Hashable], Callable[[], Layer | None]] = OrderedDict()
        self._making: Store[AbstractContextManager[bool]] = Store(64)

    def find(self, parts: Parts, on: Hashable = None) -> list[Layer]:
        """The result for a scenario, if one is kept that read nothing but what this scenario has too; else nothing."""
        with self.lock:
            for names in dict.fromkeys(names for names, _ in reversed(self._kept)):
                key = names, (on, *parts.values(names))
                if key in self._kept and (result := self._kept[key]()) is not None:
                    self._kept.move_to_end(key)
                    return [result]
        return []

    def likely(self, parts: Parts, on: Hashable = None) -> tuple[Hashable, ...]:
        """What the next result for a scenario will likely be kept by: the parts the last one read, else all of it."""
        with self.lock:
            names = next((names for names, _ in reversed(self._kept)), None)
        return (on, parts.scenario) if names is None else (names, on, *parts.values(names))

    def keep(self, reading: Reading, result: Layer, on: Hashable = None) -> Layer:
        """Keep what was built from a reading."""
        names = tuple(sorted(reading.read))
        with self.lock:
            key = names, (on, *reading.parts.values(names))
            self._kept[key] = (lambda: result) if self.is_held else ref(result)
            self._kept.move_to_end(key)
            while len(self._kept) > self.size:
                self._kept.popitem(last=False)
        return result

    def get(self, parts: Parts, make: Callable[[Scenario], Layer], on: Hashable = None) -> Layer:
        """The result for a scenario, built if it is not kept.

        Parameters
        ----------
        on : hashable
            What it is built on besides, such as draws.
        """
        for result in self.find(parts, on):
            return result
        with self._making.get(self.likely(parts, on), RLock):
            for result in self.find(parts, on):
                return result
            reading = Reading(parts, set())
            return self.keep(reading, make(reading.as_scenario), on)
