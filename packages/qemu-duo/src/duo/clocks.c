/*
 * Clock gates, dividers and PLLs. The gates are known: linux_5.10/drivers/clk/cvitek/clk-cv180x.c
 * names them. All are open after a reset. Dividers and PLLs keep what is written.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "clocks.h"

#include "block.h"

#define GATES 5
#define BYPASS_0 0x30
#define BYPASS_1 0x34

typedef struct Gate {
    hwaddr base, size; /* of the device that the clock drives */
    int word, bit;
    const char *name;
} Gate;

/* Without these clocks the device's registers cannot be reached. */
static const Gate gates[] = {
    {0x03010000, 0x1000, 1, 7, "clk_apb_wdt"},     {0x03020000, 0x4000, 0, 29, "clk_apb_gpio"},
    {0x03050000, 0x2000, 0, 12, "clk_apb_efuse"},  {0x030e0000, 0x1000, 0, 9, "clk_tempsen"},
    {0x04100000, 0x8000, 1, 24, "clk_apb_i2s0"},   {0x04110000, 0x10000, 1, 25, "clk_apb_i2s1"},
    {0x04120000, 0x10000, 1, 26, "clk_apb_i2s2"},  {0x04130000, 0x10000, 1, 27, "clk_apb_i2s3"},
    {0x04140000, 0x10000, 1, 15, "clk_apb_uart0"}, {0x04150000, 0x10000, 1, 17, "clk_apb_uart1"},
    {0x04160000, 0x10000, 1, 19, "clk_apb_uart2"}, {0x04170000, 0x10000, 1, 21, "clk_apb_uart3"},
    {0x041c0000, 0x10000, 1, 23, "clk_apb_uart4"}, {0x04310000, 0x1000, 0, 18, "clk_axi4_sd0"},
    {0x04310000, 0x1000, 0, 19, "clk_sd0"},        {0x04330000, 0x1000, 1, 1, "clk_sdma_axi"},
    {0x04340000, 0x10000, 1, 28, "clk_axi4_usb"},  {0x04340000, 0x10000, 1, 29, "clk_apb_usb"},
};

static DuoBlock *clocks;
static bool complained[ARRAY_SIZE(gates)];

void duo_clocks_check(hwaddr address) {
    for (int i = 0; clocks && i < ARRAY_SIZE(gates); i++) {
        const Gate *gate = &gates[i];
        bool is_off = !extract32(duo_word(clocks, 4 * gate->word), gate->bit, 1);
        if (address - gate->base < gate->size && is_off && !complained[i]) {
            complained[i] = true;
            qemu_log_mask(LOG_GUEST_ERROR,
                          "milkv-duo: %08" HWADDR_PRIx " is used while %s is off\n", address,
                          gate->name);
        }
    }
}

static void clocks_reset(DuoBlock *block) {
    for (int i = 0; i < GATES; i++) {
        duo_set_word(block, 4 * i, 0xffffffff);
    }
    duo_set_word(block, BYPASS_0, 0xffffffff); /* all from the crystal */
    duo_set_word(block, BYPASS_1, 0x3f);
    clocks = block;
}

static void clocks_class_init(ObjectClass *oc, void *data) {
    duo_block_class(oc, 0x1000, NULL, NULL, clocks_reset);
}

static const TypeInfo clocks_info = {
    .name = TYPE_DUO_CLOCKS,
    .parent = TYPE_DUO_BLOCK,
    .class_init = clocks_class_init,
};

static void clocks_types(void) {
    type_register_static(&clocks_info);
}
type_init(clocks_types)
