/* SPDX-License-Identifier: MIT */
/* How a story ends in words, whatever the model does. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "story/story_parts.h"

static const char HAPPY_END[] = "Then everyone went home, and they were all very happy.";
/* The same behind an opening that has no end yet: "One day," and "the fox went to the lake". */
static const char HAPPY_REST[] = " everyone had a lovely day.";
static const char HAPPY_MORE[] = " and had a lovely day.";
static const char THE_END[] = "The end.";

const char *story_end_name(enum story_end end) {
    static const char *const NAMES[] = {
        [STORY_GOES_ON] = "",      [STORY_OF_MODEL] = "model",  [STORY_LOOPED] = "loop",
        [STORY_LIMITED] = "limit", [STORY_HAPPY] = "happy_end", [STORY_SKIPPED] = "skipped",
    };

    return NAMES[end];
}

/* A text of ours, as a sentence of its own or behind what the draft holds. */
static void tell_own(struct story *story, const char *text) {
    struct draft *draft = &story->draft;
    int added = snprintf(draft->text + draft->length, sizeof(draft->text) - draft->length, "%s%s",
                         draft->length == 0 ? " " : "", text);

    (void)added;
    sentences_feed(&draft->sentences, text);
    sentences_end(&draft->sentences);
    draft->length = strlen(draft->text);
    story_draft_tell(story);
}

static bool says_the_end(const char *sentence) {
    static const char WORDS[] = "the end";
    size_t length = strlen(sentence), end = strlen(WORDS);

    while (length > 0 && !isalpha((unsigned char)sentence[length - 1])) {
        length--;
    }
    if (length < end) {
        return false;
    }
    return strncasecmp(sentence + length - end, WORDS, end) == 0;
}

void story_close(struct story *story, enum story_end end) {
    struct draft *draft = &story->draft;
    bool is_begun = draft->shown > 0;

    if (is_begun) {
        char last;

        /* Back to the opening's last words. */
        story_draft_restart(story);
        last = draft->length > 0 ? draft->text[draft->length - 1] : ' ';
        tell_own(story, ispunct((unsigned char)last) ? HAPPY_REST : HAPPY_MORE);
    } else {
        story_draft_begin(story);
        if (end == STORY_HAPPY) {
            tell_own(story, HAPPY_END);
        }
    }
    if (!says_the_end(story->last)) {
        tell_own(story, THE_END);
    }
    story->end = end;
}
