#pragma once
#include <libssh/libssh.h>
#include <libssh/callbacks.h>
#include <libssh/server.h>

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>

// epoll and eventfd are not in Swift's Glibc module, and epoll_event is packed with a union in it: the shims pass
// plain integers.

static inline int nestor_epoll_create(void) { return epoll_create1(EPOLL_CLOEXEC); }

static inline int nestor_eventfd_create(void) { return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); }

/// operation: EPOLL_CTL_ADD, EPOLL_CTL_MOD or EPOLL_CTL_DEL.
static inline int nestor_epoll_control(int epoll, int operation, int fd, uint32_t events, uint64_t id) {
    struct epoll_event event = {.events = events, .data = {.u64 = id}};
    return epoll_ctl(epoll, operation, fd, &event);
}

/// Fills `ids` with those that have something to report, at most 64 of them.
static inline int nestor_epoll_wait(int epoll, uint64_t ids[64], int milliseconds) {
    struct epoll_event events[64];
    int count = epoll_wait(epoll, events, 64, milliseconds);
    for (int index = 0; index < count; index++) ids[index] = events[index].data.u64;
    return count;
}

static const uint32_t nestor_epoll_readable = EPOLLIN;
static const uint32_t nestor_epoll_writable = EPOLLOUT;

/// fcntl is variadic.
static inline int nestor_set_nonblocking(int fd) {
    int flags = fcntl(fd, F_GETFL);
    return flags < 0 ? -1 : fcntl(fd, F_SETFL, flags | O_NONBLOCK);
}
