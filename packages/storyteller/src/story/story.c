/* SPDX-License-Identifier: MIT */
#include "story/story.h"

#include <ctype.h>
#include <string.h>

#include "story/story_parts.h"
#include "text/random.h"

/* Of the likeliest tokens, those that share this probability may follow; as run.c's default. */
#define TOPP 0.9F
/* So many sentences that may not be told, or were told already, end the story. */
#define HITS_AT_MOST 2
#define LOOPS_AT_MOST 4

static bool is_refused(void *user, const char *piece) {
    const struct story *story = user;

    return gate_stops_next(story->gate, &story->context, piece);
}

/* Invent the sentence anew, with coins that follow from the story's own. */
static void rewind_to_start(struct story *story) {
    uint64_t state = story->recipe.seed + (uint64_t)++story->figures.rewinds;
    uint64_t seed = next_random(&state);

    story_draft_restart(story);
    if (!llama_rewind(story->llama, story->start_mark, seed != 0 ? seed : 1)) {
        story_close(story, STORY_HAPPY);
    }
}

/* Whether the sentence in the draft may be told; if not, what happens then has happened. */
static bool pass(struct story *story) {
    struct draft *draft = &story->draft;

    draft->text[draft->length] = '\0';
    if (gate_stops(story->gate, draft->text)) {
        if (++story->figures.gate_hits >= HITS_AT_MOST) {
            story_close(story, STORY_HAPPY);
        } else {
            rewind_to_start(story);
        }
        return false;
    }
    if (repeats_is_loop(&story->repeats, story->spoken)) {
        if (++story->figures.loops >= LOOPS_AT_MOST) {
            story_close(story, STORY_LOOPED);
        } else {
            rewind_to_start(story);
        }
        return false;
    }
    return true;
}

/* Take a piece of the model's text. mark: where the model was before it. */
static void take_piece(struct story *story, const char *piece, int mark) {
    bool is_blank = true, is_start_inside = false;

    for (const char *at = piece; *at != '\0'; at++) {
        struct draft *draft = &story->draft;
        const char byte[2] = {*at, '\0'};

        sentences_feed(&draft->sentences, byte);
        /* A sentence becomes complete with the first character behind it. */
        if (story->spoken[0] != '\0') {
            size_t blanks = is_blank ? (size_t)(at - piece) : 0;

            draft->length -= blanks; /* they belong to the next sentence, as the piece does */
            if (!pass(story)) {
                return;
            }
            story_draft_tell(story);
            story_draft_note_fresh_start(story, mark);
            memcpy(draft->text, piece, blanks);
            draft->length = blanks;
            is_start_inside = !is_blank;
        }
        is_blank = is_blank && isspace((unsigned char)*at);
        if (draft->length + 1 >= sizeof(draft->text)) {
            story_close(story, STORY_LOOPED);
            return;
        }
        draft->text[draft->length++] = *at;
    }
    /*
     * The piece holds the end of one sentence and the start of the next: it cannot be taken back.
     */
    if (is_start_inside) {
        story_draft_note_start(story);
    }
}

/* What of a piece was not told yet. The engine leaves out bytes beyond ASCII that are no token. */
static const char *skip_told(struct story *story, const char *piece) {
    const char *ahead = story->ahead;

    while (*piece != '\0' && *ahead != '\0') {
        bool is_same = *piece == *ahead;

        if (!is_same && (*ahead & 0x80) == 0) {
            break;
        }
        ahead++;
        piece += is_same ? 1 : 0;
    }
    story->ahead = *piece == '\0' ? ahead : "";
    return piece;
}

/* The opening is known, so it is told while the engine still reads it. */
static void tell_opening(struct story *story) {
    struct draft *draft = &story->draft;

    story->ahead = story->recipe.prompt;
    story->tell(story->user, story->recipe.prompt, NULL);
    for (const char *at = story->recipe.prompt; *at != '\0'; at++) {
        const char byte[2] = {*at, '\0'};

        sentences_feed(&draft->sentences, byte);
        if (story->spoken[0] != '\0') {
            draft->shown = draft->length;
            story_draft_tell(story);
        }
        draft->text[draft->length++] = *at;
    }
    draft->shown = draft->length;
}

/* The model has no more to say: tell what it left, if that is a whole sentence. */
static void end_story(struct story *story) {
    struct sentences *sentences = &story->draft.sentences;
    bool is_whole = sentences_is_complete(sentences);
    bool is_cut = !is_whole && sentences->length > 0;
    struct llama_stats stats;

    llama_stats(story->llama, &stats);
    is_cut = is_cut || stats.tokens + 1 >= story->recipe.steps;
    if (is_whole) {
        sentences_end(sentences);
        if (story->spoken[0] != '\0') {
            if (!pass(story)) {
                return; /* invented anew, or closed */
            }
            story_draft_tell(story);
        }
    }
    story_close(story, is_cut ? STORY_LIMITED : STORY_OF_MODEL);
}

bool story_begin(struct story *story, const struct recipe *recipe, struct llama_error *error) {
    struct llama_settings how = {
        .temperature = (float)recipe->temperature / 100.0F,
        .topp = TOPP,
        .seed = recipe->seed,
        .steps = recipe->steps,
        .is_refused = is_refused,
        .user = story,
    };

    story->recipe = *recipe;
    story->end = STORY_GOES_ON;
    story->figures = (struct story_figures){0};
    story->last[0] = '\0';
    repeats_begin(&story->repeats);
    story_draft_begin(story);
    tell_opening(story);
    if (!llama_begin(story->llama, story->recipe.prompt, &how, error)) {
        return false;
    }
    story_draft_note_start(story);
    return true;
}

bool story_go_on(struct story *story, struct llama_error *error) {
    int mark = llama_mark(story->llama);
    const char *piece;

    story->draft.text[story->draft.length] = '\0';
    gate_read_context(&story->context, story->draft.text);
    if (!llama_next(story->llama, &piece, error)) {
        return false;
    }
    if (piece == NULL) {
        end_story(story);
        return true;
    }
    story->figures.tokens++;
    if (*story->ahead != '\0') {
        piece = skip_told(story, piece);
        if (*piece == '\0') {
            story->start_mark = llama_mark(story->llama);
            return true;
        }
    }
    take_piece(story, piece, mark);
    return true;
}
