/* SPDX-License-Identifier: MIT */
#include "sound/archive.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

/* What must stay free for all else, and for the longest story. */
#define FREE_BYTES (16ull << 20)
#define NUMBERS 1000000ul
#define NAME "%s/stories/%06lu.wav"

/* The number of a kept story's file; NUMBERS: it is another file. */
static unsigned long number_of(const char *name) {
    size_t digits = strspn(name, "0123456789");

    return digits == 6 && strcmp(name + digits, ".wav") == 0 ? strtoul(name, NULL, 10) : NUMBERS;
}

/* How many are kept, and the lowest and the highest number of them. */
static int count(const char *folder, unsigned long *lowest, unsigned long *highest) {
    char path[ARCHIVE_PATH_BYTES];
    struct dirent *entry;
    DIR *files;
    int found = 0;

    snprintf(path, sizeof(path), "%s/stories", folder);
    files = opendir(path);
    *lowest = NUMBERS;
    *highest = 0;
    while (files != NULL && (entry = readdir(files)) != NULL) {
        unsigned long number = number_of(entry->d_name);

        if (number == NUMBERS) {
            continue;
        }
        *lowest = number < *lowest ? number : *lowest;
        *highest = number > *highest ? number : *highest;
        found++;
    }
    if (files != NULL) {
        closedir(files);
    }
    return found;
}

static bool has_space(const char *folder) {
    struct statvfs space;

    return statvfs(folder, &space) == 0 && space.f_bavail * space.f_frsize >= FREE_BYTES;
}

/* Remove the oldest until one more may be kept. Returns its number; NUMBERS, with errno set, when
 * there is no room without removing what is not ours. */
static unsigned long make_room(const struct archive *archive) {
    unsigned long lowest, highest;
    char path[ARCHIVE_PATH_BYTES];
    int found;

    while ((found = count(archive->folder, &lowest, &highest)) >= archive->most ||
           !has_space(archive->folder)) {
        if (found == 0) {
            errno = ENOSPC;
            return NUMBERS;
        }
        snprintf(path, sizeof(path), NAME, archive->folder, lowest);
        if (unlink(path) != 0) {
            return NUMBERS;
        }
    }
    return found > 0 ? (highest + 1) % NUMBERS : 1;
}

static void tell_lack(struct archive *archive, struct console *console) {
    if (!archive->lack_was_told) {
        console_note(console, "Stories are not archived as sound: %s: %s.", archive->folder,
                     strerror(errno));
    }
    archive->lack_was_told = true;
}

struct sound *archive_begin(struct archive *archive, unsigned rate, struct console *console) {
    unsigned long number = NUMBERS;

    archive->sound = NULL;
    if (archive->folder == NULL || archive->most == 0) {
        return NULL;
    }
    snprintf(archive->path, sizeof(archive->path), "%s/stories", archive->folder);
    if (mkdir(archive->path, 0755) == 0 || errno == EEXIST) {
        number = make_room(archive);
    }
    if (number < NUMBERS) {
        snprintf(archive->path, sizeof(archive->path), NAME, archive->folder, number);
        archive->sound = sound_open_wav(archive->path, rate);
    }
    if (archive->sound == NULL) {
        tell_lack(archive, console);
    }
    return archive->sound;
}

void archive_end(struct archive *archive, bool is_whole, struct console *console) {
    if (archive->sound == NULL) {
        return;
    }
    archive->sound->close(archive->sound);
    archive->sound = NULL;
    if (is_whole) {
        return;
    }
    (void)unlink(archive->path);
    errno = ENOSPC;
    tell_lack(archive, console);
}
