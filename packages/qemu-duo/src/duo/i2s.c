/*
 * An I2S port that plays what the DMA brings, or records what it takes away: two bytes a sample.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "i2s.h"

#include <math.h>

#include "qemu/bswap.h"
#include "qemu/timer.h"

#define FRAME 0x04 /* bits of a frame, less 1 */
#define SLOTS 0x0c
#define IS_STEREO 2
#define ENABLE 0x18
#define IS_ON 1
#define RX_STATUS 0x40
#define TX_STATUS 0x48
#define RESET_DONE 0x00800000
#define CLOCK 0x60
#define MAKES_CLOCK 0x180 /* it has one, and hands it on */
#define DIVIDERS 0x64
#define RX_FIFO 0x80
#define TX_FIFO 0xc0
#define MASTER_HZ 24576000
#define BYTES 2

#define PORTS 4

/* Of full scale without amplification: what a module with a microphone is taken to give. */
#define MICROPHONE_LEVEL 0.25

struct DuoI2s {
    DuoBlock parent;
    DuoSpeaker *speaker;
    DuoBlock *dac;
    DuoMicrophone *microphone;
    DuoBlock *adc;
    DuoI2s *clock; /* that the ADC runs on */
};

static DuoI2s *ports[PORTS];

void duo_i2s_connect_speaker(DuoI2s *i2s, DuoSpeaker *speaker, DuoBlock *dac) {
    i2s->speaker = speaker;
    i2s->dac = dac;
}

void duo_i2s_connect_microphone(DuoI2s *i2s, DuoMicrophone *microphone, DuoBlock *adc,
                                DuoI2s *clock) {
    i2s->microphone = microphone;
    i2s->adc = adc;
    i2s->clock = clock;
}

static DuoI2s *port_with(hwaddr fifo, hwaddr address) {
    for (int i = 0; i < PORTS; i++) {
        if (ports[i] && ports[i]->parent.region.addr + fifo == address) {
            return ports[i];
        }
    }
    return NULL;
}

DuoI2s *duo_i2s_transmitter_at(hwaddr address) {
    return port_with(TX_FIFO, address);
}

DuoI2s *duo_i2s_receiver_at(hwaddr address) {
    return port_with(RX_FIFO, address);
}

static bool makes_clock(DuoI2s *i2s) {
    return (duo_word(&i2s->parent, CLOCK) & MAKES_CLOCK) == MAKES_CLOCK;
}

bool duo_i2s_is_running(DuoI2s *i2s) {
    bool is_driven = !i2s->adc || (duo_adc_is_on(i2s->adc) && makes_clock(i2s->clock));
    return is_driven && duo_word(&i2s->parent, ENABLE) & IS_ON;
}

static int divided_hz(DuoI2s *i2s) {
    uint32_t dividers = duo_word(&i2s->parent, DIVIDERS);
    uint32_t bits = extract32(duo_word(&i2s->parent, FRAME), 0, 8) + 1;
    uint64_t ticks = (uint64_t)extract32(dividers, 0, 16) * extract32(dividers, 16, 16) * bits;
    return MAX(ticks ? MASTER_HZ / ticks : 0, 1);
}

static int rate_hz(DuoI2s *i2s) {
    if (i2s->adc) {
        return duo_adc_rate_hz(i2s->adc);
    }
    return i2s->dac ? duo_dac_rate_hz(i2s->dac) : divided_hz(i2s);
}

static int channels(DuoI2s *i2s) {
    return duo_word(&i2s->parent, SLOTS) & IS_STEREO ? 2 : 1;
}

int64_t duo_i2s_duration_ns(DuoI2s *i2s, size_t size) {
    return size * NANOSECONDS_PER_SECOND / ((int64_t)rate_hz(i2s) * channels(i2s) * BYTES);
}

void duo_i2s_play(DuoI2s *i2s, const uint8_t *samples, size_t size) {
    if (!i2s->dac || duo_dac_is_on(i2s->dac)) {
        duo_speaker_play(i2s->speaker, rate_hz(i2s), channels(i2s), samples, size);
    }
}

/* The microphone is on the left. */
void duo_i2s_record(DuoI2s *i2s, uint8_t *samples, size_t size) {
    size_t frame = channels(i2s) * BYTES;
    memset(samples, 0, size);
    if (!i2s->adc) {
        return;
    }
    double gain = MICROPHONE_LEVEL * duo_adc_gain(i2s->adc);
    for (size_t at = 0; at + frame <= size; at += frame) {
        double sample = gain * duo_microphone_next(i2s->microphone, rate_hz(i2s));
        stw_le_p(samples + at, MAX(MIN(lrint(sample * -INT16_MIN), INT16_MAX), INT16_MIN));
    }
}

static uint32_t i2s_read(DuoBlock *block, hwaddr offset) {
    bool is_status = offset == RX_STATUS || offset == TX_STATUS;
    return is_status ? RESET_DONE : duo_word(block, offset);
}

static void i2s_written(DuoBlock *block, hwaddr offset, uint32_t was) {
    DuoI2s *i2s = DUO_I2S(block);
    if (offset != ENABLE) {
        return;
    }
    bool is_on = duo_word(block, ENABLE) & IS_ON;
    if (!is_on) {
        duo_speaker_stop(i2s->speaker);
    } else if (!(was & IS_ON) && i2s->microphone) {
        duo_microphone_begin(i2s->microphone);
    }
}

static void i2s_reset(DuoBlock *block) {
    duo_speaker_stop(DUO_I2S(block)->speaker);
}

static void i2s_init(Object *object) {
    for (int i = 0; i < PORTS; i++) {
        if (!ports[i]) {
            ports[i] = DUO_I2S(object);
            return;
        }
    }
}

static void i2s_class_init(ObjectClass *oc, void *data) {
    duo_block_class(oc, 0x1000, i2s_read, i2s_written, i2s_reset);
}

static const TypeInfo i2s_info = {
    .name = TYPE_DUO_I2S,
    .parent = TYPE_DUO_BLOCK,
    .instance_size = sizeof(DuoI2s),
    .instance_init = i2s_init,
    .class_init = i2s_class_init,
};

static void i2s_types(void) {
    type_register_static(&i2s_info);
}
type_init(i2s_types)
