/* SPDX-License-Identifier: MIT */
#include "health.h"

#include <stdio.h>
#include <string.h>
#include <sys/statvfs.h>
#include <sys/utsname.h>
#include <time.h>

#define LINE_BYTES 128
#define KB 1024u

/* One line of /proc/meminfo, in kB. */
static unsigned long read_memory(const char *name) {
    FILE *file = fopen("/proc/meminfo", "re");
    char line[LINE_BYTES];
    unsigned long found = 0;

    if (file == NULL) {
        return 0;
    }
    while (fgets(line, sizeof(line), file) != NULL) {
        if (strncmp(line, name, strlen(name)) == 0 &&
            sscanf(line + strlen(name), ": %lu kB", &found) == 1) {
            break;
        }
    }
    fclose(file);
    return found;
}

void health_write(const char *folder, char text[HEALTH_BYTES]) {
    struct utsname system = {.release = ""};
    struct timespec up = {.tv_sec = 0};
    struct statvfs card = {.f_frsize = 0};

    (void)uname(&system);
    (void)clock_gettime(CLOCK_BOOTTIME, &up);
    if (statvfs(folder, &card) != 0) {
        card = (struct statvfs){.f_frsize = 0};
    }
    snprintf(text, HEALTH_BYTES,
             "{\"version\":\"%s\",\"kernel\":\"%s\",\"uptime_s\":%ld,\"memory\":%lu,"
             "\"available\":%lu,\"card\":%llu,\"free\":%llu}\n",
             PACKAGE_VERSION, system.release, (long)up.tv_sec, read_memory("MemTotal"),
             read_memory("MemAvailable"), (unsigned long long)card.f_blocks * card.f_frsize / KB,
             (unsigned long long)card.f_bavail * card.f_frsize / KB);
}
