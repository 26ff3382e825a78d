// SPDX-License-Identifier: MIT
#include "sources.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define UNKNOWN (-1L)
#define SECTORS_PER_KIB 2

void sources_open(struct sources *sources, pid_t process) {
    char path[64];
    snprintf(path, sizeof path, "/proc/%ld/statm", (long)process);
    sources->statm = open(path, O_RDONLY | O_CLOEXEC);
    sources->meminfo = open("/proc/meminfo", O_RDONLY | O_CLOEXEC);
}

void sources_close(struct sources *sources) {
    close(sources->statm);
    close(sources->meminfo);
}

// The start of a small file, as text.
static bool read_start(int fd, char *text, size_t size) {
    ssize_t length = pread(fd, text, size - 1, 0);
    text[length > 0 ? length : 0] = '\0';
    return length > 0;
}

long sources_resident_kib(const struct sources *sources) {
    char text[128];
    long pages;
    if (!read_start(sources->statm, text, sizeof text) || sscanf(text, "%*d %ld", &pages) != 1) {
        return UNKNOWN;
    }
    return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

long sources_available_kib(const struct sources *sources) {
    char text[256];
    if (!read_start(sources->meminfo, text, sizeof text)) {
        return UNKNOWN;
    }
    const char *line = strstr(text, "MemAvailable:");
    return line != NULL ? strtol(line + strlen("MemAvailable:"), NULL, 10) : UNKNOWN;
}

static long read_sectors(const char *disk) {
    char path[300], text[128];
    long sectors;
    snprintf(path, sizeof path, "/sys/block/%s/stat", disk);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return 0;
    }
    bool is_read = read_start(fd, text, sizeof text);
    close(fd);
    // Reads, merged reads, sectors read: the kernel's Documentation/block/stat.rst.
    return is_read && sscanf(text, "%*d %*d %ld", &sectors) == 1 ? sectors : 0;
}

static bool is_real(const char *disk) {
    return disk[0] != '.' && strncmp(disk, "loop", 4) != 0 && strncmp(disk, "ram", 3) != 0;
}

long sources_card_read_kib(void) {
    DIR *folder = opendir("/sys/block");
    struct dirent *entry;
    long sectors = 0;
    if (folder == NULL) {
        return UNKNOWN;
    }
    while ((entry = readdir(folder)) != NULL) {
        sectors += is_real(entry->d_name) ? read_sectors(entry->d_name) : 0;
    }
    closedir(folder);
    return sectors / SECTORS_PER_KIB;
}
