# SPDX-License-Identifier: MIT
"""slow_player.py FILE: plays raw sound as aplay does, in real time and 80 ms ahead, into a file.

FILE.pid holds its process.
"""

import os
import sys
import time
from pathlib import Path

RATE = 48_000
AHEAD_S = 0.08
PART = 1920  # bytes, 20 ms


def main(target: Path) -> None:
    """Until the end of the input."""
    target.with_suffix(".pid").write_text(str(os.getpid()))
    end_s = 0.0  # when all that was read is played
    with target.open("wb", buffering=0) as file:
        while part := os.read(sys.stdin.fileno(), PART):
            end_s = max(end_s, time.monotonic()) + len(part) / 2 / RATE
            file.write(part)
            time.sleep(max(end_s - AHEAD_S - time.monotonic(), 0.0))


main(Path(sys.argv[1]))
