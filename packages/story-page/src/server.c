/* SPDX-License-Identifier: MIT */
#include "server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <microhttpd.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "health.h"
#include "telling.h"

/* Of the eight clients that the storyteller lets in, one is for requests, and one for a listener,
 * who is a client until the sound begins. */
#define FOLLOWERS_AT_MOST 6
#define LISTENERS_AT_MOST 7
#define CONNECTIONS_AT_MOST 24u
/* Of a request's headers; a browser sends less than one kilobyte. */
#define HEADER_BYTES ((size_t)8192)
#define STACK_BYTES ((size_t)65536)
/* A browser that neither sends nor takes anything is dropped. */
#define IDLE_S 30u
/* A story that is told meanwhile comes first; then what is to be saved comes slowly. */
#define RECORDING_IDLE_S 600u
#define RECORDINGS_AT_MOST 1
/* Of a seed: 64 bits. */
#define SEED_DIGITS 20u
/* An empty line, to find out whether the browser is still there. */
#define QUIET_MS 5000
#define PART_BYTES 4096
/* What the kernel keeps for a browser that listens: a late one skips instead of lagging behind. */
#define UNHEARD_BYTES 16384
#define PATH_BYTES 512
/* Of the lines about stories, the newest: each has at most 2 KiB. */
#define FIGURES_BYTES 4096

static const char PLAIN[] = "text/plain; charset=utf-8";
static const char NOT_HERE[] = "that cannot be done here\n";

static const struct file {
    const char *url, *file, *type;
    bool is_kept; /* in the folder with what is kept of stories, where it may be missing */
    off_t most;   /* bytes of it, the last ones; 0: all */
} FILES[] = {
    {"/", "index.html", "text/html; charset=utf-8", false, 0},
    {"/parents", "parents.html", "text/html; charset=utf-8", false, 0},
    {"/page.css", "page.css", "text/css; charset=utf-8", false, 0},
    {"/page.js", "page.js", "text/javascript; charset=utf-8", false, 0},
    {"/chips.js", "chips.js", "text/javascript; charset=utf-8", false, 0},
    {"/pictures.js", "pictures.js", "text/javascript; charset=utf-8", false, 0},
    {"/story.js", "story.js", "text/javascript; charset=utf-8", false, 0},
    {"/socket.js", "socket.js", "text/javascript; charset=utf-8", false, 0},
    {"/parents.js", "parents.js", "text/javascript; charset=utf-8", false, 0},
    {"/health.js", "health.js", "text/javascript; charset=utf-8", false, 0},
    {"/told.js", "told.js", "text/javascript; charset=utf-8", false, 0},
    {"/sound.js", "sound.js", "text/javascript; charset=utf-8", false, 0},
    {"/stories.txt", "stories.txt", PLAIN, true, 0},
    {"/older-stories.txt", "stories.txt.old", PLAIN, true, 0},
    {"/favourites", "favourites", PLAIN, true, 0},
    {"/figures", "stories.jsonl", "application/x-ndjson; charset=utf-8", true, FIGURES_BYTES},
};

static const struct {
    const char *name, *value;
} HEADERS[] = {
    {"Content-Security-Policy",
     "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
     "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"},
    {"X-Content-Type-Options", "nosniff"},
    {"Referrer-Policy", "no-referrer"},
    {"Cross-Origin-Resource-Policy", "same-origin"},
    {"Cache-Control", "no-store"},
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* What a browser sends, as it comes. */
struct upload {
    char line[TELLING_LINE_BYTES];
    size_t length;
    bool is_too_long;
};

/* A stream to a browser: what it is made of, and the place that it takes among others. */
struct stream {
    int file;    /* where it comes from */
    int browser; /* the connection, which is the library's */
    enum kind { STORY, SOUND, RECORDING } kind;
    bool is_in_line; /* of text */
    atomic_int *places;
};

static enum MHD_Result answer(struct MHD_Connection *connection, unsigned status,
                              struct MHD_Response *response, const char *type) {
    enum MHD_Result queued;

    if (response == NULL) {
        return MHD_NO;
    }
    for (size_t i = 0; i < COUNT(HEADERS); i++) {
        MHD_add_response_header(response, HEADERS[i].name, HEADERS[i].value);
    }
    MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, type);
    queued = MHD_queue_response(connection, status, response);
    MHD_destroy_response(response);
    return queued;
}

static enum MHD_Result say(struct MHD_Connection *connection, unsigned status, const char *text) {
    return answer(connection, status, MHD_create_response_from_buffer_static(strlen(text), text),
                  PLAIN);
}

/* What shows that the browser is still there, and means nothing: an empty line or a silent sample,
 * where one may be; nothing where it would be saved. Returns how many bytes. */
static ssize_t put_nothing(const struct stream *stream, uint64_t position, char *to) {
    static const char SILENCE[2] = {0, 0};

    if (stream->kind == STORY && !stream->is_in_line) {
        to[0] = '\n';
        return 1;
    }
    if (stream->kind == SOUND && position % sizeof(SILENCE) == 0) {
        memcpy(to, SILENCE, sizeof(SILENCE));
        return sizeof(SILENCE);
    }
    return 0;
}

static ssize_t read_stream(void *user, uint64_t position, char *to, size_t size) {
    struct stream *stream = user;
    ssize_t got = telling_read(stream->file, stream->browser, to, size, QUIET_MS);

    if (got < 0) {
        return MHD_CONTENT_READER_END_OF_STREAM;
    }
    if (got == 0) {
        got = put_nothing(stream, position, to);
    }
    if (got > 0) {
        stream->is_in_line = to[got - 1] != '\n';
    }
    return got;
}

static void end_stream(void *user) {
    struct stream *stream = user;

    close(stream->file);
    atomic_fetch_sub(stream->places, 1);
    free(stream);
}

/* Take one of so many places. */
static bool take_place(atomic_int *places, int most) {
    if (atomic_fetch_add(places, 1) < most) {
        return true;
    }
    atomic_fetch_sub(places, 1);
    return false;
}

/* The connection's socket. */
static int browser_of(struct MHD_Connection *connection) {
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);

    return info != NULL ? info->connect_fd : -1;
}

/* Pass on what comes from a socket, -1: there is none. The place is taken already. */
static enum MHD_Result serve_stream(struct MHD_Connection *connection, int file, enum kind kind,
                                    atomic_int *places) {
    struct stream *stream = file >= 0 ? calloc(1, sizeof(*stream)) : NULL;
    struct MHD_Response *response;

    if (stream == NULL) {
        if (file >= 0) {
            close(file);
        }
        atomic_fetch_sub(places, 1);
        return say(connection, MHD_HTTP_SERVICE_UNAVAILABLE, "nobody tells stories now\n");
    }
    *stream = (struct stream){.file = file, .kind = kind, .places = places};
    stream->browser = browser_of(connection);
    response = MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, PART_BYTES, read_stream, stream,
                                                 end_stream);
    if (response == NULL) {
        end_stream(stream);
    }
    return answer(connection, MHD_HTTP_OK, response,
                  kind != STORY ? "audio/wav" : "application/x-ndjson; charset=utf-8");
}

static enum MHD_Result serve_story(struct server *server, struct MHD_Connection *connection) {
    if (!take_place(&server->followers, FOLLOWERS_AT_MOST)) {
        return say(connection, MHD_HTTP_TOO_MANY_REQUESTS, "too many pages are open\n");
    }
    return serve_stream(connection, telling_follow(server->socket), STORY, &server->followers);
}

static enum MHD_Result serve_sound(struct server *server, struct MHD_Connection *connection) {
    int most = UNHEARD_BYTES;

    if (!take_place(&server->listeners, LISTENERS_AT_MOST)) {
        return say(connection, MHD_HTTP_TOO_MANY_REQUESTS, "too many pages listen\n");
    }
    setsockopt(browser_of(connection), SOL_SOCKET, SO_SNDBUF, &most, sizeof(most));
    return serve_stream(connection, telling_listen(server->socket), SOUND, &server->listeners);
}

/* A told story as sound; the body is its seed. What hinders is told, as people read it. */
static enum MHD_Result serve_recording(struct server *server, struct MHD_Connection *connection,
                                       const struct upload *upload) {
    char seed[SEED_DIGITS + 1] = "", problem[TELLING_PROBLEM_BYTES];
    int file;

    if (upload->length > 0 && upload->length <= SEED_DIGITS) {
        memcpy(seed, upload->line, upload->length);
    }
    if (seed[0] == '\0' || strspn(seed, "0123456789") != upload->length) {
        return say(connection, MHD_HTTP_BAD_REQUEST, "that is not the seed of a story\n");
    }
    if (!take_place(&server->recordings, RECORDINGS_AT_MOST)) {
        return say(connection, MHD_HTTP_CONFLICT, "another story is being saved: wait for it");
    }
    file = telling_record(server->socket, seed, problem);
    if (file < 0) {
        atomic_fetch_sub(&server->recordings, 1);
        return answer(connection, MHD_HTTP_CONFLICT,
                      MHD_create_response_from_buffer_copy(strlen(problem), problem), PLAIN);
    }
    MHD_set_connection_option(connection, MHD_CONNECTION_OPTION_TIMEOUT, RECORDING_IDLE_S);
    return serve_stream(connection, file, RECORDING, &server->recordings);
}

/* A file, or its end, which the response closes. Returns NULL when it cannot be read. */
static struct MHD_Response *file_response(const char *path, off_t most) {
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    struct MHD_Response *response = NULL;
    struct stat found;

    if (file >= 0 && fstat(file, &found) == 0 && S_ISREG(found.st_mode)) {
        off_t size = most > 0 && found.st_size > most ? most : found.st_size;

        response = MHD_create_response_from_fd_at_offset64((uint64_t)size, file,
                                                           (uint64_t)(found.st_size - size));
    }
    if (file >= 0 && response == NULL) {
        close(file);
    }
    return response;
}

/* Only what is in the table: no path of the browser's is ever opened. */
static enum MHD_Result serve_file(const struct server *server, struct MHD_Connection *connection,
                                  const char *url) {
    char path[PATH_BYTES];

    for (size_t i = 0; i < COUNT(FILES); i++) {
        const struct file *file = &FILES[i];
        struct MHD_Response *response;

        if (strcmp(url, file->url) != 0) {
            continue;
        }
        snprintf(path, sizeof(path), "%s/%s", file->is_kept ? server->data : server->files,
                 file->file);
        response = file_response(path, file->most);
        if (response != NULL) {
            return answer(connection, MHD_HTTP_OK, response, file->type);
        }
        return file->is_kept
                   ? say(connection, MHD_HTTP_NOT_FOUND, "nothing of this is kept\n")
                   : say(connection, MHD_HTTP_INTERNAL_SERVER_ERROR, "a file is missing\n");
    }
    return say(connection, MHD_HTTP_NOT_FOUND, "there is no such page\n");
}

static enum MHD_Result serve_health(const struct server *server,
                                    struct MHD_Connection *connection) {
    char text[HEALTH_BYTES];

    health_write(server->data, text);
    return answer(connection, MHD_HTTP_OK, MHD_create_response_from_buffer_copy(strlen(text), text),
                  "application/json; charset=utf-8");
}

static enum MHD_Result take_request(const struct server *server, struct MHD_Connection *connection,
                                    const struct upload *upload) {
    if (upload->is_too_long) {
        return say(connection, MHD_HTTP_CONTENT_TOO_LARGE, "that is too long\n");
    }
    if (memchr(upload->line, '\n', upload->length) != NULL) {
        return say(connection, MHD_HTTP_BAD_REQUEST, "that is more than one line\n");
    }
    if (!telling_ask(server->socket, upload->line, upload->length)) {
        return say(connection, MHD_HTTP_SERVICE_UNAVAILABLE, "nobody tells stories now\n");
    }
    return say(connection, MHD_HTTP_OK, "");
}

static const char *header(struct MHD_Connection *connection, const char *name) {
    return MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);
}

/* Browsers say where a request comes from whenever it may change something. */
static bool may_ask(const struct server *server, struct MHD_Connection *connection, bool is_post) {
    const char *origin = header(connection, MHD_HTTP_HEADER_ORIGIN);

    if (!hosts_know(&server->hosts, header(connection, MHD_HTTP_HEADER_HOST))) {
        return false;
    }
    return (origin == NULL && !is_post) || hosts_know_origin(&server->hosts, origin);
}

static void add(struct upload *upload, const char *data, size_t length) {
    size_t room = sizeof(upload->line) - upload->length;

    upload->is_too_long = upload->is_too_long || length > room;
    length = length < room ? length : room;
    memcpy(upload->line + upload->length, data, length);
    upload->length += length;
}

/* What changes something, or takes a place: an image of a page from elsewhere asks for none. */
static enum MHD_Result take_post(struct server *server, struct MHD_Connection *connection,
                                 const char *url, const struct upload *upload) {
    if (strcmp(url, "/do") == 0) {
        return take_request(server, connection, upload);
    }
    if (strcmp(url, "/story") == 0) {
        return serve_story(server, connection);
    }
    if (strcmp(url, "/sound") == 0) {
        return serve_sound(server, connection);
    }
    if (strcmp(url, "/recording") == 0) {
        return serve_recording(server, connection, upload);
    }
    return say(connection, MHD_HTTP_METHOD_NOT_ALLOWED, NOT_HERE);
}

static enum MHD_Result serve_get(const struct server *server, struct MHD_Connection *connection,
                                 const char *url, const char *method) {
    if (strcmp(method, MHD_HTTP_METHOD_GET) != 0 && strcmp(method, MHD_HTTP_METHOD_HEAD) != 0) {
        return say(connection, MHD_HTTP_METHOD_NOT_ALLOWED, NOT_HERE);
    }
    return strcmp(url, "/health") == 0 ? serve_health(server, connection)
                                       : serve_file(server, connection, url);
}

/* Called when the headers are there, then with each part of a body, then once more. */
static enum MHD_Result handle(void *user, struct MHD_Connection *connection, const char *url,
                              const char *method, const char *version, const char *data,
                              size_t *length, void **state) {
    struct server *server = user;
    bool is_post = strcmp(method, MHD_HTTP_METHOD_POST) == 0;

    (void)version;
    if (*state == NULL) {
        if (!may_ask(server, connection, is_post)) {
            return say(connection, MHD_HTTP_FORBIDDEN, "this page is not for you\n");
        }
        *state = calloc(1, sizeof(struct upload));
        return *state != NULL ? MHD_YES : MHD_NO;
    }
    if (*length > 0) {
        add(*state, data, *length);
        *length = 0;
        return MHD_YES;
    }
    return is_post ? take_post(server, connection, url, *state)
                   : serve_get(server, connection, url, method);
}

static void forget(void *user, struct MHD_Connection *connection, void **state,
                   enum MHD_RequestTerminationCode reason) {
    (void)user;
    (void)connection;
    (void)reason;
    free(*state);
    *state = NULL;
}

/* Our own, as the library does not say why it has none. */
static int listen_at(const struct server *server) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(server->hosts.port)};
    int file, reason, again = 1;

    if (inet_pton(AF_INET, server->hosts.address, &address.sin_addr) != 1) {
        errno = EINVAL;
        return -1;
    }
    file = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (file >= 0 && setsockopt(file, SOL_SOCKET, SO_REUSEADDR, &again, sizeof(again)) == 0 &&
        bind(file, (const struct sockaddr *)&address, sizeof(address)) == 0 &&
        listen(file, (int)CONNECTIONS_AT_MOST) == 0) {
        return file;
    }
    reason = errno;
    if (file >= 0) {
        close(file);
    }
    errno = reason;
    return -1;
}

struct MHD_Daemon *server_start(struct server *server) {
    int file = listen_at(server);

    if (file < 0) {
        return NULL;
    }
    return MHD_start_daemon(
        MHD_USE_THREAD_PER_CONNECTION | MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_POLL,
        server->hosts.port, NULL, NULL, handle, server, MHD_OPTION_LISTEN_SOCKET, file,
        MHD_OPTION_CONNECTION_LIMIT, CONNECTIONS_AT_MOST, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
        HEADER_BYTES, MHD_OPTION_CONNECTION_TIMEOUT, IDLE_S, MHD_OPTION_THREAD_STACK_SIZE,
        STACK_BYTES, MHD_OPTION_NOTIFY_COMPLETED, forget, NULL, MHD_OPTION_CLIENT_DISCIPLINE_LVL, 1,
        MHD_OPTION_END);
}
