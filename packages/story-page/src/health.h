/* SPDX-License-Identifier: MIT */
/* How this machine is: its memory and its card, in numbers. */
#ifndef STORY_PAGE_HEALTH_H
#define STORY_PAGE_HEALTH_H

#define HEALTH_BYTES 512

/* As an object in JSON: version, kernel, uptime_s, and in kB memory, available, card, free (of the
 * folder where stories are kept). What is not known is 0 or empty. */
void health_write(const char *folder, char text[HEALTH_BYTES]);

#endif
