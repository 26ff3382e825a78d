/* SPDX-License-Identifier: MIT */
/* Between the files of story.h: the draft of a sentence (story_draft.c), the end (story_end.c). */
#ifndef STORYTELLER_STORY_PARTS_H
#define STORYTELLER_STORY_PARTS_H

#include "story/story.h"

/* Tell, or keep until the whole story is known. */
void story_tell(struct story *story, const char *shown, const char *spoken);

/* Begin a draft with nothing in it. */
void story_draft_begin(struct story *story);

/* Show what of the draft was not shown yet, and speak the sentence that ends in it. */
void story_draft_tell(struct story *story);

/* The sentence starts with what is in the draft now. */
void story_draft_note_start(struct story *story);

/* The sentence starts behind what was told, with the piece before which the model was at mark. */
void story_draft_note_fresh_start(struct story *story, int mark);

/* Back to the start of the sentence, as it was noted. */
void story_draft_restart(struct story *story);

/* Close the story in words. What is in the draft is not told, unless it was shown. */
void story_close(struct story *story, enum story_end end);

#endif
