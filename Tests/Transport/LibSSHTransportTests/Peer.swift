import Foundation
import Glibc
import NestorTestKit

/// A TCP server of the test's own that misbehaves; it serves one connection at a time, each on a new thread.
final class Peer: Sendable {
    let port: Int
    private let listener: Int32

    /// - Parameter serve: is given the connection, which is closed after it, and the listener's port.
    init(_ serve: @escaping @Sendable (Int32, Int) -> Void) throws {
        let (fd, port) = try LoopbackPort.listener(backlog: 16)
        listener = fd
        self.port = port
        Thread.detachNewThread {
            while true {
                let connection = accept(fd, nil, nil)
                guard connection >= 0 else { break }
                Thread.detachNewThread {
                    serve(connection, port)
                    close(connection)
                }
            }
            close(fd)
        }
    }

    deinit { shutdown(listener, Int32(SHUT_RDWR)) }

    static func send(_ fd: Int32, _ text: String) {
        _ = Array(text.utf8).withUnsafeBytes { Glibc.send(fd, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
    }

    /// Passes everything on to a port of 127.0.0.1, and resets the client's connection once that many bytes came from
    /// there.
    static func relay(to target: Int, resetAfter limit: Int) throws -> Peer {
        try Peer { client, _ in
            let server = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            defer { close(server) }
            guard LoopbackPort.connect(server, to: target) else { return }
            var passed = 0
            var buffer = [UInt8](repeating: 0, count: 65_536)
            var polls = [
                pollfd(fd: client, events: Int16(POLLIN), revents: 0),
                pollfd(fd: server, events: Int16(POLLIN), revents: 0),
            ]
            while passed < limit {
                guard poll(&polls, 2, -1) > 0 else { return }
                for (from, to) in [(0, server), (1, client)] where polls[from].revents != 0 {
                    let most = from == 1 ? min(buffer.count, limit - passed) : buffer.count
                    let count = read(polls[from].fd, &buffer, most)
                    guard count > 0 else { return }
                    guard Glibc.send(to, buffer, count, Int32(MSG_NOSIGNAL)) == count else { return }
                    if from == 1 { passed += count }
                }
            }
            var hard = linger(l_onoff: 1, l_linger: 0)
            setsockopt(client, SOL_SOCKET, SO_LINGER, &hard, socklen_t(MemoryLayout<linger>.size))
        }
    }
}

extension Peer {
    /// Reads until the other side ends.
    static func waitForEnd(_ fd: Int32) {
        var buffer = [UInt8](repeating: 0, count: 4096)
        while read(fd, &buffer, buffer.count) > 0 {}
    }
}
