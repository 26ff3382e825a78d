/* SPDX-License-Identifier: MIT */
/* Where sound goes: a sound card, or a WAV file. No verb waits. */
#ifndef STORYTELLER_SOUND_H
#define STORYTELLER_SOUND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What the verbs answer instead of a number of samples. */
#define SOUND_LOST (-1L)
#define SOUND_RAN_DRY (-2L) /* all was heard, and playing stopped; the next write begins anew */
#define SOUND_STILL                                                              \
    (-3L) /* the card is there, but plays nothing of what it has: nobody listens \
           */

struct mixer;

/* One open output, mono, 16 bits. Kinds of output put this first in a structure of their own. */
struct sound {
    unsigned rate; /* samples per second */
    size_t buffer; /* samples that it holds at most; 0: it is a file */
    bool is_file;  /* takes all at once, and is never heard */
    /* Take samples. Returns how many were taken (0: no room yet), or one of the above. */
    long (*write)(struct sound *sound, const int16_t *samples, size_t count);
    /* How many of the samples taken are still to be heard, or one of the above. */
    long (*delay)(struct sound *sound);
    /* Give the newest `count` samples back unheard. Returns how many were. */
    size_t (*rewind)(struct sound *sound, size_t count);
    /* Play what was taken so far, even if it is less than a card wants to begin with. */
    void (*finish)(struct sound *sound);
    /* Silence at once; what was not heard yet is forgotten. */
    void (*drop)(struct sound *sound);
    void (*close)(struct sound *sound);
};

/* The name that every card answers to. */
#define SOUND_ANY "any"

/* Open the first sound card that works, in the order of `wanted`: names between commas, each a part
 * of a card's id, driver or name ("usb", "gadget", "dac", "any"), or a device of ALSA's ("hw:1,0").
 * NULL: any. rate: of the voice; the card's own may be another. mixer: the cards that
 * were raised so far; NULL: their mixers stay as they are. name: gets the device's. Returns NULL
 * when there is no such card, or none can be used now. */
#define SOUND_NAME_BYTES 80
struct sound *sound_open_card(const char *wanted, unsigned rate, struct mixer *mixer,
                              char name[SOUND_NAME_BYTES]);

/* Open a device of ALSA's for sound_open_card(). Returns NULL when it cannot be used now. */
struct sound *sound_open_alsa(const char *device, unsigned rate, struct mixer *mixer);

/* Create a WAV file. Its length is right after each finish(). Returns NULL with errno set. */
struct sound *sound_open_wav(const char *path, unsigned rate);

/* Start a program that plays raw sound from its standard input: mono, 16 bits, in the machine's
 * byte order, at SOUND_PROGRAM_RATE. It is to read no more than 80 ms ahead. Returns NULL with
 * errno set when it cannot be started; one that ends is lost sound. */
#define SOUND_PROGRAM_RATE 48000u
struct sound *sound_open_program(const char *command);

/* The name of what browsers play. */
#define SOUND_PAGE "page"

/* Sound for those who listen, who stay the caller's: at their rate, by a clock of its own. Returns
 * NULL when the system has no means left. */
struct listeners;
struct sound *sound_open_page(struct listeners *listeners);

#endif
