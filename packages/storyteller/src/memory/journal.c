/* SPDX-License-Identifier: MIT */
#include "memory/journal.h"

#include <clock.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "memory/today.h"

#define SPEED_BYTES 32

/* A text as a JSON string, without its quotes. */
static void escape(const char *text, char *escaped, size_t size) {
    size_t length = 0;

    for (; *text != '\0' && length + 7 < size; text++) {
        unsigned char c = (unsigned char)*text;

        if (c == '"' || c == '\\') {
            length += (size_t)snprintf(escaped + length, size - length, "\\%c", c);
        } else if (c < ' ') {
            length += (size_t)snprintf(escaped + length, size - length, "\\u%04x", c);
        } else {
            escaped[length++] = (char)c;
        }
    }
    escaped[length] = '\0';
}

/* Tokens per second of inventing, without the time that showing and waiting took. What is given, as
 * the beginning is, costs next to nothing, so it does not count; before anything was invented,
 * there is no such figure. */
static void write_speed(const struct llama_stats *stats, char text[SPEED_BYTES]) {
    double tokens = stats->certainty.tokens;

    if (tokens > 0.0 && stats->busy_seconds > 0.0) {
        snprintf(text, SPEED_BYTES, "%.1f", tokens / stats->busy_seconds);
    } else {
        snprintf(text, SPEED_BYTES, "null");
    }
}

void journal_line(const struct told *told, char line[JOURNAL_LINE_BYTES]) {
    const struct speaker_report *heard = &told->heard;
    double speech_s = heard->speech_s > 0.0 ? heard->speech_s : 1.0;
    char prompt[PROMPT_BYTES * 6], speed[SPEED_BYTES];

    write_speed(&told->stats, speed);
    escape(told->recipe->prompt, prompt, sizeof(prompt));
    snprintf(line, JOURNAL_LINE_BYTES,
             "{\"story\":%ld,\"seed\":%" PRIu64 ",\"prompt\":\"%s\",\"tokens\":%d,"
             "\"tokens_per_s_while_speaking\":%s,\"first_sound_s\":%.2f,\"speech_s\":%.1f,"
             "\"speech_cpu_per_s\":%.4f,\"ring_lowest_ms\":%.0f,\"underruns\":%u,"
             "\"peak_mib\":%.1f,\"rss_mib\":%.1f,\"sentences\":%d,\"refused\":%d,\"gate_hits\":%d,"
             "\"loops\":%d,\"rewinds\":%d,\"restarts\":%d,\"start_to_sound_s\":%.2f,"
             "\"start_to_word_s\":%.2f,\"ended\":\"%s\"}\n",
             told->number, told->recipe->seed, prompt, told->stats.tokens, speed,
             heard->first_s > 0.0 ? heard->first_s - told->begun_s : -1.0, heard->speech_s,
             heard->cpu_s / speech_s, heard->lowest_ms, heard->underruns, peak_mib(),
             resident_mib(), told->figures.sentences, told->stats.certainty.refused,
             told->figures.gate_hits, told->figures.loops, told->figures.rewinds,
             told->figures.restarts, heard->first_ever_s, heard->first_word_s,
             story_end_name(told->end));
}

void journal_write(struct shelf *shelf, const char *line) {
    shelf_append(shelf, "stories.jsonl", line);
}

void journal_write_text(struct shelf *shelf, const struct told *told, const char *text) {
    size_t size = strlen(text) + 128;
    char *entry = malloc(size);
    char day[TODAY_BYTES];

    if (entry == NULL) {
        return;
    }
    today_name(day);
    snprintf(entry, size, "story %ld  seed %" PRIu64 "  %s\n%s\n\n", told->number,
             told->recipe->seed, day, text);
    shelf_append(shelf, "stories.txt", entry);
    free(entry);
}
