/* SPDX-License-Identifier: MIT */
#include <alsa.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "sound/sound.h"

#define WANTED_BYTES 64

/* Names for what is known by another in the drivers. */
static const struct {
    const char *name;
    const char *driver;
} KINDS[] = {
    {"usb", "USB-Audio"}, /* a stick or a loudspeaker in the board's USB port */
    {"gadget", "UAC"},    /* the computer at the other end of the board's USB cable */
    {SOUND_ANY, ""},
};

static bool has_part(const char *text, const char *part) {
    size_t length = strlen(part);

    for (; strlen(text) >= length; text++) {
        if (strncasecmp(text, part, length) == 0) {
            return true;
        }
    }
    return false;
}

static bool is_wanted(snd_ctl_t *control, const char *wanted) {
    snd_ctl_card_info_t *info;
    bool is;

    for (size_t i = 0; i < sizeof(KINDS) / sizeof(KINDS[0]); i++) {
        if (strcasecmp(KINDS[i].name, wanted) == 0) {
            wanted = KINDS[i].driver;
        }
    }
    if (snd_ctl_card_info_malloc(&info) < 0) {
        return false;
    }
    is = snd_ctl_card_info(control, info) >= 0 &&
         (has_part(snd_ctl_card_info_get_id(info), wanted) ||
          has_part(snd_ctl_card_info_get_driver(info), wanted) ||
          has_part(snd_ctl_card_info_get_name(info), wanted));
    snd_ctl_card_info_free(info);
    return is;
}

static struct sound *open_first_of(int number, const char *wanted, unsigned rate,
                                   struct mixer *mixer, char name[SOUND_NAME_BYTES]) {
    struct sound *sound = NULL;
    snd_ctl_t *control;
    int device = -1;

    snprintf(name, SOUND_NAME_BYTES, "hw:%d", number);
    if (snd_ctl_open(&control, name, SND_CTL_NONBLOCK) < 0) {
        return NULL;
    }
    /* Devices that only record are refused by open. */
    while (is_wanted(control, wanted) && sound == NULL &&
           snd_ctl_pcm_next_device(control, &device) >= 0 && device >= 0) {
        snprintf(name, SOUND_NAME_BYTES, "hw:%d,%d", number, device);
        sound = sound_open_alsa(name, rate, mixer);
    }
    snd_ctl_close(control);
    return sound;
}

static struct sound *open_wanted(const char *wanted, unsigned rate, struct mixer *mixer,
                                 char name[SOUND_NAME_BYTES]) {
    struct sound *sound = NULL;
    int number = -1;

    while (sound == NULL && snd_card_next(&number) >= 0 && number >= 0) {
        sound = open_first_of(number, wanted, rate, mixer, name);
    }
    if (sound != NULL) {
        return sound;
    }
    snprintf(name, SOUND_NAME_BYTES, "%s", wanted);
    return sound_open_alsa(wanted, rate, mixer);
}

/* An ALSA device has commas of its own: "hw:1,0" is one name. */
static size_t name_length(const char *list) {
    size_t length = strcspn(list, ",");

    if (memchr(list, ':', length) != NULL) {
        length = strcspn(list, " ;");
    }
    return length > 0 && list[length - 1] == ',' ? length - 1 : length;
}

struct sound *sound_open_card(const char *wanted, unsigned rate, struct mixer *mixer,
                              char name[SOUND_NAME_BYTES]) {
    struct sound *sound = NULL;
    const char *at = wanted != NULL ? wanted : SOUND_ANY;

    alsa_silence();
    for (at += strspn(at, " ,;"); *at != '\0' && sound == NULL; at += strspn(at, " ,;")) {
        char one[WANTED_BYTES];
        size_t length = name_length(at);

        snprintf(one, sizeof(one), "%.*s", (int)length, at);
        one[strcspn(one, " ")] = '\0';
        sound = open_wanted(one, rate, mixer, name);
        at += length;
    }
    return sound;
}
