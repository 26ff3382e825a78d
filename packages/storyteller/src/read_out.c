/* SPDX-License-Identifier: MIT */
#include "read_out.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>
#include <wav.h>

#include "memory/told_text.h"
#include "text/sentence.h"
#include "voice/chosen.h"

#define LAST_IN_LINE 19 /* of setpriority(2) */
#define PART_BYTES 256

struct reading {
    struct speech *speech;
    bool is_lost; /* nobody takes it */
};

/* A story that is told meanwhile comes first, in processor and in memory. */
static void give_way(void) {
    FILE *file = fopen("/proc/self/oom_score_adj", "we");

    setpriority(PRIO_PROCESS, 0, LAST_IN_LINE);
    if (file != NULL) {
        fputs("1000", file);
        fclose(file);
    }
}

static bool take(void *user, const int16_t *samples, size_t count) {
    struct reading *reading = user;
    unsigned char bytes[WAV_SAMPLE_BYTES];

    for (size_t i = 0; i < count && !reading->is_lost; i++) {
        wav_put16(bytes, (unsigned)samples[i] & 0xFFFF);
        reading->is_lost = fwrite(bytes, sizeof(bytes), 1, stdout) != 1;
    }
    return !reading->is_lost;
}

static void say(void *user, const char *sentence) {
    struct reading *reading = user;
    const struct speech_sink sink = {take, NULL, reading};

    if (!reading->is_lost) {
        speech_say(reading->speech, sentence, &sink);
    }
}

static bool read_all(FILE *text, struct reading *reading) {
    unsigned char header[WAV_HEADER_BYTES];
    char part[PART_BYTES];
    struct sentences sentences;

    wav_put_header(header, reading->speech->rate, WAV_ENDLESS);
    reading->is_lost = fwrite(header, sizeof(header), 1, stdout) != 1;
    sentences_begin(&sentences, say, reading);
    while (!reading->is_lost && told_text_read(text, part, sizeof(part))) {
        sentences_feed(&sentences, part);
    }
    sentences_end(&sentences);
    return !reading->is_lost && fwrite(READ_OUT_END, sizeof(READ_OUT_END), 1, stdout) == 1 &&
           fflush(stdout) == 0;
}

bool read_out(struct settings *settings, const char *folder, uint64_t seed) {
    char problem[SPEECH_PROBLEM_BYTES];
    FILE *text = told_text_open(folder, seed);
    struct chosen chosen;
    struct reading reading;
    bool ok = false;

    if (text == NULL) {
        return false;
    }
    give_way();
    /* A socket of the storyteller's does not wait. */
    fcntl(STDOUT_FILENO, F_SETFL, 0);
    if (chosen_open(&chosen, settings, VOICES[0].name, problem)) {
        reading = (struct reading){.speech = chosen.speech};
        ok = read_all(text, &reading);
        chosen_close(&chosen);
    }
    fclose(text);
    return ok;
}
