# SPDX-License-Identifier: GPL-2.0-or-later
# The one machine of this QEMU.
CONFIG_MILKV_DUO=y
