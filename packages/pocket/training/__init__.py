# SPDX-License-Identifier: MIT
"""How the model `pocket` is made: stories invented from plots, and the training on them."""
