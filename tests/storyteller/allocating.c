/* SPDX-License-Identifier: MIT */
/* allocating VOICE: opens a voice, and prints how often it took memory meanwhile, and how often
 * while it spoke. The linker sends all that take memory here (--wrap). */
#include <stdio.h>
#include <stdlib.h>

#include "voice/speech.h"

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *memory, size_t size);
void *__real_aligned_alloc(size_t alignment, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *memory, size_t size);
void *__wrap_aligned_alloc(size_t alignment, size_t size);

static unsigned taken;

void *__wrap_malloc(size_t size) {
    taken++;
    return __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size) {
    taken++;
    return __real_calloc(count, size);
}

void *__wrap_realloc(void *memory, size_t size) {
    taken++;
    return __real_realloc(memory, size);
}

void *__wrap_aligned_alloc(size_t alignment, size_t size) {
    taken++;
    return __real_aligned_alloc(alignment, size);
}

static bool take_part(void *user, const int16_t *samples, size_t count) {
    (void)user;
    (void)samples;
    (void)count;
    return true;
}

int main(int count, char **arguments) {
    char problem[SPEECH_PROBLEM_BYTES];
    const struct speech_sink sink = {take_part, NULL, NULL};
    struct speech *speech = count == 2 ? speech_open(arguments[1], problem) : NULL;
    unsigned before = taken;

    if (speech == NULL) {
        return 1;
    }
    speech_set_speed(speech, 150);
    speech_say(speech, "Hello, Dr. Zwicky! Shhh... Are 12 bears in Wapakoneta?", &sink);
    printf("%u %u\n", before, taken - before);
    speech->close(speech);
    return 0;
}
