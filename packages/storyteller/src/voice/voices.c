/* SPDX-License-Identifier: MIT */
/* Made from voices.yaml; after a change of voices.yaml run: .venv/bin/python -m image.generate */
/* A speaker's name is not an expression: */
/* clang-format off */
#include "voice/speech.h"

#if !defined(VOICE_SLT) && !defined(VOICE_HEART) && !defined(VOICE_KAL16) && !defined(VOICE_ESPEAK)
#error "no voice is built in: switch on one of STORYTELLER_VOICE_SLT, STORYTELLER_VOICE_HEART, STORYTELLER_VOICE_KAL16, STORYTELLER_VOICE_ESPEAK"
#endif

#ifdef VOICE_SLT
#include "voice/speech_flite.h"
FLITE_VOICE(slt, cmu_us_slt)
#endif

#ifdef VOICE_HEART
#include "voice/speech_hibari.h"
HIBARI_VOICE(heart, heart)
#endif

#ifdef VOICE_KAL16
#include "voice/speech_flite.h"
FLITE_VOICE(kal16, cmu_us_kal16)
#endif

#ifdef VOICE_ESPEAK
#include "voice/speech_espeak.h"
ESPEAK_VOICE(espeak, en-us+f2)
#endif

const struct voice VOICES[] = {
#ifdef VOICE_SLT
    {"slt", open_slt, 190},
#endif
#ifdef VOICE_HEART
    {"heart", open_heart, 179},
#endif
#ifdef VOICE_KAL16
    {"kal16", open_kal16, 200},
#endif
#ifdef VOICE_ESPEAK
    {"espeak", open_espeak, 206},
#endif
    {NULL, NULL, 0},
};
