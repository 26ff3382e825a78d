/* SPDX-License-Identifier: MIT */
/* The engine's interface without a model: the "model" is a text, told word by word. The
 * "tokenizer" is a file with the milliseconds that each word takes. */
#include <llama.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct llama {
    char text[65536];
    long word_ms;
};

static size_t load(const char *path, char *text, size_t size)
{
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
                         struct llama_error *error)
{
    struct llama *llama = calloc(1, sizeof(*llama));
    char number[32];

    if (llama == NULL || load(model_path, llama->text, sizeof(llama->text)) == 0) {
        snprintf(error->text, sizeof(error->text), "cannot read model %.200s", model_path);
        free(llama);
        return NULL;
    }
    load(tokenizer_path, number, sizeof(number));
    llama->word_ms = strtol(number, NULL, 10);
    return llama;
}

void llama_close(struct llama *llama)
{
    free(llama);
}

static void take_time(const struct llama *llama)
{
    struct timespec time = {.tv_nsec = llama->word_ms * 1000000L};

    if (llama->word_ms > 0)
        nanosleep(&time, NULL);
}

bool llama_tell(struct llama *llama, const char *prompt, const struct llama_settings *settings,
                llama_piece_fn *piece, void *user, struct llama_stats *stats,
                struct llama_error *error)
{
    const char *at = llama->text;
    char word[256];

    stats->tokens = 0;
    stats->seconds = 0.001;
    if (strstr(prompt, "untellable") != NULL) {
        snprintf(error->text, sizeof(error->text), "the beginning has no tokens");
        return false;
    }
    take_time(llama);
    if (!piece(user, prompt))
        return true;
    while (*at != '\0' && stats->tokens < settings->steps) {
        size_t length = 1 + strcspn(at + 1, " \n");

        length = length < sizeof(word) ? length : sizeof(word) - 1;
        memcpy(word, at, length);
        word[length] = '\0';
        at += length;
        take_time(llama);
        stats->tokens++;
        stats->seconds += (double)llama->word_ms * 1e-3;
        if (!piece(user, word))
            return true;
    }
    return true;
}
