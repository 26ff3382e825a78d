/* SPDX-License-Identifier: MIT */
#include "foreign.h"

#include <string.h>

#include "error.h"

enum { HEAD = 32, AFTER_LENGTH = 8 };

struct kind {
    const char *start;
    size_t bytes;
    size_t at; /* where the start is expected */
    const char *is;
    const char *cure;
};

#define KIND(start, at, is, cure) {start, sizeof(start) - 1, at, is, cure}
#define EXPORT "export the model with llama2.c's export.py --version 0"
#define UNPACK "unpack it first"
#define CONVERT "make tokenizer.bin with llama2.c's tokenizer.py"

/* Kinds that either may be taken for; their cure is the same. */
static const struct kind ANY[] = {
    KIND("\x1f\x8b", 0, "compressed (gzip)", UNPACK),
    KIND("\3757zXZ", 0, "compressed (xz)", UNPACK),
    KIND("\x28\xb5\x2f\xfd", 0, "compressed (zstd)", UNPACK),
    KIND("BZh", 0, "compressed (bzip2)", UNPACK),
    KIND("version https://git-lfs", 0, "a Git LFS pointer, not the file itself",
         "fetch it with git lfs pull"),
    KIND("<!DOCTYPE", 0, "a web page", "download the file itself"),
    KIND("<!doctype", 0, "a web page", "download the file itself"),
    KIND("<html", 0, "a web page", "download the file itself"),
    KIND("<HTML", 0, "a web page", "download the file itself"),
};

static const struct kind CHECKPOINTS[] = {
    KIND("24ka\1\0\0\0", 0, "a llama2.c model of version 1", EXPORT),
    KIND("24ka\2\0\0\0", 0, "a llama2.c model of version 2 (Q8_0)", EXPORT),
    KIND("24ka", 0, "a llama2.c model of a newer version", EXPORT),
    KIND("GGUF", 0, "a GGUF file", EXPORT),
    KIND("tjgg", 0, "a GGML file", EXPORT),
    KIND("fmgg", 0, "a GGML file", EXPORT),
    KIND("lmgg", 0, "a GGML file", EXPORT),
    KIND("{\"", AFTER_LENGTH, "a safetensors file", EXPORT),
    KIND("PK\3\4", 0, "a PyTorch checkpoint or another zip archive", EXPORT),
    KIND("\x80\2", 0, "an old PyTorch checkpoint (pickle)", EXPORT),
    KIND("LLAMAPCK", 0, "a packed model", "give the checkpoint that it was packed from"),
};

static const struct kind VOCABULARIES[] = {
    KIND("{\n", 0, "JSON, as tokenizer.json is", CONVERT),
    KIND("{\r", 0, "JSON, as tokenizer.json is", CONVERT),
    KIND("{\"", 0, "JSON, as tokenizer.json is", CONVERT),
    KIND("{ ", 0, "JSON, as tokenizer.json is", CONVERT),
    KIND("\n\x0e\n\5<unk>", 0, "a SentencePiece model, as tokenizer.model is", CONVERT),
    KIND("PK\3\4", 0, "a zip archive", UNPACK),
    KIND("GGUF", 0, "a GGUF file", CONVERT),
    KIND("LLAMAPCK", 0, "a packed model, which holds its tokenizer", "omit -z"),
};

/* The first kind that `head` begins like, or NULL. */
static const struct kind *find(const struct kind *kinds, size_t count, const unsigned char *head,
                               size_t size) {
    for (size_t i = 0; i < count; i++) {
        const struct kind *kind = &kinds[i];
        if (size >= kind->at + kind->bytes &&
            memcmp(head + kind->at, kind->start, kind->bytes) == 0) {
            return kind;
        }
    }
    return NULL;
}

static void explain(const struct kind *own, size_t count, const unsigned char *head, size_t size,
                    const char *name, struct llama_error *error) {
    const struct kind *kind = find(ANY, sizeof ANY / sizeof *ANY, head, size);
    if (kind == NULL) {
        kind = find(own, count, head, size);
    }
    if (kind != NULL) {
        fail(error, "%s: is %s: %s", name, kind->is, kind->cure);
    }
}

void foreign_explain_model(const struct file *file, struct llama_error *error) {
    unsigned char head[HEAD];
    struct llama_error unread;
    uint64_t size = file->size < HEAD ? file->size : HEAD;
    if (file_read(file, head, size, 0, &unread)) {
        explain(CHECKPOINTS, sizeof CHECKPOINTS / sizeof *CHECKPOINTS, head, (size_t)size,
                file->name, error);
    }
}

void foreign_explain_tokenizer(const unsigned char *data, size_t size, const char *name,
                               struct llama_error *error) {
    explain(VOCABULARIES, sizeof VOCABULARIES / sizeof *VOCABULARIES, data, size, name, error);
}
