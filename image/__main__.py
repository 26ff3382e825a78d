# SPDX-License-Identifier: MIT
"""`./doit` ends up here."""

import sys

from image.cli.main import start

if __name__ == "__main__":
    sys.exit(start())
