/* SPDX-License-Identifier: MIT */
/* The C libraries do not agree on the type of an ioctl's request. */
#ifndef COMMON_IOCTLS_H
#define COMMON_IOCTLS_H

#ifdef __GLIBC__
#define IOCTL_CODE(code) (code)
#else
#define IOCTL_CODE(code) ((int)(code))
#endif

#endif
