/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef C906_VECTOR_FLOAT_H
#define C906_VECTOR_FLOAT_H

#include "vector.h"

#include "fpu/softfloat.h"

/* What the floating-point instructions of the vector unit share. */

/* Call a function of softfloat for half, single or double precision. */
#define OF_WIDTH(sew, name, ...)                 \
    ((sew) == 1   ? float16_##name(__VA_ARGS__)  \
     : (sew) == 2 ? float32_##name(__VA_ARGS__)  \
                  : float64_##name(__VA_ARGS__))

/* funct6 of the arithmetic of one width. */
enum {
    VFADD = 0x00,
    VFSUB = 0x02,
    VFMIN = 0x04,
    VFMAX = 0x06,
    VFSGNJ = 0x08,
    VFSGNJN = 0x09,
    VFSGNJX = 0x0a,
    VFDIV = 0x20,
    VFRDIV = 0x21, /* OPFVF */
    VFMUL = 0x24,
    VFRSUB = 0x27, /* OPFVF */
    VFMADD = 0x28,
    VFMACC = 0x2c,
    VFNMSAC = 0x2f,
};

/* What one of them makes of elements of vs2 (a), vs1 (b) and vd (d). */
uint64_t vector_float_compute(int funct6, int sew, uint64_t a, uint64_t b, uint64_t d,
                              float_status *status);

/* A number of half or single precision in twice the width. */
uint64_t vector_float_widened(int sew, uint64_t value, float_status *status);

/* Each carries out a class of instructions. False: it has none such, or it is illegal. */
bool vector_float_arithmetic(VectorOp *op);
bool vector_float_mask(VectorOp *op);
bool vector_float_reduce(VectorOp *op);
bool vector_float_unary(VectorOp *op);

#endif
