/* Fan-out: a trigger is sent, every connection receives what is due to it, then comes the next trigger. */
#include "load.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

/* Sends one trigger and waits until all have received; gives the time from the first that had all to the last. */
static int64_t one_round(struct load *load) {
  static struct epoll_event events[EVENTS];
  const struct options *options = &load->options;
  int count = options->connections, complete = 0;
  int64_t first = 0;
  for (int i = 0; i < count; i++) load->connections[i].pending += options->delivery_bytes;
  send_all(load->connections[count].fd, options->trigger, strlen(options->trigger));
  while (complete < count) {
    int ready = epoll_wait(load->epoll, events, EVENTS, PATIENCE_MS);
    if (ready == 0) fail("%d of %d did not receive what was due", count - complete, count);
    for (int i = 0; i < ready; i++) {
      uint32_t index = events[i].data.u32;
      struct connection *connection = &load->connections[index];
      long got = receive(load, connection);
      /* What the publisher is told is read, and means nothing here. */
      if (got == 0 || index == (uint32_t)count) continue;
      connection->pending -= got;
      if (connection->pending < 0) fail("a connection received more than was due");
      if (connection->pending > 0) continue;
      if (complete++ == 0) first = now_ns();
    }
  }
  return now_ns() - first;
}

static int ascending(const void *a, const void *b) {
  int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
  return (x > y) - (x < y);
}

void run_fanout(struct load *load, int64_t duration_ns) {
  enum { SPANS_MAX = 1 << 16 };
  static int64_t spans[SPANS_MAX];
  long triggers = 0;
  int64_t start = now_ns(), cpu = cpu_ns(), elapsed;
  do {
    int64_t span = one_round(load);
    if (triggers < SPANS_MAX) spans[triggers] = span;
    triggers++;
    elapsed = now_ns() - start;
  } while (elapsed < duration_ns);
  cpu = cpu_ns() - cpu;
  size_t kept = triggers < SPANS_MAX ? (size_t)triggers : SPANS_MAX;
  qsort(spans, kept, sizeof *spans, ascending);
  printf("{\"count\":%ld,\"ns\":%ld,\"cpuNs\":%ld,\"triggers\":%ld,\"firstToLastNs\":%ld}\n", triggers * load->options.connections,
         (long)elapsed, (long)cpu, triggers, (long)spans[kept / 2]);
}
