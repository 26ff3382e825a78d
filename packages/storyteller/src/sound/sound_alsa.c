/* SPDX-License-Identifier: MIT */
#include <alsa.h>
#include <clock.h>
#include <stdlib.h>

#include "sound/mixer.h"
#include "sound/sound.h"
#include "sound/sound_format.h"

/* Enough for the voice to think about a sentence while the engine has the processor. */
#define BUFFER_US 1000000u
#define PERIODS 16u
/* Playing starts when this much is ready, or with finish(). A voice that is fast is at it soon. */
#define START_MS 250u
/* A card that plays nothing for so long stands still, as that of a PC that does not listen. */
#define STALL_S 2.0
#define CHANNELS_MOST 64u
#define FRAMES_BYTES 4096u /* that are converted at once */

/* Besides the voice's own: multiples of it (16 kHz) first, then others from above it downwards. */
static const unsigned RATES[] = {48000, 32000, 96000,  64000, 192000, 44100, 24000,
                                 22050, 88200, 176400, 16000, 12000,  11025, 8000};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct card {
    struct sound sound;
    snd_pcm_t *pcm;
    const struct sound_format *format;
    unsigned channels;
    bool is_begun; /* something was written since the card was made ready */
    long last_delay;
    double moved_s; /* when the delay was another one; 0: not looked yet */
    unsigned char frames[FRAMES_BYTES];
};

/* Stop-and-go of the card is normal here; anything else means that it is gone. */
static long explain(struct card *card, long error) {
    bool was_begun = card->is_begun;

    if (error == -EAGAIN) {
        return 0;
    }
    if (error != -EPIPE && error != -EINTR && error != -ESTRPIPE) {
        return SOUND_LOST;
    }
    if (error == -EINTR) {
        return 0;
    }
    card->is_begun = false;
    card->moved_s = 0.0; /* to its end; filled as before, it would seem to have stood still since */
    if (snd_pcm_recover(card->pcm, (int)error, 1) < 0) {
        return SOUND_LOST;
    }
    return was_begun ? SOUND_RAN_DRY : 0;
}

static long card_write(struct sound *sound, const int16_t *samples, size_t count) {
    struct card *card = (struct card *)sound;
    size_t taken = 0, most = FRAMES_BYTES / (card->channels * card->format->bytes);

    while (taken < count) {
        size_t part = count - taken < most ? count - taken : most;
        snd_pcm_sframes_t done;

        sound_format_write(card->format, card->channels, samples + taken, part, card->frames);
        done = snd_pcm_writei(card->pcm, card->frames, part);
        if (done < 0) {
            long answer = explain(card, done);

            return taken > 0 && answer == 0 ? (long)taken : answer;
        }
        card->is_begun = card->is_begun || done > 0;
        taken += (size_t)done;
        if ((size_t)done < part) {
            break;
        }
    }
    return (long)taken;
}

/* Whether a card that should play has not moved for too long. */
static bool is_stalled(struct card *card, long delay) {
    double now_s = clock_seconds();

    if (delay != card->last_delay || delay <= 0 || card->moved_s <= 0.0 ||
        snd_pcm_state(card->pcm) == SND_PCM_STATE_PREPARED) {
        card->moved_s = now_s;
    }
    card->last_delay = delay;
    return now_s - card->moved_s > STALL_S;
}

static long card_delay(struct sound *sound) {
    struct card *card = (struct card *)sound;
    snd_pcm_sframes_t delay = 0;
    int error;

    if (!card->is_begun) {
        return 0;
    }
    error = snd_pcm_delay(card->pcm, &delay);
    if (error < 0) {
        return explain(card, error);
    }
    if (is_stalled(card, delay)) {
        return SOUND_STILL;
    }
    return delay > 0 ? delay : 0;
}

static size_t card_rewind(struct sound *sound, size_t count) {
    struct card *card = (struct card *)sound;
    snd_pcm_sframes_t most = snd_pcm_rewindable(card->pcm);
    snd_pcm_sframes_t done;

    if (most <= 0) {
        return 0;
    }
    done = snd_pcm_rewind(card->pcm, count < (size_t)most ? count : (size_t)most);
    return done > 0 ? (size_t)done : 0;
}

static void card_finish(struct sound *sound) {
    struct card *card = (struct card *)sound;

    if (card->is_begun && snd_pcm_state(card->pcm) == SND_PCM_STATE_PREPARED) {
        snd_pcm_start(card->pcm);
    }
}

static void card_drop(struct sound *sound) {
    struct card *card = (struct card *)sound;

    card->is_begun = false;
    card->moved_s = 0.0;
    snd_pcm_drop(card->pcm);
    snd_pcm_prepare(card->pcm);
}

static void card_close(struct sound *sound) {
    struct card *card = (struct card *)sound;

    snd_pcm_drop(card->pcm);
    snd_pcm_close(card->pcm);
    free(card);
}

static bool choose_rate(struct card *card, snd_pcm_hw_params_t *params, unsigned voice_rate) {
    unsigned rate = voice_rate;

    for (size_t i = 0; snd_pcm_hw_params_test_rate(card->pcm, params, rate, 0) < 0; i++) {
        if (i == COUNT(RATES)) {
            return false;
        }
        rate = RATES[i];
    }
    card->sound.rate = rate;
    return snd_pcm_hw_params_set_rate(card->pcm, params, rate, 0) >= 0;
}

static bool choose_format(struct card *card, snd_pcm_hw_params_t *params) {
    for (size_t i = 0; i < SOUND_FORMAT_COUNT; i++) {
        card->format = &SOUND_FORMATS[i];
        if (snd_pcm_hw_params_set_format(card->pcm, params, card->format->format) >= 0) {
            return true;
        }
    }
    return false;
}

static bool set_hardware(struct card *card, snd_pcm_hw_params_t *params, unsigned voice_rate) {
    snd_pcm_t *pcm = card->pcm;
    unsigned buffer_us = BUFFER_US, periods = PERIODS;

    card->channels = 2;
    if (snd_pcm_hw_params_any(pcm, params) < 0 ||
        snd_pcm_hw_params_set_rate_resample(pcm, params, 0) < 0 ||
        snd_pcm_hw_params_set_access(pcm, params, SND_PCM_ACCESS_RW_INTERLEAVED) < 0 ||
        !choose_format(card, params) || !choose_rate(card, params, voice_rate) ||
        snd_pcm_hw_params_set_channels_near(pcm, params, &card->channels) < 0 ||
        card->channels > CHANNELS_MOST) {
        return false;
    }
    /* A card that cannot have these has others; what it has is asked for below. */
    (void)snd_pcm_hw_params_set_buffer_time_near(pcm, params, &buffer_us, NULL);
    (void)snd_pcm_hw_params_set_periods_near(pcm, params, &periods, NULL);
    return snd_pcm_hw_params(pcm, params) >= 0;
}

static bool start_early(struct card *card, snd_pcm_sw_params_t *params) {
    snd_pcm_uframes_t buffer, period, start = card->sound.rate / 1000 * START_MS;

    if (snd_pcm_get_params(card->pcm, &buffer, &period) < 0 ||
        snd_pcm_sw_params_current(card->pcm, params) < 0) {
        return false;
    }
    card->sound.buffer = buffer;
    start = start < buffer / 2 ? start : buffer / 2;
    return snd_pcm_sw_params_set_start_threshold(card->pcm, params, start) >= 0 &&
           snd_pcm_sw_params(card->pcm, params) >= 0;
}

static bool set_up(struct card *card, unsigned voice_rate) {
    snd_pcm_hw_params_t *hardware = NULL;
    snd_pcm_sw_params_t *software = NULL;
    bool ok = snd_pcm_hw_params_malloc(&hardware) >= 0 &&
              snd_pcm_sw_params_malloc(&software) >= 0 &&
              set_hardware(card, hardware, voice_rate) && start_early(card, software);

    if (hardware != NULL) {
        snd_pcm_hw_params_free(hardware);
    }
    if (software != NULL) {
        snd_pcm_sw_params_free(software);
    }
    return ok;
}

/* The number of the card that it plays on; negative: of none. */
static int card_number(snd_pcm_t *pcm) {
    snd_pcm_info_t *info;
    int number = -1;

    if (snd_pcm_info_malloc(&info) < 0) {
        return -1;
    }
    if (snd_pcm_info(pcm, info) >= 0) {
        number = snd_pcm_info_get_card(info);
    }
    snd_pcm_info_free(info);
    return number;
}

struct sound *sound_open_alsa(const char *device, unsigned rate, struct mixer *mixer) {
    struct card *card = calloc(1, sizeof(*card));

    if (card == NULL) {
        return NULL;
    }
    card->sound = (struct sound){.write = card_write,
                                 .delay = card_delay,
                                 .rewind = card_rewind,
                                 .finish = card_finish,
                                 .drop = card_drop,
                                 .close = card_close};
    if (snd_pcm_open(&card->pcm, device, SND_PCM_STREAM_PLAYBACK, SND_PCM_NONBLOCK) < 0) {
        free(card);
        return NULL;
    }
    if (set_up(card, rate)) {
        if (mixer != NULL) {
            mixer_raise(mixer, card_number(card->pcm));
        }
        return &card->sound;
    }
    snd_pcm_close(card->pcm);
    free(card);
    return NULL;
}
