/* SPDX-License-Identifier: MIT */
#include "hearing.h"

#include <stdio.h>
#include <stdlib.h>

#include "dictionary.h"
#include "request.h"
#include "voice.h"

#define SEARCH "request"

static void collect(void *user, const char *word) {
    dictionary_add(user, word);
}

static bool is_known(void *user, const char *word) {
    return dictionary_has(user, word);
}

static void add_word(void *user, const char *spelling, const char *phones) {
    ps_add_word(user, spelling, phones, FALSE);
}

/* The decoder gets the words that can be said, and the lists lose those that cannot. */
static bool teach_words(ps_decoder_t *decoder, const char *model, struct list lists[LIST_KINDS]) {
    struct dictionary dictionary = {0};
    char path[512];
    bool ok;

    for (const char *const *word = REQUEST_WORDS; *word != NULL; word++) {
        collect(&dictionary, *word);
    }
    for (int kind = 0; kind < LIST_KINDS; kind++) {
        list_words(&lists[kind], collect, &dictionary);
    }
    snprintf(path, sizeof(path), "%s/words.dict", model);
    ok = dictionary_read(&dictionary, path, add_word, decoder);
    for (int kind = 0; kind < LIST_KINDS; kind++) {
        list_keep(&lists[kind], is_known, &dictionary);
    }
    dictionary_free(&dictionary);
    return ok;
}

static bool teach_grammar(ps_decoder_t *decoder, const struct list lists[LIST_KINDS],
                          bool is_answer) {
    char *text = NULL;
    size_t size;
    FILE *file = open_memstream(&text, &size);
    bool ok;

    if (file == NULL) {
        return false;
    }
    ok = request_grammar(file, lists, is_answer);
    ok = fclose(file) == 0 && ok && ps_add_jsgf_string(decoder, SEARCH, text) == 0 &&
         ps_activate_search(decoder, SEARCH) == 0;
    free(text);
    return ok;
}

static ps_decoder_t *load(const char *model) {
    ps_config_t *config = ps_config_init(NULL);
    ps_decoder_t *decoder = NULL;

    if (config == NULL) {
        return NULL;
    }
    ps_config_set_str(config, "hmm", model);
    ps_config_set_str(config, "loglevel", "FATAL");
    ps_config_set_str(config, "warp_type", "inverse_linear");
    /* The search of a second lattice takes six times as long, and finds less in a grammar. */
    ps_config_set_bool(config, "bestpath", FALSE);
    /* A grammar's branches are no likelihoods, and a voice that fits the model badly must not lose
     * its words at their ends: with the defaults, half of the requests end in another place. */
    ps_config_set_float(config, "lw", 1.0);
    ps_config_set_float(config, "wbeam", 1e-36);
    decoder = ps_init(config);
    ps_config_free(config);
    return decoder;
}

ps_decoder_t *hearing_open(const char *model, struct list lists[LIST_KINDS], bool is_answer,
                           const char **problem) {
    ps_decoder_t *decoder;

    err_set_loglevel(ERR_FATAL);
    decoder = load(model);
    if (decoder == NULL) {
        *problem = "the acoustic model cannot be loaded";
        return NULL;
    }
    if (!teach_words(decoder, model, lists)) {
        *problem = "the dictionary cannot be read";
    } else if (!teach_grammar(decoder, lists, is_answer)) {
        *problem = "the lists have no words to listen for";
    } else {
        return decoder;
    }
    ps_free(decoder);
    return NULL;
}

static bool set_warp(ps_decoder_t *decoder, double warp) {
    ps_config_t *config = ps_get_config(decoder);
    char text[16];

    snprintf(text, sizeof(text), "%.2f", warp);
    ps_config_set_str(config, "warp_params", text);
    return ps_reinit_feat(decoder, config) == 0;
}

bool hearing_understand(ps_decoder_t *decoder, double warp, const int16_t *samples, size_t count,
                        struct heard *heard) {
    const char *text;
    int32 score;

    heard->text[0] = '\0';
    heard->fit = 0.0;
    if (!set_warp(decoder, warp) || ps_start_utt(decoder) != 0) {
        return false;
    }
    ps_process_raw(decoder, samples, count, FALSE, TRUE);
    ps_end_utt(decoder);
    text = ps_get_hyp(decoder, &score);
    if (text == NULL) {
        return true;
    }
    snprintf(heard->text, sizeof(heard->text), "%s", text);
    heard->fit = logmath_log_to_ln(ps_get_logmath(decoder), score) * VOICE_FRAME / (double)count;
    return true;
}
