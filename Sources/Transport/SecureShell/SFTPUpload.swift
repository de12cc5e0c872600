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
        case cleaning(SFTPRefusal, answers: Int)
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
    private var exists = false
    private var sent = 0
    private var waiting: Set<UInt32> = []
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
        return SFTPRequest.initialize.encoded(id: 0)
    }

    package mutating func receive(_ reply: SFTPReply) -> SFTPStep {
        switch (state, reply) {
        case (.greeting, .version(_, let extensions)):
            guard extensions.contains("posix-rename@openssh.com") else {
                state = .ended
                return .failed(
                    SFTPRefusal(.unsupported, "the server cannot replace a file in one step (no posix-rename@openssh.com)"))
            }
            state = .opening
            return .more(request(.open(path: temporary, access: .createNew, mode: 0o600)))
        case (.opening, .handle(lastID, let handle)):
            self.handle = handle
            exists = true
            state = .writing
            return .more(nextPieces())
        case (.opening, .status(lastID, let code, let message)) where code != 0:
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
        case (.cleaning(let reason, let answers), .status):
            guard answers == 1 else {
                state = .cleaning(reason, answers: answers - 1)
                return .more([])
            }
            state = .ended
            return .failed(reason)
        default:
            state = .ended
            return .failed(.unexpected(reply))
        }
    }

    package mutating func abandon() -> [UInt8] {
        state = .ended
        return takenBack()
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
        let answers = waiting.count + (handle.isEmpty ? 1 : 2)
        state = .cleaning(reason, answers: answers)
        return .more(takenBack())
    }

    private mutating func takenBack() -> [UInt8] {
        guard exists else { return [] }
        exists = false
        return (handle.isEmpty ? [] : request(.close(handle: handle))) + request(.remove(path: temporary))
    }

    private mutating func request(_ request: SFTPRequest) -> [UInt8] {
        lastID += 1
        return request.encoded(id: lastID)
    }
}
