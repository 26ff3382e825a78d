/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DUO_CLOCKS_H
#define DUO_CLOCKS_H

#include "qemu/osdep.h"

#include "exec/hwaddr.h"

#define TYPE_DUO_CLOCKS "duo-clocks"

/* Complain, once for each clock, if the device at `address` is used while its clock is off. */
void duo_clocks_check(hwaddr address);

#endif
