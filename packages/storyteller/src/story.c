/* SPDX-License-Identifier: MIT */
#include "story.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "random.h"

/* Of the likeliest tokens, those that share this probability may follow; as run.c's default. */
#define TOPP 0.9F
/* So many sentences that may not be told, or were told already, end the story. */
#define HITS_AT_MOST 2
#define LOOPS_AT_MOST 4

static const char HAPPY_END[] = "Then everyone went home, and they were all very happy.";
/* The same behind a beginning that has no end yet: "One day," and "the fox went to the lake". */
static const char HAPPY_REST[] = " everyone had a lovely day.";
static const char HAPPY_MORE[] = " and had a lovely day.";
static const char THE_END[] = "The end.";

const char *story_end_name(enum story_end end)
{
    static const char *const NAMES[] = {
        [STORY_GOES_ON] = "", [STORY_OF_MODEL] = "model",  [STORY_LOOPED] = "loop",
        [STORY_LIMITED] = "limit", [STORY_HAPPY] = "happy_end", [STORY_SKIPPED] = "skipped",
    };

    return NAMES[end];
}

static void take_sentence(void *user, const char *sentence)
{
    struct story *story = user;

    snprintf(story->spoken, sizeof(story->spoken), "%s", sentence);
}

static void begin_draft(struct story *story)
{
    sentences_begin(&story->draft.sentences, take_sentence, story);
    story->draft.length = 0;
    story->draft.shown = 0;
    story->spoken[0] = '\0';
}

/* Show what of the draft was not shown yet, and speak the sentence that ends in it. */
static void tell_draft(struct story *story)
{
    struct draft *draft = &story->draft;

    draft->text[draft->length] = '\0';
    story->tell(story->user, draft->text + draft->shown,
                story->spoken[0] != '\0' ? story->spoken : NULL);
    if (story->spoken[0] != '\0') {
        repeats_add(&story->repeats, story->spoken);
        memcpy(story->last, story->spoken, sizeof(story->last));
        story->figures.sentences++;
    }
    draft->length = 0;
    draft->shown = 0;
    story->spoken[0] = '\0';
}

/* A text of ours, as a sentence of its own or behind what the draft holds. */
static void tell_own(struct story *story, const char *text)
{
    struct draft *draft = &story->draft;
    int added = snprintf(draft->text + draft->length, sizeof(draft->text) - draft->length, "%s%s",
                         draft->length == 0 ? " " : "", text);

    (void)added;
    sentences_feed(&draft->sentences, text);
    sentences_end(&draft->sentences);
    draft->length = strlen(draft->text);
    tell_draft(story);
}

static bool says_the_end(const char *sentence)
{
    static const char WORDS[] = "the end";
    size_t length = strlen(sentence), end = strlen(WORDS);

    while (length > 0 && !isalpha((unsigned char)sentence[length - 1]))
        length--;
    if (length < end)
        return false;
    return strncasecmp(sentence + length - end, WORDS, end) == 0;
}

/* Close the story in words. What is in the draft is not told, unless it was shown. */
static void close_story(struct story *story, enum story_end end)
{
    struct draft *draft = &story->draft;
    bool is_begun = draft->shown > 0;

    if (is_begun) {
        char last;

        /* Back to the beginning's last words. */
        story->draft = story->start;
        story->spoken[0] = '\0';
        last = draft->length > 0 ? draft->text[draft->length - 1] : ' ';
        tell_own(story, ispunct((unsigned char)last) ? HAPPY_REST : HAPPY_MORE);
    } else {
        begin_draft(story);
        if (end == STORY_HAPPY)
            tell_own(story, HAPPY_END);
    }
    if (!says_the_end(story->last))
        tell_own(story, THE_END);
    story->end = end;
}

static bool is_refused(void *user, const char *piece)
{
    const struct story *story = user;

    return gate_stops_next(story->gate, &story->context, piece);
}

/* Invent the sentence anew, with coins that follow from the story's own. */
static void rewind_to_start(struct story *story)
{
    uint64_t state = story->recipe.seed + (uint64_t)++story->figures.rewinds;
    uint64_t seed = next_random(&state);

    story->draft = story->start;
    story->spoken[0] = '\0';
    if (!llama_rewind(story->llama, story->start_mark, seed != 0 ? seed : 1))
        close_story(story, STORY_HAPPY);
}

/* Whether the sentence in the draft may be told; if not, what happens then has happened. */
static bool pass(struct story *story)
{
    struct draft *draft = &story->draft;

    draft->text[draft->length] = '\0';
    if (gate_stops(story->gate, draft->text)) {
        if (++story->figures.gate_hits >= HITS_AT_MOST)
            close_story(story, STORY_HAPPY);
        else
            rewind_to_start(story);
        return false;
    }
    if (repeats_is_loop(&story->repeats, story->spoken)) {
        if (++story->figures.loops >= LOOPS_AT_MOST)
            close_story(story, STORY_LOOPED);
        else
            rewind_to_start(story);
        return false;
    }
    return true;
}

static void note_start(struct story *story)
{
    story->start = story->draft;
    story->start_mark = llama_mark(story->llama);
}

static void note_fresh_start(struct story *story, int mark)
{
    sentences_begin(&story->start.sentences, take_sentence, story);
    story->start.length = 0;
    story->start.shown = 0;
    story->start_mark = mark;
}

/* Take a piece of the model's text. mark: where the model was before it. */
static void take_piece(struct story *story, const char *piece, int mark)
{
    bool is_blank = true, is_start_inside = false;

    for (const char *at = piece; *at != '\0'; at++) {
        struct draft *draft = &story->draft;
        const char byte[2] = {*at, '\0'};

        sentences_feed(&draft->sentences, byte);
        /* A sentence becomes complete with the first character behind it. */
        if (story->spoken[0] != '\0') {
            size_t blanks = is_blank ? (size_t)(at - piece) : 0;

            draft->length -= blanks; /* they belong to the next sentence, as the piece does */
            if (!pass(story))
                return;
            tell_draft(story);
            note_fresh_start(story, mark);
            memcpy(draft->text, piece, blanks);
            draft->length = blanks;
            is_start_inside = !is_blank;
        }
        is_blank = is_blank && isspace((unsigned char)*at);
        if (draft->length + 1 >= sizeof(draft->text)) {
            close_story(story, STORY_LOOPED);
            return;
        }
        draft->text[draft->length++] = *at;
    }
    /* The piece holds the end of one sentence and the start of the next: it cannot be taken back. */
    if (is_start_inside)
        note_start(story);
}

/* What of a piece was not told yet. The engine leaves out bytes beyond ASCII that are no token. */
static const char *skip_told(struct story *story, const char *piece)
{
    const char *ahead = story->ahead;

    while (*piece != '\0' && *ahead != '\0') {
        bool is_same = *piece == *ahead;

        if (!is_same && (*ahead & 0x80) == 0)
            break;
        ahead++;
        piece += is_same ? 1 : 0;
    }
    story->ahead = *piece == '\0' ? ahead : "";
    return piece;
}

/* The beginning is known, so it is told while the engine still reads it. */
static void tell_beginning(struct story *story)
{
    struct draft *draft = &story->draft;

    story->ahead = story->recipe.prompt;
    story->tell(story->user, story->recipe.prompt, NULL);
    for (const char *at = story->recipe.prompt; *at != '\0'; at++) {
        const char byte[2] = {*at, '\0'};

        sentences_feed(&draft->sentences, byte);
        if (story->spoken[0] != '\0') {
            draft->shown = draft->length;
            tell_draft(story);
        }
        draft->text[draft->length++] = *at;
    }
    draft->shown = draft->length;
}

/* The model has no more to say: tell what it left, if that is a whole sentence. */
static void end_story(struct story *story)
{
    struct sentences *sentences = &story->draft.sentences;
    bool is_whole = sentences_is_complete(sentences);
    bool is_cut = !is_whole && sentences->length > 0;
    struct llama_stats stats;

    llama_stats(story->llama, &stats);
    is_cut = is_cut || stats.tokens + 1 >= story->recipe.steps;
    if (is_whole) {
        sentences_end(sentences);
        if (story->spoken[0] != '\0') {
            if (!pass(story))
                return; /* invented anew, or closed */
            tell_draft(story);
        }
    }
    close_story(story, is_cut ? STORY_LIMITED : STORY_OF_MODEL);
}

bool story_begin(struct story *story, const struct recipe *recipe, struct llama_error *error)
{
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
    begin_draft(story);
    tell_beginning(story);
    if (!llama_begin(story->llama, story->recipe.prompt, &how, error))
        return false;
    note_start(story);
    return true;
}

bool story_go_on(struct story *story, struct llama_error *error)
{
    int mark = llama_mark(story->llama);
    const char *piece;

    story->draft.text[story->draft.length] = '\0';
    gate_read_context(&story->context, story->draft.text);
    if (!llama_next(story->llama, &piece, error))
        return false;
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
