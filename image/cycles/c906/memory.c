// SPDX-License-Identifier: MIT
#include "memory.h"

#include <stdlib.h>
#include <string.h>

enum {
    PAGE_LINES = 4096 / LINE,
    DISTANCE = 16,        // lines; mhint.D_DIS = 3
    GLOBAL_HITS = 15,     // equal strides before the detector of all instructions starts
    OWN_HITS = 3,         // and before the one of a single instruction does
    MAX_STRIDE = 1024,    // bytes
    USELESS = 2,          // prefetches of lines that are there, before a stream ends
    STREAMING_STORES = 3, // lines; mhint.AMR = 1
    TLB_HIT = 3,
    TLB_WALK = 16 // cycles; the walk reads its entry through the data cache
};
// Where we let page table entries lie: eight bytes per page, at addresses that no program has.
#define PAGE_TABLE ((uint64_t)1 << 56)

static struct way *find(struct memory *memory, uint64_t line) {
    struct way *ways = memory->ways[line & (memory->with.sets - 1)];
    for (int i = 0; i < WAYS; i++) {
        if (ways[i].line == line) {
            return &ways[i];
        }
    }
    return NULL;
}

static uint64_t fill_free(const struct memory *memory) {
    return memory->fills[memory->next_fill];
}

static uint64_t later(uint64_t a, uint64_t b) {
    return a > b ? a : b;
}

// Occupy the bus for one line from `earliest` on; the time when it is over.
static uint64_t transfer(struct memory *memory, uint64_t earliest) {
    double start = memory->bus_free > (double)earliest ? memory->bus_free : (double)earliest;
    memory->bus_free = start + memory->with.line_cycles;
    return (uint64_t)(memory->bus_free + 0.5);
}

static struct way *make_room(struct memory *memory, uint64_t now, uint64_t line) {
    uint32_t set = (uint32_t)line & (memory->with.sets - 1);
    struct way *way = &memory->ways[set][memory->oldest[set]]; // FIFO: use does not make it younger
    memory->oldest[set] = (uint8_t)((memory->oldest[set] + 1) % WAYS);
    if (way->is_dirty) {
        transfer(memory, now);
        memory->lines_written++;
    }
    way->line = line;
    way->is_dirty = 0;
    return way;
}

// Ask for a line at `now`, when a fill must be free.
static struct way *fill(struct memory *memory, uint64_t now, uint64_t line) {
    struct way *way = make_room(memory, now, line);
    uint64_t before = (uint64_t)memory->with.line_cycles;
    uint64_t access = memory->with.latency > before ? memory->with.latency - before : 0;
    way->ready = transfer(memory, now + access);
    memory->fills[memory->next_fill] = way->ready;
    memory->next_fill = (memory->next_fill + 1) % FILLS;
    memory->lines_read++;
    return way;
}

static uint64_t page_of(uint64_t address) {
    return address / LINE / PAGE_LINES;
}

static void stop(struct stream *stream) {
    stream->is_running = 0;
    stream->ahead = 0;
}

static void prefetch_one(struct memory *memory, struct stream *stream, uint64_t now) {
    uint64_t address = stream->next;
    stream->next += (uint64_t)stream->step;
    stream->ahead--;
    if (page_of(address) != page_of(stream->last)) {
        stop(stream);
    } else if (!find(memory, address / LINE)) {
        stream->useless = 0;
        fill(memory, now, address / LINE);
        memory->prefetched++;
    } else if (++stream->useless == USELESS) {
        stop(stream);
        stream->hits = 0;
    }
}

// Send the prefetches that could go out before `now`: each needs a free fill.
static void catch_up(struct memory *memory, uint64_t now) {
    for (int i = 0; i < STREAMS; i++) {
        struct stream *stream = &memory->streams[i];
        while (stream->ahead && later(fill_free(memory), stream->asked) < now) {
            prefetch_one(memory, stream, later(fill_free(memory), stream->asked));
        }
    }
}

static void run_ahead(struct stream *stream, uint64_t now, uint64_t address) {
    int64_t sent =
        (int64_t)(stream->next - address) / stream->step; // lines ahead of the access already
    if (sent < 1) {
        stream->next = address + (uint64_t)stream->step;
        sent = 1;
    }
    stream->ahead = sent <= DISTANCE ? (uint32_t)(DISTANCE - sent + 1) : 0;
    stream->asked = now;
}

static void train(struct stream *stream, uint32_t needed, uint64_t now, uint64_t address,
                  uint64_t bytes, int is_miss) {
    int64_t stride = (int64_t)(address - stream->last);
    if (stride == 0) {
        return;
    }
    int is_new_page = page_of(address) != page_of(stream->last);
    stream->last = address;
    if (stride != stream->stride) {
        stream->stride = stride;
        stream->hits = 0;
        stop(stream);
        return;
    }
    if (stream->hits < needed) {
        stream->hits++;
    }
    if (is_new_page) {
        stop(stream);
    }
    if (stream->hits < needed || labs(stride) >= MAX_STRIDE) {
        return;
    }
    if (!stream->is_running) {
        if (!is_miss) {
            return;
        }
        // Accesses without gaps need every line, even where one access spans several.
        int has_gaps = labs(stride) > LINE && labs(stride) > (int64_t)bytes;
        stream->step = has_gaps ? stride : stride < 0 ? -LINE : LINE;
        stream->next = address;
        stream->useless = 0;
        stream->is_running = 1;
    }
    run_ahead(stream, now, address);
}

void memory_observe(struct memory *memory, uint64_t now, uint64_t pc, uint64_t address,
                    uint64_t bytes) {
    catch_up(memory, now); // what was asked for before goes first
    int is_miss = !find(memory, address / LINE);
    train(&memory->streams[0], GLOBAL_HITS, now, address, bytes, is_miss);
    struct stream *own = NULL;
    for (int i = 1; i < STREAMS && !own; i++) {
        if (memory->streams[i].pc == pc) {
            own = &memory->streams[i];
        }
    }
    if (!own && is_miss) {
        own = &memory->streams[1 + memory->next_stream];
        memory->next_stream = (memory->next_stream + 1) % (STREAMS - 1);
        *own = (struct stream){.pc = pc, .last = address};
        return;
    }
    if (own) {
        train(own, OWN_HITS, now, address, bytes, is_miss);
    }
    if (own && memory->streams[0].is_running) {
        stop(own); // the common detector has precedence
    }
}

static uint64_t walk(struct memory *memory, uint64_t now, uint64_t page) {
    uint64_t line = (PAGE_TABLE + page * 8) / LINE;
    struct way *way = find(memory, line);
    if (!way) {
        way = fill(memory, later(now, fill_free(memory)), line);
    }
    return later(now + TLB_WALK, way->ready);
}

// When the address of an access that starts at `now` is known.
static uint64_t translate(struct memory *memory, uint64_t now, uint64_t address) {
    uint64_t page = page_of(address);
    for (int i = 0; i < MICRO_TLB; i++) {
        if (memory->micro_tlb[i] == page) {
            return now;
        }
    }
    memory->micro_tlb[memory->next_micro] = page;
    memory->next_micro = (memory->next_micro + 1) % MICRO_TLB;
    uint64_t *ways = memory->tlb[page % TLB_SETS];
    if (ways[0] == page || ways[1] == page) {
        return now + TLB_HIT;
    }
    uint8_t *oldest = &memory->tlb_oldest[page % TLB_SETS];
    ways[*oldest] = page;
    *oldest = (uint8_t)((*oldest + 1) % WAYS);
    return walk(memory, now, page);
}

struct answer memory_load(struct memory *memory, uint64_t now, uint64_t address) {
    now = translate(memory, now, address);
    catch_up(memory, now);
    struct way *way = find(memory, address / LINE);
    // A load from a line on its way is tried again and again until the line is there.
    if (way) {
        return (struct answer){later(now, way->ready), later(now, way->ready)};
    }
    now = later(now, fill_free(memory));
    return (struct answer){now, fill(memory, now, address / LINE)->ready};
}

struct answer memory_store(struct memory *memory, uint64_t now, uint64_t address) {
    uint64_t line = address / LINE;
    now = translate(memory, now, address);
    catch_up(memory, now);
    struct way *way = find(memory, line);
    int is_next = line == memory->last_stored + 1, is_same = line == memory->last_stored;
    if (!is_same) {
        memory->stored_in_row = is_next ? memory->stored_in_row + 1 : 0;
    }
    memory->last_stored = line;
    if (way) {
        way->is_dirty = 1;
        return (struct answer){now, now};
    }
    int is_streaming = memory->stored_in_row >= STREAMING_STORES;
    if (is_streaming && is_same) {
        return (struct answer){now, now}; // joins the write that is under way
    }
    now = later(now, fill_free(memory));
    if (is_streaming) {
        memory->fills[memory->next_fill] = transfer(memory, now);
        memory->next_fill = (memory->next_fill + 1) % FILLS;
        memory->lines_written++;
    } else {
        fill(memory, now, line)->is_dirty = 1;
    }
    return (struct answer){now, now};
}

void memory_start(struct memory *memory, struct parameters with) {
    memset(memory, 0, sizeof *memory);
    memory->with = with;
}
