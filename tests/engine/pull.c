/* SPDX-License-Identifier: MIT */
/* Takes stories piece by piece, and turns them back, as the tests ask. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "llama.h"

enum { MOST_PIECES = 600, STORY_BYTES = 1 << 16 };

struct text {
    char bytes[STORY_BYTES];
    size_t length;
    int marks[MOST_PIECES];      /* after each piece */
    size_t lengths[MOST_PIECES]; /* of the text, then */
    int pieces;
    const char *refused; /* no piece that holds one of these letters, with what was said before */
};

/* MODEL TOKENIZER PROMPT TEMPERATURE TOPP SEED STEPS REFUSED; an empty tokenizer is the model's
 * own. */
struct request {
    struct llama *llama;
    const char *prompt;
    struct llama_settings settings;
    struct text *text;
};

static int end(const char *what) {
    printf("error: %s\n", what);
    return EXIT_FAILURE;
}

/* No such letter at all, but after a comma none but a space may come: the context counts. */
static bool is_refused(void *user, const char *piece) {
    const struct text *text = user;
    bool after_comma = text->length > 0 && text->bytes[text->length - 1] == ',';
    return strpbrk(piece, text->refused) != NULL || (after_comma && piece[0] != ' ');
}

static bool add(void *user, const char *piece) {
    struct text *text = user;
    size_t length = strlen(piece);
    if (text->pieces == MOST_PIECES || text->length + length >= STORY_BYTES) {
        return false;
    }
    memcpy(text->bytes + text->length, piece, length + 1);
    text->length += length;
    text->lengths[text->pieces] = text->length;
    text->pieces++;
    return true;
}

/* Back to the text as it was after `pieces` of them. */
static void cut(struct text *text, int pieces) {
    text->pieces = pieces;
    text->length = pieces == 0 ? 0 : text->lengths[pieces - 1];
    text->bytes[text->length] = '\0';
}

/* Takes at most so many pieces more. */
static bool take(struct request *r, int max, struct llama_error *error) {
    const char *piece = "";
    for (int i = 0; i < max && piece != NULL; i++) {
        if (!llama_next(r->llama, &piece, error)) {
            return false;
        }
        if (piece != NULL && !add(r->text, piece)) {
            return false;
        }
        if (piece != NULL) {
            r->text->marks[r->text->pieces - 1] = llama_mark(r->llama);
        }
    }
    return true;
}

static bool begin(struct request *r, struct llama_error *error) {
    cut(r->text, 0);
    return llama_begin(r->llama, r->prompt, &r->settings, error);
}

/* The story, pulled; without refusals it must be the one that is told. */
static int pull(struct request *r) {
    static struct text told;
    struct llama_error error;
    struct llama_stats stats, other;
    if (r->settings.is_refused == NULL &&
        !llama_tell(r->llama, r->prompt, &r->settings, add, &told, &other, &error)) {
        return end(error.text);
    }
    if (!begin(r, &error) || !take(r, MOST_PIECES, &error)) {
        return end(error.text);
    }
    llama_stats(r->llama, &stats);
    if (r->settings.is_refused == NULL &&
        (strcmp(told.bytes, r->text->bytes) != 0 ||
         memcmp(&stats.certainty, &other.certainty, sizeof other.certainty) != 0 ||
         stats.tokens != other.tokens)) {
        return end("pulled and told stories differ");
    }
    if (stats.busy_seconds > stats.seconds) {
        return end("more time than there was");
    }
    printf("%d %s\n", stats.certainty.refused, r->text->bytes);
    return EXIT_SUCCESS;
}

/* The rest of the story from a piece on, with these coins, into new memory. */
static char *rest(struct request *r, int piece, uint64_t seed, struct llama_error *error) {
    cut(r->text, piece);
    int mark = piece == 0 ? 0 : r->text->marks[piece - 1];
    char *copy = NULL;
    if (llama_rewind(r->llama, mark, seed) && llama_mark(r->llama) == mark &&
        take(r, MOST_PIECES, error)) {
        copy = malloc(r->text->length + 1);
    }
    if (copy != NULL) {
        memcpy(copy, r->text->bytes, r->text->length + 1);
    }
    return copy;
}

/*
 * Each place of the story, the last first: the same coins tell the same, also when what was told
 * between was something else. Prints, for each place, what other coins made of it.
 */
static int turn_back(struct request *r) {
    struct llama_error error = {"cannot be turned back"};
    if (!begin(r, &error) || !take(r, MOST_PIECES, &error)) {
        return end(error.text);
    }
    int pieces = r->text->pieces, beyond = llama_mark(r->llama) + 1;
    if (llama_rewind(r->llama, -1, 1) || llama_rewind(r->llama, beyond, 1)) {
        return end("turned back to where the story never was");
    }
    for (int piece = pieces; piece >= 0; piece--) {
        char *first = rest(r, piece, 77, &error), *other = rest(r, piece, 78, &error);
        char *again = rest(r, piece, 77, &error);
        bool good = first != NULL && other != NULL && again != NULL && strcmp(first, again) == 0;
        if (good) {
            printf("%d %s\n", piece, first);
        }
        free(first);
        free(other);
        free(again);
        if (!good) {
            return end(error.text);
        }
    }
    /*
     * At the beginning, the story's own seed is the story, and a stopped one can be gone on with.
     */
    char *whole = rest(r, 0, r->settings.seed, &error);
    if (whole == NULL || !begin(r, &error) || !take(r, 5, &error) ||
        !take(r, MOST_PIECES, &error) || strcmp(whole, r->text->bytes) != 0) {
        free(whole);
        return end("the story's own seed tells another");
    }
    printf("0 %s\n", whole);
    free(whole);
    return EXIT_SUCCESS;
}

/* knows MODEL TOKENIZER WORD...: 1 or 0 for each. */
static int know(struct llama *llama, char **words) {
    for (; *words != NULL; words++) {
        printf("%d\n", llama_knows(llama, *words));
    }
    return EXIT_SUCCESS;
}

static int serve(const char *command, struct llama *llama, char **words) {
    static struct text text;
    if (strcmp(command, "knows") == 0) {
        return know(llama, words);
    }
    text.refused = words[5];
    struct request request = {
        .llama = llama,
        .prompt = words[0],
        .settings = {.temperature = strtof(words[1], NULL),
                     .topp = strtof(words[2], NULL),
                     .seed = strtoull(words[3], NULL, 10),
                     .steps = atoi(words[4]),
                     .is_refused = *text.refused == '\0' ? NULL : is_refused,
                     .user = &text},
        .text = &text,
    };
    return strcmp(command, "pull") == 0 ? pull(&request) : turn_back(&request);
}

int main(int argc, char **argv) {
    struct llama_error error;
    if (argc < 4 || (strcmp(argv[1], "knows") != 0 && argc != 10)) {
        return end("wrong arguments");
    }
    struct llama *llama = llama_open(argv[2], *argv[3] == '\0' ? NULL : argv[3], &error);
    int status = llama == NULL ? end(error.text) : serve(argv[1], llama, argv + 4);
    llama_close(llama);
    return status;
}
