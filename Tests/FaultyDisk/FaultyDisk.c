#include "FaultyDisk.h"

#include <pthread.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SECTOR = 512, FILES = 8, NAME = 512, REGIONS = 8 };

typedef struct {
  unsigned char *bytes;
  size_t size;
} content;

typedef struct {
  char name[NAME];
  bool exists;       /* as the system has it in memory */
  bool isNew;        /* made since the name was last synced */
  bool isTruncated;  /* cut since the last sync */
  content written;
  unsigned char *dirty; /* a byte for each sector that was written and not synced */
  size_t sectors;

  bool isSynced; /* whether the disk itself knows the name */
  content synced;

  bool isKept;
  content kept;

  int locks[5];     /* how many handles hold each level */
  int shared[SQLITE_SHM_NLOCK];
  bool exclusive[SQLITE_SHM_NLOCK];
  void *regions[REGIONS];
} file;

struct faulty_disk {
  sqlite3_vfs vfs;
  char name[64];
  pthread_mutex_t mutex;
  file files[FILES];
  int generation; /* handles of an older one are dead */
  bool isDown; /* until it is restarted, everything fails */
  int handles;
  bool isRetired;

  faulty_sort sort;
  uint64_t countdown;
  bool isSticky, hasFailed;
  uint64_t chance;
  char place[NAME + 16];

  void **dropped; /* shared memory that dead handles may still read */
  size_t droppedCount;
};

typedef struct {
  sqlite3_file base;
  faulty_disk *disk;
  file *file;
  int generation;
  bool syncsFolder; /* with its first sync */
  int level;
  unsigned shared, exclusive; /* bits of the shared-memory locks it holds */
} handle;

/* ---- Contents ---- */

static uint64_t roll(faulty_disk *disk) {
  uint64_t z = (disk->chance += 0x9E3779B97F4A7C15u);
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  return z ^ (z >> 31);
}

static bool coin(faulty_disk *disk) { return roll(disk) & 1; }

static void *grown(void *old, size_t from, size_t to) {
  unsigned char *bytes = realloc(old, to ? to : 1);
  if (!bytes) abort();
  if (to > from) memset(bytes + from, 0, to - from);
  return bytes;
}

static void resize(content *content, size_t size) {
  content->bytes = grown(content->bytes, content->size, size);
  content->size = size;
}

static void copy(content *to, const content *from) {
  resize(to, from->size);
  if (from->size) memcpy(to->bytes, from->bytes, from->size);
}

static void put(file *file, const void *bytes, size_t count, size_t offset) {
  if (offset + count > file->written.size) resize(&file->written, offset + count);
  memcpy(file->written.bytes + offset, bytes, count);
  size_t end = (offset + count + SECTOR - 1) / SECTOR;
  if (end > file->sectors) {
    file->dirty = grown(file->dirty, file->sectors, end);
    file->sectors = end;
  }
  for (size_t sector = offset / SECTOR; sector < end; sector++) file->dirty[sector] = 1;
}

static void forget_writes(file *file) {
  if (file->sectors) memset(file->dirty, 0, file->sectors);
  file->isTruncated = false;
}

static void sync_file(file *file) {
  copy(&file->synced, &file->written);
  forget_writes(file);
}

/* What the disk has after the power went, of one file. */
static void survive(faulty_disk *disk, file *file) {
  bool replaces = file->exists && file->isNew;
  if (!file->exists || replaces) {
    /* The directory was not synced since the file was deleted or made. */
    bool oldName = coin(disk);
    if (oldName || !replaces) {
      file->exists = file->isSynced = file->isSynced && oldName;
      copy(&file->written, &file->synced);
      forget_writes(file);
      file->isNew = false;
      return;
    }
    resize(&file->synced, 0);
  }
  content left = {0};
  copy(&left, &file->synced);
  if (file->isTruncated && file->written.size < left.size && coin(disk))
    resize(&left, file->written.size);
  for (size_t sector = 0; sector < file->sectors; sector++) {
    size_t start = sector * SECTOR;
    if (!file->dirty[sector] || start >= file->written.size || !coin(disk)) continue;
    size_t count = file->written.size - start < SECTOR ? file->written.size - start : SECTOR;
    if (start + count > left.size) resize(&left, start + count);
    memcpy(left.bytes + start, file->written.bytes + start, count);
  }
  copy(&file->written, &left);
  free(left.bytes);
  sync_file(file);
  file->isSynced = true;
  file->isNew = false;
}

/* ---- Failing ---- */

static void drop_regions(faulty_disk *disk, file *file) {
  for (int i = 0; i < REGIONS; i++) {
    if (!file->regions[i]) continue;
    disk->dropped = realloc(disk->dropped, (disk->droppedCount + 1) * sizeof(void *));
    if (!disk->dropped) abort();
    disk->dropped[disk->droppedCount++] = file->regions[i];
    file->regions[i] = NULL;
  }
}

/* Nobody has anything open any more. */
static void end_process(faulty_disk *disk) {
  disk->generation++;
  for (int i = 0; i < FILES; i++) {
    file *file = &disk->files[i];
    memset(file->locks, 0, sizeof file->locks);
    memset(file->shared, 0, sizeof file->shared);
    memset(file->exclusive, 0, sizeof file->exclusive);
    drop_regions(disk, file);
  }
}

static void lose_power(faulty_disk *disk) {
  for (int i = 0; i < FILES; i++)
    if (disk->files[i].name[0]) survive(disk, &disk->files[i]);
  end_process(disk);
  disk->isDown = true;
}

typedef enum { OPEN, DELETE, READ, WRITE, TRUNCATE, SYNC, SIZE, LOCK, SHM_MAP, SHM_LOCK } operation;

static const char *const words[] = {"open",     "delete", "read", "write",   "truncate",
                                    "sync", "size", "lock", "shm-map", "shm-lock"};

static bool counts(faulty_sort sort, operation operation, bool needsRoom) {
  switch (sort) {
    case FAULTY_NOTHING: return false;
    case FAULTY_ERROR: case FAULTY_POWER: case FAULTY_KILL: return true;
    case FAULTY_FULL: return needsRoom;
    case FAULTY_TEAR: return operation == WRITE;
    case FAULTY_SYNC: return operation == SYNC;
  }
  return false;
}

/* How this operation fails; FAULTY_NOTHING when it does not. */
static faulty_sort step(faulty_disk *disk, operation operation, const char *name, bool needsRoom) {
  if (disk->isDown) return FAULTY_POWER;
  if (!counts(disk->sort, operation, needsRoom)) return FAULTY_NOTHING;
  if (disk->hasFailed) return disk->isSticky ? disk->sort : FAULTY_NOTHING;
  if (--disk->countdown > 0) return FAULTY_NOTHING;
  disk->hasFailed = true;
  const char *slash = strrchr(name, '/');
  snprintf(disk->place, sizeof disk->place, "%s %s", words[operation], slash ? slash + 1 : name);
  if (disk->sort == FAULTY_POWER) lose_power(disk);
  if (disk->sort == FAULTY_KILL) {
    end_process(disk);
    disk->isDown = true;
  }
  return disk->sort;
}

static bool is_dead(handle *handle) {
  return handle->generation != handle->disk->generation || handle->disk->isDown;
}

static file *find(faulty_disk *disk, const char *name) {
  for (int i = 0; i < FILES; i++)
    if (strcmp(disk->files[i].name, name) == 0) return &disk->files[i];
  return NULL;
}

static file *find_or_add(faulty_disk *disk, const char *name) {
  file *known = find(disk, name);
  if (known) return known;
  file *unused = find(disk, "");
  if (!unused || strlen(name) >= NAME) return NULL;
  strcpy(unused->name, name);
  return unused;
}

/* ---- What SQLite calls of an open file ---- */

/* Every call holds the mutex; `answer` is what it returns. */
#define ENTER(base)                                   \
  handle *self = (handle *)(base);                    \
  faulty_disk *disk = self->disk;                     \
  file *file = self->file;                            \
  int answer = SQLITE_OK;                             \
  (void)file;                                         \
  pthread_mutex_lock(&disk->mutex);                   \
  if (is_dead(self)) { answer = SQLITE_IOERR; goto leave; }
#define LEAVE                                         \
  leave:                                              \
  pthread_mutex_unlock(&disk->mutex);                 \
  return answer;
#define FAIL(code) do { answer = (code); goto leave; } while (0)

static int x_read(sqlite3_file *base, void *bytes, int count, sqlite3_int64 offset) {
  ENTER(base)
  if (step(disk, READ, file->name, false)) FAIL(SQLITE_IOERR_READ);
  size_t size = file->written.size, start = (size_t)offset;
  size_t there = start >= size ? 0 : size - start < (size_t)count ? size - start : (size_t)count;
  if (there) memcpy(bytes, file->written.bytes + start, there);
  if (there < (size_t)count) {
    memset((char *)bytes + there, 0, (size_t)count - there);
    answer = SQLITE_IOERR_SHORT_READ;
  }
  LEAVE
}

static int x_write(sqlite3_file *base, const void *bytes, int count, sqlite3_int64 offset) {
  ENTER(base)
  bool needsRoom = (size_t)offset + (size_t)count > file->written.size;
  switch (step(disk, WRITE, file->name, needsRoom)) {
    case FAULTY_NOTHING: put(file, bytes, (size_t)count, (size_t)offset); break;
    case FAULTY_FULL:
      put(file, bytes, roll(disk) % (uint64_t)count, (size_t)offset);
      FAIL(SQLITE_FULL);
    case FAULTY_ERROR:
      put(file, bytes, roll(disk) % (uint64_t)count, (size_t)offset);
      FAIL(SQLITE_IOERR_WRITE);
    case FAULTY_TEAR:
      put(file, bytes, roll(disk) % (uint64_t)count / SECTOR * SECTOR, (size_t)offset);
      lose_power(disk);
      FAIL(SQLITE_IOERR_WRITE);
    default: FAIL(SQLITE_IOERR_WRITE);
  }
  LEAVE
}

static int x_truncate(sqlite3_file *base, sqlite3_int64 size) {
  ENTER(base)
  if (step(disk, TRUNCATE, file->name, false)) FAIL(SQLITE_IOERR_TRUNCATE);
  if ((size_t)size < file->written.size) file->isTruncated = true;
  resize(&file->written, (size_t)size);
  LEAVE
}

/* The names of all files as they are; SQLite does it with the first sync of a log or journal. */
static void sync_folder(faulty_disk *disk) {
  for (int i = 0; i < FILES; i++) {
    file *file = &disk->files[i];
    if (file->exists && file->isNew) resize(&file->synced, 0);
    file->isSynced = file->exists;
    file->isNew = false;
  }
}

static int x_sync(sqlite3_file *base, int flags) {
  (void)flags;
  ENTER(base)
  switch (step(disk, SYNC, file->name, false)) {
    case FAULTY_NOTHING:
      if (self->syncsFolder) sync_folder(disk);
      self->syncsFolder = false;
      sync_file(file);
      break;
    case FAULTY_SYNC: forget_writes(file); FAIL(SQLITE_IOERR_FSYNC);
    default: FAIL(SQLITE_IOERR_FSYNC);
  }
  LEAVE
}

static int x_size(sqlite3_file *base, sqlite3_int64 *size) {
  ENTER(base)
  if (step(disk, SIZE, file->name, false)) FAIL(SQLITE_IOERR_FSTAT);
  *size = (sqlite3_int64)file->written.size;
  LEAVE
}

/* How many other handles hold a level. */
static int others(handle *self, int level) {
  return self->file->locks[level] - (self->level >= level);
}

static bool may_lock(handle *self, int level) {
  if (others(self, SQLITE_LOCK_EXCLUSIVE)) return false;
  if (level == SQLITE_LOCK_SHARED) return !others(self, SQLITE_LOCK_PENDING);
  if (others(self, SQLITE_LOCK_RESERVED)) return false;
  return level != SQLITE_LOCK_EXCLUSIVE || !others(self, SQLITE_LOCK_SHARED);
}

static void set_level(handle *self, int level) {
  for (int i = self->level + 1; i <= level; i++) self->file->locks[i]++;
  for (int i = self->level; i > level; i--) self->file->locks[i]--;
  self->level = level;
}

static int x_lock(sqlite3_file *base, int level) {
  ENTER(base)
  if (self->level >= level) goto leave;
  if (step(disk, LOCK, file->name, false)) FAIL(SQLITE_IOERR_LOCK);
  if (!may_lock(self, level)) FAIL(SQLITE_BUSY);
  set_level(self, level);
  LEAVE
}

static int x_unlock(sqlite3_file *base, int level) {
  ENTER(base)
  if (self->level > level) set_level(self, level);
  LEAVE
}

static int x_check_reserved(sqlite3_file *base, int *isReserved) {
  ENTER(base)
  *isReserved = file->locks[SQLITE_LOCK_RESERVED] > 0;
  LEAVE
}

static void release_shm(handle *self, unsigned bits) {
  for (int i = 0; i < SQLITE_SHM_NLOCK; i++) {
    unsigned bit = 1u << i;
    if (self->shared & bits & bit) self->file->shared[i]--;
    if (self->exclusive & bits & bit) self->file->exclusive[i] = false;
  }
  self->shared &= ~bits;
  self->exclusive &= ~bits;
}

static void free_disk(faulty_disk *disk);

static int x_close(sqlite3_file *base) {
  handle *self = (handle *)base;
  faulty_disk *disk = self->disk;
  pthread_mutex_lock(&disk->mutex);
  if (!is_dead(self)) {
    set_level(self, SQLITE_LOCK_NONE);
    release_shm(self, ~0u);
  }
  bool isLast = --disk->handles == 0 && disk->isRetired;
  pthread_mutex_unlock(&disk->mutex);
  if (isLast) free_disk(disk);
  return SQLITE_OK;
}

static int x_control(sqlite3_file *base, int operation, void *argument) {
  (void)base, (void)operation, (void)argument;
  return SQLITE_NOTFOUND;
}

static int x_sector(sqlite3_file *base) {
  (void)base;
  return 4096;
}

/* As on Linux: a torn write damages nothing but what it writes. */
static int x_characteristics(sqlite3_file *base) {
  (void)base;
  return SQLITE_IOCAP_POWERSAFE_OVERWRITE;
}

static int x_shm_map(sqlite3_file *base, int number, int size, int extends, void volatile **region) {
  ENTER(base)
  *region = NULL;
  if (number >= REGIONS) FAIL(SQLITE_IOERR_SHMMAP);
  bool isNew = !file->regions[number] && extends;
  faulty_sort fault = step(disk, SHM_MAP, file->name, isNew);
  if (fault) FAIL(fault == FAULTY_FULL ? SQLITE_IOERR_SHMSIZE : SQLITE_IOERR_SHMMAP);
  if (isNew) file->regions[number] = grown(NULL, 0, (size_t)size);
  *region = file->regions[number];
  LEAVE
}

static int x_shm_lock(sqlite3_file *base, int first, int count, int flags) {
  ENTER(base)
  unsigned bits = ((1u << count) - 1) << first;
  if (flags & SQLITE_SHM_UNLOCK) {
    release_shm(self, bits);
    goto leave;
  }
  if (step(disk, SHM_LOCK, file->name, false)) FAIL(SQLITE_IOERR_SHMLOCK);
  bool isExclusive = flags & SQLITE_SHM_EXCLUSIVE;
  for (int i = first; i < first + count; i++) {
    if (file->exclusive[i] && !(self->exclusive & 1u << i)) FAIL(SQLITE_BUSY);
    int mine = (self->shared >> i) & 1;
    if (isExclusive && file->shared[i] > mine) FAIL(SQLITE_BUSY);
  }
  for (int i = first; i < first + count; i++) {
    if (isExclusive) file->exclusive[i] = true;
    else if (!(self->shared & 1u << i)) file->shared[i]++;
  }
  if (isExclusive) self->exclusive |= bits;
  else self->shared |= bits;
  LEAVE
}

static void x_shm_barrier(sqlite3_file *base) {
  (void)base;
  __sync_synchronize();
}

static int x_shm_unmap(sqlite3_file *base, int deletes) {
  ENTER(base)
  release_shm(self, ~0u);
  if (deletes) drop_regions(disk, file);
  LEAVE
}

static const sqlite3_io_methods methods = {
    .iVersion = 2,
    .xClose = x_close,
    .xRead = x_read,
    .xWrite = x_write,
    .xTruncate = x_truncate,
    .xSync = x_sync,
    .xFileSize = x_size,
    .xLock = x_lock,
    .xUnlock = x_unlock,
    .xCheckReservedLock = x_check_reserved,
    .xFileControl = x_control,
    .xSectorSize = x_sector,
    .xDeviceCharacteristics = x_characteristics,
    .xShmMap = x_shm_map,
    .xShmLock = x_shm_lock,
    .xShmBarrier = x_shm_barrier,
    .xShmUnmap = x_shm_unmap,
};

/* ---- What SQLite calls of the disk ---- */

static int x_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *base, int flags, int *outFlags) {
  faulty_disk *disk = vfs->pAppData;
  handle *opened = (handle *)base;
  memset(opened, 0, sizeof *opened);
  if (!name) return SQLITE_CANTOPEN; /* a temporary file: the store keeps those in memory */
  pthread_mutex_lock(&disk->mutex);
  int answer = SQLITE_OK;
  file *file = find_or_add(disk, name);
  bool isNew = file && !file->exists;
  if (!file || step(disk, OPEN, name, isNew)) {
    answer = SQLITE_CANTOPEN;
  } else {
    if (isNew) {
      file->exists = file->isNew = true;
      resize(&file->written, 0);
      forget_writes(file);
      /* The store makes the database itself and syncs the folder. */
      if (flags & SQLITE_OPEN_MAIN_DB) sync_folder(disk);
    }
    opened->base.pMethods = &methods;
    opened->disk = disk;
    opened->file = file;
    opened->generation = disk->generation;
    int logs = SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_SUPER_JOURNAL | SQLITE_OPEN_WAL;
    opened->syncsFolder = flags & SQLITE_OPEN_CREATE && flags & logs;
    disk->handles++;
    if (outFlags) *outFlags = flags;
  }
  pthread_mutex_unlock(&disk->mutex);
  return answer;
}

static int x_delete(sqlite3_vfs *vfs, const char *name, int syncsFolder) {
  faulty_disk *disk = vfs->pAppData;
  pthread_mutex_lock(&disk->mutex);
  int answer = SQLITE_OK;
  file *file = find(disk, name);
  if (step(disk, DELETE, name, false)) {
    answer = SQLITE_IOERR_DELETE;
  } else if (!file || !file->exists) {
    answer = SQLITE_IOERR_DELETE_NOENT;
  } else {
    file->exists = false;
    if (syncsFolder) file->isSynced = false;
  }
  pthread_mutex_unlock(&disk->mutex);
  return answer;
}

static int x_access(sqlite3_vfs *vfs, const char *name, int flags, int *answer) {
  (void)flags;
  faulty_disk *disk = vfs->pAppData;
  pthread_mutex_lock(&disk->mutex);
  file *file = find(disk, name);
  *answer = file && file->exists && (flags != SQLITE_ACCESS_EXISTS || file->written.size > 0);
  pthread_mutex_unlock(&disk->mutex);
  return SQLITE_OK;
}

static int x_full_pathname(sqlite3_vfs *vfs, const char *name, int count, char *path) {
  (void)vfs;
  return snprintf(path, (size_t)count, "%s", name) < count ? SQLITE_OK : SQLITE_CANTOPEN;
}

static int x_randomness(sqlite3_vfs *vfs, int count, char *bytes) {
  (void)vfs;
  sqlite3_vfs *system = sqlite3_vfs_find("unix");
  return system->xRandomness(system, count, bytes);
}

static int x_sleep(sqlite3_vfs *vfs, int microseconds) {
  (void)vfs;
  sqlite3_vfs *system = sqlite3_vfs_find("unix");
  return system->xSleep(system, microseconds);
}

static int x_time(sqlite3_vfs *vfs, double *days) {
  (void)vfs;
  sqlite3_vfs *system = sqlite3_vfs_find("unix");
  return system->xCurrentTime(system, days);
}

static int x_last_error(sqlite3_vfs *vfs, int count, char *text) {
  (void)vfs, (void)count, (void)text;
  return 0;
}

faulty_disk *faulty_disk_make(const char *name) {
  faulty_disk *disk = calloc(1, sizeof *disk);
  if (!disk) abort();
  pthread_mutex_init(&disk->mutex, NULL);
  snprintf(disk->name, sizeof disk->name, "%s", name);
  disk->vfs = (sqlite3_vfs){
      .iVersion = 1,
      .szOsFile = sizeof(handle),
      .mxPathname = NAME,
      .zName = disk->name,
      .pAppData = disk,
      .xOpen = x_open,
      .xDelete = x_delete,
      .xAccess = x_access,
      .xFullPathname = x_full_pathname,
      .xRandomness = x_randomness,
      .xSleep = x_sleep,
      .xCurrentTime = x_time,
      .xGetLastError = x_last_error,
  };
  sqlite3_vfs_register(&disk->vfs, 0);
  return disk;
}

static void free_dropped(faulty_disk *disk) {
  for (size_t i = 0; i < disk->droppedCount; i++) free(disk->dropped[i]);
  free(disk->dropped);
  disk->dropped = NULL;
  disk->droppedCount = 0;
}

void faulty_disk_free(faulty_disk *disk) {
  sqlite3_vfs_unregister(&disk->vfs);
  pthread_mutex_lock(&disk->mutex);
  end_process(disk);
  disk->isRetired = true;
  bool isLast = disk->handles == 0;
  pthread_mutex_unlock(&disk->mutex);
  if (isLast) free_disk(disk);
}

static void free_disk(faulty_disk *disk) {
  free_dropped(disk);
  for (int i = 0; i < FILES; i++) {
    free(disk->files[i].written.bytes);
    free(disk->files[i].synced.bytes);
    free(disk->files[i].kept.bytes);
    free(disk->files[i].dirty);
  }
  pthread_mutex_destroy(&disk->mutex);
  free(disk);
}

/* ---- What tests call ---- */

#define WITH(disk, body)                 \
  pthread_mutex_lock(&(disk)->mutex);    \
  body;                                  \
  pthread_mutex_unlock(&(disk)->mutex)

void faulty_disk_plan(
    faulty_disk *disk, faulty_sort sort, uint64_t n, bool isSticky, uint64_t seed) {
  WITH(disk, {
    disk->sort = sort;
    disk->countdown = n;
    disk->isSticky = isSticky;
    disk->chance = seed;
    disk->hasFailed = false;
    disk->place[0] = 0;
  });
}

void faulty_disk_mend(faulty_disk *disk) { WITH(disk, disk->sort = FAULTY_NOTHING); }

bool faulty_disk_failed(faulty_disk *disk) {
  WITH(disk, bool failed = disk->hasFailed);
  return failed;
}

const char *faulty_disk_place(faulty_disk *disk) { return disk->place; }

void faulty_disk_restart(faulty_disk *disk) {
  WITH(disk, {
    end_process(disk);
    disk->isDown = false;
  });
}

void faulty_disk_lose_power(faulty_disk *disk, uint64_t seed) {
  WITH(disk, {
    disk->chance = seed;
    lose_power(disk);
    disk->isDown = false;
  });
}

void faulty_disk_keep(faulty_disk *disk) {
  WITH(disk, for (int i = 0; i < FILES; i++) {
    file *file = &disk->files[i];
    file->isKept = file->exists;
    copy(&file->kept, &file->written);
  });
}

void faulty_disk_reset(faulty_disk *disk) {
  WITH(disk, {
    end_process(disk);
    disk->isDown = false;
    disk->sort = FAULTY_NOTHING;
    for (int i = 0; i < FILES; i++) {
      file *file = &disk->files[i];
      file->exists = file->isKept;
      copy(&file->written, &file->kept);
      sync_file(file);
      file->isSynced = file->exists;
      file->isNew = false;
    }
    if (disk->handles == 0) free_dropped(disk);
  });
}

size_t faulty_disk_size(faulty_disk *disk, const char *ending) {
  size_t size = 0, length = strlen(ending);
  WITH(disk, for (int i = 0; i < FILES; i++) {
    size_t whole = strlen(disk->files[i].name);
    if (whole >= length && disk->files[i].exists
        && strcmp(disk->files[i].name + whole - length, ending) == 0)
      size = disk->files[i].written.size;
  });
  return size;
}
