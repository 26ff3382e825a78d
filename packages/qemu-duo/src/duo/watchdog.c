/*
 * Watchdog (DesignWare), counting the 25 MHz of the crystal.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "block.h"

#include "qemu/timer.h"
#include "system/watchdog.h"

#define TYPE_DUO_WATCHDOG "duo-watchdog"
OBJECT_DECLARE_SIMPLE_TYPE(DuoWatchdog, DUO_WATCHDOG)

#define CONTROL 0x00
#define IS_ON 1
#define INTERRUPT_FIRST 2 /* the first timeout interrupts, the second one resets */
#define TIMEOUT 0x04      /* 2^(16+n) ticks */
#define COUNTER 0x08
#define RESTART 0x0c
#define RESTART_KEY 0x76
#define STATUS 0x10
#define CLEAR 0x14 /* by a read */
#define TICK_NS INT64_C(40)

struct DuoWatchdog {
    DuoBlock parent;
    QEMUTimer *timer;
    int64_t bites_ns;
};

static int64_t now_ns(void) {
    return qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL);
}

static void start_counting(DuoWatchdog *watchdog) {
    int exponent = 16 + extract32(duo_word(&watchdog->parent, TIMEOUT), 0, 4);
    watchdog->bites_ns = now_ns() + (TICK_NS << exponent);
    timer_mod(watchdog->timer, watchdog->bites_ns);
}

static void set_pending(DuoWatchdog *watchdog, bool is_pending) {
    duo_set_word(&watchdog->parent, STATUS, is_pending);
    qemu_set_irq(watchdog->parent.irq, is_pending);
}

static void timed_out(void *opaque) {
    DuoWatchdog *watchdog = opaque;
    bool is_first = !duo_word(&watchdog->parent, STATUS);
    if (is_first && duo_word(&watchdog->parent, CONTROL) & INTERRUPT_FIRST) {
        set_pending(watchdog, true);
        start_counting(watchdog);
        return;
    }
    qemu_log_mask(LOG_UNIMP, "milkv-duo: the watchdog resets the chip\n");
    watchdog_perform_action();
}

static uint32_t watchdog_read(DuoBlock *block, hwaddr offset) {
    DuoWatchdog *watchdog = DUO_WATCHDOG(block);
    switch (offset) {
    case COUNTER:
        return timer_pending(watchdog->timer) ? (watchdog->bites_ns - now_ns()) / TICK_NS : 0;
    case CLEAR:
        set_pending(watchdog, false);
        return 0;
    default:
        return duo_word(block, offset);
    }
}

static void watchdog_written(DuoBlock *block, hwaddr offset, uint32_t was) {
    DuoWatchdog *watchdog = DUO_WATCHDOG(block);
    uint32_t value = duo_word(block, offset);
    switch (offset) {
    case CONTROL: /* once on, only a reset switches it off */
        duo_set_word(block, offset, value | (was & IS_ON));
        if (value & ~was & IS_ON) {
            start_counting(watchdog);
        }
        break;
    case RESTART:
        if (value == RESTART_KEY && duo_word(block, CONTROL) & IS_ON) {
            set_pending(watchdog, false);
            start_counting(watchdog);
        }
        break;
    case STATUS:
        duo_set_word(block, offset, was);
        break;
    }
}

static void watchdog_reset(DuoBlock *block) {
    timer_del(DUO_WATCHDOG(block)->timer);
    set_pending(DUO_WATCHDOG(block), false);
}

static void watchdog_init(Object *object) {
    DuoWatchdog *watchdog = DUO_WATCHDOG(object);
    watchdog->timer = timer_new_ns(QEMU_CLOCK_VIRTUAL, timed_out, watchdog);
}

static void watchdog_finalize(Object *object) {
    timer_free(DUO_WATCHDOG(object)->timer);
}

static void watchdog_class_init(ObjectClass *oc, void *data) {
    duo_block_class(oc, 0x1000, watchdog_read, watchdog_written, watchdog_reset);
}

static const TypeInfo watchdog_info = {
    .name = TYPE_DUO_WATCHDOG,
    .parent = TYPE_DUO_BLOCK,
    .instance_size = sizeof(DuoWatchdog),
    .instance_init = watchdog_init,
    .instance_finalize = watchdog_finalize,
    .class_init = watchdog_class_init,
};

static void watchdog_types(void) {
    type_register_static(&watchdog_info);
}
type_init(watchdog_types)
