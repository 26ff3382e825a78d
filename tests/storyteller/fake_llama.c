/* SPDX-License-Identifier: MIT */
/* The engine's interface without a model: the "model" is a text, told word by word. The
 * "tokenizer" is a file with the milliseconds that each word takes, and perhaps more numbers.
 *
 * Alternatives stand in the text as {first|second|third}: which one is told depends on how often
 * the story was turned back, and on what is refused: a refused one gives way to the next. One that
 * begins with ? is told without it, and was a choice of the model's. At {error}, a story about a
 * penguin fails. */
#include <llama.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct llama {
    char text[65536];
    long word_ms;
    struct llama_settings how;
    struct llama_stats stats;
    char prompt[4096];
    char piece[256];
    size_t at;     /* in the text; pieces begin behind the prompt */
    int rewinds;   /* how often it was turned back */
    bool is_begun; /* the prompt was handed out */
    bool was_choice;
};

static size_t load(const char *path, char *text, size_t size) {
    FILE *file = fopen(path, "rb");
    size_t length = 0;

    if (file != NULL) {
        length = fread(text, 1, size - 1, file);
        fclose(file);
    }
    text[length] = '\0';
    return length;
}

struct llama *llama_open(const char *model_path, const char *tokenizer_path,
                         struct llama_error *error) {
    struct llama *llama = calloc(1, sizeof(*llama));
    char number[32];

    if (llama == NULL || load(model_path, llama->text, sizeof(llama->text)) == 0) {
        snprintf(error->text, sizeof(error->text), "%.200s: cannot be opened: %s", model_path,
                 "No such file or directory");
        free(llama);
        return NULL;
    }
    load(tokenizer_path, number, sizeof(number));
    llama->word_ms = strtol(number, NULL, 10);
    return llama;
}

bool llama_wait(struct llama *llama, struct llama_error *error) {
    (void)llama, (void)error;
    return true;
}

void llama_close(struct llama *llama) {
    free(llama);
}

static void take_time(const struct llama *llama) {
    struct timespec time = {.tv_sec = llama->word_ms / 1000,
                            .tv_nsec = llama->word_ms % 1000 * 1000000L};

    if (llama->word_ms > 0) {
        nanosleep(&time, NULL);
    }
}

bool llama_begin(struct llama *llama, const char *prompt, const struct llama_settings *settings,
                 struct llama_error *error) {
    if (strstr(prompt, "untellable") != NULL) {
        snprintf(error->text, sizeof(error->text), "the beginning has no tokens");
        return false;
    }
    llama->how = *settings;
    snprintf(llama->prompt, sizeof(llama->prompt), "%s", prompt);
    llama->stats = (struct llama_stats){.busy_seconds = 0.001, .seconds = 0.001};
    llama->at = 0;
    llama->rewinds = 0;
    llama->is_begun = false;
    return true;
}

/* The alternative that is taken of "{a|b|c}"; start and length of it. */
static const char *choose(const struct llama *llama, const char *text, size_t *length) {
    const char *end = strchr(text, '}'), *start = text + 1;
    char word[256];
    int skipped = llama->rewinds;

    for (;;) {
        *length = strcspn(start, "|}");
        snprintf(word, sizeof(word), "%.*s", (int)*length, start);
        if (start + *length >= end) {
            return start;
        }
        if (skipped-- <= 0 &&
            (llama->how.is_refused == NULL || !llama->how.is_refused(llama->how.user, word))) {
            return start;
        }
        start += *length + 1;
    }
}

bool llama_next(struct llama *llama, const char **piece, struct llama_error *error) {
    const char *at = llama->text + llama->at, *taken = at;
    size_t length, used;

    (void)error;
    *piece = NULL;
    take_time(llama);
    if (!llama->is_begun) {
        llama->is_begun = true;
        *piece = llama->prompt;
        return true;
    }
    if (*at == '\0' || llama->stats.tokens >= llama->how.steps) {
        return true;
    }
    if (strncmp(at, "{error}", 7) == 0 && strstr(llama->prompt, "penguin") != NULL) {
        snprintf(error->text, sizeof(error->text), "the numbers are none");
        return false;
    }
    used = length = 1 + strcspn(at + 1, " \n{");
    if (*at == '{' && strchr(at, '}') != NULL) {
        taken = choose(llama, at, &length);
        used = (size_t)(strchr(at, '}') - at) + 1;
    }
    llama->was_choice = taken != at && *taken == '?';
    if (llama->was_choice) {
        taken++;
        length--;
    }
    length = length < sizeof(llama->piece) ? length : sizeof(llama->piece) - 1;
    memcpy(llama->piece, taken, length);
    llama->piece[length] = '\0';
    llama->at += used;
    llama->stats.tokens++;
    llama->stats.certainty.tokens++;
    llama->stats.busy_seconds += (double)llama->word_ms * 1e-3;
    *piece = llama->piece;
    return true;
}

bool llama_was_choice(const struct llama *llama) {
    return llama->was_choice;
}

bool llama_knows(const struct llama *llama, const char *word) {
    (void)llama, (void)word;
    return true;
}

int llama_mark(const struct llama *llama) {
    return (int)llama->at;
}

bool llama_rewind(struct llama *llama, int mark, uint64_t seed) {
    llama->at = (size_t)mark;
    llama->rewinds++;
    return seed != 0;
}

void llama_stats(const struct llama *llama, struct llama_stats *stats) {
    *stats = llama->stats;
}
