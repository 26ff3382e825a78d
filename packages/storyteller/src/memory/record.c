/* SPDX-License-Identifier: MIT */
#include "memory/record.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* CRC-32, as in zip files. */
static uint32_t checksum(const char *text) {
    uint32_t crc = ~0u;

    for (; *text != '\0'; text++) {
        crc ^= (unsigned char)*text;
        for (int bit = 0; bit < 8; bit++) {
            crc = crc >> 1 ^ (crc & 1 ? 0xEDB88320u : 0);
        }
    }
    return ~crc;
}

void record_write(const struct recipe *recipe, char record[RECORD_BYTES]) {
    char text[RECORD_BYTES];

    /* The bar keeps blanks at the end of the opening. */
    snprintf(text, sizeof(text), "%" PRIu64 " %d %d %s|", recipe->seed, recipe->temperature,
             recipe->steps, recipe->prompt);
    /* The line's end must not be lost to a long one. */
    snprintf(record, RECORD_BYTES, "%08" PRIx32 " %.*s\n", checksum(text), RECORD_BYTES - 11, text);
}

/* A line that is damaged, in whatever way, has another checksum. */
bool record_read(const char *line, struct recipe *recipe) {
    char *end;
    unsigned long wanted = strtoul(line, &end, 16);
    int at = 0;
    size_t length;

    *recipe = (struct recipe){0};
    if (end != line + 8 || *end != ' ' || checksum(end + 1) != wanted) {
        return false;
    }
    if (sscanf(end + 1, "%" SCNu64 " %d %d%n", &recipe->seed, &recipe->temperature, &recipe->steps,
               &at) != 3) {
        return false;
    }
    at += 1 + (end[1 + at] == ' ' ? 1 : 0);
    length = strlen(end + at);
    if (length == 0 || length > sizeof(recipe->prompt)) {
        return false;
    }
    memcpy(recipe->prompt, end + at, length - 1);
    return recipe->seed > 0 && recipe->temperature >= 0 && recipe->steps > 0;
}
