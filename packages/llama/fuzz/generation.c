/* SPDX-License-Identifier: MIT */
/*
 * Pulls and turns back stories of a small model in any order: the input is a list of requests. What
 * is refused must never come, and a place must be a place of the story.
 */
#define _GNU_SOURCE /* memfd_create */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "llama.h"

enum {
    DIM = 4,
    HIDDEN = 3,
    LAYERS = 1,
    HEADS = 2,
    KV_HEADS = 1,
    VOCAB = 12,
    POSITIONS = 10,
    WEIGHTS = VOCAB * DIM + LAYERS * (2 * DIM + 3 * DIM * DIM + 3 * DIM * HIDDEN) + DIM +
        POSITIONS * DIM / HEADS,
    MOST_WISHES = 64,
};

/* Of each word one bit of `refused`. */
static const char *const PIECES[VOCAB] = {
    "<unk>", "<s>", "</s>", " ", "a", "b", "c", " a", " b", "ab", " ab", "\n",
};

struct listener {
    uint16_t refused;
    int given; /* tokens that are not asked for */
};

static int word_of(const char *piece) {
    for (int i = 0; i < VOCAB; i++) {
        if (strcmp(piece, PIECES[i]) == 0) {
            return i;
        }
    }
    return -1;
}

static bool is_refused(void *user, const char *piece) {
    const struct listener *listener = user;
    int word = word_of(piece);
    return word >= 0 && (listener->refused >> word & 1) != 0;
}

/* A file of these bytes; `path` gets its name. */
static void make_file(const void *data, size_t size, char *path, size_t room) {
    int fd = memfd_create("input", MFD_CLOEXEC);
    if (fd < 0 || write(fd, data, size) != (ssize_t)size) {
        abort();
    }
    snprintf(path, room, "/proc/self/fd/%d", fd);
}

static struct llama *open_model(void) {
    static struct {
        int32_t header[7];
        float weights[WEIGHTS];
    } model = {{DIM, HIDDEN, LAYERS, HEADS, KV_HEADS, VOCAB, POSITIONS}, {0}};
    unsigned char tokenizer[4 + VOCAB * 16] = {5};
    size_t size = 4;
    char model_path[64], tokenizer_path[64];
    struct llama_error error;
    uint32_t state = 1;
    for (int i = 0; i < WEIGHTS; i++) {
        state = state * 1664525U + 1013904223U;
        model.weights[i] = (float)(state >> 8) / 8388608.0f - 1.0f;
    }
    for (int i = 0; i < VOCAB; i++) {
        float score = (float)i;
        int32_t length = (int32_t)strlen(PIECES[i]);
        memcpy(tokenizer + size, &score, 4);
        memcpy(tokenizer + size + 4, &length, 4);
        memcpy(tokenizer + size + 8, PIECES[i], (size_t)length);
        size += 8 + (size_t)length;
    }
    make_file(&model, sizeof model, model_path, sizeof model_path);
    make_file(tokenizer, size, tokenizer_path, sizeof tokenizer_path);
    struct llama *llama = llama_open(model_path, tokenizer_path, &error);
    if (llama == NULL) {
        abort();
    }
    return llama;
}

static void begin(struct llama *llama, struct listener *listener, const uint8_t *request) {
    static const char *const PROMPTS[] = {"", "a", "abcab", "abcabcabcabcabc", "\xC3"};
    struct llama_error error;
    struct llama_settings settings = {
        .temperature = (float)(request[0] >> 4 & 3) * 0.5f,
        .topp = request[0] >> 6 & 1 ? 0.9f : 1.0f,
        .seed = 1 + (uint64_t)request[1],
        .steps = request[2] % (POSITIONS + 2),
        .is_refused = request[2] & 0x80 ? is_refused : NULL,
        .user = listener,
    };
    const char *prompt = PROMPTS[request[1] % 5];
    listener->refused = (uint16_t)(request[1] << 8 | request[2]);
    listener->given = *prompt == '\0' ? 1 : POSITIONS;
    if (!llama_begin(llama, prompt, &settings, &error) && error.text[0] == '\0') {
        abort();
    }
    if (llama_mark(llama) != 0) {
        abort();
    }
    if (settings.is_refused == NULL) {
        listener->refused = 0;
    }
}

static void next(struct llama *llama, const struct listener *listener) {
    struct llama_error error;
    const char *piece = NULL;
    int before = llama_mark(llama);
    if (!llama_next(llama, &piece, &error)) {
        return;
    }
    int after = llama_mark(llama);
    if (after < before || after > POSITIONS || (piece != NULL && after == before)) {
        abort();
    }
    int word = piece == NULL ? -1 : word_of(piece);
    if (word >= 0 && after >= listener->given && (listener->refused >> word & 1) != 0) {
        abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static struct llama *llama;
    static struct listener listener;
    static const uint8_t first[3];
    llama = llama == NULL ? open_model() : llama;
    begin(llama, &listener, first);
    for (size_t i = 0; i + 3 <= size && i < 3 * MOST_WISHES; i += 3) {
        int mark = (int8_t)data[i + 1], before = llama_mark(llama);
        switch (data[i] & 3) {
        case 0:
            begin(llama, &listener, data + i);
            break;
        case 1:
            if (llama_rewind(llama, mark, 1 + (uint64_t)data[i + 2]) !=
                    (mark >= 0 && mark <= before) ||
                (mark >= 0 && mark <= before && llama_mark(llama) != mark)) {
                abort();
            }
            break;
        default:
            next(llama, &listener);
        }
    }
    return 0;
}
