/* SPDX-License-Identifier: MIT */
#include "shelf.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PATH_BYTES 512
#define RECORD_BYTES (PROMPT_BYTES + 96)
#define LOG_BYTES (256L * 1024)
#define DAY_BYTES 48

static const char LAST[] = "last-story";
static const char FAVOURITES[] = "favourites";
static const char TODAY[] = "today";

struct shelf {
    char *folder; /* NULL: nowhere */
    complain_fn *complain;
    void *user;
    bool was_trouble_told;
    bool has_last;
    struct recipe last;
    struct recipe favourites[SHELF_FAVOURITES];
    size_t count;
    char day[DAY_BYTES];
    int told;
};

/* CRC-32, as in zip files. */
static uint32_t checksum(const char *text)
{
    uint32_t crc = ~0u;

    for (; *text != '\0'; text++) {
        crc ^= (unsigned char)*text;
        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (crc & 1 ? 0xEDB88320u : 0);
    }
    return ~crc;
}

static void write_record(const struct recipe *recipe, char record[RECORD_BYTES])
{
    char text[RECORD_BYTES];

    /* The bar keeps blanks at the end of the beginning. */
    snprintf(text, sizeof(text), "%" PRIu64 " %d %d %s|", recipe->seed, recipe->temperature,
             recipe->steps, recipe->prompt);
    /* The line's end must not be lost to a long one. */
    snprintf(record, RECORD_BYTES, "%08" PRIx32 " %.*s\n", checksum(text), RECORD_BYTES - 11, text);
}

/* A line that is damaged, in whatever way, has another checksum. */
static bool read_record(const char *line, struct recipe *recipe)
{
    char *end;
    unsigned long wanted = strtoul(line, &end, 16);
    int at = 0;
    size_t length;

    *recipe = (struct recipe){0};
    if (end != line + 8 || *end != ' ' || checksum(end + 1) != wanted)
        return false;
    if (sscanf(end + 1, "%" SCNu64 " %d %d%n", &recipe->seed, &recipe->temperature,
               &recipe->steps, &at) != 3)
        return false;
    at += 1 + (end[1 + at] == ' ' ? 1 : 0);
    length = strlen(end + at);
    if (length == 0 || length > sizeof(recipe->prompt))
        return false;
    memcpy(recipe->prompt, end + at, length - 1);
    return recipe->seed > 0 && recipe->temperature >= 0 && recipe->steps > 0;
}

static void tell_trouble(struct shelf *shelf, const char *path, const char *problem)
{
    struct complaint complaint = {path, 0, problem};

    if (!shelf->was_trouble_told)
        shelf->complain(shelf->user, &complaint);
    shelf->was_trouble_told = true;
}

static void join(const struct shelf *shelf, const char *name, char path[PATH_BYTES])
{
    snprintf(path, PATH_BYTES, "%s/%s", shelf->folder, name);
}

static bool write_all(int file, const char *text, size_t length)
{
    while (length > 0) {
        ssize_t written = write(file, text, length);

        if (written < 0 && errno != EINTR)
            return false;
        text += written > 0 ? written : 0;
        length -= written > 0 ? (size_t)written : 0;
    }
    return true;
}

static bool write_new(const char *path, const char *text)
{
    int file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    bool ok = file >= 0 && write_all(file, text, strlen(text)) && fsync(file) == 0;
    int reason = errno;

    if (file >= 0)
        close(file);
    errno = reason;
    return ok;
}

/* The new name is on the card only when its folder is. */
static void sync_folder(const struct shelf *shelf)
{
    int folder = open(shelf->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (folder < 0)
        return;
    fsync(folder);
    close(folder);
}

static void replace(struct shelf *shelf, const char *name, const char *text)
{
    char path[PATH_BYTES], fresh[PATH_BYTES + 4];

    if (shelf->folder == NULL)
        return;
    join(shelf, name, path);
    snprintf(fresh, sizeof(fresh), "%s.new", path);
    if (!write_new(fresh, text) || rename(fresh, path) != 0) {
        tell_trouble(shelf, path, strerror(errno));
        unlink(fresh);
        return;
    }
    sync_folder(shelf);
}

static void take_last(void *user, int number, char *line)
{
    struct shelf *shelf = user;

    (void)number;
    shelf->has_last = read_record(line, &shelf->last);
}

static void add_favourite(struct shelf *shelf, const struct recipe *recipe)
{
    if (shelf->count == SHELF_FAVOURITES)
        memmove(shelf->favourites, shelf->favourites + 1,
                --shelf->count * sizeof(shelf->favourites[0]));
    shelf->favourites[shelf->count++] = *recipe;
}

static void take_favourite(void *user, int number, char *line)
{
    struct recipe recipe;

    (void)number;
    if (read_record(line, &recipe))
        add_favourite(user, &recipe);
}

static void take_today(void *user, int number, char *line)
{
    struct shelf *shelf = user;

    (void)number;
    if (sscanf(line, "%47s %d", shelf->day, &shelf->told) != 2 || shelf->told < 0)
        shelf->told = 0;
}

static void read_file(struct shelf *shelf, const char *name, line_fn *take)
{
    char path[PATH_BYTES];

    join(shelf, name, path);
    if (!lines_read(path, take, shelf) && errno != ENOENT)
        tell_trouble(shelf, path, strerror(errno));
}

struct shelf *shelf_open(const char *folder, complain_fn *complain, void *user)
{
    struct shelf *shelf = calloc(1, sizeof(*shelf));

    if (shelf == NULL)
        return NULL;
    shelf->complain = complain;
    shelf->user = user;
    shelf->folder = folder != NULL ? strdup(folder) : NULL;
    if (shelf->folder == NULL)
        return shelf;
    read_file(shelf, LAST, take_last);
    read_file(shelf, FAVOURITES, take_favourite);
    read_file(shelf, TODAY, take_today);
    return shelf;
}

void shelf_close(struct shelf *shelf)
{
    if (shelf == NULL)
        return;
    free(shelf->folder);
    free(shelf);
}

bool shelf_last(const struct shelf *shelf, struct recipe *recipe)
{
    if (shelf->has_last)
        *recipe = shelf->last;
    return shelf->has_last;
}

void shelf_set_last(struct shelf *shelf, const struct recipe *recipe)
{
    char record[RECORD_BYTES];

    shelf->last = *recipe;
    shelf->has_last = true;
    write_record(recipe, record);
    replace(shelf, LAST, record);
}

size_t shelf_favourites(const struct shelf *shelf)
{
    return shelf->count;
}

const struct recipe *shelf_favourite(const struct shelf *shelf, size_t number)
{
    return &shelf->favourites[number];
}

bool shelf_is_favourite(const struct shelf *shelf, const struct recipe *recipe)
{
    for (size_t i = 0; i < shelf->count; i++) {
        const struct recipe *kept = &shelf->favourites[i];

        if (kept->seed == recipe->seed && kept->temperature == recipe->temperature &&
            kept->steps == recipe->steps && strcmp(kept->prompt, recipe->prompt) == 0)
            return true;
    }
    return false;
}

void shelf_keep(struct shelf *shelf, const struct recipe *recipe)
{
    char *text;

    if (shelf_is_favourite(shelf, recipe))
        return;
    add_favourite(shelf, recipe);
    text = calloc(shelf->count, RECORD_BYTES);
    if (text == NULL)
        return;
    for (size_t i = 0, length = 0; i < shelf->count; i++) {
        write_record(&shelf->favourites[i], text + length);
        length += strlen(text + length);
    }
    replace(shelf, FAVOURITES, text);
    free(text);
}

int shelf_today(const struct shelf *shelf, const char *day)
{
    return strcmp(shelf->day, day) == 0 ? shelf->told : 0;
}

void shelf_count(struct shelf *shelf, const char *day)
{
    char text[DAY_BYTES + 16];

    shelf->told = shelf_today(shelf, day) + 1;
    snprintf(shelf->day, sizeof(shelf->day), "%s", day);
    snprintf(text, sizeof(text), "%s %d\n", shelf->day, shelf->told);
    replace(shelf, TODAY, text);
}

void shelf_append(struct shelf *shelf, const char *name, const char *text)
{
    char path[PATH_BYTES], old[PATH_BYTES + 4];
    struct stat stat;
    int file;

    if (shelf->folder == NULL)
        return;
    join(shelf, name, path);
    snprintf(old, sizeof(old), "%s.old", path);
    file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    if (file < 0 || !write_all(file, text, strlen(text)) || fstat(file, &stat) != 0) {
        tell_trouble(shelf, path, strerror(errno));
        stat.st_size = 0;
    }
    if (file >= 0)
        close(file);
    if (stat.st_size > LOG_BYTES)
        rename(path, old);
}
