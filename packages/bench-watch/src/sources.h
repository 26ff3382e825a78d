// SPDX-License-Identifier: MIT
// Where the kernel tells what is used; -1 where it does not.
#ifndef SOURCES_H
#define SOURCES_H

#include <sys/types.h>

struct sources {
    int statm;   // /proc/PID/statm
    int meminfo; // /proc/meminfo
};

// Held open: a file that is opened anew for each token would cost more than reading it.
void sources_open(struct sources *sources, pid_t process);
void sources_close(struct sources *sources);

long sources_resident_kib(const struct sources *sources);
long sources_available_kib(const struct sources *sources);

// What was read from all real disks since the start.
long sources_card_read_kib(void);

#endif
