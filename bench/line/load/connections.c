/* Opening connections, and the sending and receiving that all measurements share. */
#include "load.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

/* As many are connected before their acknowledgements are waited for: less than any server's backlog. */
enum { OPENING = 64 };
/* Connections from one loopback address before the next is taken: ephemeral ports run out near 28,000. */
enum { PER_ADDRESS = 4000 };

static int dial(int port, int index) {
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  if (fd < 0) fail("socket: %s", strerror(errno));
  int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
  /* Closing resets, so that no thousands of ports wait in TIME_WAIT for the next run. */
  struct linger reset = {.l_onoff = 1, .l_linger = 0};
  setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
  struct sockaddr_in from = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK + (unsigned)(index / PER_ADDRESS))};
  if (bind(fd, (struct sockaddr *)&from, sizeof from) < 0) fail("bind: %s", strerror(errno));
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  if (connect(fd, (struct sockaddr *)&to, sizeof to) < 0) fail("connect: %s", strerror(errno));
  return fd;
}

/* Reads until the acknowledgement has come, and answers the noise that may come with it. */
static void await_ack(int fd, const struct options *options) {
  char seen[8192];
  size_t length = 0;
  while (memmem(seen, length, options->ack, strlen(options->ack)) == NULL) {
    struct pollfd readable = {.fd = fd, .events = POLLIN};
    if (length == sizeof seen || poll(&readable, 1, PATIENCE_MS) <= 0) fail("no acknowledgement of the subscription");
    ssize_t got = recv(fd, seen + length, sizeof seen - length, 0);
    if (got <= 0) fail("closed before the subscription was acknowledged");
    length += (size_t)got;
  }
  if (*options->noise != '\0' && memmem(seen, length, options->noise, strlen(options->noise)) != NULL)
    send_all(fd, options->noise_answer, strlen(options->noise_answer));
}

void open_all(struct load *load) {
  const struct options *options = &load->options;
  struct rlimit files;
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
  int count = options->connections;
  load->connections = calloc((size_t)count + 1, sizeof *load->connections);
  load->epoll = epoll_create1(0);
  for (int from = 0; from <= count; from += OPENING) {
    int to = from + OPENING <= count ? from + OPENING : count + 1;
    for (int i = from; i < to; i++) {
      int fd = load->connections[i].fd = dial(options->port, i);
      const char *first = i == count ? options->hello : options->subscribe;
      send_all(fd, first, strlen(first));
    }
    for (int i = from; i < to; i++) {
      if (i < count) await_ack(load->connections[i].fd, options);
      struct epoll_event event = {.events = EPOLLIN, .data.u32 = (uint32_t)i};
      epoll_ctl(load->epoll, EPOLL_CTL_ADD, load->connections[i].fd, &event);
    }
  }
}

void send_all(int fd, const char *bytes, size_t length) {
  while (length > 0) {
    ssize_t sent = send(fd, bytes, length, MSG_NOSIGNAL);
    if (sent < 0 && errno != EINTR) fail("send: %s", strerror(errno));
    if (sent > 0) {
      bytes += sent;
      length -= (size_t)sent;
    }
  }
}

long receive(struct load *load, struct connection *connection) {
  static char chunk[CHUNK];
  ssize_t got = recv(connection->fd, chunk, sizeof chunk, MSG_DONTWAIT);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return 0;
  if (got <= 0) fail("the server closed a connection");
  const char *noise = load->options.noise;
  size_t length = strlen(noise);
  if (length > 0 && memmem(chunk, (size_t)got, noise, length) != NULL) {
    send_all(connection->fd, load->options.noise_answer, strlen(load->options.noise_answer));
    got -= (ssize_t)length;
  }
  return got;
}
