/* SPDX-License-Identifier: MIT */
#include "part.h"

#include <string.h>

#include "error.h"

struct checksum checksum_start(uint32_t seed, uint64_t place) {
    return (struct checksum){.sum = 1 + seed + place};
}

void checksum_add(struct checksum *checksum, const void *data, size_t bytes) {
    /* Where the alignment is not told, the copy takes four loads of a byte on riscv64. */
    const unsigned char *at = __builtin_assume_aligned(data, 4);
    uint64_t sum = checksum->sum, sums = checksum->sums;
    for (size_t i = 0; i + 4 <= bytes; i += 4) {
        uint32_t word;
        memcpy(&word, at + i, sizeof word);
        sum += word;
        sums += sum;
    }
    *checksum = (struct checksum){sum, sums};
}

uint64_t checksum_value(const struct checksum *checksum) {
    return checksum->sums * 31 + checksum->sum;
}

uint32_t checksum_short(const struct checksum *checksum) {
    uint64_t value = checksum_value(checksum);
    return (uint32_t)(value ^ value >> 32);
}

uint64_t part_room(uint64_t bytes) {
    return (bytes + PART_ALIGN - 1) / PART_ALIGN * PART_ALIGN + PART_TRAILER;
}

struct part part_next(struct part first, int index) {
    return (struct part){first.offset + (uint64_t)index * part_room(first.bytes), first.bytes};
}

bool part_damaged(const struct file *file, struct llama_error *error) {
    return fail(error, "%s: is damaged: copy or pack it again", file->name);
}

bool part_verify(const struct file *file, const struct part *part, const struct checksum *sum,
                 struct llama_error *error) {
    uint64_t trailer, end = part->offset + part_room(part->bytes) - PART_TRAILER;
    return file_read(file, &trailer, sizeof trailer, end, error) &&
           (trailer == checksum_value(sum) || part_damaged(file, error));
}

bool part_read(const struct file *file, const struct part *part, uint32_t seed, void *to,
               struct llama_error *error) {
    struct checksum sum = checksum_start(seed, part->offset);
    if (!file_read(file, to, part->bytes, part->offset, error)) {
        return false;
    }
    checksum_add(&sum, to, (size_t)part->bytes);
    return part_verify(file, part, &sum, error);
}
