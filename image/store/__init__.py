# SPDX-License-Identifier: MIT
"""A team builds once: results of steps, shared through a cache server or a folder."""
