import SecureShell
import Testing

@Suite("SFTP's packets and transfers")
struct SFTPTests {
    private func reply(_ bytes: [UInt8]) throws -> SFTPReply? {
        var queue = ByteQueue()
        queue.append(bytes)
        return try SFTPReply.next(&queue)
    }

    @Test("packets are as the draft lays them out")
    func layout() {
        #expect(SFTPRequest.initialize.encoded(id: 0) == [0, 0, 0, 5, 1, 0, 0, 0, 3])
        #expect(
            SFTPRequest.open(path: "/a", access: .createNew, mode: 0o600).encoded(id: 7)
                == [0, 0, 0, 23, 3, 0, 0, 0, 7, 0, 0, 0, 2, 47, 97, 0, 0, 0, 42, 0, 0, 0, 4, 0, 0, 1, 128])
        #expect(
            SFTPRequest.read(handle: [9], offset: 258, length: 4).encoded(id: 1)
                == [0, 0, 0, 22, 5, 0, 0, 0, 1, 0, 0, 0, 1, 9, 0, 0, 0, 0, 0, 0, 1, 2, 0, 0, 0, 4])
    }

    @Test("an incomplete packet waits, a complete one leaves what follows")
    func framing() throws {
        let status: [UInt8] = [0, 0, 0, 11, 101, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0]
        #expect(try reply(Array(status.dropLast())) == nil)
        var queue = ByteQueue()
        queue.append([0, 0, 0, 9, 101, 0, 0, 0, 1, 0, 0, 0, 2, 55])
        #expect(try SFTPReply.next(&queue) == .status(id: 1, code: 2, message: ""))
        #expect(queue.take(.max) == [55])
    }

    @Test(
        "what is no packet is refused before it is waited for",
        arguments: [
            Array("Welcome to rack7!\n".utf8), [0, 0, 0, 0], [255, 255, 255, 255], [0, 0, 0, 1, 77],
            [0, 0, 0, 2, 101, 0],
            [0, 0, 0, 9, 102, 0, 0, 0, 1, 0, 0, 0, 200],
        ] as [[UInt8]])
    func malformed(bytes: [UInt8]) {
        #expect(throws: SFTPReply.Malformed.self) { try reply(bytes) }
    }

    /// What a machine sends, as one type byte for each packet.
    private func types(_ step: SFTPStep) -> [UInt8]? {
        guard case .more(let bytes) = step else { return nil }
        var types: [UInt8] = []
        var rest = bytes[...]
        while rest.count > 4 {
            let length = rest.prefix(4).reduce(0) { $0 << 8 | Int($1) }
            types.append(rest[rest.startIndex + 4])
            rest = rest.dropFirst(4 + length)
        }
        return types
    }

    private let version = SFTPReply.version(3, extensions: ["posix-rename@openssh.com"])

    @Test("an upload opens, writes, sets the mode, closes and replaces, in this order")
    func uploadOrder() {
        var upload = SFTPUpload([1, 2], to: "/d/f", mode: 0o755, suffix: "x")
        _ = upload.begin()
        #expect(types(upload.receive(version)) == [3])
        #expect(types(upload.receive(.handle(id: 1, [9]))) == [6])
        #expect(types(upload.receive(.status(id: 2, code: 0, message: ""))) == [10])
        #expect(types(upload.receive(.status(id: 3, code: 0, message: ""))) == [4])
        #expect(types(upload.receive(.status(id: 4, code: 0, message: ""))) == [200])
        #expect(upload.receive(.status(id: 5, code: 0, message: "")) == .done)
    }

    @Test("an upload that fails in the middle closes and removes its temporary file, then tells why")
    func uploadFails() {
        var upload = SFTPUpload([UInt8](repeating: 0, count: 100_000), to: "f", mode: 0o755, suffix: "x")
        _ = upload.begin()
        _ = upload.receive(version)
        #expect(types(upload.receive(.handle(id: 1, [9]))) == [6, 6, 6, 6])
        #expect(types(upload.receive(.status(id: 2, code: 4, message: "Failure"))) == [4, 13])
        for id in UInt32(3)...6 { #expect(upload.receive(.status(id: id, code: 0, message: "")) == .more([])) }
        #expect(
            upload.receive(.status(id: 7, code: 0, message: ""))
                == .failed(SFTPRefusal(.refused, "cannot write .f.x.part: failure")))
    }

    @Test("an upload needs a server that replaces in one step")
    func noRename() {
        var upload = SFTPUpload([1], to: "f", mode: 0o755, suffix: "x")
        _ = upload.begin()
        guard case .failed(let refusal) = upload.receive(.version(3, extensions: [])) else {
            Issue.record("it went on")
            return
        }
        #expect(refusal.kind == .unsupported)
    }

    @Test("an upload given up before its file's handle came removes the file all the same")
    func abandonedEarly() {
        var upload = SFTPUpload([1], to: "f", mode: 0o755, suffix: "x")
        _ = upload.begin()
        _ = upload.receive(version)
        #expect(types(upload.abandon()) == [13])
        #expect(upload.receive(.handle(id: 1, [9])) == .more([]))
        guard case .failed = upload.receive(.status(id: 2, code: 0, message: "")) else {
            Issue.record("it went on")
            return
        }
    }

    @Test("a download asks again for what a short answer left out")
    func shortAnswers() {
        var download = SFTPDownload("f", limit: 5)
        _ = download.begin()
        #expect(types(download.receive(version)) == [3])
        #expect(types(download.receive(.handle(id: 1, [9]))) == [5])
        #expect(types(download.receive(.data(id: 2, [1, 2]))) == [5])
        #expect(types(download.receive(.data(id: 3, [3]))) == [5])
        #expect(types(download.receive(.status(id: 4, code: 1, message: ""))) == [4])
        #expect(download.receive(.status(id: 5, code: 0, message: "")) == .done)
        #expect(download.bytes == [1, 2, 3])
    }

    @Test("a download over its limit is too long, and an answer that nothing asked for ends it")
    func downloadRefusals() {
        var long = SFTPDownload("f", limit: 1)
        _ = long.begin()
        _ = long.receive(version)
        _ = long.receive(.handle(id: 1, [9]))
        #expect(types(long.receive(.data(id: 2, [1, 2]))) == [4])
        guard case .failed(let refusal) = long.receive(.status(id: 3, code: 0, message: "")) else {
            Issue.record("it went on")
            return
        }
        #expect(refusal.kind == .tooLong)
        var odd = SFTPDownload("f", limit: 1)
        _ = odd.begin()
        _ = odd.receive(version)
        guard case .failed(let unasked) = odd.receive(.data(id: 9, [1])) else {
            Issue.record("it went on")
            return
        }
        #expect(unasked.kind == .protocolError)
    }

    @Test("a download never asks for more than one byte over its limit")
    func bounded() {
        var download = SFTPDownload("f", limit: 40_000)
        _ = download.begin()
        _ = download.receive(version)
        guard case .more(let bytes) = download.receive(.handle(id: 1, [9])) else {
            Issue.record("it ended")
            return
        }
        // The lengths asked for stand at the end of each packet.
        let packet = bytes.count / 2
        let lengths = [bytes[..<packet], bytes[packet...]].map { $0.suffix(4).reduce(0) { $0 << 8 | Int($1) } }
        #expect(lengths == [32_768, 7_233])
    }
}
