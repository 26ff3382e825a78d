/* SPDX-License-Identifier: MIT */
/* The program `llama-pack`: makes a packed model of a legacy checkpoint. Runs on the host. */
#define _POSIX_C_SOURCE 200809L
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "error.h"
#include "learn.h"
#include "measure.h"
#include "sha256.h"
#include "tokenizer.h"
#include "writer.h"

static const char USAGE[] =
    "usage: llama-pack <checkpoint> <tokenizer> <packed>\n"
    "  <checkpoint>  a legacy llama2.c model\n"
    "  <tokenizer>   its tokenizer.bin\n"
    "  <packed>      the file to make\n";

struct job {
    const char *checkpoint, *tokenizer, *result;
    char *temporary; /* the result under this name until it is whole */
    struct file source, pieces;
    struct checkpoint model;
    struct packed_header header;
};

static bool cannot_write(const struct job *job, struct llama_error *error) {
    return fail(error, "%s: cannot be written: %s", path_tail(job->result), strerror(errno));
}

static bool read_inputs(struct job *job, struct llama_error *error) {
    if (!file_map(&job->source, job->checkpoint, error) ||
        !checkpoint_parse(&job->model, job->source.data, job->source.size,
                          path_tail(job->checkpoint), error) ||
        !file_map(&job->pieces, job->tokenizer, error)) {
        return false;
    }
    struct tokenizer tokenizer;
    bool good = tokenizer_parse(&tokenizer, job->pieces.data, job->pieces.size,
                                job->model.shape.vocab_size, path_tail(job->tokenizer), error);
    tokenizer_close(&tokenizer);
    return good;
}

/* A name that does not fit is no name: its beginning would be another file's. */
static void put_name(char *name, const char *path) {
    const char *slash = strrchr(path, '/'), *last = slash != NULL ? slash + 1 : path;
    if (strlen(last) < NAME_BYTES) {
        strncpy(name, last, NAME_BYTES);
    }
}

static void fill_header(struct job *job, int listed) {
    const struct shape *s = &job->model.shape;
    struct packed_layout layout;
    job->header = (struct packed_header){
        .version = PACKED_VERSION,
        .shape = {s->dim, s->hidden_dim, s->n_layers, s->n_heads, s->n_kv_heads, s->vocab_size,
                  s->seq_len},
        .tied = job->model.weights.wcls == job->model.weights.embedding,
        .listed = listed,
        .tokenizer_bytes = (uint32_t)job->pieces.size,
    };
    memcpy(job->header.magic, PACKED_MAGIC, sizeof job->header.magic);
    put_name(job->header.name, job->checkpoint);
    sha256(job->header.source, job->source.data, job->source.size);
    packed_lay_out(&layout, &job->header, s);
    job->header.file_bytes = layout.size;
}

/* Adds the guesses at the end, then says in the header what the file holds. */
static bool finish(struct job *job, const struct lesson *lesson, struct llama_error *error) {
    struct packed_layout layout;
    struct writer writer = {fopen(job->temporary, "r+b"), CHECKSUM_START, 0, true};
    if (writer.file == NULL) {
        return cannot_write(job, error);
    }
    job->header.guesses = lesson->count;
    packed_lay_out(&layout, &job->header, &job->model.shape);
    job->header.file_bytes = layout.size;
    writer.good = fseeko(writer.file, (off_t)layout.guesses.offset, SEEK_SET) == 0;
    writer_put(&writer, lesson->slots, lesson->count * sizeof *lesson->slots);
    writer_end(&writer);
    writer.good = writer.good && fseeko(writer.file, 0, SEEK_SET) == 0;
    writer_put(&writer, &job->header, sizeof job->header);
    writer_end(&writer);
    bool good = writer.good && fflush(writer.file) == 0 && fsync(fileno(writer.file)) == 0;
    return (fclose(writer.file) == 0 && good) || cannot_write(job, error);
}

static bool write_all(const struct job *job, const struct selection *selection,
                      struct llama_error *error) {
    struct writer writer = {fopen(job->temporary, "wb"), CHECKSUM_START, 0, true};
    if (writer.file == NULL) {
        return cannot_write(job, error);
    }
    writer_put(&writer, &job->header, sizeof job->header);
    writer_end(&writer);
    bool good = write_parts(&writer, &job->model, job->pieces, selection, error);
    bool closed = fclose(writer.file) == 0;
    return good && ((closed && writer.good) || cannot_write(job, error));
}

/*
 * A choice that the list leaves open costs all rows, and in 16 bits the float32 pass as well. Where
 * more than this part does, the rows outside are no crowd of unused tokens: they go to the list.
 */
static const float MOST_UNSURE = 0.02f;

static bool write_selection(struct job *job, const struct selection *selection,
                            struct measured *measured, struct llama_error *error) {
    fill_header(job, selection->count);
    return write_all(job, selection, error) && measure(measured, job->temporary, error);
}

static bool write_measured(struct job *job, struct llama_error *error) {
    struct selection selection;
    struct measured measured = {0};
    int rows = job->model.shape.vocab_size;
    bool good = select_rows(&selection, job->model.weights.wcls, rows, job->model.shape.dim);
    if (!good) {
        fail(error, "not enough memory to look at %d rows", rows);
    }
    good = good && write_selection(job, &selection, &measured, error);
    if (good && selection.count < rows && measured.unsure > MOST_UNSURE) {
        select_all(&selection, rows);
        good = write_selection(job, &selection, &measured, error);
    }
    job->header.error = measured.error;
    select_close(&selection);
    return good;
}

static bool pack(struct job *job, struct llama_error *error) {
    struct lesson lesson = {0};
    bool good = write_measured(job, error) && learn_guesses(&lesson, job->temporary, error) &&
                finish(job, &lesson, error) &&
                (rename(job->temporary, job->result) == 0 || cannot_write(job, error));
    free(lesson.slots);
    return good;
}

int main(int argc, char **argv) {
    if (argc != 4) {
        fputs(USAGE, stderr);
        return EXIT_FAILURE;
    }
    struct llama_error error = {""};
    struct job job = {.checkpoint = argv[1], .tokenizer = argv[2], .result = argv[3]};
    size_t length = strlen(job.result) + sizeof ".part";
    job.temporary = malloc(length);
    bool good = job.temporary != NULL;
    if (good) {
        snprintf(job.temporary, length, "%s.part", job.result);
        good = read_inputs(&job, &error) && pack(&job, &error);
        if (!good) {
            remove(job.temporary);
        }
    }
    if (good) {
        printf("%s: %d of %d rows listed, logits in 16 bits err by less than %.2g, %u slots of "
               "guesses\n", job.result, job.header.listed, job.header.shape[5],
               (double)job.header.error, job.header.guesses);
    } else {
        fprintf(stderr, "llama-pack: %s\n", error.text);
    }
    file_unmap(&job.source);
    file_unmap(&job.pieces);
    free(job.temporary);
    return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
