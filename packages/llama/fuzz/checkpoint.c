/* SPDX-License-Identifier: MIT */
/* Feeds any bytes to the reader of models, legacy or packed; what it accepts must tell a few
 * tokens. */
#define _GNU_SOURCE /* memfd_create */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "chooser.h"
#include "transformer.h"

/* The most that one input may cost: a header can ask for much. */
enum { MOST_TOKENS = 6 };

static void tell(struct transformer *transformer, struct chooser *chooser,
                 const struct shape *shape) {
    int tokens[MOST_TOKENS + 1] = {1};
    struct llama_error error;
    for (int pos = 0; pos < MOST_TOKENS && pos < shape->seq_len && tokens[pos] >= 0; pos++) {
        struct question question = {.tokens = tokens,
                                    .pos = pos,
                                    .topp = 0.9f,
                                    .coin = 0.5f,
                                    .temperature = (float)(pos % 3) * 0.5f};
        bool again;
        if (!transformer_forward(transformer, tokens + pos, 1, pos, transformer->model->precision,
                                 &error) ||
            !chooser_choose(chooser, transformer->x, 1, 0, &question, &tokens[pos + 1], &again,
                            &error)) {
            return;
        }
        if (tokens[pos + 1] >= shape->vocab_size) {
            abort();
        }
    }
}

static void use(const struct model *model) {
    struct llama_error error;
    struct transformer transformer = {0};
    struct chooser chooser = {0};
    int capacity = model->shape.seq_len < MOST_TOKENS ? model->shape.seq_len : MOST_TOKENS;
    if (transformer_open(&transformer, model, &kernels_portable, capacity, &error) &&
        chooser_open(&chooser, &transformer, model, &error)) {
        tell(&transformer, &chooser, &model->shape);
    }
    chooser_close(&chooser);
    transformer_close(&transformer);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct llama_error error;
    struct model model;
    char path[64];
    int fd = memfd_create("input", MFD_CLOEXEC);
    if (fd < 0 || write(fd, data, size) != (ssize_t)size) {
        abort();
    }
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    enum precision_request request = size % 2 ? REQUEST_F32 : REQUEST_Q16;
    if (model_open(&model, path, request, &error)) {
        use(&model);
        model_close(&model);
    }
    close(fd);
    return 0;
}
