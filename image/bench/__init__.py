# SPDX-License-Identifier: MIT
"""`doit bench`: the contest's protocol, and what else a maker asks, on a board or in QEMU."""
