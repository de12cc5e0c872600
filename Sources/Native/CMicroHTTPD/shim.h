#pragma once
#include <microhttpd.h>
#include <sys/socket.h>

/// MHD_start_daemon is variadic: options come as an array that ends with MHD_OPTION_END.
static inline struct MHD_Daemon *nestor_mhd_start(unsigned int flags, MHD_AccessHandlerCallback handler, void *context,
                                                  struct MHD_OptionItem *options) {
    return MHD_start_daemon(flags, 0, NULL, NULL, handler, context, MHD_OPTION_ARRAY, options, MHD_OPTION_END);
}

/// struct ucred hides behind _GNU_SOURCE; this is its layout on Linux.
struct nestor_peer {
    int pid;
    unsigned int uid;
    unsigned int gid;
};

#ifndef SO_PEERCRED
#define SO_PEERCRED 17
#endif

/// Who connected: 0 and the credentials at the time of connect(2), or -1 (not a Unix socket). MHD_get_connection_info
/// is variadic.
static inline int nestor_mhd_peer(struct MHD_Connection *connection, struct nestor_peer *peer) {
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    socklen_t size = sizeof *peer;
    return info ? getsockopt(info->connect_fd, SOL_SOCKET, SO_PEERCRED, peer, &size) : -1;
}
