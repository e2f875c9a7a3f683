"""Jobs that are done when they are asked for: what a page shows afterwards, without its background."""

from collections.abc import Callable, Hashable
from typing import Any

from dashboard import jobs


class Finished(jobs.Job[Any]):
    """A job whose work was done on the spot."""

    def __init__(self, found: Any) -> None:
        super().__init__(lambda progress: found)
        self.found = found

    status = property(lambda self: "done")  # type: ignore[assignment]
    result = property(lambda self: self.found)  # type: ignore[assignment]


class AtOnce:
    """Stands for `run.job`; keeps what it made, and notes what it was asked for."""

    def __init__(self) -> None:
        self.made: dict[Hashable, Finished] = {}

    def __call__(self, make: Callable[..., Any], *key: Hashable, **named: Hashable) -> Finished:
        where = (make.__name__, *key, *named.items())
        if where not in self.made:
            self.made[where] = Finished(make(*key, **named, progress=lambda share: None))
        return self.made[where]


def on_less(make: Callable[..., Any], **less: object) -> Callable[..., Any]:
    """A study on fewer paths, points or assumptions, with a name of its own among the jobs."""

    def study(*key: object, **named: object) -> Any:
        return make(*key, **{**named, **less})

    study.__name__ = study.__qualname__ = f"little {make.__name__}"
    return study
