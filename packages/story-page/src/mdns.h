/* SPDX-License-Identifier: MIT */
/* The name storyteller.local, for those who ask the network of one address for it (RFC 6762). */
#ifndef STORY_PAGE_MDNS_H
#define STORY_PAGE_MDNS_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdnoreturn.h>

#define MDNS_NAME "storyteller.local"
/* The longest answer. */
#define MDNS_BYTES 96

/* The answer to a packet, if it asks for the name: `address`, and that there is no other kind of
 * address. is_plain: whoever asks is no responder, and gets its question back. Returns how many
 * bytes; 0: none. */
size_t mdns_answer(const unsigned char *packet, size_t length, struct in_addr address,
                   bool is_plain, unsigned char answer[MDNS_BYTES]);

/* Be asked, on the network that has this address. Returns a socket; -1 with errno set: none. */
int mdns_open(struct in_addr address);

/* Answer at that socket for ever. */
noreturn void mdns_run(int file, struct in_addr address);

#endif
