/* SPDX-License-Identifier: MIT */
#include "sound/mixer.h"

#include <alsa.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/stat.h>

#include "sound/mixer_names.h"

/* One element, as ALSA's calls want it. */
struct element {
    snd_ctl_t *control;
    snd_ctl_elem_id_t *id;
    snd_ctl_elem_info_t *info;
    snd_ctl_elem_value_t *value;
};

/* The value that is 0 dB or the next below. Returns false when there is none. */
static bool find_full(const struct element *element, long *value) {
    long gain;

    *value = snd_ctl_elem_info_get_max(element->info);
    if (!snd_ctl_elem_info_is_tlv_readable(element->info) ||
        snd_ctl_convert_to_dB(element->control, element->id, *value, &gain) < 0) {
        return true;
    }
    return gain <= 0 ||
           (snd_ctl_convert_from_dB(element->control, element->id, 0, value, -1) >= 0 &&
            snd_ctl_convert_to_dB(element->control, element->id, *value, &gain) >= 0 && gain <= 0);
}

/* Set all its channels. */
static void set(const struct element *element) {
    unsigned count = snd_ctl_elem_info_get_count(element->info);
    snd_ctl_elem_type_t type = snd_ctl_elem_info_get_type(element->info);
    long full;

    if (type == SND_CTL_ELEM_TYPE_INTEGER && !find_full(element, &full)) {
        return;
    }
    snd_ctl_elem_value_set_id(element->value, element->id);
    for (unsigned i = 0; i < count; i++) {
        if (type == SND_CTL_ELEM_TYPE_BOOLEAN) {
            snd_ctl_elem_value_set_boolean(element->value, i, 1);
        } else {
            snd_ctl_elem_value_set_integer(element->value, i, full);
        }
    }
    (void)snd_ctl_elem_write(element->control, element->value);
}

static bool is_settable(const struct element *element) {
    snd_ctl_elem_type_t type;

    snd_ctl_elem_info_set_id(element->info, element->id);
    if (snd_ctl_elem_info(element->control, element->info) < 0) {
        return false;
    }
    type = snd_ctl_elem_info_get_type(element->info);
    return (type == SND_CTL_ELEM_TYPE_BOOLEAN || type == SND_CTL_ELEM_TYPE_INTEGER) &&
           snd_ctl_elem_info_is_writable(element->info) &&
           !snd_ctl_elem_info_is_inactive(element->info);
}

static bool can_record(snd_ctl_t *control) {
    snd_pcm_info_t *info;
    int device = -1;
    bool can = false;

    if (snd_pcm_info_malloc(&info) < 0) {
        return true;
    }
    while (!can && snd_ctl_pcm_next_device(control, &device) >= 0 && device >= 0) {
        snd_pcm_info_set_device(info, (unsigned)device);
        snd_pcm_info_set_stream(info, SND_PCM_STREAM_CAPTURE);
        can = snd_ctl_pcm_info(control, info) >= 0;
    }
    snd_pcm_info_free(info);
    return can;
}

static enum mixer_use use_at(const snd_ctl_elem_list_t *list, unsigned at) {
    if (snd_ctl_elem_list_get_interface(list, at) != SND_CTL_ELEM_IFACE_MIXER) {
        return MIXER_OTHER;
    }
    return mixer_use_of(snd_ctl_elem_list_get_name(list, at));
}

static void raise_elements(const struct element *element, const snd_ctl_elem_list_t *list) {
    unsigned count = snd_ctl_elem_list_get_used(list);
    bool has_input = can_record(element->control);

    for (unsigned at = 0; at < count; at++) {
        has_input = has_input || use_at(list, at) == MIXER_INPUT;
    }
    for (unsigned at = 0; at < count; at++) {
        enum mixer_use use = use_at(list, at);

        snd_ctl_elem_list_get_id(list, at, element->id);
        if ((use == MIXER_OUR_SOUND || (use == MIXER_PLAYBACK && !has_input)) &&
            is_settable(element)) {
            set(element);
        }
    }
}

static bool read_list(snd_ctl_t *control, snd_ctl_elem_list_t *list) {
    return snd_ctl_elem_list(control, list) >= 0 &&
           snd_ctl_elem_list_alloc_space(list, snd_ctl_elem_list_get_count(list)) >= 0 &&
           snd_ctl_elem_list(control, list) >= 0;
}

static void raise_card(snd_ctl_t *control) {
    struct element element = {.control = control};
    snd_ctl_elem_list_t *list = NULL;

    if (snd_ctl_elem_id_malloc(&element.id) >= 0 && snd_ctl_elem_info_malloc(&element.info) >= 0 &&
        snd_ctl_elem_value_malloc(&element.value) >= 0 && snd_ctl_elem_list_malloc(&list) >= 0) {
        if (read_list(control, list)) {
            raise_elements(&element, list);
        }
        snd_ctl_elem_list_free_space(list);
    }
    if (list != NULL) {
        snd_ctl_elem_list_free(list);
    }
    if (element.value != NULL) {
        snd_ctl_elem_value_free(element.value);
    }
    if (element.info != NULL) {
        snd_ctl_elem_info_free(element.info);
    }
    if (element.id != NULL) {
        snd_ctl_elem_id_free(element.id);
    }
}

/* Whether this card is another one than when it was raised. */
static bool is_new(struct mixer *mixer, int card) {
    char path[40];
    struct stat status;

    snprintf(path, sizeof(path), "/dev/snd/controlC%d", card);
    if (stat(path, &status) < 0) {
        return true;
    }
    if (mixer->raised[card] == status.st_ino) {
        return false;
    }
    mixer->raised[card] = status.st_ino;
    return true;
}

void mixer_raise(struct mixer *mixer, int card) {
    char name[16];
    snd_ctl_t *control;

    if (card < 0 || card >= MIXER_CARDS || !is_new(mixer, card)) {
        return;
    }
    snprintf(name, sizeof(name), "hw:%d", card);
    if (snd_ctl_open(&control, name, SND_CTL_NONBLOCK) < 0) {
        return;
    }
    raise_card(control);
    snd_ctl_close(control);
}
