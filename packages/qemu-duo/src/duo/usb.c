/*
 * USB controller (DesignWare OTG) as a device, its memory handed over by lists of descriptors.
 * Other ways to hand it over are not modelled, nor is the controller as a host: then it answers
 * that all is well, and that nothing is connected.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "usb.h"

#include "exec/address-spaces.h"

#define GOTGCTL 0x000
#define IS_DEVICE (1 << 16)
#define HAS_POWER (1 << 19)
#define GAHBCFG 0x008
#define INTERRUPTS_ON 1
#define GUSBCFG 0x00c
#define FORCE_HOST 29
#define GRSTCTL 0x010
#define CORE_RESET 1
#define GRSTCTL_IDLE 0xa0000000 /* AHB idle, core reset done */
#define GRSTCTL_KEPT 0x000000c0 /* flushes end at once, the FIFO number stays */
#define GINTSTS 0x014
#define START_OF_FRAME (1 << 3)
#define IN_NAK_EFFECTIVE 6 /* and for OUT the next one */
#define BUS_RESET (1 << 12)
#define SPEED_KNOWN (1 << 13)
#define IN_ENDPOINTS 18 /* and for OUT the next one */
#define GINTMSK 0x018
#define GRXFSIZ 0x024
#define GNPTXFSIZ 0x028
#define GSNPSID 0x040
#define GHWCFG1 0x044
#define GHWCFG2 0x048
#define GHWCFG3 0x04c
#define GHWCFG4 0x050
#define HPTXFSIZ 0x100
#define DPTXFSIZ_1 0x104
#define DEDICATED_FIFOS 6
#define DCFG 0x800
#define SPEED_MASK 3
#define ADDRESS_MASK (0x7f << 4)
#define DESCRIPTORS (1 << 23)
#define DCTL 0x804
#define DISCONNECTED (1 << 1)
#define NAK_STATUS 2 /* of IN, then of OUT */
#define NAK_SET 7    /* set and clear of IN, then of OUT */
#define NAK_BITS (0xf << NAK_SET)
#define DSTS 0x808
#define DSTS_SPEED 1
#define DSTS_FRAME 8
#define DIEPMSK 0x810
#define DOEPMSK 0x814
#define DAINT 0x818
#define DAINTMSK 0x81c

/* Of an endpoint: IN from 0x900, OUT from 0xb00. */
#define ENDPOINTS 16
#define IN_BASE 0x900
#define OUT_BASE 0xb00
#define ENDPOINT_SIZE 0x20
#define CONTROL 0x00
#define INTERRUPT 0x08
#define FIFO_FREE 0x18 /* of an IN endpoint: words */
#define MEMORY 0x14
/* Of CONTROL. */
#define MAX_PACKET 0x7ff
#define IS_ACTIVE (1u << 15)
#define HAS_NAK (1u << 17)
#define TYPE_SHIFT 18
#define ISOCHRONOUS 1
#define IS_STALLED (1u << 21)
#define FIFO_SHIFT 22
#define CLEAR_NAK (1u << 26)
#define SET_NAK (1u << 27)
#define ORDERS (0x3cu << 26) /* those two, and the two of the data toggle */
#define DISABLE (1u << 30)
#define ENABLE (1u << 31)
/* Of INTERRUPT. */
#define DONE (1 << 0)
#define DISABLED (1 << 1)
#define BUS_ERROR (1 << 2)
#define SETUP_DONE (1 << 3)
#define STATUS_RECEIVED (1 << 5) /* OUT */
#define NAK_EFFECTIVE (1 << 6)   /* IN */
#define NOT_AVAILABLE (1 << 9)   /* the descriptor is not the controller's */
#define NAK_SENT (1 << 13)
#define SETUP_RECEIVED (1 << 15)

/* Of a descriptor's status. */
#define OWNER_SHIFT 30
#define OWNER_CONTROLLER 0
#define OWNER_DONE 2
#define IS_LAST (1u << 27)
#define IS_SHORT (1u << 26)
#define INTERRUPT_ON_DONE (1u << 25)
#define IS_SETUP (1u << 24)
#define FRAME_SHIFT 12 /* of an isochronous IN packet */
#define FRAME_LENGTH 11
#define SIZE_LENGTH 16
#define ISOCHRONOUS_SIZE_LENGTH 12

typedef struct Descriptor {
    uint32_t status, buffer;
} Descriptor;

typedef struct Endpoint {
    uint32_t descriptor; /* its address */
    uint32_t moved;      /* bytes of its buffer */
} Endpoint;

struct DuoUsb {
    DuoBlock parent;
    Endpoint in[ENDPOINTS], out[ENDPOINTS];
    uint32_t frame;
    bool is_attached;
    DuoUsbListener listener;
};

/* An endpoint of one direction, and where its registers are. */
typedef struct Place {
    DuoBlock *block;
    Endpoint *endpoint;
    hwaddr base;
    unsigned number;
    bool is_in;
} Place;

static Place place_of(DuoUsb *usb, unsigned number, bool is_in) {
    number %= ENDPOINTS;
    return (Place){
        .block = &usb->parent,
        .endpoint = is_in ? &usb->in[number] : &usb->out[number],
        .base = (is_in ? IN_BASE : OUT_BASE) + number * ENDPOINT_SIZE,
        .number = number,
        .is_in = is_in,
    };
}

static uint32_t control_of(const Place *place) {
    return duo_word(place->block, place->base + CONTROL);
}

static void set_control(const Place *place, uint32_t clear, uint32_t set) {
    duo_set_word(place->block, place->base + CONTROL, (control_of(place) & ~clear) | set);
}

static bool is_isochronous(const Place *place) {
    return place->number && extract32(control_of(place), TYPE_SHIFT, 2) == ISOCHRONOUS;
}

static uint32_t max_packet(const Place *place) {
    uint32_t control = control_of(place);
    uint32_t size = place->number ? control & MAX_PACKET : 64u >> (control & 3);
    return MIN(size, DUO_USB_PACKET);
}

/* Which endpoints want to interrupt: IN in the lower half, OUT in the upper one. */
static uint32_t wanting(DuoBlock *block) {
    uint32_t all = 0;
    for (int i = 0; i < ENDPOINTS; i++) {
        hwaddr at = i * ENDPOINT_SIZE + INTERRUPT;
        if (duo_word(block, IN_BASE + at) & duo_word(block, DIEPMSK)) {
            all |= 1u << i;
        }
        if (duo_word(block, OUT_BASE + at) & duo_word(block, DOEPMSK)) {
            all |= 0x10000u << i;
        }
    }
    return all;
}

static bool is_host(DuoBlock *block) {
    return extract32(duo_word(block, GUSBCFG), FORCE_HOST, 1);
}

static uint32_t interrupts(DuoBlock *block) {
    uint32_t pending = duo_word(block, GINTSTS), global = duo_word(block, DCTL);
    uint32_t endpoints = wanting(block) & duo_word(block, DAINTMSK);
    pending = deposit32(pending, 0, 1, is_host(block));
    pending = deposit32(pending, IN_NAK_EFFECTIVE, 2, extract32(global, NAK_STATUS, 2));
    pending = deposit32(pending, IN_ENDPOINTS, 1, (endpoints & 0xffff) != 0);
    return deposit32(pending, IN_ENDPOINTS + 1, 1, endpoints >> 16 != 0);
}

static void update_irq(DuoBlock *block) {
    bool is_on = duo_word(block, GAHBCFG) & INTERRUPTS_ON;
    qemu_set_irq(block->irq, is_on && interrupts(block) & duo_word(block, GINTMSK));
}

static void raise_core(DuoBlock *block, uint32_t bits) {
    duo_set_word(block, GINTSTS, duo_word(block, GINTSTS) | bits);
    update_irq(block);
}

static void raise_endpoint(const Place *place, uint32_t bits) {
    hwaddr at = place->base + INTERRUPT;
    duo_set_word(place->block, at, duo_word(place->block, at) | bits);
    update_irq(place->block);
}

/* Only memory can be reached: no register of the chip answers to the controller. */
static bool move(const Place *place, uint32_t address, void *data, size_t size, bool is_write) {
    MemTxAttrs attributes = {.memory = 1};
    if (address_space_rw(&address_space_memory, address, attributes, data, size, is_write) ==
        MEMTX_OK) {
        return true;
    }
    set_control(place, ENABLE, 0);
    raise_endpoint(place, BUS_ERROR);
    return false;
}

/* The descriptor whose turn it is. False: the endpoint has none. */
static bool read_descriptor(const Place *place, Descriptor *descriptor) {
    if (!move(place, place->endpoint->descriptor, descriptor, sizeof(*descriptor), false)) {
        return false;
    }
    descriptor->status = le32_to_cpu(descriptor->status);
    descriptor->buffer = le32_to_cpu(descriptor->buffer);
    if (descriptor->status >> OWNER_SHIFT != OWNER_CONTROLLER) {
        set_control(place, ENABLE, 0);
        raise_endpoint(place, NOT_AVAILABLE);
        return false;
    }
    return true;
}

/* Hand a descriptor back with its new status, and go on to the next one. `more` interrupts. */
static void close_descriptor(const Place *place, uint32_t status, uint32_t more) {
    Endpoint *endpoint = place->endpoint;
    status = deposit32(status, OWNER_SHIFT, 2, OWNER_DONE);
    uint32_t stored = cpu_to_le32(status);
    if (!move(place, endpoint->descriptor, &stored, sizeof(stored), true)) {
        return;
    }
    endpoint->moved = 0;
    endpoint->descriptor += sizeof(Descriptor);
    if (is_isochronous(place)) {
        if (status & IS_LAST) { /* and round */
            endpoint->descriptor = duo_word(place->block, place->base + MEMORY);
        }
    } else if (status & (IS_LAST | (place->is_in ? 0 : IS_SHORT))) {
        set_control(place, ENABLE, 0);
        more |= place->is_in ? 0 : DONE;
    }
    raise_endpoint(place, more | (status & INTERRUPT_ON_DONE ? DONE : 0));
}

/* What a packet for this endpoint meets: 0, or what it is answered. */
static int refusal(const Place *place) {
    uint32_t control = control_of(place);
    bool is_there = !place->number || control & IS_ACTIVE;
    if (control & IS_STALLED && is_there) {
        return DUO_USB_STALL;
    }
    return is_there && control & ENABLE && !(control & HAS_NAK) ? 0 : DUO_USB_NAK;
}

int duo_usb_in(DuoUsb *usb, unsigned number, uint8_t *packet) {
    Place place = place_of(usb, number, true);
    Endpoint *endpoint = place.endpoint;
    Descriptor descriptor;
    int refused = refusal(&place);
    if (refused) {
        if (is_isochronous(&place) && control_of(&place) & IS_ACTIVE) {
            raise_endpoint(&place, NAK_SENT);
        }
        return refused;
    }
    if (!read_descriptor(&place, &descriptor)) {
        return DUO_USB_NAK;
    }
    bool is_timed = is_isochronous(&place);
    uint32_t status = descriptor.status;
    if (is_timed) {
        uint32_t ahead = extract32(status, FRAME_SHIFT, FRAME_LENGTH) - usb->frame;
        ahead = extract32(ahead, 0, FRAME_LENGTH);
        if (ahead && ahead < 1u << (FRAME_LENGTH - 1)) {
            return DUO_USB_NAK; /* for a later frame */
        }
    }
    int length = is_timed ? ISOCHRONOUS_SIZE_LENGTH : SIZE_LENGTH;
    uint32_t all = extract32(status, 0, length), most = max_packet(&place);
    uint32_t size = MIN(all - MIN(endpoint->moved, all), most);
    if (!move(&place, descriptor.buffer + endpoint->moved, packet, size, false)) {
        return DUO_USB_NAK;
    }
    endpoint->moved += size;
    if (is_timed || (endpoint->moved >= all && (size < most || !(status & IS_SHORT)))) {
        close_descriptor(&place, deposit32(status, 0, length, 0), 0);
    }
    return size;
}

int duo_usb_out(DuoUsb *usb, unsigned number, const uint8_t *packet, size_t size) {
    Place place = place_of(usb, number, false);
    Endpoint *endpoint = place.endpoint;
    Descriptor descriptor;
    int refused = refusal(&place);
    if (refused) {
        return refused;
    }
    if (!read_descriptor(&place, &descriptor)) {
        return DUO_USB_NAK;
    }
    uint32_t all = extract32(descriptor.status, 0, SIZE_LENGTH);
    uint32_t taken = MIN(size, all - MIN(endpoint->moved, all));
    if (!move(&place, descriptor.buffer + endpoint->moved, (void *)packet, taken, true)) {
        return DUO_USB_NAK;
    }
    endpoint->moved += taken;
    bool is_short = size < max_packet(&place);
    if (is_short || endpoint->moved >= all) {
        uint32_t left = all - MIN(endpoint->moved, all);
        uint32_t status = deposit32(descriptor.status, 0, SIZE_LENGTH, left);
        close_descriptor(&place, status | (is_short ? IS_SHORT : 0), 0);
    }
    return taken;
}

int duo_usb_setup(DuoUsb *usb, const uint8_t setup[DUO_USB_SETUP]) {
    Place out = place_of(usb, 0, false), in = place_of(usb, 0, true);
    Descriptor descriptor;
    uint8_t copy[DUO_USB_SETUP];
    memcpy(copy, setup, sizeof(copy));
    if (!(control_of(&out) & ENABLE) || !read_descriptor(&out, &descriptor)) {
        return DUO_USB_NAK;
    }
    uint32_t all = extract32(descriptor.status, 0, SIZE_LENGTH);
    if (all < sizeof(copy) || !move(&out, descriptor.buffer, copy, sizeof(copy), true)) {
        return DUO_USB_NAK;
    }
    set_control(&in, IS_STALLED | ENABLE, HAS_NAK);
    set_control(&out, IS_STALLED | ENABLE, HAS_NAK);
    uint32_t status = deposit32(descriptor.status, 0, SIZE_LENGTH, all - sizeof(copy));
    close_descriptor(&out, status | IS_SETUP, SETUP_DONE | SETUP_RECEIVED);
    return sizeof(copy);
}

void duo_usb_status_begins(DuoUsb *usb) {
    Place out = place_of(usb, 0, false);
    raise_endpoint(&out, STATUS_RECEIVED);
}

bool duo_usb_is_late(DuoUsb *usb, unsigned number) {
    Place place = place_of(usb, number, true);
    return duo_word(place.block, place.base + INTERRUPT) & duo_word(place.block, DIEPMSK);
}

void duo_usb_microframe(DuoUsb *usb) {
    usb->frame = extract32(usb->frame + 1, 0, 14);
    raise_core(&usb->parent, START_OF_FRAME);
}

void duo_usb_reset_begins(DuoUsb *usb) {
    DuoBlock *block = &usb->parent;
    duo_set_word(block, DCFG, duo_word(block, DCFG) & ~ADDRESS_MASK);
    for (int i = 0; i < ENDPOINTS; i++) {
        for (int is_in = 0; is_in < 2; is_in++) {
            Place place = place_of(usb, i, is_in);
            set_control(&place, i ? ENABLE | IS_ACTIVE | IS_STALLED : IS_STALLED, 0);
        }
    }
    raise_core(block, BUS_RESET);
}

void duo_usb_reset_ends(DuoUsb *usb) {
    raise_core(&usb->parent, SPEED_KNOWN);
}

void duo_usb_listen(DuoUsb *usb, const DuoUsbListener *listener) {
    usb->listener = *listener;
}

static void attach(DuoUsb *usb) {
    DuoBlock *block = &usb->parent;
    bool is_attached = !is_host(block) && duo_word(block, DCFG) & DESCRIPTORS &&
                       !(duo_word(block, DCTL) & DISCONNECTED);
    if (is_attached != usb->is_attached) {
        usb->is_attached = is_attached;
        if (usb->listener.attached) {
            usb->listener.attached(usb->listener.opaque, is_attached);
        }
    }
}

static uint32_t fifo_words(DuoBlock *block, hwaddr base) {
    uint32_t fifo = extract32(duo_word(block, base + CONTROL), FIFO_SHIFT, 4);
    bool is_own = fifo && fifo <= DEDICATED_FIFOS;
    return duo_word(block, is_own ? DPTXFSIZ_1 + 4 * (fifo - 1) : GNPTXFSIZ) >> 16;
}

static uint32_t usb_read(DuoBlock *block, hwaddr offset) {
    uint32_t value = duo_word(block, offset);
    switch (offset) {
    case GOTGCTL:
        return value | HAS_POWER | (is_host(block) ? 0 : IS_DEVICE);
    case GRSTCTL:
        return (value & GRSTCTL_KEPT) | GRSTCTL_IDLE;
    case GINTSTS:
        return interrupts(block);
    case GSNPSID:
        return 0x4f54420a;
    case GHWCFG1:
        return 0; /* all endpoints go both ways */
    case GHWCFG2:
        return 0x2249dc50; /* 7 endpoints beside 0, 8 channels, internal DMA */
    case GHWCFG3:
        return 0x0c0004e8; /* 3072 words of FIFO */
    case GHWCFG4:
        return 0x5a00a030; /* a FIFO of its own for each of 6 IN endpoints */
    case DSTS: {
        uint32_t speed = duo_word(block, DCFG) & SPEED_MASK;
        return speed << DSTS_SPEED | DUO_USB(block)->frame << DSTS_FRAME;
    }
    case DAINT:
        return wanting(block);
    default:
        if (offset >= IN_BASE && offset < OUT_BASE && offset % ENDPOINT_SIZE == FIFO_FREE) {
            return fifo_words(block, offset - FIFO_FREE);
        }
        return value;
    }
}

static void reset_core(DuoBlock *block) {
    DuoUsb *usb = DUO_USB(block);
    memset(usb->in, 0, sizeof(usb->in));
    memset(usb->out, 0, sizeof(usb->out));
    for (hwaddr at = DCFG; at < OUT_BASE + ENDPOINTS * ENDPOINT_SIZE; at += 4) {
        duo_set_word(block, at, 0);
    }
    duo_set_word(block, DCTL, DISCONNECTED);
    duo_set_word(block, GINTSTS, 0);
    duo_set_word(block, GINTMSK, 0);
}

static void dctl_written(DuoBlock *block, uint32_t was) {
    uint32_t value = duo_word(block, DCTL), status = extract32(was, NAK_STATUS, 2);
    for (int out = 0; out < 2; out++) {
        uint32_t orders = extract32(value, NAK_SET + 2 * out, 2);
        if (orders) {
            status = deposit32(status, out, 1, orders == 1);
        }
    }
    value = deposit32(value & ~NAK_BITS, NAK_STATUS, 2, status);
    duo_set_word(block, DCTL, value);
}

static void rewind_list(const Place *place) {
    place->endpoint->descriptor = duo_word(place->block, place->base + MEMORY);
    place->endpoint->moved = 0;
}

static void control_written(const Place *place, uint32_t was) {
    uint32_t value = control_of(place), kept = was & (HAS_NAK | ENABLE);
    uint32_t seen = 0;
    if (value & CLEAR_NAK) {
        kept &= ~HAS_NAK;
    }
    if (value & SET_NAK) {
        kept |= HAS_NAK;
        seen |= place->is_in ? NAK_EFFECTIVE : 0;
    }
    if (value & ENABLE && !(was & ENABLE)) {
        kept |= ENABLE;
        rewind_list(place);
    }
    if (value & DISABLE && kept & ENABLE) {
        kept &= ~ENABLE;
        seen |= DISABLED;
    }
    value &= ~(ORDERS | DISABLE | ENABLE | HAS_NAK);
    duo_set_word(place->block, place->base + CONTROL, value | kept);
    if (seen) {
        raise_endpoint(place, seen);
    }
}

static void endpoint_written(DuoUsb *usb, hwaddr offset, uint32_t was) {
    bool is_in = offset < OUT_BASE;
    Place place = place_of(usb, (offset - (is_in ? IN_BASE : OUT_BASE)) / ENDPOINT_SIZE, is_in);
    switch (offset % ENDPOINT_SIZE) {
    case CONTROL:
        control_written(&place, was);
        break;
    case INTERRUPT:
        duo_set_word(place.block, offset, was & ~duo_word(place.block, offset));
        break;
    case MEMORY: /* also of an endpoint that is enabled and has not begun */
        rewind_list(&place);
        break;
    }
}

static void usb_written(DuoBlock *block, hwaddr offset, uint32_t was) {
    DuoUsb *usb = DUO_USB(block);
    switch (offset) {
    case GINTSTS: /* write 1 to clear */
        duo_set_word(block, offset, was & ~duo_word(block, offset));
        break;
    case GRSTCTL:
        if (duo_word(block, offset) & CORE_RESET) {
            reset_core(block);
        }
        break;
    case DCTL:
        dctl_written(block, was);
        break;
    case DSTS: /* read only */
        duo_set_word(block, offset, was);
        break;
    default:
        if (offset >= IN_BASE && offset < OUT_BASE + ENDPOINTS * ENDPOINT_SIZE) {
            endpoint_written(usb, offset, was);
        }
    }
    update_irq(block);
    attach(usb);
    if (usb->is_attached && usb->listener.ready) {
        usb->listener.ready(usb->listener.opaque);
    }
}

static void usb_reset(DuoBlock *block) {
    DuoUsb *usb = DUO_USB(block);
    reset_core(block);
    usb->frame = 0;
    duo_set_word(block, GRXFSIZ, 0x400);
    duo_set_word(block, GNPTXFSIZ, 0x2000400);
    duo_set_word(block, HPTXFSIZ, 0x4000600);
    for (int i = 0; i < DEDICATED_FIFOS; i++) {
        duo_set_word(block, DPTXFSIZ_1 + 4 * i, (i ? 0x200 : 0x300) << 16 | 0x600);
    }
    attach(usb);
}

static void usb_class_init(ObjectClass *oc, void *data) {
    duo_block_class(oc, 0x10000, usb_read, usb_written, usb_reset);
}

static const TypeInfo usb_info = {
    .name = TYPE_DUO_USB,
    .parent = TYPE_DUO_BLOCK,
    .instance_size = sizeof(DuoUsb),
    .class_init = usb_class_init,
};

static void usb_types(void) {
    type_register_static(&usb_info);
}
type_init(usb_types)
