/* SPDX-License-Identifier: MIT */
#include "inputs/buttons.h"

#include <errno.h>
#include <fcntl.h>
#include <ioctls.h>
#include <linux/gpio.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "settings.h"

#define LINE_BYTES 128
#define CHIP_BYTES 32
#define MOST_LINES 1024
#define EVENTS 16

static const char *const NAMES[BUTTONS] = {"main", "louder", "quieter"};

int64_t buttons_now_ms(void) {
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int request(int chip, uint32_t offset, uint64_t more_flags, uint32_t bounce_us) {
    struct gpio_v2_line_request wanted = {.num_lines = 1, .offsets = {offset}, .fd = -1};

    strcpy(wanted.consumer, "storyteller");
    wanted.config.flags = GPIO_V2_LINE_FLAG_INPUT | GPIO_V2_LINE_FLAG_ACTIVE_LOW |
                          GPIO_V2_LINE_FLAG_EDGE_RISING | GPIO_V2_LINE_FLAG_EDGE_FALLING |
                          more_flags;
    if (bounce_us > 0) {
        wanted.config.num_attrs = 1;
        wanted.config.attrs[0].mask = 1;
        wanted.config.attrs[0].attr.id = GPIO_V2_LINE_ATTR_ID_DEBOUNCE;
        wanted.config.attrs[0].attr.debounce_period_us = bounce_us;
    }
    if (ioctl(chip, IOCTL_CODE(GPIO_V2_GET_LINE_IOCTL), &wanted) < 0) {
        return -1;
    }
    return wanted.fd;
}

/* Some chips have no pull-up, and some kernels no debouncing (then presses.c does it alone). */
static int request_best(int chip, uint32_t offset) {
    uint32_t bounce_us = PRESS_BOUNCE_MS * 1000 / 3;
    int line = request(chip, offset, GPIO_V2_LINE_FLAG_BIAS_PULL_UP, bounce_us);

    if (line < 0 && errno != EBUSY) {
        line = request(chip, offset, 0, bounce_us);
    }
    if (line < 0 && errno != EBUSY) {
        line = request(chip, offset, 0, 0);
    }
    return line;
}

/* Split "gpiochip0:28". */
static bool parse(const char *place, char chip[CHIP_BYTES], long *offset) {
    size_t length = strcspn(place, ":");

    if (length == 0 || length + sizeof("/dev/") > CHIP_BYTES || place[length] != ':' ||
        memchr(place, '/', length) != NULL) {
        return false;
    }
    snprintf(chip, CHIP_BYTES, "/dev/%.*s", (int)length, place);
    return settings_number(place + length + 1, 0, MOST_LINES, offset);
}

static int open_line(const char *name, const char *place, buttons_complaint_fn *complain,
                     void *user) {
    char path[CHIP_BYTES], complaint[256];
    int chip, line, problem;
    long offset;

    if (!parse(place, path, &offset)) {
        snprintf(
            complaint, sizeof(complaint),
            "the button %s=%s is not a GPIO line: write a chip and a number, such as gpiochip0:28",
            name, place);
        complain(user, complaint);
        return -1;
    }
    chip = open(path, O_RDWR | O_CLOEXEC);
    line = chip >= 0 ? request_best(chip, (uint32_t)offset) : -1;
    problem = errno;
    if (chip >= 0) {
        close(chip);
    }
    if (line < 0) {
        snprintf(complaint, sizeof(complaint), "the button %s=%s cannot be used: %s", name, place,
                 strerror(problem));
        complain(user, complaint);
        return -1;
    }
    fcntl(line, F_SETFL, O_NONBLOCK);
    fcntl(line, F_SETFD, FD_CLOEXEC);
    return line;
}

static void read_line(struct buttons *buttons, char *line, buttons_complaint_fn *complain,
                      void *user) {
    char *value = strchr(line, '=');

    if (line[0] == '#' || value == NULL) {
        return;
    }
    *value++ = '\0';
    value[strcspn(value, " \t\r\n")] = '\0';
    for (int i = 0; i < BUTTONS && value[0] != '\0'; i++) {
        if (strcmp(line, NAMES[i]) == 0 && buttons->lines[i] < 0) {
            buttons->lines[i] = open_line(NAMES[i], value, complain, user);
        }
    }
}

/* The level of a line, which may have changed while nobody looked, and events were lost. */
static void look_at_level(struct buttons *buttons, int button, int64_t at_ms) {
    struct gpio_v2_line_values values = {.mask = 1};

    if (ioctl(buttons->lines[button], IOCTL_CODE(GPIO_V2_LINE_GET_VALUES_IOCTL), &values) == 0) {
        presses_edge(&buttons->presses, (enum button)button, (values.bits & 1) != 0, at_ms);
    }
}

void buttons_open(struct buttons *buttons, const char *settings, buttons_complaint_fn *complain,
                  void *user) {
    char line[LINE_BYTES];
    FILE *file = fopen(settings, "re");

    memset(buttons, 0, sizeof(*buttons));
    for (int i = 0; i < BUTTONS; i++) {
        buttons->lines[i] = -1;
    }
    if (file == NULL) {
        return;
    }
    while (fgets(line, sizeof(line), file) != NULL) {
        read_line(buttons, line, complain, user);
    }
    fclose(file);
}

void buttons_close(struct buttons *buttons) {
    for (int i = 0; i < BUTTONS; i++) {
        if (buttons->lines[i] >= 0) {
            close(buttons->lines[i]);
        }
        buttons->lines[i] = -1;
    }
}

int buttons_poll(const struct buttons *buttons, struct pollfd *polled) {
    int count = 0;

    for (int i = 0; i < BUTTONS; i++) {
        if (buttons->lines[i] >= 0) {
            polled[count++] = (struct pollfd){.fd = buttons->lines[i], .events = POLLIN};
        }
    }
    return count;
}

static void read_edges(struct buttons *buttons, int button) {
    struct gpio_v2_line_event events[EVENTS];
    ssize_t got;
    bool any = false;

    while ((got = read(buttons->lines[button], events, sizeof(events))) > 0) {
        for (size_t i = 0; i < (size_t)got / sizeof(events[0]); i++) {
            bool is_down = events[i].id == GPIO_V2_LINE_EVENT_RISING_EDGE;

            presses_edge(&buttons->presses, (enum button)button, is_down,
                         (int64_t)(events[i].timestamp_ns / 1000000));
        }
        any = true;
    }
    if (any) {
        look_at_level(buttons, button, buttons_now_ms());
    }
}

void buttons_look(struct buttons *buttons) {
    for (int i = 0; i < BUTTONS; i++) {
        if (buttons->lines[i] >= 0) {
            read_edges(buttons, i);
        }
    }
}
