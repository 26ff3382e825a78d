# SPDX-License-Identifier: MIT
"""The card: root file system, image, release, and a check of the finished image."""
