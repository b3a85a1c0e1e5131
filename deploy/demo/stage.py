"""Runs the play in a thread of its own, because the stack may be used from the main one only."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress

from deploy.demo.play import Play
from deploy.demo.progress import Progress
from deploy.local.stack import Stack


def perform(play: Play, stack: Stack, *, kill: str | None, progress: Progress) -> None:
    """Play to the end; kill and restart one service in the middle, if asked to."""
    done: Future[None] = Future()
    leave: list[Callable[[], object]] = []

    async def play_until_left() -> None:
        task = asyncio.current_task()
        assert task is not None
        loop = asyncio.get_running_loop()
        leave.append(lambda: loop.call_soon_threadsafe(task.cancel))
        await play.run()

    def run() -> None:
        try:
            asyncio.run(play_until_left())
        except BaseException as error:
            done.set_exception(error)
        else:
            done.set_result(None)

    done.add_done_callback(lambda _: play.half_way.set())
    thread = threading.Thread(target=run, name="play", daemon=True)
    thread.start()
    try:
        play.half_way.wait()
        if kill is not None and not done.done():
            _kill(stack, kill, progress)
        done.result()
    finally:
        # The participants leave before Kafka does, or they would complain about it.
        for ask_to_leave in leave if not done.done() else ():
            with suppress(RuntimeError):  # it ended by itself just now
                ask_to_leave()
        thread.join(timeout=10)


def _kill(stack: Stack, service: str, progress: Progress) -> None:
    stack.kill(service)
    progress.say(f"{service} is killed (SIGKILL), in the middle of the submissions")
    stack.start_service(service)
    stack.connection.write(stack.state / "connection.json")  # its address is another now
    progress.say(f"{service} runs again")
