/* SPDX-License-Identifier: MIT */
/*
 * One core with a clock of its own, which all threads of a program share. The program is linked
 * with --wrap for what core.c wraps (WRAPPED in tests/storyteller/build.py), so that its own files
 * stay as they are: its threads wait, sleep and look at the clock as ever, but time passes only
 * while one of them spends it, or all wait.
 */
#ifndef CORE_H
#define CORE_H

/* The calling thread needs so many seconds of the core. Returns when it had them: others that are
 * ready get their share meanwhile, as Linux gives it. */
void core_spend(double seconds);

#endif
