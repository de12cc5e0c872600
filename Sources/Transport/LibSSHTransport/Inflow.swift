import CLibSSH
import SecureShell

/// What libssh's callbacks bring in for one channel, until somebody reads it.
///
/// The callbacks run inside whichever ssh_ call happens to read the packets; they only store and poke.
// Unchecked: libssh is called on the epoll thread alone, so its callbacks come there, and readers are isolated to it.
final class Inflow: @unchecked Sendable {
    /// From here on output stays in libssh, whose window then closes: that is the back-pressure.
    static let usualMark = 262_144
    /// libssh grants a window of 1.28 MB and accepts what exceeds it: a peer that ignores the window is cut off here.
    private static let most = 4_194_304

    let signal = Signal()
    var output = ByteQueue()
    private(set) var errorTail: [UInt8] = []
    private(set) var hasEnded = false
    private(set) var isClosed = false
    private(set) var exitStatus: Int?
    private(set) var ignoresWindow = false
    private(set) var leftInside = false
    var highMark = Inflow.usualMark

    private let callbacks = UnsafeMutablePointer<ssh_channel_callbacks_struct>.allocate(capacity: 1)

    init() { callbacks.initialize(to: ssh_channel_callbacks_struct()) }

    deinit { callbacks.deallocate() }

    /// The caller keeps this object until it has called `detach`.
    func attach(to channel: OpaquePointer) {
        callbacks.pointee.size = MemoryLayout<ssh_channel_callbacks_struct>.size
        callbacks.pointee.userdata = Unmanaged.passUnretained(self).toOpaque()
        callbacks.pointee.channel_data_function = { _, _, data, length, isError, inflow in
            guard let data, let inflow else { return 0 }
            let bytes = UnsafeRawBufferPointer(start: data, count: Int(length))
            return Int32(Inflow.at(inflow).receive(bytes, isError: isError != 0))
        }
        callbacks.pointee.channel_eof_function = { _, _, inflow in
            guard let inflow else { return }
            Inflow.at(inflow).change { $0.hasEnded = true }
        }
        callbacks.pointee.channel_close_function = { _, _, inflow in
            guard let inflow else { return }
            Inflow.at(inflow).change {
                $0.hasEnded = true
                $0.isClosed = true
            }
        }
        callbacks.pointee.channel_exit_status_function = { _, _, status, inflow in
            guard let inflow else { return }
            Inflow.at(inflow).change { $0.exitStatus = Int(status) }
        }
        ssh_set_channel_callbacks(channel, callbacks)
    }

    func detach(from channel: OpaquePointer) { ssh_remove_channel_callbacks(channel, callbacks) }

    /// Takes out of libssh what was left there, once there is room again; true where that changed anything.
    ///
    /// All of it at once: each read lets libssh grant a whole window more, however little was read.
    func refill(from channel: OpaquePointer) -> Bool {
        guard leftInside, output.count < highMark else { return false }
        leftInside = false
        // It processes packets only when its buffer is empty: nothing overtakes what is left in there.
        let length = ssh_channel_poll(channel, 0)
        guard length > 0 else { return true }
        var bytes = [UInt8](repeating: 0, count: Int(length))
        let count = ssh_channel_read_nonblocking(channel, &bytes, UInt32(bytes.count), 0)
        if count > 0 { output.append(bytes.prefix(Int(count))) }
        return true
    }

    private static func at(_ inflow: UnsafeMutableRawPointer) -> Inflow {
        Unmanaged<Inflow>.fromOpaque(inflow).takeUnretainedValue()
    }

    private func change(_ body: (Inflow) -> Void) {
        body(self)
        signal.poke()
    }

    /// - Returns: how many of the bytes were taken.
    private func receive(_ bytes: UnsafeRawBufferPointer, isError: Bool) -> Int {
        if isError {
            errorTail.append(contentsOf: bytes.suffix(4096))
            if errorTail.count > 4096 { errorTail.removeFirst(errorTail.count - 4096) }
            return bytes.count
        }
        guard output.count < highMark else {
            leftInside = true
            if bytes.count > Self.most { change { $0.ignoresWindow = true } }
            return 0
        }
        leftInside = false
        output.append(bytes)
        signal.poke()
        return bytes.count
    }
}
