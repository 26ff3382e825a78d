/*
 * The computer's driver of a serial port (CDC ACM): it leads to a chardev.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "usb_host.h"

#include "qapi/error.h"

#define SUBCLASS_ACM 2
#define CLASS_TO_INTERFACE 0x21
#define SET_LINE_CODING 0x20
#define SET_CONTROL_LINES 0x22
#define TERMINAL_IS_THERE 3 /* DTR and RTS */
#define PACKETS 64          /* at a time */

typedef struct Acm {
    DuoUsbHost *host;
    DuoUsb *usb;
    CharBackend chardev;
    bool is_open;
    DuoUsbEndpoint in, out;
    uint8_t heard[DUO_USB_PACKET], typed[DUO_USB_PACKET];
    unsigned heard_at, heard_size, typed_size;
} Acm;

/* True when all that was heard has been passed on. */
static bool pass_on(Acm *acm) {
    while (acm->heard_at < acm->heard_size) {
        int size = qemu_chr_fe_write(&acm->chardev, acm->heard + acm->heard_at,
                                     acm->heard_size - acm->heard_at);
        if (size <= 0) {
            return false;
        }
        acm->heard_at += size;
    }
    return true;
}

static bool acm_work(void *self) {
    Acm *acm = self;
    if (!acm->is_open) {
        return false;
    }
    if (acm->typed_size) {
        unsigned size = MIN(acm->typed_size, acm->out.packet);
        int taken = duo_usb_out(acm->usb, acm->out.number, acm->typed, size);
        if (taken >= 0) {
            acm->typed_size -= size;
            memmove(acm->typed, acm->typed + size, acm->typed_size);
            qemu_chr_fe_accept_input(&acm->chardev);
        }
    }
    for (int i = 0; i < PACKETS; i++) {
        if (!pass_on(acm)) {
            return false;
        }
        int size = duo_usb_in(acm->usb, acm->in.number, acm->heard);
        if (size < 0) {
            return false;
        }
        acm->heard_at = 0;
        acm->heard_size = size;
    }
    return true;
}

static void acm_configured(void *self, const DuoUsbConfig *config) {
    Acm *acm = self;
    const DuoUsbInterface *communication, *data;
    data = duo_usb_config_data(config, SUBCLASS_ACM, &communication);
    if (!data || !qemu_chr_fe_backend_connected(&acm->chardev)) {
        return;
    }
    acm->in = *duo_usb_config_endpoint(data, DUO_USB_BULK, true);
    acm->out = *duo_usb_config_endpoint(data, DUO_USB_BULK, false);
    DuoUsbRequest coding = {
        .type = CLASS_TO_INTERFACE,
        .request = SET_LINE_CODING,
        .index = communication->number,
        .length = 7,
        .data = {0x00, 0xc2, 0x01, 0x00, 0, 0, 8}, /* 115200, 8N1 */
    };
    DuoUsbRequest lines = {
        .type = CLASS_TO_INTERFACE,
        .request = SET_CONTROL_LINES,
        .value = TERMINAL_IS_THERE,
        .index = communication->number,
    };
    duo_usb_host_request(acm->host, &coding);
    duo_usb_host_request(acm->host, &lines);
    acm->is_open = true;
    qemu_chr_fe_accept_input(&acm->chardev);
}

static void acm_detached(void *self) {
    Acm *acm = self;
    acm->is_open = false;
    acm->heard_size = acm->heard_at = acm->typed_size = 0;
}

static int room(void *opaque) {
    Acm *acm = opaque;
    return acm->is_open ? DUO_USB_PACKET - acm->typed_size : 0;
}

static void receive(void *opaque, const uint8_t *data, int size) {
    Acm *acm = opaque;
    unsigned taken = MIN(size, DUO_USB_PACKET - acm->typed_size);
    memcpy(acm->typed + acm->typed_size, data, taken);
    acm->typed_size += taken;
    duo_usb_host_wake(acm->host);
}

DuoUsbFunction duo_usb_acm(DuoUsbHost *host, DuoUsb *usb, Chardev *chardev) {
    Acm *acm = g_new0(Acm, 1); /* for as long as the machine is there */
    acm->host = host;
    acm->usb = usb;
    if (chardev) {
        qemu_chr_fe_init(&acm->chardev, chardev, &error_fatal);
        qemu_chr_fe_set_handlers(&acm->chardev, room, receive, NULL, NULL, acm, NULL, true);
    }
    return (DuoUsbFunction){
        .configured = acm_configured, .work = acm_work, .detached = acm_detached, .self = acm};
}
