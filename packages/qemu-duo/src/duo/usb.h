/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DUO_USB_H
#define DUO_USB_H

#include "block.h"

/*
 * USB controller (DesignWare OTG) as a device: what a host at the other end of the cable can do to
 * it. A host's packets reach the memory that the driver set out for them, or are refused.
 */
#define TYPE_DUO_USB "duo-usb"
OBJECT_DECLARE_SIMPLE_TYPE(DuoUsb, DUO_USB)

#define DUO_USB_PACKET 1024 /* bytes, at most */
#define DUO_USB_SETUP 8     /* bytes of a SETUP packet */
/* Answers instead of a number of bytes. */
#define DUO_USB_NAK (-1)   /* not now */
#define DUO_USB_STALL (-2) /* never */

/* Who is told that the device is there or not (its pull-up), or that an endpoint may be ready. */
typedef struct DuoUsbListener {
    void (*attached)(void *opaque, bool is_attached);
    void (*ready)(void *opaque);
    void *opaque;
} DuoUsbListener;

void duo_usb_listen(DuoUsb *usb, const DuoUsbListener *listener);

/* The two ends of a bus reset: begun, and the speed agreed upon. */
void duo_usb_reset_begins(DuoUsb *usb);
void duo_usb_reset_ends(DuoUsb *usb);
/* The next microframe begins. */
void duo_usb_microframe(DuoUsb *usb);

/* Each sends one packet, or asks for one; returns its size, DUO_USB_NAK or DUO_USB_STALL. `packet`
 * of an IN has room for DUO_USB_PACKET bytes. */
int duo_usb_setup(DuoUsb *usb, const uint8_t setup[DUO_USB_SETUP]);
int duo_usb_in(DuoUsb *usb, unsigned endpoint, uint8_t *packet);
int duo_usb_out(DuoUsb *usb, unsigned endpoint, const uint8_t *packet, size_t size);
/* The host has begun the status stage after data that it sent. */
void duo_usb_status_begins(DuoUsb *usb);
/* True while the driver has not heard of what happened at an IN endpoint. */
bool duo_usb_is_late(DuoUsb *usb, unsigned endpoint);

#endif
