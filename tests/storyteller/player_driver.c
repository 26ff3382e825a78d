/* SPDX-License-Identifier: MIT */
/* player_driver CARD RATE SECONDS PAUSE_MS [AFTER_MS VERB]...: plays a tone of 440 Hz on the fake
 * card, half of the seconds as one sentence, then, PAUSE_MS later, the other half, while the verbs
 * (pause, go, stop, quieter, pass) come so long after the start of playing. A negative pause is one
 * in the middle of a sentence, in which the thread that writes does not look after the card. Prints
 * what was reported. */
#include <clock.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "sound/mixer.h"
#include "sound/player.h"

#define VOICE_RATE 16000u
#define PI 3.14159265358979323846
#define PERIODS 11u /* of 440 Hz, in 400 samples of the voice */

struct tone {
    struct player *player;
    double seconds;
    double pause_s;
};

static void nap_until(double end_s) {
    while (clock_seconds() < end_s) {
        nanosleep(&(struct timespec){.tv_nsec = 2000000}, NULL);
    }
}

/* Parts of the sine without a library: a rotation. */
static void fill(int16_t *samples, size_t count) {
    double x = 12000.0, y = 0.0, angle = 2.0 * PI * PERIODS / 400.0;
    double s = angle - angle * angle * angle / 6.0 + angle * angle * angle * angle * angle / 120.0;
    double c = 1.0 - angle * angle / 2.0 + angle * angle * angle * angle / 24.0;

    for (size_t i = 0; i < count; i++) {
        double turned = x * c - y * s;

        samples[i] = (int16_t)y;
        y = x * s + y * c;
        x = turned;
    }
}

/* Half of the tone; its end is made soft where silence follows, which is no business of the
 * player's. */
static void speak(struct tone *tone, bool is_soft) {
    int16_t period[400];
    size_t left = (size_t)(tone->seconds / 2.0 * VOICE_RATE);

    fill(period, 400);
    for (; left >= 400; left -= 400) {
        for (int i = 0; is_soft && left < 800 && i < 400; i++) {
            period[i] = (int16_t)(period[i] * (399 - i) / 400);
        }
        if (!player_write(tone->player, period, 400)) {
            return;
        }
    }
}

static void *run(void *user) {
    struct tone *tone = user;
    double end_s;

    speak(tone, tone->pause_s > 0.0);
    end_s = clock_seconds() + tone->pause_s;
    nap_until(clock_seconds() - tone->pause_s);
    while (tone->pause_s > 0.0 && clock_seconds() < end_s) {
        player_keep_up(tone->player, 150);
        nap_until(clock_seconds() + 0.02);
    }
    speak(tone, true);
    player_finish(tone->player);
    return NULL;
}

static void act(struct player *player, const char *verb) {
    if (strcmp(verb, "pause") == 0 || strcmp(verb, "go") == 0) {
        player_pause(player, verb[0] == 'p');
    } else if (strcmp(verb, "stop") == 0) {
        player_stop(player);
    } else if (strcmp(verb, "pass") == 0) {
        player_pass_on(player);
    } else {
        player_set_volume(player, 25);
    }
}

int main(int count, char **words) {
    char name[SOUND_NAME_BYTES];
    struct mixer mixer = {{0}};
    struct sound *sound = sound_open_card(words[1], (unsigned)atoi(words[2]), &mixer, name);
    struct player player;
    struct player_report report;
    struct tone tone = {&player, atof(words[3]), atof(words[4]) / 1e3};
    pthread_t thread;
    double begun_s;
    bool is_lost;

    if (sound == NULL || !player_open(&player, VOICE_RATE, 100)) {
        return 1;
    }
    player_begin(&player, sound);
    begun_s = clock_seconds();
    if (pthread_create(&thread, NULL, run, &tone) != 0) {
        return 1;
    }
    for (int i = 5; i + 1 < count; i += 2) {
        nap_until(begun_s + atof(words[i]) / 1e3);
        act(&player, words[i + 1]);
        printf("%s %.0f\n", words[i + 1], 1e3 * (clock_seconds() - begun_s));
    }
    pthread_join(thread, NULL);
    is_lost = player_is_lost(&player);
    report = player_end(&player);
    printf("sound_s %.3f lowest_ms %.0f underruns %u lost %d took_s %.3f\n", report.sound_s,
           report.fed.lowest_ms, report.fed.underruns, is_lost, clock_seconds() - begun_s);
    sound->close(sound);
    player_close(&player);
    return 0;
}
