/* SPDX-License-Identifier: MIT */
#include "mdns.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#define GROUP "224.0.0.251"
#define PORT 5353
/* All packets with our question fit; a longer one may be cut behind it. */
#define PACKET_BYTES 1500

/* RFC 1035, 4.1.1 and 4.1.4. */
#define HEADER_BYTES 12u
#define AUTHORITATIVE 0x84u
#define POINTER 0xC0u
#define LABEL_MOST 63u
#define QUESTIONS_MOST 16u

enum type { TYPE_A = 1, TYPE_AAAA = 28, TYPE_NSEC = 47, TYPE_ANY = 255 };
#define CLASS_IN 1u
#define CLASS_ANY 255u
/* In a question: answer me alone. In an answer: forget what you knew. RFC 6762, 18.12, 18.13. */
#define TOP_BIT 0x8000u
#define TTL_S 120u
#define TTL_PLAIN_S 10u

static const unsigned char NAME[] = "\013storyteller\005local";

struct packet {
    const unsigned char *bytes;
    size_t length;
};

struct question {
    unsigned type, kind; /* a class, as the RFC calls it */
    bool is_ours;
};

/* Where an answer is written; MDNS_BYTES have room for all that there is to say. */
struct answer {
    unsigned char *bytes;
    size_t length;
};

static unsigned get16(const unsigned char *at) {
    return (unsigned)at[0] << 8 | at[1];
}

static void put(struct answer *answer, const void *bytes, size_t length) {
    memcpy(answer->bytes + answer->length, bytes, length);
    answer->length += length;
}

static void put16(struct answer *answer, unsigned value) {
    const unsigned char bytes[] = {(unsigned char)(value >> 8), (unsigned char)value};

    put(answer, bytes, sizeof(bytes));
}

/* Whether the labels at this place are those of the name. A pointer leads to an earlier place, so
 * that there is an end. */
static bool is_name(const struct packet *packet, size_t at) {
    const unsigned char *wanted = NAME;
    size_t before = at;

    while (at < packet->length) {
        unsigned label = packet->bytes[at];

        if (label >= POINTER && at + 1 < packet->length) {
            at = get16(packet->bytes + at) & 0x3FFFu;
            if (at >= before) {
                return false;
            }
            before = at;
            continue;
        }
        if (label != *wanted || at + 1 + label > packet->length ||
            strncasecmp((const char *)packet->bytes + at + 1, (const char *)wanted + 1, label) !=
                0) {
            return false;
        }
        if (label == 0) {
            return true;
        }
        wanted += 1 + label;
        at += 1 + label;
    }
    return false;
}

/* The place behind a name; 0: it has no end. */
static size_t skip_name(const struct packet *packet, size_t at) {
    while (at < packet->length) {
        unsigned label = packet->bytes[at];

        if (label >= POINTER) {
            return at + 2;
        }
        if (label > LABEL_MOST) {
            return 0;
        }
        at += 1 + label;
        if (label == 0) {
            return at;
        }
    }
    return 0;
}

/* Take the question at this place, and go behind it. Returns false at the end of the packet. */
static bool take_question(const struct packet *packet, size_t *at, struct question *question) {
    size_t end = skip_name(packet, *at);

    if (end == 0 || end + 4 > packet->length) {
        return false;
    }
    question->type = get16(packet->bytes + end);
    question->kind = get16(packet->bytes + end + 2) & ~TOP_BIT;
    question->is_ours =
        (question->kind == CLASS_IN || question->kind == CLASS_ANY) && is_name(packet, *at);
    *at = end + 4;
    return true;
}

/* What is asked about the name: TYPE_A if an address is, among other things; 0: nothing. */
static unsigned find_question(const struct packet *packet) {
    unsigned count, found = 0;
    struct question question;
    size_t at = HEADER_BYTES;

    if (packet->length < HEADER_BYTES || (packet->bytes[2] & ~1u) != 0) {
        return 0; /* an answer, or no plain question */
    }
    count = get16(packet->bytes + 4);
    for (unsigned i = 0; i < count && i < QUESTIONS_MOST && take_question(packet, &at, &question);
         i++) {
        if (question.is_ours && (question.type == TYPE_A || question.type == TYPE_ANY)) {
            return TYPE_A;
        }
        if (question.is_ours) {
            found = question.type;
        }
    }
    return found;
}

/* A record about the name, which stands behind the header: in the question, or in this record. */
static void put_record(struct answer *answer, unsigned type, bool is_plain, const void *data,
                       unsigned length) {
    if (answer->length == HEADER_BYTES) {
        put(answer, NAME, sizeof(NAME));
    } else {
        put16(answer, POINTER << 8 | HEADER_BYTES);
    }
    put16(answer, type);
    put16(answer, is_plain ? CLASS_IN : CLASS_IN | TOP_BIT);
    put16(answer, 0);
    put16(answer, is_plain ? TTL_PLAIN_S : TTL_S);
    put16(answer, length);
    put(answer, data, length);
}

/* "There is an address, and nothing else": so nobody waits for one of IPv6. RFC 6762, 6.1. */
static void put_no_more(struct answer *answer, bool is_plain) {
    static const unsigned char ONLY_A[] = {POINTER, HEADER_BYTES, 0, 1, 0x80u >> TYPE_A};

    put_record(answer, TYPE_NSEC, is_plain, ONLY_A, sizeof(ONLY_A));
}

size_t mdns_answer(const unsigned char *packet, size_t length, struct in_addr address,
                   bool is_plain, unsigned char answer[MDNS_BYTES]) {
    const struct packet asked = {packet, length};
    struct answer made = {answer, 0};
    unsigned type = find_question(&asked);

    if (type == 0) {
        return 0;
    }
    put16(&made, is_plain ? get16(packet) : 0);
    put16(&made, AUTHORITATIVE << 8);
    put16(&made, is_plain ? 1 : 0);
    put16(&made, 1);
    put16(&made, 0);
    put16(&made, type == TYPE_A ? 1 : 0);
    if (is_plain) {
        put(&made, NAME, sizeof(NAME));
        put16(&made, type);
        put16(&made, CLASS_IN);
    }
    if (type == TYPE_A) {
        put_record(&made, TYPE_A, is_plain, &address, sizeof(address));
    }
    put_no_more(&made, is_plain);
    return made.length;
}

/* Only what is sent to the group comes here, and only on the network of the address. */
static bool join(int file, struct in_addr address) {
    struct sockaddr_in group = {.sin_family = AF_INET, .sin_port = htons(PORT)};
    struct ip_mreq membership = {.imr_interface = address};
    int yes = 1, no = 0;

    inet_pton(AF_INET, GROUP, &group.sin_addr);
    membership.imr_multiaddr = group.sin_addr;
    return setsockopt(file, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes)) == 0 &&
           setsockopt(file, IPPROTO_IP, IP_MULTICAST_ALL, &no, sizeof(no)) == 0 &&
           bind(file, (const struct sockaddr *)&group, sizeof(group)) == 0 &&
           setsockopt(file, IPPROTO_IP, IP_ADD_MEMBERSHIP, &membership, sizeof(membership)) == 0 &&
           setsockopt(file, IPPROTO_IP, IP_MULTICAST_IF, &address, sizeof(address)) == 0;
}

int mdns_open(struct in_addr address) {
    int reason, file = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    if (file < 0 || join(file, address)) {
        return file;
    }
    reason = errno;
    close(file);
    errno = reason;
    return -1;
}

void mdns_run(int file, struct in_addr address) {
    struct sockaddr_in group = {.sin_family = AF_INET, .sin_port = htons(PORT)};
    struct sockaddr_in from = {.sin_port = 0};
    unsigned char packet[PACKET_BYTES], answer[MDNS_BYTES];

    inet_pton(AF_INET, GROUP, &group.sin_addr);
    for (;;) {
        socklen_t size = sizeof(from);
        ssize_t got = recvfrom(file, packet, sizeof(packet), 0, (struct sockaddr *)&from, &size);
        bool is_plain = from.sin_port != htons(PORT);
        size_t length = got > 0 ? mdns_answer(packet, (size_t)got, address, is_plain, answer) : 0;

        if (length > 0) {
            (void)sendto(file, answer, length, MSG_NOSIGNAL,
                         (const struct sockaddr *)(is_plain ? &from : &group), sizeof(group));
        }
    }
}
