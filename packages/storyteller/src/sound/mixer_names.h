/* SPDX-License-Identifier: MIT */
/* What an element of a sound card's mixer is for, by its name: ALSA's names are a source, a
 * direction and a function, as in "Mic Playback Switch". */
#ifndef STORYTELLER_MIXER_NAMES_H
#define STORYTELLER_MIXER_NAMES_H

enum mixer_use {
    MIXER_OTHER,     /* none of the below */
    MIXER_INPUT,     /* it may carry a microphone or another input: never to be touched */
    MIXER_PLAYBACK,  /* "Playback Switch" or "Playback Volume" of something that is not known */
    MIXER_OUR_SOUND, /* what a program plays goes through it, and nothing else */
};

enum mixer_use mixer_use_of(const char *name);

#endif
