/* SPDX-License-Identifier: MIT */
#define _POSIX_C_SOURCE 200809L /* clock_gettime */
#include "llama.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "checkpoint.h"
#include "error.h"
#include "file.h"
#include "kernels.h"
#include "sampler.h"
#include "tokenizer.h"
#include "transformer.h"

struct llama {
    struct file file; /* the checkpoint; `model` points into it */
    struct checkpoint model;
    struct tokenizer tokenizer;
    struct transformer transformer;
    struct sampler sampler;
};

static bool open_tokenizer(struct llama *llama, const char *path, struct llama_error *error) {
    struct file file;
    if (!file_map(&file, path, error)) {
        return false;
    }
    bool done = tokenizer_parse(&llama->tokenizer, file.data, file.size,
                                llama->model.shape.vocab_size, path, error);
    file_unmap(&file);
    return done;
}

static bool open_all(struct llama *llama, const char *model_path, const char *tokenizer_path,
                     struct llama_error *error) {
    return file_map(&llama->file, model_path, error) &&
           checkpoint_parse(&llama->model, llama->file.data, llama->file.size, model_path,
                            error) &&
           open_tokenizer(llama, tokenizer_path, error) &&
           transformer_open(&llama->transformer, &llama->model, error) &&
           sampler_open(&llama->sampler, llama->model.shape.vocab_size,
                        llama->transformer.kernels, error);
}

struct llama *llama_open(const char *model_path, const char *tokenizer_path,
                         struct llama_error *error) {
    error->text[0] = '\0';
    struct llama *llama = calloc(1, sizeof *llama);
    if (llama == NULL) {
        fail(error, "not enough memory");
        return NULL;
    }
    if (!open_all(llama, model_path, tokenizer_path, error)) {
        llama_close(llama);
        return NULL;
    }
    return llama;
}

void llama_close(struct llama *llama) {
    if (llama == NULL) {
        return;
    }
    sampler_close(&llama->sampler);
    transformer_close(&llama->transformer);
    tokenizer_close(&llama->tokenizer);
    file_unmap(&llama->file);
    free(llama);
}

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

/* Encodes the prompt into new memory, which the caller frees. Returns NULL on error. */
static int *encode(struct llama *llama, const char *prompt, int *count,
                   struct llama_error *error) {
    size_t length = strlen(prompt);
    size_t seq_len = (size_t)llama->model.shape.seq_len;
    /* Cheap first: no text of this length can fit, and merging takes time in its square. */
    if (length > seq_len * (size_t)llama->tokenizer.longest) {
        fail(error, "the prompt of %zu bytes is too long for %zu tokens", length, seq_len);
        return NULL;
    }
    int *tokens = calloc(length + 2, sizeof *tokens);
    if (tokens == NULL) {
        fail(error, "not enough memory for a prompt of %zu bytes", length);
        return NULL;
    }
    *count = tokenizer_encode(&llama->tokenizer, prompt, tokens, error);
    if (*count > (int)seq_len) {
        fail(error, "the prompt has %d tokens; the model takes %zu", *count, seq_len);
    }
    if (*count < 1 || *count > (int)seq_len) {
        free(tokens);
        return NULL;
    }
    return tokens;
}

/* The loop: the prompt's tokens first, then what the model says, until it says BOS. */
static bool tell(struct llama *llama, const int *prompt, int count, int steps,
                 const struct llama_settings *settings, llama_piece_fn *piece, void *user,
                 struct llama_stats *stats, struct llama_error *error) {
    uint64_t rng = settings->seed;
    int token = prompt[0];
    double start = 0.0;
    int pos = 0;
    bool wanted = true;
    while (pos < steps && wanted) {
        float *logits = transformer_forward(&llama->transformer, token, pos);
        int next = pos + 1 < count ? prompt[pos + 1]
                                   : sampler_choose(&llama->sampler, logits, settings->temperature,
                                                    settings->topp, &rng);
        if (next < 0) {
            return fail(error, "the model's arithmetic gives no number: its weights are damaged, "
                               "or the temperature is too near 0");
        }
        pos++;
        if (next == TOKEN_BOS) {
            break;
        }
        const char *text = tokenizer_decode(&llama->tokenizer, token, next);
        wanted = *text == '\0' || piece(user, text);
        token = next;
        if (pos == 1) {
            start = now(); /* the first pass also pays for bringing the weights in */
        }
    }
    bool timed = pos > 1;
    *stats = (struct llama_stats){timed ? pos - 1 : 0, timed ? now() - start : 0.0};
    return true;
}

bool llama_tell(struct llama *llama, const char *prompt, const struct llama_settings *settings,
                llama_piece_fn *piece, void *user, struct llama_stats *stats,
                struct llama_error *error) {
    error->text[0] = '\0';
    *stats = (struct llama_stats){0};
    int count = 0;
    int *tokens = encode(llama, prompt == NULL ? "" : prompt, &count, error);
    if (tokens == NULL) {
        return false;
    }
    int seq_len = llama->model.shape.seq_len;
    int steps = settings->steps < 1 || settings->steps > seq_len ? seq_len : settings->steps;
    bool done = tell(llama, tokens, count, steps, settings, piece, user, stats, error);
    free(tokens);
    return done;
}
