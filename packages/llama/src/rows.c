/* SPDX-License-Identifier: MIT */
#include "rows.h"

#include "part.h"
#include "planes.h"

_Static_assert(PLANES_ROWS % ROWS_AT_ONCE == 0, "rows that are read at once share a block");

/* Reads and joins the planes of some rows; `sums` gets what the file says of them. */
static bool read_planes(const struct rows *rows, const struct file *file, int first, int count,
                        const struct rows_room *room, uint32_t *sums, struct llama_error *error) {
    int begin = first / PLANES_ROWS * PLANES_ROWS, left = rows->count - begin;
    uint64_t width = (uint64_t)rows->columns,
             in_block = left < PLANES_ROWS ? (uint64_t)left : PLANES_ROWS;
    uint64_t block = rows->offset + (uint64_t)begin * planes_row_bytes(rows->columns);
    uint64_t rest = block + in_block * width, end = rest + in_block * width * PLANES_REST;
    uint64_t skipped = (uint64_t)(first - begin), floats = (uint64_t)count * width;
    unsigned char *top = room->raw, *others = room->raw + floats;
    if (!file_read(file, top, floats, block + skipped * width, error) ||
        !file_read(file, others, floats * PLANES_REST, rest + skipped * width * PLANES_REST,
                   error) ||
        !file_read(file, sums, (uint64_t)count * sizeof *sums, end + skipped * sizeof *sums,
                   error)) {
        return false;
    }
    planes_join(room->rows, top, others, (size_t)floats);
    return true;
}

const float *rows_get(const struct rows *rows, const struct file *file, int first, int count,
                      const struct rows_room *room, struct llama_error *error) {
    size_t width = (size_t)rows->columns;
    if (rows->memory != NULL) {
        return rows->memory + (size_t)first * width;
    }
    uint32_t sums[ROWS_AT_ONCE];
    if (!read_planes(rows, file, first, count, room, sums, error)) {
        return NULL;
    }
    for (int i = 0; i < count; i++) {
        const float *row = room->rows + (size_t)i * width;
        if (planes_sum(row, rows->columns, rows->seed, rows->offset, first + i) != sums[i]) {
            part_damaged(file, error);
            return NULL;
        }
    }
    return room->rows;
}
