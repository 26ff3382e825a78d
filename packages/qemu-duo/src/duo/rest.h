/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DUO_REST_H
#define DUO_REST_H

#include "qemu/osdep.h"

#include "qom/object.h"

/* Give all addresses below the interrupt controller that no device claims a register. */
void duo_rest_create(Object *owner);

/* Forget what was written to them. */
void duo_rest_reset(void);

#endif
