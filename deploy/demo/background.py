"""Runs the participants in another thread: the stack may be used from the main one only."""

import asyncio
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import suppress

from deploy.demo.demonstration import Demonstration
from deploy.demo.progress import Progress
from deploy.local.stack import Stack


def run_in_thread(
    demo: Demonstration, stack: Stack, *, kill: Sequence[str], progress: Progress
) -> None:
    """Run *demo* to its end; kill and restart the services *kill* halfway through."""
    done: Future[None] = Future()
    cancel: list[Callable[[], object]] = []

    async def run_until_canceled() -> None:
        task = asyncio.current_task()
        assert task is not None
        loop = asyncio.get_running_loop()
        cancel.append(lambda: loop.call_soon_threadsafe(task.cancel))
        await demo.run()

    def run() -> None:
        try:
            asyncio.run(run_until_canceled())
        except BaseException as error:
            done.set_exception(error)
        else:
            done.set_result(None)

    done.add_done_callback(lambda _: demo.half_way.set())
    thread = threading.Thread(target=run, name="demo", daemon=True)
    thread.start()
    try:
        demo.half_way.wait()
        for service in kill if not done.done() else ():
            _kill(stack, service, progress)
        done.result()
    finally:
        # Disconnect the participants before Kafka stops, or their clients would log errors.
        for request_cancel in cancel if not done.done() else ():
            with suppress(RuntimeError):  # the loop has just closed
                request_cancel()
        thread.join(timeout=10)


def _kill(stack: Stack, service: str, progress: Progress) -> None:
    stack.kill(service)
    progress.say(f"{service} was killed (SIGKILL) during the submissions")
    stack.start_service(service)
    stack.connection.write(stack.state / "connection.json")  # its address has changed
    progress.say(f"{service} runs again")
