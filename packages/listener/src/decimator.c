/* SPDX-License-Identifier: MIT */
#include "decimator.h"

#include <string.h>

/* Half of a symmetric low pass: 6 dB down at 7 kHz, 20 dB at 8 kHz, 67 dB and more from 9 kHz on
 * (a windowed sinc, Kaiser, beta 6). All of it adds up to 32768. */
static const int16_t HALF[DECIMATOR_TAPS / 2] = {
    3,    13,   17,  -2,  -43, -69,  -32,   75,    176,  150,  -56,  -326,
    -406, -109, 455, 846, 581, -417, -1543, -1741, -183, 3040, 6743, 9212,
};

static int16_t filter(const int16_t last[DECIMATOR_TAPS]) {
    int64_t sum = 1 << 14;

    for (int i = 0; i < DECIMATOR_TAPS / 2; i++) {
        sum += (int32_t)HALF[i] * (last[i] + last[DECIMATOR_TAPS - 1 - i]);
    }
    sum >>= 15;
    if (sum > INT16_MAX) {
        return INT16_MAX;
    }
    return sum < INT16_MIN ? INT16_MIN : (int16_t)sum;
}

void decimator_run(struct decimator *decimator, const int16_t *fast, int16_t *slow, size_t count) {
    for (size_t i = 0; i < count; i++, fast += 3) {
        memmove(decimator->last, decimator->last + 3,
                (DECIMATOR_TAPS - 3) * sizeof(*decimator->last));
        memcpy(decimator->last + DECIMATOR_TAPS - 3, fast, 3 * sizeof(*fast));
        slow[i] = filter(decimator->last);
    }
}
