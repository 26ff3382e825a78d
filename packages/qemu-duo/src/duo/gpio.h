/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DUO_GPIO_H
#define DUO_GPIO_H

/*
 * One port of 32 lines. Unnamed inputs: what is at the pins; unnamed outputs: what the chip drives.
 * Property "idle": what the pins are without anything that drives them, one bit each.
 */
#define TYPE_DUO_GPIO "duo-gpio"
#define DUO_GPIO_LINES 32

#endif
