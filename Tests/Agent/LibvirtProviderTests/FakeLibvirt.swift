import Foundation
import Glibc
import Synchronization

@testable import LibvirtProvider

/// A daemon on a Unix socket that answers as a test says, however badly. Goes away with this object.
final class FakeLibvirt: Sendable {
    /// What one call gets.
    enum Answer {
        case fine([UInt8] = [])
        case error(Int32)
        /// These bytes as they are, instead of a packet.
        case raw([UInt8])
        /// These bytes and so many zeros, again and again, until the client is gone.
        case flood([UInt8], zeros: Int)
        case silence
        case hangUp
    }

    let path: String
    private let listener: Int32
    private let counter = Counter()

    /// How many connections were made.
    var connections: Int { counter.value }

    /// - Parameter answer: gets the procedure and which connection this is, from 1 on.
    init(_ answer: @escaping @Sendable (Procedure?, Int) -> Answer) throws {
        path = "/tmp/nestor-fake-\(getpid())-\(UInt64.random(in: 0...UInt64.max)).sock"
        listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8)) }
        let bound = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard bound == 0, listen(listener, 8) == 0 else { throw POSIXError(.EADDRINUSE) }
        let (descriptor, counter) = (listener, self.counter)
        Thread.detachNewThread {
            while true {
                let client = accept(descriptor, nil, nil)
                guard client >= 0 else { return }
                let number = counter.next()
                Thread.detachNewThread {
                    FakeLibvirt.serve(client, number, answer)
                    close(client)
                }
            }
        }
    }

    deinit {
        shutdown(listener, Int32(SHUT_RDWR))
        close(listener)
        unlink(path)
    }

    /// The answers that open a connection; what else is asked gets `other`.
    static func opening(_ procedure: Procedure?, else other: () -> Answer) -> Answer {
        switch procedure {
        case .authList: .fine([0, 0, 0, 1, 0, 0, 0, 0])
        case .connectOpen: .fine()
        default: other()
        }
    }

    private static func serve(_ client: Int32, _ number: Int, _ answer: (Procedure?, Int) -> Answer) {
        while let head = take(PacketHeader.size, from: client) {
            var reader = XDRReader(head)
            guard let header = try? PacketHeader(reading: &reader),
                take(Int(header.length) - PacketHeader.size, from: client) != nil
            else { return }
            switch answer(Procedure(rawValue: header.procedure), number) {
            case .fine(let body): give(packet(header, status: 0, body), to: client)
            case .error(let code):
                var writer = XDRWriter()
                writer.signed(code)
                writer.signed(0)
                writer.optional("no\u{1B}[31m")
                give(packet(header, status: 1, writer.bytes), to: client)
            case .raw(let bytes): give(bytes, to: client)
            case .flood(let head, let zeros):
                let bytes = head + [UInt8](repeating: 0, count: zeros)
                while give(bytes, to: client) {}
            case .silence: break
            case .hangUp: return
            }
        }
    }

    private static func packet(_ call: PacketHeader, status: UInt32, _ body: [UInt8]) -> [UInt8] {
        var writer = XDRWriter()
        for word in [
            UInt32(PacketHeader.size + body.count), call.program, call.version, UInt32(bitPattern: call.procedure), 1,
            call.serial, status,
        ] { writer.unsigned(word) }
        return writer.bytes + body
    }

    private static func take(_ count: Int, from client: Int32) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: count)
        var taken = 0
        while taken < count {
            let more = bytes.withUnsafeMutableBytes { recv(client, $0.baseAddress! + taken, count - taken, 0) }
            guard more > 0 else { return nil }
            taken += more
        }
        return bytes
    }

    @discardableResult
    private static func give(_ bytes: [UInt8], to client: Int32) -> Bool {
        var sent = 0
        while sent < bytes.count {
            let more = bytes.withUnsafeBytes {
                send(client, $0.baseAddress! + sent, bytes.count - sent, Int32(MSG_NOSIGNAL))
            }
            guard more > 0 else { return false }
            sent += more
        }
        return true
    }
}

/// Counts from 1 on.
final class Counter: Sendable {
    private let count = Mutex(0)

    var value: Int { count.withLock { $0 } }

    func next() -> Int {
        count.withLock {
            $0 += 1
            return $0
        }
    }
}
