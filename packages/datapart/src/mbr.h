// SPDX-License-Identifier: MIT
// The partition table (MBR) of the card, as pure functions over its first sector.

#ifndef MBR_H
#define MBR_H

#include <stdint.h>

#define MBR_BYTES 512

// All places and lengths are in sectors of 512 bytes.
struct mbr_extent {
    uint64_t first;
    uint64_t count;
};

enum mbr_answer {
    MBR_HAVE,    // entry 3 is there and fits the disk
    MBR_NEW,     // entry 3 is free, and there is room for it
    MBR_NO_ROOM, // entry 3 is free, but the card ends too soon
    MBR_STRANGE, // not the table of our card: nothing must be written
};

// What is to be done about partition 3 of a disk of `disk_sectors`. `table` is the disk's first
// sector; nothing in it is trusted. For MBR_HAVE and MBR_NEW, `data` is where the partition lies.
enum mbr_answer mbr_plan(const uint8_t table[MBR_BYTES], uint64_t disk_sectors,
                         struct mbr_extent *data);

// Writes `data` into entry 3 of `table`, as a Linux partition. `data` must come from mbr_plan.
void mbr_enter(uint8_t table[MBR_BYTES], const struct mbr_extent *data);

#endif
