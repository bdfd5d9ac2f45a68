"""A child process of the studio: reads task numbers and target folders, answers one line per task.

It is a program of its own (`python -m services.sample.worker`), not a multiprocessing child: those would
import the parent's main module again. It ends when its standard input does, so also with its parent.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path

from av.error import FFmpegError

from services.sample.work import all_tasks, make


def main() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides; it closes our input
    tasks = {task.key: task for task in all_tasks()}
    for line in sys.stdin:
        order = json.loads(line)
        answer: dict[str, object] = {"key": order["key"]}
        try:
            make(tasks[order["key"]], [Path(path) for path in order["paths"]])
        except (OSError, FFmpegError) as error:
            answer |= {"errno": error.errno or 0, "error": str(error.strerror or error)}
        try:
            sys.stdout.write(json.dumps(answer) + "\n")
            sys.stdout.flush()
        except BrokenPipeError:
            os._exit(0)  # the parent is gone: nobody is left to tell, not even at the end of Python


if __name__ == "__main__":
    main()
