/* SPDX-License-Identifier: MIT */
/* A program that plays what it reads, such as aplay: the sound of a desktop, whatever that is.
 *
 * Both ends of the pipe are ours, too. So what the program has not read yet can be taken back, and
 * a program that ended is no broken pipe. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <clock.h>

#include "sound/sound.h"

extern char **environ;

#define SHELL "/bin/sh"
#define PATH_BYTES 32
/* Kept in the pipe; all of it fits into 64 KiB, the size of a pipe in Linux (pipe(7)). */
#define BUFFER_MS 400u
/* What the program itself has read and not played yet: what it is asked for on its command line. */
#define OWN_MS 80u
/* A pipe that stays full for so long has no reader that plays. */
#define STILL_S 2.0
/* How long a program gets to play its rest at the end of the run. */
#define END_S 1.0
#define LOOK_NS 5000000L

struct program {
    struct sound sound;
    pid_t pid; /* -1: it ended */
    int in, out;
    uint64_t sent;  /* samples, since it ran dry */
    double begun_s; /* clock_seconds() when the first of them were */
    double had_s;   /* when the pipe last had something */
    double took_s;  /* when it last got emptier, or was empty */
    size_t had;     /* samples that were in it then */
    int16_t moved[SOUND_PROGRAM_RATE * BUFFER_MS / 1000];
};

static size_t samples_in(unsigned milliseconds) {
    return (size_t)SOUND_PROGRAM_RATE * milliseconds / 1000;
}

static bool is_running(struct program *program) {
    if (program->pid > 0 && waitpid(program->pid, NULL, WNOHANG) != 0) {
        program->pid = -1;
    }
    return program->pid > 0;
}

/* Samples that the program has not read. */
static size_t unread(const struct program *program) {
    int bytes = 0;

    return ioctl(program->in, FIONREAD, &bytes) == 0 ? (size_t)bytes / sizeof(int16_t) : 0;
}

/* Samples that cannot have been heard yet, however far ahead the program reads. */
static size_t unheard(const struct program *program, double now_s) {
    double left = (double)program->sent - (now_s - program->begun_s) * SOUND_PROGRAM_RATE;

    return left > 0.0 ? (size_t)left : 0;
}

/* What the program has read and not played yet: less and less, once it gets no more. */
static size_t own(const struct program *program, double now_s) {
    double left = OWN_MS * 1e-3 - (now_s - program->had_s);

    return left > 0.0 ? (size_t)(left * SOUND_PROGRAM_RATE) : 0;
}

static long program_delay(struct sound *sound) {
    struct program *program = (struct program *)sound;
    size_t waiting = unread(program), clock, delay;
    double now_s = clock_seconds();

    if (!is_running(program)) {
        return SOUND_LOST;
    }
    if (waiting == 0 || waiting < program->had) {
        program->took_s = now_s;
    }
    program->had = waiting;
    if (waiting > 0) {
        program->had_s = now_s;
    }
    if (now_s - program->took_s > STILL_S) {
        return SOUND_LOST;
    }
    clock = unheard(program, now_s);
    delay = waiting + own(program, now_s);
    delay = delay > clock ? delay : clock;
    if (delay > 0 || program->sent == 0) {
        return program->sent > 0 ? (long)delay : 0;
    }
    program->sent = 0;
    return SOUND_RAN_DRY;
}

static long program_write(struct sound *sound, const int16_t *samples, size_t count) {
    struct program *program = (struct program *)sound;
    size_t waiting = unread(program), most = samples_in(BUFFER_MS);
    ssize_t put;

    if (!is_running(program)) {
        return SOUND_LOST;
    }
    count = waiting < most && count > most - waiting ? most - waiting : count;
    if (waiting >= most || count == 0) {
        return 0;
    }
    put = write(program->out, samples, count * sizeof(*samples));
    if (put <= 0) {
        return put < 0 && errno != EAGAIN && errno != EINTR ? SOUND_LOST : 0;
    }
    program->had_s = clock_seconds();
    if (program->sent == 0) {
        program->begun_s = program->had_s;
    }
    if (waiting == 0) {
        program->took_s = program->had_s;
    }
    program->had += (size_t)put / sizeof(*samples);
    program->sent += (uint64_t)put / sizeof(*samples);
    return put / (long)sizeof(*samples);
}

/* Read what the program has not read; the first `keep` samples of it are written again. Returns how
 * many are taken back. One read takes all: what the program reads meanwhile stays in order. */
static size_t take_back(struct program *program, size_t keep) {
    ssize_t got = read(program->in, program->moved, sizeof(program->moved));
    size_t total = got > 0 ? (size_t)got / sizeof(int16_t) : 0;

    keep = keep < total ? keep : total;
    if (keep > 0 && write(program->out, program->moved, keep * sizeof(int16_t)) < 0) {
        keep = 0;
    }
    program->had = keep;
    program->sent -= total - keep < program->sent ? total - keep : program->sent;
    return total - keep;
}

static size_t program_rewind(struct sound *sound, size_t count) {
    struct program *program = (struct program *)sound;
    size_t waiting = unread(program);

    return take_back(program, waiting > count ? waiting - count : 0);
}

static void program_finish(struct sound *sound) {
    (void)sound;
}

static void program_drop(struct sound *sound) {
    struct program *program = (struct program *)sound;

    (void)take_back(program, 0);
    program->sent = 0;
}

/* At the end of its input the program plays what it has, and ends; one that does not is ended. */
static void program_close(struct sound *sound) {
    struct program *program = (struct program *)sound;
    double end_s = clock_seconds() + END_S;

    close(program->out);
    close(program->in);
    while (is_running(program) && clock_seconds() < end_s) {
        nanosleep(&(struct timespec){.tv_nsec = LOOK_NS}, NULL);
    }
    if (is_running(program)) {
        kill(-program->pid, SIGKILL);
        waitpid(program->pid, NULL, 0);
    }
    free(program);
}

/* In a group of its own: Ctrl-C is for us, who end the voice softly. Its messages would land in the
 * story. */
static bool start(struct program *program, int its_end, const char *command) {
    char *words[] = {"sh", "-c", (char *)(size_t)command, NULL};
    posix_spawn_file_actions_t files;
    posix_spawnattr_t how;
    sigset_t none;
    bool ok;

    sigemptyset(&none);
    if (posix_spawn_file_actions_init(&files) != 0 || posix_spawnattr_init(&how) != 0) {
        return false;
    }
    ok = posix_spawn_file_actions_adddup2(&files, its_end, STDIN_FILENO) == 0 &&
         posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, "/dev/null", O_WRONLY, 0) == 0 &&
         posix_spawn_file_actions_addopen(&files, STDERR_FILENO, "/dev/null", O_WRONLY, 0) == 0 &&
         posix_spawnattr_setflags(&how, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK) == 0 &&
         posix_spawnattr_setpgroup(&how, 0) == 0 && posix_spawnattr_setsigmask(&how, &none) == 0 &&
         posix_spawn(&program->pid, SHELL, &files, &how, words, environ) == 0;
    posix_spawn_file_actions_destroy(&files);
    posix_spawnattr_destroy(&how);
    return ok;
}

/* A pipe whose ends nobody else inherits, and none of which we wait at. The program's own end is
 * another description, so that it does wait. */
static bool open_pipe(struct program *program, int *its_end) {
    int ends[2];
    char name[PATH_BYTES];

    if (pipe(ends) != 0) {
        return false;
    }
    program->in = ends[0];
    program->out = ends[1];
    snprintf(name, sizeof(name), "/proc/self/fd/%d", ends[0]);
    *its_end = open(name, O_RDONLY | O_CLOEXEC);
    for (int i = 0; i < 2; i++) {
        if (fcntl(ends[i], F_SETFD, FD_CLOEXEC) != 0 || fcntl(ends[i], F_SETFL, O_NONBLOCK) != 0) {
            return false;
        }
    }
    return *its_end >= 0;
}

static void forget(struct program *program) {
    int reason = errno;

    if (program->in >= 0) {
        close(program->in);
        close(program->out);
    }
    free(program);
    errno = reason;
}

struct sound *sound_open_program(const char *command) {
    struct program *program = calloc(1, sizeof(*program));
    int its_end = -1;
    bool ok;

    if (program == NULL) {
        return NULL;
    }
    program->in = program->out = -1;
    program->sound = (struct sound){SOUND_PROGRAM_RATE, samples_in(BUFFER_MS), false,
                                    program_write,      program_delay,         program_rewind,
                                    program_finish,     program_drop,          program_close};
    ok = open_pipe(program, &its_end) && start(program, its_end, command);
    if (its_end >= 0) {
        close(its_end);
    }
    if (!ok) {
        forget(program);
        return NULL;
    }
    return &program->sound;
}
