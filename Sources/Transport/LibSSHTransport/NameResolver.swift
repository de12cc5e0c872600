import CLibSSH
import Glibc
import SecureShell
import Synchronization

/// A socket address as the system has it.
struct SocketAddress: Sendable, Hashable {
    /// A `sockaddr_in` or `sockaddr_in6`.
    let bytes: [UInt8]
    let family: Int32
}

/// Turns names into addresses, by getaddrinfo on threads of its own: it blocks for as long as the name server does.
///
/// Up to eight look-ups run at once; their threads end when there is nothing more to do.
final class NameResolver: Sendable {
    private struct Question: Sendable {
        let name: String
        let answer: @Sendable (Result<[SocketAddress], Refusal>) -> Void
    }

    struct Refusal: Error { let reason: String }

    private struct Queue {
        var questions: [Question] = []
        var threads = 0
    }

    private static let most = 8
    private let queue = Mutex(Queue())

    /// The addresses in the order in which to try them, without a port.
    @EpollThread
    func addresses(of name: String, hop: String, _ limit: Limit) async throws(SSHFailure) -> [SocketAddress] {
        if case .success(let numeric) = Self.look(name, numeric: true) { return numeric }
        let outcome = Outcome()
        ask(
            Question(name: name) { result in
                EpollThread.loop.submit { outcome.settle(result) }
            })
        while true {
            let seen = outcome.signal.generation
            switch outcome.result {
            case .success(let addresses): return addresses
            case .failure(let refusal):
                throw SSHFailure(
                    .addressUnknown, hop: hop, "the name \(name) has no address: \(refusal.reason)",
                    remedy: "correct the address, or the name service")
            case nil: break
            }
            try limit.check(await outcome.signal.wait(after: seen, until: limit.at), hop, "the look-up of \(name)")
        }
    }

    // Unchecked: settled and read on the epoll thread alone.
    private final class Outcome: @unchecked Sendable {
        let signal = Signal()
        private(set) var result: Result<[SocketAddress], Refusal>?

        func settle(_ result: Result<[SocketAddress], Refusal>) {
            self.result = result
            signal.poke()
        }
    }

    private func ask(_ question: Question) {
        let needsThread = queue.withLock { queue in
            queue.questions.append(question)
            guard queue.threads < Self.most else { return false }
            queue.threads += 1
            return true
        }
        guard needsThread, !Thread.start({ [self] in work() }) else { return }
        let unanswered = queue.withLock { queue in
            queue.threads -= 1
            // Others' threads answer what is left; with none of them, nobody would.
            guard queue.threads == 0 else { return [Question]() }
            defer { queue.questions = [] }
            return queue.questions
        }
        for question in unanswered { question.answer(.failure(Refusal(reason: "no thread left to ask with"))) }
    }

    private func work() {
        while true {
            let next = queue.withLock { queue -> Question? in
                guard !queue.questions.isEmpty else {
                    queue.threads -= 1
                    return nil
                }
                return queue.questions.removeFirst()
            }
            guard let next else { return }
            next.answer(Self.look(next.name, numeric: false))
        }
    }

    private static func look(_ name: String, numeric: Bool) -> Result<[SocketAddress], Refusal> {
        var hints = addrinfo()
        hints.ai_family = AF_UNSPEC
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_flags = numeric ? AI_NUMERICHOST : AI_ADDRCONFIG
        var first: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(name, nil, &hints, &first)
        guard code == 0 else { return .failure(Refusal(reason: String(cString: gai_strerror(code)).lowercased())) }
        defer { freeaddrinfo(first) }
        var addresses: [SocketAddress] = []
        var entry = first
        while let info = entry?.pointee {
            if let address = info.ai_addr {
                let bytes = UnsafeRawBufferPointer(start: address, count: Int(info.ai_addrlen))
                addresses.append(SocketAddress(bytes: Array(bytes), family: info.ai_family))
            }
            entry = info.ai_next
        }
        return .success(addresses)
    }
}
