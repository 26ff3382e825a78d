/* SPDX-License-Identifier: MIT */
/* The voices of flite: slt, a woman's recorded speech as a statistical model, and kal16, a man's in
 * halves of sounds, which costs a fifteenth of the time. */
#include "voice/speech.h"

#if defined(VOICE_SLT) || defined(VOICE_KAL16)

#include <stdlib.h>

#include <flite.h>

/* Flite has no header for its voices. */
cst_voice *register_cmu_us_slt(const char *folder);
void unregister_cmu_us_slt(cst_voice *voice);
cst_voice *register_cmu_us_kal16(const char *folder);
void unregister_cmu_us_kal16(cst_voice *voice);

#define RATE 16000

struct flite {
    struct speech speech;
    cst_voice *voice;
    void (*unregister)(cst_voice *voice);
    cst_audio_streaming_info *streaming; /* belongs to voice */
    speech_samples_fn *samples;
    void *user;
};

static int take_part(const cst_wave *wave, int start, int size, int last,
                     cst_audio_streaming_info *streaming) {
    struct flite *flite = streaming->userdata;
    bool go_on;

    (void)last;
    if (size <= 0) {
        return CST_AUDIO_STREAM_CONT;
    }
    go_on = flite->samples(flite->user, wave->samples + start, (size_t)size);
    return go_on ? CST_AUDIO_STREAM_CONT : CST_AUDIO_STREAM_STOP;
}

static void flite_say(struct speech *speech, const char *sentence, speech_samples_fn *samples,
                      void *user) {
    struct flite *flite = (struct flite *)speech;
    cst_utterance *utterance;

    flite->samples = samples;
    flite->user = user;
    utterance = flite_synth_text(sentence, flite->voice);
    if (utterance != NULL) {
        delete_utterance(utterance);
    }
}

static void flite_set_speed(struct speech *speech, int speed) {
    struct flite *flite = (struct flite *)speech;

    flite_feat_set_float(flite->voice->features, "duration_stretch", 100.0F / (float)speed);
}

static void flite_set_pitch(struct speech *speech, int pitch) {
    struct flite *flite = (struct flite *)speech;

    flite_feat_set_float(flite->voice->features, "f0_shift", (float)pitch / 100.0F);
}

static void flite_close(struct speech *speech) {
    struct flite *flite = (struct flite *)speech;

    flite->unregister(flite->voice);
    free(flite);
}

static struct speech *open_voice(cst_voice *(*open)(const char *),
                                 void (*unregister)(cst_voice *)) {
    struct flite *flite = calloc(1, sizeof(*flite));

    if (flite == NULL) {
        return NULL;
    }
    flite->speech = (struct speech){RATE, flite_say, flite_set_speed, flite_set_pitch, flite_close};
    flite_init();
    flite->voice = open(NULL);
    flite->unregister = unregister;
    flite->streaming = new_audio_streaming_info();
    flite->streaming->asc = take_part;
    flite->streaming->userdata = flite;
    flite_feat_set(flite->voice->features, "streaming_info",
                   audio_streaming_info_val(flite->streaming));
    return &flite->speech;
}

#ifdef VOICE_SLT
struct speech *speech_open_slt(void) {
    return open_voice(register_cmu_us_slt, unregister_cmu_us_slt);
}
#endif

#ifdef VOICE_KAL16
struct speech *speech_open_kal16(void) {
    return open_voice(register_cmu_us_kal16, unregister_cmu_us_kal16);
}
#endif

#endif
