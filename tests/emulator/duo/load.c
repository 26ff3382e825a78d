// SPDX-License-Identifier: MIT
/* Loads what fip.bin holds, as the vendor's first boot loader does, and starts it: OpenSBI as the
 * monitor, and as the second loader a device tree of up to 64 KiB, then a kernel or U-Boot. */
#include "chip.h"

int main(void);
void before_start(void);

#define PARAM1 0x3c002000
#define PARAM2_AT 0xe0 /* in PARAM1 */
#define PARAM2 0x80f00000
#define MONITOR_AT 0x34 /* in PARAM2, then its size */
#define SECOND_AT 0x44  /* in PARAM2 */
#define HEAD 0x80f10000
#define HEAD_SIZE 32
#define SIZE_AT 12 /* in the head */
#define MONITOR 0x80000000
#define KERNEL 0x80200000
#define TREE 0x83000000
#define TREE_SIZE 0x10000

/* What OpenSBI's fw_dynamic wants to know, include/sbi/fw_dynamic.h of OpenSBI. */
static const struct {
    uint64_t magic, version, next, mode, options, hart;
} info = {0x4942534f, 2, KERNEL, 1, 0, 0};

static void load(uintptr_t to, uint32_t from, uint32_t size) {
    if (rom_load((void *)to, from, size) < 0) {
        say("load: failed\n");
        for (;;) {
        }
    }
}

/* What is still to do: pll.c has something. */
__attribute__((weak)) void before_start(void) {
}

int main(void) {
    load(PARAM2, *reg(PARAM1 + PARAM2_AT), 0x1000);
    load(MONITOR, *reg(PARAM2 + MONITOR_AT), *reg(PARAM2 + MONITOR_AT + 4));
    uint32_t second = *reg(PARAM2 + SECOND_AT);
    load(HEAD, second, HEAD_SIZE);
    load(TREE, second + HEAD_SIZE, TREE_SIZE);
    uint32_t before = HEAD_SIZE + TREE_SIZE;
    load(KERNEL, second + before, *reg(HEAD + SIZE_AT) - before);
    before_start();
    say("\nload: starting OpenSBI\n");
    __asm__ volatile("fence.i" ::: "memory");
    ((void (*)(uint64_t, uint64_t, const void *))MONITOR)(0, TREE, &info);
    return 0;
}
