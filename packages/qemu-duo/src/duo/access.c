/*
 * What software does to the chip's registers.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "access.h"

#include "clocks.h"
#include "cpu.h"
#include "exec/address-spaces.h"
#include "hw/core/cpu.h"
#include "qemu/error-report.h"
#include "qemu/notify.h"
#include "system/system.h"

typedef struct Touched {
    uint64_t pc, count, first, last;
    unsigned size;
} Touched;

static GHashTable *touched[DUO_ACCESSES]; /* by address; NULL while nobody wants the list */
static char *list_path;

static void list_access(DuoAccess kind, hwaddr address, uint64_t value, unsigned size) {
    gpointer key = GUINT_TO_POINTER((guint)address);
    Touched *one = g_hash_table_lookup(touched[kind], key);
    if (!one) {
        one = g_new0(Touched, 1);
        one->pc = current_cpu ? cpu_env(current_cpu)->pc : 0;
        one->first = value;
        one->size = size;
        g_hash_table_insert(touched[kind], key, one);
    }
    one->last = value;
    one->count++;
}

void duo_access(DuoAccess kind, hwaddr address, uint64_t value, unsigned size) {
    duo_clocks_check(address);
    if (list_path) {
        list_access(kind, address, value, size);
    }
}

static gint by_address(gconstpointer a, gconstpointer b) {
    guint left = GPOINTER_TO_UINT(a), right = GPOINTER_TO_UINT(b);
    return left < right ? -1 : left > right;
}

/* One line: r or w and the size, address, how often, first and last value, where it was first. */
static void write_list(Notifier *notifier, void *data) {
    FILE *file = fopen(list_path, "w");
    if (!file) {
        error_report("milkv-duo: %s cannot be written: %s", list_path, strerror(errno));
        return;
    }
    for (int kind = 0; kind < DUO_ACCESSES; kind++) {
        g_autoptr(GList) keys = g_hash_table_get_keys(touched[kind]);
        keys = g_list_sort(keys, by_address);
        for (GList *key = keys; key; key = key->next) {
            Touched *one = g_hash_table_lookup(touched[kind], key->data);
            fprintf(file,
                    "%c%u %08x n=%" PRIu64 " first=%08" PRIx64 " last=%08" PRIx64 " pc=%" PRIx64
                    "\n",
                    "rw"[kind], one->size, GPOINTER_TO_UINT(key->data), one->count, one->first,
                    one->last, one->pc);
        }
    }
    fclose(file);
}

void duo_access_list(const char *path) {
    static Notifier notifier = {.notify = write_list};
    list_path = g_strdup(path);
    for (int kind = 0; kind < DUO_ACCESSES; kind++) {
        touched[kind] = g_hash_table_new_full(NULL, NULL, NULL, g_free);
    }
    qemu_add_exit_notifier(&notifier);
}

/* --- a device of QEMU's own, behind a window that notes --- */

typedef struct Watched {
    MemoryRegion window;
    MemoryRegion *device;
} Watched;

static MemTxResult watched_read(void *opaque, hwaddr offset, uint64_t *value, unsigned size,
                                MemTxAttrs attrs) {
    Watched *watched = opaque;
    MemTxResult result = memory_region_dispatch_read(watched->device, offset, value,
                                                     size_memop(size) | MO_LE, attrs);
    duo_access(DUO_READ, watched->window.addr + offset, *value, size);
    return result;
}

static MemTxResult watched_write(void *opaque, hwaddr offset, uint64_t value, unsigned size,
                                 MemTxAttrs attrs) {
    Watched *watched = opaque;
    duo_access(DUO_WRITE, watched->window.addr + offset, value, size);
    return memory_region_dispatch_write(watched->device, offset, value, size_memop(size) | MO_LE,
                                        attrs);
}

static const MemoryRegionOps watched_ops = {
    .read_with_attrs = watched_read,
    .write_with_attrs = watched_write,
    .endianness = DEVICE_LITTLE_ENDIAN,
    .valid = {.min_access_size = 1, .max_access_size = 8},
    .impl = {.min_access_size = 1, .max_access_size = 8},
};

void duo_access_watch(Object *owner, MemoryRegion *device, hwaddr base) {
    Watched *watched = g_new0(Watched, 1); /* for as long as the machine is there */
    watched->device = device;
    memory_region_init_io(&watched->window, owner, &watched_ops, watched, "duo.watched",
                          memory_region_size(device));
    memory_region_add_subregion(get_system_memory(), base, &watched->window);
}
