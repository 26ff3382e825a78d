// SPDX-License-Identifier: MIT
/* For Linux on the board: do vector registers survive signals, whose handler uses vectors, too? */
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>

#define BYTES 128 /* eight registers */
#define SIGNALS 300

/* Instructions of RVV 0.7.1 as words: t1 is x6, t2 x7, t3 x28. */
#define ALL_OF_8 "li t1, 128\n li t2, 3\n .word 0x80007057 | 6 << 15 | 7 << 20\n"
#define LOAD_V8 ".word 0x02007007 | 8 << 7 | 28 << 15\n"
#define STORE_V8 ".word 0x02007027 | 8 << 7 | 28 << 15\n"

static volatile sig_atomic_t signals;
static uint8_t others[BYTES];

static void on_alarm(int number) {
    (void)number;
    signals = signals + 1;
    __asm__ volatile(ALL_OF_8 "mv t3, %0\n" LOAD_V8 ::"r"(others) : "t1", "t2", "t3", "memory");
}

int main(void) {
    static uint8_t pattern[BYTES], found[BYTES];
    struct sigaction action = {.sa_handler = on_alarm};
    struct itimerval each = {{0, 1000}, {0, 1000}};

    for (int i = 0; i < BYTES; i++) {
        pattern[i] = (uint8_t)(i * 7 + 1);
    }
    if (sigaction(SIGALRM, &action, NULL) != 0 || setitimer(ITIMER_REAL, &each, NULL) != 0) {
        return 1;
    }
    __asm__ volatile(ALL_OF_8 "mv t3, %0\n" LOAD_V8 ::"r"(pattern) : "t1", "t2", "t3", "memory");
    while (signals < SIGNALS) {
        __asm__ volatile("mv t3, %0\n" STORE_V8 ::"r"(found) : "t3", "memory");
        if (memcmp(found, pattern, BYTES) != 0) {
            (void)printf("lost after %d signals\n", (int)signals);
            return 2;
        }
    }
    (void)printf("kept over %d signals\n", (int)signals);
    return 0;
}
