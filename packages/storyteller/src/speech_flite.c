/* SPDX-License-Identifier: MIT */
#include "speech.h"

#include <stdlib.h>

#include <flite.h>

/* Flite has no header for its voices. */
cst_voice *register_cmu_us_slt(const char *folder);
void unregister_cmu_us_slt(cst_voice *voice);

#define VOICE_RATE 16000

struct speech {
    cst_voice *voice;
    cst_audio_streaming_info *streaming; /* belongs to voice */
    speech_samples_fn *samples;
    void *user;
};

static int take_part(const cst_wave *wave, int start, int size, int last,
                     cst_audio_streaming_info *streaming)
{
    struct speech *speech = streaming->userdata;
    bool go_on;

    (void)last;
    if (size <= 0)
        return CST_AUDIO_STREAM_CONT;
    go_on = speech->samples(speech->user, wave->samples + start, (size_t)size);
    return go_on ? CST_AUDIO_STREAM_CONT : CST_AUDIO_STREAM_STOP;
}

struct speech *speech_open(int speed)
{
    struct speech *speech = calloc(1, sizeof(*speech));

    if (speech == NULL)
        return NULL;
    flite_init();
    speech->voice = register_cmu_us_slt(NULL);
    speech->streaming = new_audio_streaming_info();
    speech->streaming->asc = take_part;
    speech->streaming->userdata = speech;
    flite_feat_set(speech->voice->features, "streaming_info",
                   audio_streaming_info_val(speech->streaming));
    flite_feat_set_float(speech->voice->features, "duration_stretch", 100.0F / (float)speed);
    return speech;
}

void speech_close(struct speech *speech)
{
    if (speech == NULL)
        return;
    unregister_cmu_us_slt(speech->voice);
    free(speech);
}

unsigned speech_rate(const struct speech *speech)
{
    (void)speech;
    return VOICE_RATE;
}

void speech_say(struct speech *speech, const char *sentence, speech_samples_fn *samples, void *user)
{
    cst_utterance *utterance;

    speech->samples = samples;
    speech->user = user;
    utterance = flite_synth_text(sentence, speech->voice);
    if (utterance != NULL)
        delete_utterance(utterance);
}
