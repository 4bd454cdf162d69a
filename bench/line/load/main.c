/*
 * The load client of the line benchmark: opens connections, has each subscribe, then measures when told to.
 *
 * It is told by its arguments what to send and expect (load.h), and on standard input, a line each, what to do:
 * "fanout MS" or "requests MS". It answers each line, and the opening of the connections, with a line of JSON:
 *   {"opened":1000,"ms":31.0}
 *   {"count":120000,"ns":400000000,"cpuNs":190000000,"triggers":120,"firstToLastNs":5200000}
 * where count is deliveries or answers, and cpuNs the processor time this client itself took for them.
 */
#include "load.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

void fail(const char *format, ...) {
  va_list args;
  va_start(args, format);
  printf("{\"error\":\"");
  vprintf(format, args);
  printf("\"}\n");
  va_end(args);
  exit(1);
}

int64_t now_ns(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

int64_t cpu_ns(void) {
  struct timespec time;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

static long number(const char *text, const char *name) {
  char *end;
  long value = strtol(text, &end, 10);
  if (*end != '\0' || value < 0) fail("%s is not a number", name);
  return value;
}

static struct options parse(int count, char **args) {
  struct options options = {.subscribe = "", .ack = "", .hello = "", .trigger = "", .noise = "", .noise_answer = "", .request = "", .in_flight = 1};
  for (int i = 1; i + 1 < count; i += 2) {
    const char *name = args[i], *value = args[i + 1];
    if (!strcmp(name, "--port")) options.port = (int)number(value, name);
    else if (!strcmp(name, "--connections")) options.connections = (int)number(value, name);
    else if (!strcmp(name, "--subscribe")) options.subscribe = value;
    else if (!strcmp(name, "--ack")) options.ack = value;
    else if (!strcmp(name, "--hello")) options.hello = value;
    else if (!strcmp(name, "--trigger")) options.trigger = value;
    else if (!strcmp(name, "--delivery-bytes")) options.delivery_bytes = number(value, name);
    else if (!strcmp(name, "--noise")) options.noise = value;
    else if (!strcmp(name, "--noise-answer")) options.noise_answer = value;
    else if (!strcmp(name, "--request")) options.request = value;
    else if (!strcmp(name, "--answer-bytes")) options.answer_bytes = number(value, name);
    else if (!strcmp(name, "--in-flight")) options.in_flight = (int)number(value, name);
    else fail("unknown option %s", name);
  }
  return options;
}

int main(int count, char **args) {
  setvbuf(stdout, NULL, _IOLBF, 0);
  struct load load = {.options = parse(count, args)};
  int64_t start = now_ns();
  open_all(&load);
  printf("{\"opened\":%d,\"ms\":%.1f}\n", load.options.connections, (double)(now_ns() - start) / 1e6);
  char line[64];
  while (fgets(line, sizeof line, stdin) != NULL) {
    long ms;
    if (sscanf(line, "fanout %ld", &ms) == 1) run_fanout(&load, ms * 1000000);
    else if (sscanf(line, "requests %ld", &ms) == 1) run_requests(&load, ms * 1000000);
    else fail("unknown command");
  }
  return 0;
}
