/* SPDX-License-Identifier: MIT */
#include "draft.h"

#include <stddef.h>

/* FNV-1a (Fowler, Noll, Vo 1991), by tokens instead of bytes, with its top bits brought down. */
uint32_t draft_key(const int *tokens, int pos, int count) {
    uint32_t key = 2166136261U ^ (uint32_t)count;
    for (int i = 0; i < count; i++) {
        key = (key ^ (uint32_t)tokens[pos - i]) * 16777619U;
        key ^= key >> 15;
    }
    return key == 0 ? 1 : key;
}

int draft_next(const struct draft_table *drafts, const int *tokens, int pos) {
    if (drafts->slots == NULL) {
        return -1;
    }
    for (int count = pos + 1 < DRAFT_CONTEXT ? pos + 1 : DRAFT_CONTEXT; count > 0; count--) {
        uint32_t key = draft_key(tokens, pos, count);
        for (uint32_t i = 0; i < DRAFT_PROBES; i++) {
            const struct draft *slot = &drafts->slots[(key + i) & drafts->mask];
            if (slot->key == key) {
                return slot->token;
            }
            if (slot->key == 0) {
                break;
            }
        }
    }
    return -1;
}
