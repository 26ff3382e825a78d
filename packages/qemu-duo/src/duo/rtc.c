/*
 * The part of the chip that has power before all others: it switches the rest off, and on again.
 * Time of day is not modelled: nothing on the card reads it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "block.h"

#include "system/runstate.h"

#define UNLOCK 0x0004
#define UNLOCK_KEY 0xab18
#define CONTROL 0x0008 /* bits 0 to 15; a 1 in the upper half lets a bit through */
#define POWER_OFF 0x01
#define POWER_CYCLE 0x08
#define WARM_RESET 0x10
#define POWER_STATE 0x10d4
#define POWER_STATE_ON 3

static uint32_t rtc_read(DuoBlock *block, hwaddr offset) {
    return offset == POWER_STATE ? POWER_STATE_ON : duo_word(block, offset);
}

static void rtc_written(DuoBlock *block, hwaddr offset, uint32_t was) {
    uint32_t value = duo_word(block, offset), asked = value & value >> 16;
    if (offset != CONTROL || !asked) {
        return;
    }
    if (duo_word(block, UNLOCK) != UNLOCK_KEY) {
        qemu_log_mask(LOG_GUEST_ERROR, "milkv-duo: RTC control without its key\n");
    } else if (asked & POWER_OFF) {
        qemu_system_shutdown_request(SHUTDOWN_CAUSE_GUEST_SHUTDOWN);
    } else if (asked & (POWER_CYCLE | WARM_RESET)) {
        qemu_system_reset_request(SHUTDOWN_CAUSE_GUEST_RESET);
    }
}

static void rtc_class_init(ObjectClass *oc, void *data) {
    duo_block_class(oc, 0x2000, rtc_read, rtc_written, NULL);
}

static const TypeInfo rtc_info = {
    .name = "duo-rtc",
    .parent = TYPE_DUO_BLOCK,
    .class_init = rtc_class_init,
};

static void rtc_types(void) {
    type_register_static(&rtc_info);
}
type_init(rtc_types)
