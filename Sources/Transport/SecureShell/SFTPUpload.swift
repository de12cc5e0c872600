/// Writes a file beside its place, sets its mode, and renames it over what stands there.
///
/// The rename leaves a program that runs from the old file undisturbed, and nobody ever sees half a file. A failure
/// takes the temporary file away again. No folder is created.
package struct SFTPUpload: SFTPTransfer {
    private enum State {
        case idle
        /// The version was asked for.
        case greeting
        /// The temporary file was asked for.
        case opening
        /// Pieces are under way.
        case writing
        case settingMode
        case closing
        case replacing
        /// Something failed: the file is closed and removed, then the reason is told.
        case cleaning(SFTPRefusal)
        case ended
    }

    /// So much is under way at most: enough for 50 MB/s at 40 ms.
    private static let inFlight = 64
    private static let piece = 32_768

    private let bytes: [UInt8]
    private let path: String
    private let temporary: String
    private let mode: UInt16
    private var state = State.idle
    private var handle: [UInt8] = []
    /// From when the temporary file was asked for: a server that answers no more may have made it all the same.
    private var exists = false
    private var sent = 0
    private var waiting: Set<UInt32> = []
    private var unanswered = 0
    private var lastID: UInt32 = 0

    /// - Parameter suffix: makes the temporary name unique; letters and digits.
    package init(_ bytes: [UInt8], to path: String, mode: UInt16, suffix: String) {
        self.bytes = bytes
        self.path = path
        self.mode = mode & 0o7777
        let cut = path.lastIndex(of: "/").map { path.index(after: $0) } ?? path.startIndex
        temporary = "\(path[..<cut]).\(path[cut...]).\(suffix).part"
    }

    package mutating func begin() -> [UInt8] {
        state = .greeting
        unanswered = 1
        return SFTPRequest.initialize.encoded(id: 0)
    }

    package mutating func receive(_ reply: SFTPReply) -> SFTPStep {
        unanswered -= 1
        switch (state, reply) {
        case (.greeting, .version(_, let extensions)):
            guard extensions.contains("posix-rename@openssh.com") else {
                state = .ended
                return .failed(
                    SFTPRefusal(
                        .unsupported, "the server cannot replace a file in one step (no posix-rename@openssh.com)"))
            }
            state = .opening
            exists = true
            return .more(request(.open(path: temporary, access: .createNew, mode: 0o600)))
        case (.opening, .handle(lastID, let handle)):
            self.handle = handle
            state = .writing
            return .more(nextPieces())
        case (.opening, .status(lastID, let code, let message)) where code != 0:
            exists = false
            state = .ended
            return .failed(SFTPRefusal("cannot create \(temporary)", status: code, message))
        case (.writing, .status(let id, let code, let message)) where waiting.contains(id):
            waiting.remove(id)
            guard code == 0 else { return clean(SFTPRefusal("cannot write \(temporary)", status: code, message)) }
            return .more(nextPieces())
        case (.settingMode, .status(lastID, let code, let message)):
            guard code == 0 else {
                return clean(SFTPRefusal("cannot set the mode of \(temporary)", status: code, message))
            }
            state = .closing
            let closing = request(.close(handle: handle))
            handle = []
            return .more(closing)
        case (.closing, .status(lastID, let code, let message)):
            guard code == 0 else { return clean(SFTPRefusal("cannot finish \(temporary)", status: code, message)) }
            state = .replacing
            return .more(request(.replace(from: temporary, to: path)))
        case (.replacing, .status(lastID, let code, let message)):
            guard code == 0 else { return clean(SFTPRefusal("cannot replace \(path)", status: code, message)) }
            exists = false
            state = .ended
            return .done
        case (.cleaning(let reason), _):
            guard unanswered <= 0 else { return .more([]) }
            state = .ended
            return .failed(reason)
        default:
            state = .ended
            return .failed(.unexpected(reply))
        }
    }

    package mutating func abandon() -> SFTPStep {
        clean(SFTPRefusal(.refused, "the transfer was given up"))
    }

    /// Pieces until enough are under way; the mode once all are answered.
    private mutating func nextPieces() -> [UInt8] {
        var packets: [UInt8] = []
        while sent < bytes.count, waiting.count < Self.inFlight {
            let end = min(sent + Self.piece, bytes.count)
            packets += request(.write(handle: handle, offset: UInt64(sent), bytes: bytes[sent..<end]))
            waiting.insert(lastID)
            sent = end
        }
        if sent == bytes.count, waiting.isEmpty {
            state = .settingMode
            packets += request(.setMode(handle: handle, mode: mode))
        }
        return packets
    }

    private mutating func clean(_ reason: SFTPRefusal) -> SFTPStep {
        guard exists else {
            state = .ended
            return .failed(reason)
        }
        exists = false
        state = .cleaning(reason)
        return .more((handle.isEmpty ? [] : request(.close(handle: handle))) + request(.remove(path: temporary)))
    }

    private mutating func request(_ request: SFTPRequest) -> [UInt8] {
        lastID += 1
        unanswered += 1
        return request.encoded(id: lastID)
    }
}
