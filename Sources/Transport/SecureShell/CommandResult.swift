/// What a command that ran to its end left.
package struct CommandResult: Sendable {
    /// nil where a signal ended it.
    package var status: Int?
    /// With a line feed after each line, the last included.
    package var output: [UInt8]
    package var standardError: String
}

extension SecureShellSession {
    /// Runs a command to its end, feeding its input while its output is read.
    /// - Parameters:
    ///   - limit: of standard output, in bytes.
    ///   - deadline: for all of it together.
    package func run(
        _ command: String, input: [UInt8] = [], limit: Int, deadline: Duration
    ) async throws(SSHFailure) -> CommandResult {
        let end = ContinuousClock.now + deadline
        let channel = try await open(command, deadline: deadline)
        do throws(SSHFailure) {
            async let feeding = channel.feed(input, until: end)
            var output: [UInt8] = []
            while let line = try await channel.readLine(limit: max(limit - output.count, 0), deadline: end - .now) {
                output += line
                output.append(UInt8(ascii: "\n"))
            }
            let status = try await channel.exitStatus(deadline: end - .now)
            // A command may end without having read all its input: its status says whether that was right.
            if let failure = await feeding, failure.code != .closed { throw failure }
            let result = CommandResult(status: status, output: output, standardError: await channel.standardError())
            await channel.close()
            return result
        } catch {
            await channel.close()
            throw error
        }
    }
}

extension SecureShellChannel {
    /// Writes all the input and ends it.
    /// - Returns: what kept it from doing so.
    fileprivate func feed(_ input: [UInt8], until end: ContinuousClock.Instant) async -> SSHFailure? {
        do throws(SSHFailure) {
            if !input.isEmpty { try await write(input, deadline: end - .now) }
            try await finishWriting(deadline: end - .now)
            return nil
        } catch {
            return error
        }
    }
}
