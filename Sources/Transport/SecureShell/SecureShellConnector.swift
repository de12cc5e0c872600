/// Opens SSH sessions: the port behind which libssh stands.
package protocol SecureShellConnector: Sendable {
    /// Connects and authenticates every hop of the route, then returns the session of its last one.
    /// - Parameter deadline: for all of it together; `SSHFailure.timeout` names the phase and the hop that used it up.
    func connect(_ route: Route, deadline: Duration) async throws(SSHFailure) -> any SecureShellSession

    /// The key that the last hop's server offers, without authenticating there: what enrolment shows to a person.
    /// The hops before it are connected and checked as `connect` does.
    func offeredHostKey(_ route: Route, deadline: Duration) async throws(SSHFailure) -> HostKey
}

/// An authenticated session with the last hop of a route.
package protocol SecureShellSession: Sendable {
    /// Starts a command on a channel of its own.
    func open(_ command: String, deadline: Duration) async throws(SSHFailure) -> any SecureShellChannel

    /// Writes a file by SFTP: to a temporary name beside it first, then renamed over it.
    /// - Parameter mode: its permission bits.
    func upload(_ bytes: [UInt8], to path: String, mode: UInt16, deadline: Duration) async throws(SSHFailure)

    /// Reads a file by SFTP.
    /// - Parameter limit: in bytes; a longer file is `SSHFailure.tooLong`.
    /// - Returns: nil where there is no such file.
    func download(_ path: String, limit: Int, deadline: Duration) async throws(SSHFailure) -> [UInt8]?

    /// Ends the session and every hop's below it. Safe to call twice.
    func close() async
}

/// A running command's three streams.
package protocol SecureShellChannel: Sendable {
    /// Writes all the bytes to the command's standard input.
    func write(_ bytes: [UInt8], deadline: Duration) async throws(SSHFailure)

    /// The next line of standard output, without its line feed; nil at the end.
    /// - Parameter limit: in bytes; a longer line is `SSHFailure.tooLong`, and the channel is closed.
    func readLine(limit: Int, deadline: Duration) async throws(SSHFailure) -> [UInt8]?

    /// Ends standard input.
    func finishWriting(deadline: Duration) async throws(SSHFailure)

    /// The command's exit status once both output streams ended; nil where a signal ended it or none was sent.
    func exitStatus(deadline: Duration) async throws(SSHFailure) -> Int?

    /// The last 4 KiB, at most, that the command wrote to standard error, with control characters replaced.
    func standardError() async -> String

    func close() async
}
