// SPDX-License-Identifier: MIT
// bench-watch: runs a program and tells what it cost the board.
//
//   bench-watch [--trace] FOLDER PROGRAM [WORD...]
//
// FOLDER/out gets what the program writes. With --trace its output comes through a pipe, FOLDER/err
// gets what it complains of, and FOLDER/trace a line per write: microseconds since the start,
// bytes, the program's resident memory and the board's available memory, both in KiB.
//
// One line of JSON on stdout tells the rest. Exit status: 0, whatever became of the program, as
// long as it could be watched; else 1 with a message, or 2 for wrong usage.

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "sources.h"

enum { WATCHED = 0, FAILED = 1, USAGE = 2, NOT_STARTED = 127 };

struct files {
    int out;
    int err;     // is `out` without a trace
    FILE *trace; // NULL: the program writes to `out` itself
};

static double now_s(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static double seconds(struct timeval value) {
    return (double)value.tv_sec + (double)value.tv_usec / 1e6;
}

static bool complain(const char *what, const char *name) {
    fprintf(stderr, "bench-watch: %s %s: %s\n", what, name, strerror(errno));
    return false;
}

static int create(const char *folder, const char *name) {
    char path[512];
    int length = snprintf(path, sizeof path, "%s/%s", folder, name);
    if (length < 0 || (size_t)length >= sizeof path) {
        errno = ENAMETOOLONG;
        return -1;
    }
    return open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
}

static bool open_files(struct files *files, const char *folder, bool is_traced) {
    files->out = create(folder, "out");
    files->err = is_traced ? create(folder, "err") : files->out;
    int trace = is_traced ? create(folder, "trace") : -1;
    if (files->out < 0 || files->err < 0 || (is_traced && trace < 0)) {
        return complain("cannot write into", folder);
    }
    files->trace = is_traced ? fdopen(trace, "w") : NULL;
    return true;
}

// In the child: never returns.
static void become(char **words, int out, int err) {
    int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (null >= 0 && dup2(null, 0) == 0 && dup2(out, 1) == 1 && dup2(err, 2) == 2) {
        execvp(words[0], words);
    }
    complain("cannot run", words[0]);
    _exit(NOT_STARTED);
}

static bool write_all(int fd, const char *data, size_t size) {
    while (size > 0) {
        ssize_t written = write(fd, data, size);
        if (written < 0) {
            return false;
        }
        data += written;
        size -= (size_t)written;
    }
    return true;
}

// Follows the program's output to its end; `first_s` is when it began.
static bool follow(struct files *files, int pipe, pid_t child, double begun_s, double *first_s) {
    static char data[65536];
    struct sources sources;
    ssize_t size;
    bool is_whole = true;

    sources_open(&sources, child);
    while ((size = read(pipe, data, sizeof data)) > 0 || (size < 0 && errno == EINTR)) {
        if (size < 0) {
            continue;
        }
        double since_s = now_s() - begun_s;
        if (*first_s < 0) {
            *first_s = since_s;
        }
        is_whole = is_whole && write_all(files->out, data, (size_t)size);
        fprintf(files->trace, "%.0f %zd %ld %ld\n", since_s * 1e6, size,
                sources_resident_kib(&sources), sources_available_kib(&sources));
    }
    sources_close(&sources);
    close(pipe);
    is_whole = is_whole && fflush(files->trace) == 0;
    return is_whole || complain("cannot write", "the program's output");
}

static void tell(int status, double wall_s, double first_s, long read_kib,
                 const struct rusage *cost) {
    printf("{\"status\": %d, \"signal\": %d, ", WIFEXITED(status) ? WEXITSTATUS(status) : -1,
           WIFSIGNALED(status) ? WTERMSIG(status) : 0);
    printf("\"wall_s\": %.6f, \"user_s\": %.6f, \"system_s\": %.6f, ", wall_s,
           seconds(cost->ru_utime), seconds(cost->ru_stime));
    if (first_s >= 0) {
        printf("\"first_output_s\": %.6f, ", first_s);
    }
    printf("\"peak_rss_kib\": %ld, \"minor_faults\": %ld, \"major_faults\": %ld, ", cost->ru_maxrss,
           cost->ru_minflt, cost->ru_majflt);
    printf("\"card_read_kib\": %ld}\n", read_kib);
}

static bool watch(struct files *files, char **words) {
    int ends[2] = {-1, -1};
    // With O_DIRECT each write arrives by itself, however late it is read.
    if (files->trace != NULL && pipe2(ends, O_DIRECT | O_CLOEXEC) != 0) {
        return complain("cannot create", "a pipe");
    }
    long before_kib = sources_card_read_kib();
    double begun_s = now_s(), first_s = -1;
    pid_t child = fork();
    if (child < 0) {
        return complain("cannot start", words[0]);
    }
    if (child == 0) {
        become(words, files->trace != NULL ? ends[1] : files->out, files->err);
    }
    bool is_whole = true;
    if (files->trace != NULL) {
        close(ends[1]);
        is_whole = follow(files, ends[0], child, begun_s, &first_s);
    }
    struct rusage cost;
    int status;
    while (wait4(child, &status, 0, &cost) < 0) {
        if (errno != EINTR) {
            return complain("cannot wait for", words[0]);
        }
    }
    tell(status, now_s() - begun_s, first_s, sources_card_read_kib() - before_kib, &cost);
    return is_whole;
}

int main(int count, char **words) {
    bool is_traced = count > 1 && strcmp(words[1], "--trace") == 0;
    char **rest = words + (is_traced ? 2 : 1);
    struct files files = {0};
    if (count - (rest - words) < 2) {
        fputs("usage: bench-watch [--trace] FOLDER PROGRAM [WORD...]\n", stderr);
        return USAGE;
    }
    return open_files(&files, rest[0], is_traced) && watch(&files, rest + 1) ? WATCHED : FAILED;
}
