/*
 * Milk-V Duo with 64 MB: Sophgo CV1800B (T-Head C906), as its boot loaders and kernel drive it.
 * docs/emulated-duo.md says what of it is faithful.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"

#include "access.h"
#include "boot_rom.h"
#include "clocks.h"
#include "exec/address-spaces.h"
#include "gpio.h"
#include "hw/boards.h"
#include "hw/char/serial-mm.h"
#include "hw/intc/riscv_aclint.h"
#include "hw/intc/sifive_plic.h"
#include "hw/riscv/riscv_hart.h"
#include "hw/sd/sd.h"
#include "hw/sd/sdhci.h"
#include "i2s.h"
#include "pins.h"
#include "qapi/error.h"
#include "qemu/error-report.h"
#include "qemu/units.h"
#include "rest.h"
#include "system/blockdev.h"
#include "system/reset.h"
#include "system/system.h"
#include "target/riscv/cpu.h"
#include "usb_host.h"

#define TYPE_DUO MACHINE_TYPE_NAME("milkv-duo")
OBJECT_DECLARE_SIMPLE_TYPE(Duo, DUO)

#define CRYSTAL_HZ 25000000
#define UART_REGISTERS 0x20
#define SDHCI 0x04310000

struct Duo {
    MachineState parent;
    RISCVHartArrayState cpus;
    DeviceState *plic;
    DuoFault fault;
    char *trace;      /* file for the list of touched registers */
    char *pins;       /* chardev for the pins of the ports */
    char *microphone; /* WAV file that the microphone hears */
    char *usb;        /* chardev for the serial port at the other end of the USB cable */
};

static qemu_irq interrupt(Duo *duo, int number) {
    return qdev_get_gpio_in(duo->plic, number);
}

static void create_cpu(Duo *duo) {
    object_initialize_child(OBJECT(duo), "cpus", &duo->cpus, TYPE_RISCV_HART_ARRAY);
    Object *cpus = OBJECT(&duo->cpus);
    object_property_set_str(cpus, "cpu-type", duo->parent.cpu_type, &error_abort);
    object_property_set_int(cpus, "num-harts", 1, &error_abort);
    object_property_set_int(cpus, "resetvec", DUO_ROM, &error_abort);
    sysbus_realize(SYS_BUS_DEVICE(&duo->cpus), &error_fatal);
    duo->plic = sifive_plic_create(0x70000000, (char *)"MS", 1, 0, 128, 31, 0, 0x1000, 0x2000, 0x80,
                                   0x200000, 0x1000, 0x4000000);
    riscv_aclint_swi_create(0x74000000, 0, 1, false);
    /* The core's timer can be read as the CSR `time` only: mtime is behind the end. */
    riscv_aclint_mtimer_create(0x74004000, 0x7ff8, 0, 1, 0, 0x7ff8, CRYSTAL_HZ, true);
}

/* RAM at an address; `shadow`: the same again at another one, if it is not 0. */
static void create_ram(const char *name, hwaddr base, uint64_t size, hwaddr shadow) {
    MemoryRegion *ram = g_new0(MemoryRegion, 1);
    memory_region_init_ram(ram, NULL, name, size, &error_fatal);
    memory_region_add_subregion(get_system_memory(), base, ram);
    if (shadow) {
        MemoryRegion *alias = g_new0(MemoryRegion, 1);
        memory_region_init_alias(alias, NULL, name, ram, 0, size);
        memory_region_add_subregion(get_system_memory(), shadow, alias);
    }
}

static void create_memory(Duo *duo) {
    memory_region_add_subregion(get_system_memory(), 0x80000000, duo->parent.ram);
    create_ram("duo.tpu-sram", 0x0c000000, 64 * KiB, 0x3c000000);
    create_ram("duo.vc-sram", 0x0bc00000, 100 * KiB, 0x3bc00000);
    create_ram("duo.axi-sram", 0x0e000000, 4 * KiB, 0);
    create_ram("duo.rtc-sram", 0x05200000, 24 * KiB, 0);
}

static void create_uarts(Duo *duo) {
    static const hwaddr bases[] = {0x04140000, 0x04150000, 0x04160000, 0x04170000, 0x041c0000};
    for (int i = 0; i < ARRAY_SIZE(bases); i++) {
        /* It wants to be mapped somewhere; the window of duo_access_watch is where it is seen. */
        MemoryRegion *nowhere = g_new0(MemoryRegion, 1);
        memory_region_init(nowhere, OBJECT(duo), "duo.uart", UART_REGISTERS);
        SerialMM *uart = serial_mm_init(nowhere, 0, 2, interrupt(duo, 44 + i), CRYSTAL_HZ / 16,
                                        serial_hd(i), DEVICE_LITTLE_ENDIAN);
        MemoryRegion *registers = sysbus_mmio_get_region(SYS_BUS_DEVICE(uart), 0);
        duo_access_watch(OBJECT(duo), registers, bases[i]);
    }
}

static void create_sd(Duo *duo, BlockBackend *card) {
    DeviceState *sd = qdev_new(TYPE_SYSBUS_SDHCI);
    qdev_prop_set_uint8(sd, "sd-spec-version", 3);
    qdev_prop_set_uint8(sd, "uhs", 1);
    qdev_prop_set_bit(sd, "wp-inverted", true); /* the slot has no switch */
    qdev_prop_set_uint64(sd, "capareg", 0x17e8c8b2);
    sysbus_realize_and_unref(SYS_BUS_DEVICE(sd), &error_fatal);
    sysbus_connect_irq(SYS_BUS_DEVICE(sd), 0, interrupt(duo, 36));
    duo_access_watch(OBJECT(duo), sysbus_mmio_get_region(SYS_BUS_DEVICE(sd), 0), SDHCI);
    if (card && duo->fault != FAULT_SD && duo->fault != FAULT_CARD) {
        DeviceState *inserted = qdev_new(TYPE_SD_CARD);
        qdev_prop_set_drive_err(inserted, "drive", card, &error_fatal);
        qdev_realize_and_unref(inserted, qdev_get_child_bus(sd, "sd-bus"), &error_fatal);
    }
}

/* The chardev that a property of the machine names. */
static Chardev *find_chardev(const char *property, const char *name) {
    Chardev *chardev = qemu_chr_find(name);
    if (!chardev) {
        error_report("milkv-duo: there is no chardev '%s' for %s=", name, property);
        exit(1);
    }
    return chardev;
}

static void create_gpio(Duo *duo, bool has_card) {
    static const struct {
        hwaddr base;
        int interrupt;
    } places[DUO_PORTS] = {
        {0x03020000, 60}, {0x03021000, 61}, {0x03022000, 62}, {0x03023000, 63}, {0x05021000, 70}};
    /* Port A: a resistor holds the buttons of docs/controls.md up; line 13 is low with a card. */
    uint32_t buttons = 1 << 28 | 1 << 29 | 1 << 23 | 1 << 24;
    bool is_seen = has_card && duo->fault != FAULT_DETECT;
    DeviceState *ports[DUO_PORTS];
    for (int i = 0; i < DUO_PORTS; i++) {
        ports[i] = qdev_new(TYPE_DUO_GPIO);
        qdev_prop_set_uint32(ports[i], "idle", i ? 0 : buttons | (is_seen ? 0 : 1 << 13));
        duo_block_place(ports[i], places[i].base, interrupt(duo, places[i].interrupt));
    }
    if (duo->pins) {
        duo_pins_connect(find_chardev("pins", duo->pins), ports);
    }
}

static void create_usb(Duo *duo) {
    DuoUsb *usb = DUO_USB(duo_block_create(TYPE_DUO_USB, 0x04340000, interrupt(duo, 30)));
    Chardev *chardev = duo->usb ? find_chardev("usb-serial", duo->usb) : NULL;
    duo_usb_host_create(usb, chardev, duo->parent.audiodev);
}

static void create_sound(Duo *duo) {
    static const hwaddr bases[] = {0x04100000, 0x04110000, 0x04120000, 0x04130000};
    const char *audiodev = duo->parent.audiodev;
    DuoI2s *ports[ARRAY_SIZE(bases)];
    for (int i = 0; i < ARRAY_SIZE(bases); i++) {
        ports[i] = DUO_I2S(duo_block_create(TYPE_DUO_I2S, bases[i], interrupt(duo, 40 + i)));
    }
    DuoBlock *dac = DUO_BLOCK(duo_block_create(TYPE_DUO_DAC, 0x0300a000, NULL));
    DuoBlock *adc = DUO_BLOCK(duo_block_create(TYPE_DUO_ADC, 0x0300a100, NULL));
    duo_i2s_connect_speaker(ports[3], duo_speaker_new("dac", audiodev), dac);
    duo_i2s_connect_speaker(ports[2], duo_speaker_new("i2s2", audiodev), NULL);
    duo_i2s_connect_microphone(ports[0], duo_microphone_new(duo->microphone), adc, ports[3]);
    duo_block_create("duo-dma", 0x04330000, interrupt(duo, 29));
}

static void create_blocks(Duo *duo) {
    duo_block_create("duo-chip", 0x03000000, NULL);
    duo_block_create(TYPE_DUO_CLOCKS, 0x03002000, NULL);
    duo_block_create("duo-watchdog", 0x03010000, interrupt(duo, 58));
    duo_block_create("duo-efuse", 0x03050000, NULL);
    duo_block_create("duo-thermometer", 0x030e0000, interrupt(duo, 16));
    duo_block_create("duo-rtc", 0x05025000, interrupt(duo, 17));
    DeviceState *ddr = qdev_new("duo-ddr");
    qdev_prop_set_bit(ddr, "is-broken", duo->fault == FAULT_DDR);
    duo_block_place(ddr, 0x08000000, NULL);
}

static void duo_init(MachineState *machine) {
    Duo *duo = DUO(machine);
    DriveInfo *drive = drive_get(IF_SD, 0, 0);
    BlockBackend *card = drive ? blk_by_legacy_dinfo(drive) : NULL;
    if (drive) {
        drive->is_default = true; /* no complaint where a fault keeps it from every device */
    }
    if (machine->ram_size != 64 * MiB) {
        error_report("the Milk-V Duo has 64 MB");
        exit(1);
    }
    if (duo->trace) {
        duo_access_list(duo->trace);
    }
    create_cpu(duo);
    create_memory(duo);
    duo_rest_create(OBJECT(duo));
    create_blocks(duo);
    create_uarts(duo);
    create_gpio(duo, card != NULL);
    create_sound(duo);
    create_usb(duo);
    create_sd(duo, card);
    duo_boot_rom_create(OBJECT(duo), card, duo->fault);
}

static void duo_reset(MachineState *machine, ResetType type) {
    duo_rest_reset();
    qemu_devices_reset(type);
}

static const char *const fault_names[FAULTS + 1] = {
    [FAULT_NONE] = "none", [FAULT_CARD] = "card",     [FAULT_READ] = "read",
    [FAULT_FIP] = "fip",   [FAULT_LOADER] = "loader", [FAULT_DDR] = "ddr",
    [FAULT_SD] = "sd",     [FAULT_DETECT] = "detect",
};

static char *get_fault(Object *object, Error **errp) {
    return g_strdup(fault_names[DUO(object)->fault]);
}

static void set_fault(Object *object, const char *value, Error **errp) {
    for (DuoFault fault = 0; fault < FAULTS; fault++) {
        if (!strcmp(value, fault_names[fault])) {
            DUO(object)->fault = fault;
            return;
        }
    }
    g_autofree char *known = g_strjoinv(", ", (char **)fault_names);
    error_setg(errp, "there is no fault '%s'; there are: %s", value, known);
}

static char *get_trace(Object *object, Error **errp) {
    return g_strdup(DUO(object)->trace);
}

static void set_trace(Object *object, const char *value, Error **errp) {
    g_free(DUO(object)->trace);
    DUO(object)->trace = g_strdup(value);
}

static char *get_pins(Object *object, Error **errp) {
    return g_strdup(DUO(object)->pins);
}

static void set_pins(Object *object, const char *value, Error **errp) {
    g_free(DUO(object)->pins);
    DUO(object)->pins = g_strdup(value);
}

static char *get_microphone(Object *object, Error **errp) {
    return g_strdup(DUO(object)->microphone);
}

static void set_microphone(Object *object, const char *value, Error **errp) {
    g_free(DUO(object)->microphone);
    DUO(object)->microphone = g_strdup(value);
}

static char *get_usb(Object *object, Error **errp) {
    return g_strdup(DUO(object)->usb);
}

static void set_usb(Object *object, const char *value, Error **errp) {
    g_free(DUO(object)->usb);
    DUO(object)->usb = g_strdup(value);
}

static void duo_class_init(ObjectClass *oc, void *data) {
    MachineClass *class = MACHINE_CLASS(oc);
    class->desc = "Milk-V Duo with 64 MB (CV1800B)";
    class->init = duo_init;
    class->reset = duo_reset;
    class->max_cpus = 1;
    class->default_cpu_type = TYPE_RISCV_CPU_THEAD_C906;
    class->default_ram_size = 64 * MiB;
    class->default_ram_id = "duo.dram";
    class->block_default_type = IF_SD;
    machine_add_audiodev_property(class);
    object_class_property_add_str(oc, "fault", get_fault, set_fault);
    object_class_property_set_description(oc, "fault", "What is wrong with board or card");
    object_class_property_add_str(oc, "trace", get_trace, set_trace);
    object_class_property_set_description(oc, "trace", "File for the list of touched registers");
    object_class_property_add_str(oc, "pins", get_pins, set_pins);
    object_class_property_set_description(oc, "pins", "Chardev for the pins, as lines of text");
    object_class_property_add_str(oc, "microphone", get_microphone, set_microphone);
    object_class_property_set_description(oc, "microphone", "WAV file that the microphone hears");
    object_class_property_add_str(oc, "usb-serial", get_usb, set_usb);
    object_class_property_set_description(oc, "usb-serial", "Chardev for the serial port over USB");
}

static const TypeInfo duo_info = {
    .name = TYPE_DUO,
    .parent = TYPE_MACHINE,
    .class_init = duo_class_init,
    .instance_size = sizeof(Duo),
};

static void duo_types(void) {
    type_register_static(&duo_info);
}
type_init(duo_types)
