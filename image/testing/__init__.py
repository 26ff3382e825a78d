# SPDX-License-Identifier: MIT
"""The checks of `./doit test`."""
