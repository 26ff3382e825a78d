/* SPDX-License-Identifier: MIT */
#include "remote/message.h"

#include <stdint.h>
#include <string.h>

#define KEY_BYTES 16
/* Longer ones mean nothing to us. */
#define MEMBERS_AT_MOST 4

static const char *const VERBS[MESSAGE_VERBS] = {
    [MESSAGE_TELL] = "tell",       [MESSAGE_PAUSE] = "pause",       [MESSAGE_NEXT] = "next",
    [MESSAGE_AGAIN] = "again",     [MESSAGE_KEEP] = "keep",         [MESSAGE_LOUDER] = "louder",
    [MESSAGE_QUIETER] = "quieter", [MESSAGE_REQUEST] = "request",   [MESSAGE_LISTS] = "lists",
    [MESSAGE_SOUND] = "sound",     [MESSAGE_SETTINGS] = "settings", [MESSAGE_SET] = "set",
    [MESSAGE_TIME] = "time",       [MESSAGE_REPLAY] = "replay",     [MESSAGE_ADD] = "add",
    [MESSAGE_REMOVE] = "remove",   [MESSAGE_RECORD] = "record",
};

static const char NO_JSON[] = "not an object of strings in JSON";
static const char TOO_LONG[] = "a text that is too long";

/* The line, as far as it is still to be read. */
struct input {
    const char *at;
    const char *end;
    const char *problem;
};

/* Where a text is written; what has no room makes it too long. */
struct text {
    char *to;
    size_t size;
    size_t length;
};

static void skip_blanks(struct input *input) {
    while (input->at < input->end &&
           (*input->at == ' ' || *input->at == '\t' || *input->at == '\r' || *input->at == '\n')) {
        input->at++;
    }
}

/* Take a character that must, or may, come next. Returns whether it was there. */
static bool take(struct input *input, char wanted) {
    skip_blanks(input);
    if (input->at == input->end || *input->at != wanted) {
        return false;
    }
    input->at++;
    return true;
}

static bool fail(struct input *input, const char *problem) {
    input->problem = problem;
    return false;
}

static bool put(struct input *input, struct text *text, unsigned char byte) {
    if (byte < ' ' || byte == 127) {
        return fail(input, "a control character in a text");
    }
    if (text->length + 1 >= text->size) {
        return fail(input, TOO_LONG);
    }
    text->to[text->length++] = (char)byte;
    return true;
}

/* A character as UTF-8. */
static bool put_character(struct input *input, struct text *text, uint32_t code) {
    if (code < 0x80) {
        return put(input, text, (unsigned char)code);
    }
    if (code < 0x800) {
        return put(input, text, (unsigned char)(0xC0 | code >> 6)) &&
               put(input, text, (unsigned char)(0x80 | (code & 0x3F)));
    }
    if (code < 0x10000) {
        return put(input, text, (unsigned char)(0xE0 | code >> 12)) &&
               put(input, text, (unsigned char)(0x80 | (code >> 6 & 0x3F))) &&
               put(input, text, (unsigned char)(0x80 | (code & 0x3F)));
    }
    return put(input, text, (unsigned char)(0xF0 | code >> 18)) &&
           put(input, text, (unsigned char)(0x80 | (code >> 12 & 0x3F))) &&
           put(input, text, (unsigned char)(0x80 | (code >> 6 & 0x3F))) &&
           put(input, text, (unsigned char)(0x80 | (code & 0x3F)));
}

/* The four digits of \uXXXX. */
static bool take_hex(struct input *input, uint32_t *code) {
    *code = 0;
    if (input->end - input->at < 4) {
        return fail(input, NO_JSON);
    }
    for (int i = 0; i < 4; i++) {
        static const char DIGITS[] = "0123456789abcdef0123456789ABCDEF";
        const char *found = memchr(DIGITS, *input->at++, sizeof(DIGITS) - 1);

        if (found == NULL) {
            return fail(input, NO_JSON);
        }
        *code = *code << 4 | (uint32_t)((found - DIGITS) % 16);
    }
    return true;
}

/* \uXXXX, or two of them for a character beyond 16 bits. */
static bool take_unicode(struct input *input, struct text *text) {
    uint32_t code, low;

    if (!take_hex(input, &code)) {
        return false;
    }
    if (code >= 0xDC00 && code < 0xE000) {
        return fail(input, NO_JSON);
    }
    if (code >= 0xD800 && code < 0xDC00) {
        if (input->end - input->at < 2 || memcmp(input->at, "\\u", 2) != 0) {
            return fail(input, NO_JSON);
        }
        input->at += 2;
        if (!take_hex(input, &low) || low < 0xDC00 || low >= 0xE000) {
            return fail(input, NO_JSON);
        }
        code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
    }
    return put_character(input, text, code);
}

static bool take_escape(struct input *input, struct text *text) {
    if (input->at == input->end) {
        return fail(input, NO_JSON);
    }
    switch (*input->at++) {
    case '"':
        return put(input, text, '"');
    case '\\':
        return put(input, text, '\\');
    case '/':
        return put(input, text, '/');
    case 'u':
        return take_unicode(input, text);
    default: /* \n and the like are control characters */
        return fail(input, NO_JSON);
    }
}

static bool take_text(struct input *input, char *to, size_t size) {
    struct text text = {.to = to, .size = size};

    to[0] = '\0';
    if (!take(input, '"')) {
        return fail(input, NO_JSON);
    }
    while (input->at < input->end && *input->at != '"') {
        char c = *input->at++;

        if (c == '\\' ? !take_escape(input, &text) : !put(input, &text, (unsigned char)c)) {
            return false;
        }
    }
    to[text.length] = '\0';
    return take(input, '"') || fail(input, NO_JSON);
}

static bool take_verb(struct input *input, struct message *message) {
    char name[KEY_BYTES];

    if (!take_text(input, name, sizeof(name))) {
        return false;
    }
    for (int verb = 0; verb < MESSAGE_VERBS; verb++) {
        if (strcmp(name, VERBS[verb]) == 0) {
            message->verb = (enum message_verb)verb;
            return true;
        }
    }
    return fail(input, "\"do\" is nothing that we do");
}

static bool take_member(struct input *input, struct message *message) {
    char key[KEY_BYTES];

    if (!take_text(input, key, sizeof(key))) {
        return false;
    }
    if (!take(input, ':')) {
        return fail(input, NO_JSON);
    }
    if (strcmp(key, "do") == 0) {
        return take_verb(input, message);
    }
    if (strcmp(key, "about") == 0) {
        return take_text(input, message->about, sizeof(message->about));
    }
    return fail(input, "a key that is neither \"do\" nor \"about\"");
}

static bool take_object(struct input *input, struct message *message) {
    if (!take(input, '{')) {
        return fail(input, NO_JSON);
    }
    for (int members = 0; members < MEMBERS_AT_MOST; members++) {
        if (!take_member(input, message)) {
            return false;
        }
        if (!take(input, ',')) {
            return take(input, '}') || fail(input, NO_JSON);
        }
    }
    return fail(input, NO_JSON);
}

const char *message_read(const char *line, size_t length, struct message *message) {
    struct input input = {.at = line, .end = line + length};

    *message = (struct message){.verb = MESSAGE_VERBS};
    if (!take_object(&input, message)) {
        return input.problem;
    }
    skip_blanks(&input);
    if (input.at < input.end) {
        return NO_JSON;
    }
    return message->verb < MESSAGE_VERBS ? NULL : "\"do\" is missing";
}
