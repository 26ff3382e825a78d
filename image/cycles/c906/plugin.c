// SPDX-License-Identifier: MIT
// Plugin for T-Head's qemu-riscv64: runs a model of the C906 beside a program and writes what it
// cost as JSON.
//
// Arguments: out=FILE, and for each memory to model side by side
// core=MB_PER_S:LATENCY_CYCLES:L1_KIB (at 1 GHz a cycle is a nanosecond). Not modelled: instruction
// cache, other threads than the first, time in the kernel.
//
// Each write to standard output is a mark: an engine writes once per token, a probe around the loop
// it measures. The report holds the figures at the first, the second and the last mark, so that
// start and end can be taken off, and the first stretch be told from the rest. The end of a story's
// line is no token: marks end with a write to standard error, where llama2.c's engines tell their
// speed before their standard output is flushed, and a last stretch that is tiny beside the others
// is left out.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core.h"
#include "qemu_plugin.h"

enum { MAX_CORES = 4, SYS_WRITE = 64, SYS_WRITEV = 66, STDOUT = 1, STDERR = 2, TINY = 20 };

struct figures {
    uint64_t executions;
    uint64_t spent[MAX_CORES][CAUSES];
};

// Points of a run: marks, the last but one among them, and its end.
enum point { FIRST, SECOND, PREVIOUS, LAST, END, POINTS };

// A translated block: straight code, with what it cost up to each point.
struct block {
    struct block *next;
    struct figures at[POINTS];
    uint32_t kinds[KINDS];
    uint32_t count;
    struct op ops[];
};

struct snapshot {
    uint64_t kinds[KINDS];
    struct {
        uint64_t cycles, spent[CAUSES], lines_read, lines_written, prefetched;
    } cores[MAX_CORES];
};

__attribute__((visibility("default"))) int qemu_plugin_version = 1;

static struct core cores[MAX_CORES];
static uint32_t core_count;
static struct block *blocks, *pending;
static struct access *accesses;
static size_t access_count, access_room;
static uint64_t kinds[KINDS], marks;
static int is_over;
static struct snapshot at[POINTS];
static const char *out;

static void account(struct block *block, uint64_t next) {
    for (uint32_t i = 0; i < core_count; i++) {
        struct core *core = &cores[i];
        uint64_t before[CAUSES];
        memcpy(before, core->spent, sizeof before);
        core_run(core, block->ops, block->count, accesses, accesses + access_count);
        if (next) {
            core_leave(core, &block->ops[block->count - 1], next);
        }
        for (int cause = 0; cause < CAUSES; cause++) {
            block->at[END].spent[i][cause] += core->spent[cause] - before[cause];
        }
    }
    for (int kind = 0; kind < KINDS; kind++) {
        kinds[kind] += block->kinds[kind];
    }
    block->at[END].executions++;
    access_count = 0;
    pending = NULL;
}

// The accesses of a block are known when the next one starts.
static void on_block(unsigned cpu, void *data) {
    if (cpu != 0) {
        return;
    }
    struct block *block = data;
    if (pending) {
        account(pending, block->ops[0].pc);
    }
    pending = block;
}

static void on_access(unsigned cpu, uint32_t info, uint64_t address, void *data) {
    if (cpu != 0) {
        return;
    }
    uint64_t bytes = (uint64_t)1 << qemu_plugin_mem_size_shift(info);
    int is_store = qemu_plugin_mem_is_store(info);
    struct access *before = access_count ? &accesses[access_count - 1] : NULL;
    // The emulator reports vector accesses one element at a time.
    if (before && before->op == data && before->is_store == is_store &&
        before->address + before->bytes == address) {
        before->bytes += bytes;
        before->elements++;
        return;
    }
    if (access_count == access_room) {
        access_room = access_room ? 2 * access_room : 1024;
        accesses = realloc(accesses, access_room * sizeof *accesses);
        if (!accesses) {
            abort();
        }
    }
    accesses[access_count++] = (struct access){data, address, bytes, 1, is_store};
}

static void on_translation(uint64_t id, struct qemu_tb *tb) {
    (void)id;
    size_t count = qemu_plugin_tb_n_insns(tb);
    struct block *block = calloc(1, sizeof *block + count * sizeof block->ops[0]);
    if (!block || !count) {
        abort();
    }
    block->next = blocks;
    blocks = block;
    block->count = (uint32_t)count;
    for (size_t i = 0; i < count; i++) {
        struct qemu_insn *insn = qemu_plugin_tb_get_insn(tb, i);
        uint32_t word = 0;
        size_t size = qemu_plugin_insn_size(insn);
        memcpy(&word, qemu_plugin_insn_data(insn), size < sizeof word ? size : sizeof word);
        block->ops[i] = decode(word, (uint8_t)size, qemu_plugin_insn_vaddr(insn));
        block->kinds[block->ops[i].kind]++;
        qemu_plugin_register_vcpu_mem_cb(insn, on_access, QEMU_CB_NO_REGS, QEMU_MEM_READ_WRITE,
                                         &block->ops[i]);
    }
    qemu_plugin_register_vcpu_tb_exec_cb(tb, on_block, QEMU_CB_NO_REGS, block);
}

static struct snapshot take(void) {
    struct snapshot taken;
    memset(&taken, 0, sizeof taken);
    memcpy(taken.kinds, kinds, sizeof kinds);
    for (uint32_t i = 0; i < core_count; i++) {
        taken.cores[i].cycles = cores[i].now;
        memcpy(taken.cores[i].spent, cores[i].spent, sizeof cores[i].spent);
        taken.cores[i].lines_read = cores[i].memory.lines_read;
        taken.cores[i].lines_written = cores[i].memory.lines_written;
        taken.cores[i].prefetched = cores[i].memory.prefetched;
    }
    return taken;
}

static void copy_point(enum point from, enum point to) {
    at[to] = at[from];
    for (struct block *block = blocks; block; block = block->next) {
        block->at[to] = block->at[from];
    }
}

static void on_syscall(uint64_t id, unsigned cpu, int64_t number, uint64_t a1, uint64_t a2,
                       uint64_t a3, uint64_t a4, uint64_t a5, uint64_t a6, uint64_t a7,
                       uint64_t a8) {
    (void)id;
    (void)a2;
    (void)a3;
    (void)a4;
    (void)a5;
    (void)a6;
    (void)a7;
    (void)a8;
    if (cpu != 0 || (number != SYS_WRITE && number != SYS_WRITEV)) {
        return;
    }
    if (a1 == STDERR && marks) {
        is_over = 1;
    }
    if (a1 != STDOUT || is_over) {
        return;
    }
    if (pending) {
        account(pending, 0);
    }
    at[END] = take();
    copy_point(LAST, PREVIOUS);
    copy_point(END, LAST);
    if (marks < 2) {
        copy_point(END, marks == 0 ? FIRST : SECOND);
    }
    marks++;
}

static uint64_t instructions(const struct snapshot *from, const struct snapshot *to) {
    uint64_t sum = 0;
    for (int kind = 0; kind < KINDS; kind++) {
        sum += to->kinds[kind] - from->kinds[kind];
    }
    return sum;
}

static void drop_tiny_end(void) {
    if (marks < 3 || instructions(&at[PREVIOUS], &at[LAST]) * TINY * (marks - 1) >
                         instructions(&at[FIRST], &at[LAST])) {
        return;
    }
    marks--;
    copy_point(PREVIOUS, LAST);
}

static void write_list(FILE *file, const char *name, const uint64_t *values, int count) {
    fprintf(file, "\"%s\": [", name);
    for (int i = 0; i < count; i++) {
        fprintf(file, "%s%llu", i ? ", " : "", (unsigned long long)values[i]);
    }
    fprintf(file, "]");
}

static void write_snapshot(FILE *file, const char *name, const struct snapshot *of) {
    fprintf(file, "\"%s\": {", name);
    write_list(file, "instructions", of->kinds, KINDS);
    fprintf(file, ", \"cores\": [");
    for (uint32_t i = 0; i < core_count; i++) {
        fprintf(file, "%s{\"cycles\": %llu, ", i ? ",\n" : "\n",
                (unsigned long long)of->cores[i].cycles);
        write_list(file, "spent", of->cores[i].spent, CAUSES);
        const uint64_t lines[] = {of->cores[i].lines_read, of->cores[i].lines_written,
                                  of->cores[i].prefetched};
        fprintf(file, ", ");
        write_list(file, "lines", lines, 3);
        fprintf(file, "}");
    }
    fprintf(file, "]},\n");
}

// One row per block: address, instructions, executions, then the cycles by cause on each core.
static void write_blocks(FILE *file, const char *name, enum point until) {
    const char *separator = "";
    fprintf(file, "\"%s\": [", name);
    for (const struct block *block = blocks; block; block = block->next) {
        struct figures of = block->at[until], from = {0};
        if (until != END) {
            from = block->at[FIRST];
        }
        if (of.executions == from.executions) {
            continue;
        }
        fprintf(file, "%s\n[%llu, %u, %llu", separator, (unsigned long long)block->ops[0].pc,
                block->count, (unsigned long long)(of.executions - from.executions));
        for (uint32_t i = 0; i < core_count; i++) {
            for (int cause = 0; cause < CAUSES; cause++) {
                fprintf(file, ", %llu",
                        (unsigned long long)(of.spent[i][cause] - from.spent[i][cause]));
            }
        }
        fprintf(file, "]");
        separator = ",";
    }
    fprintf(file, "]");
}

static void on_exit_of_program(uint64_t id, void *data) {
    (void)id;
    (void)data;
    if (pending) {
        account(pending, 0);
    }
    at[END] = take();
    drop_tiny_end();
    FILE *file = fopen(out, "w");
    if (!file) {
        perror(out);
        return;
    }
    fprintf(file, "{\"marks\": %llu,\n", (unsigned long long)marks);
    write_snapshot(file, "first", &at[FIRST]);
    write_snapshot(file, "second", &at[SECOND]);
    write_snapshot(file, "last", &at[LAST]);
    write_snapshot(file, "total", &at[END]);
    write_blocks(file, "blocks", marks > 1 ? LAST : END);
    fprintf(file, ",\n");
    write_blocks(file, "first_blocks", marks > 1 ? SECOND : END);
    fprintf(file, "}\n");
    fclose(file);
}

static int add_core(const char *text) {
    double mb_per_s;
    unsigned latency, kib;
    if (core_count == MAX_CORES || sscanf(text, "%lf:%u:%u", &mb_per_s, &latency, &kib) != 3) {
        return 0;
    }
    uint32_t sets = kib * 1024 / LINE / WAYS;
    if (mb_per_s <= 0 || sets == 0 || sets > MAX_SETS || (sets & (sets - 1))) {
        return 0;
    }
    core_start(&cores[core_count++], (struct parameters){LINE * 1000.0 / mb_per_s, latency, sets});
    return 1;
}

__attribute__((visibility("default"))) int
qemu_plugin_install(uint64_t id, const struct qemu_info *info, int argc, char **argv) {
    (void)info;
    for (int i = 0; i < argc; i++) {
        if (strncmp(argv[i], "out=", 4) == 0) {
            out = strdup(argv[i] + 4);
        } else if (strncmp(argv[i], "core=", 5) != 0 || !add_core(argv[i] + 5)) {
            fprintf(stderr, "plugin: cannot use the argument %s\n", argv[i]);
            return -1;
        }
    }
    if (!out || !core_count) {
        fprintf(stderr, "plugin: out=FILE and core=MB_PER_S:LATENCY:L1_KIB are needed\n");
        return -1;
    }
    qemu_plugin_register_vcpu_tb_trans_cb(id, on_translation);
    qemu_plugin_register_vcpu_syscall_cb(id, on_syscall);
    qemu_plugin_register_atexit_cb(id, on_exit_of_program, NULL);
    return 0;
}
