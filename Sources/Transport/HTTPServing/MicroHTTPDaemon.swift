import CMicroHTTPD
import Glibc
import Synchronization

/// libmicrohttpd's daemon: its thread, and the C callbacks into `Exchanges`.
///
/// What the C library holds: the exchanges (until `stop`), each `Exchange` (until "completed") and each `EventChannel`
/// (until its response is freed).
struct MicroHTTPDaemon: Sendable {
    // libmicrohttpd's own functions lock; freed once, by `stop`.
    private nonisolated(unsafe) let daemon: OpaquePointer
    private let exchanges: Exchanges

    /// - Parameter listener: a listening socket, which stays the caller's.
    init?(listener: Int32, idleLimit: Int, connectionLimit: Int, exchanges: Exchanges) {
        let context = Self.lend(exchanges, counted: exchanges)
        func option(_ option: MHD_OPTION, _ value: Int, _ pointer: UnsafeMutableRawPointer? = nil) -> MHD_OptionItem {
            MHD_OptionItem(option: option, value: value, ptr_value: pointer)
        }
        let completed = unsafeBitCast(requestCompleted as MHD_RequestCompletedCallback, to: Int.self)
        let opened = unsafeBitCast(requestOpened as RequestOpened, to: Int.self)
        var options = [
            option(.LISTEN_SOCKET, Int(listener)),
            option(.CONNECTION_LIMIT, connectionLimit),
            option(.CONNECTION_TIMEOUT, idleLimit),
            option(.NOTIFY_COMPLETED, completed, context),
            option(.URI_LOG_CALLBACK, opened, context),
            // Strict: no bare line feeds or folded headers, which two parsers read differently.
            option(.STRICT_FOR_CLIENT, 1),
            option(.END, 0),
        ]
        // No MHD_USE_ERROR_LOG: it writes to standard error for every client that leaves.
        let flags = MHD_USE_EPOLL_INTERNAL_THREAD.rawValue | MHD_ALLOW_SUSPEND_RESUME.rawValue
        guard let daemon = nestor_mhd_start(flags, requestArrived, context, &options) else {
            Self.takeBack(context, as: Exchanges.self, counted: exchanges)
            return nil
        }
        self.daemon = daemon
        self.exchanges = exchanges
    }

    /// Accepts no more connections; those that are open go on.
    func quiesce() { _ = MHD_quiesce_daemon(daemon) }

    /// Ends the thread and closes every connection. None may be suspended.
    func stop() async {
        await withCheckedContinuation { continuation in
            // It waits for its thread: not on the shared pool.
            onOwnThread {
                MHD_stop_daemon(daemon)
                Self.takeBack(Unmanaged.passUnretained(exchanges).toOpaque(), as: Exchanges.self, counted: exchanges)
                continuation.resume()
            }
        }
    }

    static func lend(_ object: some AnyObject, counted exchanges: Exchanges) -> UnsafeMutableRawPointer {
        exchanges.retained.add(1, ordering: .relaxed)
        return Unmanaged.passRetained(object).toOpaque()
    }

    static func takeBack<Lent: AnyObject>(
        _ pointer: UnsafeMutableRawPointer, as type: Lent.Type, counted exchanges: Exchanges
    ) {
        exchanges.retained.subtract(1, ordering: .relaxed)
        Unmanaged<Lent>.fromOpaque(pointer).release()
    }
}

private typealias RequestOpened =
    @convention(c) (UnsafeMutableRawPointer?, UnsafePointer<CChar>?, OpaquePointer?) -> UnsafeMutableRawPointer?

/// The request line came. The target is taken here, before libmicrohttpd decodes it in place.
private func requestOpened(
    context: UnsafeMutableRawPointer?, target: UnsafePointer<CChar>?, connection: OpaquePointer?
) -> UnsafeMutableRawPointer? {
    guard let context, let connection else { return nil }
    let exchanges = Unmanaged<Exchanges>.fromOpaque(context).takeUnretainedValue()
    let exchange = Exchange(
        target: target.map { String(cString: $0) } ?? "", connection: connection, budget: exchanges.budget)
    exchanges.add(exchange)
    return MicroHTTPDaemon.lend(exchange, counted: exchanges)
}

private func requestArrived(
    context: UnsafeMutableRawPointer?, connection: OpaquePointer?, url: UnsafePointer<CChar>?,
    method: UnsafePointer<CChar>?, version: UnsafePointer<CChar>?, piece: UnsafePointer<CChar>?,
    size: UnsafeMutablePointer<Int>?, request: UnsafeMutablePointer<UnsafeMutableRawPointer?>?
) -> MHD_Result {
    guard let context, let connection, let method, let size, let pointer = request?.pointee else { return .NO }
    let exchanges = Unmanaged<Exchanges>.fromOpaque(context).takeUnretainedValue()
    let exchange = Unmanaged<Exchange>.fromOpaque(pointer).takeUnretainedValue()
    let step = exchange.receive(
        method: String(cString: method), piece: UnsafeRawBufferPointer(start: piece, count: size.pointee),
        bodyLimit: exchanges.bodyLimit, isStopping: exchanges.isStopping)
    size.pointee = 0
    switch step {
    case .proceed: return .YES
    case .handle:
        guard let refusal = exchange.handle(by: exchanges.handler) else { return .YES }
        return queue(refusal, nil, on: connection, counted: exchanges)
    case .cut: return .NO
    case .respond(let response, let channel):
        return queue(response, channel, on: connection, counted: exchanges)
    }
}

/// The request is over: answered, or its connection lost.
private func requestCompleted(
    context: UnsafeMutableRawPointer?, connection: OpaquePointer?,
    request: UnsafeMutablePointer<UnsafeMutableRawPointer?>?, reason: MHD_RequestTerminationCode
) {
    guard let context, let pointer = request?.pointee else { return }
    request?.pointee = nil
    let exchanges = Unmanaged<Exchanges>.fromOpaque(context).takeUnretainedValue()
    let exchange = Unmanaged<Exchange>.fromOpaque(pointer).takeUnretainedValue()
    exchange.close()
    MicroHTTPDaemon.takeBack(pointer, as: Exchange.self, counted: exchanges)
    exchanges.remove(exchange)
}

private func onOwnThread(_ body: @escaping @Sendable () -> Void) {
    final class Box: Sendable {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }
    let box = Unmanaged.passRetained(Box(body)).toOpaque()
    var thread = pthread_t()
    let failure = pthread_create(
        &thread, nil,
        { pointer in
            if let pointer { Unmanaged<Box>.fromOpaque(pointer).takeRetainedValue().body() }
            return nil
        }, box)
    if failure == 0 {
        pthread_detach(thread)
    } else {
        // Out of threads: late is better than never.
        Unmanaged<Box>.fromOpaque(box).takeRetainedValue().body()
    }
}
