/*
 * Registers without a device: they keep what is written to them until a reset. Pads, resets and the
 * like need no more.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "rest.h"

#include "access.h"
#include "exec/address-spaces.h"

#define SIZE 0x70000000
#define PAGE 4096

static GHashTable *pages; /* by page number + 1 */
static MemoryRegion region;

static uint8_t *byte_at(hwaddr address) {
    gpointer key = GUINT_TO_POINTER((guint)(address / PAGE) + 1);
    uint8_t *page = g_hash_table_lookup(pages, key);
    if (!page) {
        page = g_malloc0(PAGE);
        g_hash_table_insert(pages, key, page);
    }
    return page + address % PAGE;
}

static uint64_t rest_read(void *opaque, hwaddr address, unsigned size) {
    uint64_t value = ldn_le_p(byte_at(address), size);
    duo_access(DUO_READ, address, value, size);
    return value;
}

static void rest_write(void *opaque, hwaddr address, uint64_t value, unsigned size) {
    stn_le_p(byte_at(address), size, value);
    duo_access(DUO_WRITE, address, value, size);
}

static const MemoryRegionOps rest_ops = {
    .read = rest_read,
    .write = rest_write,
    .endianness = DEVICE_LITTLE_ENDIAN,
    .valid = {.min_access_size = 1, .max_access_size = 8},
    .impl = {.min_access_size = 1, .max_access_size = 8},
};

void duo_rest_create(Object *owner) {
    pages = g_hash_table_new_full(NULL, NULL, NULL, g_free);
    memory_region_init_io(&region, owner, &rest_ops, NULL, "duo.rest", SIZE);
    memory_region_add_subregion_overlap(get_system_memory(), 0, &region, -1000);
}

void duo_rest_reset(void) {
    g_hash_table_remove_all(pages);
}
