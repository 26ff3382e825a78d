# SPDX-License-Identifier: MIT
"""What packages/ says: recipes, and the sources that they name."""
