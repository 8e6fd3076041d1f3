"""No process outlives the one that asked for it: who is killed cannot say so, and an idle pool would wait for ever."""

import os
from multiprocessing import parent_process
from threading import Thread


def end_with_parent() -> None:
    """From now on this process ends when its parent does, however that ends. To be called first thing in a child."""
    parent = parent_process()
    if parent is None:
        return

    def wait() -> None:
        parent.join()
        os._exit(1)

    Thread(target=wait, daemon=True, name="parent").start()
