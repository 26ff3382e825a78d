/* SPDX-License-Identifier: MIT */
/*
 * The voice file: all weights of the network in the order in which they are used. It is what
 * image/builders/hibari.py writes, and holds no sizes but its own: the network's are here.
 */
#ifndef HIBARI_VOICE_H
#define HIBARI_VOICE_H

#include "hibari.h"

enum {
    SYMBOLS = 178, /* phonemes, and marks, that there are */
    SOUND = 128,   /* width of the encoder whose phonemes are spoken */
    TUNE = 192,    /* width of the one that says how */
    FRAME = 256,   /* width of the decoder */
    BINS = 601,
    SPECTRA = 5 * BINS,
    PROSODY_BLOCKS = 6,
    DECODER_BLOCKS = 8,
    ENCODER_BLOCKS = 2,
    TOLD = SOUND + 2, /* what the decoder is told of a frame: a phoneme, pitch and loudness */
};

/* `rows` by `columns`, in tiles of TILE columns, each with `rows` rows. */
struct matrix {
    size_t rows, columns;
    const int8_t *tiles;
    const float *scales, *bias; /* of each column, those that fill the last tile included */
};

struct norm {
    const float *weight, *bias;
};

/* A ConvNeXt block: x + gamma * second(gelu(first(norm(depthwise(x))))) */
struct block {
    size_t width, taps;
    const float *kernel, *bias; /* (taps, width) */
    struct norm norm;
    struct matrix first, second;
    const float *gamma;
};

struct encoder {
    size_t width;
    const int8_t *embedding; /* (SYMBOLS, width) */
    const float *scales;     /* of its rows */
    struct block blocks[ENCODER_BLOCKS];
    struct norm before, between, after;
    struct matrix project, out, first, second;
};

struct voice {
    unsigned char *data;
    struct encoder sound, tune;
    struct matrix duration; /* of three phonemes side by side */
    const float *duration_out, *duration_bias;
    struct matrix prosody_in, prosody_out;
    struct block prosody[PROSODY_BLOCKS];
    struct matrix decoder_in; /* of seven frames side by side */
    struct block decoder[DECODER_BLOCKS];
    struct norm decoder_norm;
    struct matrix head;
};

/* False, with the reason, when the file cannot be read or is damaged. */
bool hibari_voice_open(struct voice *voice, const char *path, struct hibari_error *error);

void hibari_voice_close(struct voice *voice);

#endif
