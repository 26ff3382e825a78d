/* SPDX-License-Identifier: MIT */
/* The voices of flite. slt is a woman's recorded speech as a statistical model; kal16 is a man's,
 * concatenated from halves of sounds, and takes a fifteenth of the time. */
#include "voice/speech.h"

#ifdef SPEECH_FLITE

#include <stdio.h>
#include <stdlib.h>

#include "voice/speech_flite.h"

#define RATE 16000

struct flite {
    struct speech speech;
    cst_voice *voice;
    flite_unregister_fn *unregister;
    cst_audio_streaming_info *streaming; /* belongs to voice */
    const struct speech_sink *sink;
    const cst_item *token; /* the next one to begin */
};

/* The first sample of what flite calls a token: what stands between blanks. Its durations are known
 * before its sound. */
static long start_of(const cst_item *token) {
    static const char END[] = "daughter1.R:SylStructure.daughter1.daughter1.R:Segment.p.end";

    return item_daughter(token) != NULL ? (long)(ffeature_float(token, END) * RATE) : 0;
}

static void begin_words(struct flite *flite, const cst_audio_streaming_info *streaming, long start,
                        long end) {
    if (start == 0) {
        flite->token = relation_head(utt_relation(streaming->utt, "Token"));
    }
    for (; flite->token != NULL && start_of(flite->token) < end;
         flite->token = item_next(flite->token)) {
        flite->sink->begin_word(flite->sink->user);
    }
}

static int take_part(const cst_wave *wave, int start, int size, int last,
                     cst_audio_streaming_info *streaming) {
    struct flite *flite = streaming->userdata;
    bool go_on;

    (void)last;
    if (size <= 0) {
        return CST_AUDIO_STREAM_CONT;
    }
    if (flite->sink->begin_word != NULL) {
        begin_words(flite, streaming, start, (long)start + size);
    }
    go_on = flite->sink->take(flite->sink->user, wave->samples + start, (size_t)size);
    return go_on ? CST_AUDIO_STREAM_CONT : CST_AUDIO_STREAM_STOP;
}

static void flite_say(struct speech *speech, const char *sentence, const struct speech_sink *sink) {
    struct flite *flite = (struct flite *)speech;
    cst_utterance *utterance;

    flite->sink = sink;
    flite->token = NULL;
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

struct speech *speech_open_flite(flite_register_fn *open, flite_unregister_fn *unregister,
                                 char problem[SPEECH_PROBLEM_BYTES]) {
    struct flite *flite = calloc(1, sizeof(*flite));

    if (flite == NULL) {
        snprintf(problem, SPEECH_PROBLEM_BYTES, "not enough memory for the voice");
        return NULL;
    }
    flite->speech =
        (struct speech){RATE, 0, flite_say, flite_set_speed, flite_set_pitch, flite_close, false};
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

#endif
