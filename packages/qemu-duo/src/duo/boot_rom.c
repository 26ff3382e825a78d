/*
 * The boot ROM: reads fip.bin from the card, checks and starts the first boot loader, and offers it
 * functions. The chip's own code is not public. What it prints is taken from logs of real boards;
 * what it offers from fsbl/plat/cv180x/include/riscv/rom_api_refer.h. Here the work is done by the
 * emulator, behind a few instructions for each function.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "boot_rom.h"

#include "exec/address-spaces.h"
#include "exec/memory.h"
#include "fat.h"
#include "qapi/error.h"
#include "rom_code.h"
#include "system/runstate.h"

#define ROM_SIZE 0x10000
#define UART0 0x04140000
#define PARAM1 0x3c002000
#define PARAM1_SIZE 0x1000
#define BL2 0x3bc00000
#define BL2_LARGEST 0x19000 /* the SRAM's size */
#define LARGEST_FIP (16 << 20)
#define TRIES 8
#define BOOT_SRC_SD 0xcea0

/* Offsets in PARAM1. */
#define MAGIC 0x000
#define CHECKSUM 0x00c
#define CHECKED_FROM 0x010
#define CHECKED_TO 0x800
#define CHIP_CONF_SIZE 0x0bc
#define BLCP_SIZE 0x0c4
#define BL2_CHECKSUM 0x0d4
#define BL2_SIZE 0x0d8
#define CHIP_CONF 0x0e8
#define CHIP_CONF_LARGEST 760
#define CHIP_CONF_END 0xffffffa0

static const uint8_t magic[8] = "CVBL01\n";

typedef struct BootRom {
    MemoryRegion rom, calls;
    BlockBackend *card;
    DuoFault fault;
    uint64_t arguments[3], result;
    uint64_t boot_src;
    uint8_t *fip;
    uint32_t fip_size;
    bool was_reset;
} BootRom;

static void say(const char *format, ...) G_GNUC_PRINTF(1, 2);
static void say(const char *format, ...) {
    va_list values;
    va_start(values, format);
    g_autofree char *text = g_strdup_vprintf(format, values);
    va_end(values);
    for (const char *letter = text; *letter; letter++) {
        if (*letter == '\n') {
            address_space_stb(&address_space_memory, UART0, '\r', MEMTXATTRS_UNSPECIFIED, NULL);
        }
        address_space_stb(&address_space_memory, UART0, *letter, MEMTXATTRS_UNSPECIFIED, NULL);
    }
}

/* CRC-16/XMODEM, marked as such in the upper half. */
static uint32_t image_crc(const uint8_t *data, size_t size) {
    uint16_t crc = 0;
    while (size--) {
        crc ^= *data++ << 8;
        for (int i = 0; i < 8; i++) {
            crc = crc & 0x8000 ? crc << 1 ^ 0x1021 : crc << 1;
        }
    }
    return 0xcafe0000 | crc;
}

/* Bring fip.bin into the emulator's hands; says why not. */
static bool open_fip(BootRom *rom) {
    g_clear_pointer(&rom->fip, g_free);
    if (!rom->card || rom->fault == FAULT_CARD) {
        say(" E:SD card identified timeout: 1502 ms\n E:SD initailizing failed\n");
        return false;
    }
    if (rom->fault == FAULT_READ) {
        say(" E:bm_sd_send_cmd_with_data DATA_Transfer 17 timeout!\n E:Mount SD failed (13)\n");
        return false;
    }
    FatResult result =
        fat_read_file(rom->card, "FIP     BIN", LARGEST_FIP, &rom->fip, &rom->fip_size);
    if (result == FAT_NO_FILE) {
        say(" E:Open fip.bin failed (%d)\n", result);
    } else if (result != FAT_OK) {
        say(" E:Mount SD failed (%d)\n", result);
    } else if (rom->fault == FAULT_FIP) {
        rom->fip[MAGIC] ^= 0xff;
    }
    return result == FAT_OK;
}

static int load_image(BootRom *rom, uint64_t to, uint32_t offset, uint64_t size) {
    say("SD/0x%x/0x%" PRIx64 "/0x%" PRIx64 "/0.", offset, size, size);
    if (!rom->fip || offset > rom->fip_size || size > rom->fip_size - offset) {
        say(" E:load beyond fip.bin\n");
        return -1;
    }
    address_space_write(&address_space_memory, to, MEMTXATTRS_UNSPECIFIED, rom->fip + offset, size);
    return 0;
}

static bool load_param1(BootRom *rom) {
    for (int i = 0; i < TRIES; i++) {
        say("PS.");
        if (load_image(rom, PARAM1, 0, PARAM1_SIZE) < 0) {
            continue;
        }
        if (memcmp(rom->fip + MAGIC, magic, sizeof(magic))) {
            say(" E:PARAM1 magic (0x%" PRIx64 ")\n", ldq_le_p(rom->fip + MAGIC));
        } else if (image_crc(rom->fip + CHECKED_FROM, CHECKED_TO - CHECKED_FROM) !=
                   (uint32_t)ldl_le_p(rom->fip + CHECKSUM)) {
            say(" E:PARAM1 checksum\n");
        } else {
            say("PE.");
            return true;
        }
    }
    return false;
}

/* Registers that fip.bin wants to be set before BL2 runs. */
static void apply_chip_conf(const uint8_t *param1) {
    uint32_t size = MIN((uint32_t)ldl_le_p(param1 + CHIP_CONF_SIZE), CHIP_CONF_LARGEST);
    for (uint32_t i = 0; i + 8 <= size; i += 8) {
        uint32_t address = ldl_le_p(param1 + CHIP_CONF + i);
        uint32_t value = ldl_le_p(param1 + CHIP_CONF + i + 4);
        if (!address || address >= CHIP_CONF_END) {
            return;
        }
        address_space_stl_le(&address_space_memory, address, value, MEMTXATTRS_UNSPECIFIED, NULL);
    }
}

static bool load_bl2(BootRom *rom) {
    uint32_t at = PARAM1_SIZE + ldl_le_p(rom->fip + BLCP_SIZE);
    uint32_t size = ldl_le_p(rom->fip + BL2_SIZE);
    say("BS.");
    if (size > BL2_LARGEST || load_image(rom, BL2, at, size) < 0 ||
        image_crc(rom->fip + at, size) != (uint32_t)ldl_le_p(rom->fip + BL2_CHECKSUM)) {
        say(" E:BL2 checksum\n");
        return false;
    }
    if (rom->fault == FAULT_LOADER) {
        address_space_stl_le(&address_space_memory, BL2, 0, MEMTXATTRS_UNSPECIFIED, NULL);
    }
    say("BE.");
    return true;
}

/* The board has no flash chip: all reads of one give ones. */
static void try_flash(void) {
    say("USBI.BS/NOR.");
    for (int i = 0; i < TRIES; i++) {
        say("PS. E:PARAM1 magic (0xffffffffffffffff)\n");
    }
}

/* Returns where to go on; 0: nowhere. */
static uint64_t start(BootRom *rom) {
    say("%sC.SCS/0/0.WD.URPL.SDI/25000000/6000000.", rom->was_reset ? "WD." : "");
    if (open_fip(rom)) {
        say("BS/SD.");
        if (load_param1(rom) && load_bl2(rom)) {
            apply_chip_conf(rom->fip);
            rom->boot_src = BOOT_SRC_SD;
            say("J.\n");
            return BL2;
        }
    } else {
        try_flash();
    }
    say(" E:Boot failed (%d).\n", TRIES);
    return 0;
}

static uint64_t reset(BootRom *rom) {
    say(" E:RESET:plat/mars/platform.c:114\n");
    rom->was_reset = true;
    qemu_system_reset_request(SHUTDOWN_CAUSE_GUEST_RESET);
    return 0;
}

static uint64_t crc_of_memory(uint64_t at, uint64_t size) {
    if (size > LARGEST_FIP) {
        return 0;
    }
    g_autofree uint8_t *data = g_malloc(size + 1);
    address_space_read(&address_space_memory, at, MEMTXATTRS_UNSPECIFIED, data, size);
    return image_crc(data, size);
}

static uint64_t call(BootRom *rom, DuoRomCall number) {
    switch (number) {
    case DUO_CALL_START:
        return start(rom);
    case DUO_CALL_GET_BOOT_SRC:
        return rom->boot_src;
    case DUO_CALL_SET_BOOT_SRC:
        return rom->boot_src = rom->arguments[0];
    case DUO_CALL_LOAD_IMAGE:
        return load_image(rom, rom->arguments[0], rom->arguments[1], rom->arguments[2]);
    case DUO_CALL_IMAGE_CRC:
        return crc_of_memory(rom->arguments[0], rom->arguments[1]);
    case DUO_CALL_RETRIES:
        return 1;
    case DUO_CALL_RESET:
        return reset(rom);
    default: /* no flash, no secure boot */
        say(" E:ROM function %d is not modelled\n", number);
        return -1;
    }
}

static void calls_write(void *opaque, hwaddr offset, uint64_t value, unsigned size) {
    BootRom *rom = opaque;
    if (offset == DUO_CALL_NUMBER) {
        rom->result = call(rom, value);
    } else if (offset / 8 < ARRAY_SIZE(rom->arguments)) {
        rom->arguments[offset / 8] = value;
    }
}

static uint64_t calls_read(void *opaque, hwaddr offset, unsigned size) {
    return ((BootRom *)opaque)->result;
}

static const MemoryRegionOps calls_ops = {
    .read = calls_read,
    .write = calls_write,
    .endianness = DEVICE_LITTLE_ENDIAN,
    .valid = {.min_access_size = 8, .max_access_size = 8},
    .impl = {.min_access_size = 8, .max_access_size = 8},
};

void duo_boot_rom_create(Object *owner, BlockBackend *card, DuoFault fault) {
    BootRom *rom = g_new0(BootRom, 1); /* for as long as the machine is there */
    rom->card = card;
    rom->fault = fault;
    memory_region_init_rom(&rom->rom, NULL, "duo.rom", ROM_SIZE, &error_fatal);
    memory_region_add_subregion(get_system_memory(), DUO_ROM, &rom->rom);
    memory_region_init_io(&rom->calls, owner, &calls_ops, rom, "duo.rom-calls", 0x1000);
    memory_region_add_subregion_overlap(get_system_memory(), DUO_ROM_CALLS, &rom->calls, 1);
    duo_rom_code(memory_region_get_ram_ptr(&rom->rom));
}
