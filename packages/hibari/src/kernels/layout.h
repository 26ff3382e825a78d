/* SPDX-License-Identifier: MIT */
/* Where the fields of struct product are; choose.c holds it against the compiler's. */
#ifndef HIBARI_LAYOUT_H
#define HIBARI_LAYOUT_H

#define PRODUCT_OUT 0
#define PRODUCT_BASE 8
#define PRODUCT_OUT_STRIDE 16
#define PRODUCT_BASE_STRIDE 24
#define PRODUCT_SCALES 32
#define PRODUCT_PANEL 40
#define PRODUCT_TILE 48
#define PRODUCT_DEPTH 56
#define PRODUCT_ROWS 64
#define PRODUCT_COLUMNS 72

#define HALF_HEADER 64 /* bytes before a panel's numbers of 16 bits: a factor of each row */

#endif
