/* SPDX-License-Identifier: MIT */
#include "learn.h"

#include <stdlib.h>

#include "error.h"
#include "progress.h"
#include "teller.h"
#include "tokenizer.h"

/*
 * More stories help little: on a model of stories15M's shape, drafts from 80 of them hit 52 % of
 * the tokens of other stories, those from 320 hit 57 %.
 */
enum { STORIES = 120, TRIALS = 8 };

/* All tokens that were told; -1 ends each story. */
struct text {
    int *tokens;
    size_t count;
};

/* One story; a few of its tokens may differ from the reference's. */
static bool tell(struct teller *teller, uint64_t seed, struct text *text,
                 struct llama_error *error) {
    int *tokens = text->tokens + text->count;
    uint64_t rng = seed;
    int pos = 0;
    chooser_reset(&teller->chooser);
    tokens[0] = TOKEN_BOS;
    while (pos < teller->model.shape.seq_len) {
        if (!teller_pass(teller, tokens, pos, 1, error) ||
            !teller_choose(teller, tokens, pos, &rng, error)) {
            return false;
        }
        pos++;
        if (tokens[pos] == TOKEN_BOS || tokens[pos] < 0) {
            break; /* its end, or a model of no numbers */
        }
    }
    tokens[pos] = -1;
    text->count += (size_t)pos + 1;
    return true;
}

static void count_work(struct work *work, const struct teller *teller) {
    work->tokens += teller->chooser.counts.tokens;
    work->passes += teller->chooser.counts.passes;
}

/* What would have been drafted of a text that was not learned from. */
static void try_drafts(struct lesson *lesson, const struct text *text) {
    struct draft_table drafts = {lesson->slots, lesson->count - 1};
    for (int pos = 0; text->tokens[pos + 1] >= 0; pos++) {
        int draft = draft_next(&drafts, text->tokens, pos);
        lesson->work.tried += draft >= 0;
        lesson->work.right += draft == text->tokens[pos + 1];
    }
}

/* Tells some more stories, and sees what the draft tokens are worth. */
static bool try_all(struct lesson *lesson, struct teller *teller, struct text *text,
                    struct llama_error *error) {
    bool good = true;
    for (uint64_t seed = STORIES + 1; good && seed <= STORIES + TRIALS; seed++) {
        text->count = 0;
        good = tell(teller, seed, text, error);
        if (good) {
            try_drafts(lesson, text);
        }
    }
    return good;
}

static int by_number(const void *left, const void *right) {
    uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;
    return (a > b) - (a < b);
}

/* Each context of `length` tokens with the token after it, as key << 32 | token, sorted. */
static size_t list_contexts(uint64_t *found, const struct text *text, int length) {
    size_t count = 0;
    int since = 0; /* tokens of this story so far */
    for (size_t i = 0; i + 1 < text->count; i++) {
        since = text->tokens[i] < 0 ? 0 : since + 1;
        int next = text->tokens[i + 1];
        if (since >= length && next >= 0) {
            uint32_t key = draft_key(text->tokens + i, 0, length);
            found[count++] = (uint64_t)key << 32 | (uint32_t)next;
        }
    }
    qsort(found, count, sizeof *found, by_number);
    return count;
}

static void insert(struct lesson *lesson, uint32_t key, int32_t token) {
    for (uint32_t i = 0; i < DRAFT_PROBES; i++) {
        struct draft *slot = &lesson->slots[(key + i) & (lesson->count - 1)];
        if (slot->key == 0 || slot->key == key) {
            *slot = (struct draft){key, token};
            return;
        }
    }
}

/* Of each context the token that came most often, if it came at least so many times. */
static void keep_best(struct lesson *lesson, const uint64_t *found, size_t count, size_t least) {
    size_t best = 0;
    int32_t token = 0;
    for (size_t i = 0; i < count;) {
        size_t same = i;
        while (same < count && found[same] == found[i]) {
            same++;
        }
        if (same - i > best) {
            best = same - i;
            token = (int32_t)(uint32_t)found[i];
        }
        uint32_t key = (uint32_t)(found[i] >> 32);
        i = same;
        if (i == count || (uint32_t)(found[i] >> 32) != key) {
            if (best >= least) {
                insert(lesson, key, token);
            }
            best = 0;
        }
    }
}

static size_t different(const uint64_t *found, size_t count) {
    size_t keys = 0;
    for (size_t i = 0; i < count; i++) {
        keys += i == 0 || found[i] >> 32 != found[i - 1] >> 32;
    }
    return keys;
}

static bool make_table(struct lesson *lesson, const struct text *text) {
    uint64_t *found = calloc(text->count + 1, sizeof *found);
    size_t keys = 0;
    for (int length = 1; found != NULL && length <= DRAFT_CONTEXT; length++) {
        keys += different(found, list_contexts(found, text, length));
    }
    for (lesson->count = 1; lesson->count < 2 * keys;) {
        lesson->count *= 2;
    }
    lesson->slots = calloc(lesson->count, sizeof *lesson->slots);
    bool good = found != NULL && lesson->slots != NULL;
    for (int length = 1; good && length <= DRAFT_CONTEXT; length++) {
        /* The longest contexts are many: what was seen once is left to the shorter ones. */
        keep_best(lesson, found, list_contexts(found, text, length),
                  length == DRAFT_CONTEXT ? 2 : 1);
    }
    free(found);
    return good;
}

bool learn_drafts(struct lesson *lesson, const char *path, struct llama_error *error) {
    struct teller teller;
    struct text text = {0};
    *lesson = (struct lesson){0};
    bool good = teller_open(&teller, path, PRECISION_Q16, error);
    if (good) {
        size_t room = (size_t)STORIES * ((size_t)teller.model.shape.seq_len + 2);
        text.tokens = calloc(room, sizeof *text.tokens);
        good = text.tokens != NULL;
    }
    for (uint64_t seed = 1; good && seed <= STORIES; seed++) {
        progress("learning", seed - 1, STORIES);
        good = tell(&teller, seed, &text, error);
        count_work(&lesson->work, &teller);
    }
    good = good &&
           (make_table(lesson, &text) || fail(error, "not enough memory to learn draft tokens")) &&
           try_all(lesson, &teller, &text, error);
    free(text.tokens);
    teller_close(&teller);
    return good;
}
