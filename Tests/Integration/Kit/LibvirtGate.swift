import Foundation
import Glibc
import NestorTestKit
import Synchronization

/// A door in front of a libvirt socket, which can hold one call of the agent's: before libvirt hears it, or after
/// libvirt did it and before the agent knows.
final class LibvirtGate: Sendable {
    /// The calls that change a guest, by their numbers in libvirt's remote protocol.
    enum Call: UInt32, CaseIterable, CustomStringConvertible {
        case define = 350
        case shutdown = 258
        case start = 196

        var description: String {
            switch self {
            case .define: "define"
            case .shutdown: "shutdown"
            case .start: "start"
            }
        }
    }

    enum Moment: CaseIterable { case before, after }

    private struct State {
        var trap: (call: Call, moment: Moment)?
        var isHit = false
        var isDropping = false
        var descriptors: [Int32] = []
    }

    let path: String
    private let target: String
    private let listener: Int32
    private let state = Mutex(State())
    /// Opened to let what is held go on.
    private let latch = DispatchSemaphore(value: 0)

    init(path: String, target: String) throws {
        (self.path, self.target) = (path, target)
        listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard Self.withAddress(path, { bind(listener, $0, $1) }) == 0, listen(listener, 16) == 0 else {
            throw TestToolFailure(sentence: "no socket at \(path) (errno \(errno))")
        }
        let door = listener
        Thread.detachNewThread { [weak self] in
            while true {
                let client = accept(door, nil, nil)
                guard client >= 0, let self else { return }
                self.serve(client)
            }
        }
    }

    /// Holds the next such call.
    func set(_ call: Call, _ moment: Moment) {
        state.withLock {
            $0.trap = (call, moment)
            $0.isHit = false
            $0.isDropping = false
        }
    }

    var isHit: Bool { state.withLock(\.isHit) }

    /// Lets what is held go on.
    /// - Parameter dropping: its sender is gone, and nobody shall hear it any more.
    func open(dropping: Bool = false) {
        state.withLock { $0.isDropping = dropping }
        latch.signal()
    }

    func end() {
        for descriptor in state.withLock(\.descriptors) + [listener] { shutdown(descriptor, Int32(SHUT_RDWR)) }
        close(listener)
        unlink(path)
    }

    private func serve(_ client: Int32) {
        let server = Self.connected(to: target)
        guard server >= 0 else {
            close(client)
            return
        }
        state.withLock { $0.descriptors += [client, server] }
        let box = Held()
        Thread.detachNewThread { self.pump(client, server, box, isRequest: true) }
        Thread.detachNewThread { self.pump(server, client, box, isRequest: false) }
    }

    /// The serial of the call whose reply is waited for.
    private final class Held: Sendable {
        let serial = Mutex<UInt32?>(nil)
    }

    private func pump(_ from: Int32, _ to: Int32, _ held: Held, isRequest: Bool) {
        defer {
            shutdown(from, Int32(SHUT_RDWR))
            shutdown(to, Int32(SHUT_RDWR))
        }
        while let packet = Self.packet(from) {
            let isTrap = state.withLock { state in
                guard let trap = state.trap else { return false }
                let serial = Self.word(packet, 20)
                if isRequest, Self.word(packet, 4) == 0x2000_8086, Self.word(packet, 12) == trap.call.rawValue {
                    if trap.moment == .after {
                        held.serial.withLock { $0 = serial }
                        return false
                    }
                } else if isRequest || Self.word(packet, 16) != 1 || held.serial.withLock({ $0 }) != serial {
                    return false
                }
                state.trap = nil
                state.isHit = true
                return true
            }
            if isTrap {
                latch.wait()
                if state.withLock(\.isDropping) { return }
            }
            guard Self.send(packet, to) else { return }
        }
    }

    // MARK: libvirt's wire

    private static func word(_ packet: [UInt8], _ offset: Int) -> UInt32 {
        packet[offset..<offset + 4].reduce(0) { $0 << 8 | UInt32($1) }
    }

    private static func packet(_ from: Int32) -> [UInt8]? {
        guard let head = read(from, 4) else { return nil }
        let length = Int(word(head, 0))
        guard (28...(64 << 20)).contains(length), let rest = read(from, length - 4) else { return nil }
        return head + rest
    }

    private static func read(_ from: Int32, _ count: Int) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: count)
        var filled = 0
        while filled < count {
            let got = bytes.withUnsafeMutableBytes { recv(from, $0.baseAddress! + filled, count - filled, 0) }
            if got < 0, errno == EINTR { continue }
            guard got > 0 else { return nil }
            filled += got
        }
        return bytes
    }

    private static func send(_ packet: [UInt8], _ to: Int32) -> Bool {
        var sent = 0
        while sent < packet.count {
            let count = packet.withUnsafeBytes {
                Glibc.send(to, $0.baseAddress! + sent, packet.count - sent, Int32(truncatingIfNeeded: MSG_NOSIGNAL))
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return false }
            sent += count
        }
        return true
    }

    private static func connected(to path: String) -> Int32 {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard withAddress(path, { connect(descriptor, $0, $1) }) == 0 else {
            close(descriptor)
            return -1
        }
        return descriptor
    }

    private static func withAddress<R>(_ path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> R) -> R {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8)) }
        return withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<sockaddr_un>.size)) }
        }
    }

    /// Opens libvirt's built-in test driver and keeps it open: its guests live as long as one connection does.
    static func keepingTestDriver(at path: String) throws -> FileHandle {
        let descriptor = connected(to: path)
        let name = Array("test:///default".utf8)
        func words(_ values: UInt32...) -> [UInt8] {
            values.flatMap { value in (0..<4).map { UInt8(value >> (24 - 8 * $0) & 0xff) } }
        }
        // CONNECT_OPEN with an optional string, padded to four bytes, and no flags.
        let body = words(1, UInt32(name.count)) + name + [0] + words(0)
        let call = words(UInt32(28 + body.count), 0x2000_8086, 1, 1, 0, 1, 0) + body
        guard descriptor >= 0, send(call, descriptor), let reply = packet(descriptor), word(reply, 24) == 0 else {
            throw TestToolFailure(sentence: "libvirt's test driver does not open")
        }
        return FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    }
}
