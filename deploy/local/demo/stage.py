"""Runs the play in a thread of its own, because the stack may be used from the main one only."""

import asyncio
import threading
from concurrent.futures import Future

from deploy.local.demo.play import Play
from deploy.local.demo.progress import Progress
from deploy.local.stack import Stack


def perform(play: Play, stack: Stack, *, kill: str | None, progress: Progress) -> None:
    """Play to the end; kill and restart one service in the middle, if asked to."""
    loop = asyncio.new_event_loop()
    task = loop.create_task(play.run())
    done: Future[None] = Future()

    def run() -> None:
        try:
            loop.run_until_complete(task)
        except BaseException as error:
            done.set_exception(error)
        else:
            done.set_result(None)
        finally:
            loop.close()

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
        if thread.is_alive():
            loop.call_soon_threadsafe(task.cancel)
            thread.join(timeout=10)


def _kill(stack: Stack, service: str, progress: Progress) -> None:
    stack.kill(service)
    progress.say(f"{service} is killed (SIGKILL), in the middle of the submissions")
    stack.start_service(service)
    progress.say(f"{service} runs again")
