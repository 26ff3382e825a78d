/* SPDX-License-Identifier: MIT */
/* WAV files of the plainest kind: mono, 16 bits, a header of 44 bytes and then the samples. */
#ifndef COMMON_WAV_H
#define COMMON_WAV_H

#include <stdbool.h>
#include <stdint.h>

#define WAV_HEADER_BYTES 44
#define WAV_SAMPLE_BYTES 2
/* What stands in the header of a stream: the greatest length that it has room for. */
#define WAV_ENDLESS (UINT32_MAX - WAV_HEADER_BYTES)

/* A number as the format has it, least byte first. */
void wav_put16(unsigned char *at, unsigned value);
unsigned wav_get16(const unsigned char *at);

/* Write the header of `data_bytes` of samples at `rate` per second. */
void wav_put_header(unsigned char header[WAV_HEADER_BYTES], uint32_t rate, uint32_t data_bytes);

/* Whether this is such a header, for this rate. */
bool wav_is_header(const unsigned char header[WAV_HEADER_BYTES], uint32_t rate);

#endif
