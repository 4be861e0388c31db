/* A disk in memory that fails on purpose, offered to SQLite as a VFS.
 *
 * It keeps what was synced apart from what was only written, counts operations, and can fail at one
 * of them. Whatever is open when the disk is restarted is dead: it fails and changes nothing more, as
 * the descriptors of a process that ended. */
#ifndef FAULTY_DISK_H
#define FAULTY_DISK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct faulty_disk faulty_disk;

typedef enum {
  FAULTY_NOTHING,
  /* EIO; a write leaves its beginning behind. Every operation counts. */
  FAULTY_ERROR,
  /* ENOSPC. Only what needs room counts: a new file, a write beyond the end, new shared memory. */
  FAULTY_FULL,
  /* A write leaves whole sectors of its beginning behind, and the power is gone. Writes count. */
  FAULTY_TEAR,
  /* The power is gone before the operation. Every operation counts. */
  FAULTY_POWER,
  /* The process is gone before the operation. Every operation counts. */
  FAULTY_KILL,
  /* A sync fails, and what it should have kept is believed clean and kept in memory only, as Linux
   * does it. Syncs count. */
  FAULTY_SYNC,
} faulty_sort;

/* Makes an empty disk and registers it as the VFS of that name; it is never the default. */
faulty_disk *faulty_disk_make(const char *name);
/* Unregisters it, and frees it when the last file on it is closed. */
void faulty_disk_free(faulty_disk *disk);

/* Lets the n-th operation from now on that counts for this sort fail; with isSticky every later one
 * too, until the disk is mended. Chance follows the seed. */
void faulty_disk_plan(faulty_disk *disk, faulty_sort sort, uint64_t n, bool isSticky, uint64_t seed);
/* Takes the planned failure away, as when somebody makes room. */
void faulty_disk_mend(faulty_disk *disk);
/* Whether the planned failure happened. */
bool faulty_disk_failed(faulty_disk *disk);
/* What failed first, such as `write hub.sqlite-wal`. */
const char *faulty_disk_place(faulty_disk *disk);

/* The process ends: what is open is dead; files are as the system has them in memory. */
void faulty_disk_restart(faulty_disk *disk);
/* The power goes: files keep what was synced and a random choice of the sectors that were not. */
void faulty_disk_lose_power(faulty_disk *disk, uint64_t seed);

/* Remembers the files as they are, all of them synced; and goes back to that. */
void faulty_disk_keep(faulty_disk *disk);
void faulty_disk_reset(faulty_disk *disk);

/* The size of a file whose path ends so; 0 when there is none. */
size_t faulty_disk_size(faulty_disk *disk, const char *ending);

#endif
