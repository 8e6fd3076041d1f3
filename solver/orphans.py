"""No process outlives the one that asked for it: who is killed cannot say so, and an idle pool would wait for ever."""

import os
from multiprocessing import parent_process
from threading import Thread
from time import sleep

LOOK_S = 0.2
"""How often a program that was started as a command looks for its parent."""


def end_with_parent(number: int | None = None) -> None:
    """From now on this process ends when its parent does, however that ends. To be called first thing in a child.

    A program that was started as a command is told the parent's ``number``: by the time that it asks, the parent may be gone
    and somebody else stand in its place.
    """
    parent = parent_process()

    def wait() -> None:
        if parent is not None:
            parent.join()
        while parent is None and os.getppid() == number:
            sleep(LOOK_S)
        os._exit(1)

    Thread(target=wait, daemon=True, name="parent").start()
