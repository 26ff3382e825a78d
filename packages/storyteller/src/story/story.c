/* SPDX-License-Identifier: MIT */
#include "story/story.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "story/story_parts.h"
#include "text/random.h"

/* Of the likeliest tokens, those that share this probability may follow; as run.c's default. */
#define TOPP 0.9F
/* So many sentences that may not be told, or were told already, end the story. */
#define HITS_AT_MOST 2
#define LOOPS_AT_MOST 4
/* So many stories after one opening are begun again; the one after them is told, sound or not. */
#define RESTARTS_AT_MOST 4
/* By then a story's plot, and so nearly every further word, is chosen: see docs/storyteller.md. */
#define SENTENCES_TO_A_PLOT 5

static bool is_refused(void *user, const char *piece) {
    const struct story *story = user;

    return gate_stops_next(words_gate(story->words), &story->context, piece);
}

/* Go on from a place with coins that follow from a number. */
static bool rewind_to(struct story *story, int mark, uint64_t number) {
    uint64_t seed = next_random(&number);

    return llama_rewind(story->llama, mark, seed != 0 ? seed : 1);
}

/* Invent the sentence again, with coins that follow from the story's own. */
static void rewind_to_start(struct story *story) {
    story_draft_restart(story);
    if (!rewind_to(story, story->start_mark, story->seed + (uint64_t)++story->figures.rewinds)) {
        story_close(story, STORY_HAPPY);
    }
}

/* A model that has learned a story by heart hesitates over nothing but names. Where it does at
 * every word, it has mixed up two stories, and says nonsense. */
static bool has_lost_thread(const struct story *story) {
    return story->choices_at_most > 0 && story->figures.sentences >= SENTENCES_TO_A_PLOT &&
           story->draft.choices > story->choices_at_most;
}

/* Whether the sentence in the draft may be told; if not, what happens then has happened. */
static bool pass(struct story *story) {
    struct draft *draft = &story->draft;

    draft->text[draft->length] = '\0';
    if (gate_stops(words_gate(story->words), draft->text)) {
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
    if (has_lost_thread(story)) {
        story_close(story, STORY_HAPPY);
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
    story->draft.choices += llama_was_choice(story->llama) ? 1 : 0;
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

/* Read an opening into the draft, and tell it, sentence by sentence, if that is still to be done.
 */
static void read_opening(struct story *story, const char *opening, bool is_told) {
    struct draft *draft = &story->draft;

    story_draft_begin(story);
    for (const char *at = opening; *at != '\0'; at++) {
        const char byte[2] = {*at, '\0'};

        sentences_feed(&draft->sentences, byte);
        if (story->spoken[0] != '\0') {
            if (!is_told) {
                story_draft_tell(story);
            }
            draft->length = 0;
            story->spoken[0] = '\0';
        }
        draft->text[draft->length++] = *at;
    }
    draft->text[draft->length] = '\0';
    if (!is_told) {
        story_tell(story, draft->text, NULL);
    }
    draft->shown = draft->length;
}

/* The model gets the opening in words that it knows, where it learned its stories by heart. */
static void give_opening(struct story *story) {
    if (story->choices_at_most > 0) {
        stand_ins_choose(&story->stand_ins, story->words, story->llama, story->recipe.prompt,
                         story->recipe.seed, story->prompt);
    } else {
        snprintf(story->prompt, sizeof(story->prompt), "%s", story->recipe.prompt);
    }
    /* What was shown in the words meant is what it goes on from. */
    story->ahead = story->prompt;
    read_opening(story, story->prompt, true);
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
                return; /* invented again, or closed */
            }
            story_draft_tell(story);
        }
    }
    story_close(story, is_cut ? STORY_LIMITED : STORY_OF_MODEL);
}

/* In the words that were asked for. */
static void tell_meant(const struct story *story, const char *shown, const char *spoken) {
    char shown_meant[STORY_DRAFT_BYTES + PROMPT_BYTES], spoken_meant[SENTENCE_BYTES];

    stand_ins_undo(&story->stand_ins, shown, shown_meant, sizeof(shown_meant));
    if (spoken != NULL) {
        stand_ins_undo(&story->stand_ins, spoken, spoken_meant, sizeof(spoken_meant));
    }
    story->tell(story->user, shown_meant, spoken != NULL ? spoken_meant : NULL);
}

void story_tell_at_once(struct story *story) {
    const char *shown, *spoken;

    while (story->rehearsal.is_on && rehearsal_take(&story->rehearsal, &shown, &spoken)) {
        tell_meant(story, shown, spoken);
    }
    story->rehearsal.is_on = false;
}

void story_tell(struct story *story, const char *shown, const char *spoken) {
    if (story->rehearsal.is_on && rehearsal_add(&story->rehearsal, shown, spoken)) {
        return;
    }
    story_tell_at_once(story); /* too long to be thought out as a whole */
    tell_meant(story, shown, spoken);
}

/* The story can be begun again from here. */
static void note_opening(struct story *story) {
    struct opening *opening = &story->opening;

    opening->draft = story->draft;
    opening->repeats = story->repeats;
    opening->figures = story->figures;
    memcpy(opening->last, story->last, sizeof(opening->last));
    opening->mark = story->start_mark;
    rehearsal_begin(&story->rehearsal, story->choices_at_most > 0);
}

/* After the same opening, with other coins. Returns false when the model cannot. */
static bool restart(struct story *story) {
    const struct opening *opening = &story->opening;
    int restarts = story->figures.restarts + 1, tokens = story->figures.tokens;

    story->draft = opening->draft;
    story->repeats = opening->repeats;
    story->figures = opening->figures;
    story->figures.restarts = restarts;
    story->figures.tokens = tokens;
    memcpy(story->last, opening->last, sizeof(story->last));
    story->spoken[0] = '\0';
    story->start = story->draft;
    story->start_mark = opening->mark;
    story->end = STORY_GOES_ON;
    story->seed = story->recipe.seed + ((uint64_t)restarts << 32);
    rehearsal_begin(&story->rehearsal, true);
    return rewind_to(story, opening->mark, story->seed);
}

/* Whether a story that is thought out is worth telling. */
static bool is_sound(const struct story *story) {
    return story->end == STORY_OF_MODEL && !rehearsal_has_open_quote(&story->rehearsal);
}

bool story_begin(struct story *story, const struct recipe *recipe, struct llama_error *error) {
    struct llama_settings how = {
        .temperature = (float)recipe->temperature / 100.0F,
        .topp = TOPP,
        .seed = recipe->seed,
        .steps = recipe->steps,
        .is_refused = is_refused,
        .user = story,
        .tells_choices = story->choices_at_most > 0,
    };

    story->recipe = *recipe;
    story->seed = recipe->seed;
    story->end = story->thought_out = STORY_GOES_ON;
    story->figures = (struct story_figures){0};
    story->last[0] = '\0';
    repeats_begin(&story->repeats);
    rehearsal_begin(&story->rehearsal, false);
    story->stand_ins.count = 0;
    /* The opening is known, so it is told while the engine still reads it. */
    read_opening(story, story->recipe.prompt, false);
    give_opening(story);
    if (!llama_begin(story->llama, story->prompt, &how, error)) {
        return false;
    }
    story_draft_note_start(story);
    note_opening(story);
    return true;
}

static bool invent(struct story *story, struct llama_error *error) {
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
            story->start_mark = story->opening.mark = llama_mark(story->llama);
            return true;
        }
    }
    take_piece(story, piece, mark);
    return true;
}

/* Tell the next of what was thought out. */
static void tell_next(struct story *story) {
    const char *shown, *spoken;

    if (rehearsal_take(&story->rehearsal, &shown, &spoken)) {
        tell_meant(story, shown, spoken);
    } else {
        story->end = story->thought_out;
    }
}

bool story_go_on(struct story *story, struct llama_error *error) {
    if (story->thought_out != STORY_GOES_ON) {
        tell_next(story);
        return true;
    }
    if (!invent(story, error)) {
        return false;
    }
    if (story->end == STORY_GOES_ON || !story->rehearsal.is_on) {
        return true;
    }
    if (is_sound(story) || story->figures.restarts == RESTARTS_AT_MOST || !restart(story)) {
        story->thought_out = story->end;
        story->end = STORY_GOES_ON;
    }
    return true;
}
