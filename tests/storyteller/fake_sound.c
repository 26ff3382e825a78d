/* SPDX-License-Identifier: MIT */
/* A sound card without sound. The "device" is a file: each opening takes its first line, and the
 * last line is there to stay. Lines: "absent", "works", "paced" (plays as slowly as a real card),
 * "lost" (is pulled out after half a second of speech). What happens is appended to FILE.log. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "clock.h"
#include "sound.h"

#define LINES 16
#define LINE_BYTES 32
#define BUFFER_S 0.5

struct fake {
    struct sound sound;
    char log[256];
    bool is_paced;
    bool is_lost_soon;
    double rate;
    double begun_s;
    double written_s;
};

static void note(const struct fake *fake, const char *what)
{
    FILE *file = fopen(fake->log, "a");

    if (file != NULL) {
        fprintf(file, "%s\n", what);
        fclose(file);
    }
}

static double buffered_s(const struct fake *fake)
{
    return fake->is_paced ? fake->begun_s + fake->written_s - clock_seconds() : 0.0;
}

static long fake_write(struct sound *sound, const int16_t *samples, size_t count)
{
    struct fake *fake = (struct fake *)sound;
    struct timespec nap = {.tv_nsec = SOUND_WAIT_MS * 1000000L};

    (void)samples;
    if (fake->is_lost_soon && fake->written_s > 0.5)
        return -1;
    if (fake->written_s <= 0.0)
        fake->begun_s = clock_seconds();
    if (buffered_s(fake) > BUFFER_S) {
        nanosleep(&nap, NULL);
        return 0;
    }
    fake->written_s += (double)count / fake->rate;
    return (long)count;
}

static void fake_finish(struct sound *sound)
{
    note((struct fake *)sound, "finish");
}

static bool fake_is_played(struct sound *sound)
{
    return buffered_s((struct fake *)sound) <= 0.0;
}

static void fake_drop(struct sound *sound)
{
    note((struct fake *)sound, "drop");
}

static void fake_close(struct sound *sound)
{
    note((struct fake *)sound, "close");
    free(sound);
}

/* The first line of the file, which is taken out unless it is the last. */
static bool take_line(const char *path, char line[LINE_BYTES])
{
    char lines[LINES][LINE_BYTES];
    int count = 0;
    FILE *file = fopen(path, "r");

    if (file == NULL)
        return false;
    while (count < LINES && fgets(lines[count], LINE_BYTES, file) != NULL)
        count++;
    fclose(file);
    if (count == 0)
        return false;
    memcpy(line, lines[0], LINE_BYTES);
    line[strcspn(line, "\n")] = '\0';
    file = count > 1 ? fopen(path, "w") : NULL;
    for (int i = 1; file != NULL && i < count; i++)
        fputs(lines[i], file);
    if (file != NULL)
        fclose(file);
    return true;
}

struct sound *sound_open_alsa(const char *device, unsigned rate, char name[SOUND_NAME_BYTES])
{
    struct fake *fake;
    char line[LINE_BYTES];

    if (device == NULL || !take_line(device, line) || strcmp(line, "absent") == 0)
        return NULL;
    fake = calloc(1, sizeof(*fake));
    if (fake == NULL)
        return NULL;
    fake->sound = (struct sound){fake_write, fake_finish, fake_is_played, fake_drop, fake_close};
    fake->is_paced = strcmp(line, "paced") == 0;
    fake->is_lost_soon = strcmp(line, "lost") == 0;
    fake->rate = rate;
    snprintf(fake->log, sizeof(fake->log), "%s.log", device);
    snprintf(name, SOUND_NAME_BYTES, "the test's card");
    note(fake, "open");
    return &fake->sound;
}
