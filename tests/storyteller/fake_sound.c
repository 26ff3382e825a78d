/* SPDX-License-Identifier: MIT */
/* A sound card without sound, with a clock of its own. The "device" is a file: each opening takes
 * its first line, and the last line is there to stay. Lines: "absent", "works" (plays at once),
 * "paced" (plays as slowly as a real card), "lost" (is pulled out after half a second of speech);
 * "stuck" (never comes back), "still" (takes sound and plays none of it, until there is a file
 * FILE.listens); more words: "rate=48000", "keeps" (gives nothing back). What happens is appended
 * to FILE.log; what is heard, as 16-bit samples with the silence of an idle card left out, to
 * FILE.heard. Like a real one it can be opened once at a time. */
#include <clock.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sound/sound.h"

#define LINES 16
#define LINE_BYTES 64
#define BUFFER_S 0.5
#define START_S 0.25
#define STILL_S 0.2     /* so long nothing moves until a card is said to stand still */
#define FETCHED_S 0.005 /* what the card has taken out of its buffer already */

static bool is_open;

struct fake {
    struct sound sound;
    char log[256];
    char listens[256];
    FILE *heard;
    bool is_paced;
    bool is_lost_soon;
    bool keeps;
    bool is_stuck;
    bool is_still;
    bool is_running;
    int16_t *buffer; /* what was taken since the last drop */
    size_t size;
    size_t taken;
    size_t played;
    double begun_s; /* when sample `base` was played */
    size_t base;
    double written_s;
};

static void note(const struct fake *fake, const char *what) {
    FILE *file = fopen(fake->log, "a");

    if (file != NULL) {
        fprintf(file, "%s\n", what);
        fclose(file);
    }
}

/* Let the card's clock run up to now. Returns whether it ran dry. */
static bool run(struct fake *fake) {
    size_t due = fake->taken;
    bool is_dry;

    if (!fake->is_running) {
        return false;
    }
    if (fake->is_still && access(fake->listens, F_OK) != 0) {
        return false;
    }
    if (fake->is_still) {
        fake->begun_s = clock_seconds();
    }
    fake->is_still = false;
    if (fake->is_paced) {
        due = fake->base + (size_t)((clock_seconds() - fake->begun_s) * fake->sound.rate);
    }
    is_dry = due > fake->taken || !fake->is_paced;
    due = due < fake->taken ? due : fake->taken;
    if (due > fake->played) {
        fwrite(fake->buffer + fake->played, sizeof(int16_t), due - fake->played, fake->heard);
        fake->played = due;
    }
    if (is_dry && fake->is_paced) {
        note(fake, "dry");
    }
    fake->is_running = !is_dry;
    return is_dry && fake->is_paced;
}

static void start(struct fake *fake) {
    if (fake->is_running || fake->taken == fake->played) {
        return;
    }
    fake->is_running = true;
    fake->base = fake->played;
    fake->begun_s = clock_seconds();
    if (!fake->is_paced) {
        run(fake);
    }
}

static bool make_room(struct fake *fake, size_t count) {
    int16_t *more;

    if (fake->taken + count <= fake->size) {
        return true;
    }
    fake->size = (fake->taken + count) * 2;
    more = realloc(fake->buffer, fake->size * sizeof(int16_t));
    if (more != NULL) {
        fake->buffer = more;
    }
    return more != NULL;
}

static long fake_write(struct sound *sound, const int16_t *samples, size_t count) {
    struct fake *fake = (struct fake *)sound;
    size_t room;

    while (fake->is_stuck) {
        pause();
    }
    if (fake->is_lost_soon && fake->written_s > 0.5) {
        return SOUND_LOST;
    }
    if (run(fake)) {
        return SOUND_RAN_DRY;
    }
    room = (size_t)(BUFFER_S * sound->rate) - (fake->taken - fake->played);
    count = count < room ? count : room;
    if (!make_room(fake, count)) {
        return SOUND_LOST;
    }
    memcpy(fake->buffer + fake->taken, samples, count * sizeof(int16_t));
    fake->taken += count;
    fake->written_s += (double)count / sound->rate;
    if (!fake->is_paced || fake->taken - fake->played >= (size_t)(START_S * sound->rate)) {
        start(fake);
    }
    return (long)count;
}

static long fake_delay(struct sound *sound) {
    struct fake *fake = (struct fake *)sound;

    if (run(fake)) {
        return SOUND_RAN_DRY;
    }
    if (fake->is_running && fake->is_still && clock_seconds() > fake->begun_s + STILL_S) {
        return SOUND_STILL;
    }
    return (long)(fake->taken - fake->played);
}

static size_t fake_rewind(struct sound *sound, size_t count) {
    struct fake *fake = (struct fake *)sound;
    size_t fetched = (size_t)(FETCHED_S * sound->rate), most;

    run(fake);
    most = fake->taken - fake->played;
    most = fake->keeps || most < fetched ? 0 : most - fetched;
    count = count < most ? count : most;
    fake->taken -= count;
    return count;
}

static void fake_finish(struct sound *sound) {
    start((struct fake *)sound);
}

static void fake_drop(struct sound *sound) {
    struct fake *fake = (struct fake *)sound;

    run(fake);
    note(fake, fake->taken > fake->played ? "drop" : "end");
    fake->taken = fake->played;
    fake->is_running = false;
}

static void fake_close(struct sound *sound) {
    struct fake *fake = (struct fake *)sound;

    run(fake);
    note(fake, "close");
    is_open = false;
    fclose(fake->heard);
    free(fake->buffer);
    free(fake);
}

/* The first line of the file, which is taken out unless it is the last. */
static bool take_line(const char *path, char line[LINE_BYTES]) {
    char lines[LINES][LINE_BYTES];
    int count = 0;
    FILE *file = fopen(path, "r");

    if (file == NULL) {
        return false;
    }
    while (count < LINES && fgets(lines[count], LINE_BYTES, file) != NULL) {
        count++;
    }
    fclose(file);
    if (count == 0) {
        return false;
    }
    memcpy(line, lines[0], LINE_BYTES);
    line[strcspn(line, "\n")] = '\0';
    file = count > 1 ? fopen(path, "w") : NULL;
    for (int i = 1; file != NULL && i < count; i++) {
        fputs(lines[i], file);
    }
    if (file != NULL) {
        fclose(file);
    }
    return true;
}

struct sound *sound_open_card(const char *wanted, unsigned rate, struct mixer *mixer,
                              char name[SOUND_NAME_BYTES]) {
    struct fake *fake;
    char line[LINE_BYTES], heard[256];
    const char *own_rate;

    if (is_open || wanted == NULL || !take_line(wanted, line) || strstr(line, "absent") != NULL) {
        return NULL;
    }
    fake = calloc(1, sizeof(*fake));
    if (fake == NULL) {
        return NULL;
    }
    own_rate = strstr(line, "rate=");
    fake->sound = (struct sound){
        .rate = own_rate != NULL ? (unsigned)strtol(own_rate + 5, NULL, 10) : rate,
        .write = fake_write,
        .delay = fake_delay,
        .rewind = fake_rewind,
        .finish = fake_finish,
        .drop = fake_drop,
        .close = fake_close,
    };
    fake->sound.buffer = (size_t)(BUFFER_S * fake->sound.rate);
    fake->is_still = strstr(line, "still") != NULL;
    fake->is_paced = fake->is_still || strstr(line, "paced") != NULL;
    fake->is_lost_soon = strstr(line, "lost") != NULL;
    fake->keeps = strstr(line, "keeps") != NULL;
    fake->is_stuck = strstr(line, "stuck") != NULL;
    snprintf(fake->log, sizeof(fake->log), "%s.log", wanted);
    snprintf(fake->listens, sizeof(fake->listens), "%s.listens", wanted);
    snprintf(heard, sizeof(heard), "%s.heard", wanted);
    snprintf(name, SOUND_NAME_BYTES, "the test's card");
    fake->heard = fopen(heard, "ab");
    if (fake->heard == NULL) {
        free(fake);
        return NULL;
    }
    note(fake, mixer != NULL ? "open" : "open-as-it-is");
    is_open = true;
    return &fake->sound;
}
