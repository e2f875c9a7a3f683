"""Many readers on one server: what a move of a slider costs and takes, and the memory that is held and given back.

Readers speak the protocol of the browser, timers of fragments included, so that they cost next to nothing and searches
in the background start as they would. A move is answered when its run of the script is finished.
``python -m tests.bench.bench_sessions --readers 25 --seconds 180`` measures one load;
``--leak 1000 50`` looks for what grows.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import statistics
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from tests.bench.server import Server, serving

SLIDERS: dict[str, tuple[float, float]] = {"overcapacity.peak": (0.0, 300.0), "localization.share": (0.0, 60.0)}
"""What readers move, as the page shows it."""
EVERY = 2.0
"""Seconds between two moves of a reader."""
PATIENCE = 300.0
"""Seconds after which a run that did not end is a fault of the server."""
SEARCHES = 3.0
"""Seconds of standing still after which a search is under way."""
GIVEN_BACK = 12.0
"""Seconds in which a quiet server has given memory back."""
AFTERWARDS = 60.0
"""Seconds after the last move in which memory should come back."""


@dataclass
class Found:
    """What readers saw, and what the server held."""

    latencies: list[float] = field(default_factory=list)
    megabytes: list[float] = field(default_factory=list)


@dataclass
class Reader:
    """One browser: a connection, the sliders it was shown, the fragments it runs again by themselves."""

    socket: ClientConnection
    sliders: dict[str, str] = field(default_factory=dict)
    buttons: dict[str, str] = field(default_factory=dict)
    values: dict[str, float] = field(default_factory=dict)
    timers: dict[str, asyncio.Task[None]] = field(default_factory=dict)
    finished: asyncio.Event = field(default_factory=asyncio.Event)
    is_whole: bool = False

    async def ask(self, fragment: str = "", button: str = "") -> None:
        """Ask for a run of the script, or of one fragment."""
        message = BackMsg()
        message.rerun_script.query_string = ""
        for name, value in self.values.items():
            state = message.rerun_script.widget_states.widgets.add()
            state.id = self.sliders[name]
            state.double_array_value.data.append(value)
        if button:
            state = message.rerun_script.widget_states.widgets.add()
            state.id, state.trigger_value = self.buttons[button], True
        if fragment:
            message.rerun_script.fragment_id, message.rerun_script.is_auto_rerun = fragment, True
        await self.socket.send(message.SerializeToString())

    async def press(self, button: str = "") -> float:
        """Seconds that a run of the whole script takes, from asking to its end."""
        began = time.perf_counter()
        self.finished.clear()
        await self.ask(button=button)
        await asyncio.wait_for(self.finished.wait(), PATIENCE)
        return time.perf_counter() - began

    async def listen(self) -> None:
        """Take in what the server says until it hangs up."""
        async for data in self.socket:
            message = ForwardMsg()
            message.ParseFromString(data if isinstance(data, bytes) else data.encode())
            self._take(message)

    def _take(self, message: ForwardMsg) -> None:
        kind = message.WhichOneof("type")
        if kind == "new_session":
            self.is_whole = not message.metadata.run.fragment_ids
            if self.is_whole:
                self.leave()
        elif kind == "auto_rerun":
            self._start(message.auto_rerun.fragment_id, message.auto_rerun.interval)
        elif kind == "stop_auto_rerun":
            self.leave(*message.stop_auto_rerun.fragment_ids)
        elif kind == "delta":
            self._see(message.delta.new_element)
        elif kind == "script_finished" and message.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY:
            self.finished.set()

    def _see(self, element: Any) -> None:
        kind = element.WhichOneof("type")
        if kind == "slider":
            self.sliders |= {name: element.slider.id for name in SLIDERS if element.slider.id.endswith(f"-{name}")}
        elif kind == "button":
            self.buttons[element.button.id.rpartition("-")[2]] = element.button.id

    def _start(self, fragment: str, interval: float) -> None:
        async def again() -> None:
            while True:
                await asyncio.sleep(interval)
                await self.ask(fragment)

        self.leave(fragment)
        self.timers[fragment] = asyncio.create_task(again())

    def leave(self, *fragments: str) -> None:
        """Stop the timers of fragments, of all by default."""
        for fragment in fragments or tuple(self.timers):
            if timer := self.timers.pop(fragment, None):
                timer.cancel()


async def _reads(server: Server, seed: int, opened: asyncio.Barrier, found: Found, seconds: float) -> None:
    """One reader: opens the first page, then moves a slider, reads, and moves again."""
    draw = random.Random(seed)
    async with reading(server) as reader:
        await reader.press()
        await opened.wait()
        end = time.perf_counter() + seconds
        await asyncio.sleep(draw.random() * EVERY)
        while time.perf_counter() < end:
            name = draw.choice(list(SLIDERS))
            reader.values = {name: round(draw.uniform(*SLIDERS[name]))}
            taken = await reader.press()
            found.latencies.append(taken)
            await asyncio.sleep(max(0.0, EVERY - taken))


@asynccontextmanager
async def reading(server: Server) -> AsyncIterator[Reader]:
    """A reader who is connected until the end of the block."""
    address = f"ws://127.0.0.1:{server.port}/_stcore/stream"
    async with connect(address, subprotocols=[Subprotocol("streamlit")], max_size=2**27) as socket:
        reader = Reader(socket)
        listening = asyncio.create_task(reader.listen())
        try:
            yield reader
        finally:
            reader.leave()
            listening.cancel()
            with suppress(asyncio.CancelledError, ConnectionClosed):
                await listening


async def _watch(server: Server, found: Found) -> None:
    while True:
        found.megabytes.append(server.megabytes)
        await asyncio.sleep(0.25)


async def load(server: Server, readers: int, seconds: float, afterwards: float) -> dict[str, object]:
    """What moves of so many readers cost and take, and the memory meanwhile and afterwards."""
    found, opened = Found(), asyncio.Barrier(readers + 1)
    async with reading(server) as first:
        await first.press()  # fair prices are computed once a process
    before = server.megabytes
    watching = asyncio.create_task(_watch(server, found))
    began = time.perf_counter()
    reads = [asyncio.create_task(_reads(server, i, opened, found, seconds)) for i in range(readers)]
    await opened.wait()
    opening, began, spent = time.perf_counter() - began, time.perf_counter(), server.split_seconds
    await asyncio.gather(*reads)
    took, last = time.perf_counter() - began, server.megabytes
    own, system = (now - then for now, then in zip(server.split_seconds, spent, strict=True))
    await asyncio.sleep(afterwards)
    watching.cancel()
    taken = sorted(found.latencies)
    return {
        "readers": readers, "seconds until all had opened": round(opening, 1), "moves": len(taken),
        "moves a second": round(len(taken) / took, 2), "p50": round(statistics.median(taken), 3),
        "p95": round(taken[int(0.95 * len(taken))], 3),
        "processor seconds a move": round((own + system) / len(taken), 3),
        "of them in the system": round(system / len(taken), 3), "cores used": round((own + system) / took, 2),
        "MB before": round(before), "MB most": round(max(found.megabytes)),
        "MB at the end": round(last), f"MB {afterwards:.0f} s later": round(server.megabytes),
        "threads": server.threads,
    }


async def leak(server: Server, moves: int, searches: int) -> dict[str, object]:
    """Memory and threads after the first tenth and after all of many moves of one reader, and of searches given up.

    The stores fill in the first tenth where that is 250 moves or more; each search is under way when the slider moves.
    """
    draw, held = random.Random(0), dict[str, object]()

    def note(when: str) -> None:
        held[f"MB after {when}"], held[f"threads after {when}"] = round(server.megabytes), server.threads

    async with reading(server) as reader:
        await reader.press()
        for name, count, pause in (("moves", moves, 0.0), ("searches given up", searches, SEARCHES)):
            for i in range(count):
                reader.values = {slider: round(draw.uniform(*ends)) for slider, ends in SLIDERS.items()}
                await reader.press()
                await asyncio.sleep(pause)
                if i + 1 in (max(1, count // 10), count):
                    reader.leave()
                    await asyncio.sleep(GIVEN_BACK)
                    note(f"{i + 1} {name}")
        await reader.press()
        await asyncio.sleep(SEARCHES)
        began = time.perf_counter()
        server.process.terminate()
        await asyncio.to_thread(server.process.wait)
        held["seconds to stop while it searches"] = round(time.perf_counter() - began, 2)
    return held


def run() -> list[dict[str, object]]:
    """Rows of a load that is not the whole one: name, milliseconds and a note."""
    with serving() as server:
        found = asyncio.run(load(server, 10, 30.0, 15.0))
    note = ", ".join(f"{name} {value}" for name, value in found.items() if name not in ("readers", "p50"))
    return [{"name": "ten readers, a move every two seconds (p50)", "ms": 1e3 * float(str(found["p50"])), "note": note}]


def main() -> None:
    """Measure one load on a server of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--readers", type=int, default=25)
    parser.add_argument("--seconds", type=float, default=180.0)
    parser.add_argument("--afterwards", type=float, default=AFTERWARDS)
    parser.add_argument("--leak", nargs=2, type=int, metavar=("MOVES", "SEARCHES"), help="such as 1000 50")
    asked = parser.parse_args()
    with serving() as server:
        measured = leak(server, *asked.leak) if asked.leak else load(
            server, asked.readers, asked.seconds, asked.afterwards
        )
        print(json.dumps(asyncio.run(measured), indent=1))


if __name__ == "__main__":
    main()
