/* SPDX-License-Identifier: MIT */
/* A voice: from a sentence of text to sound, in small parts, as soon as they are ready. */
#ifndef STORYTELLER_SPEECH_H
#define STORYTELLER_SPEECH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct speech;

/* Called with each part: mono samples. Returning false stops the sentence. */
typedef bool speech_samples_fn(void *user, const int16_t *samples, size_t count);

/* Open the voice. speed: percent of its natural speed, 50 to 200. Only one can be open at a time.
 * Returns NULL when memory is lacking. */
struct speech *speech_open(int speed);
void speech_close(struct speech *speech);

/* Samples per second that the voice gives. */
unsigned speech_rate(const struct speech *speech);

/* Speak a sentence of printable ASCII: samples(user, ...) gets the sound, part by part (20 ms).
 * Returns when the sentence is over or samples() returned false. */
void speech_say(struct speech *speech, const char *sentence, speech_samples_fn *samples,
                void *user);

#endif
