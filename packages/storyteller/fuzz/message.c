/* SPDX-License-Identifier: MIT */
/* Feeds any bytes to the reader of messages; what it accepts must be text of a known verb. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "remote/message.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct message message;
    /* A copy of this very size: reading past its end is noticed. */
    char *copy = malloc(size > 0 ? size : 1);

    if (copy == NULL) {
        return 0;
    }
    memcpy(copy, data, size);
    if (message_read(copy, size, &message) == NULL) {
        if (message.verb >= MESSAGE_VERBS ||
            memchr(message.about, '\0', sizeof(message.about)) == NULL) {
            abort();
        }
        for (const char *at = message.about; *at != '\0'; at++) {
            if ((unsigned char)*at < ' ' || *at == 127) {
                abort();
            }
        }
    }
    free(copy);
    return 0;
}
