/* SPDX-License-Identifier: MIT */
/* The program `llama-pack`: makes a packed model of a legacy checkpoint. Runs on the host. */
#define _POSIX_C_SOURCE 200809L
#include <errno.h>
#include <float.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "error.h"
#include "inspect.h"
#include "learn.h"
#include "measure.h"
#include "packed.h"
#include "progress.h"
#include "target.h"
#include "tokenizer.h"
#include "writer.h"

static const char USAGE[] = "usage: llama-pack <checkpoint> <tokenizer> <packed>\n"
                            "  <checkpoint>  a legacy llama2.c model\n"
                            "  <tokenizer>   its tokenizer.bin\n"
                            "  <packed>      the file to write\n";

struct job {
    const char *checkpoint, *tokenizer, *result;
    struct target target;
    struct file source, pieces;
    struct vocabulary vocabulary;
    struct checkpoint model;
    struct packed_header header;
    uint8_t source_hash[HASH_BYTES];
};

static bool cannot_write(const struct job *job, struct llama_error *error) {
    return fail(error, "%s: cannot be written: %s", path_tail(job->result), strerror(errno));
}

static bool read_inputs(struct job *job, struct llama_error *error) {
    if (!file_open(&job->source, job->checkpoint, error) ||
        !checkpoint_open(&job->model, &job->source, error) ||
        !file_open(&job->pieces, job->tokenizer, error)) {
        return false;
    }
    struct vocabulary *vocabulary = &job->vocabulary;
    vocabulary->data = file_load(job->tokenizer, &vocabulary->size, error);
    if (vocabulary->data == NULL) {
        return false;
    }
    struct tokenizer tokenizer;
    bool good = tokenizer_parse(&tokenizer, vocabulary->data, vocabulary->size,
                                job->model.shape.vocab_size, path_tail(job->tokenizer), error);
    tokenizer_close(&tokenizer);
    return good;
}

static bool open_target(struct job *job, struct llama_error *error) {
    const struct file *const inputs[] = {&job->source, &job->pieces};
    return target_open(&job->target, job->result, inputs, 2, error);
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
    struct packed_header *header = &job->header;
    struct packed_layout layout;
    *header = (struct packed_header){
        .version = PACKED_VERSION,
        .shape = {s->dim, s->hidden_dim, s->n_layers, s->n_heads, s->n_kv_heads, s->vocab_size,
                  s->seq_len},
        .tied = job->model.weights.wcls == job->model.weights.embedding,
        .listed = listed,
        .error = FLT_MIN, /* not measured yet: what is told until then may err, and does no harm */
        .tokenizer_bytes = (uint32_t)job->vocabulary.size,
        .precision = PRECISION_Q16,
    };
    memcpy(header->magic, PACKED_MAGIC, sizeof header->magic);
    memcpy(header->source, job->source_hash, sizeof header->source);
    put_name(header->name, job->checkpoint);
    packed_lay_out(&layout, header, s);
    header->file_bytes = layout.size;
}

/* Writes the header, and leaves the writer at the next part. */
static void put_header(struct writer *writer, const struct packed_header *header) {
    writer_begin(writer, 0, 0);
    writer_put(writer, header, sizeof *header);
    writer_end(writer);
    writer_begin(writer, packed_seed(header), writer->place);
}

/* Adds the draft tokens at the end, then says in the header what the file holds. */
static bool finish(struct job *job, const struct lesson *lesson, struct llama_error *error) {
    struct packed_layout layout;
    struct writer writer = {.file = fopen(job->target.temporary, "r+b"), .good = true};
    if (writer.file == NULL) {
        return cannot_write(job, error);
    }
    job->header.drafts = lesson->count;
    packed_lay_out(&layout, &job->header, &job->model.shape);
    job->header.file_bytes = layout.size;
    writer_begin(&writer, packed_seed(&job->header), layout.drafts.offset);
    writer_put(&writer, lesson->slots, lesson->count * sizeof *lesson->slots);
    writer_end(&writer);
    put_header(&writer, &job->header);
    bool good = writer.good && fflush(writer.file) == 0 && fsync(fileno(writer.file)) == 0;
    return (fclose(writer.file) == 0 && good) || cannot_write(job, error);
}

static bool write_all(const struct job *job, const struct selection *selection,
                      struct llama_error *error) {
    struct writer writer = {.file = fopen(job->target.temporary, "wb"), .good = true};
    if (writer.file == NULL) {
        return cannot_write(job, error);
    }
    put_header(&writer, &job->header);
    bool good = write_parts(&writer, &job->model, &job->vocabulary, selection, error);
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
    return write_all(job, selection, error) && measure(measured, job->target.temporary, error);
}

/* Chooses the rows of the list, for which the whole classifier is in memory for a moment. */
static bool select_listed(const struct job *job, struct selection *selection,
                          struct llama_error *error) {
    const struct shape *shape = &job->model.shape;
    uint64_t bytes = 4 * (uint64_t)shape->vocab_size * (uint64_t)shape->dim;
    float *rows = malloc((size_t)bytes);
    bool good = rows != NULL || fail(error, "not enough memory for %d rows", shape->vocab_size);
    good = good && file_read(&job->source, rows, bytes, job->model.weights.wcls, error);
    if (good && !select_rows(selection, rows, shape->vocab_size, shape->dim)) {
        good = fail(error, "not enough memory for %d rows", shape->vocab_size);
    }
    free(rows);
    return good;
}

static bool write_measured(struct job *job, struct llama_error *error) {
    struct selection selection = {0};
    struct measured measured = {0};
    int rows = job->model.shape.vocab_size;
    bool good =
        select_listed(job, &selection, error) && write_selection(job, &selection, &measured, error);
    if (good && selection.count < rows && measured.unsure > MOST_UNSURE) {
        select_all(&selection, rows);
        good = write_selection(job, &selection, &measured, error);
    }
    job->header.error = measured.error;
    job->header.generated = measured.generated;
    job->header.given = measured.given;
    select_close(&selection);
    return good;
}

/* How the model is to compute where nobody says otherwise, and whether it is to draft tokens. */
static void decide(struct job *job, struct lesson *lesson) {
    bool q16 = work_pays_in_q16(&lesson->work, &job->model.shape, job->header.listed);
    job->header.precision = q16 ? PRECISION_Q16 : PRECISION_F32;
    lesson->count = work_pays_to_draft(&lesson->work) ? lesson->count : 0;
}

static bool pack(struct job *job, struct llama_error *error) {
    struct lesson lesson = {0};
    bool good = inspect(job->source_hash, &job->model, error) && write_measured(job, error) &&
                learn_drafts(&lesson, job->target.temporary, error);
    if (good) {
        decide(job, &lesson);
    }
    good = good && finish(job, &lesson, error) && target_keep(&job->target, error);
    free(lesson.slots);
    return good;
}

static void close_all(struct job *job) {
    target_close(&job->target);
    file_close(&job->source);
    file_close(&job->pieces);
    free(job->vocabulary.data);
}

int main(int argc, char **argv) {
    if (argc != 4) {
        fputs(USAGE, stderr);
        return EXIT_FAILURE;
    }
    struct llama_error error = {""};
    struct job job = {.checkpoint = argv[1], .tokenizer = argv[2], .result = argv[3]};
    bool good = read_inputs(&job, &error) && open_target(&job, &error) && pack(&job, &error);
    progress_end();
    if (good) {
        printf(
            "%s: short list of %d of %d rows; 16-bit logits taken to err by less than %.2g (one "
            "and a half times the largest error at %u generated and %u other tokens), %u slots of "
            "draft tokens; computes in %s\n",
            job.result, job.header.listed, job.header.shape[5], (double)job.header.error,
            job.header.generated, job.header.given, job.header.drafts,
            job.header.precision == PRECISION_Q16 ? "16 bits" : "float32");
    } else {
        fprintf(stderr, "llama-pack: %s\n", error.text);
    }
    close_all(&job);
    return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
