# SPDX-License-Identifier: MIT
"""What there is to do: steps, what each depends on, and its key."""
