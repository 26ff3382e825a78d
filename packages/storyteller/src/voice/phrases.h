/* SPDX-License-Identifier: MIT */
/* What the storyteller says in the same words each time. The image has a clip of each, which costs
 * no time: packages/greeting/package.yaml renders them by these names, and a test compares them. */
#ifndef STORYTELLER_PHRASES_H
#define STORYTELLER_PHRASES_H

#define PHRASE_ASK "Who is the story about?"
#define PHRASE_KEPT "I will keep this story for you."
#define PHRASE_LAST "That was the last story for today. Good bye!"
#define PHRASE_MINE "I will think of one myself. Listen!"
#define PHRASE_NICER "I know a nicer story. Listen!"
#define PHRASE_QUIET "It is quiet time now. Good night."
#define PHRASE_SLEEP "Good night. Sleep well."
#define PHRASE_UNKNOWN "I do not know that one yet, but listen to this."

/* The name of the clip that says just this; NULL: there is none. */
const char *phrase_clip(const char *sentence);

#endif
