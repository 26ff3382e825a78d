/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DUO_USB_HOST_H
#define DUO_USB_HOST_H

#include "qemu/osdep.h"

#include "chardev/char-fe.h"
#include "net/net.h"
#include "usb.h"
#include "usb_config.h"

/* A computer at the other end of the USB cable: what its functions need of it. */
#define TYPE_DUO_USB_HOST "duo-usb-host"
OBJECT_DECLARE_SIMPLE_TYPE(DuoUsbHost, DUO_USB_HOST)

/* A control request to the device. */
typedef struct DuoUsbRequest {
    uint8_t type, request;
    uint16_t value, index, length;
    uint8_t data[8]; /* what is sent, if it is not asked for */
    /* NULL, or told of the answer: its size, or DUO_USB_STALL. */
    void (*done)(void *opaque, const uint8_t *answer, int size);
    void *opaque;
} DuoUsbRequest;

/* Requests are made one after the other, in order; more than a few dozen are dropped. */
void duo_usb_host_request(DuoUsbHost *host, const DuoUsbRequest *request);
/* The request that makes an alternate setting the current one. */
void duo_usb_host_select(DuoUsbHost *host, const DuoUsbInterface *interface,
                         void (*done)(void *opaque, const uint8_t *answer, int size), void *opaque);
/* Have the function's `work` called soon. */
void duo_usb_host_wake(DuoUsbHost *host);

/* A driver of the computer for one kind of function. Any but `configured` may be NULL. */
typedef struct DuoUsbFunction {
    /* The device is configured: find what is for this driver. */
    void (*configured)(void *self, const DuoUsbConfig *config);
    /* Move what can be moved; true if there is more to do at once. */
    bool (*work)(void *self);
    void (*microframe)(void *self);
    /* True while microframes wait for the board, which is emulated and may be slow. */
    bool (*is_late)(void *self);
    /* The device is gone. */
    void (*detached)(void *self);
    void *self;
} DuoUsbFunction;

/* Each driver, made once; `DuoUsb` is what the packets go to. */
DuoUsbFunction duo_usb_acm(DuoUsbHost *host, DuoUsb *usb, Chardev *chardev);
DuoUsbFunction duo_usb_ncm(DuoUsbHost *host, DuoUsb *usb, NICConf *conf);
DuoUsbFunction duo_usb_uac(DuoUsbHost *host, DuoUsb *usb, const char *audiodev);

/* Create the computer. `chardev` and `audiodev` may be NULL; the network is that of QEMU's -nic. */
void duo_usb_host_create(DuoUsb *usb, Chardev *chardev, const char *audiodev);

#endif
