/* SPDX-License-Identifier: MIT */
#include "teller.h"

#include "rng.h"

bool teller_open(struct teller *teller, const char *path, enum precision precision,
                 struct llama_error *error) {
    *teller = (struct teller){0};
    enum precision_request request = precision == PRECISION_F32 ? REQUEST_F32 : REQUEST_Q16;
    return model_open(&teller->model, path, request, error) &&
           transformer_open(&teller->transformer, &teller->model, &kernels_portable,
                            teller->model.shape.seq_len, error) &&
           chooser_open(&teller->chooser, &teller->transformer, &teller->model, error);
}

void teller_close(struct teller *teller) {
    chooser_close(&teller->chooser);
    transformer_close(&teller->transformer);
    model_close(&teller->model);
}

bool teller_pass(struct teller *teller, const int *tokens, int pos, int count,
                 struct llama_error *error) {
    return transformer_forward(&teller->transformer, tokens + pos, count, pos,
                               teller->model.precision, error);
}

bool teller_choose(struct teller *teller, int *tokens, int pos, uint64_t *rng,
                   struct llama_error *error) {
    struct question question = {
        .tokens = tokens, .pos = pos, .temperature = 1.0f, .topp = 0.9f, .coin = rng_f32(rng)};
    bool again;
    return chooser_choose(&teller->chooser, teller->transformer.x, 1, 0, &question,
                          &tokens[pos + 1], &again, error);
}
