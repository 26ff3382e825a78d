/* SPDX-License-Identifier: MIT */
/* spoken_driver SIZE TEXT...: what of each text is spoken, in a buffer of that many bytes; the
 * phones that flite makes of it; and what a voice that knows sounds gets. */
#include <flite.h>
#include <stdio.h>
#include <stdlib.h>

#include "voice/spoken.h"

cst_voice *register_cmu_us_slt(const char *folder);
void unregister_cmu_us_slt(cst_voice *voice);

static void show(const char *text, size_t size, cst_voice *voice) {
    char *spoken = malloc(size);
    cst_utterance *utterance;

    if (spoken == NULL) {
        return;
    }
    spoken_text(text, false, spoken, size);
    printf("%s|", spoken);
    utterance = flite_synth_text(spoken, voice);
    for (cst_item *one = relation_head(utt_relation(utterance, "Segment")); one != NULL;
         one = item_next(one)) {
        printf(" %s", item_feat_string(one, "name"));
    }
    spoken_text(text, true, spoken, size);
    printf("|%s\n", spoken);
    delete_utterance(utterance);
    free(spoken);
}

int main(int count, char **words) {
    cst_voice *voice;

    flite_init();
    voice = register_cmu_us_slt(NULL);
    for (int i = 2; i < count; i++) {
        show(words[i], strtoul(words[1], NULL, 10), voice);
    }
    unregister_cmu_us_slt(voice);
    return 0;
}
