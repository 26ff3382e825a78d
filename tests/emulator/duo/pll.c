// SPDX-License-Identifier: MIT
/* Moves the clocks from the crystal to the PLLs, as the vendor's first boot loader does at its end:
 * U-Boot's driver relies on it. kernel.org's Linux does not, and would compute its rates from the
 * PLLs' registers, which the emulated chip only remembers. */
#include "chip.h"

#define BYPASS_0 0x03002030
#define BYPASS_1 0x03002034

void before_start(void);

void before_start(void) {
    *reg(BYPASS_0) = 0;
    *reg(BYPASS_1) = 0;
}
