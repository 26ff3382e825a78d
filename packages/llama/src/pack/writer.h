/* SPDX-License-Identifier: MIT */
/* Writes the parts of a packed model: see packed.h. */
#ifndef LLAMA_WRITER_H
#define LLAMA_WRITER_H

#include <stdio.h>

#include "checkpoint.h"
#include "part.h"
#include "select.h"

struct writer {
    FILE *file;
    uint32_t seed;  /* of the sums */
    uint64_t place; /* of the part in the file */
    struct checksum sum;
    uint64_t bytes; /* of the part so far */
    bool good;
};

/* Begins a part at this place, to which the file goes. */
void writer_begin(struct writer *writer, uint32_t seed, uint64_t place);

/* Adds to the part: a multiple of 4 bytes, at an address that is one, too. */
void writer_put(struct writer *writer, const void *data, size_t bytes);

/* Ends the part, with its trailer, and begins the next. */
void writer_end(struct writer *writer);

/* The contents of a tokenizer's file. */
struct vocabulary {
    unsigned char *data;
    size_t size;
};

/* Writes all parts but the header, for which room is left. `tokenizer` may be empty. */
bool write_parts(struct writer *writer, const struct checkpoint *model,
                 const struct vocabulary *tokenizer, const struct selection *selection,
                 struct llama_error *error);

#endif
