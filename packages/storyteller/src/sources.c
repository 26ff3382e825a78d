/* SPDX-License-Identifier: MIT */
#include "sources.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define SETTINGS_PATH "/etc/storyteller.conf"
#define WORDS_PATH "/usr/share/storyteller/words"
#define CARD_PATH "/boot"
#define DATA_PATH "/data"
/* More lines than these need not be read out: whoever mends them sees the others. */
#define LINES_SAID 3

static const char *either(const char *given, const char *usual) {
    return given != NULL ? given : usual;
}

void sources_complain(void *user, const struct complaint *complaint) {
    (void)user;
    if (complaint->line > 0) {
        fprintf(stderr, "storyteller: %s:%d: %s; the line is left out\n", complaint->path,
                complaint->line, complaint->problem);
    } else {
        fprintf(stderr, "storyteller: %s: %s\n", complaint->path, complaint->problem);
    }
}

static void complain_aloud(void *user, const struct complaint *complaint) {
    struct news *news = user;

    sources_complain(NULL, complaint);
    if (news->lines++ < LINES_SAID) {
        news->length +=
            (size_t)snprintf(news->text + news->length, sizeof(news->text) - news->length,
                             "Line %d of the settings is not clear. ", complaint->line);
    }
}

const char *sources_data(const struct options *options) {
    if (options->data != NULL || access(DATA_PATH, F_OK) != 0) {
        return options->data;
    }
    return DATA_PATH;
}

/* A file that need not be there. Returns a bit for each setting that it has. */
static unsigned load_if_there(struct settings *settings, const char *path, complain_fn *complain_of,
                              struct news *news) {
    settings->named = 0;
    if (!settings_load(settings, path, complain_of, news) && errno != ENOENT) {
        fprintf(stderr, "storyteller: %s: %s; the default settings are used\n", path,
                strerror(errno));
    }
    return settings->named;
}

bool sources_settings(struct settings *settings, struct parents *parents,
                      const struct options *options, struct news *news) {
    const char *path = either(options->settings, SETTINGS_PATH), *data = sources_data(options);
    char file[SOURCES_PATH_BYTES];

    *settings = settings_default();
    if (!settings_load(settings, path, sources_complain, NULL) &&
        (options->settings != NULL || errno != ENOENT)) {
        fprintf(stderr, "storyteller: cannot read settings %s: %s\n", path, strerror(errno));
        return false;
    }
    if (data != NULL) {
        snprintf(file, sizeof(file), "%s/" PARENTS_FILE, data);
        parents->on_page = load_if_there(settings, file, sources_complain, NULL);
    }
    parents->own = *settings;
    snprintf(file, sizeof(file), "%s/storyteller.txt", either(options->card, CARD_PATH));
    parents->on_card = load_if_there(settings, file, complain_aloud, news);
    if (options->steps > 0) {
        settings->steps = (int)options->steps;
    }
    return true;
}

struct words_folders sources_words(const struct options *options, char card[SOURCES_PATH_BYTES]) {
    snprintf(card, SOURCES_PATH_BYTES, "%s/words", either(options->card, CARD_PATH));
    return (struct words_folders){.ours = either(options->words, WORDS_PATH),
                                  .card = access(card, R_OK) == 0 ? card : NULL,
                                  .added = sources_data(options)};
}
