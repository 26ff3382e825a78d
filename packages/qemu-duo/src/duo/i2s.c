/*
 * An I2S port that plays what the DMA brings, two bytes a sample. Recording is not modelled.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "i2s.h"

#include "qemu/timer.h"

#define FRAME 0x04 /* bits of a frame, less 1 */
#define SLOTS 0x0c
#define IS_STEREO 2
#define ENABLE 0x18
#define IS_ON 1
#define RESET_STATUS 0x48
#define RESET_DONE 0x00800000
#define DIVIDERS 0x64
#define TX_FIFO 0xc0
#define MASTER_HZ 24576000
#define BYTES 2

#define PORTS 4

struct DuoI2s {
    DuoBlock parent;
    DuoSpeaker *speaker;
    DuoBlock *dac;
};

static DuoI2s *ports[PORTS];

void duo_i2s_connect(DuoI2s *i2s, DuoSpeaker *speaker, DuoBlock *dac) {
    i2s->speaker = speaker;
    i2s->dac = dac;
    for (int i = 0; i < PORTS; i++) {
        if (!ports[i]) {
            ports[i] = i2s;
            return;
        }
    }
}

DuoI2s *duo_i2s_at(hwaddr address) {
    for (int i = 0; i < PORTS; i++) {
        if (ports[i] && ports[i]->parent.region.addr + TX_FIFO == address) {
            return ports[i];
        }
    }
    return NULL;
}

bool duo_i2s_is_playing(DuoI2s *i2s) {
    return duo_word(&i2s->parent, ENABLE) & IS_ON;
}

static int rate_hz(DuoI2s *i2s) {
    uint32_t dividers = duo_word(&i2s->parent, DIVIDERS);
    uint32_t bits = extract32(duo_word(&i2s->parent, FRAME), 0, 8) + 1;
    uint64_t ticks = (uint64_t)extract32(dividers, 0, 16) * extract32(dividers, 16, 16) * bits;
    return MAX(ticks ? MASTER_HZ / ticks : 0, 1);
}

int64_t duo_i2s_play(DuoI2s *i2s, const uint8_t *samples, size_t size) {
    int channels = duo_word(&i2s->parent, SLOTS) & IS_STEREO ? 2 : 1;
    int hz = i2s->dac ? duo_dac_rate_hz(i2s->dac) : rate_hz(i2s);
    if (!i2s->dac || duo_dac_is_on(i2s->dac)) {
        duo_speaker_play(i2s->speaker, hz, channels, samples, size);
    }
    return size * NANOSECONDS_PER_SECOND / ((int64_t)hz * channels * BYTES);
}

static uint32_t i2s_read(DuoBlock *block, hwaddr offset) {
    return offset == RESET_STATUS ? RESET_DONE : duo_word(block, offset);
}

static void i2s_written(DuoBlock *block, hwaddr offset, uint32_t was) {
    if (offset == ENABLE && !(duo_word(block, offset) & IS_ON)) {
        duo_speaker_stop(DUO_I2S(block)->speaker);
    }
}

static void i2s_reset(DuoBlock *block) {
    duo_speaker_stop(DUO_I2S(block)->speaker);
}

static void i2s_class_init(ObjectClass *oc, void *data) {
    duo_block_class(oc, 0x1000, i2s_read, i2s_written, i2s_reset);
}

static const TypeInfo i2s_info = {
    .name = TYPE_DUO_I2S,
    .parent = TYPE_DUO_BLOCK,
    .instance_size = sizeof(DuoI2s),
    .class_init = i2s_class_init,
};

static void i2s_types(void) {
    type_register_static(&i2s_info);
}
type_init(i2s_types)
