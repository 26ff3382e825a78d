/* SPDX-License-Identifier: MIT */
/*
 * Rotary position embedding (Su et al. 2021, arXiv 2104.09864): turns each pair of a head's
 * values by an angle that grows with the position.
 *
 * The angles of a position are the same in every layer and head, so that their cosines and sines
 * are worked out once per token. They are part of the story: C libraries round them differently.
 */
#ifndef LLAMA_ROPE_H
#define LLAMA_ROPE_H

/* freq[head_size / 2]: radians per position of each pair of a head, 10000^(-2i / head_size) */
void rope_frequencies(float *freq, int head_size);

/* sincos(head_size / 2, 2): cosine and sine of the angle of each pair at position `pos` */
void rope_sincos(float *sincos, const float *freq, int head_size, int pos);

/* Turns the pairs of vector[size], which holds one head after the other. */
void rope_rotate(float *vector, int size, const float *sincos, int head_size);

#endif
