"""Processes to be killed, forked from one that imported the library once: each import takes half a second."""

import multiprocessing

__all__ = ["started"]


def started(function, *arguments):
    """A process of its own that calls the function, which a module must hold under its name."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["rhochain", "scipy.sparse"])
    process = context.Process(target=function, args=arguments, daemon=True)
    process.start()
    return process
