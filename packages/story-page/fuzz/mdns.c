/* SPDX-License-Identifier: MIT */
/* Any packet, as it comes from the network: an answer has room, and is no question. */
#include <arpa/inet.h>
#include <stdint.h>
#include <stdlib.h>

#include "mdns.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const struct in_addr address = {.s_addr = htonl(0xC0A82A01)};

    for (int is_plain = 0; is_plain < 2; is_plain++) {
        unsigned char answer[MDNS_BYTES];
        size_t length = mdns_answer(data, size, address, is_plain != 0, answer);

        if (length > MDNS_BYTES || (length > 0 && (answer[2] & 0x80) == 0)) {
            abort();
        }
    }
    return 0;
}
