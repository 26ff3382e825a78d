/* SPDX-License-Identifier: MIT */
#include "led.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CONF "/etc/led.conf"
#define LED "/sys/class/leds/status/"
/* More than any LED's maximum, which the kernel makes of it. */
#define BRIGHT 255

static const char *const NAMES[] = {
    [LED_BOOTING] = "booting",   [LED_READY] = "ready",     [LED_LISTENING] = "listening",
    [LED_THINKING] = "thinking", [LED_TELLING] = "telling", [LED_ERROR] = "error",
};

/* Paths begin with $TEST_ROOT, as those of the script `led` do. */
static void in_root(char *path, size_t size, const char *name) {
    const char *root = getenv("TEST_ROOT");

    snprintf(path, size, "%s%s", root != NULL ? root : "", name);
}

static void put(const char *name, const char *text) {
    char path[256], file[64];
    int fd;

    snprintf(file, sizeof(file), LED "%s", name);
    in_root(path, sizeof(path), file);
    fd = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC);
    if (fd < 0) {
        return;
    }
    if (write(fd, text, strlen(text)) < 0) {
        (void)0; /* an LED that does not take it is no reason to stop a story */
    }
    close(fd);
}

static void put_number(const char *name, int number) {
    char text[16];

    snprintf(text, sizeof(text), "%d", number);
    put(name, text);
}

/* Milliseconds on and off of a state. Returns false when the file does not tell. */
static bool look_up(const char *name, int *on_ms, int *off_ms) {
    char path[256], line[128], word[17];
    bool is_found = false;
    FILE *file;

    in_root(path, sizeof(path), CONF);
    file = fopen(path, "re");
    if (file == NULL) {
        return false;
    }
    while (!is_found && fgets(line, sizeof(line), file) != NULL) {
        is_found = sscanf(line, "%16s %d %d", word, on_ms, off_ms) == 3 && strcmp(word, name) == 0;
    }
    fclose(file);
    return is_found;
}

void led_show(enum led_state state) {
    static int shown = -1;
    int on_ms, off_ms;

    if ((int)state == shown) {
        return;
    }
    shown = (int)state;
    if (!look_up(NAMES[state], &on_ms, &off_ms)) {
        return;
    }
    if (on_ms > 0 && off_ms > 0) {
        /* The files of the delays come with the trigger. */
        put("trigger", "timer");
        put_number("delay_on", on_ms);
        put_number("delay_off", off_ms);
    } else {
        put("trigger", "none");
        put_number("brightness", on_ms > 0 ? BRIGHT : 0);
    }
}
