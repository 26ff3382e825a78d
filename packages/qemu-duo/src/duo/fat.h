/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DUO_FAT_H
#define DUO_FAT_H

#include "qemu/osdep.h"

#include "system/block-backend.h"

/* What the boot ROM's file system code answers, by the numbers of FatFs, which the ROM prints. */
typedef enum {
    FAT_OK = 0,
    FAT_READ_ERROR = 1,
    FAT_NO_FILE = 4,
    FAT_NO_FILE_SYSTEM = 13,
} FatResult;

/*
 * Read a file of the root folder, by its name of 11 letters as the folder has it, into a new buffer
 * of `*size` bytes. Files larger than `limit` bytes count as missing.
 */
FatResult fat_read_file(BlockBackend *card, const char name[11], uint32_t limit, uint8_t **data,
                        uint32_t *size);

#endif
