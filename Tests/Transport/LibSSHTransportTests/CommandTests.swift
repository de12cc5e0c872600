import NestorTestKit
import SecureShell
import Testing

@Suite("commands over a session")
struct CommandTests {
    @Test("a command's output, errors and status come back")
    func runs() async throws {
        let ground = try await Ground()
        let result = try await ground.session {
            try await $0.run("printf 'one\\ntwo'; echo bad >&2; exit 3", limit: 100, deadline: patience)
        }
        #expect(String(decoding: result.output, as: UTF8.self) == "one\ntwo\n")
        #expect(result.standardError == "bad ")
        #expect(result.status == 3)
    }

    @Test("lines go both ways over one channel for as long as it is open")
    func longLived() async throws {
        let ground = try await Ground()
        try await ground.session { session in
            let channel = try await session.open("cat", deadline: patience)
            for number in 0..<100 {
                try await channel.write(Array("line \(number)\n".utf8), deadline: patience)
                let line = try await channel.readLine(limit: 100, deadline: patience)
                #expect(line == Array("line \(number)".utf8))
            }
            try await channel.finishWriting(deadline: patience)
            #expect(try await channel.readLine(limit: 100, deadline: patience) == nil)
            #expect(try await channel.exitStatus(deadline: patience) == 0)
            await channel.close()
        }
    }

    @Test("a command that a signal ends has no status")
    func signalled() async throws {
        let ground = try await Ground()
        let status = try await ground.session { try await $0.run("kill -9 $$", limit: 100, deadline: patience).status }
        #expect(status == nil)
    }

    @Test("a forced command is what runs, whatever is asked for")
    func forced() async throws {
        let ground = try await Ground(options: #"restrict,command="echo forced: $SSH_ORIGINAL_COMMAND""#)
        let result = try await ground.session { try await $0.run("echo free", limit: 100, deadline: patience) }
        #expect(String(decoding: result.output, as: UTF8.self) == "forced: echo free\n")
    }

    @Test("output that is longer than any window arrives whole and in order, and slowly read as well")
    func longOutput() async throws {
        let ground = try await Ground()
        try await ground.session { session in
            let channel = try await session.open("seq 1 100000", deadline: patience)
            var expected = 1
            while let line = try await channel.readLine(limit: 20, deadline: patience) {
                guard line == Array(String(expected).utf8) else {
                    Issue.record("line \(expected) is \(String(decoding: line, as: UTF8.self))")
                    break
                }
                expected += 1
            }
            #expect(expected == 100_001)
            await channel.close()
        }
    }

    @Test("input that is longer than any window arrives whole")
    func longInput() async throws {
        let ground = try await Ground()
        let input = [UInt8](repeating: 120, count: 8_000_000)
        let result = try await ground.session {
            try await $0.run("wc -c", input: input, limit: 100, deadline: patience)
        }
        #expect(String(decoding: result.output, as: UTF8.self).contains("8000000"))
    }

    @Test("standard error keeps its last 4 KiB without control characters")
    func errorTail() async throws {
        let ground = try await Ground()
        let result = try await ground.session {
            try await $0.run(
                "head -c 20000 /dev/zero | tr '\\0' a >&2; printf '\\033[31mend' >&2", limit: 100, deadline: patience)
        }
        #expect(result.standardError.count == 4096)
        #expect(result.standardError.hasSuffix("a [31mend"))
    }

    @Test("a line over the limit is an error, and its channel is closed")
    func lineTooLong() async throws {
        let ground = try await Ground()
        try await ground.session { session in
            let channel = try await session.open("echo 12345678901", deadline: patience)
            let error = await failure { try await channel.readLine(limit: 10, deadline: patience) }
            #expect(error?.code == .tooLong)
            let after = await failure { try await channel.write([1], deadline: patience) }
            #expect(after?.code == .closed)
        }
    }

    @Test("a line as long as the limit is read")
    func lineAtLimit() async throws {
        let ground = try await Ground()
        let result = try await ground.session { try await $0.run("echo 1234567890", limit: 10, deadline: patience) }
        #expect(result.output.count == 11)
    }

    @Test("100 MB without a line's end are cut off at the limit, and the session lives on")
    func garbage() async throws {
        let ground = try await Ground()
        try await ground.session { session in
            let channel = try await session.open("head -c 100000000 /dev/zero", deadline: patience)
            let error = await failure { try await channel.readLine(limit: 1_000_000, deadline: patience) }
            #expect(error?.code == .tooLong)
            let found1 = try await session.run("echo still here", limit: 100, deadline: patience)
            #expect(found1.status == 0)
        }
    }

    @Test("a session that is ended by its server says so to whoever waits")
    func serverKilled() async throws {
        let ground = try await Ground()
        let session = try await ground.connect()
        let channel = try await session.open("echo started; exec sleep 1000", deadline: patience)
        #expect(try await channel.readLine(limit: 100, deadline: patience) == Array("started".utf8))
        async let waiting = failure { try await channel.readLine(limit: 100, deadline: patience) }
        ground.server.stop()
        #expect(await waiting?.code == .closed)
        let status = await failure { try await channel.exitStatus(deadline: patience) }
        #expect(status?.code == .closed)
        let again = await failure { try await session.open("true", deadline: patience) }
        #expect(again?.code == .closed)
        await session.close()
        try await expectNoHandles(ground.connector)
    }

    @Test("waiting for a line ends with its deadline, and the channel can be read again")
    func deadline() async throws {
        let ground = try await Ground()
        try await ground.session { session in
            let channel = try await session.open("cat", deadline: patience)
            let error = await failure { try await channel.readLine(limit: 100, deadline: .milliseconds(20)) }
            #expect(error?.code == .timeout)
            #expect(error?.sentence.contains("waiting for a line") == true)
            try await channel.write(Array("late\n".utf8), deadline: patience)
            #expect(try await channel.readLine(limit: 100, deadline: patience) == Array("late".utf8))
        }
    }

    @Test("a cancelled task stops waiting")
    func cancelled() async throws {
        let ground = try await Ground()
        try await ground.session { session in
            let channel = try await session.open("echo ready; exec cat", deadline: patience)
            _ = try await channel.readLine(limit: 100, deadline: patience)
            let reading = Task { await failure { try await channel.readLine(limit: 100, deadline: patience) } }
            reading.cancel()
            #expect(await reading.value?.code == .closed)
        }
    }

    @Test("sessions and channels that their owners forget are closed")
    func forgotten() async throws {
        let ground = try await Ground()
        do {
            let session = try await ground.connect()
            _ = try await session.open("sleep 1000", deadline: patience)
        }
        try await expectNoHandles(ground.connector)
    }

    @Test("fifty sessions at once, each with its own answer")
    func fifty() async throws {
        let ground = try await Ground()
        let answers = try await withThrowingTaskGroup(of: (Int, String).self) { group in
            for number in 0..<50 {
                group.addTask {
                    let session = try await ground.connect()
                    let result = try await session.run("echo \(number)", limit: 100, deadline: patience)
                    await session.close()
                    return (number, String(decoding: result.output, as: UTF8.self))
                }
            }
            return try await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
        #expect(answers.count == 50)
        #expect(answers.allSatisfy { $0.value == "\($0.key)\n" })
        try await expectNoHandles(ground.connector)
    }

    @Test("the server's own questions are answered while nobody uses the session")
    func keptAlive() async throws {
        let ground = try await Ground(settings: ["ClientAliveInterval 1", "ClientAliveCountMax 30", "LogLevel DEBUG3"])
        let session = try await ground.connect()
        // sshd's own words once an answer came, whichever it was.
        #expect(await ground.server.log.contains("for keepalive", orEndsWithin: patience))
        let result = try await session.run("echo here", limit: 100, deadline: patience)
        #expect(result.status == 0)
        await session.close()
    }
}

extension CommandTests {
    @Test("a command that writes while it is written to does not lock up")
    func bothWays() async throws {
        let ground = try await Ground()
        let line = [UInt8](repeating: 120, count: 999) + [10]
        let input = Array(repeatElement(line, count: 6000).joined())
        let result = try await ground.session {
            try await $0.run("cat", input: input, limit: 6_000_000, deadline: patience)
        }
        #expect(result.output == input)
    }

    @Test("a command that ends without reading its input has its status all the same")
    func unreadInput() async throws {
        let ground = try await Ground()
        let input = [UInt8](repeating: 120, count: 6_000_000)
        let result = try await ground.session {
            try await $0.run("exit 4", input: input, limit: 10, deadline: patience)
        }
        #expect(result.status == 4)
    }
}
