/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DUO_FAULT_H
#define DUO_FAULT_H

/* What is wrong with this board or its card: docs/milkv-duo.md says what is seen then. */
typedef enum {
    FAULT_NONE,
    FAULT_CARD,   /* the card does not answer the boot ROM */
    FAULT_READ,   /* it answers, but its data do not come */
    FAULT_FIP,    /* the head of fip.bin is damaged */
    FAULT_LOADER, /* the first boot loader is one of another chip: it crashes at once */
    FAULT_DDR,    /* the memory cannot be trained */
    FAULT_SD,     /* the card answers the boot ROM, but nobody after it */
    FAULT_DETECT, /* the slot says that it is empty */
    FAULTS
} DuoFault;

#endif
