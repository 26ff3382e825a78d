/* SPDX-License-Identifier: MIT */
#include "teller.h"

#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "prompt.h"
#include "sentence.h"
#include "stop.h"

/* Of the likeliest tokens, those that share this probability may follow; as run.c's default. */
#define TOPP 0.9F
/* How long to wait for the speaker or the pause before looking at the console again. */
#define LOOK_MS 20

/* One story on its way. */
struct story {
    struct teller *teller;
    struct sentences sentences;
    struct sound *sound; /* NULL: text only */
    char prompt[PROMPT_BYTES];
    const char *ahead; /* what of the prompt was told, but is still to come from the engine */
    uint64_t seed;
    char next[CONSOLE_LINE_BYTES]; /* typed for the next story */
    bool is_next_typed;
    bool is_skipped; /* an empty line was typed */
    bool is_loss_told;
    double begun_s;  /* clock_seconds() */
    double waited_s; /* time of inventing that went to showing and waiting */
};

static bool is_over(const struct story *story)
{
    return story->is_skipped || stop_is_wanted();
}

static void tell_loss(struct story *story)
{
    struct teller *teller = story->teller;

    if (story->sound == NULL || story->is_loss_told || !speaker_is_lost(teller->speaker))
        return;
    output_lost(teller->output, teller->console);
    story->is_loss_told = true;
}

/* A card that was plugged in tells the rest of the story. */
static void look_for_sound(struct story *story)
{
    struct teller *teller = story->teller;
    struct sound *sound = NULL;

    if (story->sound == NULL || story->is_loss_told)
        sound = output_look(teller->output, teller->console);
    if (sound == NULL)
        return;
    speaker_begin(teller->speaker, sound);
    story->sound = sound;
    story->is_loss_told = false;
}

/* Look whether a line was typed, or the sound was lost. */
static void look(struct story *story)
{
    struct teller *teller = story->teller;
    char line[CONSOLE_LINE_BYTES];

    tell_loss(story);
    look_for_sound(story);
    if (!console_read(teller->console, 0, line))
        return;
    if (line[strspn(line, " \t\r")] == '\0') {
        story->is_skipped = true;
        return;
    }
    snprintf(story->next, sizeof(story->next), "%s", line);
    story->is_next_typed = true;
    console_say(teller->console, "(next story: %s)", line);
}

/* Hand something to the speaker; while it is behind, inventing waits here. */
static void say(struct story *story, const char *sentence)
{
    while (!is_over(story) && !speaker_is_lost(story->teller->speaker)) {
        if (speaker_say(story->teller->speaker, sentence, LOOK_MS))
            return;
        look(story);
    }
}

static void take_sentence(void *user, const char *sentence)
{
    say(user, sentence);
}

static void tell_text(struct story *story, const char *text)
{
    console_show(story->teller->console, text);
    if (story->sound != NULL)
        sentences_feed(&story->sentences, text);
}

/* The prompt is known, so it is spoken while the engine still reads it. */
static void tell_prompt(struct story *story)
{
    tell_text(story, story->prompt);
    story->ahead = story->prompt;
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

static bool take_piece(void *user, const char *piece)
{
    struct story *story = user;
    double begun_s = clock_seconds();

    tell_text(story, skip_told(story, piece));
    look(story);
    story->waited_s += clock_seconds() - begun_s;
    return !is_over(story);
}

/* The text is complete; wait until it is spoken, too. */
static void finish_speech(struct story *story)
{
    struct speaker *speaker = story->teller->speaker;

    if (!is_over(story)) {
        sentences_end(&story->sentences);
        say(story, SPEAKER_LAST);
    }
    while (!is_over(story) && !speaker_is_quiet(speaker, LOOK_MS))
        look(story);
    if (is_over(story) || speaker_is_lost(speaker))
        speaker_hush(speaker);
    while (!speaker_is_quiet(speaker, LOOK_MS))
        continue;
    tell_loss(story);
}

static void show_costs(const struct story *story, const struct llama_stats *stats,
                       const struct speaker_report *heard)
{
    double seconds = stats->seconds - story->waited_s;
    char first[40] = "";

    if (heard->first_s > 0.0)
        snprintf(first, sizeof(first), "  first sound after %.2f s",
                 heard->first_s - story->begun_s);
    console_say(story->teller->console,
                "%d tokens  %.1f tokens/s  %.1f s of speech%s  %.1f MiB resident", stats->tokens,
                seconds > 0.0 ? stats->tokens / seconds : 0.0, heard->speech_s, first,
                resident_mib());
}

static bool tell(struct story *story, struct llama_error *error)
{
    struct teller *teller = story->teller;
    struct llama_settings how = {
        .temperature = (float)teller->settings.temperature / 100.0F,
        .topp = TOPP,
        .seed = story->seed,
        .steps = teller->settings.steps,
    };
    struct llama_stats stats = {0};
    struct speaker_report heard = {0};
    bool ok;

    story->sound = output_begin(teller->output, teller->console);
    speaker_begin(teller->speaker, story->sound);
    sentences_begin(&story->sentences, take_sentence, story);
    story->begun_s = clock_seconds();
    tell_prompt(story);
    ok = llama_tell(teller->llama, story->prompt, &how, take_piece, story, &stats, error);
    story->is_skipped = story->is_skipped || !ok;
    if (story->sound != NULL) {
        finish_speech(story);
        heard = speaker_end(teller->speaker);
    }
    output_end(teller->output);
    if (ok)
        show_costs(story, &stats, &heard);
    return ok;
}

/* Wait until the next story may begin: the pause is over, a line was typed, or all shall end. */
static void rest(struct story *story)
{
    double end_s = clock_seconds() + story->teller->settings.pause_s;

    while (!is_over(story) && !story->is_next_typed && clock_seconds() < end_s) {
        if (console_read(story->teller->console, LOOK_MS, story->next))
            story->is_next_typed = true;
    }
}

static void choose(struct story *story, long number, const struct story *last)
{
    const struct teller *teller = story->teller;
    uint64_t offset = (uint64_t)(number - 1);

    story->seed = teller->seed > 0 ? teller->seed + offset : fresh_seed();
    if (last->is_next_typed)
        prompt_from_line(last->next, story->seed, story->prompt);
    else if (teller->prompt != NULL)
        snprintf(story->prompt, PROMPT_BYTES, "%s", teller->prompt);
    else
        prompt_draw(story->seed, story->prompt);
    console_say(teller->console, "\nstory %ld  seed %llu  \"%s\"\n", number,
                (unsigned long long)story->seed, story->prompt);
}

bool teller_run(struct teller *teller, struct llama_error *error)
{
    struct story story = {.teller = teller};

    /* A line may be there before the first story. */
    story.is_next_typed = console_read(teller->console, 0, story.next);
    for (long number = 1; !stop_is_wanted(); number++) {
        struct story last = story;

        story = (struct story){.teller = teller};
        choose(&story, number, &last);
        if (!tell(&story, error)) {
            if (!last.is_next_typed)
                return false;
            console_say(teller->console, "That story cannot be told: %s", error->text);
        }
        if (number == teller->stories)
            break;
        rest(&story);
    }
    return true;
}
