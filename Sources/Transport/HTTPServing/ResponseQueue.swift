import CMicroHTTPD
import Synchronization

/// Hands a response to libmicrohttpd, which copies short bodies, and pulls long ones and event streams.
func queue(
    _ response: HTTPResponse, _ channel: EventChannel?, on connection: OpaquePointer, counted exchanges: Exchanges
) -> MHD_Result {
    let handle: OpaquePointer?
    if let channel {
        let lent = Unmanaged.passRetained(LentChannel(channel, exchanges)).toOpaque()
        handle = MHD_create_response_from_callback(UInt64.max, 4096, readEvents, lent, freeEvents)
        if handle == nil { freeEvents(context: lent) }
    } else if case .pieces(let open) = response.content {
        let lent = Unmanaged.passRetained(LentPieces(open(), exchanges)).toOpaque()
        handle = MHD_create_response_from_callback(UInt64.max, 1 << 16, readPieces, lent, freePieces)
        if handle == nil { freePieces(context: lent) }
    } else {
        // C takes a mutable pointer, and copies from it.
        var body = response.body ?? []
        handle = body.withUnsafeMutableBytes {
            MHD_create_response_from_buffer($0.count, $0.baseAddress, .RESPMEM_MUST_COPY)
        }
    }
    guard let handle else { return .NO }
    defer { MHD_destroy_response(handle) }
    // It refuses line ends in names and values: such a field is left out.
    for field in response.headers.fields { MHD_add_response_header(handle, field.name, field.value) }
    return MHD_queue_response(connection, UInt32(clamping: response.status), handle)
}

/// A channel while the C library holds it.
private final class LentChannel: Sendable {
    let channel: EventChannel
    let exchanges: Exchanges

    init(_ channel: EventChannel, _ exchanges: Exchanges) {
        self.channel = channel
        self.exchanges = exchanges
        exchanges.retained.add(1, ordering: .relaxed)
    }

    deinit { exchanges.retained.subtract(1, ordering: .relaxed) }
}

/// A body that is being made while the C library holds it: its thread alone calls it.
private final class LentPieces {
    /// Nil once it said that there is no more.
    private var source: (() -> [UInt8]?)?
    private var piece: ArraySlice<UInt8> = []
    private let exchanges: Exchanges

    init(_ source: @escaping () -> [UInt8]?, _ exchanges: Exchanges) {
        self.source = source
        self.exchanges = exchanges
        exchanges.retained.add(1, ordering: .relaxed)
    }

    deinit { exchanges.retained.subtract(1, ordering: .relaxed) }

    /// As many pieces as there is room for: each call is a chunk of its own on the wire.
    func read(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        var filled = 0
        while filled < buffer.count {
            if piece.isEmpty {
                guard let next = source?() else {
                    source = nil
                    break
                }
                piece = next[...]
            }
            let part = piece.prefix(buffer.count - filled)
            UnsafeMutableRawBufferPointer(rebasing: buffer[filled...]).copyBytes(from: part)
            piece = piece.dropFirst(part.count)
            filled += part.count
        }
        // MHD_CONTENT_READER_END_OF_STREAM
        return filled == 0 ? -1 : filled
    }
}

private func readPieces(
    context: UnsafeMutableRawPointer?, position: UInt64, buffer: UnsafeMutablePointer<CChar>?, room: Int
) -> Int {
    guard let context else { return -1 }
    return Unmanaged<LentPieces>.fromOpaque(context).takeUnretainedValue()
        .read(into: UnsafeMutableRawBufferPointer(start: buffer, count: room))
}

private func freePieces(context: UnsafeMutableRawPointer?) {
    if let context { Unmanaged<LentPieces>.fromOpaque(context).release() }
}

private func readEvents(
    context: UnsafeMutableRawPointer?, position: UInt64, buffer: UnsafeMutablePointer<CChar>?, room: Int
) -> Int {
    guard let context else { return -1 }
    return Unmanaged<LentChannel>.fromOpaque(context).takeUnretainedValue().channel
        .read(into: UnsafeMutableRawBufferPointer(start: buffer, count: room))
}

private func freeEvents(context: UnsafeMutableRawPointer?) {
    if let context { Unmanaged<LentChannel>.fromOpaque(context).release() }
}
