/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DUO_BOOT_ROM_H
#define DUO_BOOT_ROM_H

#include "qemu/osdep.h"

#include "fault.h"
#include "system/block-backend.h"

#define DUO_ROM 0x04400000

/* Put the boot ROM into the address space. `card` is NULL where there is none. */
void duo_boot_rom_create(Object *owner, BlockBackend *card, DuoFault fault);

#endif
