/* What Swift's Glibc module leaves out. */
#include <malloc.h>
#include <spawn.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

/* epoll_ctl without the union that Swift would have to fill. */
static inline int hub_epoll_set(int epoll, int operation, int descriptor, uint32_t events) {
  struct epoll_event event = {.events = events, .data = {.fd = descriptor}};
  return epoll_ctl(epoll, operation, descriptor, &event);
}

/* Nanoseconds of the monotonic clock. */
static inline int64_t hub_now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

/* A descriptor that can be read when somebody sets the wall clock; -1 when there is none left. */
static inline int hub_clock_watch(void) {
  return timerfd_create(CLOCK_REALTIME, TFD_CLOEXEC | TFD_NONBLOCK);
}

/* Waits for the next time the clock is set, and forgets the last. */
static inline void hub_clock_wait(int watch) {
  /* A century from now: only its cancellation is of interest. */
  struct itimerspec never = {.it_value = {.tv_sec = 4102444800}};
  uint64_t count;
  (void)!read(watch, &count, sizeof count);
  timerfd_settime(watch, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &never, 0);
}

/* Ends a connection for both sides. Every C module brings its own copy of the constant, and which
   one Swift finds differs from build to build. */
static inline void hub_hang_up(int descriptor) { shutdown(descriptor, SHUT_RDWR); }

/* glibc declares this for GNU sources only. */
extern int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *actions, int first);

/* Keeps descriptors from a child: one that it inherits is never closed for the other side. */
static inline int hub_close_from(void *actions, int first) {
  return posix_spawn_file_actions_addclosefrom_np((posix_spawn_file_actions_t *)actions, first);
}
