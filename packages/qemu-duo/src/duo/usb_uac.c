/*
 * The computer's driver of a microphone (USB Audio Class 1.0): somebody listens to it, through
 * QEMU's audio backend. 16-bit samples at one rate.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "usb_host.h"

#include "speaker.h"

#define CLASS_AUDIO 1
#define SUBCLASS_STREAMING 2
#define FORMAT_TYPE 2
#define CLASS_TO_ENDPOINT 0x22
#define SET_CUR 1
#define SAMPLING_FREQUENCY 0x100
#define IN 0x80
#define BYTES 2    /* of a sample */
#define SLOWEST 16 /* bInterval, at most */

typedef struct Uac {
    DuoUsbHost *host;
    DuoUsb *usb;
    DuoSpeaker *speaker;
    bool is_open;
    DuoUsbEndpoint in;
    int rate_hz, channels;
    uint32_t interval, passed; /* microframes */
} Uac;

/* The format's number of channels and only rate; false if it is one of another kind. */
static bool read_format(Uac *uac, const DuoUsbInterface *interface) {
    const uint8_t *format = duo_usb_config_class(interface, FORMAT_TYPE, 11);
    if (!format || format[5] != BYTES || format[7] != 1) {
        return false;
    }
    uac->channels = format[4];
    uac->rate_hz = format[8] | format[9] << 8 | format[10] << 16;
    return uac->channels >= 1 && uac->channels <= 2 && uac->rate_hz >= 8000 &&
           uac->rate_hz <= 48000;
}

static void selected(void *opaque, const uint8_t *answer, int size) {
    Uac *uac = opaque;
    uac->is_open = size >= 0;
    uac->passed = 0;
}

static void uac_configured(void *self, const DuoUsbConfig *config) {
    Uac *uac = self;
    for (unsigned i = 0; i < config->count && uac->speaker; i++) {
        const DuoUsbInterface *one = &config->interfaces[i];
        const DuoUsbEndpoint *in = duo_usb_config_endpoint(one, DUO_USB_ISOCHRONOUS, true);
        if (one->class != CLASS_AUDIO || one->subclass != SUBCLASS_STREAMING || !in ||
            !in->interval || in->interval > SLOWEST || !read_format(uac, one)) {
            continue;
        }
        uac->in = *in;
        uac->interval = 1u << (in->interval - 1);
        DuoUsbRequest rate = {
            .type = CLASS_TO_ENDPOINT,
            .request = SET_CUR,
            .value = SAMPLING_FREQUENCY,
            .index = IN | in->number,
            .length = 3,
            .data = {uac->rate_hz, uac->rate_hz >> 8, uac->rate_hz >> 16},
        };
        duo_usb_host_select(uac->host, one, selected, uac);
        duo_usb_host_request(uac->host, &rate);
        return;
    }
}

static void uac_microframe(void *self) {
    Uac *uac = self;
    uint8_t packet[DUO_USB_PACKET];
    if (!uac->is_open || uac->passed++ % uac->interval) {
        return;
    }
    int size = duo_usb_in(uac->usb, uac->in.number, packet);
    if (size > 0) {
        duo_speaker_play(uac->speaker, uac->rate_hz, uac->channels, packet, size & ~1);
    }
}

static bool uac_is_late(void *self) {
    Uac *uac = self;
    return uac->is_open && duo_usb_is_late(uac->usb, uac->in.number);
}

static void uac_detached(void *self) {
    Uac *uac = self;
    uac->is_open = false;
    duo_speaker_stop(uac->speaker);
}

DuoUsbFunction duo_usb_uac(DuoUsbHost *host, DuoUsb *usb, const char *audiodev) {
    Uac *uac = g_new0(Uac, 1); /* for as long as the machine is there */
    uac->host = host;
    uac->usb = usb;
    uac->speaker = duo_speaker_new("usb", audiodev);
    return (DuoUsbFunction){.configured = uac_configured,
                            .microframe = uac_microframe,
                            .is_late = uac_is_late,
                            .detached = uac_detached,
                            .self = uac};
}
