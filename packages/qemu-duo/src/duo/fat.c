/*
 * FAT as the boot ROM reads it. Its code is not public, but its message `Mount SD failed (13)`
 * carries a number of FatFs, so the rules are those: the whole card, else the first of the four
 * primary partitions that has a FAT; FAT12, 16 or 32 by the count of clusters.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "fat.h"

#define SECTOR 512
#define ENTRY 32
#define PARTITIONS 4
#define PARTITION_TABLE 446
#define SIGNATURE 510
#define FAT12_CLUSTERS 4085
#define FAT16_CLUSTERS 65525
#define LARGEST_FAT (1 << 26) /* bytes, of a volume of 128 GB and more */
#define ROOT_CLUSTERS 1024    /* more do not count as a root folder */
#define ATTRIBUTES 11
#define IS_NO_FILE 0x18 /* label or folder */

typedef struct Volume {
    BlockBackend *card;
    uint64_t start, fat, root, data; /* sectors */
    uint32_t cluster_sectors, fat_sectors, root_entries, root_cluster, clusters;
    int bits; /* 12, 16 or 32 */
    uint8_t *table;
} Volume;

static bool read_sectors(BlockBackend *card, uint64_t at, uint32_t count, void *buffer) {
    return blk_pread(card, at * SECTOR, (int64_t)count * SECTOR, buffer, 0) >= 0;
}

/* Whether the sector begins a FAT volume; fills in where its parts are. */
static bool parse_boot_sector(const uint8_t *sector, Volume *volume) {
    uint32_t total = lduw_le_p(sector + 19), fats = sector[16];
    volume->cluster_sectors = sector[13];
    volume->root_entries = lduw_le_p(sector + 17);
    volume->fat_sectors = lduw_le_p(sector + 22);
    volume->root_cluster = ldl_le_p(sector + 44);
    if (!volume->fat_sectors) {
        volume->fat_sectors = ldl_le_p(sector + 36);
    }
    if (!total) {
        total = ldl_le_p(sector + 32);
    }
    if (lduw_le_p(sector + SIGNATURE) != 0xaa55 || lduw_le_p(sector + 11) != SECTOR ||
        !is_power_of_2(volume->cluster_sectors) || fats < 1 || fats > 2 ||
        volume->fat_sectors > LARGEST_FAT / SECTOR) {
        return false;
    }
    uint32_t before_root = lduw_le_p(sector + 14) + fats * volume->fat_sectors;
    uint32_t before_data = before_root + DIV_ROUND_UP(volume->root_entries * ENTRY, SECTOR);
    if (before_data >= total) {
        return false;
    }
    volume->fat = volume->start + lduw_le_p(sector + 14);
    volume->root = volume->start + before_root;
    volume->data = volume->start + before_data;
    volume->clusters = (total - before_data) / volume->cluster_sectors;
    volume->bits = volume->clusters < FAT12_CLUSTERS   ? 12
                   : volume->clusters < FAT16_CLUSTERS ? 16
                                                       : 32;
    return volume->bits == 32 ? !volume->root_entries : volume->root_entries;
}

static FatResult find_volume(Volume *volume) {
    uint8_t table[SECTOR], sector[SECTOR];
    if (!read_sectors(volume->card, 0, 1, table)) {
        return FAT_READ_ERROR;
    }
    if (parse_boot_sector(table, volume)) {
        return FAT_OK;
    }
    for (int i = 0; i < PARTITIONS && lduw_le_p(table + SIGNATURE) == 0xaa55; i++) {
        const uint8_t *partition = table + PARTITION_TABLE + 16 * i;
        volume->start = (uint32_t)ldl_le_p(partition + 8);
        if (partition[4] && read_sectors(volume->card, volume->start, 1, sector) &&
            parse_boot_sector(sector, volume)) {
            return FAT_OK;
        }
    }
    return FAT_NO_FILE_SYSTEM;
}

/* The cluster after this one; 0 at the end of a chain, and where the table makes no sense. */
static uint32_t next_cluster(const Volume *volume, uint32_t cluster) {
    uint64_t at = (uint64_t)cluster * volume->bits / 8;
    if (cluster < 2 || cluster - 2 >= volume->clusters || at + 4 > volume->fat_sectors * SECTOR) {
        return 0;
    }
    uint32_t next = ldl_le_p(volume->table + at);
    switch (volume->bits) {
    case 12:
        next = extract32(next, cluster & 1 ? 4 : 0, 12);
        break;
    case 16:
        next = extract32(next, 0, 16);
        break;
    default:
        next = extract32(next, 0, 28);
    }
    return next >= 2 && next - 2 < volume->clusters ? next : 0;
}

/* Read a chain of clusters, at most `limit` bytes, which are a multiple of a cluster's. */
static uint8_t *read_chain(const Volume *volume, uint32_t cluster, size_t limit, size_t *size) {
    size_t step = (size_t)volume->cluster_sectors * SECTOR;
    uint8_t *data = g_malloc(limit);
    for (*size = 0; *size + step <= limit; *size += step) {
        uint64_t at = volume->data + (uint64_t)(cluster - 2) * volume->cluster_sectors;
        if (cluster < 2 || cluster - 2 >= volume->clusters ||
            !read_sectors(volume->card, at, volume->cluster_sectors, data + *size)) {
            break;
        }
        cluster = next_cluster(volume, cluster);
    }
    return data;
}

static uint8_t *read_root(const Volume *volume, size_t *size) {
    if (volume->bits == 32) {
        size_t limit = (size_t)ROOT_CLUSTERS * volume->cluster_sectors * SECTOR;
        return read_chain(volume, volume->root_cluster, limit, size);
    }
    *size = ROUND_UP(volume->root_entries * ENTRY, SECTOR);
    uint8_t *root = g_malloc0(*size);
    if (!read_sectors(volume->card, volume->root, *size / SECTOR, root)) {
        *size = 0;
    }
    return root;
}

static FatResult read_named(const Volume *volume, const char name[11], uint32_t limit,
                            uint8_t **data, uint32_t *size) {
    size_t root_size, found;
    g_autofree uint8_t *root = read_root(volume, &root_size);
    for (uint8_t *entry = root; entry + ENTRY <= root + root_size && *entry; entry += ENTRY) {
        *size = ldl_le_p(entry + 28);
        if (entry[ATTRIBUTES] & IS_NO_FILE || memcmp(entry, name, 11) || *size > limit) {
            continue;
        }
        uint32_t high = volume->bits == 32 ? lduw_le_p(entry + 20) << 16 : 0;
        size_t whole = ROUND_UP((size_t)*size, (size_t)volume->cluster_sectors * SECTOR);
        *data = read_chain(volume, high | lduw_le_p(entry + 26), whole, &found);
        if (found < *size) {
            g_free(*data);
            return FAT_READ_ERROR;
        }
        return FAT_OK;
    }
    return FAT_NO_FILE;
}

FatResult fat_read_file(BlockBackend *card, const char name[11], uint32_t limit, uint8_t **data,
                        uint32_t *size) {
    Volume volume = {.card = card};
    FatResult result = find_volume(&volume);
    if (result != FAT_OK) {
        return result;
    }
    g_autofree uint8_t *table = g_malloc((size_t)volume.fat_sectors * SECTOR);
    volume.table = table;
    if (!read_sectors(card, volume.fat, volume.fat_sectors, table)) {
        return FAT_READ_ERROR;
    }
    return read_named(&volume, name, limit, data, size);
}
