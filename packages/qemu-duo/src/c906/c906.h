/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef C906_H
#define C906_H

/* T-Head's C906: what it has of its own, in addition to rv64gc. */
#define C906_CSRS 64
#define C906_VS 0x01800000 /* state of the vector unit in mstatus and sstatus; RVV 1.0: 0x600 */
#define C906_PAGE_BITS 0xf800000000000000ULL /* attributes of a page, in its table entry */

typedef struct C906State {
    uint64_t machine[C906_CSRS];    /* 0x7c0 on: mxstatus, mhcr, mcor ... */
    uint64_t supervisor[C906_CSRS]; /* 0x5c0 on */
    uint64_t tlb[C906_CSRS];        /* 0x9c0 on: smcir ... */
    bool has_page_bits;             /* mxstatus.MAEE */
} C906State;

#endif
