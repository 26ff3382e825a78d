/* SPDX-License-Identifier: MIT */
/* Calls the engine's library as the tests ask, and prints what it returns, one item a line. */
#define _XOPEN_SOURCE 700 /* truncate */
#include <inttypes.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "file.h"
#include "llama.h"
#include "rng.h"
#include "sampler.h"
#include "tokenizer.h"

enum { STORY_BYTES = 1 << 16 };

struct story {
    char text[STORY_BYTES];
    size_t length;
    int pieces;
    int max; /* pieces after which the story is stopped; 0: never */
};

static const struct llama_settings SETTINGS = {
    .temperature = 1.0f, .topp = 0.9f, .seed = 7, .steps = 40};

static int end(const struct llama_error *error) {
    printf("error: %s\n", error->text);
    return EXIT_FAILURE;
}

static bool add_piece(void *user, const char *piece) {
    struct story *story = user;
    size_t length = strlen(piece);
    if (story->length + length >= STORY_BYTES) {
        return false;
    }
    memcpy(story->text + story->length, piece, length + 1);
    story->length += length;
    story->pieces++;
    return story->pieces != story->max;
}

static bool tell(struct llama *llama, const char *prompt, const struct llama_settings *settings,
                 struct story *story, struct llama_stats *stats, struct llama_error *error) {
    story->text[0] = '\0';
    story->length = 0;
    story->pieces = 0;
    return llama_tell(llama, prompt, settings, add_piece, story, stats, error);
}

/* encode TOKENIZER VOCAB_SIZE TEXT: the tokens; then the text they decode to. */
static int encode(char **arguments) {
    struct llama_error error;
    size_t size;
    struct tokenizer tokenizer;
    const char *text = arguments[2];
    unsigned char *data = file_load(arguments[0], &size, &error);
    if (data == NULL ||
        !tokenizer_parse(&tokenizer, data, size, atoi(arguments[1]), arguments[0], &error)) {
        return end(&error);
    }
    free(data);
    int *tokens = calloc(strlen(text) + 2, sizeof *tokens);
    int count = tokens == NULL ? -1 : tokenizer_encode(&tokenizer, text, tokens, &error);
    for (int i = 0; i < count; i++) {
        printf("%d\n", tokens[i]);
    }
    for (int i = 1; i < count; i++) {
        fputs(tokenizer_decode(&tokenizer, tokens[i - 1], tokens[i]), stdout);
    }
    free(tokens);
    tokenizer_close(&tokenizer);
    return count < 0 ? end(&error) : EXIT_SUCCESS;
}

/* rng SEED COUNT: bits and floats, in turn. */
static int draw(char **arguments) {
    uint64_t bits = strtoull(arguments[0], NULL, 10), floats = bits;
    for (int i = atoi(arguments[1]); i > 0; i--) {
        printf("%" PRIu32 " %.9g\n", rng_u32(&bits), (double)rng_f32(&floats));
    }
    return EXIT_SUCCESS;
}

/* sample TEMPERATURE TOPP SEED COUNT LOGIT...: the tokens of so many draws; then the state. */
static int sample(char **arguments) {
    struct llama_error error;
    struct sampler sampler;
    float temperature = strtof(arguments[0], NULL), topp = strtof(arguments[1], NULL);
    uint64_t rng = strtoull(arguments[2], NULL, 10);
    char **words = arguments + 4;
    int size = 0;
    while (words[size] != NULL) {
        size++;
    }
    if (!sampler_open(&sampler, size, &error)) {
        return end(&error);
    }
    float *logits = calloc((size_t)size, sizeof *logits);
    for (int draws = atoi(arguments[3]); logits != NULL && draws > 0; draws--) {
        for (int i = 0; i < size; i++) {
            logits[i] = strtof(words[i], NULL);
        }
        printf("%d\n", sampler_choose(&sampler, logits, temperature, topp,
                                      temperature == 0.0f ? 0.0f : rng_f32(&rng)));
    }
    printf("%" PRIu64 "\n", rng);
    free(logits);
    sampler_close(&sampler);
    return EXIT_SUCCESS;
}

/* Tells the story `count` times, with others between; false where it is not always the same. */
static bool repeat_story(struct llama *llama, int count, struct llama_error *error) {
    struct story *first = calloc(2, sizeof *first), *next = first + 1;
    struct llama_settings other = SETTINGS;
    struct llama_stats stats;
    bool same = first != NULL && tell(llama, "Once", &SETTINGS, first, &stats, error);
    size_t memory = 0;
    for (int i = 1; same && i < count; i++) {
        other.seed++;
        other.steps = i % 50;
        next->max = i % 7;
        same = tell(llama, "Another one", &other, next, &stats, error);
        next->max = 0;
        same = same && tell(llama, "Once", &SETTINGS, next, &stats, error) &&
               strcmp(first->text, next->text) == 0;
        /* The C library keeps some freed blocks: the first half of the stories fills its stores. */
        size_t used = mallinfo2().uordblks;
        if (i <= count / 2) {
            memory = used;
        } else if (used != memory) {
            printf("memory: %zu bytes, later %zu\n", memory, used);
            same = false;
        }
    }
    if (same) {
        printf("%s\n", first->text);
    }
    free(first);
    return same;
}

/* repeat MODEL TOKENIZER COUNT: the story, told so many times by one llama. */
static int repeat(char **arguments) {
    struct llama_error error;
    struct llama *llama = llama_open(arguments[0], arguments[1], &error);
    if (llama == NULL) {
        return end(&error);
    }
    bool same = repeat_story(llama, atoi(arguments[2]), &error);
    llama_close(llama);
    return same ? EXIT_SUCCESS : end(&error);
}

/* stop MODEL TOKENIZER PIECES: a story that is stopped; then how many pieces and tokens it had. */
static int stop(char **arguments) {
    struct llama_error error;
    struct llama_stats stats;
    static struct story story;
    struct llama *llama = llama_open(arguments[0], arguments[1], &error);
    if (llama == NULL) {
        return end(&error);
    }
    story.max = atoi(arguments[2]);
    bool done = tell(llama, NULL, &SETTINGS, &story, &stats, &error);
    llama_close(llama);
    if (!done) {
        return end(&error);
    }
    printf("%d %d %d %s\n", story.pieces, stats.tokens, stats.seconds >= 0.0, story.text);
    return EXIT_SUCCESS;
}

/* recover MODEL TOKENIZER: the errors of prompts that do not fit, each followed by a story. */
static int recover(char **arguments) {
    struct llama_error error;
    struct llama_stats stats;
    static struct story story;
    static char prompt[100001];
    struct llama *llama = llama_open(arguments[0], arguments[1], &error);
    if (llama == NULL) {
        return end(&error);
    }
    for (size_t length = 100; length < sizeof prompt; length *= 10) {
        memset(prompt, 'q', length);
        prompt[length] = '\0';
        if (!tell(llama, prompt, &SETTINGS, &story, &stats, &error)) {
            printf("%d %d %s\n", story.pieces, stats.tokens, error.text);
        }
        if (tell(llama, "", &SETTINGS, &story, &stats, &error)) {
            printf("'%s' %s\n", error.text, story.text);
        }
    }
    llama_close(llama);
    return EXIT_SUCCESS;
}

/* Cuts the file once so many pieces were told. */
struct cut {
    const char *path;
    int pieces;
    long size;
};

static bool print_and_cut(void *user, const char *piece) {
    struct cut *cut = user;
    fputs(piece, stdout);
    return --cut->pieces != 0 || truncate(cut->path, cut->size) == 0;
}

/*
 * cut MODEL TOKENIZER PIECES SIZE: a story, while which the model is cut to this size; then
 * another. What cannot be told is told so.
 */
static int cut(char **arguments) {
    struct llama_error error;
    struct llama_stats stats;
    struct cut cut = {arguments[0], atoi(arguments[2]), atol(arguments[3])};
    struct llama *llama = llama_open(arguments[0], arguments[1], &error);
    if (llama == NULL) {
        return end(&error);
    }
    for (int i = 0; i < 2; i++) {
        bool good = llama_tell(llama, "", &SETTINGS, print_and_cut, &cut, &stats, &error);
        printf("|%s|", good ? "told" : error.text);
    }
    llama_close(llama);
    return EXIT_SUCCESS;
}

/* open MODEL TOKENIZER COUNT: opens and closes so many times; closing nothing is allowed. */
static int reopen(char **arguments) {
    struct llama_error error;
    llama_close(NULL);
    for (int i = atoi(arguments[2]); i > 0; i--) {
        struct llama *llama = llama_open(arguments[0], arguments[1], &error);
        llama_close(llama);
        if (llama == NULL) {
            return end(&error);
        }
    }
    printf("'%s'\n", error.text);
    return EXIT_SUCCESS;
}

int main(int argc, char **argv) {
    static const struct {
        const char *name;
        int arguments; /* at least */
        int (*run)(char **arguments);
    } commands[] = {
        {"encode", 3, encode}, {"rng", 2, draw},    {"sample", 5, sample},   {"repeat", 3, repeat},
        {"stop", 3, stop},     {"open", 3, reopen}, {"recover", 2, recover}, {"cut", 4, cut},
    };
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        if (argc >= 2 + commands[i].arguments && strcmp(argv[1], commands[i].name) == 0) {
            return commands[i].run(argv + 2);
        }
    }
    fprintf(stderr, "no such command\n");
    return EXIT_FAILURE;
}
