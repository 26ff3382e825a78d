/* SPDX-License-Identifier: MIT */
#include "change_voice.h"

#include <string.h>

#include "voice/greeting.h"

static bool is_wanted(const struct teller *teller) {
    return strcmp(teller->voice.name, teller->settings.voice) == 0;
}

void change_clips(struct teller *teller) {
    speaker_use_clips(teller->speaker, is_wanted(teller) && clips_fit(&teller->settings));
}

bool change_voice(struct teller *teller, char problem[SPEECH_PROBLEM_BYTES]) {
    const char *before = teller->voice.name;

    if (is_wanted(teller)) {
        return true;
    }
    speaker_hush(teller->speaker);
    chosen_close(&teller->voice);
    if (!chosen_open(&teller->voice, &teller->settings, before, problem)) {
        return false;
    }
    if (problem[0] != '\0') {
        console_note(teller->console, "%s: %s speaks.", problem, before);
        remote_setting(teller->remote, "voice", problem);
    }
    speaker_set_speech(teller->speaker, teller->voice.speech);
    teller->output->rate = teller->voice.speech->rate;
    change_clips(teller);
    return true;
}
