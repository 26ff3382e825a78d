/* SPDX-License-Identifier: MIT */
/* Says what went wrong, once, where it is known. */
#ifndef HIBARI_ERROR_H
#define HIBARI_ERROR_H

#include "hibari.h"

/* Writes the sentence into `error` and returns false, for `return hibari_fail(...)`. */
bool hibari_fail(struct hibari_error *error, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
