/* SPDX-License-Identifier: MIT */
#include "llama.h"

#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "file.h"
#include "generation.h"
#include "kernels.h"
#include "model.h"
#include "packed.h"

static const char TOKENIZER[] = "tokenizer.bin"; /* run.c's default */

struct llama {
    struct model model;
    struct tokenizer tokenizer;
    const struct kernels *kernels;
    struct transformer transformer;
    struct chooser chooser;
    struct generation generation;
};

static bool open_tokenizer(struct llama *llama, const char *path, struct llama_error *error) {
    const char *name = "the model's tokenizer";
    size_t size = 0;
    unsigned char *data = path == NULL ? model_tokenizer(&llama->model, &size, error) : NULL;
    if (size == 0 && error->text[0] == '\0') {
        name = path != NULL ? path : TOKENIZER;
        data = file_load(name, &size, error);
    }
    bool done = data != NULL && tokenizer_parse(&llama->tokenizer, data, size,
                                                llama->model.shape.vocab_size, name, error);
    free(data);
    return done;
}

static bool open_kernels(struct llama *llama, struct llama_error *error) {
    llama->kernels = kernels_choose();
    return llama->kernels != NULL ||
           fail(error,
                "LLAMA_KERNEL: this machine has no kernels of that name: use portable, rvv07 "
                "or rvv10");
}

static bool open_model(struct llama *llama, const char *path, struct llama_error *error) {
    const char *mode = getenv("LLAMA_MODE");
    enum precision_request request = REQUEST_OWN;
    if (mode != NULL && strcmp(mode, "q16") == 0) {
        request = REQUEST_Q16;
    } else if (mode != NULL && strcmp(mode, "fp32") == 0) {
        request = REQUEST_F32;
    } else if (mode != NULL && mode[0] != '\0') {
        return fail(error, "LLAMA_MODE=%s: use fp32 or q16", path_tail(mode));
    }
    return model_open(&llama->model, path, request, error);
}

static bool open_all(struct llama *llama, const char *model_path, const char *tokenizer_path,
                     struct llama_error *error) {
    return open_kernels(llama, error) && open_model(llama, model_path, error) &&
           open_tokenizer(llama, tokenizer_path, error) &&
           chooser_open(&llama->chooser, &llama->transformer, &llama->model, error);
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
    llama->generation = (struct generation){.tokenizer = &llama->tokenizer,
                                            .transformer = &llama->transformer,
                                            .chooser = &llama->chooser};
    return llama;
}

bool llama_is_of(const char *path, const char *name) {
    struct llama_error ignored;
    struct file file;
    bool known = file_open(&file, path, &ignored) && packed_is_of(&file, name);
    file_close(&file);
    return known;
}

bool llama_wait(struct llama *llama, struct llama_error *error) {
    return model_wait(&llama->model, llama->model.shape.n_layers, error);
}

void llama_close(struct llama *llama) {
    if (llama == NULL) {
        return;
    }
    generation_end(&llama->generation);
    chooser_close(&llama->chooser);
    transformer_close(&llama->transformer);
    tokenizer_close(&llama->tokenizer);
    model_close(&llama->model);
    free(llama);
}

/*
 * Encodes the prompt into new memory, which has room for a story of so many steps and which the
 * caller frees. Returns NULL on error.
 */
static int *encode(struct llama *llama, const char *prompt, int *count, int steps,
                   struct llama_error *error) {
    size_t length = strlen(prompt);
    size_t seq_len = (size_t)llama->model.shape.seq_len;
    /* Cheap first: no text of this length can fit, and merging takes time in its square. */
    if (length > seq_len * (size_t)llama->tokenizer.longest) {
        fail(error, "the prompt of %zu bytes is too long for %zu tokens", length, seq_len);
        return NULL;
    }
    int *tokens = calloc(length + 2 + (size_t)steps, sizeof *tokens);
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

/*
 * Keys and values take most of the working memory: they get what the longest story so far needed.
 */
static bool prepare(struct llama *llama, int steps, struct llama_error *error) {
    if (steps <= llama->transformer.capacity) {
        return true;
    }
    transformer_close(&llama->transformer);
    return transformer_open(&llama->transformer, &llama->model, llama->kernels, steps, error);
}

bool llama_begin(struct llama *llama, const char *prompt, const struct llama_settings *settings,
                 struct llama_error *error) {
    int seq_len = llama->model.shape.seq_len, given;
    int steps = settings->steps < 1 || settings->steps > seq_len ? seq_len : settings->steps;
    error->text[0] = '\0';
    generation_end(&llama->generation);
    int *tokens = encode(llama, prompt == NULL ? "" : prompt, &given, steps, error);
    if (tokens == NULL || !prepare(llama, steps, error)) {
        free(tokens);
        return false;
    }
    generation_begin(&llama->generation, tokens, given, steps, settings);
    return true;
}

bool llama_next(struct llama *llama, const char **piece, struct llama_error *error) {
    error->text[0] = '\0';
    bool good = generation_next(&llama->generation, piece, error);
    if (!good) {
        generation_end(&llama->generation);
    }
    return good;
}

bool llama_was_choice(const struct llama *llama) {
    return llama->generation.was_choice;
}

int llama_mark(const struct llama *llama) {
    return llama->generation.emitted;
}

bool llama_rewind(struct llama *llama, int mark, uint64_t seed) {
    return generation_rewind(&llama->generation, mark, seed);
}

void llama_stats(const struct llama *llama, struct llama_stats *stats) {
    generation_stats(&llama->generation, stats);
}

bool llama_tell(struct llama *llama, const char *prompt, const struct llama_settings *settings,
                llama_piece_fn *piece, void *user, struct llama_stats *stats,
                struct llama_error *error) {
    const char *text = NULL;
    *stats = (struct llama_stats){0};
    bool good = llama_begin(llama, prompt, settings, error);
    while (good && (good = llama_next(llama, &text, error)) && text != NULL && piece(user, text)) {
        continue;
    }
    if (good) {
        llama_stats(llama, stats);
    }
    return good;
}

bool llama_knows(const struct llama *llama, const char *word) {
    const struct model *model = &llama->model;
    size_t length = strlen(word);
    if (length == 0 || length >= (size_t)llama->tokenizer.longest) {
        return false;
    }
    char *piece = malloc(length + 2);
    if (piece == NULL) {
        return false;
    }
    piece[0] = ' ';
    memcpy(piece + 1, word, length + 1);
    int token = tokenizer_find(&llama->tokenizer, piece);
    free(piece);
    /* Rows outside the short list are those that training left where they were. */
    return token >= 0 &&
           (model->shortlist.matrix.rows == 0 || shortlist_find(&model->shortlist, token) >= 0);
}
