/* SPDX-License-Identifier: MIT */
/* Where settings and words come from: the image, the page for parents, the parents' card. */
#ifndef STORYTELLER_SOURCES_H
#define STORYTELLER_SOURCES_H

#include <stdbool.h>
#include <stddef.h>

#include "options.h"
#include "parents.h"
#include "settings.h"
#include "text/words.h"

#define SOURCES_PATH_BYTES 512

/* What is said before the first story: which lines of the parents' file are not clear. */
struct news {
    char text[256];
    size_t length;
    int lines;
};

/* The folder in which stories and the page's settings are kept, or NULL: nothing can be kept. */
const char *sources_data(const struct options *options);

/* Load the image's settings, those set in a browser, then the parents' file, each over the ones
 * before. parents: gets which of them are whose. news: gets what is not clear. The file named on
 * the command line must be there: returns false, and says so, when it is not. */
bool sources_settings(struct settings *settings, struct parents *parents,
                      const struct options *options, struct news *news);

/* The folders with lists of words. card: gets the path of the parents' own, which stays the
 * caller's. */
struct words_folders sources_words(const struct options *options, char card[SOURCES_PATH_BYTES]);

/* Report a line that is not clear, or a file that cannot be read, on standard error. */
void sources_complain(void *user, const struct complaint *complaint);

#endif
