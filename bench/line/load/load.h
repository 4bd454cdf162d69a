/* The load client's parts, and what they share. See main.c for what it is told and what it says. */
#ifndef LOAD_H
#define LOAD_H

#include <stddef.h>
#include <stdint.h>

/* What the command line says. Strings are sent as they are given, line ends included. */
struct options {
  int port;
  int connections;
  const char *subscribe;    /* sent by each connection once it is open; empty for none */
  const char *ack;          /* what it then waits for */
  const char *hello;        /* sent by the publisher once it is open */
  const char *trigger;      /* sent by the publisher to set off one fan-out */
  long delivery_bytes;      /* what each connection then receives */
  const char *noise;        /* what a server may say unasked, not to be counted; empty for none */
  const char *noise_answer; /* what it wants to hear to that */
  const char *request;      /* one request */
  long answer_bytes;        /* its answer */
  int in_flight;            /* requests that each connection has under way */
};

struct connection {
  int fd;
  long pending; /* fan-out: bytes still to come; requests: bytes of a begun answer */
  int flying;   /* requests under way */
};

struct load {
  struct options options;
  struct connection *connections; /* the publisher is the last, at [options.connections] */
  int epoll;
};

enum { EVENTS = 1024, CHUNK = 1 << 18, PATIENCE_MS = 20000 };

/* Says why in JSON, and exits with 1. */
_Noreturn void fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

int64_t now_ns(void);
int64_t cpu_ns(void);

void open_all(struct load *load);
/* Sends all of it, waiting where it must. */
void send_all(int fd, const char *bytes, size_t length);
/* Reads once, and gives the number of bytes without noise, which it answers. */
long receive(struct load *load, struct connection *connection);

void run_fanout(struct load *load, int64_t duration_ns);
void run_requests(struct load *load, int64_t duration_ns);

#endif
