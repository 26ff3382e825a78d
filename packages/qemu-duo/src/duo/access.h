/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DUO_ACCESS_H
#define DUO_ACCESS_H

#include "qemu/osdep.h"

#include "exec/memory.h"

/*
 * What software does to the chip's registers: a list of all that were touched, and a complaint
 * about each device that is used while a clock that it needs is off.
 */
typedef enum { DUO_READ, DUO_WRITE, DUO_ACCESSES } DuoAccess;

/* Note an access to a register. */
void duo_access(DuoAccess kind, hwaddr address, uint64_t value, unsigned size);

/* Write the list of touched registers to a file when the emulator ends. */
void duo_access_list(const char *path);

/* Map a device that is not of this folder at `base` so that accesses to it are noted, too. */
void duo_access_watch(Object *owner, MemoryRegion *device, hwaddr base);

#endif
