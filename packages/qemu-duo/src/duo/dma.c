/*
 * System DMA (DesignWare AXI DMAC), as far as sound needs it: lists of blocks from memory to an
 * I2S port or from a port to memory, each as long as it sounds.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "block.h"
#include "exec/address-spaces.h"
#include "i2s.h"
#include "qemu/timer.h"

#define TYPE_DUO_DMA "duo-dma"
OBJECT_DECLARE_SIMPLE_TYPE(DuoDma, DUO_DMA)

#define CHANNELS 8
#define CONFIG 0x10
#define INTERRUPTS_ON 2
#define ENABLE 0x18 /* on, allow on, pause, allow pause: 8 bits each */
#define PAUSE 16
#define INT_STATUS 0x30
#define SOFT_RESET 0x58
/* Of a channel. */
#define CHANNEL_SIZE 0x100
#define FROM 0x00
#define TO 0x08
#define BLOCK_SIZE 0x10 /* transfers, less 1 */
#define CONTROL 0x18
#define NEXT 0x28
#define CHANNEL_INT_ENABLE 0x80
#define CHANNEL_INT_STATUS 0x88
#define CHANNEL_INT_CLEAR 0x98
#define BLOCK_DONE 1
#define LIST_DONE 2
/* Of CONTROL. */
#define FROM_WIDTH_SHIFT 8
#define IS_LAST_SHIFT 62

#define LARGEST 4096             /* bytes of a block */
#define WAIT_NS (1 * SCALE_MS)   /* until a port is asked again whether it runs */
#define LATE_NS (100 * SCALE_MS) /* a timer that is later than this begins a new row of blocks */

/* An item of the list in memory, little endian; 64 bytes. */
typedef struct Item {
    uint64_t from, to, transfers, next, control, unused[3];
} Item;

typedef struct Channel {
    DuoDma *dma;
    QEMUTimer *timer;
    int number;
    bool is_busy; /* with `item`, of `size` bytes to or from `port`, until `done_ns` */
    Item item;
    DuoI2s *port;
    bool records; /* from the port to memory */
    size_t size;
    int64_t done_ns;
} Channel;

struct DuoDma {
    DuoBlock parent;
    Channel channels[CHANNELS];
};

static hwaddr channel_at(int number, hwaddr offset) {
    return CHANNEL_SIZE * (number + 1) + offset;
}

static uint64_t get64(DuoDma *dma, hwaddr offset) {
    return duo_word(&dma->parent, offset) | (uint64_t)duo_word(&dma->parent, offset + 4) << 32;
}

static void set64(DuoDma *dma, hwaddr offset, uint64_t value) {
    duo_set_word(&dma->parent, offset, value);
    duo_set_word(&dma->parent, offset + 4, value >> 32);
}

static void update_interrupt(DuoDma *dma) {
    uint32_t pending = 0;
    for (int i = 0; i < CHANNELS; i++) {
        bool has = duo_word(&dma->parent, channel_at(i, CHANNEL_INT_STATUS)) != 0;
        pending = deposit32(pending, i, 1, has);
    }
    duo_set_word(&dma->parent, INT_STATUS, pending);
    qemu_set_irq(dma->parent.irq, pending && duo_word(&dma->parent, CONFIG) & INTERRUPTS_ON);
}

static void report_done(DuoDma *dma, int number, uint32_t causes) {
    hwaddr status = channel_at(number, CHANNEL_INT_STATUS);
    causes &= duo_word(&dma->parent, channel_at(number, CHANNEL_INT_ENABLE));
    duo_set_word(&dma->parent, status, duo_word(&dma->parent, status) | causes);
    update_interrupt(dma);
}

static Item load_item(DuoDma *dma, int number) {
    uint64_t raw[8];
    hwaddr at = get64(dma, channel_at(number, NEXT)) & ~63ULL;
    address_space_read(&address_space_memory, at, MEMTXATTRS_UNSPECIFIED, raw, sizeof(raw));
    Item item = {
        .from = le64_to_cpu(raw[0]),
        .to = le64_to_cpu(raw[1]),
        .transfers = le64_to_cpu(raw[2]),
        .next = le64_to_cpu(raw[3]),
        .control = le64_to_cpu(raw[4]),
    };
    return item;
}

/* A driver computes how far the sound is from what is in these registers. */
static void show_item(Channel *channel) {
    DuoDma *dma = channel->dma;
    int number = channel->number;
    const Item *item = &channel->item;
    set64(dma, channel_at(number, FROM), item->from + (channel->records ? 0 : channel->size));
    set64(dma, channel_at(number, TO), item->to + (channel->records ? channel->size : 0));
    set64(dma, channel_at(number, BLOCK_SIZE), item->transfers);
    set64(dma, channel_at(number, CONTROL), item->control);
    set64(dma, channel_at(number, NEXT), item->next);
}

static void switch_off(DuoDma *dma, int number) {
    uint32_t on = duo_word(&dma->parent, ENABLE);
    duo_set_word(&dma->parent, ENABLE, deposit32(on, number, 1, 0));
}

/* Which port the item is about, and in which direction. Returns false for anything else. */
static bool find_port(Channel *channel) {
    DuoI2s *receiver = duo_i2s_receiver_at(channel->item.from);
    channel->records = receiver != NULL;
    channel->port = receiver ? receiver : duo_i2s_transmitter_at(channel->item.to);
    return channel->port != NULL;
}

static void play(Channel *channel) {
    uint8_t samples[LARGEST];
    address_space_read(&address_space_memory, channel->item.from, MEMTXATTRS_UNSPECIFIED, samples,
                       channel->size);
    duo_i2s_play(channel->port, samples, channel->size);
}

static void record(Channel *channel) {
    uint8_t samples[LARGEST];
    duo_i2s_record(channel->port, samples, channel->size);
    address_space_write(&address_space_memory, channel->item.to, MEMTXATTRS_UNSPECIFIED, samples,
                        channel->size);
}

/*
 * The samples of a block go to the port at once, or come from it at the end; the block is done when
 * they have sounded.
 */
static void begin_block(Channel *channel) {
    DuoDma *dma = channel->dma;
    int64_t now = qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL);
    uint32_t enabled = duo_word(&dma->parent, ENABLE);
    if (!extract32(enabled, channel->number, 1) || extract32(enabled, PAUSE + channel->number, 1)) {
        return;
    }
    channel->item = load_item(dma, channel->number);
    if (!find_port(channel)) {
        qemu_log_mask(LOG_UNIMP,
                      "milkv-duo: DMA from %08" PRIx64 " to %08" PRIx64 " is not modelled\n",
                      channel->item.from, channel->item.to);
        switch_off(dma, channel->number);
        return;
    }
    if (!duo_i2s_is_running(channel->port)) {
        timer_mod(channel->timer, now + WAIT_NS);
        return;
    }
    size_t size = (extract64(channel->item.transfers, 0, 22) + 1)
                  << extract64(channel->item.control, FROM_WIDTH_SHIFT, 3);
    channel->size = MIN(size, LARGEST);
    if (!channel->records) {
        play(channel);
    }
    /* Blocks follow each other without a gap, however late the timer is. */
    int64_t begun = now - channel->done_ns < LATE_NS ? channel->done_ns : now;
    channel->done_ns = begun + duo_i2s_duration_ns(channel->port, channel->size);
    channel->is_busy = true;
    timer_mod(channel->timer, channel->done_ns);
}

static void end_block(Channel *channel) {
    bool is_last = extract64(channel->item.control, IS_LAST_SHIFT, 1);
    channel->is_busy = false;
    if (channel->records) {
        record(channel);
    }
    show_item(channel);
    if (is_last) {
        switch_off(channel->dma, channel->number);
    }
    report_done(channel->dma, channel->number, is_last ? BLOCK_DONE | LIST_DONE : BLOCK_DONE);
}

static void stop(Channel *channel) {
    channel->is_busy = false;
    timer_del(channel->timer);
}

static void timed(void *opaque) {
    Channel *channel = opaque;
    if (channel->is_busy) {
        end_block(channel);
    }
    begin_block(channel);
}

static void enable_written(DuoDma *dma, uint32_t was) {
    uint32_t value = duo_word(&dma->parent, ENABLE), now = was;
    for (int i = 0; i < CHANNELS; i++) {
        if (extract32(value, 8 + i, 1)) {
            now = deposit32(now, i, 1, extract32(value, i, 1));
        }
        if (extract32(value, PAUSE + 8 + i, 1)) {
            now = deposit32(now, PAUSE + i, 1, extract32(value, PAUSE + i, 1));
        }
    }
    duo_set_word(&dma->parent, ENABLE, now);
    uint32_t begun = (now & ~was) | (was & ~now) >> PAUSE;
    for (int i = 0; i < CHANNELS; i++) {
        Channel *channel = &dma->channels[i];
        if (!extract32(now, i, 1)) {
            stop(channel);
        } else if (extract32(begun, i, 1) && !channel->is_busy) {
            begin_block(channel);
        }
    }
}

static void dma_written(DuoBlock *block, hwaddr offset, uint32_t was) {
    DuoDma *dma = DUO_DMA(block);
    hwaddr in_channel = offset % CHANNEL_SIZE;
    bool is_channel = offset >= CHANNEL_SIZE;
    if (offset == ENABLE) {
        enable_written(dma, was);
    } else if (offset == SOFT_RESET) {
        duo_set_word(block, offset, 0);
    } else if (offset == INT_STATUS || (is_channel && in_channel == CHANNEL_INT_STATUS)) {
        duo_set_word(block, offset, was);
    } else if (is_channel && in_channel == CHANNEL_INT_CLEAR) {
        hwaddr status = offset - CHANNEL_INT_CLEAR + CHANNEL_INT_STATUS;
        duo_set_word(block, status, duo_word(block, status) & ~duo_word(block, offset));
    }
    update_interrupt(dma);
}

static void dma_reset(DuoBlock *block) {
    for (int i = 0; i < CHANNELS; i++) {
        stop(&DUO_DMA(block)->channels[i]);
    }
    update_interrupt(DUO_DMA(block));
}

static void dma_init(Object *object) {
    DuoDma *dma = DUO_DMA(object);
    for (int i = 0; i < CHANNELS; i++) {
        Channel *channel = &dma->channels[i];
        *channel = (Channel){.dma = dma, .number = i};
        channel->timer = timer_new_ns(QEMU_CLOCK_VIRTUAL, timed, channel);
    }
}

static void dma_finalize(Object *object) {
    for (int i = 0; i < CHANNELS; i++) {
        timer_free(DUO_DMA(object)->channels[i].timer);
    }
}

static void dma_class_init(ObjectClass *oc, void *data) {
    duo_block_class(oc, 0x1000, NULL, dma_written, dma_reset);
}

static const TypeInfo dma_info = {
    .name = TYPE_DUO_DMA,
    .parent = TYPE_DUO_BLOCK,
    .instance_size = sizeof(DuoDma),
    .instance_init = dma_init,
    .instance_finalize = dma_finalize,
    .class_init = dma_class_init,
};

static void dma_types(void) {
    type_register_static(&dma_info);
}
type_init(dma_types)
