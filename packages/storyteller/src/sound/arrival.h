/* SPDX-License-Identifier: MIT */
/* Waiting for device files to appear: a USB sound card comes up later than the system. */
#ifndef STORYTELLER_ARRIVAL_H
#define STORYTELLER_ARRIVAL_H

struct arrival {
    int fd; /* inotify; negative where the kernel has none */
};

/* Begin to notice new device files. What appears from now on ends a later wait at once. */
void arrival_open(struct arrival *arrival);

/* Wait until something appeared, a signal came, or seconds have passed. */
void arrival_wait(struct arrival *arrival, double seconds);

void arrival_close(struct arrival *arrival);

#endif
