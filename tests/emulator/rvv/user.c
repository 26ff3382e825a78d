// SPDX-License-Identifier: MIT
/* Cases from one file, results into another, under an emulator of user programs. */
#define _GNU_SOURCE
#include "case.h"
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <ucontext.h>

static void on_illegal(int signal, siginfo_t *info, void *context) {
    (void)signal;
    (void)info;
    rvv_is_illegal = 1;
    ((ucontext_t *)context)->uc_mcontext.__gregs[REG_PC] = (unsigned long)rvv_trapped;
}

int main(int count, char **arguments) {
    struct sigaction action = {.sa_sigaction = on_illegal, .sa_flags = SA_SIGINFO};
    uint32_t *code =
        mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    static struct rvv_case one;
    FILE *in = count == 3 ? fopen(arguments[1], "rb") : NULL;
    FILE *out = in ? fopen(arguments[2], "wb") : NULL;
    if (!out || code == MAP_FAILED || sigaction(SIGILL, &action, NULL) != 0) {
        return 1;
    }
    (void)setvbuf(out, NULL, _IONBF, 0); // nothing is lost if the emulator crashes
    while (fread(&one, sizeof(one), 1, in) == 1) {
        rvv_do(&one, code);
        if (fwrite(&one, sizeof(one), 1, out) != 1) {
            return 1;
        }
    }
    return 0;
}
