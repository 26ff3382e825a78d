/* SPDX-License-Identifier: MIT */
#include "text/spelling.h"

#include <ctype.h>
#include <stdint.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
/* So often a letter must stand in a row to be drawn out, not just doubled: "good" is not "god". */
#define DRAWN_OUT 3

/* Alphabets in order, each from its first character: what they look like; '.' is a space. */
static const struct {
    uint32_t first;
    const char *letters;
} ALPHABETS[] = {
    {0xC0, "aaaaaaaceeeeiiiidnooooo.ouuuuypsaaaaaaaceeeeiiiidnooooo.ouuuuypy"},
    {0x100, "aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiiiiijjkkklllllllllln"
            "nnnnnnnnoooooooorrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs"},
    /* Pinyin, Romanian and others. */
    {0x1CD, "aaiioouuuuuuuuuueaaaa..ggggkkoooo..jdddgg..nnaa....aaaaeeeeiiiioooorrrruuuussttyyhhn"
            "doozzaaeeooooooooyy"},
    /* With two accents, as Vietnamese has them. */
    {0x1E00, "aabbbbbbccddddddddddeeeeeeeeeeffgghhhhhhhhhhiiiikkkkkkllllllllmmmmmmnnnnnnnnoooooooo"
             "pppprrrrrrrrssssssssssttttttttuuuuuuuuuuvvvvwwwwwwwwwwxxxxyyzzzzzzhtwyassssdaaaaaaaa"
             "aaaaaaaaaaaaaaaaeeeeeeeeeeeeeeeeiiiioooooooooooooooooooooooouuuuuuuuuuuuuuyyyyyyyyll"
             "vvyy"},
    {0x391, "abgdezhoiklmvxonprrstyoxyo"}, /* Greek capitals by their looks, below */
    {0x3B1, "abydezn0iklmvxonpsotuoxyw"},
    {0x410, "abbrdexzinkamhonpctyoxuchhh.b.er"},
    {0x430, "abbrdexzinkmmhonpctyoxuchhh.b.er"},
    {0x450, "eehresiijlnhkuyu"},
};

/* Single look-alikes and those that are spread about. */
static const struct {
    uint32_t character;
    char letter;
} SINGLES[] = {
    {0x3A1, 'p'}, {0x3A5, 'y'}, {0x397, 'h'}, {0x39D, 'n'},  {0x3BD, 'v'},  {0x3C1, 'p'},
    {0x391, 'a'}, {0x392, 'b'}, {0x395, 'e'}, {0x396, 'z'},  {0x399, 'i'},  {0x39A, 'k'},
    {0x39C, 'm'}, {0x39F, 'o'}, {0x3A4, 't'}, {0x3A7, 'x'},  {0x131, 'i'},  {0x406, 'i'},
    {0x405, 's'}, {0x408, 'j'}, {0x400, 'e'}, {0x401, 'e'},  {0x4BB, 'h'},  {0x501, 'd'},
    {0x51B, 'q'}, {0x51D, 'w'}, {0x251, 'a'}, {0x261, 'g'},  {0x1C0, 'l'},  {0x20AC, 'e'},
    {0xA3, 'l'},  {0xA2, 'c'},  {0xA5, 'y'},  {0x2113, 'l'}, {0x212F, 'e'}, {0x2134, 'o'},
    {0xB9, '1'},  {0x130, 'i'}, {0x192, 'f'}, {0x1E9E, 's'},
};

/* Whole alphabets of capital letters followed by small ones, or of one kind only. */
static const struct {
    uint32_t first;
    uint32_t last;
} STYLED[] = {
    {0x1D400, 0x1D6A3},                     /* mathematical letters, 52 of each style */
    {0x24B6, 0x24E9},                       /* in circles: 26 capital, 26 small */
    {0x249C, 0x24B5},                       /* in brackets */
    {0xFF21, 0xFF3A},                       /* wide */
    {0xFF41, 0xFF5A},   {0x1F130, 0x1F149}, /* in squares */
    {0x1F150, 0x1F169}, {0x1F170, 0x1F189},
};

static bool is_invisible(uint32_t c) {
    return (c >= 0x300 && c <= 0x36F) || (c >= 0x200B && c <= 0x200F) ||
           (c >= 0x202A && c <= 0x202E) || (c >= 0x2060 && c <= 0x2064) || c == 0xFEFF ||
           c == 0xAD || (c >= 0xFE00 && c <= 0xFE0F) || (c >= 0x483 && c <= 0x489) ||
           (c >= 0x1AB0 && c <= 0x1AFF) || (c >= 0x20D0 && c <= 0x20FF) || c == 0x34F;
}

/* What a character beyond ASCII looks like; 0: nothing, ' ': no letter. */
static char looks_like(uint32_t c) {
    if (is_invisible(c)) {
        return '\0';
    }
    for (size_t i = 0; i < COUNT(SINGLES); i++) {
        if (SINGLES[i].character == c) {
            return SINGLES[i].letter;
        }
    }
    for (size_t i = 0; i < COUNT(STYLED); i++) {
        if (c >= STYLED[i].first && c <= STYLED[i].last) {
            return (char)('a' + (c - STYLED[i].first) % 26);
        }
    }
    for (size_t i = 0; i < COUNT(ALPHABETS); i++) {
        uint32_t at = c - ALPHABETS[i].first;

        if (c >= ALPHABETS[i].first && at < strlen(ALPHABETS[i].letters)) {
            return ALPHABETS[i].letters[at] == '.' ? ' ' : ALPHABETS[i].letters[at];
        }
    }
    return ' ';
}

/* The next character of UTF-8 text; a byte that is none is taken as a character of its own. */
static uint32_t next_character(const unsigned char **at) {
    unsigned char first = *(*at)++;
    int more = first >= 0xF0 ? 3 : first >= 0xE0 ? 2 : first >= 0xC0 ? 1 : 0;
    uint32_t c = more == 0 ? first : first & (0x3Fu >> more);

    for (; more > 0 && (**at & 0xC0) == 0x80; more--) {
        c = c << 6 | (*(*at)++ & 0x3Fu);
    }
    return more == 0 ? c : 0xFFFD;
}

void spelling_fold(const char *text, char *plain, size_t size) {
    const unsigned char *at = (const unsigned char *)text;
    size_t length = 0;

    while (*at != '\0' && length + 1 < size) {
        uint32_t c = next_character(&at);
        char letter = c >= 0x80 ? looks_like(c) : (char)tolower((int)c);

        if (c < ' ' || c == 127) {
            letter = ' ';
        }
        if (letter != '\0') {
            plain[length++] = letter;
        }
    }
    plain[length] = '\0';
}

void spelling_words(const char *text, char *words, size_t size) {
    size_t length = 0;

    spelling_fold(text, words, size);
    /* In place: what is written never overtakes what is read. */
    for (const char *at = words; *at != '\0'; at++) {
        char c = *at;

        if (islower((unsigned char)c)) {
            words[length++] = c;
        } else if (length > 0 && words[length - 1] != ' ') {
            words[length++] = ' ';
        }
    }
    while (length > 0 && words[length - 1] == ' ') {
        length--;
    }
    words[length] = '\0';
}

static bool is_any(char c) {
    return c == '*' || c == '#';
}

static bool stands_for(char c, char letter) {
    static const char *const SIGNS[26] = {
        ['a' - 'a'] = "4@^", ['b' - 'a'] = "86",   ['c' - 'a'] = "(<{[", ['e' - 'a'] = "3",
        ['g' - 'a'] = "96",  ['i' - 'a'] = "1!|l", ['l' - 'a'] = "1|!i", ['o' - 'a'] = "0",
        ['q' - 'a'] = "9",   ['s' - 'a'] = "5$z",  ['t' - 'a'] = "7+",   ['u' - 'a'] = "v",
        ['v' - 'a'] = "u",   ['x' - 'a'] = "%",    ['z' - 'a'] = "2",
    };
    const char *signs = islower((unsigned char)letter) ? SIGNS[letter - 'a'] : NULL;

    return c == letter || is_any(c) || (signs != NULL && strchr(signs, c) != NULL);
}

bool spelling_may_begin(const char *token, const char *word) {
    return stands_for(token[0], word[0]);
}

/* Length of the run of one letter that a word begins with. */
static size_t run_of(const char *word) {
    size_t length = 1;

    while (word[length] == word[0]) {
        length++;
    }
    return length;
}

bool spelling_means(const char *token, const char *word, bool is_start) {
    size_t wanted, there = 0;

    if (word[0] == '\0') {
        return is_start || token[0] == '\0';
    }
    wanted = run_of(word);
    /* A sign for any letter stands for just one: it is never drawn out. */
    while (token[there] != '\0' && stands_for(token[there], word[0]) &&
           (there < wanted || !is_any(token[there]))) {
        there++;
    }
    /* Signs may belong to the next letter, so every length is tried. */
    for (size_t taken = wanted; taken <= there; taken++) {
        bool is_run = taken == wanted || taken >= DRAWN_OUT;

        if (is_run && spelling_means(token + taken, word + wanted, is_start)) {
            return true;
        }
    }
    return false;
}
