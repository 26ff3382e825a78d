// SPDX-License-Identifier: MIT
// datapart: gives the card its third partition, for /data, from its free end.
//
//   datapart add  /dev/DISK   adds it to the running kernel only; the card is not written
//   datapart keep /dev/DISK   writes it into the card's partition table, in one sector
//
// Between the two the caller makes the file system. A power cut before `keep` leaves the card as
// it was, so the next boot starts again; after it, the partition and its file system are complete.
//
// Exit status: 0 partition 3 is in the table; 10 added, now make a file system and `keep` it;
// 11 no room on the card; 1 failed, with a message; 2 wrong usage.

#include "mbr.h"

#include <errno.h>
#include <fcntl.h>
#include <ioctls.h>
#include <linux/blkpg.h>
#include <linux/fs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define DATA_PARTITION 3

enum { DONE = 0, FAILED = 1, USAGE = 2, ADDED = 10, NO_ROOM = 11 };

struct disk {
    const char *path;
    int fd;
    uint64_t sectors;
    uint8_t *table; // the first sector, aligned for direct I/O
};

static int complain(const char *path, const char *what) {
    fprintf(stderr, "datapart: %s: %s: %s\n", path, what, strerror(errno));
    return FAILED;
}

// Opens past the page cache: it would write eight sectors where one is meant.
static int open_disk(struct disk *disk, const char *path) {
    int sector_bytes = 0;
    uint64_t bytes = 0;
    *disk = (struct disk){.path = path, .fd = open(path, O_RDWR | O_DIRECT | O_CLOEXEC)};
    if (disk->fd < 0) {
        return complain(path, "cannot open");
    }
    if (ioctl(disk->fd, IOCTL_CODE(BLKSSZGET), &sector_bytes) != 0 ||
        ioctl(disk->fd, IOCTL_CODE(BLKGETSIZE64), &bytes) != 0) {
        return complain(path, "cannot read its size");
    }
    if (sector_bytes != MBR_BYTES) {
        fprintf(stderr, "datapart: %s: sectors of %d bytes, not 512\n", path, sector_bytes);
        return FAILED;
    }
    disk->sectors = bytes / MBR_BYTES;
    disk->table = aligned_alloc(4096, 4096);
    if (disk->table == NULL) {
        return complain(path, "no memory");
    }
    if (pread(disk->fd, disk->table, MBR_BYTES, 0) != MBR_BYTES) {
        return complain(path, "cannot read its first sector");
    }
    return DONE;
}

static void close_disk(struct disk *disk) {
    free(disk->table);
    if (disk->fd >= 0) {
        close(disk->fd);
    }
}

static int add_to_kernel(const struct disk *disk, const struct mbr_extent *data) {
    struct blkpg_partition partition = {
        .start = (long long)data->first * MBR_BYTES,
        .length = (long long)data->count * MBR_BYTES,
        .pno = DATA_PARTITION,
    };
    struct blkpg_ioctl_arg request = {
        .op = BLKPG_ADD_PARTITION,
        .datalen = sizeof partition,
        .data = &partition,
    };
    if (ioctl(disk->fd, IOCTL_CODE(BLKPG), &request) != 0) {
        return complain(disk->path, "cannot add partition 3");
    }
    return ADDED;
}

static int write_table(const struct disk *disk, const struct mbr_extent *data) {
    mbr_enter(disk->table, data);
    // First everything the new file system wrote, then the sector that makes it count.
    if (fsync(disk->fd) != 0) {
        return complain(disk->path, "cannot flush the file system");
    }
    if (pwrite(disk->fd, disk->table, MBR_BYTES, 0) != MBR_BYTES || fsync(disk->fd) != 0) {
        return complain(disk->path, "cannot write its partition table");
    }
    return DONE;
}

static int act(const struct disk *disk, int keep) {
    struct mbr_extent data;
    switch (mbr_plan(disk->table, disk->sectors, &data)) {
    case MBR_HAVE:
        return DONE;
    case MBR_NEW:
        return keep ? write_table(disk, &data) : add_to_kernel(disk, &data);
    case MBR_NO_ROOM:
        return NO_ROOM;
    case MBR_STRANGE:
        break;
    }
    fprintf(stderr, "datapart: %s: its partition table is not the card's; not changed\n",
            disk->path);
    return FAILED;
}

int main(int argc, char **argv) {
    if (argc != 3 || (strcmp(argv[1], "add") != 0 && strcmp(argv[1], "keep") != 0)) {
        fprintf(stderr, "usage: datapart add|keep /dev/DISK\n");
        return USAGE;
    }
    struct disk disk;
    int status = open_disk(&disk, argv[2]);
    if (status == DONE) {
        status = act(&disk, strcmp(argv[1], "keep") == 0);
    }
    close_disk(&disk);
    return status;
}
