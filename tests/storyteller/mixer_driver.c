/* SPDX-License-Identifier: MIT */
/* mixer_driver FILE INODE...: mixer.c with a card that FILE describes. First line: "plays" or
 * "records"; then one element a line, between semicolons: interface (m: mixer), name, type (b, i,
 * e), smallest and largest value, hundredths of a decibel of those two (equal: it tells none), and
 * whether it can be written (w). For each INODE, all are set to their smallest value, the card is
 * raised with a device file of that number, and the values are printed. */
#include <alsa.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "sound/mixer.h"

#define MOST 32
#define CHANNELS 2u

struct _snd_ctl_elem_id {
    unsigned at;
};
struct _snd_ctl_elem_info {
    unsigned at;
};
struct _snd_ctl_elem_value {
    unsigned at;
    long values[CHANNELS];
};
struct _snd_ctl_elem_list {
    unsigned used;
};
struct _snd_pcm_info {
    snd_pcm_stream_t stream;
};

static struct fake {
    char interface, type, access;
    char name[64];
    long low, high, low_gain, high_gain;
    long values[CHANNELS];
} fakes[MOST];
static unsigned count;
static bool records;
static ino_t inode;

int stat(const char *path, struct stat *status) {
    (void)path;
    *status = (struct stat){.st_ino = inode};
    return 0;
}

int snd_ctl_open(snd_ctl_t **control, const char *name, int mode) {
    (void)mode;
    *control = (snd_ctl_t *)fakes;
    return strcmp(name, "hw:3") == 0 ? 0 : -1;
}

int snd_ctl_close(snd_ctl_t *control) {
    (void)control;
    return 0;
}

int snd_ctl_pcm_next_device(snd_ctl_t *control, int *device) {
    (void)control;
    *device = *device < 0 ? 0 : -1;
    return 0;
}

int snd_pcm_info_malloc(snd_pcm_info_t **info) {
    *info = calloc(1, sizeof(**info));
    return 0;
}

void snd_pcm_info_free(snd_pcm_info_t *info) {
    free(info);
}

void snd_pcm_info_set_device(snd_pcm_info_t *info, unsigned device) {
    (void)info, (void)device;
}

void snd_pcm_info_set_stream(snd_pcm_info_t *info, snd_pcm_stream_t stream) {
    info->stream = stream;
}

int snd_ctl_pcm_info(snd_ctl_t *control, snd_pcm_info_t *info) {
    (void)control;
    return info->stream == SND_PCM_STREAM_PLAYBACK || records ? 0 : -1;
}

int snd_ctl_elem_list_malloc(snd_ctl_elem_list_t **list) {
    *list = calloc(1, sizeof(**list));
    return 0;
}

void snd_ctl_elem_list_free(snd_ctl_elem_list_t *list) {
    free(list);
}

int snd_ctl_elem_list(snd_ctl_t *control, snd_ctl_elem_list_t *list) {
    (void)control, (void)list;
    return 0;
}

int snd_ctl_elem_list_alloc_space(snd_ctl_elem_list_t *list, unsigned entries) {
    list->used = entries;
    return 0;
}

void snd_ctl_elem_list_free_space(snd_ctl_elem_list_t *list) {
    (void)list;
}

unsigned snd_ctl_elem_list_get_count(const snd_ctl_elem_list_t *list) {
    (void)list;
    return count;
}

unsigned snd_ctl_elem_list_get_used(const snd_ctl_elem_list_t *list) {
    return list->used;
}

void snd_ctl_elem_list_get_id(const snd_ctl_elem_list_t *list, unsigned at, snd_ctl_elem_id_t *id) {
    (void)list;
    id->at = at;
}

snd_ctl_elem_iface_t snd_ctl_elem_list_get_interface(const snd_ctl_elem_list_t *list, unsigned at) {
    (void)list;
    return fakes[at].interface == 'm' ? SND_CTL_ELEM_IFACE_MIXER : SND_CTL_ELEM_IFACE_CARD;
}

const char *snd_ctl_elem_list_get_name(const snd_ctl_elem_list_t *list, unsigned at) {
    (void)list;
    return fakes[at].name;
}

int snd_ctl_elem_id_malloc(snd_ctl_elem_id_t **id) {
    *id = calloc(1, sizeof(**id));
    return 0;
}

void snd_ctl_elem_id_free(snd_ctl_elem_id_t *id) {
    free(id);
}

int snd_ctl_elem_info_malloc(snd_ctl_elem_info_t **info) {
    *info = calloc(1, sizeof(**info));
    return 0;
}

void snd_ctl_elem_info_free(snd_ctl_elem_info_t *info) {
    free(info);
}

void snd_ctl_elem_info_set_id(snd_ctl_elem_info_t *info, const snd_ctl_elem_id_t *id) {
    info->at = id->at;
}

int snd_ctl_elem_info(snd_ctl_t *control, snd_ctl_elem_info_t *info) {
    (void)control, (void)info;
    return 0;
}

snd_ctl_elem_type_t snd_ctl_elem_info_get_type(const snd_ctl_elem_info_t *info) {
    char type = fakes[info->at].type;

    return type == 'b'   ? SND_CTL_ELEM_TYPE_BOOLEAN
           : type == 'i' ? SND_CTL_ELEM_TYPE_INTEGER
                         : SND_CTL_ELEM_TYPE_ENUMERATED;
}

unsigned snd_ctl_elem_info_get_count(const snd_ctl_elem_info_t *info) {
    (void)info;
    return CHANNELS;
}

long snd_ctl_elem_info_get_max(const snd_ctl_elem_info_t *info) {
    return fakes[info->at].high;
}

int snd_ctl_elem_info_is_writable(const snd_ctl_elem_info_t *info) {
    return fakes[info->at].access == 'w';
}

int snd_ctl_elem_info_is_inactive(const snd_ctl_elem_info_t *info) {
    (void)info;
    return 0;
}

int snd_ctl_elem_info_is_tlv_readable(const snd_ctl_elem_info_t *info) {
    return fakes[info->at].low_gain != fakes[info->at].high_gain;
}

int snd_ctl_convert_to_dB(snd_ctl_t *control, const snd_ctl_elem_id_t *id, long value, long *gain) {
    const struct fake *fake = &fakes[id->at];

    (void)control;
    *gain = fake->low_gain +
            (fake->high_gain - fake->low_gain) * (value - fake->low) / (fake->high - fake->low);
    return 0;
}

/* As ALSA's: of the two nearest values, that in the direction wanted. */
int snd_ctl_convert_from_dB(snd_ctl_t *control, const snd_ctl_elem_id_t *id, long gain, long *value,
                            int direction) {
    const struct fake *fake = &fakes[id->at];
    long way = (gain - fake->low_gain) * (fake->high - fake->low);
    long steps = fake->high_gain - fake->low_gain;

    (void)control;
    way = gain < fake->low_gain ? 0 : way;
    *value = fake->low + (way + (direction > 0 ? steps - 1 : 0)) / steps;
    return 0;
}

int snd_ctl_elem_value_malloc(snd_ctl_elem_value_t **value) {
    *value = calloc(1, sizeof(**value));
    return 0;
}

void snd_ctl_elem_value_free(snd_ctl_elem_value_t *value) {
    free(value);
}

void snd_ctl_elem_value_set_id(snd_ctl_elem_value_t *value, const snd_ctl_elem_id_t *id) {
    value->at = id->at;
}

void snd_ctl_elem_value_set_boolean(snd_ctl_elem_value_t *value, unsigned channel, long is) {
    value->values[channel] = is;
}

void snd_ctl_elem_value_set_integer(snd_ctl_elem_value_t *value, unsigned channel, long number) {
    value->values[channel] = number;
}

int snd_ctl_elem_write(snd_ctl_t *control, snd_ctl_elem_value_t *value) {
    (void)control;
    memcpy(fakes[value->at].values, value->values, sizeof(value->values));
    return 1;
}

static void read_card(const char *path) {
    FILE *file = fopen(path, "r");
    char line[160];

    if (file == NULL || fgets(line, sizeof(line), file) == NULL) {
        exit(1);
    }
    records = strncmp(line, "records", 7) == 0;
    while (count < MOST && fgets(line, sizeof(line), file) != NULL) {
        struct fake *fake = &fakes[count++];

        if (sscanf(line, "%c;%63[^;];%c;%ld;%ld;%ld;%ld;%c", &fake->interface, fake->name,
                   &fake->type, &fake->low, &fake->high, &fake->low_gain, &fake->high_gain,
                   &fake->access) != 8) {
            exit(1);
        }
    }
    fclose(file);
}

int main(int words, char **word) {
    struct mixer mixer = {{0}};

    if (words < 3) {
        return 1;
    }
    read_card(word[1]);
    for (int i = 2; i < words; i++) {
        for (unsigned at = 0; at < count; at++) {
            fakes[at].values[0] = fakes[at].values[1] = fakes[at].low;
        }
        inode = (ino_t)atol(word[i]);
        mixer_raise(&mixer, 3);
        for (unsigned at = 0; at < count; at++) {
            printf("%s=%ld,%ld\n", fakes[at].name, fakes[at].values[0], fakes[at].values[1]);
        }
    }
    mixer_raise(&mixer, -1);
    mixer_raise(&mixer, MIXER_CARDS);
    return 0;
}
