/* SPDX-License-Identifier: MIT */
/* The status LED: what the storyteller is doing, for somebody who has no screen. */
#ifndef STORYTELLER_LED_H
#define STORYTELLER_LED_H

enum led_state {
    LED_BOOTING,
    LED_READY,
    LED_LISTENING,
    LED_THINKING,
    LED_TELLING,
    LED_ERROR,
};

/* Show a state, as /etc/led.conf describes it. Without an LED, nothing happens. Cheap when the
 * state is shown already. */
void led_show(enum led_state state);

#endif
