/* Requests: every connection keeps so many under way, and sends as many again as were answered, in one write. */
#include "load.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

/* Takes answers until `until`, or until none is under way. Gives how many came. */
static long answers(struct load *load, const char *requests, int64_t until, int refill) {
  static struct epoll_event events[EVENTS];
  const struct options *options = &load->options;
  size_t length = strlen(options->request);
  long total = 0, flying = 0;
  for (int i = 0; i < options->connections; i++) flying += load->connections[i].flying;
  while (flying > 0) {
    int ready = epoll_wait(load->epoll, events, EVENTS, PATIENCE_MS);
    if (ready == 0) fail("%ld requests were not answered", flying);
    for (int i = 0; i < ready; i++) {
      struct connection *connection = &load->connections[events[i].data.u32];
      connection->pending += receive(load, connection);
      int answered = (int)(connection->pending / options->answer_bytes);
      connection->pending %= options->answer_bytes;
      if (answered > connection->flying) fail("more answers than requests");
      total += answered;
      if (refill && answered > 0) send_all(connection->fd, requests, (size_t)answered * length);
      else {
        connection->flying -= answered;
        flying -= answered;
      }
    }
    if (now_ns() >= until) break;
  }
  return total;
}

void run_requests(struct load *load, int64_t duration_ns) {
  const struct options *options = &load->options;
  size_t length = strlen(options->request);
  char *requests = malloc((size_t)options->in_flight * length);
  for (int i = 0; i < options->in_flight; i++) memcpy(requests + (size_t)i * length, options->request, length);
  int64_t start = now_ns(), cpu = cpu_ns();
  for (int i = 0; i < options->connections; i++) {
    load->connections[i].flying = options->in_flight;
    send_all(load->connections[i].fd, requests, (size_t)options->in_flight * length);
  }
  long count = answers(load, requests, start + duration_ns, 1);
  int64_t elapsed = now_ns() - start;
  cpu = cpu_ns() - cpu;
  /* What is still under way is waited for, so that the next run begins with nothing. */
  answers(load, requests, INT64_MAX, 0);
  free(requests);
  printf("{\"count\":%ld,\"ns\":%ld,\"cpuNs\":%ld}\n", count, (long)elapsed, (long)cpu);
}
