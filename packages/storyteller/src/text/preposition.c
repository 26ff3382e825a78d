/* SPDX-License-Identifier: MIT */
#include "text/preposition.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Last words of places; any other place is one to be in. */
static const char *const AT[] = {
    "airport",    "ball",      "beach",      "brook",     "carnival",   "circus",    "class",
    "coast",      "concert",   "crossroads", "end",       "fair",       "farm",      "festival",
    "fountain",   "funfair",   "harbor",     "harbour",   "lake",       "lakeside",  "lesson",
    "lighthouse", "market",    "oasis",      "parade",    "party",      "picnic",    "play",
    "playground", "pole",      "pond",       "pool",      "port",       "preschool", "rink",
    "river",      "riverside", "school",     "sea",       "seaside",    "sleepover", "spot",
    "station",    "stop",      "stream",     "waterfall", "waterfront", "waterhole", "wedding",
    "well",       "zoo"};
static const char *const ON[] = {
    "aqueduct",    "asteroid",  "balcony",  "bank",      "base",     "beanstalk",  "boardwalk",
    "bridge",      "bus",       "carousel", "carpet",    "cloud",    "coaster",    "comet",
    "course",      "court",     "crossing", "dam",       "doorstep", "drawbridge", "dune",
    "floor",       "glacier",   "heath",    "hill",      "hilltop",  "iceberg",    "island",
    "jetty",       "line",      "moon",     "moor",      "motorway", "mountain",   "pad",
    "pass",        "path",      "patio",    "peak",      "pier",     "plain",      "planet",
    "platform",    "porch",     "prairie",  "promenade", "railway",  "rainbow",    "reef",
    "ridge",       "riverbank", "road",     "roof",      "rooftop",  "round",      "roundabout",
    "savanna",     "seashore",  "ship",     "shore",     "sill",     "slope",      "staircase",
    "star",        "steppe",    "stump",    "summit",    "top",      "track",      "treetop",
    "veranda",     "volcano",   "weir",     "wharf",     "wheel",    "windowsill", "football field",
    "sports field"};

/* What the place is, without what follows: "end of the rainbow" is an end. */
static const char *end_of_kind(const char *place) {
    static const char *const BEHIND[] = {" of ", " over "};

    for (size_t i = 0; i < COUNT(BEHIND); i++) {
        const char *end = strstr(place, BEHIND[i]);

        if (end != NULL) {
            return end;
        }
    }
    return place + strlen(place);
}

/* Whether the place is one of these: a pirate ship is a ship. */
static bool is_one(const char *place, const char *const kinds[], size_t count) {
    const char *end = end_of_kind(place);

    for (size_t i = 0; i < count; i++) {
        size_t length = strlen(kinds[i]);

        if ((size_t)(end - place) >= length && strncmp(end - length, kinds[i], length) == 0 &&
            (end - length == place || end[-(ptrdiff_t)length - 1] == ' ')) {
            return true;
        }
    }
    return false;
}

const char *preposition_of(const char *place) {
    if (is_one(place, AT, COUNT(AT))) {
        return "at";
    }
    return is_one(place, ON, COUNT(ON)) ? "on" : "in";
}
