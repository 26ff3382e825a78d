/* SPDX-License-Identifier: MIT */
/* Text that is shown word by word, each when it is heard. */
#ifndef STORYTELLER_CAPTIONS_H
#define STORYTELLER_CAPTIONS_H

#include <stdbool.h>
#include <stddef.h>

/* Text that waits: of the sentences that the queue, the voice and the ring buffer hold. */
#define CAPTIONS_BYTES 8192
#define CAPTIONS_SENTENCES 16

/* A sentence, whose text may have other words than what is spoken of it. */
struct caption {
    size_t length;  /* of its text */
    unsigned first; /* how many words were said before it */
    unsigned words; /* that are said of it */
    unsigned shown; /* words of its text */
};

struct captions {
    char text[CAPTIONS_BYTES];
    size_t length;
    size_t claimed; /* by sentences; the rest belongs to the next one */
    struct caption sentences[CAPTIONS_SENTENCES];
    size_t count;
};

/* Shows a part of the text. */
typedef void captions_fn(void *user, const char *text);

/* Add a part of the text. What finds no room any more shows all that waits. */
void captions_add(struct captions *captions, const char *text, captions_fn *show, void *user);

/* The text added since the last sentence is one, too: `words` are said of it, after `first`. */
void captions_say(struct captions *captions, unsigned first, unsigned words, captions_fn *show,
                  void *user);

/* Show what is due when so many words were heard. */
void captions_show(struct captions *captions, unsigned heard, captions_fn *show, void *user);

/* Show all that waits; or forget it. */
void captions_flush(struct captions *captions, captions_fn *show, void *user);
void captions_clear(struct captions *captions);

#endif
