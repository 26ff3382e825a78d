/* SPDX-License-Identifier: MIT */
#include "sound/feed_report.h"

#include <clock.h>

#define UNDERWAY_MS 250.0

void feed_report_begin(struct feed_report *report) {
    *report = (struct feed_report){.first_ever_s = report->first_ever_s, .lowest_ms = -1.0};
}

void feed_report_sent(struct feed_report *report) {
    if (report->first_s <= 0.0) {
        report->first_s = clock_seconds();
    }
    if (report->first_ever_s <= 0.0) {
        report->first_ever_s = report->first_s;
    }
}

void feed_report_dry(struct feed_report *report) {
    report->underruns++;
    report->lowest_ms = 0.0;
}

void feed_report_level(struct feed_report *report, double level_ms) {
    report->is_underway = report->is_underway || level_ms >= UNDERWAY_MS;
    if (report->is_underway && (report->lowest_ms < 0.0 || level_ms < report->lowest_ms)) {
        report->lowest_ms = level_ms;
    }
}
