/* SPDX-License-Identifier: MIT */
/* ALSA's header. It has an array of no elements, which -pedantic refuses. */
#ifndef COMMON_ALSA_H
#define COMMON_ALSA_H

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpedantic"
#include <alsa/asoundlib.h>
#pragma GCC diagnostic pop

#endif
