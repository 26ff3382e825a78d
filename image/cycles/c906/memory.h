// SPDX-License-Identifier: MIT
// The C906's way to memory: L1 data cache, TLBs, line fills, hardware prefetcher, and a bus to
// DRAM.
//
// All times are cycles of the core. Sources: openc906 RTL (aq_lsu_*.v), the C906 user manual
// chapter 7, and the boot code's mhint settings (prefetch on, distance 16 lines, write-allocate off
// after 3 lines).
#ifndef MEMORY_H
#define MEMORY_H

#include <stdint.h>

enum { LINE = 64, WAYS = 2, MAX_SETS = 512, FILLS = 8, STREAMS = 5, MICRO_TLB = 10, TLB_SETS = 64 };

struct parameters {
    double line_cycles; // bus time of one line
    uint64_t latency;   // from a demand miss to its data, cycles
    uint32_t sets;      // of the data cache: 512 is 64 KB
};

struct way {
    uint64_t line;  // address / LINE; 0 is no line that programs have
    uint64_t ready; // when its data are there
    uint8_t is_dirty;
};

// One detector of equal strides. The first is for all instructions together, the others for one
// each.
struct stream {
    uint64_t pc;
    uint64_t last;    // address of the last access
    uint64_t next;    // address to prefetch next
    int64_t stride;   // bytes between accesses
    int64_t step;     // bytes between prefetches
    uint64_t asked;   // when the last of them was asked for
    uint32_t hits;    // accesses in a row with that stride
    uint32_t ahead;   // prefetches still to be sent
    uint32_t useless; // prefetches in a row whose line was there
    uint8_t is_running;
};

struct memory {
    struct parameters with;
    struct way ways[MAX_SETS][WAYS];
    uint8_t oldest[MAX_SETS];
    uint64_t fills[FILLS]; // when each outstanding line will be there, a ring
    uint32_t next_fill;
    double bus_free;
    struct stream streams[STREAMS];
    uint32_t next_stream;
    uint64_t micro_tlb[MICRO_TLB];
    uint32_t next_micro;
    uint64_t tlb[TLB_SETS][WAYS];
    uint8_t tlb_oldest[TLB_SETS];
    uint64_t last_stored; // line
    uint32_t stored_in_row;
    uint64_t lines_read, lines_written, prefetched;
};

// What an access means for the pipeline.
struct answer {
    uint64_t
        port; // the access holds the pipeline until then: TLB walk, no free fill, a line on its way
    uint64_t ready; // when its data are there
};

void memory_start(struct memory *memory, struct parameters with);

// Load, at `now`, from one line.
struct answer memory_load(struct memory *memory, uint64_t now, uint64_t address);

// Store, at `now`, to one line.
struct answer memory_store(struct memory *memory, uint64_t now, uint64_t address);

// Tell the prefetcher of a load of `bytes` by the instruction at `pc`, before memory_load of its
// lines.
void memory_observe(struct memory *memory, uint64_t now, uint64_t pc, uint64_t address,
                    uint64_t bytes);

#endif
