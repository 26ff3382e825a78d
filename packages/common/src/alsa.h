/* SPDX-License-Identifier: MIT */
/* ALSA's header, without what it prints. It has an array of no elements, which -pedantic refuses.
 */
#ifndef COMMON_ALSA_H
#define COMMON_ALSA_H

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpedantic"
#include <alsa/asoundlib.h>
#pragma GCC diagnostic pop

static inline void alsa_print_nothing(const char *file, int line, const char *function, int error,
                                      const char *format, ...) {
    (void)file;
    (void)line;
    (void)function;
    (void)error;
    (void)format;
}

/* The library prints its errors; programs report them in their own words. */
static inline void alsa_silence(void) {
    snd_lib_error_set_handler(alsa_print_nothing);
}

#endif
