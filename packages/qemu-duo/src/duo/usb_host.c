/*
 * A computer at the other end of the USB cable: it enumerates the device as the board's driver
 * offers it, and hands its functions to the drivers in usb_acm.c, usb_ncm.c and usb_uac.c.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "usb_host.h"

#include "qapi/error.h"
#include "qemu/main-loop.h"
#include "qemu/timer.h"

/* How long each step of a connection takes, chapter 7 of USB 2.0. */
#define DEBOUNCE_MS 100
#define RESET_MS 50
#define RECOVERY_MS 20
#define TIMEOUT_MS 5000 /* of a control request */
#define AGAIN_MS 1000   /* after one that failed */
#define ATTEMPTS 3
#define MICROFRAMES 8               /* of a millisecond */
#define SOONEST_NS (250 * SCALE_US) /* between two milliseconds of a bus that is late */
#define LATEST_NS (100 * SCALE_MS)  /* that a bus may be behind */
#define REQUESTS 32
#define ANSWER 4096
#define STEPS 64 /* at a time */
#define FUNCTIONS 3
#define CONTROL_PACKET 64
#define ADDRESS 1

#define IN 0x80
#define TO_INTERFACE 1
#define SET_ADDRESS 5
#define GET_DESCRIPTOR 6
#define SET_CONFIGURATION 9
#define SET_INTERFACE 11
#define DEVICE_DESCRIPTOR 0x100
#define DEVICE_SIZE 18
#define CONFIGURATION_DESCRIPTOR 0x200
#define CONFIGURATION_SIZE 9
#define CONFIGURATION_VALUE 5

typedef enum State { ABSENT, DEBOUNCING, RESETTING, RECOVERING, PRESENT } State;
typedef enum Stage { IDLE, SETUP, DATA_IN, DATA_OUT, STATUS_IN, STATUS_OUT } Stage;

struct DuoUsbHost {
    DeviceState parent;
    NICConf nic;
    DuoUsb *usb;
    QEMUBH *bh;
    QEMUTimer *timer;
    State state;
    int failures;
    int64_t next_ns; /* when the next millisecond of the bus is due */
    DuoUsbRequest requests[REQUESTS];
    unsigned first, count;
    Stage stage;
    int64_t deadline_ns;
    uint8_t answer[ANSWER];
    unsigned moved;
    DuoUsbConfig config;
    uint8_t configuration[ANSWER];
    DuoUsbFunction functions[FUNCTIONS];
    bool is_configured;
};

static int64_t now_ns(void) {
    return qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL);
}

static void enter(DuoUsbHost *host, State state, int64_t after_ms) {
    host->state = state;
    timer_mod(host->timer, now_ns() + after_ms * SCALE_MS);
}

static void forget(DuoUsbHost *host) {
    host->first = host->count = 0;
    host->stage = IDLE;
    if (host->is_configured) {
        host->is_configured = false;
        for (int i = 0; i < FUNCTIONS; i++) {
            if (host->functions[i].detached) {
                host->functions[i].detached(host->functions[i].self);
            }
        }
    }
}

/* The device does not answer as it should: reset the bus and begin again, a few times. */
static void fail(DuoUsbHost *host, const char *what) {
    qemu_log_mask(LOG_GUEST_ERROR, "milkv-duo: usb: %s\n", what);
    forget(host);
    if (++host->failures < ATTEMPTS) {
        enter(host, DEBOUNCING, AGAIN_MS);
    } else {
        host->state = ABSENT;
        timer_del(host->timer);
    }
}

void duo_usb_host_wake(DuoUsbHost *host) {
    qemu_bh_schedule(host->bh);
}

void duo_usb_host_request(DuoUsbHost *host, const DuoUsbRequest *request) {
    if (host->count < REQUESTS) {
        host->requests[(host->first + host->count++) % REQUESTS] = *request;
        duo_usb_host_wake(host);
    }
}

void duo_usb_host_select(DuoUsbHost *host, const DuoUsbInterface *interface,
                         void (*done)(void *opaque, const uint8_t *answer, int size),
                         void *opaque) {
    DuoUsbRequest request = {
        .type = TO_INTERFACE,
        .request = SET_INTERFACE,
        .value = interface->alternate,
        .index = interface->number,
        .done = done,
        .opaque = opaque,
    };
    duo_usb_host_request(host, &request);
}

static void configured(void *opaque, const uint8_t *answer, int size) {
    DuoUsbHost *host = opaque;
    if (size < 0) {
        fail(host, "the device refuses its configuration");
        return;
    }
    host->failures = 0;
    host->is_configured = true;
    for (int i = 0; i < FUNCTIONS; i++) {
        host->functions[i].configured(host->functions[i].self, &host->config);
    }
}

static void heard_configuration(void *opaque, const uint8_t *answer, int size) {
    DuoUsbHost *host = opaque;
    if (size < CONFIGURATION_SIZE) {
        fail(host, "the device has no configuration");
        return;
    }
    memcpy(host->configuration, answer, size);
    duo_usb_config_parse(&host->config, host->configuration, size);
    DuoUsbRequest request = {
        .request = SET_CONFIGURATION,
        .value = host->configuration[CONFIGURATION_VALUE],
        .done = configured,
        .opaque = host,
    };
    duo_usb_host_request(host, &request);
}

static void ask_descriptor(DuoUsbHost *host, uint16_t which, uint16_t length,
                           void (*done)(void *, const uint8_t *, int)) {
    DuoUsbRequest request = {
        .type = IN,
        .request = GET_DESCRIPTOR,
        .value = which,
        .length = length,
        .done = done,
        .opaque = host,
    };
    duo_usb_host_request(host, &request);
}

static void heard_length(void *opaque, const uint8_t *answer, int size) {
    if (size < CONFIGURATION_SIZE) {
        fail(opaque, "the device has no configuration descriptor");
        return;
    }
    ask_descriptor(opaque, CONFIGURATION_DESCRIPTOR, MIN(lduw_le_p(answer + 2), ANSWER),
                   heard_configuration);
}

static void heard_device(void *opaque, const uint8_t *answer, int size) {
    if (size < DEVICE_SIZE) {
        fail(opaque, "the device has no descriptor");
        return;
    }
    ask_descriptor(opaque, CONFIGURATION_DESCRIPTOR, CONFIGURATION_SIZE, heard_length);
}

static void enumerate(DuoUsbHost *host) {
    DuoUsbRequest address = {.request = SET_ADDRESS, .value = ADDRESS};
    ask_descriptor(host, DEVICE_DESCRIPTOR, CONTROL_PACKET, NULL);
    duo_usb_host_request(host, &address);
    ask_descriptor(host, DEVICE_DESCRIPTOR, DEVICE_SIZE, heard_device);
}

static bool finish(DuoUsbHost *host, int size) {
    DuoUsbRequest done = host->requests[host->first];
    host->first = (host->first + 1) % REQUESTS;
    host->count--;
    host->stage = IDLE;
    if (done.done) {
        done.done(done.opaque, host->answer, size);
    }
    return true;
}

static bool begin_request(DuoUsbHost *host) {
    if (!host->count) {
        return false;
    }
    host->moved = 0;
    host->stage = SETUP;
    host->deadline_ns = now_ns() + (int64_t)TIMEOUT_MS * SCALE_MS;
    return true;
}

static bool send_setup(DuoUsbHost *host, const DuoUsbRequest *request) {
    uint8_t setup[DUO_USB_SETUP] = {request->type, request->request};
    stw_le_p(setup + 2, request->value);
    stw_le_p(setup + 4, request->index);
    stw_le_p(setup + 6, request->length);
    if (duo_usb_setup(host->usb, setup) < 0) {
        return false;
    }
    host->stage = !request->length ? STATUS_IN : request->type & IN ? DATA_IN : DATA_OUT;
    return true;
}

static bool take_data(DuoUsbHost *host, const DuoUsbRequest *request) {
    uint8_t packet[DUO_USB_PACKET];
    int size = duo_usb_in(host->usb, 0, packet);
    if (size < 0) {
        return size == DUO_USB_STALL && finish(host, size);
    }
    unsigned taken = MIN(size, MIN(request->length, ANSWER) - host->moved);
    memcpy(host->answer + host->moved, packet, taken);
    host->moved += taken;
    if (size < CONTROL_PACKET || host->moved >= MIN(request->length, ANSWER)) {
        host->stage = STATUS_OUT;
    }
    return true;
}

static bool give_data(DuoUsbHost *host, const DuoUsbRequest *request) {
    int size = duo_usb_out(host->usb, 0, request->data, request->length);
    if (size < 0) {
        return size == DUO_USB_STALL && finish(host, size);
    }
    duo_usb_status_begins(host->usb);
    host->stage = STATUS_IN;
    return true;
}

static bool end_request(DuoUsbHost *host, bool is_in) {
    uint8_t packet[DUO_USB_PACKET] = {0};
    int size = is_in ? duo_usb_in(host->usb, 0, packet) : duo_usb_out(host->usb, 0, packet, 0);
    if (size < 0) {
        return size == DUO_USB_STALL && finish(host, size);
    }
    return finish(host, host->moved);
}

/* The next packet of the current request; false if the device is not ready for it. */
static bool step(DuoUsbHost *host) {
    const DuoUsbRequest *request = &host->requests[host->first];
    switch (host->stage) {
    case IDLE:
        return begin_request(host);
    case SETUP:
        return send_setup(host, request);
    case DATA_IN:
        return take_data(host, request);
    case DATA_OUT:
        return give_data(host, request);
    case STATUS_IN:
        return end_request(host, true);
    case STATUS_OUT:
        return end_request(host, false);
    }
    return false;
}

static void work(void *opaque) {
    DuoUsbHost *host = opaque;
    for (int i = 0; i < STEPS && host->state == PRESENT && step(host); i++) {
    }
    for (int i = 0; i < FUNCTIONS && host->is_configured; i++) {
        DuoUsbFunction *function = &host->functions[i];
        if (function->work && function->work(function->self)) {
            duo_usb_host_wake(host);
        }
    }
}

static bool is_late(DuoUsbHost *host) {
    for (int i = 0; i < FUNCTIONS && host->is_configured; i++) {
        DuoUsbFunction *function = &host->functions[i];
        if (function->is_late && function->is_late(function->self)) {
            return true;
        }
    }
    return false;
}

static void run_millisecond(DuoUsbHost *host) {
    for (int number = 0; number < MICROFRAMES; number++) {
        duo_usb_microframe(host->usb);
        for (int i = 0; i < FUNCTIONS && host->is_configured; i++) {
            DuoUsbFunction *function = &host->functions[i];
            if (function->microframe) {
                function->microframe(function->self);
            }
        }
    }
    host->next_ns += SCALE_MS;
}

static void tick(DuoUsbHost *host) {
    int64_t now = now_ns();
    if (host->stage != IDLE && now > host->deadline_ns) {
        fail(host, "the device does not answer a request");
        return;
    }
    host->next_ns = MAX(host->next_ns, now - LATEST_NS);
    if (!is_late(host)) {
        run_millisecond(host);
    }
    duo_usb_host_wake(host);
    timer_mod(host->timer, MAX(host->next_ns, now + SOONEST_NS));
}

static void timer(void *opaque) {
    DuoUsbHost *host = opaque;
    switch (host->state) {
    case ABSENT:
        break;
    case DEBOUNCING:
        duo_usb_reset_begins(host->usb);
        enter(host, RESETTING, RESET_MS);
        break;
    case RESETTING:
        duo_usb_reset_ends(host->usb);
        enter(host, RECOVERING, RECOVERY_MS);
        break;
    case RECOVERING:
        enter(host, PRESENT, 1);
        host->next_ns = now_ns() + SCALE_MS;
        enumerate(host);
        break;
    case PRESENT:
        tick(host);
        break;
    }
}

static void attached(void *opaque, bool is_attached) {
    DuoUsbHost *host = opaque;
    forget(host);
    host->failures = 0;
    if (is_attached) {
        enter(host, DEBOUNCING, DEBOUNCE_MS);
    } else {
        host->state = ABSENT;
        timer_del(host->timer);
    }
}

static void ready(void *opaque) {
    duo_usb_host_wake(opaque);
}

void duo_usb_host_create(DuoUsb *usb, Chardev *chardev, const char *audiodev) {
    DeviceState *device = qdev_new(TYPE_DUO_USB_HOST);
    DuoUsbHost *host = DUO_USB_HOST(device);
    qemu_configure_nic_device(device, true, NULL);
    qdev_realize_and_unref(device, NULL, &error_fatal);
    host->usb = usb;
    host->bh = qemu_bh_new_guarded(work, host, &device->mem_reentrancy_guard);
    host->timer = timer_new_ns(QEMU_CLOCK_VIRTUAL, timer, host);
    host->functions[0] = duo_usb_acm(host, usb, chardev);
    host->functions[1] = duo_usb_ncm(host, usb, &host->nic);
    host->functions[2] = duo_usb_uac(host, usb, audiodev);
    DuoUsbListener listener = {.attached = attached, .ready = ready, .opaque = host};
    duo_usb_listen(usb, &listener);
}

static const Property host_properties[] = {
    DEFINE_NIC_PROPERTIES(DuoUsbHost, nic),
};

static void host_class_init(ObjectClass *oc, void *data) {
    DeviceClass *class = DEVICE_CLASS(oc);
    class->user_creatable = false;
    device_class_set_props(class, host_properties);
}

static const TypeInfo host_info = {
    .name = TYPE_DUO_USB_HOST,
    .parent = TYPE_DEVICE,
    .instance_size = sizeof(DuoUsbHost),
    .class_init = host_class_init,
};

static void host_types(void) {
    type_register_static(&host_info);
}
type_init(host_types)
