/*
 * A USB device's configuration descriptor. It comes from the guest: nothing in it is trusted.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "usb_config.h"

#define INTERFACE 0x04
#define ENDPOINT 0x05
#define CLASS_INTERFACE 0x24
#define INTERFACE_SIZE 9
#define ENDPOINT_SIZE 7
#define CLASS_HEAD 3
#define COMMUNICATION 0x02
#define UNION 0x06
#define LARGEST_PACKET 1024

static void add_endpoint(DuoUsbInterface *interface, const uint8_t *data) {
    unsigned packet = (data[4] | data[5] << 8) & 0x7ff;
    if (interface->count < DUO_USB_ENDPOINTS && packet && packet <= LARGEST_PACKET) {
        interface->endpoints[interface->count++] = (DuoUsbEndpoint){
            .number = data[2] & 15,
            .is_in = data[2] & 0x80,
            .type = data[3] & 3,
            .packet = packet,
            .interval = data[6],
        };
    }
}

void duo_usb_config_parse(DuoUsbConfig *config, const uint8_t *data, size_t size) {
    DuoUsbInterface *interface = NULL;
    config->count = 0;
    for (size_t at = 0; at + 2 <= size && data[at] >= 2 && data[at] <= size - at; at += data[at]) {
        const uint8_t *one = data + at;
        if (one[1] == INTERFACE && one[0] >= INTERFACE_SIZE) {
            if (config->count == DUO_USB_INTERFACES) {
                return;
            }
            interface = &config->interfaces[config->count++];
            *interface = (DuoUsbInterface){
                .number = one[2],
                .alternate = one[3],
                .class = one[5],
                .subclass = one[6],
                .extra = one,
            };
        } else if (one[1] == ENDPOINT && one[0] >= ENDPOINT_SIZE && interface) {
            add_endpoint(interface, one);
        }
        if (interface) {
            interface->size += one[0];
        }
    }
}

const DuoUsbEndpoint *duo_usb_config_endpoint(const DuoUsbInterface *interface, unsigned type,
                                              bool is_in) {
    for (unsigned i = 0; i < interface->count; i++) {
        const DuoUsbEndpoint *one = &interface->endpoints[i];
        if (one->type == type && one->is_in == is_in) {
            return one;
        }
    }
    return NULL;
}

const uint8_t *duo_usb_config_class(const DuoUsbInterface *interface, unsigned subtype,
                                    size_t size) {
    for (size_t at = 0; at < interface->size; at += interface->extra[at]) {
        const uint8_t *one = interface->extra + at;
        if (one[0] >= CLASS_HEAD && one[0] >= size && one[1] == CLASS_INTERFACE &&
            one[2] == subtype) {
            return one;
        }
    }
    return NULL;
}

static const DuoUsbInterface *find_data(const DuoUsbConfig *config, unsigned number) {
    for (unsigned i = 0; i < config->count; i++) {
        const DuoUsbInterface *one = &config->interfaces[i];
        if (one->number == number && duo_usb_config_endpoint(one, DUO_USB_BULK, true) &&
            duo_usb_config_endpoint(one, DUO_USB_BULK, false)) {
            return one;
        }
    }
    return NULL;
}

const DuoUsbInterface *duo_usb_config_data(const DuoUsbConfig *config, unsigned subclass,
                                           const DuoUsbInterface **communication) {
    for (unsigned i = 0; i < config->count; i++) {
        const DuoUsbInterface *one = &config->interfaces[i];
        const uint8_t *both = duo_usb_config_class(one, UNION, 5);
        if (one->class == COMMUNICATION && one->subclass == subclass && both) {
            *communication = one;
            return find_data(config, both[4]);
        }
    }
    return NULL;
}
