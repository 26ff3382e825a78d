/* SPDX-License-Identifier: MIT */
/* Writes the parts of a packed model: see packed.h. */
#ifndef LLAMA_WRITER_H
#define LLAMA_WRITER_H

#include <stdio.h>

#include "packed.h"
#include "select.h"

struct writer {
    FILE *file;
    struct checksum sum;
    uint64_t bytes; /* of the part so far */
    bool good;
};

/* Adds to the part. */
void writer_put(struct writer *writer, const void *data, size_t bytes);

/* Ends the part, with its trailer, and begins the next. */
void writer_end(struct writer *writer);

/* Writes all parts but the header, for which room is left. `tokenizer` may be empty. */
bool write_parts(struct writer *writer, const struct checkpoint *model, struct file tokenizer,
                 const struct selection *selection, struct llama_error *error);

#endif
