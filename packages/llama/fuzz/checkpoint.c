/* SPDX-License-Identifier: MIT */
/* Feeds any bytes to the reader of checkpoints; what it accepts must tell a few tokens. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "checkpoint.h"
#include "sampler.h"
#include "transformer.h"

/* The most that one input may cost: a header of 28 bytes cannot ask for much of either. */
enum { MOST_TOKENS = 6 };

static void tell(struct transformer *transformer, struct sampler *sampler,
                 const struct shape *shape) {
    uint64_t rng = 1;
    int token = 1;
    for (int pos = 0; pos < MOST_TOKENS && pos < shape->seq_len && token >= 0; pos++) {
        float *logits = transformer_forward(transformer, token, pos);
        float temperature = (float)(pos % 3) * 0.5f;
        token = sampler_choose(sampler, logits, temperature, 0.9f, &rng);
        if (token >= shape->vocab_size) {
            abort();
        }
    }
}

static void use(const struct checkpoint *model) {
    struct llama_error error;
    struct transformer transformer;
    struct sampler sampler;
    if (!transformer_open(&transformer, model, &error)) {
        return;
    }
    if (sampler_open(&sampler, model->shape.vocab_size, transformer.kernels, &error)) {
        tell(&transformer, &sampler, &model->shape);
        sampler_close(&sampler);
    }
    transformer_close(&transformer);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct llama_error error;
    struct checkpoint model;
    /* A copy of this very size: reading past its end is noticed, and it is aligned. */
    unsigned char *copy = malloc(size > 0 ? size : 1);
    if (copy == NULL) {
        return 0;
    }
    memcpy(copy, data, size);
    if (checkpoint_parse(&model, copy, size, "input", &error)) {
        use(&model);
    }
    free(copy);
    return 0;
}
