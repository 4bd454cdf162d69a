/*
 * A disk that can lose its power, for whoever is started with this library preloaded. Of the files in the folder DISK it
 * keeps what has been synced, apart. At operations (writes, truncations, syncs) that chance picks, one of EVERY, it writes what
 * would be there after the power went, to the folder DISK.cut1, DISK.cut2, ..., says "cut 1", ... to standard output, and
 * goes on. After as many as CUTS says, the process ends. SEED is what chance begins with. KIND says what is there:
 *
 *   cut    in turn: what was synced alone; and that with some of the rest, in whatever order, of which a piece may be torn
 *          between two sectors
 *   kill   all that was written: it is the process that ends, not the power
 *   eio    sync number EVERY fails, and what it was to sync is never on disk; it says "eio" then; "cut 1" is what is
 *          there when the process exits
 *
 * Names of files are on disk at once.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILES 64
#define FDS 4096

struct op { off_t at; size_t len; char *data; struct op *next; }; /* data NULL: truncation to `at` */
struct file { char *path; char *disk; size_t size; int gone; struct op *first, *last; };

static struct file files[FILES];
static struct file *by_fd[FDS];
static int count, operations, cuts, is_cutting, has_failed;
static pthread_mutex_t lock = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static const char *env(const char *name, const char *other) { const char *v = getenv(name); return v ? v : other; }
static int kind_is(const char *kind) { return strcmp(env("KIND", "cut"), kind) == 0; }

static void apply(struct file *f, const struct op *o, size_t len) {
  size_t end = o->data ? o->at + len : (size_t)o->at;
  if (!o->data || end > f->size) {
    f->disk = realloc(f->disk, end + 1);
    if (end > f->size) memset(f->disk + f->size, 0, end - f->size);
    f->size = end;
  }
  if (o->data) memcpy(f->disk + o->at, o->data, len);
}

/* How much of a piece is there: a disk writes sectors of 512 bytes whole. */
static size_t torn(const struct op *o) {
  size_t sectors = (o->at % 512 + o->len + 511) / 512, there = rand() % (sectors + 1) * 512;
  if (there <= (size_t)(o->at % 512)) return 0;
  there -= o->at % 512;
  return there < o->len ? there : o->len;
}

static void forget(struct file *f) {
  while (f->first) { struct op *o = f->first; f->first = o->next; free(o->data); free(o); }
  f->last = NULL;
}

/* What is there after the power went: `left` of 2 is how likely what was not synced is there. */
static void cut(int left) {
  char folder[4096], path[8192], said[64];
  is_cutting = 1;
  snprintf(folder, sizeof folder, "%s.cut%d", getenv("DISK"), ++cuts);
  mkdir(folder, 0700);
  for (int i = 0; i < count; i++) {
    struct file *f = &files[i], there = *f;
    if (f->gone) continue;
    there.disk = malloc(f->size + 1);
    memcpy(there.disk, f->disk, f->size);
    for (struct op *o = f->first; o; o = o->next)
      if (rand() % 2 < left) apply(&there, o, left == 1 && rand() % 4 == 0 ? torn(o) : o->len);
    snprintf(path, sizeof path, "%s%s", folder, f->path + strlen(getenv("DISK")));
    int fd = REAL(open64)(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    for (size_t done = 0; done < there.size;) {
      ssize_t n = REAL(pwrite64)(fd, there.disk + done, there.size - done, done);
      if (n <= 0) abort();
      done += n;
    }
    REAL(close)(fd);
    free(there.disk);
  }
  is_cutting = 0;
  int n = snprintf(said, sizeof said, "cut %d\n", cuts);
  if (REAL(write)(1, said, n) != n) abort();
}

/* Called before each operation: whether it is to fail. */
static int step(int is_sync) {
  int every = atoi(env("EVERY", "1"));
  if (kind_is("eio")) {
    if (!is_sync || ++operations != every) return 0;
    if (REAL(write)(1, "eio\n", 4) != 4) abort();
    return has_failed = 1;
  }
  if (operations++ == 0) srand(atoi(env("SEED", "1")));
  if (rand() % every != 0) return 0;
  cut(kind_is("kill") ? 2 : cuts % 2);
  if (cuts == atoi(env("CUTS", "1"))) _exit(99);
  return 0;
}

static void opened(int fd, const char *path) {
  const char *disk = getenv("DISK");
  if (fd < 0 || fd >= FDS || !disk || is_cutting || strncmp(path, disk, strlen(disk)) != 0 || path[strlen(disk)] != '/') return;
  struct stat st;
  if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) return;
  pthread_mutex_lock(&lock);
  struct file *f = NULL;
  for (int i = 0; i < count; i++) if (!files[i].gone && strcmp(files[i].path, path) == 0) f = &files[i];
  if (!f && count < FILES) {
    f = &files[count++];
    f->path = strdup(path);
    f->size = st.st_size;
    f->disk = malloc(f->size + 1);
    int in = REAL(open64)(path, O_RDONLY);
    for (size_t done = 0; done < f->size;) {
      ssize_t n = pread64(in, f->disk + done, f->size - done, done);
      if (n <= 0) abort();
      done += n;
    }
    REAL(close)(in);
  }
  by_fd[fd] = f;
  pthread_mutex_unlock(&lock);
}

static struct file *of(int fd) { return fd >= 0 && fd < FDS && !is_cutting ? by_fd[fd] : NULL; }

static void note(struct file *f, off_t at, const void *data, size_t len) {
  struct op *o = calloc(1, sizeof *o);
  o->at = at;
  o->len = len;
  if (data) { o->data = malloc(len + 1); memcpy(o->data, data, len); }
  if (f->last) f->last->next = o; else f->first = o;
  f->last = o;
}

#define OPEN(name) \
  int name(const char *path, int flags, ...) { \
    va_list args; va_start(args, flags); int mode = va_arg(args, int); va_end(args); \
    int fd = REAL(name)(path, flags, mode); opened(fd, path); return fd; }
OPEN(open)
OPEN(open64)

#define PWRITE(name, type) \
  ssize_t name(int fd, const void *data, size_t len, type at) { \
    struct file *f = of(fd); \
    if (!f) return REAL(name)(fd, data, len, at); \
    pthread_mutex_lock(&lock); step(0); \
    ssize_t n = REAL(name)(fd, data, len, at); \
    if (n > 0) note(f, at, data, n); \
    pthread_mutex_unlock(&lock); return n; }
PWRITE(pwrite, off_t)
PWRITE(pwrite64, off64_t)

ssize_t write(int fd, const void *data, size_t len) {
  if (!of(fd)) return REAL(write)(fd, data, len);
  off_t at = lseek(fd, 0, SEEK_CUR);
  ssize_t n = pwrite64(fd, data, len, at);
  if (n > 0) lseek(fd, at + n, SEEK_SET);
  return n;
}

#define TRUNCATE(name, type) \
  int name(int fd, type size) { \
    struct file *f = of(fd); \
    if (!f) return REAL(name)(fd, size); \
    pthread_mutex_lock(&lock); step(0); \
    int r = REAL(name)(fd, size); \
    if (r == 0) note(f, size, NULL, 0); \
    pthread_mutex_unlock(&lock); return r; }
TRUNCATE(ftruncate, off_t)
TRUNCATE(ftruncate64, off64_t)

#define SYNC(name) \
  int name(int fd) { \
    struct file *f = of(fd); \
    if (!f) return REAL(name)(fd); \
    pthread_mutex_lock(&lock); \
    int fails = step(1); \
    if (!fails) for (struct op *o = f->first; o; o = o->next) apply(f, o, o->len); \
    forget(f); \
    pthread_mutex_unlock(&lock); \
    if (fails) errno = EIO; \
    return fails ? -1 : 0; }
SYNC(fsync)
SYNC(fdatasync)

int unlink(const char *path) {
  int r = REAL(unlink)(path);
  for (int i = 0; r == 0 && i < count; i++) if (strcmp(files[i].path, path) == 0) files[i].gone = 1;
  return r;
}

int rename(const char *from, const char *to) {
  int r = REAL(rename)(from, to);
  if (r != 0) return r;
  for (int i = 0; i < count; i++) if (strcmp(files[i].path, to) == 0) files[i].gone = 1;
  for (int i = 0; i < count; i++) if (!files[i].gone && strcmp(files[i].path, from) == 0) files[i].path = strdup(to);
  return r;
}

int close(int fd) {
  if (fd >= 0 && fd < FDS) by_fd[fd] = NULL;
  return REAL(close)(fd);
}

__attribute__((destructor)) static void end(void) { if (has_failed) cut(0); }
