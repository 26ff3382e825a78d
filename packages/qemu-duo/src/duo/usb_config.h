/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DUO_USB_CONFIG_H
#define DUO_USB_CONFIG_H

#include "qemu/osdep.h"

/* What a USB device says of itself in its configuration descriptor; chapter 9 of USB 2.0. */

enum { DUO_USB_ISOCHRONOUS = 1, DUO_USB_BULK = 2 };

typedef struct DuoUsbEndpoint {
    unsigned number;
    bool is_in;
    unsigned type;
    unsigned packet;   /* bytes, 1 to 1024 */
    unsigned interval; /* bInterval */
} DuoUsbEndpoint;

#define DUO_USB_ENDPOINTS 4

/* One alternate setting of an interface. */
typedef struct DuoUsbInterface {
    unsigned number, alternate, class, subclass;
    DuoUsbEndpoint endpoints[DUO_USB_ENDPOINTS];
    unsigned count;       /* of endpoints */
    const uint8_t *extra; /* all its descriptors, in `size` bytes */
    size_t size;
} DuoUsbInterface;

#define DUO_USB_INTERFACES 16

typedef struct DuoUsbConfig {
    DuoUsbInterface interfaces[DUO_USB_INTERFACES];
    unsigned count;
} DuoUsbConfig;

/* Reads what is well formed of `size` bytes; `config` points into them. */
void duo_usb_config_parse(DuoUsbConfig *config, const uint8_t *data, size_t size);

/* The endpoint of that kind, or NULL. */
const DuoUsbEndpoint *duo_usb_config_endpoint(const DuoUsbInterface *interface, unsigned type,
                                              bool is_in);

/* The class's own descriptor of that subtype, of at least `size` bytes, or NULL. */
const uint8_t *duo_usb_config_class(const DuoUsbInterface *interface, unsigned subtype,
                                    size_t size);

/*
 * The alternate setting with bulk endpoints, both ways, of the data interface that belongs to a
 * communication interface of this subclass, or NULL.
 */
const DuoUsbInterface *duo_usb_config_data(const DuoUsbConfig *config, unsigned subclass,
                                           const DuoUsbInterface **communication);

#endif
