/* SPDX-License-Identifier: MIT */
#include "wav.h"

#include <string.h>

#define FORMAT_BYTES 16
#define PCM 1
#define MONO 1

void wav_put16(unsigned char *at, unsigned value) {
    at[0] = (unsigned char)(value & 0xFF);
    at[1] = (unsigned char)(value >> 8 & 0xFF);
}

unsigned wav_get16(const unsigned char *at) {
    return (unsigned)at[0] | (unsigned)at[1] << 8;
}

static void put32(unsigned char *at, uint32_t value) {
    wav_put16(at, value & 0xFFFF);
    wav_put16(at + 2, value >> 16);
}

static uint32_t get32(const unsigned char *at) {
    return wav_get16(at) | (uint32_t)wav_get16(at + 2) << 16;
}

void wav_put_header(unsigned char header[WAV_HEADER_BYTES], uint32_t rate, uint32_t data_bytes) {
    memcpy(header, "RIFF", 4);
    put32(header + 4, WAV_HEADER_BYTES - 8 + data_bytes);
    memcpy(header + 8, "WAVEfmt ", 8);
    put32(header + 16, FORMAT_BYTES);
    wav_put16(header + 20, PCM);
    wav_put16(header + 22, MONO);
    put32(header + 24, rate);
    put32(header + 28, rate * WAV_SAMPLE_BYTES);
    wav_put16(header + 32, WAV_SAMPLE_BYTES);
    wav_put16(header + 34, 8 * WAV_SAMPLE_BYTES);
    memcpy(header + 36, "data", 4);
    put32(header + 40, data_bytes);
}

bool wav_is_header(const unsigned char header[WAV_HEADER_BYTES], uint32_t rate) {
    return memcmp(header, "RIFF", 4) == 0 && memcmp(header + 8, "WAVEfmt ", 8) == 0 &&
           wav_get16(header + 20) == PCM && wav_get16(header + 22) == MONO &&
           get32(header + 24) == rate && wav_get16(header + 34) == 8 * WAV_SAMPLE_BYTES &&
           memcmp(header + 36, "data", 4) == 0;
}
