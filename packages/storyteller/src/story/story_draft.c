/* SPDX-License-Identifier: MIT */
/* A sentence on its way, and where it started. */
#include <stdio.h>
#include <string.h>

#include "story/story_parts.h"

static void take_sentence(void *user, const char *sentence) {
    struct story *story = user;

    snprintf(story->spoken, sizeof(story->spoken), "%s", sentence);
}

void story_draft_begin(struct story *story) {
    sentences_begin(&story->draft.sentences, take_sentence, story);
    story->draft.length = 0;
    story->draft.shown = 0;
    story->draft.choices = 0;
    story->spoken[0] = '\0';
}

void story_draft_tell(struct story *story) {
    struct draft *draft = &story->draft;

    draft->text[draft->length] = '\0';
    story_tell(story, draft->text + draft->shown, story->spoken[0] != '\0' ? story->spoken : NULL);
    if (story->spoken[0] != '\0') {
        repeats_add(&story->repeats, story->spoken);
        memcpy(story->last, story->spoken, sizeof(story->last));
        story->figures.sentences++;
    }
    draft->length = 0;
    draft->shown = 0;
    draft->choices = 0;
    story->spoken[0] = '\0';
}

void story_draft_note_start(struct story *story) {
    story->start = story->draft;
    story->start_mark = llama_mark(story->llama);
}

void story_draft_note_fresh_start(struct story *story, int mark) {
    sentences_begin(&story->start.sentences, take_sentence, story);
    story->start.length = 0;
    story->start.shown = 0;
    story->start.choices = 0;
    story->start_mark = mark;
}

void story_draft_restart(struct story *story) {
    story->draft = story->start;
    story->spoken[0] = '\0';
}
