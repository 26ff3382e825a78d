/*
 * The computer's driver of a network card (CDC NCM 1.0): it leads to QEMU's network. One frame goes
 * into each transfer block to the board; the board may put many into one.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "usb_host.h"

#include "qemu/bswap.h"

#define SUBCLASS_NCM 13
#define PACKETS 64 /* at a time */

/* A transfer block of 16-bit lengths: a head, then tables of datagrams. */
#define BLOCK 16384     /* the largest that the board's driver sends */
#define HEAD 0x484d434e /* NCMH */
#define HEAD_SIZE 12
#define HEAD_SEQUENCE 6
#define HEAD_BLOCK_SIZE 8
#define HEAD_TABLE 10
#define TABLE 0x304d434e /* NCM0: without checksums */
#define TABLE_SIZE_AT 4
#define TABLE_NEXT 6
#define TABLE_ENTRIES 8
#define ENTRY_SIZE 4
#define TABLES 32         /* followed in a block */
#define OWN_TABLE_SIZE 16 /* one datagram, and the end */
#define FRAME_AT (HEAD_SIZE + OWN_TABLE_SIZE)
#define FRAME 1514 /* of Ethernet, without checksum */

typedef struct Ncm {
    DuoUsbHost *host;
    DuoUsb *usb;
    NICState *nic;
    bool is_open;
    DuoUsbEndpoint in, out;
    uint8_t heard[BLOCK];
    unsigned heard_size;
    bool is_damaged; /* what is being heard */
    uint8_t block[FRAME_AT + FRAME];
    unsigned size, sent;
    bool is_sending;
    uint16_t sequence;
} Ncm;

static void pass_on(Ncm *ncm, unsigned at, unsigned size) {
    if (at <= ncm->heard_size && size <= ncm->heard_size - at && size <= FRAME) {
        qemu_send_packet(qemu_get_queue(ncm->nic), ncm->heard + at, size);
    }
}

/* The datagrams of one table; returns where the next table is, or 0. */
static unsigned read_table(Ncm *ncm, unsigned table) {
    if (table < HEAD_SIZE || table + TABLE_ENTRIES > ncm->heard_size ||
        ldl_le_p(ncm->heard + table) != TABLE) {
        return 0;
    }
    unsigned end = MIN(table + lduw_le_p(ncm->heard + table + TABLE_SIZE_AT), ncm->heard_size);
    for (unsigned at = table + TABLE_ENTRIES; at + ENTRY_SIZE <= end; at += ENTRY_SIZE) {
        unsigned frame = lduw_le_p(ncm->heard + at), size = lduw_le_p(ncm->heard + at + 2);
        if (!frame || !size) {
            break;
        }
        pass_on(ncm, frame, size);
    }
    return lduw_le_p(ncm->heard + table + TABLE_NEXT);
}

static void read_block(Ncm *ncm) {
    if (ncm->heard_size >= HEAD_SIZE && ldl_le_p(ncm->heard) == HEAD) {
        unsigned table = lduw_le_p(ncm->heard + HEAD_TABLE);
        for (int i = 0; i < TABLES && table; i++) {
            table = read_table(ncm, table);
        }
    }
}

/* A short packet ends a block, and so does the size that is the largest. */
static void hear(Ncm *ncm, const uint8_t *packet, unsigned size) {
    if (size > BLOCK - ncm->heard_size) {
        ncm->is_damaged = true;
        size = BLOCK - ncm->heard_size;
    }
    memcpy(ncm->heard + ncm->heard_size, packet, size);
    ncm->heard_size += size;
    if (size < ncm->in.packet || ncm->heard_size == BLOCK) {
        if (!ncm->is_damaged) {
            read_block(ncm);
        }
        ncm->is_damaged = false;
        ncm->heard_size = 0;
    }
}

/* True when the next frame may come. */
static bool send_block(Ncm *ncm) {
    while (ncm->is_sending) {
        unsigned size = MIN(ncm->size - ncm->sent, ncm->out.packet);
        if (duo_usb_out(ncm->usb, ncm->out.number, ncm->block + ncm->sent, size) < 0) {
            return false;
        }
        ncm->sent += size;
        ncm->is_sending = size == ncm->out.packet; /* else it was a short one, the last */
    }
    return true;
}

static bool ncm_work(void *self) {
    Ncm *ncm = self;
    if (!ncm->is_open) {
        return false;
    }
    if (ncm->is_sending && send_block(ncm)) {
        qemu_flush_queued_packets(qemu_get_queue(ncm->nic));
    }
    for (int i = 0; i < PACKETS; i++) {
        uint8_t packet[DUO_USB_PACKET];
        int size = duo_usb_in(ncm->usb, ncm->in.number, packet);
        if (size < 0) {
            return false;
        }
        hear(ncm, packet, size);
    }
    return true;
}

static void selected(void *opaque, const uint8_t *answer, int size) {
    Ncm *ncm = opaque;
    if (size >= 0) {
        ncm->is_open = true;
        qemu_flush_queued_packets(qemu_get_queue(ncm->nic));
    }
}

static void ncm_configured(void *self, const DuoUsbConfig *config) {
    Ncm *ncm = self;
    const DuoUsbInterface *communication, *data;
    data = duo_usb_config_data(config, SUBCLASS_NCM, &communication);
    if (data && ncm->nic) {
        ncm->in = *duo_usb_config_endpoint(data, DUO_USB_BULK, true);
        ncm->out = *duo_usb_config_endpoint(data, DUO_USB_BULK, false);
        duo_usb_host_select(ncm->host, data, selected, ncm);
    }
}

static void ncm_detached(void *self) {
    Ncm *ncm = self;
    ncm->is_open = ncm->is_sending = ncm->is_damaged = false;
    ncm->heard_size = 0;
}

static bool can_receive(NetClientState *client) {
    Ncm *ncm = qemu_get_nic_opaque(client);
    return ncm->is_open && !ncm->is_sending;
}

static ssize_t receive(NetClientState *client, const uint8_t *frame, size_t size) {
    Ncm *ncm = qemu_get_nic_opaque(client);
    if (!can_receive(client)) {
        return 0;
    }
    if (size > FRAME) {
        return size; /* longer than the card takes: lost */
    }
    memset(ncm->block, 0, FRAME_AT);
    stl_le_p(ncm->block, HEAD);
    stw_le_p(ncm->block + 4, HEAD_SIZE);
    stw_le_p(ncm->block + HEAD_SEQUENCE, ncm->sequence++);
    stw_le_p(ncm->block + HEAD_BLOCK_SIZE, FRAME_AT + size);
    stw_le_p(ncm->block + HEAD_TABLE, HEAD_SIZE);
    stl_le_p(ncm->block + HEAD_SIZE, TABLE);
    stw_le_p(ncm->block + HEAD_SIZE + TABLE_SIZE_AT, OWN_TABLE_SIZE);
    stw_le_p(ncm->block + HEAD_SIZE + TABLE_ENTRIES, FRAME_AT);
    stw_le_p(ncm->block + HEAD_SIZE + TABLE_ENTRIES + 2, size);
    memcpy(ncm->block + FRAME_AT, frame, size);
    ncm->size = FRAME_AT + size;
    ncm->sent = 0;
    ncm->is_sending = true;
    duo_usb_host_wake(ncm->host);
    return size;
}

static NetClientInfo nic_info = {
    .type = NET_CLIENT_DRIVER_NIC,
    .size = sizeof(NICState),
    .can_receive = can_receive,
    .receive = receive,
};

DuoUsbFunction duo_usb_ncm(DuoUsbHost *host, DuoUsb *usb, NICConf *conf) {
    Ncm *ncm = g_new0(Ncm, 1); /* for as long as the machine is there */
    DeviceState *device = DEVICE(host);
    ncm->host = host;
    ncm->usb = usb;
    if (conf->peers.ncs[0]) {
        qemu_macaddr_default_if_unset(&conf->macaddr);
        ncm->nic = qemu_new_nic(&nic_info, conf, TYPE_DUO_USB_HOST, device->id,
                                &device->mem_reentrancy_guard, ncm);
    }
    return (DuoUsbFunction){
        .configured = ncm_configured, .work = ncm_work, .detached = ncm_detached, .self = ncm};
}
