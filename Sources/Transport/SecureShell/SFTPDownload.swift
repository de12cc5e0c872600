/// Reads a file, several pieces at a time.
package struct SFTPDownload: SFTPTransfer {
    private enum State {
        case idle
        /// The version was asked for.
        case greeting
        /// The file was asked for.
        case opening
        /// Pieces are under way.
        case reading
        /// The file's end is known, or something failed: it is closed, then the outcome is told.
        case closing(SFTPRefusal?)
        case ended
    }

    private static let inFlight = 16
    private static let piece = 32_768

    private let path: String
    private let limit: Int
    private var state = State.idle
    private var handle: [UInt8] = []
    private var lastID: UInt32 = 0
    private var asked = 0
    private var waiting: [UInt32: Range<Int>] = [:]
    private var pieces: [Int: [UInt8]] = [:]
    /// The lowest offset at which the server said that the file ends.
    private var end: Int?

    /// - Parameter limit: in bytes; a longer file fails with `tooLong`.
    package init(_ path: String, limit: Int) {
        self.path = path
        self.limit = min(max(limit, 0), 1 << 40)
    }

    /// The file, once the step was `done`.
    package var bytes: [UInt8] {
        pieces.sorted { $0.key < $1.key }.reduce(into: []) { $0 += $1.value }
    }

    package mutating func begin() -> [UInt8] {
        state = .greeting
        return SFTPRequest.initialize.encoded(id: 0)
    }

    package mutating func receive(_ reply: SFTPReply) -> SFTPStep {
        switch (state, reply) {
        case (.greeting, .version):
            state = .opening
            return .more(request(.open(path: path, access: .read, mode: nil)))
        case (.opening, .handle(lastID, let handle)):
            self.handle = handle
            state = .reading
            return advance()
        case (.opening, .status(lastID, let code, let message)) where code != 0:
            state = .ended
            return .failed(SFTPRefusal("cannot open \(path)", status: code, message))
        case (.reading, .data(let id, let data)):
            guard let range = waiting.removeValue(forKey: id), !data.isEmpty, data.count <= range.count else {
                return finish(.unexpected(reply))
            }
            pieces[range.lowerBound] = data
            let rest = (range.lowerBound + data.count)..<range.upperBound
            guard !rest.isEmpty else { return advance() }
            let again = read(rest)
            return advance(after: again)
        case (.reading, .status(let id, let code, let message)):
            guard let range = waiting.removeValue(forKey: id) else { return finish(.unexpected(reply)) }
            // 1 is the end of the file.
            guard code == 1 else { return finish(SFTPRefusal("cannot read \(path)", status: code, message)) }
            end = min(end ?? .max, range.lowerBound)
            return advance()
        case (.closing(let refusal), _):
            guard case .status(lastID, _, _) = reply else { return .more([]) }
            state = .ended
            return refusal.map(SFTPStep.failed) ?? .done
        default:
            state = .ended
            return .failed(.unexpected(reply))
        }
    }

    package mutating func abandon() -> SFTPStep {
        // The server forgets an open file by itself when its input ends.
        state = .ended
        return .failed(SFTPRefusal(.refused, "the transfer was given up"))
    }

    /// Asks for more until enough is under way; one byte over the limit is asked for, to know whether it is there.
    private mutating func advance(after packets: [UInt8] = []) -> SFTPStep {
        var packets = packets
        while end == nil, asked <= limit, waiting.count < Self.inFlight {
            let next = asked..<min(asked + Self.piece, limit + 1)
            packets += read(next)
            asked = next.upperBound
        }
        guard waiting.isEmpty else { return .more(packets) }
        let length = pieces.reduce(0) { $0 + $1.value.count }
        if length > limit {
            return finish(SFTPRefusal(.tooLong, "\(path) is longer than the \(limit) bytes allowed"))
        }
        // A file that changes while it is read could leave a hole: never hand out what was not read as one piece.
        var reach = 0
        for piece in pieces.sorted(by: { $0.key < $1.key }) {
            guard piece.key == reach else { return finish(SFTPRefusal(.refused, "\(path) changed while it was read")) }
            reach += piece.value.count
        }
        return finish(nil)
    }

    private mutating func read(_ range: Range<Int>) -> [UInt8] {
        let packet = request(.read(handle: handle, offset: UInt64(range.lowerBound), length: UInt32(range.count)))
        waiting[lastID] = range
        return packet
    }

    private mutating func finish(_ refusal: SFTPRefusal?) -> SFTPStep {
        state = .closing(refusal)
        return .more(request(.close(handle: handle)))
    }

    private mutating func request(_ request: SFTPRequest) -> [UInt8] {
        lastID += 1
        return request.encoded(id: lastID)
    }
}
