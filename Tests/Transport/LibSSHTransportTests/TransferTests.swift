import Foundation
import NestorTestKit
import SecureShell
import Testing

@Suite("file transfers")
struct TransferTests {
    @Test("15 MB go up with their mode and come down the same")
    func roundTrip() async throws {
        let ground = try await Ground()
        let path = ground.server.folder("agent")
        var random = SystemRandomNumberGenerator()
        let bytes = (0..<1_900_001).flatMap { _ in withUnsafeBytes(of: random.next()) { Array($0) } }
        try await ground.session { session in
            try await session.upload(bytes, to: path, mode: 0o755, deadline: patience)
            let back = try await session.download(path, limit: bytes.count, deadline: patience)
            #expect(back == bytes)
        }
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == Data(bytes))
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        #expect(mode == 0o755)
        #expect(leftovers(ground) == [])
    }

    @Test("a program that runs is replaced under its own feet")
    func overRunning() async throws {
        let ground = try await Ground()
        let path = ground.server.folder("program")
        try FileManager.default.copyItem(atPath: "/bin/cat", toPath: path)
        try await ground.session { session in
            let running = try await session.open(path, deadline: patience)
            try await running.write(Array("a\n".utf8), deadline: patience)
            #expect(try await running.readLine(limit: 10, deadline: patience) == Array("a".utf8))
            try await session.upload(Array("#!/bin/sh\necho new\n".utf8), to: path, mode: 0o700, deadline: patience)
            try await running.write(Array("b\n".utf8), deadline: patience)
            #expect(try await running.readLine(limit: 10, deadline: patience) == Array("b".utf8))
            let new = try await session.run(path, limit: 10, deadline: patience)
            #expect(new.output == Array("new\n".utf8))
        }
    }

    @Test("no folder is made for a file, and a refused one leaves nothing behind")
    func noFolder() async throws {
        let ground = try await Ground()
        let path = ground.server.folder("missing/agent")
        try await ground.session { session in
            let error = await failure { try await session.upload([1], to: path, mode: 0o600, deadline: patience) }
            #expect(error?.code == .fileRefused)
        }
        #expect(!FileManager.default.fileExists(atPath: ground.server.folder("missing")))
    }

    @Test("a file that cannot be put in its place takes its temporary file away")
    func notReplaced() async throws {
        let ground = try await Ground()
        // A folder that is not empty cannot be renamed over.
        let path = ground.server.folder("agent")
        try FileManager.default.createDirectory(atPath: path + "/inside", withIntermediateDirectories: true)
        try await ground.session { session in
            let error = await failure { try await session.upload([1], to: path, mode: 0o600, deadline: patience) }
            #expect(error?.code == .fileRefused)
            #expect(error?.sentence.contains("cannot replace") == true)
        }
        #expect(leftovers(ground) == [])
    }

    @Test("a cancelled upload takes its temporary file away")
    func cancelledUpload() async throws {
        let ground = try await Ground()
        let path = ground.server.folder("agent")
        let session = try await ground.connect()
        let bytes = [UInt8](repeating: 7, count: 200_000_000)
        let uploading = Task {
            await failure { try await session.upload(bytes, to: path, mode: 0o600, deadline: patience) }
        }
        let end = ContinuousClock.now + patience
        while leftovers(ground).isEmpty, ContinuousClock.now < end { try await Task.sleep(for: .milliseconds(1)) }
        #expect(!leftovers(ground).isEmpty)
        uploading.cancel()
        #expect(await uploading.value?.code == .closed)
        while !leftovers(ground).isEmpty, ContinuousClock.now < end { try await Task.sleep(for: .milliseconds(1)) }
        #expect(leftovers(ground) == [])
        #expect(!FileManager.default.fileExists(atPath: path))
        await session.close()
        try await expectNoHandles(ground.connector)
    }

    @Test("an empty file goes up and comes down")
    func empty() async throws {
        let ground = try await Ground()
        let path = ground.server.folder("empty")
        try await ground.session { session in
            try await session.upload([], to: path, mode: 0o640, deadline: patience)
            let found1 = try await session.download(path, limit: 0, deadline: patience)
            #expect(found1 == [])
        }
    }

    @Test("a missing file is nil, a long one is too long, a folder is refused")
    func downloads() async throws {
        let ground = try await Ground()
        let path = try ground.server.folder.write("123456", to: "six")
        try await ground.session { session in
            let found2 = try await session.download(ground.server.folder("none"), limit: 10, deadline: patience)
            #expect(found2 == nil)
            let found3 = try await session.download(path, limit: 6, deadline: patience)
            #expect(found3 == Array("123456".utf8))
            let long = await failure { try await session.download(path, limit: 5, deadline: patience) }
            #expect(long?.code == .tooLong)
            let folder = await failure {
                try await session.download(ground.server.folder.path, limit: 5, deadline: patience)
            }
            #expect(folder?.code == .fileRefused)
        }
    }

    @Test("a key with a forced command gets no file through")
    func forced() async throws {
        let ground = try await Ground(options: #"restrict,command="echo no""#)
        let path = ground.server.folder("agent")
        try await ground.session { session in
            let error = await failure { try await session.upload([1], to: path, mode: 0o600, deadline: patience) }
            #expect(error?.code == .protocolError || error?.code == .closed)
        }
        #expect(!FileManager.default.fileExists(atPath: path))
    }

    private func leftovers(_ ground: Ground) -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: ground.server.folder.path)) ?? []
        return names.filter { $0.hasSuffix(".part") }
    }
}
