/* SPDX-License-Identifier: MIT */
#include "voice/captions.h"

#include <ctype.h>
#include <string.h>

/* Show the first bytes of the text, and forget them. */
static void show_first(struct captions *captions, size_t length, captions_fn *show, void *user) {
    char kept = captions->text[length];

    if (length == 0) {
        return;
    }
    captions->text[length] = '\0';
    show(user, captions->text);
    captions->text[length] = kept;
    captions->length -= length;
    captions->claimed -= length < captions->claimed ? length : captions->claimed;
    memmove(captions->text, captions->text + length, captions->length + 1);
}

void captions_flush(struct captions *captions, captions_fn *show, void *user) {
    show_first(captions, captions->length, show, user);
    captions->count = 0;
}

void captions_clear(struct captions *captions) {
    captions->length = captions->claimed = captions->count = 0;
    captions->text[0] = '\0';
}

void captions_add(struct captions *captions, const char *text, captions_fn *show, void *user) {
    size_t length = strlen(text);

    if (captions->length + length >= CAPTIONS_BYTES) {
        captions_flush(captions, show, user);
    }
    if (length >= CAPTIONS_BYTES) {
        show(user, text);
        return;
    }
    memcpy(captions->text + captions->length, text, length + 1);
    captions->length += length;
}

void captions_say(struct captions *captions, unsigned first, unsigned words, captions_fn *show,
                  void *user) {
    if (captions->count == CAPTIONS_SENTENCES) {
        captions_flush(captions, show, user);
    }
    captions->sentences[captions->count++] =
        (struct caption){captions->length - captions->claimed, first, words, 0};
    captions->claimed = captions->length;
}

static size_t skip_blanks(const char *text, size_t at, size_t end) {
    while (at < end && isspace((unsigned char)text[at])) {
        at++;
    }
    return at;
}

/* Where the next word ends, with the blanks on both sides of it: then it is known to be whole. */
static size_t word_end(const char *text, size_t end) {
    size_t at = skip_blanks(text, 0, end);

    while (at < end && !isspace((unsigned char)text[at])) {
        at++;
    }
    return skip_blanks(text, at, end);
}

static unsigned count_words(const char *text, size_t end) {
    unsigned count = 0;

    for (size_t at = skip_blanks(text, 0, end); at < end; at += word_end(text + at, end - at)) {
        count++;
    }
    return count;
}

/* Of the first sentence: how many words of its text are due. What a clip said of its beginning is,
 * with the first word; what is not spoken at its end, with the last. */
static unsigned due_words(const struct captions *captions, unsigned heard) {
    const struct caption *caption = &captions->sentences[0];
    unsigned all = caption->shown + count_words(captions->text, caption->length);
    unsigned of_it = heard > caption->first ? heard - caption->first : 0;
    unsigned unsaid = all > caption->words ? all - caption->words : 0;

    if (of_it >= caption->words) {
        return all;
    }
    return of_it > 0 ? unsaid + of_it : 0;
}

/* Returns whether the first sentence was shown to its end, so that the next one may be. */
static bool show_sentence(struct captions *captions, unsigned heard, captions_fn *show,
                          void *user) {
    struct caption *caption = &captions->sentences[0];
    unsigned due = due_words(captions, heard);
    size_t end = 0;

    for (; caption->shown < due && end < caption->length; caption->shown++) {
        end += word_end(captions->text + end, caption->length - end);
    }
    if (heard >= caption->first + caption->words) {
        end = caption->length;
    }
    caption->length -= end;
    show_first(captions, end, show, user);
    if (caption->length > 0) {
        return false;
    }
    captions->count--;
    memmove(caption, caption + 1, captions->count * sizeof(*caption));
    return true;
}

void captions_show(struct captions *captions, unsigned heard, captions_fn *show, void *user) {
    while (captions->count > 0 && show_sentence(captions, heard, show, user)) {
        continue;
    }
}
