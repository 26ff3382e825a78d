// SPDX-License-Identifier: MIT
// The partition table (MBR) of the card, as pure functions over its first sector.
//
// Layout (UEFI specification 2.10, section 5.2.1): four entries of 16 bytes at byte 446, then the
// signature 55 AA. An entry: status, CHS of the first sector (3 bytes), type, CHS of the last
// sector (3 bytes), first sector and number of sectors (32 bits each, little-endian).

#include "mbr.h"

#include <string.h>

#define ENTRIES 4
#define ENTRY_BYTES 16
#define FIRST_ENTRY 446
#define DATA_ENTRY 2 // counted from 0: partition 3
#define TYPE_LINUX 0x83

#define ALIGNMENT 2048ull       // 1 MiB, a multiple of every card's erase block page
#define LEAST_ROOM 32768ull     // 16 MiB: below this a journalled file system is mostly journal
#define LBA_LIMIT 0xffffffffull // an entry holds 32 bits

struct entry {
    uint8_t type;
    struct mbr_extent extent;
};

static uint64_t read_u32(const uint8_t *bytes) {
    return bytes[0] | (uint64_t)bytes[1] << 8 | (uint64_t)bytes[2] << 16 | (uint64_t)bytes[3] << 24;
}

static void write_u32(uint8_t *bytes, uint64_t value) {
    for (int i = 0; i < 4; i++) {
        bytes[i] = (uint8_t)(value >> 8 * i);
    }
}

static struct entry read_entry(const uint8_t *table, int index) {
    const uint8_t *bytes = table + FIRST_ENTRY + ENTRY_BYTES * index;
    return (struct entry){bytes[4], {read_u32(bytes + 8), read_u32(bytes + 12)}};
}

static uint64_t end_of(const struct mbr_extent *extent) {
    return extent->first + extent->count;
}

// GPT's protective entry, and extended partitions, whose chains live outside this table.
static int is_foreign(uint8_t type) {
    return type == 0xee || type == 0x05 || type == 0x0f || type == 0x85;
}

static int is_sound(const struct entry *entry, uint64_t disk_sectors) {
    const struct mbr_extent *extent = &entry->extent;
    return !is_foreign(entry->type) && extent->first > 0 && extent->count > 0 &&
           end_of(extent) <= disk_sectors;
}

static int overlap(const struct mbr_extent *a, const struct mbr_extent *b) {
    return a->first < end_of(b) && b->first < end_of(a);
}

// Reads the used entries; returns 0 when they contradict each other or the disk.
static int read_entries(const uint8_t *table, uint64_t disk_sectors, struct entry *entries) {
    for (int i = 0; i < ENTRIES; i++) {
        entries[i] = read_entry(table, i);
        if (entries[i].type == 0) {
            continue;
        }
        if (!is_sound(&entries[i], disk_sectors)) {
            return 0;
        }
        for (int j = 0; j < i; j++) {
            if (entries[j].type != 0 && overlap(&entries[i].extent, &entries[j].extent)) {
                return 0;
            }
        }
    }
    return 1;
}

// From the end of the last partition to the end of the disk, both on whole MiB.
static enum mbr_answer find_room(const struct entry *entries, uint64_t disk_sectors,
                                 struct mbr_extent *data) {
    uint64_t used = 0;
    for (int i = 0; i < ENTRIES; i++) {
        if (entries[i].type != 0 && end_of(&entries[i].extent) > used) {
            used = end_of(&entries[i].extent);
        }
    }
    uint64_t last = disk_sectors < LBA_LIMIT ? disk_sectors : LBA_LIMIT;
    uint64_t first = (used + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    if (first >= last || last - first < LEAST_ROOM) {
        return MBR_NO_ROOM;
    }
    *data = (struct mbr_extent){first, (last - first) / ALIGNMENT * ALIGNMENT};
    return MBR_NEW;
}

enum mbr_answer mbr_plan(const uint8_t table[MBR_BYTES], uint64_t disk_sectors,
                         struct mbr_extent *data) {
    struct entry entries[ENTRIES];
    if (table[510] != 0x55 || table[511] != 0xaa) {
        return MBR_STRANGE;
    }
    if (!read_entries(table, disk_sectors, entries)) {
        return MBR_STRANGE;
    }
    if (entries[0].type == 0 || entries[1].type == 0) {
        return MBR_STRANGE;
    }
    if (entries[DATA_ENTRY].type != 0) {
        *data = entries[DATA_ENTRY].extent;
        return MBR_HAVE;
    }
    return find_room(entries, disk_sectors, data);
}

void mbr_enter(uint8_t table[MBR_BYTES], const struct mbr_extent *data) {
    uint8_t *bytes = table + FIRST_ENTRY + ENTRY_BYTES * DATA_ENTRY;
    // FE FF FF: the sector is beyond what cylinders, heads and sectors can say.
    static const uint8_t start[ENTRY_BYTES] = {0, 0xfe, 0xff, 0xff, TYPE_LINUX, 0xfe, 0xff, 0xff};
    memcpy(bytes, start, ENTRY_BYTES);
    write_u32(bytes + 8, data->first);
    write_u32(bytes + 12, data->count);
}
