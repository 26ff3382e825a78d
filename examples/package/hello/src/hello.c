/* SPDX-License-Identifier: MIT */
/* Prints one line. */
#include <stdio.h>

int main(void) {
    return puts("Hello from the card.") < 0;
}
